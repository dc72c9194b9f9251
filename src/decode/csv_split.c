/* SPDX-License-Identifier: Apache-2.0 */
/* A row without quotes is cut at its delimiters; one with quotes is walked. */
#include "csv_split.h"

#include "base/memory.h"
#include "model/reason.h"

void
csv_cells_fini(struct csv_cells *cells)
{
	memory_free(cells->items);
	*cells = (struct csv_cells){0};
}

static bool
add(struct csv_cells *cells, const char *start, const char *end, struct row_problem *problem)
{
	if (cells->count == CSV_COLUMNS_MAX)
		return row_problem_set(
		    problem, REASON_CSV_COLUMNS, "more than %d columns", CSV_COLUMNS_MAX);
	if (cells->count == cells->capacity)
		memory_grow(
		    &cells->items, &cells->capacity, cells->count + 1, sizeof(*cells->items));
	cells->items[cells->count++] = (struct text){start, (size_t)(end - start)};
	return true;
}

static const char *
find(const char *p, const char *end, char c)
{
	const char *at = memchr(p, c, (size_t)(end - p));

	return at ? at : end;
}

/* What stands between two quotes that are not doubled, with doubled ones made single. */
static void
undouble(struct text *cell, struct arena *arena)
{
	char *start = arena_get(arena, cell->size), *out = start;
	const char *p = cell->data, *end = p + cell->size, *quote;

	for (; p < end; p = quote + 2) {
		quote = find(p, end, '"');
		memcpy(out, p, (size_t)(quote - p));
		out += quote - p;
		if (quote == end)
			break;
		*out++ = '"';
	}
	arena_trim(arena, start, cell->size, (size_t)(out - start));
	*cell = (struct text){start, (size_t)(out - start)};
}

/* *p stands behind the opening quote and is moved behind the closing one. */
static bool
quoted(const char **p, const char *end, struct arena *arena, struct csv_cells *cells,
    struct row_problem *problem)
{
	const char *start = *p, *at = start;
	bool doubled = false;

	for (;;) {
		at = find(at, end, '"');
		if (at == end)
			return row_problem_set(problem, REASON_CSV,
			    "the quote that opens column %zu is never closed", cells->count + 1);
		if (at + 1 == end || at[1] != '"')
			break;
		doubled = true;
		at += 2;
	}
	*p = at + 1;
	if (!add(cells, start, at, problem))
		return false;
	if (doubled)
		undouble(&cells->items[cells->count - 1], arena);
	return true;
}

static bool
walk(const char *p, const char *end, char delimiter, struct arena *arena, struct csv_cells *cells,
    struct row_problem *problem)
{
	const char *start;

	for (;; p++) {
		start = p;
		if (p < end && *p == '"') {
			p++;
			if (!quoted(&p, end, arena, cells, problem))
				return false;
			if (p < end && *p != delimiter)
				return row_problem_set(problem, REASON_CSV,
				    "text behind the closing quote of column %zu", cells->count);
		} else {
			p = find(p, end, delimiter);
			if (find(start, p, '"') < p)
				return row_problem_set(problem, REASON_CSV,
				    "a quote inside column %zu, which does not begin with one",
				    cells->count + 1);
			if (!add(cells, start, p, problem))
				return false;
		}
		if (p == end)
			return true;
	}
}

static bool
cut(const char *p, const char *end, char delimiter, struct csv_cells *cells,
    struct row_problem *problem)
{
	const char *at;

	for (;; p = at + 1) {
		at = find(p, end, delimiter);
		if (!add(cells, p, at, problem))
			return false;
		if (at == end)
			return true;
	}
}

bool
csv_split(struct text row, char delimiter, struct arena *arena, struct csv_cells *cells,
    struct row_problem *problem)
{
	const char *start = row.data ? row.data : "", *end, *nul;

	cells->count = 0;
	if (row.size && start[row.size - 1] == '\r')
		row.size--;
	end = start + row.size;
	nul = find(start, end, '\0');
	if (nul < end)
		return row_problem_set(problem, REASON_NUL, "a NUL at byte %td", nul - start + 1);
	if (!text_is_utf8(row))
		return row_problem_set(problem, REASON_UTF8, "bytes that are not UTF-8 at byte %zu",
		    text_utf8_size(row) + 1);
	if (find(start, end, '"') == end)
		return cut(start, end, delimiter, cells, problem);
	return walk(start, end, delimiter, arena, cells, problem);
}
