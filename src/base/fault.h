/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named places where a test may kill the process or make a call fail, so that
 * recovery is tested at each of them. Without DYETRACE_FAULT in the
 * environment each costs one comparison.
 *
 *   DYETRACE_FAULT=block-written       SIGKILL the first time it is passed
 *   DYETRACE_FAULT=block-written:5     the fifth time
 */
#ifndef DYETRACE_BASE_FAULT_H
#define DYETRACE_BASE_FAULT_H

#include <stdbool.h>

extern bool fault_armed;

/* Reads the environment; once, at start. */
void fault_init(void);
void fault_pass(const char *name);
/* Every name, NULL-terminated: for the test that goes through all. */
extern const char *const fault_names[];

static inline void
fault_point(const char *name)
{
	if (fault_armed)
		fault_pass(name);
}

#endif
