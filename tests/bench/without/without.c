/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would have been without some events, on a simulated company: the whole
 * ledger from disk, inflated, decoded and computed on both sides, with and without the events
 * of one channel. CPU time of one thread, an event of the ledger.
 *
 *   without_…   as `dyetrace without` does: a lineage reduced to what is asked for, facts read as far as it
 *               looks at them. Peer: the same lineage and the same two sides over block_read(), which
 *               decodes every field of every record.
 *   replay_all  every feature, one side, as recovery and `verify --replay` do; the same peer.
 *
 * Both give the same influences on both sides, or the benchmark ends. Arguments: people and days
 * (default 300 and 90).
 */
#include <string.h>

#include "bench.h"
#include "bench_route.h"
#include "ledger/conclusions.h"
#include "replay/replay.h"
#include "simulate/simulate.h"

#define CHANNEL "phone"

struct run {
	char folder[256];
	struct settings *settings;
	struct keys *keys;
	struct symbols *names;
	struct catalog *catalog;
	struct ledger_reader *reader;
	struct text feature, model;
	bool twin;
	uint32_t channel;
	uint64_t events, left_out, sum;
};

static void
must(bool done, const struct error *err)
{
	if (!done)
		bench_fail(err);
}

static bool
keeps(void *context, const struct record *fact, uint64_t record)
{
	struct run *run = context;
	bool out = fact->event.channel == run->channel;

	run->left_out += out;
	return !out;
}

/* Depends on every bit of every influence. */
static void
take_side(struct run *run, const struct influences *influences)
{
	uint32_t i;

	for (i = 0; i < influences->count; i++) {
		uint64_t before, after;

		memcpy(&before, &influences->items[i].before, 8);
		memcpy(&after, &influences->items[i].after, 8);
		run->sum = (run->sum ^ before) * 31 + (after ^ influences->items[i].status);
	}
}

static bool
take(void *context, const struct replayed *replayed)
{
	struct run *run = context;

	run->events++;
	take_side(run, replayed->influences);
	if (replayed->twin)
		take_side(run, replayed->twin);
	return true;
}

static struct replay *
begin(struct run *run)
{
	struct replay_options options = {.names = run->names,
	    .keys = run->keys,
	    .keys_max = 10000000,
	    .feature = run->feature,
	    .model = run->model,
	    .twin = run->twin,
	    .context = run,
	    .keeps = run->twin ? keeps : NULL,
	    .event = take};
	struct replay *replay = NULL;
	struct error err = {0};

	run->events = run->left_out = run->sum = 0;
	must(replay_open(&options, &replay, &err), &err);
	return replay;
}

static uint64_t
ours(void *context)
{
	struct run *run = context;
	struct replay *replay = begin(run);
	struct error err = {0};

	must(replay_ledger(replay, run->reader, run->catalog, 0, UINT64_MAX, &err), &err);
	replay_close(replay);
	return run->sum;
}

static uint64_t
peer(void *context)
{
	struct run *run = context;
	struct replay *replay = begin(run);
	struct catalog_block block;
	struct block_content content;
	struct arena arena;
	struct error err = {0};
	struct text body;
	uint64_t number;
	bool found;

	arena_init(&arena);
	for (number = 1;; number++) {
		must(catalog_block(run->catalog, number, &block, &found, &err), &err);
		if (!found)
			break;
		must(ledger_reader_block(run->reader,
			 &(struct block_place){block.segment, block.offset, block.bytes,
			     block.objects, block.identity},
			 &body, &err),
		    &err);
		arena_reset(&arena);
		must(block_read(body, block.objects, run->names, run->keys, &arena, &content, &err),
		    &err);
		must(replay_records(
			 replay, content.records, content.record_count, block.first_record, &err),
		    &err);
	}
	arena_fini(&arena);
	replay_close(replay);
	return run->sum;
}

static void
compare(struct run *run, const char *name)
{
	uint64_t sum = ours(run), events = run->events, left_out = run->left_out;

	if (peer(run) == sum && run->events == events && run->left_out == left_out &&
	    (!run->twin || left_out))
		return;
	fprintf(stderr, "bench_without: %s: the two do not agree\n", name);
	exit(1);
}

static void
measure(struct run *run, const char *name, const char *feature, const char *model, bool twin)
{
	run->feature = text_of(feature);
	run->model = text_of(model);
	run->twin = twin;
	compare(run, name);
	bench_pair(name, (double)run->events, ours, run, "block_read", peer, run);
}

static void
shell(const char *format, const char *folder)
{
	char command[512];

	snprintf(command, sizeof(command), format, folder);
	if (system(command) != 0)
		exit(1);
}

static void
prepare(struct run *run, int people, int days)
{
	struct simulate_options options = {
	    .folder = run->folder, .people = people, .days = days, .seed = 7};
	struct simulate_result result;
	char path[400];
	struct error err = {0};

	must(simulate(&options, &result, &err), &err);
	snprintf(path, sizeof(path), "%s/dyetrace.yaml", run->folder);
	bench_route(path);
	run->settings = bench_settings(path);
	run->names = symbols_open();
	run->channel = symbols_add(run->names, TEXT(CHANNEL));
	must(keys_open(run->settings->keys, &run->keys, &err), &err);
	snprintf(path, sizeof(path), "%s/catalog.db", run->settings->store);
	must(catalog_open(path, CATALOG_READ, &run->catalog, &err), &err);
	snprintf(path, sizeof(path), "%s/facts", run->settings->store);
	must(ledger_reader_open(path, &run->reader, &err), &err);
}

int
main(int argc, char **argv)
{
	struct run run = {.folder = "/tmp/dyetrace-bench-without-XXXXXX"};

	if (!mkdtemp(run.folder))
		return 1;
	prepare(&run, argc > 1 ? atoi(argv[1]) : 300, argc > 2 ? atoi(argv[2]) : 90);
	measure(&run, "without_last", "order_amount", NULL, true);
	measure(&run, "without_distinct", "group_backlog", NULL, true);
	measure(&run, "without_mean", "team_order_amount", NULL, true);
	measure(&run, "without_model", NULL, "order_value", true);
	measure(&run, "replay_all", NULL, NULL, false);
	ledger_reader_close(run.reader);
	catalog_close(run.catalog);
	symbols_close(run.names);
	keys_close(run.keys);
	settings_close(run.settings);
	shell("rm -rf '%s'", run.folder);
	return 0;
}
