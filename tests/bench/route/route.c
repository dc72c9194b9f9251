/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole route on a simulated company, against the naive pipeline: CPU time
 * of the process, all threads, from one file to two durable stores. Each round
 * runs all four in turn: ours and the peer, with and without what proofs cost.
 *
 *   route           neither hashes for proofs
 *   route_proofs    both do: leaves, tree, content digest
 *   route_uneven    ours does, the peer does not
 *
 * and the same three again with the influence of every event on the company's 27
 * features and 6 models, which both sides compute, keep and add up
 * (naive_influence.h says what the peer leaves out). Of each feature and model the
 * sums of magnitudes must be equal to 1e-6, of a run in which teams are the events' own (compared.h):
 *
 *   route_influence, route_influence_proofs, route_influence_uneven
 *
 * Macs and encryption of texts, pseudonyms and the org chart are in ours
 * throughout; the peer has none of them. Arguments: people and days (default 300
 * and 60).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bare.h"
#include "bench.h"
#include "bench_route.h"
#include "compared.h"
#include "lineage/graph.h"
#include "naive.h"
#include "simulate/simulate.h"

enum {
	OURS,
	OURS_BARE,
	NAIVE,
	NAIVE_PROOFS,
	SIDES
};

struct run {
	char folder[256], events[300], settings[300];
	struct lineage *lineage; /* NULL: no influences */
	uint64_t count;
	double *magnitudes;             /* the peer's, by feature, then model */
	double ns[SIDES][BENCH_ROUNDS]; /* an event */
};

static void
shell(const char *format, const char *folder)
{
	char command[1024];

	snprintf(command, sizeof(command), format, folder, folder);
	if (system(command) != 0)
		exit(1);
}

static uint64_t
run_side(struct run *run, int side)
{
	if (side == NAIVE || side == NAIVE_PROOFS)
		return naive_run(
		    run->events, run->folder, side == NAIVE_PROOFS, run->lineage, run->magnitudes);
	bare_route = side == OURS_BARE;
	return bench_route(run->settings);
}

/* Every side starts without a store; removing it is not measured. */
static double
measure(struct run *run, int side)
{
	double start;
	uint64_t count;

	shell("rm -rf '%s'/dyetrace-store '%s'/naive.*", run->folder);
	start = bench_cpu_ns();
	count = run_side(run, side);
	start = bench_cpu_ns() - start;
	if (side == NAIVE || side == NAIVE_PROOFS)
		count = count == naive_count(run->folder) ? count : 0;
	if (count != run->count) {
		fprintf(stderr, "bench_route: recorded %llu of %llu\n", (unsigned long long)count,
		    (unsigned long long)run->count);
		exit(1);
	}
	return start / (double)count;
}

static void
measure_all(struct run *run)
{
	int round, side;

	for (side = 0; side < SIDES; side++)
		measure(run, side); /* warm-up, not counted */
	for (round = 0; round < BENCH_ROUNDS; round++)
		for (side = 0; side < SIDES; side++)
			run->ns[side][round] = measure(run, side);
}

/* The ratio of each round's pair: its median and its range. */
static void
print_pair(const char *name, struct run *run, int ours, int peer)
{
	double ratios[BENCH_ROUNDS], our_ns[BENCH_ROUNDS], peer_ns[BENCH_ROUNDS], ratio;
	int round;

	for (round = 0; round < BENCH_ROUNDS; round++)
		ratios[round] = run->ns[peer][round] / run->ns[ours][round];
	memcpy(our_ns, run->ns[ours], sizeof(our_ns));
	memcpy(peer_ns, run->ns[peer], sizeof(peer_ns));
	ratio = bench_median(ratios, BENCH_ROUNDS);
	printf("{\"bench\":\"%s\",\"n\":%llu,\"ours_ns\":%.1f,"
	       "\"peer\":\"jansson+uthash+avro_file_writer+SQLite\",\"peer_ns\":%.1f,"
	       "\"ratio\":%.2f,\"ratio_min\":%.2f,\"ratio_max\":%.2f}\n",
	    name, (unsigned long long)run->count, bench_median(our_ns, BENCH_ROUNDS),
	    bench_median(peer_ns, BENCH_ROUNDS), ratio, ratios[0], ratios[BENCH_ROUNDS - 1]);
}

