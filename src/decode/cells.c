/* SPDX-License-Identifier: Apache-2.0 */
/* Cells as text, and problems as sentences. */
#include "cells.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/timestamp.h"

bool
row_problem_set(struct row_problem *problem, const char *reason, const char *format, ...)
{
	va_list args;

	problem->reason = reason;
	va_start(args, format);
	vsnprintf(problem->detail, sizeof(problem->detail), format, args);
	va_end(args);
	return false;
}

/* The fewest digits that read back as the same double. */
static int
show_double(double number, char out[32])
{
	int digits, size = 0;

	for (digits = 15; digits <= 17; digits++) {
		size = snprintf(out, 32, "%.*g", digits, number);
		if (strtod(out, NULL) == number)
			break;
	}
	return size;
}

bool
cell_text(const struct cell *cell, struct arena *arena, struct text *text)
{
	char out[TIMESTAMP_TEXT_BYTES];

	switch (cell->kind) {
	case CELL_TEXT:
		*text = cell->text.size ? cell->text : TEXT_NONE;
		return true;
	case CELL_BOOLEAN:
		*text = cell->boolean ? TEXT("true") : TEXT("false");
		return true;
	case CELL_LONG:
		*text = arena_text(arena,
		    (struct text){
			out, (size_t)snprintf(out, sizeof(out), "%" PRId64, cell->integer)});
		return true;
	case CELL_DOUBLE:
		*text =
		    arena_text(arena, (struct text){out, (size_t)show_double(cell->number, out)});
		return true;
	case CELL_TIME:
		*text = arena_text(arena, text_of(timestamp_text(cell->integer, out)));
		return true;
	case CELL_OTHER:
		return false;
	default:
		*text = TEXT_NONE;
		return true;
	}
}
