/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of comma-separated values (RFC 4180). */
#ifndef DYETRACE_CLI_CSV_H
#define DYETRACE_CLI_CSV_H

#include <stdio.h>

/*
 * A text, in quotes where it needs them. One that a spreadsheet would take for a formula
 * (it begins with = + - @, a tab or a return) gets an apostrophe before it: text of
 * events is anybody's.
 */
void csv_text(FILE *file, const char *text);

#endif
