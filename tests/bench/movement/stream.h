/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A busy company: events of 10 influences each, of three datasets with 10 of the 30
 * subjects each. The same arguments give the same stream.
 */
#ifndef DYETRACE_BENCH_MOVEMENT_STREAM_H
#define DYETRACE_BENCH_MOVEMENT_STREAM_H

#include <stdint.h>

#define STREAM_SUBJECTS 30
#define STREAM_MOVES 10
#define STREAM_TEAMS 40
#define STREAM_SYSTEMS 5
#define STREAM_CHANNELS 4
#define STREAM_FIELDS 12
#define STREAM_DAY_MS 86400000

struct stream_event {
	int64_t time_ms;
	uint32_t actor, team, system, channel, field; /* names from 1 */
	uint32_t first_subject;
	double moved[STREAM_MOVES], values[STREAM_MOVES];
};

struct stream {
	uint64_t random;
	uint32_t actors, day_events;
	uint64_t next;
};

/* The actor of a number, 0 and on. */
static inline uint32_t
stream_actor(uint32_t number)
{
	return number * 0x9e3779b1u + 1;
}
void stream_next(struct stream *stream, struct stream_event *event);

#endif
