/* SPDX-License-Identifier: Apache-2.0 */
#include "sides.h"

#include <stdio.h>

#include "bench.h"
#include "ours.h"

#define COMMIT_EVENTS 65536

struct phase {
	struct ours ours;
	struct stream_event *events; /* of one commit, made beforehand */
	double add_ns;
};

static void
add_many(struct phase *phase, uint32_t count, bool values)
{
	double start = bench_cpu_ns();
	uint32_t i;

	for (i = 0; i < count; i++) {
		ours_soon(&phase->ours, &phase->events[i + 2 < count ? i + 2 : i],
		    &phase->events[i + 1 < count ? i + 1 : i]);
		ours_add(&phase->ours, &phase->events[i], values);
	}
	phase->add_ns += bench_cpu_ns() - start;
}

static void
one_run(const char *path, uint64_t events, struct stream stream, bool values, const char *what)
{
	struct phase phase = {.events = calloc(COMMIT_EVENTS, sizeof(*phase.events))};
	uint64_t done;
	uint32_t i;

	ours_open(&phase.ours, path);
	for (done = 0; done + COMMIT_EVENTS <= events; done += COMMIT_EVENTS) {
		for (i = 0; i < COMMIT_EVENTS; i++)
			stream_next(&stream, &phase.events[i]);
		add_many(&phase, COMMIT_EVENTS, values);
		ours_commit(&phase.ours, true);
	}
	ours_commit(&phase.ours, false);
	printf("{\"bench\":\"movement of an event, %s\",\"n\":%llu,\"ours_ns\":%.1f,"
	       "\"rows_ns\":%.1f,\"commit_ns\":%.1f,\"image_mb\":%.1f}\n",
	    what, (unsigned long long)done, phase.add_ns / (double)done,
	    phase.ours.rows_ns / (double)done, phase.ours.commit_ns / (double)done,
	    (double)image_end(phase.ours.image) / 1048576);
	ours_close(&phase.ours);
	free(phase.events);
}

void
add_side(const char *folder, uint64_t events, uint32_t actors, uint32_t day_events)
{
	const struct stream stream = {
	    .random = 88172645463325252u, .actors = actors, .day_events = day_events};
	char path[128];

	snprintf(path, sizeof(path), "%s/add.db", folder);
	one_run(NULL, events, stream, false, "10 influences");
	one_run(NULL, events, stream, true, "10 influences and values");
	one_run(path, events, stream, true, "10 influences and values, catalog");
}
