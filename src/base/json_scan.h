/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What json.c needs from C++: where the tokens of a document begin, and the
 * double nearest to a decimal text. Private to base.
 */
#ifndef DYETRACE_BASE_JSON_SCAN_H
#define DYETRACE_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum json_scan_result {
	SCAN_GOOD,
	SCAN_EMPTY, /* nothing but white space */
	SCAN_NOT_UTF8,
	SCAN_CONTROL, /* a control character inside a string */
	SCAN_OPEN,    /* a string that is not closed */
	SCAN_NO_MEMORY,
};

struct json_scanner;
/* gives: ended by json_scanner_close(), which accepts NULL */
struct json_scanner *json_scanner_open(void);
void json_scanner_close(struct json_scanner *scanner);

/*
 * Finds the beginnings of brackets, commas, colons, strings and of every other
 * run of bytes that is no white space. tokens: borrowed until the next scan;
 * tokens[count] is size. Reads bytes[0..size) only.
 */
enum json_scan_result json_scan(struct json_scanner *scanner, const char *bytes, size_t size,
    const uint32_t **tokens, size_t *count);

/* start..end: a number by the grammar of RFC 8259, without its sign. False: what
 * the double nearest to it would be is infinite or, not being 0, is 0. */
bool json_scan_double(const char *start, const char *end, double *value);

#ifdef __cplusplus
}
#endif

#endif
