/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of a source as symbols. Names come from outside and a table of symbols
 * only grows, so how many a source may make is bounded; and nearly every name
 * was seen before, so the last ones are found without the table.
 */
#ifndef DYETRACE_DECODE_NAMES_H
#define DYETRACE_DECODE_NAMES_H

#include "base/symbols.h"
#include "cells.h"

#define NAME_BYTES_MAX 1024
#define NAMES_MAX 65536
#define NAMES_KEPT 256

struct names {
	struct symbols *symbols;
	size_t made, made_max; /* by this source */
	struct {
		struct text text; /* the symbol's own copy */
		uint32_t symbol;
	} kept[NAMES_KEPT];
};

/* symbols: borrowed. made_max 0: NAMES_MAX */
void names_init(struct names *names, struct symbols *symbols, size_t made_max);
/* SYMBOL_NONE of an absent text. what: the part, for the problem's detail */
bool names_get(struct names *names, struct text text, const char *what, uint32_t *symbol,
    struct row_problem *problem);

#endif
