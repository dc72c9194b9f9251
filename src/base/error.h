/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why something did not work. A function that can fail returns bool (or NULL)
 * and fills a struct error that its caller owns; on the way up each floor says
 * where: "segment 0007.avro: block 12: 811 records, header says 812".
 *
 * A malformed *record* is data (it is quarantined), never an error.
 */
#ifndef DYETRACE_BASE_ERROR_H
#define DYETRACE_BASE_ERROR_H

#include <stdbool.h>

#include "base/compiler.h"

/* What kind of trouble it is; the faces turn it into an exit status. */
enum error_kind {
	ERROR_NONE,
	ERROR_USAGE,     /* the caller's words or settings are off: exit 2 */
	ERROR_MALFORMED, /* bytes that do not follow their format: exit 2 for settings, 3 for inputs */
	ERROR_MISSING, /* a thing named does not exist: exit 1 for an event, 2 for settings, 3 for files */
	ERROR_LIMIT,   /* a stated bound was reached */
	ERROR_BUSY,    /* somebody else holds it (a second tracker on the store): exit 3 */
	ERROR_REFUSED, /* not allowed (key file readable by others): exit 3 */
	ERROR_IO,      /* the environment: disk, network, permissions: exit 3 */
	ERROR_DAMAGED, /* the store contradicts itself: exit 4 */
};

/* Owned by the caller, usually on its stack; `= {0}` is "no error". */
struct error {
	enum error_kind kind;
	char text
	    [1024]; /* one sentence without a trailing dot or newline; cut with "..." when too long */
};

/* Sets kind and sentence; returns false, so that `return error_set(…)` reads well. err may be NULL. */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same with ": " and the text of errno behind; ERROR_BUSY, _REFUSED and _MISSING are not derived: say them. */
bool
error_system(struct error *err, enum error_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "where: " in front of what is already there; returns false. */
bool error_within(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
