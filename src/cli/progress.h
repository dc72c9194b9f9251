/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a long command is: one line on standard error that draws over
 * itself, ten times a second, only when standard error is a terminal.
 */
#ifndef DYETRACE_CLI_PROGRESS_H
#define DYETRACE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Caller's storage; members are private but total, which may be set when it becomes known. */
struct progress {
	const char *what; /* "verify"; borrowed */
	const char *unit; /* "records"; borrowed. "B" is written as kB, MB, GB */
	int64_t total;    /* 0: not known, then there is no bar and no remaining time */
	int64_t done;
	int64_t started_ns, drawn_ns;
	bool shown; /* on a terminal */
};

void progress_begin(struct progress *progress, const char *what, const char *unit, int64_t total);
/* Cheap when nothing has to be drawn: may be called for every record. */
void progress_set(struct progress *progress, int64_t done);
/* Wipes the line. */
void progress_end(struct progress *progress);

/* The line at one moment, without colours: "verify  [=====     ]  50 %  1.2 M records  600 k/s  2 s left". Returns out. */
const char *
progress_text(const struct progress *progress, int64_t now_ns, char *out, size_t out_bytes);

/* 1234567 as "1.2 M"; below 10,000 as it is. Returns out. */
const char *short_number(double number, char *out, size_t out_bytes);

#endif
