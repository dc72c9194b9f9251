/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small picture of one series: bars of block characters over an axis of dates,
 * the greatest value and its unit beside it. Its numbers stand in the answer's
 * table, too; the picture only shows where to look.
 */
#ifndef DYETRACE_CLI_PLOT_H
#define DYETRACE_CLI_PLOT_H

#include <stddef.h>

#include "cli/screen.h"

struct plot_point {
	const char *label; /* "2026-01-05" */
	double value;      /* >= 0, finite */
};

/*
 * title    a line above: "Movement a day, in log-odds"
 * points   in order, evenly spaced; neighbours share a column (their greatest) when there
 *          are more than columns. Prints nothing when there are fewer than two, or all are 0
 */
void plot_print(
    const struct screen *screen, const char *title, const struct plot_point *points, size_t count);

/* A number for people: six significant digits at most, thousands grouped, "-" for NaN. Returns out. */
#define PLOT_NUMBER_BYTES 48
const char *plain_number(double number, char out[PLOT_NUMBER_BYTES]);

#endif
