/* SPDX-License-Identifier: Apache-2.0 */
/* The same events to both sides, in turn, and the same sums from both in the end; means of all rounds, for ours writes now and then. */
#include "sides.h"

#include <math.h>
#include <stdio.h>

#include "bench.h"
#include "ours.h"
#include "peer.h"

#define ROUNDS 5

struct sides {
	struct ours ours;
	struct peer *peer;
	struct stream_event *events;
	uint32_t count;
	double our_ns, their_ns; /* CPU, of all rounds */
};

struct totals {
	double by_hour, by_actor, rows;
};

static bool
add_cells(void *context, const struct catalog_movement_day *day)
{
	struct movement_reader reader = {.bytes = reader_of(day->cells)};
	struct movement_cell_read cell;
	struct totals *totals = context;
	struct error err = {0};
	bool more = true;

	for (;;) {
		well(movement_read_cell(&reader, &cell, &more, &err), &err);
		if (!more)
			break;
		totals->by_hour += cell.sums.magnitude;
		totals->rows++;
	}
	totals->by_actor += day->total;
	totals->rows += (double)day->actor_count;
	return true;
}

static void
compare(struct sides *sides)
{
	struct totals ours = {0}, peers;
	struct error err = {0};
	uint32_t i;

	for (i = 0; i < STREAM_SUBJECTS; i++)
		well(catalog_movement_days(sides->ours.catalog, sides->ours.subjects[i], INT64_MIN,
			 INT64_MAX, false, add_cells, &ours, &err),
		    &err);
	peer_totals(sides->peer, &peers.by_hour, &peers.by_actor, &peers.rows);
	if (ours.rows == peers.rows && fabs(ours.by_hour - peers.by_hour) < 1e-9 * peers.by_hour &&
	    fabs(ours.by_actor - peers.by_actor) < 1e-9 * peers.by_actor)
		return;
	fprintf(stderr, "the sides differ: %.17g %.17g %g, the peer %.17g %.17g %g\n", ours.by_hour,
	    ours.by_actor, ours.rows, peers.by_hour, peers.by_actor, peers.rows);
	exit(1);
}

static void
our_round(struct sides *sides)
{
	double start = bench_cpu_ns();
	uint32_t i;

	for (i = 0; i < sides->count; i++)
		ours_add(&sides->ours, &sides->events[i], false);
	ours_commit(&sides->ours, true);
	sides->our_ns += bench_cpu_ns() - start;
}

/* What was not worth its writing before is ours, too. */
static void
our_rest(struct sides *sides)
{
	double start = bench_cpu_ns();

	ours_commit(&sides->ours, false);
	sides->our_ns += bench_cpu_ns() - start;
}

static void
their_round(struct sides *sides)
{
	double start = bench_cpu_ns();
	uint32_t i;

	peer_begin(sides->peer);
	for (i = 0; i < sides->count; i++)
		peer_add(sides->peer, &sides->events[i]);
	peer_commit(sides->peer);
	sides->their_ns += bench_cpu_ns() - start;
}

void
write_side(const char *folder, uint32_t events, uint32_t actors)
{
	struct stream stream = {
	    .random = 88172645463325252u, .actors = actors, .day_events = events / 2};
	struct sides sides = {.count = events / ROUNDS};
	char our_path[128], peer_path[128];
	double ours, peers;
	uint32_t i, round;

	snprintf(our_path, sizeof(our_path), "%s/ours.db", folder);
	snprintf(peer_path, sizeof(peer_path), "%s/peer.db", folder);
	ours_open(&sides.ours, our_path);
	sides.peer = peer_open(peer_path);
	sides.events = calloc(sides.count, sizeof(*sides.events));
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < sides.count; i++)
			stream_next(&stream, &sides.events[i]);
		our_round(&sides);
		their_round(&sides);
	}
	our_rest(&sides);
	compare(&sides);
	ours = sides.our_ns / (sides.count * ROUNDS);
	peers = sides.their_ns / (sides.count * ROUNDS);
	printf(
	    "{\"bench\":\"movement written, %u actors\",\"n\":%u,\"ours_ns\":%.0f,"
	    "\"peer\":\"SQLite, a row upserted for each sum\",\"peer_ns\":%.0f,\"ratio\":%.1f}\n",
	    actors, events, ours, peers, peers / ours);
	free(sides.events);
	ours_close(&sides.ours);
	peer_close(sides.peer);
}
