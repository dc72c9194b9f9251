/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DYETRACE_BENCH_MOVEMENT_SIDES_H
#define DYETRACE_BENCH_MOVEMENT_SIDES_H

#include <stdint.h>

/* What an event costs in movement alone, in its rows, and in their commit. */
void add_side(const char *folder, uint64_t events, uint32_t actors, uint32_t day_events);
/* All of that against the peer. */
void write_side(const char *folder, uint32_t events, uint32_t actors);
/* Questions for 90 days; makes the catalog at path if it is missing. */
void read_side(const char *path, uint32_t days, uint32_t actors, uint32_t questions);

#endif
