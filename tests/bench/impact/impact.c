/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage alone: what the organ takes for an event of the simulated company with
 * 20 features, of which about ten are reached, against the obvious way (peer.h).
 * Both start with nothing; they must count as many influences, and the same magnitudes of movement feature by
 * feature, but for the roundings of the peer's sums (1e-6).
 *
 *   bench_impact            the company of 300 people in 60 days
 *   bench_impact alone      the same, without the peer and without figures: to be looked at by perf
 *   bench_impact actors N   N actors (2 million events, keys by actor): ns an event, bytes a key
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "load.h"
#include "peer.h"

#define BATCH 1024
#define ACTOR_EVENTS 2000000

static const char company_yaml[] =
    "version: 1\n"
    "datasets: [{name: company}]\n"
    "features:\n"
    "  - {name: f0, dataset: company, key: entity, aggregate: count}\n"
    "  - {name: f1, dataset: company, key: team, aggregate: count, window: {size: 7d, pane: 1d, "
    "lateness: 1h}}\n"
    "  - {name: f2, dataset: company, key: channel, aggregate: rate, window: {size: 7d, pane: "
    "1d}}\n"
    "  - {name: f3, dataset: company, key: actor, aggregate: count, window: {size: 28d, pane: "
    "1d}}\n"
    "  - {name: f4, dataset: company, key: none, aggregate: rate, window: {size: 1d, pane: 1h}}\n"
    "  - {name: f5, dataset: company, key: system, aggregate: count}\n"
    "  - {name: f6, dataset: company, key: actor, aggregate: count}\n"
    "  - {name: f7, dataset: company, field: state, key: team, aggregate: distinct, window: {size: "
    "7d, pane: 1d}}\n"
    "  - {name: f8, dataset: company, field: state, key: team, aggregate: share, value: Resolved, "
    "window: {size: 7d, pane: 1d}}\n"
    "  - {name: f9, dataset: company, field: amount, encode: numeric, key: entity, aggregate: "
    "last}\n"
    "  - {name: f10, dataset: company, field: amount, encode: numeric, key: team, aggregate: mean, "
    "window: {size: 28d, pane: 1d}}\n"
    "  - {name: f11, dataset: company, field: amount, encode: numeric, key: actor, aggregate: "
    "sum}\n"
    "  - {name: f12, dataset: company, fields: [price, cost, fee], encode: numeric, key: none, "
    "aggregate: mean, window: {size: 7d, pane: 1d}}\n"
    "  - {name: f13, dataset: company, field: priority, encode: {'1 - Critical': 4, '2 - High': 3, "
    "'3 - Moderate': 2, '4 - Low': 1}, key: entity, aggregate: last}\n"
    "  - {name: f14, dataset: company, field: priority, encode: {'1 - Critical': 4, '2 - High': 3, "
    "'3 - Moderate': 2, '4 - Low': 1}, key: team, aggregate: mean, window: {size: 7d, pane: 1d}}\n"
    "  - {name: f15, dataset: company, field: priority, key: channel, aggregate: share, value: '1 "
    "- Critical', window: {size: 7d, pane: 1d}}\n"
    "  - {name: f16, dataset: company, key: team, aggregate: count, filter: [{field: op, is: "
    "[create]}]}\n"
    "  - {name: f17, dataset: company, key: channel, aggregate: count, filter: [{field: channel, "
    "is: [phone, web]}]}\n"
    "  - {name: f18, dataset: company, key: system, aggregate: count, window: {size: 1d, pane: "
    "1h}}\n"
    "  - {name: f19, dataset: company, key: entity, aggregate: count, filter: [{field: op, is: "
    "[update]}]}\n"
    "models:\n"
    "  - {name: one, version: '1', kind: logistic, intercept: -3, inputs: [{feature: f0, weight: "
    "0.1}, {feature: f1, weight: 0.01},\n"
    "     {feature: f13, weight: 0.9}, {feature: f14, weight: 2}]}\n"
    "  - {name: two, version: '1', kind: linear, intercept: 1, inputs: [{feature: f9, weight: "
    "0.8}, {feature: f10, weight: 0.1},\n"
    "     {feature: f2, weight: 0.01}, {feature: f4, weight: 0.02}, {feature: f17, weight: "
    "0.5}]}\n";

static const char actors_yaml[] =
    "version: 1\n"
    "datasets: [{name: company}]\n"
    "features:\n"
    "  - {name: f0, dataset: company, key: actor, aggregate: count}\n"
    "  - {name: f1, dataset: company, field: amount, encode: numeric, key: actor, aggregate: "
    "mean}\n"
    "  - {name: f2, dataset: company, field: amount, encode: numeric, key: actor, aggregate: "
    "last}\n"
    "  - {name: f3, dataset: company, field: amount, encode: numeric, key: team, aggregate: mean, "
    "window: {size: 7d, pane: 1d}}\n"
    "  - {name: f4, dataset: company, key: none, aggregate: count}\n";

struct run {
	struct load load;
	double magnitudes[2][PEER_FEATURES];
	uint64_t influences[2];
	struct impact_counts counts;
	size_t bytes;
};

static void
nobody(void *context, uint32_t number, enum movement_kind kind, struct text name)
{
}

static void
no_word(void *context, uint32_t number, struct text text)
{
}

static void
no_day(void *context, uint32_t subject, int64_t day, bool ended, uint64_t actor_count, double total,
    double squares, struct text cells, struct text actors)
{
}

static void
no_actors(void *context, int64_t day, uint32_t part, uint32_t bucket, bool ended, struct text rows)
{
}

static void
no_scale(void *context, uint32_t subject, uint64_t record, int64_t day, double scale)
{
}

