/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file looks like from its first bytes, so that a wrong setting is
 * answered with the right one instead of a thousand quarantined lines.
 */
#ifndef DYETRACE_FILE_LOOKS_H
#define DYETRACE_FILE_LOOKS_H

#include "base/error.h"
#include "base/text.h"

#define LOOKS_HEAD_BYTES 4096

/* Whether the bytes begin a gzip stream (RFC 1952 section 2.3.1); at least 3 of them are needed. */
bool looks_gzip(struct text head);
/* Whether more bytes could still make it one. */
bool looks_gzip_begun(struct text head);

/*
 * Whether lines of text may begin so. wanted is the settings' word: "jsonl", "csv".
 *
 * ERROR_MALFORMED  "is no text: it looks like a zip archive; …" with the remedy
 */
MUST_USE bool looks_text_check(struct text head, const char *wanted, struct error *err);

#endif
