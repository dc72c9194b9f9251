/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row as one line of text, so that what a reader gave can be compared:
 *   a=5 b=null c='x' d=1.5 e=@1000 f=true | changes f:1->'2' | rest g=7
 * A cell that is absent is left out.
 */
#ifndef DYETRACE_TESTS_AVRO_ROW_H
#define DYETRACE_TESTS_AVRO_ROW_H

#include "base/buffer.h"
#include "cells.h"

static inline void
show_cell(const struct cell *cell, struct buffer *out)
{
	switch (cell->kind) {
	case CELL_ABSENT:
		buffer_add_format(out, "-");
		break;
	case CELL_NULL:
		buffer_add_format(out, "null");
		break;
	case CELL_BOOLEAN:
		buffer_add_format(out, cell->boolean ? "true" : "false");
		break;
	case CELL_LONG:
		buffer_add_format(out, "%lld", (long long)cell->integer);
		break;
	case CELL_DOUBLE:
		buffer_add_format(out, "%.17gd", cell->number);
		break;
	case CELL_TEXT:
		buffer_add_format(out, "'%.*s'", TEXT_PRINT(cell->text));
		break;
	case CELL_TIME:
		buffer_add_format(out, "@%lld", (long long)cell->integer);
		break;
	case CELL_OTHER:
		buffer_add_format(out, "other");
		break;
	}
}

static inline void
show_row(const struct wanted *wanted, const struct row *row, struct buffer *out)
{
	size_t i;

	for (i = 0; i < wanted->count; i++) {
		if (row->cells[i].kind == CELL_ABSENT)
			continue;
		buffer_add_format(
		    out, "%s%.*s=", out->size ? " " : "", TEXT_PRINT(wanted->paths[i]));
		show_cell(&row->cells[i], out);
	}
	if (row->has_changes)
		buffer_add_format(out, "%s| changes", out->size ? " " : "");
	for (i = 0; row->has_changes && i < row->change_count; i++) {
		buffer_add_format(out, " %.*s:", TEXT_PRINT(row->changes[i].field));
		show_cell(&row->changes[i].old_value, out);
		buffer_add_format(out, "->");
		show_cell(&row->changes[i].new_value, out);
	}
	if (wanted->rest)
		buffer_add_format(out, "%s| rest", out->size ? " " : "");
	for (i = 0; wanted->rest && i < row->rest_count; i++) {
		buffer_add_format(out, " %.*s=", TEXT_PRINT(row->rest[i].name));
		show_cell(&row->rest[i].cell, out);
	}
}

#endif
