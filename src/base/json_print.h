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

#endif