static const struct movement_sink nowhere = {.sparing = true,
    .subject = nobody,
    .word = no_word,
    .day = no_day,
    .actors = no_actors,
    .scale = no_scale};

static void
add_up(double *magnitudes, uint64_t *count, const struct influences *influences)
{
	uint32_t i;

	for (i = 0; i < influences->count; i++) {
		if (influences->items[i].status > INFLUENCE_ESTIMATED)
			continue;
		magnitudes[influences->items[i].feature] +=
		    fabs(influence_movement(&influences->items[i]));
		++*count;
	}
}

static void
run_batch(struct run *run, struct impact *impact, struct batch *batch, size_t first)
{
	size_t i, count = run->load.count - first < BATCH ? run->load.count - first : BATCH;

	arena_reset(&batch->arena);
	batch->count = count;
	batch->events = run->load.events + first;
	batch->origins = run->load.origins + first;
	batch->traces = run->load.traces + first;
	for (i = 0; i < count; i++) {
		batch->messages[i].partition = &run->load.partition;
		batch->messages[i].offset = (int64_t)(first + i);
	}
	impact_batch(impact, batch, first);
	for (i = 0; i < count; i++)
		add_up(run->magnitudes[0], &run->influences[0], &batch->influences[i]);
}

static void
open_impact(struct run *run, struct image **image, struct impact **impact)
{
	struct error err = {0};
	struct impact_options options = {
	    .names = run->load.names, .keys = run->load.keys, .keys_max = 20000000};

	if (!image_open((size_t)16 << 30, image, &err))
		exit(1);
	options.image = *image;
	if (!impact_open(&options, impact, &err) ||
	    !impact_set(*impact, run->load.lineage, 1, &err)) {
		fprintf(stderr, "bench_impact: %s\n", err.text);
		exit(1);
	}
}

static uint64_t
ours(void *context)
{
	struct run *run = context;
	struct batch batch = {0};
	struct image *image;
	struct impact *impact;
	size_t i;

	memset(run->magnitudes[0], 0, sizeof(run->magnitudes[0]));
	run->influences[0] = 0;
	open_impact(run, &image, &impact);
	arena_init(&batch.arena);
	batch.messages = calloc(BATCH, sizeof(*batch.messages));
	batch.outcomes = calloc(BATCH, sizeof(*batch.outcomes));
	batch.influences = calloc(BATCH, sizeof(*batch.influences));
	for (i = 0; i < run->load.count; i += BATCH) {
		run_batch(run, impact, &batch, i);
		if (i / BATCH % 64 == 63)
			impact_rows(impact, &nowhere);
	}
	impact_counts(impact, &run->counts);
	run->bytes = image_bytes(image);
	impact_close(impact);
	image_close(image);
	arena_fini(&batch.arena);
	free(batch.messages);
	free(batch.outcomes);
	free(batch.influences);
	return run->influences[0];
}

static uint64_t
theirs(void *context)
{
	struct run *run = context;

	memset(run->magnitudes[1], 0, sizeof(run->magnitudes[1]));
	run->influences[1] = peer_run(&run->load, run->magnitudes[1]);
	return run->influences[1];
}

static void
compare(const struct run *run)
{
	uint32_t i;

	if (run->influences[0] != run->influences[1])
		fprintf(stderr, "bench_impact: %llu influences, the peer has %llu\n",
		    (unsigned long long)run->influences[0], (unsigned long long)run->influences[1]);
	for (i = 0; i < run->load.lineage->feature_count; i++)
		if (fabs(run->magnitudes[0][i] - run->magnitudes[1][i]) >
		    1e-6 * fmax(1, run->magnitudes[1][i]))
			fprintf(stderr, "bench_impact: f%u moved %.17g, the peer's %.17g\n", i,
			    run->magnitudes[0][i], run->magnitudes[1][i]);
}

static void
bench_company(bool alone)
{
	double start, best = 0;
	int round;

	char folder[] = "/tmp/dyetrace-bench-XXXXXX", command[64];
	struct run run = {0};

	if (!mkdtemp(folder))
		exit(1);
	load_company(&run.load, company_yaml, folder, 300, 60);
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	if (system(command))
		exit(1);
	for (round = 0; alone && round < 3 * BENCH_ROUNDS; round++) {
		start = bench_cpu_ns();
		bench_sink += ours(&run);
		start = bench_cpu_ns() - start;
		best = round && best < start ? best : start;
	}
	if (alone)
		printf(
		    "least of %d rounds: %.1f ns an event\n", round, best / (double)run.load.count);
	if (alone)
		return;
	bench_pair("impact_company", (double)run.load.count, ours, &run, "uthash, panes as arrays",
	    theirs, &run);
	compare(&run);
	fprintf(stderr, "%.1f influences an event\n",
	    (double)run.influences[0] / (double)run.load.count);
	load_fini(&run.load);
}

static void
bench_actors(uint32_t actors)
{
	struct run run = {0};
	double start;

	load_actors(&run.load, actors_yaml, ACTOR_EVENTS, actors);
	start = bench_cpu_ns();
	bench_sink += ours(&run);
	printf("{\"bench\":\"impact_actors\",\"n\":%u,\"ours_ns\":%.1f,\"keys\":%llu,"
	       "\"image_bytes_a_key\":%.1f}\n",
	    actors, (bench_cpu_ns() - start) / ACTOR_EVENTS, (unsigned long long)run.counts.keys,
	    (double)run.bytes / (double)run.counts.keys);
	load_fini(&run.load);
}

int
main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "actors")) {
		bench_actors((uint32_t)strtoul(argv[2], NULL, 10));
		return 0;
	}
	bench_company(argc == 2);
	return 0;
}
