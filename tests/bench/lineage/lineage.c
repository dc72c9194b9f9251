/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lineage_batch() in the steady state: 4,096 events of 1 to 24 changes in 500
 * sequences, on 40 features. The peer walks the features for each event and
 * compares names, as a first version would.
 */
#include "bench.h"
#include "lineage/classes.h"

enum {
	EVENTS = 4096,
	FIELDS = 40,
	SEQUENCES = 500,
	ROUNDS = 50,
	CHANGES = 24
};

struct load {
	struct symbols *names;
	struct tracer *tracer;
	const struct lineage *lineage;
	struct batch batch;
	struct change *given[EVENTS]; /* as the source had them */
};

static uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static struct lineage *
make_lineage(void)
{
	struct buffer yaml = {0};
	struct lineage *lineage = NULL;
	struct error err = {0};
	int i;

	buffer_add_format(&yaml, "version: 1\ndatasets: [{name: d}]\nfeatures:\n");
	for (i = 0; i < FIELDS; i++)
		buffer_add_format(&yaml,
		    "  - {name: feature_%d, dataset: d, field: column_name_%d, key: entity, "
		    "aggregate: count}\n",
		    i, i);
	buffer_add_format(&yaml,
	    "models: [{name: m, version: 1, kind: opaque, inputs: [{feature: feature_3}]}]\n");
	if (!lineage_parse("bench", buffer_text(&yaml), &lineage, &err))
		abort();
	buffer_fini(&yaml);
	return lineage;
}

static void
make_sequence(struct symbols *names, uint32_t seed, struct event *event, struct change *changes)
{
	uint32_t fields[FIELDS], i, at, swap;
	char name[32];

	for (i = 0; i < FIELDS; i++) {
		snprintf(name, sizeof(name), "column_name_%u", i);
		fields[i] = symbols_add(names, text_of(name));
	}
	/* Most events change a few fields, some many: 1, 2, …, rarely 24. */
	event->change_count = 1 + (draw(&seed, 10) ? draw(&seed, 6) : draw(&seed, CHANGES));
	for (i = 0; i < event->change_count; i++) {
		at = i + draw(&seed, FIELDS - i);
		swap = fields[i];
		fields[i] = fields[at];
		fields[at] = swap;
		changes[i].field = fields[i];
	}
}

static void
make_load(struct load *load)
{
	uint32_t seed = 7, i;
	size_t bytes;

	load->names = symbols_open();
	load->tracer = tracer_open(load->names);
	tracer_set(load->tracer, make_lineage(), 1);
	load->lineage = tracer_lineage(load->tracer);
	batch_init(&load->batch, EVENTS, 1 << 20);
	for (i = 0; i < EVENTS; i++) {
		batch_add(&load->batch);
		load->batch.outcomes[i] = (struct outcome){DISPOSITION_RECORDED};
		load->batch.events[i] =
		    (struct event){.dataset = symbols_add(load->names, TEXT("d"))};
		load->given[i] =
		    arena_get_zero(&load->batch.arena, CHANGES * sizeof(struct change));
		make_sequence(load->names, draw(&seed, SEQUENCES) + 1, &load->batch.events[i],
		    load->given[i]);
		bytes = load->batch.events[i].change_count * sizeof(struct change);
		arena_trim(
		    &load->batch.arena, load->given[i], CHANGES * sizeof(struct change), bytes);
		load->batch.events[i].changes = arena_get(&load->batch.arena, bytes);
	}
}

/* Both start from the same order; the copy is counted on both sides. */
static void
give(struct load *load)
{
	uint32_t i;

	for (i = 0; i < EVENTS; i++)
		memcpy(load->batch.events[i].changes, load->given[i],
		    load->batch.events[i].change_count * sizeof(struct change));
}

static uint64_t
ours(void *context)
{
	struct load *load = context;
	uint64_t sum = 0;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		give(load);
		lineage_batch(load->tracer, &load->batch);
		sum += load->batch.traces[round].class->feature_count;
	}
	return sum;
}

static uint64_t
copy_only(void *context)
{
	struct load *load = context;
	uint64_t sum = 0;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		give(load);
		sum += load->batch.events[round].changes[0].field;
	}
	return sum;
}

static uint64_t
walk_features(void *context)
{
	struct load *load = context;
	uint64_t sum = 0;
	uint32_t i, f, c;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		give(load);
		for (i = 0; i < EVENTS; i++)
			for (f = 0; f < load->lineage->feature_count; f++)
				for (c = 0; c < load->batch.events[i].change_count; c++)
					sum += text_equal(load->lineage->features[f].fields[0],
					    symbols_text(load->names,
						load->batch.events[i].changes[c].field));
	}
	return sum;
}

int
main(void)
{
	static struct load load;

	make_load(&load);
	bench_pair("lineage_batch", (double)EVENTS * ROUNDS, ours, &load, "walk-features",
	    walk_features, &load);
	bench_pair(
	    "copy-alone", (double)EVENTS * ROUNDS, copy_only, &load, "lineage_batch", ours, &load);
	tracer_close(load.tracer);
	batch_fini(&load.batch);
	symbols_close(load.names);
	return 0;
}
