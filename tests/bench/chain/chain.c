/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_event() of members of one row that are there already: each event gives one of them
 * a new value and asks for the row's. Of max against std::set of (value, member), of sum against a running
 * sum, which is exact for these whole numbers only; both know each member's old value.
 * Values before and after are seen on both sides, and are the same.
 */
#include <stdbool.h>
#include <string.h>

#include "bench.h"
#include "chain.h"
#include "peer.h"

#define EVENTS 200000
#define IMAGE_MAX ((size_t)2 << 30)

struct load {
	uint32_t members;
	struct columns columns;
	struct chain_plan plan;
	place row, *sources;
	uint64_t sequence, state;
};

static uint64_t
mixed(uint64_t number)
{
	number += 0x9e3779b97f4a7c15ull;
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ull;
	number = (number ^ number >> 27) * 0x94d049bb133111ebull;
	return number ^ number >> 31;
}

/* Few values, so that many are equal, as counts are. */
static double
draw_value(uint64_t number)
{
	return (double)(mixed(number) % 1000);
}

static uint32_t
draw_member(uint64_t number, uint32_t members)
{
	return (uint32_t)(mixed(number + ((uint64_t)1 << 40)) % members);
}

static void
give_value(struct load *load, uint32_t member, double value, struct chain_move *move)
{
	uint64_t sequence = ++load->sequence;

	chain_event(&load->columns, &load->plan, load->sources[member], value, load->row,
	    (int64_t)(sequence / 100), 0, sequence, move);
}

static void
load_open(struct load *load, uint32_t members, enum lineage_aggregate aggregate, int64_t pane_ms)
{
	struct error err = {0};
	struct chain_move move;
	uint32_t i;

	*load = (struct load){.members = members,
	    .plan = {.aggregate = aggregate, .pane_ms = pane_ms, .panes = 1 << 20}};
	if (!image_open(IMAGE_MAX, &load->columns.image, &err))
		abort();
	load->row = image_get(load->columns.image, chain_bytes(&load->plan));
	if (pane_ms)
		load->plan.open = image_get(load->columns.image, COLUMN_OPEN_BYTES);
	load->sources = calloc(members, sizeof(*load->sources));
	for (i = 0; i < members; i++) {
		load->sources[i] = image_get(load->columns.image, CHAIN_MEMBER_BYTES + 48);
		give_value(load, i, draw_value(i), &move);
	}
}

static void
load_close(struct load *load)
{
	image_close(load->columns.image);
	free(load->sources);
}

static uint64_t
run_chain(void *context)
{
	struct load *load = context;
	struct chain_move move;
	double seen = 0;
	uint32_t i;

	for (i = 0; i < EVENTS; i++) {
		uint64_t number = load->state++;

		give_value(load, draw_member(number, load->members), draw_value(number), &move);
		seen += move.before + move.after;
	}
	return (uint64_t)seen;
}

struct peer_load {
	uint32_t members;
	struct peer *peer;
	double (*give)(struct peer *peer, uint32_t member, double value);
	uint64_t state;
};

static uint64_t
run_peer(void *context)
{
	struct peer_load *load = context;
	double seen = 0;
	uint32_t i;

	for (i = 0; i < EVENTS; i++) {
		uint64_t number = load->state++;

		seen +=
		    load->give(load->peer, draw_member(number, load->members), draw_value(number));
	}
	return (uint64_t)seen;
}

static void
compare(uint32_t members, enum lineage_aggregate aggregate, int64_t pane_ms, const char *name,
    const char *peer_name, double (*give)(struct peer *peer, uint32_t member, double value))
{
	struct peer_load theirs = {.members = members, .peer = peer_open(members), .give = give};
	struct load ours;
	char title[64];
	uint32_t i;

	load_open(&ours, members, aggregate, pane_ms);
	for (i = 0; i < members; i++)
		(void)give(theirs.peer, i, draw_value(i));
	snprintf(title, sizeof(title), "chain_%s_%u", name, members);
	if (run_chain(&ours) != run_peer(&theirs)) {
		fprintf(stderr, "%s: values differ\n", title);
		abort();
	}
	bench_pair(title, EVENTS, run_chain, &ours, peer_name, run_peer, &theirs);
	load_close(&ours);
	peer_close(theirs.peer);
}

int
main(void)
{
	static const uint32_t members[] = {1000, 100000, 1000000};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		compare(members[i], AGGREGATE_MAX, 0, "max", "std::set", peer_max);
		compare(members[i], AGGREGATE_SUM, 0, "sum", "running sum", peer_sum);
		compare(members[i], AGGREGATE_SUM, 1000, "sum_panes", "running sum", peer_sum);
	}
	return 0;
}
