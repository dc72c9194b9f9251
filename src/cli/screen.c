/* SPDX-License-Identifier: Apache-2.0 */
/* ANSI colours, padding and wrapping. */
#include "cli/screen.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PIPED_WIDTH 80
#define PROSE_WIDTH_MAX 100

static const char *const inks[] = {
    [INK_PLAIN] = "",
    [INK_STRONG] = "\033[1m",
    [INK_FAINT] = "\033[2m",
    [INK_GOOD] = "\033[32m",
    [INK_BAD] = "\033[31m",
    [INK_WARN] = "\033[33m",
    [INK_NAME] = "\033[36m",
};

void
screen_init(struct screen *screen, FILE *file)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = isatty(fileno(file));
	struct winsize size = {0};

	*screen = (struct screen){.file = file};
	if (!terminal)
		return;
	screen->colours = !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
	screen->width =
	    ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : PIPED_WIDTH;
}

void
screen_print(const struct screen *screen, enum ink ink, const char *format, ...)
{
	bool coloured = screen->colours && ink != INK_PLAIN;
	va_list args;

	if (coloured)
		fputs(inks[ink], screen->file);
	va_start(args, format);
	vfprintf(screen->file, format, args);
	va_end(args);
	if (coloured)
		fputs("\033[0m", screen->file);
}

void
screen_pad(const struct screen *screen, enum ink ink, struct text text, size_t columns)
{
	size_t used = text_columns(text);

	screen_print(screen, ink, "%.*s", TEXT_PRINT(text));
	if (used < columns)
		fprintf(screen->file, "%*s", (int)(columns - used), "");
}

size_t
screen_prose_width(const struct screen *screen)
{
	if (!screen->width)
		return PIPED_WIDTH;
	return screen->width < PROSE_WIDTH_MAX ? screen->width : PROSE_WIDTH_MAX;
}

void
screen_flow(
    const struct screen *screen, size_t column, size_t indent, size_t width, const char *words)
{
	bool begun = false;

	while (*words) {
		size_t size = strcspn(words, " "),
		       columns = text_columns((struct text){words, size});

		if (begun && width && column + 1 + columns >= width) {
			fprintf(screen->file, "\n%*s", (int)indent, "");
			column = indent;
			begun = false;
		}
		if (begun)
			fputc(' ', screen->file);
		fprintf(screen->file, "%.*s", (int)size, words);
		column += begun + columns;
		begun = true;
		words += size;
		words += strspn(words, " ");
	}
	fputc('\n', screen->file);
}

void
screen_wrap(const struct screen *screen, size_t indent, const char *words)
{
	fprintf(screen->file, "%*s", (int)indent, "");
	screen_flow(screen, indent, indent, screen_prose_width(screen), words);
}
