/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer about many things of one kind: a heading and rows in aligned
 * columns. Cells are kept until table_close() prints them.
 */
#ifndef DYETRACE_CLI_TABLE_H
#define DYETRACE_CLI_TABLE_H

#include "cli/screen.h"

struct table_column {
	const char *title;
	bool right; /* numbers */
};

struct table;

/* columns: ended by a title NULL; borrowed until close. gives: printed and ended by table_close() */
struct table *table_open(const struct screen *screen, const struct table_column *columns);
/* The next cell, row by row; a short last row is filled with empty cells. */
void table_cell(struct table *table, const char *format, ...) PRINTF_LIKE(2, 3);
void table_cell_ink(struct table *table, enum ink ink, const char *format, ...) PRINTF_LIKE(3, 4);
/* Prints nothing at all, not even the heading, when there is no row. */
void table_close(struct table *table);

#endif
