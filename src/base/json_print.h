/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON written for people and programs: as jansson writes it, keys in the order
 * they were set, but with numbers in the fewest digits that read back ("0.1").
 */
#ifndef DYETRACE_BASE_JSON_PRINT_H
#define DYETRACE_BASE_JSON_PRINT_H

#include <jansson.h>

#include "base/buffer.h"

/* Appends a value of any kind. indent: spaces a level, each item a line; 0: all on one line, compact */
void json_print(const json_t *value, int indent, struct buffer *out);

/*
 * Pieces, for those who write millions of lines. A text: in quotes; absent: null; bytes that are no
 * UTF-8 as the six characters \\xNN of a JSON string, which is read as \xNN.
 */
void json_print_text(struct text text, struct buffer *out);
/* Not finite: null. */
void json_print_number(double number, struct buffer *out);

#endif
