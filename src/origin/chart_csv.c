/* SPDX-License-Identifier: Apache-2.0 */
/* One pass; only cells with doubled quotes are copied. */
#include "chart_csv.h"

void
chart_csv_init(struct chart_csv *csv, struct text bytes, struct arena *arena)
{
	*csv =
	    (struct chart_csv){.next = bytes.data, .end = bytes.data + bytes.size, .arena = arena};
	if (bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
		csv->next += 3;
}

/* The length of the line end that stands at p, 0 if there is none. */
static size_t
line_end(const struct chart_csv *csv, const char *p)
{
	if (p < csv->end && *p == '\n')
		return 1;
	return p + 1 < csv->end && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}

static bool
cell_ends(const struct chart_csv *csv, const char *p)
{
	return p == csv->end || *p == ',' || line_end(csv, p);
}

static bool
refuse(struct chart_csv *csv, const char *at, const char *problem)
{
	csv->problem = problem;
	csv->problem_at = at;
	return false;
}

static bool
plain_cell(struct chart_csv *csv, struct text *text)
{
	const char *p = csv->next;

	for (; !cell_ends(csv, p); p++)
		if (*p == '"')
			return refuse(csv, p,
			    "a quote within a cell: put the whole cell in quotes and write this "
			    "one twice");
	*text = (struct text){csv->next, (size_t)(p - csv->next)};
	csv->next = p;
	return true;
}

/* text without every second quote of a pair */
static struct text
undouble(struct arena *arena, struct text text)
{
	char *copy = arena_get(arena, text.size + 1);
	size_t size = 0, i;

	for (i = 0; i < text.size; i++) {
		copy[size++] = text.data[i];
		if (text.data[i] == '"')
			i++;
	}
	return (struct text){copy, size};
}

static bool
quoted_cell(struct chart_csv *csv, struct text *text)
{
	const char *open = csv->next, *p = open + 1;
	bool doubled = false;

	while ((p = memchr(p, '"', (size_t)(csv->end - p))) && p + 1 < csv->end && p[1] == '"') {
		doubled = true;
		p += 2;
	}
	if (!p)
		return refuse(csv, open, "this quote is never closed");
	*text = (struct text){open + 1, (size_t)(p - open - 1)};
	if (doubled)
		*text = undouble(csv->arena, *text);
	if (!cell_ends(csv, p + 1))
		return refuse(
		    csv, p + 1, "a comma or the line's end is expected behind a closing quote");
	csv->next = p + 1;
	return true;
}

static bool
read_cells(struct chart_csv *csv)
{
	for (;; csv->next++) {
		struct chart_cell *cell = &csv->cells[csv->count];

		if (csv->count == CHART_CELLS_MAX)
			return refuse(csv, csv->next, "too many cells");
		cell->at = csv->next;
		if (csv->next < csv->end && *csv->next == '"' ? !quoted_cell(csv, &cell->text)
							      : !plain_cell(csv, &cell->text))
			return false;
		csv->count++;
		if (csv->next == csv->end || *csv->next != ',')
			return true;
	}
}

bool
chart_csv_next(struct chart_csv *csv)
{
	size_t size;
	const char *end;

	csv->problem = NULL;
	csv->count = 0;
	while ((size = line_end(csv, csv->next)))
		csv->next += size;
	if (csv->next == csv->end)
		return false;
	csv->row = csv->next;
	if (read_cells(csv)) {
		csv->next += line_end(csv, csv->next);
		return true;
	}
	end = memchr(csv->problem_at, '\n', (size_t)(csv->end - csv->problem_at));
	csv->next = end ? end + 1 : csv->end;
	return true;
}
