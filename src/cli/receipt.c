/* SPDX-License-Identifier: Apache-2.0 */
/* Lines are kept in a list and printed in order. */
#include "cli/receipt.h"

#include <stdarg.h>

#include "base/buffer.h"

#define NAME_COLUMNS_MAX 28

struct line {
	bool heading;
	enum ink ink;
	char *name, *value; /* owned */
};

struct receipt {
	const struct screen *screen;
	struct line *lines;
	size_t count, capacity;
};

struct receipt *
receipt_open(const struct screen *screen)
{
	struct receipt *receipt = memory_get(sizeof(*receipt));

	receipt->screen = screen;
	return receipt;
}

static void
add(struct receipt *receipt, struct line line)
{
	memory_grow(
	    &receipt->lines, &receipt->capacity, receipt->count + 1, sizeof(*receipt->lines));
	receipt->lines[receipt->count++] = line;
}

void
receipt_heading(struct receipt *receipt, const char *heading)
{
	add(receipt, (struct line){.heading = true, .name = memory_text(heading)});
}

static void PRINTF_LIKE(4, 0) add_value(
    struct receipt *receipt, enum ink ink, const char *name, const char *format, va_list args)
{
	struct line line = {.ink = ink, .name = memory_text(name)};
	int size;
	va_list again;

	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, again);
	va_end(again);
	line.value = memory_get((size_t)(size < 0 ? 0 : size) + 1);
	if (size > 0)
		vsnprintf(line.value, (size_t)size + 1, format, args);
	add(receipt, line);
}

void
receipt_line(struct receipt *receipt, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_value(receipt, INK_PLAIN, name, format, args);
	va_end(args);
}

void
receipt_ink(struct receipt *receipt, enum ink ink, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_value(receipt, ink, name, format, args);
	va_end(args);
}

static size_t
name_columns(const struct receipt *receipt)
{
	size_t most = 0, i;

	for (i = 0; i < receipt->count; i++) {
		size_t columns =
		    receipt->lines[i].heading ? 0 : text_columns(text_of(receipt->lines[i].name));

		if (columns > most && columns <= NAME_COLUMNS_MAX)
			most = columns;
	}
	return most;
}

static void
print_value(const struct screen *screen, const struct line *line, size_t indent)
{
	const char *value = line->value;

	for (;;) {
		size_t size = strcspn(value, "\n");

		screen_print(screen, line->ink, "%.*s", (int)size, value);
		fputc('\n', screen->file);
		if (!value[size])
			return;
		value += size + 1;
		fprintf(screen->file, "%*s", (int)indent, "");
	}
}

static void
print_line(const struct screen *screen, const struct line *line, size_t columns)
{
	if (line->heading) {
		screen_print(screen, INK_STRONG, "%s", line->name);
		fputc('\n', screen->file);
		return;
	}
	fputs("  ", screen->file);
	screen_pad(screen, INK_FAINT, text_of(line->name), columns);
	fputs("  ", screen->file);
	print_value(screen, line, columns + 4);
}

void
receipt_close(struct receipt *receipt)
{
	size_t columns, i;

	if (!receipt)
		return;
	columns = name_columns(receipt);
	for (i = 0; i < receipt->count; i++) {
		if (i && receipt->lines[i].heading)
			fputc('\n', receipt->screen->file);
		print_line(receipt->screen, &receipt->lines[i], columns);
		memory_free(receipt->lines[i].name);
		memory_free(receipt->lines[i].value);
	}
	memory_free(receipt->lines);
	memory_free(receipt);
}
