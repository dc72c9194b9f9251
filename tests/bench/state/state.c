/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What snapshots cost the whole route: events of many people, whose features are
 * keyed by actor, so that each has a row in the state. The clock stops for each batch,
 * apart for those while a snapshot is under way. Then the store is left without a clean end
 * and opened again: that is the recovery.
 *
 *   bench_state FOLDER [ACTORS [EVENTS]]     default 5,000,000 and 6,000,000
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/file.h"
#include "bench.h"
#include "bench_route.h"
#include "ingest/ingest.h"
#include "route.h"

struct longest {
	double ms,
	    cpu_ms; /* cpu: of the route's thread alone, which a busy machine does not lengthen */
	uint64_t steps;
};

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double
cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static FILE *
created(const char *folder, const char *name)
{
	char *path = file_join(folder, name);
	FILE *file = fopen(path, "w");

	if (!file)
		exit(1);
	memory_free(path);
	return file;
}

/* Each actor once, then anybody. */
static void
write_events(const char *folder, uint64_t actors, uint64_t events)
{
	FILE *file = created(folder, "events.jsonl");
	uint64_t i, actor, seed = 88172645463325252u;

	for (i = 0; i < events; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		actor = i < actors ? i : (seed >> 20) % actors;
		fprintf(file,
		    "{\"time\":%llu,\"actor\":\"p%llu\",\"entity\":\"t%llu\",\"changes\":[["
		    "\"amount\",null,%llu]]}\n",
		    1700000000000u + (unsigned long long)i * 20, (unsigned long long)actor,
		    (unsigned long long)(i % 1000), (unsigned long long)(seed >> 50));
	}
	fclose(file);
}

static void
write_settings(const char *folder)
{
	FILE *file = created(folder, "dyetrace.yaml");

	fprintf(file,
	    "store: store\nkeys: keys\nlineage: lineage.yaml\nsources:\n"
	    "  - name: bench\n    type: file\n    path: events.jsonl\n    format: jsonl\n"
	    "    mapping:\n      dataset: {value: bench}\n      time: {field: time, format: "
	    "unix-ms}\n      actor: actor\n      entity: entity\n      changes: {list: changes}\n");
	fclose(file);
	file = created(folder, "lineage.yaml");
	fprintf(file,
	    "version: 1\ndatasets:\n  - name: bench\nfeatures:\n"
	    "  - {name: total, dataset: bench, field: amount, encode: numeric, key: actor, "
	    "aggregate: sum}\n"
	    "  - {name: many, dataset: bench, field: amount, key: actor, aggregate: count}\n");
	fclose(file);
}

static void
run(struct ingest *ingest, struct longest *alone, struct longest *beside)
{
	enum ingest_state state = INGEST_MORE;
	struct longest *longest;
	struct error err = {0};
	double begin, begin_cpu, took, took_cpu;
	bool busy;

	while (state != INGEST_END) {
		busy = scribe_snapshot_busy(ingest->scribe);
		begin = now_ms();
		begin_cpu = cpu_ms();
		if (!ingest_step(ingest, 100, &state, &err))
			bench_fail(&err);
		took = now_ms() - begin;
		took_cpu = cpu_ms() - begin_cpu;
		longest = busy || scribe_snapshot_busy(ingest->scribe) ? beside : alone;
		longest->steps++;
		if (took > longest->ms)
			longest->ms = took;
		if (took_cpu > longest->cpu_ms)
			longest->cpu_ms = took_cpu;
	}
	if (!ingest_flush(ingest, &err))
		bench_fail(&err);
}

static struct ingest *
opened(const struct settings *settings, double *took_ms)
{
	struct ingest_options options = {.settings = settings, .until_end = true};
	struct ingest *ingest;
	struct error err = {0};
	double begin = now_ms();

	if (!ingest_open(&options, &ingest, &err))
		bench_fail(&err);
	*took_ms = now_ms() - begin;
	return ingest;
}

int
main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : ".";
	uint64_t actors = argc > 2 ? strtoull(argv[2], NULL, 10) : 5000000;
	uint64_t events = argc > 3 ? strtoull(argv[3], NULL, 10) : 6000000;
	struct longest alone = {0}, beside = {0};
	struct settings *settings;
	struct ingest *ingest;
	struct rusage usage;
	uint64_t redone;
	size_t bytes;
	double first_ms, again_ms, begin, all_ms;
	char *path;

	write_events(folder, actors, events);
	write_settings(folder);
	path = file_join(folder, "dyetrace.yaml");
	settings = bench_settings(path);
	ingest = opened(settings, &first_ms);
	begin = now_ms();
	run(ingest, &alone, &beside);
	all_ms = now_ms() - begin;
	redone = ingest->next_record - ingest->snapshot_record;
	bytes = image_end(ingest->image);
	getrusage(RUSAGE_SELF, &usage);
	ingest_close(ingest);
	ingest = opened(settings, &again_ms);
	printf(
	    "{\"bench\":\"state\",\"n\":%llu,\"actors\":%llu,\"event_ns\":%.0f,\"image_mb\":%.0f,"
	    "\"longest_batch_ms\":%.1f,\"cpu_ms\":%.1f,\"batches\":%llu,"
	    "\"longest_batch_beside_ms\":%.1f,\"beside_cpu_ms\":%.1f,\"batches_beside\":%llu,"
	    "\"max_rss_mb\":%.0f,\"redone\":%llu,\"recovery_ms\":%.0f}\n",
	    (unsigned long long)events, (unsigned long long)actors, all_ms * 1e6 / (double)events,
	    (double)bytes / 1e6, alone.ms, alone.cpu_ms, (unsigned long long)alone.steps, beside.ms,
	    beside.cpu_ms, (unsigned long long)beside.steps, (double)usage.ru_maxrss / 1024,
	    (unsigned long long)redone, again_ms);
	ingest_close(ingest);
	settings_close(settings);
	memory_free(path);
	return 0;
}
