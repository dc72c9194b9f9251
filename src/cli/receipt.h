/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer about one thing, as lines "name  value" in aligned columns under
 * headings. Lines are kept until receipt_close() prints them, because the
 * longest name decides where values begin.
 */
#ifndef DYETRACE_CLI_RECEIPT_H
#define DYETRACE_CLI_RECEIPT_H

#include "cli/screen.h"

struct receipt;

/* gives: printed and ended by receipt_close() */
struct receipt *receipt_open(const struct screen *screen);
/* A heading; an empty line stands before all but the first. */
void receipt_heading(struct receipt *receipt, const char *heading);
/* name "": goes on below the value before. Line feeds in a value go on below it. */
void
receipt_line(struct receipt *receipt, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same in a colour. */
void receipt_ink(struct receipt *receipt, enum ink ink, const char *name, const char *format, ...)
    PRINTF_LIKE(4, 5);
void receipt_close(struct receipt *receipt);

#endif
