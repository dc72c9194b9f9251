/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV as RFC 4180 has it, row by row, strictly, every cell knowing where it
 * stands. Private to origin.
 *
 * Lines end in LF or CRLF; lines without a character are passed over. A cell
 * with a quote in it is wholly quoted, its quotes doubled.
 */
#ifndef DYETRACE_ORIGIN_CHART_CSV_H
#define DYETRACE_ORIGIN_CHART_CSV_H

#include "base/arena.h"

#define CHART_CELLS_MAX 16

struct chart_cell {
	struct text text; /* borrowed from the bytes, or from the arena where quotes were undone */
	const char *at;   /* its first character */
};

struct chart_csv {
	const char *next, *end;
	struct arena *arena;
	/* the row read last */
	const char *row;
	size_t count;
	struct chart_cell cells[CHART_CELLS_MAX];
	const char *problem, *problem_at; /* what is wrong with it; NULL: nothing */
};

/* Passes over a byte order mark. */
void chart_csv_init(struct chart_csv *csv, struct text bytes, struct arena *arena);
/* false: there is no further row. After a problem it goes on with the next line. */
bool chart_csv_next(struct chart_csv *csv);

#endif
