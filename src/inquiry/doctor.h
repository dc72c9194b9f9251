/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `doctor` share: a list of checks, each with what to do. */
#ifndef DYETRACE_INQUIRY_DOCTOR_H
#define DYETRACE_INQUIRY_DOCTOR_H

#include "inquiry/inquiry.h"

enum doctor_state {
	STATE_GOOD,
	STATE_WARNING,
	STATE_BAD
};

/* Appends {"name","state","detail","remedy"}; remedy is left out where the state is good. */
void doctor_note(json_t *checks, const char *name, enum doctor_state state, const char *remedy,
    const char *format, ...) PRINTF_LIKE(5, 6);

/* What the sources need from outside: each type looks for itself (source_type.examine). inquiry: NULL
 * without a store. */
void doctor_sources(const struct settings *settings, const struct inquiry *inquiry, json_t *checks);
/* Limits of the system and its clock; process: the running tracker, 0: none. */
void doctor_system(const struct settings *settings, long process, json_t *checks);
/* What the running tracker says of itself: paused, sources and publishers in trouble. */
void doctor_tracker(const json_t *tracker, json_t *checks);

#endif
