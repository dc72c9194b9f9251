/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines for the operator on standard error, one an event, no payloads and no
 * names of people. Only the faces and the routes write here; any thread may.
 *
 *   logfmt   time=2016-02-29T01:23:00.000Z level=warn component=source msg="…" source=tickets
 *   json     {"time":"…","level":"warn","component":"source","message":"…","source":"tickets"}
 *   people   01:23:00 warn  source: … (source=tickets)
 *
 * Whoever reads them never stops who writes: a line that cannot be written at
 * once is dropped and counted. A line that comes again is said once in a while,
 * with `repeated=` how often it came meanwhile; fields do not make it another.
 */
#ifndef DYETRACE_BASE_LOG_H
#define DYETRACE_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG,
	LOG_LEVELS
};

enum log_format {
	LOG_FORMAT_AUTO, /* for people on a terminal, else logfmt */
	LOG_FORMAT_LOGFMT,
	LOG_FORMAT_JSON,
	LOG_FORMAT_PEOPLE
};

struct log_options {
	enum log_format format;
	enum log_level level; /* and graver ones */
	int64_t repeat_ms;    /* 0: each time */
};

/* Before the first call: auto, LOG_INFO, a minute. */
void log_set(const struct log_options *options);

struct log_field {
	const char *key;
	const char *text; /* NULL: the number */
	int64_t number;
};

/* component: "source", "settings", …; fields end with a key NULL; NULL: none. */
void log_say(enum log_level level, const char *component, const struct log_field *fields,
    const char *format, ...) PRINTF_LIKE(4, 5);
/* The same of the component "tracker", without fields. */
void log_line(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

/* Says how often lines were repeated whose time is over; now and then, and (all) at the end. */
void log_repeats(bool all);

struct log_counts {
	uint64_t lines[LOG_LEVELS]; /* of a level that is said, repeats included */
	uint64_t dropped;           /* could not be written */
};
void log_counts(struct log_counts *counts);

#endif
