/* SPDX-License-Identifier: Apache-2.0 */
/* Movement and the catalog behind it, fed by a stream. Ends the program on any error. */
#ifndef DYETRACE_BENCH_MOVEMENT_OURS_H
#define DYETRACE_BENCH_MOVEMENT_OURS_H

#include "base/image.h"
#include "catalog/movement.h"
#include "movement.h"
#include "stream.h"

struct ours {
	struct image *image;
	struct symbols *names;
	struct movement *movement;
	struct catalog *catalog; /* NULL: none */
	struct movement_log log;
	uint64_t commits;
	double rows_ns, commit_ns; /* CPU of movement_rows() and catalog_commit() */
	uint32_t subjects[STREAM_SUBJECTS];
	uint32_t teams[STREAM_TEAMS + 1], systems[STREAM_SYSTEMS + 1],
	    channels[STREAM_CHANNELS + 1], fields[STREAM_FIELDS + 1];
};

void well(bool good, const struct error *err);
void ours_open(struct ours *ours, const char *path); /* NULL: no catalog */
void ours_close(struct ours *ours);
/* values: whether what it left is kept for the scale, too */
void ours_add(struct ours *ours, const struct stream_event *event, bool values);
/* As the route does when it takes up an event, and when its values are known; here while those before it are added. */
static inline void
ours_soon(struct ours *ours, const struct stream_event *soon, const struct stream_event *near)
{
	movement_soon(ours->movement, soon->time_ms, soon->actor);
	movement_near(ours->movement, near->time_ms, near->actor);
}
/* Gives rows and commits them. */
void ours_commit(struct ours *ours, bool sparing);

#endif
