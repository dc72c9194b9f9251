/* SPDX-License-Identifier: Apache-2.0 */
/* Cells in one list, row after row. */
#include "cli/table.h"

#include <stdarg.h>

#include "base/buffer.h"

struct cell {
	enum ink ink;
	char *text; /* owned */
};

struct table {
	const struct screen *screen;
	const struct table_column *columns;
	size_t column_count;
	struct cell *cells;
	size_t count, capacity;
};

struct table *
table_open(const struct screen *screen, const struct table_column *columns)
{
	struct table *table = memory_get(sizeof(*table));

	table->screen = screen;
	table->columns = columns;
	while (columns[table->column_count].title)
		table->column_count++;
	return table;
}

static void
    PRINTF_LIKE(3, 0) add(struct table *table, enum ink ink, const char *format, va_list args)
{
	va_list again;
	char *text;
	int size;

	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = memory_get((size_t)(size < 0 ? 0 : size) + 1);
	if (size > 0)
		vsnprintf(text, (size_t)size + 1, format, args);
	memory_grow(&table->cells, &table->capacity, table->count + 1, sizeof(*table->cells));
	table->cells[table->count++] = (struct cell){ink, text};
}

void
table_cell(struct table *table, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(table, INK_PLAIN, format, args);
	va_end(args);
}

void
table_cell_ink(struct table *table, enum ink ink, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(table, ink, format, args);
	va_end(args);
}

static size_t
widest(const struct table *table, size_t column)
{
	size_t most = text_columns(text_of(table->columns[column].title)), i;

	for (i = column; i < table->count; i += table->column_count) {
		size_t columns = text_columns(text_of(table->cells[i].text));

		most = columns > most ? columns : most;
	}
	return most;
}

/* The last column is not filled up: no blanks at the end of a line. */
static void
print_cell(const struct table *table, size_t column, enum ink ink, const char *text, size_t width)
{
	size_t used = text_columns(text_of(text));
	bool last = column + 1 == table->column_count;

	if (column)
		fputs("  ", table->screen->file);
	if (table->columns[column].right)
		fprintf(table->screen->file, "%*s", (int)(width - used), "");
	if (table->columns[column].right || last)
		screen_print(table->screen, ink, "%s", text);
	else
		screen_pad(table->screen, ink, text_of(text), width);
	if (last)
		fputc('\n', table->screen->file);
}

static void
print(const struct table *table)
{
	size_t *widths = memory_get_array(table->column_count, sizeof(*widths)), i;

	for (i = 0; i < table->column_count; i++)
		widths[i] = widest(table, i);
	for (i = 0; i < table->column_count; i++)
		print_cell(table, i, INK_STRONG, table->columns[i].title, widths[i]);
	for (i = 0; i < table->count; i++)
		print_cell(table, i % table->column_count, table->cells[i].ink,
		    table->cells[i].text, widths[i % table->column_count]);
	memory_free(widths);
}

void
table_close(struct table *table)
{
	size_t i;

	if (!table)
		return;
	while (table->count % table->column_count)
		table_cell(table, "%s", "");
	if (table->count)
		print(table);
	for (i = 0; i < table->count; i++)
		memory_free(table->cells[i].text);
	memory_free(table->cells);
	memory_free(table);
}
