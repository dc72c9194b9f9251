/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of registries: several in one text, and paths behind them. */
#ifndef DYETRACE_REGISTRY_REGISTRY_URL_H
#define DYETRACE_REGISTRY_REGISTRY_URL_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "registry_settings.h"

struct registry_urls {
	char *items[REGISTRY_URLS_MAX]; /* without a slash at the end */
	size_t count;
};

/* ERROR_USAGE: none, too many, neither http nor https, no host, or a password in it (never shown) */
MUST_USE bool registry_urls_check(struct text text, struct error *err);
/* gives what urls points to: ended by registry_urls_fini(). The same failures. */
MUST_USE bool registry_urls_read(const char *text, struct registry_urls *urls, struct error *err);
void registry_urls_fini(struct registry_urls *urls);

/* Appends one segment of a path, everything but letters, digits and "-._~" as %XX (RFC 3986, 2.3). */
void registry_url_segment(struct text text, struct buffer *out);

/* Whether a redirect may be followed: the same scheme, host and port, or from http to https of the same host. */
bool registry_url_same_host(const char *from, const char *to);

/* Apicurio serves Confluent's API below its own: gives "http://h/apis/registry/v2" of
 * "http://h/apis/ccompat/v7"; false: the URL has another shape. */
bool registry_url_apicurio(const char *url, struct buffer *out);

#endif
