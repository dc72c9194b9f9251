/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers for programs: one JSON document on standard output, keys in the
 * order in which they were set, times as ISO 8601 in UTC.
 */
#ifndef DYETRACE_CLI_DOCUMENT_H
#define DYETRACE_CLI_DOCUMENT_H

#include <jansson.h>

#include "base/text.h"
#include "cli/screen.h"

/* takes document; prints it and a line feed */
void document_print(json_t *document, const struct screen *screen);

/* gives: a string; bytes that are no UTF-8 are written as \xNN. Absent text gives null. */
json_t *document_text(struct text text);
/* gives: "2016-02-29T01:23:00Z"; TIME_NONE gives null */
json_t *document_time(int64_t time_ms);

#endif
