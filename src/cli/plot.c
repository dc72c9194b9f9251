/* SPDX-License-Identifier: Apache-2.0 */
/* Four lines of eighths: a bar's height is rounded up, so that what is not 0 is seen. */
#include "cli/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PLOT_LINES 4
#define EIGHTHS 8
#define AXIS_COLUMNS 12 /* beside the bars: the greatest value */
#define COLUMNS_MAX 64

static void
group(char *out, size_t bytes)
{
	char digits[PLOT_NUMBER_BYTES];
	size_t sign = out[0] == '-', whole = strcspn(out + sign, ".e"), from, to = 0;

	snprintf(digits, sizeof(digits), "%s", out);
	for (from = 0; digits[from] && to + 2 < bytes; from++) {
		size_t left = sign + whole - from;

		if (from > sign && from < sign + whole && left % 3 == 0)
			out[to++] = ',';
		out[to++] = digits[from];
	}
	out[to] = 0;
}

const char *
plain_number(double number, char out[PLOT_NUMBER_BYTES])
{
	double size = fabs(number);

	if (isnan(number))
		return strcpy(out, "-");
	if (number == 0)
		return strcpy(out, "0");
	if (size >= 1e15 || size < 1e-4)
		snprintf(out, PLOT_NUMBER_BYTES, "%.4g", number);
	else if (size >= 1e5)
		snprintf(out, PLOT_NUMBER_BYTES, "%.0f", number);
	else
		snprintf(out, PLOT_NUMBER_BYTES, "%.6g", number);
	if (size < 1e15)
		group(out, PLOT_NUMBER_BYTES);
	return out;
}

static double
greatest(const struct plot_point *points, size_t from, size_t to)
{
	double most = 0;

	for (; from < to; from++)
		if (points[from].value > most)
			most = points[from].value;
	return most;
}

static size_t
columns_of(const struct screen *screen, size_t count)
{
	size_t width = screen_prose_width(screen), room;

	room = width > AXIS_COLUMNS + 4 ? width - AXIS_COLUMNS - 4 : 1;
	if (room > COLUMNS_MAX)
		room = COLUMNS_MAX;
	return count < room ? count : room;
}

/* Eighths of all lines together, at least one for what is not 0. */
static void
measure(const struct plot_point *points, size_t count, size_t columns, double most, int *heights)
{
	size_t i;

	for (i = 0; i < columns; i++)
		heights[i] =
		    (int)ceil(greatest(points, i * count / columns, (i + 1) * count / columns) /
			most * PLOT_LINES * EIGHTHS);
}

static void
print_bars(const struct screen *screen, const int *heights, size_t columns, int line)
{
	static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	size_t i;

	for (i = 0; i < columns; i++) {
		int eighths = heights[i] - (PLOT_LINES - 1 - line) * EIGHTHS;

		eighths = eighths < 0 ? 0 : eighths > EIGHTHS ? EIGHTHS : eighths;
		screen_print(screen, INK_NAME, "%s", bars[eighths]);
	}
	fputc('\n', screen->file);
}

static void
print_dates(
    const struct screen *screen, const struct plot_point *points, size_t count, size_t columns)
{
	const char *first = points[0].label, *last = points[count - 1].label;
	size_t room = strlen(first) + strlen(last) + 1;

	fprintf(screen->file, "%*s  %s", AXIS_COLUMNS, "", first);
	if (columns > room)
		fprintf(screen->file, "%*s", (int)(columns - room + 1), "");
	else
		fputs(" to ", screen->file);
	fprintf(screen->file, "%s\n", last);
}

void
plot_print(
    const struct screen *screen, const char *title, const struct plot_point *points, size_t count)
{
	int heights[COLUMNS_MAX], line;
	char number[PLOT_NUMBER_BYTES];
	double most = greatest(points, 0, count);
	size_t columns;

	if (count < 2 || !(most > 0))
		return;
	columns = columns_of(screen, count);
	measure(points, count, columns, most, heights);
	screen_print(screen, INK_STRONG, "%s", title);
	fputc('\n', screen->file);
	for (line = 0; line < PLOT_LINES; line++) {
		fprintf(screen->file, "%*s%s", AXIS_COLUMNS,
		    line == 0 ? plain_number(most, number) : "", line == 0 ? " ┤" : " │");
		print_bars(screen, heights, columns, line);
	}
	print_dates(screen, points, count, columns);
}