static void
print_proofs(struct run *run)
{
	double ours[BENCH_ROUNDS], peer[BENCH_ROUNDS];
	int round;

	for (round = 0; round < BENCH_ROUNDS; round++) {
		ours[round] = run->ns[OURS][round] - run->ns[OURS_BARE][round];
		peer[round] = run->ns[NAIVE_PROOFS][round] - run->ns[NAIVE][round];
	}
	printf(
	    "{\"bench\":\"route_cost_of_proofs\",\"n\":%llu,\"ours_ns\":%.1f,\"peer_ns\":%.1f}\n",
	    (unsigned long long)run->count, bench_median(ours, BENCH_ROUNDS),
	    bench_median(peer, BENCH_ROUNDS));
}

/* Once more without an org chart, which would decide otherwise than events do: teams are theirs on both sides. */
static void
compare(struct run *run)
{
	snprintf(run->settings, sizeof(run->settings), "%s/compared.yaml", run->folder);
	measure(run, OURS);
	if (!compared_magnitudes(run->folder, run->lineage, run->magnitudes))
		exit(1);
}

/* Without influences, or with the company's lineage on both sides. */
static void
bench_all(struct run *run, bool influence)
{
	struct error err = {0};
	char path[300];

	snprintf(path, sizeof(path), "%s/lineage.yaml", run->folder);
	if (influence) {
		if (!lineage_open(path, &run->lineage, &err))
			bench_fail(&err);
		run->magnitudes = calloc(run->lineage->feature_count + run->lineage->model_count,
		    sizeof(*run->magnitudes));
	}
	snprintf(run->settings, sizeof(run->settings), "%s/%s.yaml", run->folder,
	    influence ? "dyetrace" : "plain");
	measure_all(run);
	print_pair(influence ? "route_influence" : "route", run, OURS_BARE, NAIVE);
	print_pair(influence ? "route_influence_proofs" : "route_proofs", run, OURS, NAIVE_PROOFS);
	print_pair(influence ? "route_influence_uneven" : "route_uneven", run, OURS, NAIVE);
	print_proofs(run);
	if (influence)
		compare(run);
	free(run->magnitudes);
	lineage_close(run->lineage);
}

int
main(int argc, char **argv)
{
	struct simulate_options options = {.people = argc > 1 ? atoi(argv[1]) : 300,
	    .days = argc > 2 ? atoi(argv[2]) : 60,
	    .seed = 7};
	struct simulate_result result;
	struct run run = {0};
	struct error err = {0};
	struct rusage usage;

	strcpy(run.folder, "/tmp/bench-route-XXXXXX");
	if (!mkdtemp(run.folder))
		return 1;
	options.folder = run.folder;
	if (!simulate(&options, &result, &err))
		bench_fail(&err);
	run.count = (uint64_t)result.events;
	snprintf(run.events, sizeof(run.events), "%s/events.jsonl", run.folder);
	shell("sed '/^lineage:/d' '%s/dyetrace.yaml' >'%s/plain.yaml'", run.folder);
	shell("sed '/^org-chart:/d' '%s/dyetrace.yaml' >'%s/compared.yaml'", run.folder);
	bench_all(&run, false);
	bench_all(&run, true);
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"bench\":\"route_rss\",\"n\":%llu,\"max_rss_mb\":%.0f}\n",
	    (unsigned long long)run.count, (double)usage.ru_maxrss / 1024);
	shell("rm -rf '%s'", run.folder);
	return 0;
}
