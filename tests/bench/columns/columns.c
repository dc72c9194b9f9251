/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value, column_observe() and expiry: 300,000 observations of 16 keys (hot) or
 * 20,000, since ever and in a window of 7 panes, of few actors and many. The peer does
 * the same the obvious way (peer.h); neither looks a key up. Emptying all
 * rows at the end is within the time of both. Both add up all movements; the sums must agree.
 * With the name of an aggregate: that one only.
 */
#include <math.h>
#include <string.h>

#include "bench.h"
#include "peer.h"

enum {
	ITEMS = 100000,
	TIMES = 3, /* that they come, each time later */
	OBSERVATIONS = ITEMS * TIMES,
	PANES = 7,
	PANE_MS = 86400000,
	SPAN_PANES = 12 /* that the observations spread over */
};

struct item {
	uint32_t row;
	struct observation observation;
};

struct load {
	struct column_plan plan;
	uint32_t rows;
	struct item *items;
	struct columns columns;
	place *places; /* of the rows */
	struct peer *peer;
	double moved[2]; /* ours, the peer's */
};

static const uint32_t ranks[] = {0};

static uint64_t
mixed(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static struct item *
make_items(uint32_t rows, uint32_t actors)
{
	struct item *items = calloc(ITEMS, sizeof(*items));
	uint64_t chance;
	int i;

	for (i = 0; i < ITEMS; i++) {
		chance = mixed((uint64_t)i);
		items[i].row = (uint32_t)(chance % rows);
		items[i].observation = (struct observation){
		    .number = (double)(chance >> 20 & 1023) / 4,
		    .value = mixed(chance >> 30 & 63),
		    .hit = chance >> 36 & 1,
		    .actor = items[i].row + (uint32_t)(chance >> 40) % actors,
		    .time_ms = (int64_t)i * SPAN_PANES * PANE_MS / ITEMS,
		    .offset = i,
		};
	}
	return items;
}

/* The next one, in time. */
static struct observation
observation_at(const struct load *load, int i)
{
	struct observation observation = load->items[i % ITEMS].observation;

	observation.time_ms += (int64_t)(i / ITEMS) * SPAN_PANES * PANE_MS;
	observation.offset = i;
	return observation;
}

static double
step(double before, double after)
{
	return (isnan(after) ? 0 : after) - (isnan(before) ? 0 : before);
}

static void
on_moved(void *context, place row, double before, double after)
{
	(void)row;
	*(double *)context += step(before, after);
}

static void
drop_rows(struct load *load)
{
	uint32_t i;

	for (i = 0; i < load->rows; i++)
		column_drop(&load->columns, &load->plan, load->places[i]);
	column_drop_open(&load->columns, &load->plan);
}

static uint64_t
ours(void *context)
{
	struct load *load = context;
	double before, after, moved = 0;
	int i;

	for (i = 0; i < OBSERVATIONS; i++) {
		struct observation observation = observation_at(load, i);
		place row = load->places[load->items[i % ITEMS].row];
		int64_t first = column_first(&load->plan, observation.time_ms);

		while (column_lowest(&load->columns, &load->plan) < first)
			column_expire(&load->columns, &load->plan, on_moved, &moved);
		before = column_value(&load->columns, &load->plan, row, NULL);
		after = column_observe(&load->columns, &load->plan, row, &observation, NULL);
		moved += step(before, after);
	}
	drop_rows(load);
	load->moved[0] = moved;
	return (uint64_t)moved;
}

static uint64_t
theirs(void *context)
{
	struct load *load = context;
	double moved = 0;
	int i;

	for (i = 0; i < OBSERVATIONS; i++) {
		struct observation observation = observation_at(load, i);
		uint32_t row = load->items[i % ITEMS].row;

		if (load->plan.pane_ms)
			moved +=
			    peer_expire(load->peer, column_first(&load->plan, observation.time_ms));
		moved += peer_observe(load->peer, row, &observation);
	}
	peer_clear(load->peer);
	load->moved[1] = moved;
	return (uint64_t)moved;
}

static void
load_init(struct load *load)
{
	struct error err = {0};
	uint32_t i;

	load->columns.partition_ranks = ranks;
	if (!image_open((size_t)1 << 32, &load->columns.image, &err))
		abort();
	load->plan.open = image_get(load->columns.image, COLUMN_OPEN_BYTES);
	load->places = calloc(load->rows, sizeof(*load->places));
	for (i = 0; i < load->rows; i++)
		load->places[i] = image_get(load->columns.image, 16 + column_bytes(&load->plan));
	load->peer = peer_open(&load->plan, load->rows);
}

static void
load_fini(struct load *load)
{
	peer_close(load->peer);
	image_close(load->columns.image);
	free(load->places);
	free(load->items);
}

static bool
agree(const struct load *load)
{
	double scale = fabs(load->moved[0]) + fabs(load->moved[1]) + 1;

	return fabs(load->moved[0] - load->moved[1]) / scale < 1e-9;
}

static void
compare(const char *name, enum lineage_aggregate aggregate, bool in_panes, uint32_t rows,
    uint32_t actors)
{
	struct load load = {.rows = rows, .items = make_items(rows, actors)};
	char title[96];

	load.plan = (struct column_plan){.aggregate = aggregate,
	    .pane_ms = in_panes ? PANE_MS : 0,
	    .panes = in_panes ? PANES : 0,
	    .days = PANES,
	    .offset = 16};
	load_init(&load);
	snprintf(title, sizeof(title), "%s %s, %u keys, %u actors of each", name,
	    in_panes ? "in panes" : "since ever", rows, actors);
	bench_pair(title, OBSERVATIONS, ours, &load, "uthash-array-of-panes", theirs, &load);
	if (!agree(&load)) {
		fprintf(stderr, "%s: ours moved by %g, the peer's by %g\n", title, load.moved[0],
		    load.moved[1]);
		exit(1);
	}
	load_fini(&load);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		enum lineage_aggregate aggregate;
	} aggregates[] = {
	    {"last", AGGREGATE_LAST},
	    {"count", AGGREGATE_COUNT},
	    {"sum", AGGREGATE_SUM},
	    {"mean", AGGREGATE_MEAN},
	    {"min", AGGREGATE_MIN},
	    {"distinct", AGGREGATE_DISTINCT},
	    {"share", AGGREGATE_SHARE},
	};
	static const struct {
		uint32_t keys, actors;
	} shapes[] = {{16, 3}, {16, 40}, {20000, 3}};
	size_t i, shape;

	for (i = 0; i < sizeof(aggregates) / sizeof(aggregates[0]); i++) {
		if (argc > 1 && strcmp(argv[1], aggregates[i].name) != 0)
			continue;
		for (shape = 0; shape < 6; shape++)
			compare(aggregates[i].name, aggregates[i].aggregate, shape & 1,
			    shapes[shape / 2].keys, shapes[shape / 2].actors);
	}
	return 0;
}
