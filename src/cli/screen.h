/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an answer is written. Colours only on a terminal and without NO_COLOR;
 * what is piped is plain and stable.
 */
#ifndef DYETRACE_CLI_SCREEN_H
#define DYETRACE_CLI_SCREEN_H

#include <stdio.h>

#include "base/compiler.h"
#include "base/text.h"

enum ink {
	INK_PLAIN,
	INK_STRONG,
	INK_FAINT,
	INK_GOOD,
	INK_BAD,
	INK_WARN,
	INK_NAME
};

struct screen {
	FILE *file;
	bool colours;
	size_t width; /* columns of the terminal; 0: no terminal, no limit */
};

void screen_init(struct screen *screen, FILE *file);
/* Prints; in colour where the screen has them. */
void
screen_print(const struct screen *screen, enum ink ink, const char *format, ...) PRINTF_LIKE(3, 4);
/* Prints and fills up with blanks to that many columns. */
void screen_pad(const struct screen *screen, enum ink ink, struct text text, size_t columns);
/* Columns for prose: those of the terminal, at most 100; 80 when piped. */
size_t screen_prose_width(const struct screen *screen);
/*
 * Prints words and a line feed. The cursor stands in `column`; lines are broken
 * between words before `width` (0: never) and go on at `indent`.
 */
void screen_flow(
    const struct screen *screen, size_t column, size_t indent, size_t width, const char *words);
/* A paragraph at the prose width, every line indented. */
void screen_wrap(const struct screen *screen, size_t indent, const char *words);

/*
 * Columns that UTF-8 text takes on a terminal: 0 for combining marks, 2 for wide
 * characters, 1 for bytes that are no UTF-8.
 * Source: Unicode 15 Standard Annex 11 (East Asian Width: W and F), general category Mn.
 */
size_t text_columns(struct text text);

#endif
