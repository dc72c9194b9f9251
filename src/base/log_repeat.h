/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which lines were said lately. A line is known by its level, component and
 * message; of the last LOG_REPEAT_LINES different ones, the one that was said
 * longest ago makes place.
 */
#ifndef DYETRACE_BASE_LOG_REPEAT_H
#define DYETRACE_BASE_LOG_REPEAT_H

#include "base/log.h"

#define LOG_REPEAT_LINES 64

/* One that was said; zeroed: none. */
struct log_said {
	uint64_t identity;
	int64_t said_ms;   /* monotonic */
	uint64_t withheld; /* since then */
	enum log_level level;
	char *component, *message;
};

struct log_repeat {
	struct log_said lines[LOG_REPEAT_LINES];
};

void log_repeat_fini(struct log_repeat *repeat);
/*
 * Whether a line is said now; *repeated: how often it was withheld before that. One that
 * made place and was withheld is given by *gone (its texts are the caller's to free).
 */
bool log_repeat_say(struct log_repeat *repeat, enum log_level level, const char *component,
    const char *message, int64_t now_ms, int64_t within_ms, uint64_t *repeated,
    struct log_said *gone);
/* The next one that was withheld and whose time is over; said now. NULL: none. */
struct log_said *log_repeat_due(struct log_repeat *repeat, int64_t now_ms, int64_t within_ms);

#endif
