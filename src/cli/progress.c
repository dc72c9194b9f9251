/* SPDX-License-Identifier: Apache-2.0 */
/* One line, written whole, so that a slow terminal never sees half of it. */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DRAW_EVERY_NS 100000000
#define BAR_COLUMNS 24

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

const char *
short_number(double number, char *out, size_t out_bytes)
{
	static const char *const suffixes[] = {"", " k", " M", " G", " T"};
	size_t i = 0;

	if (number >= 10000)
		for (; number >= 999.5 && i < 4; i++)
			number /= 1000;
	snprintf(out, out_bytes, "%.*f%s", i && number < 99.95 ? 1 : 0, number, suffixes[i]);
	return out;
}

/* "2 s", "3 min", "1 h 20 min" */
static void
span_text(double seconds, char *out, size_t out_bytes)
{
	if (seconds < 90)
		snprintf(out, out_bytes, "%.0f s", seconds);
	else if (seconds < 5400)
		snprintf(out, out_bytes, "%.0f min", seconds / 60);
	else
		snprintf(out, out_bytes, "%.0f h %.0f min", (double)(int)(seconds / 3600),
		    (double)((int)(seconds / 60) % 60));
}

static size_t
bar(const struct progress *progress, double share, char *out, size_t out_bytes)
{
	char drawn[BAR_COLUMNS + 1];
	size_t full = (size_t)(share * BAR_COLUMNS);

	memset(drawn, ' ', BAR_COLUMNS);
	memset(drawn, '=', full);
	drawn[BAR_COLUMNS] = '\0';
	return (size_t)snprintf(
	    out, out_bytes, "%s  [%s] %3.0f %%  ", progress->what, drawn, share * 100);
}

const char *
progress_text(const struct progress *progress, int64_t now, char *out, size_t out_bytes)
{
	double seconds = (double)(now - progress->started_ns) / 1e9, rate, share = 0;
	char done[32], each[32], left[32];
	size_t used;

	rate = seconds > 0 ? (double)progress->done / seconds : 0;
	if (progress->total > 0)
		share = progress->done < progress->total
		    ? (double)progress->done / (double)progress->total
		    : 1;
	if (progress->total > 0)
		used = bar(progress, share, out, out_bytes);
	else
		used = (size_t)snprintf(out, out_bytes, "%s  ", progress->what);
	used += (size_t)snprintf(out + used, out_bytes - used, "%s %s, %s/s",
	    short_number((double)progress->done, done, sizeof(done)), progress->unit,
	    short_number(rate, each, sizeof(each)));
	/* The first second says nothing about the rest. */
	if (share > 0 && share < 1 && seconds >= 1) {
		span_text(seconds / share - seconds, left, sizeof(left));
		snprintf(out + used, out_bytes - used, ", %s left", left);
	}
	return out;
}

void
progress_begin(struct progress *progress, const char *what, const char *unit, int64_t total)
{
	const char *term = getenv("TERM");

	*progress =
	    (struct progress){.what = what, .unit = unit, .total = total, .started_ns = now_ns()};
	progress->drawn_ns = progress->started_ns;
	progress->shown = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

void
progress_set(struct progress *progress, int64_t done)
{
	char text[200], line[256];
	int64_t now;

	progress->done = done;
	if (!progress->shown)
		return;
	now = now_ns();
	if (now - progress->drawn_ns < DRAW_EVERY_NS)
		return;
	progress->drawn_ns = now;
	/* Back to the first column, the text, and wipe what is right of it. */
	snprintf(
	    line, sizeof(line), "\r%s\033[K", progress_text(progress, now, text, sizeof(text)));
	fputs(line, stderr);
	fflush(stderr);
}

void
progress_end(struct progress *progress)
{
	if (progress->shown && progress->drawn_ns != progress->started_ns)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
