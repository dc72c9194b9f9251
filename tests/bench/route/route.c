/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole route on a simulated company, against the naive pipeline: CPU time
 * of the process, both threads, from file to durable store. Arguments: people
 * and days (default 300 and 30).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"
#include "decode/decoder.h"
#include "file/file_source.h"
#include "ingest/ingest.h"
#include "naive.h"
#include "simulate/simulate.h"

struct run {
	char folder[256], events[300], settings[300];
	uint64_t count;
};

static void
fail_with(const struct error *err)
{
	fprintf(stderr, "bench_route: %s\n", err->text);
	exit(1);
}

static uint64_t
ours(void *context)
{
	static const struct source_type *const types[] = {&file_source, NULL};
	struct run *run = context;
	struct settings_options options = {
	    .path = run->settings, .types = types, .check_mapping = mapping_check};
	struct yaml_problems problems = {0};
	struct settings *settings;
	struct ingest_options ingest_options = {.until_end = true};
	enum ingest_state state = INGEST_MORE;
	struct ingest *ingest;
	struct error err = {0};
	char command[600];
	uint64_t count;

	snprintf(command, sizeof(command), "rm -rf '%s/dyetrace-store'", run->folder);
	if (system(command) != 0 || !settings_open(&options, &settings, &problems))
		exit(1);
	ingest_options.settings = settings;
	if (!ingest_open(&ingest_options, &ingest, &err))
		fail_with(&err);
	while (state != INGEST_END)
		if (!ingest_step(ingest, 100, &state, &err))
			fail_with(&err);
	if (!ingest_checkpoint(ingest, &err))
		fail_with(&err);
	count = (uint64_t)ingest_counts(ingest)->recorded;
	ingest_close(ingest);
	settings_close(settings);
	yaml_problems_fini(&problems);
	if (count != run->count) {
		fprintf(stderr, "bench_route: recorded %llu of %llu\n", (unsigned long long)count,
		    (unsigned long long)run->count);
		exit(1);
	}
	return count;
}

static uint64_t
theirs(void *context)
{
	struct run *run = context;

	return naive_run(run->events, run->folder);
}

int
main(int argc, char **argv)
{
	struct simulate_options options = {.people = argc > 1 ? atoi(argv[1]) : 300,
	    .days = argc > 2 ? atoi(argv[2]) : 30,
	    .seed = 7};
	struct simulate_result result;
	struct error err = {0};
	struct rusage usage;
	struct run run;
	char command[300];

	strcpy(run.folder, "/tmp/bench-route-XXXXXX");
	if (!mkdtemp(run.folder))
		return 1;
	options.folder = run.folder;
	if (!simulate(&options, &result, &err))
		fail_with(&err);
	run.count = (uint64_t)result.events;
	snprintf(run.events, sizeof(run.events), "%s/events.jsonl", run.folder);
	snprintf(run.settings, sizeof(run.settings), "%s/dyetrace.yaml", run.folder);
	bench_pair("route", (double)run.count, ours, &run, "jansson+uthash+avro_file_writer+SQLite",
	    theirs, &run);
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"bench\":\"route-rss\",\"n\":%llu,\"max_rss_mb\":%.0f}\n",
	    (unsigned long long)run.count, (double)usage.ru_maxrss / 1024);
	snprintf(command, sizeof(command), "rm -rf '%s'", run.folder);
	return system(command) != 0;
}
