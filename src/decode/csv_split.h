/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row of CSV into its cells, by RFC 4180 and strictly: quotes only around a
 * whole cell, doubled inside it. Any delimiter; UTF-8 without NUL.
 */
#ifndef DYETRACE_DECODE_CSV_SPLIT_H
#define DYETRACE_DECODE_CSV_SPLIT_H

#include "cells.h"

#define CSV_COLUMNS_MAX 4096

/* Grown as needed, ended by csv_cells_fini(). */
struct csv_cells {
	struct text *items;
	size_t count, capacity;
};

void csv_cells_fini(struct csv_cells *cells);

/*
 * row    without its line end (a single CR at its end is one)
 * arena  holds the cells that had doubled quotes; the others borrow from row
 *
 * An empty row is one empty cell. Reasons: csv-malformed, not-utf8, nul-in-text, csv-columns.
 */
bool csv_split(struct text row, char delimiter, struct arena *arena, struct csv_cells *cells,
    struct row_problem *problem);

#endif
