/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request at a time, on a connection that is kept. What comes back is
 * bounded in bytes and time, is never unpacked, and a redirect leads nowhere
 * but to the same host.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_HTTP_H
#define DYETRACE_REGISTRY_REGISTRY_HTTP_H

#include <stdatomic.h>

#include "base/buffer.h"
#include "base/error.h"
#include "registry_settings.h"
#include "registry_trouble.h"

#define HTTP_HEADER_BYTES_MAX ((size_t)64 << 10)
#define HTTP_REDIRECTS_MAX 3

struct registry_http;

struct http_answer {
	long status;
	struct buffer body; /* the caller's, used again from request to request */
	enum registry_trouble trouble;
};

/*
 * settings  borrowed
 * stop      when it turns true, a request under way ends; borrowed, may be NULL
 * http      gives: ended by registry_http_close(); one thread at a time
 */
MUST_USE bool registry_http_open(const struct registry_settings *settings, const atomic_bool *stop,
    struct registry_http **http, struct error *err);
void registry_http_close(struct registry_http *http);

/*
 * GET, or POST where there is a body (JSON). True: there is an answer, of whatever status (never 3xx).
 *
 * ERROR_IO  no answer, or one that cannot be used; answer->trouble says which kind
 */
MUST_USE bool registry_http_send(struct registry_http *http, const char *url, struct text body,
    struct http_answer *answer, struct error *err);

#endif
