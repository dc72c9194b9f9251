/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_batch.h"

#define SAMPLE_TIME INT64_C(1456705380000)

void
sample_init(struct sample_batch *sample)
{
	static const uint32_t both[] = {0, 1}, model[] = {0};

	*sample = (struct sample_batch){.names = symbols_open()};
	sample->features[0].name = TEXT("incident_priority");
	sample->features[1].name = TEXT("open_count");
	sample->models[0].name = TEXT("sla_breach");
	sample->lineage = (struct lineage){.feature_count = 2,
	    .model_count = 1,
	    .features = sample->features,
	    .models = sample->models};
	sample->traces[0] = (struct trace_class){.number = 1,
	    .epoch = 3,
	    .dataset = symbols_add(sample->names, TEXT("servicenow.incident")),
	    .feature_count = 1,
	    .features = both};
	sample->traces[1] = sample->traces[0];
	sample->traces[1].number = 2;
	sample->traces[1].feature_count = 2;
	sample->traces[1].model_count = 1;
	sample->traces[1].models = model;
}

void
sample_fini(struct sample_batch *sample)
{
	symbols_close(sample->names);
}

void
sample_begin(struct sample_batch *sample, uint64_t first)
{
	sample->batch = (struct publication_batch){.first = first,
	    .end = first,
	    .items = sample->items,
	    .names = sample->names,
	    .lineage = &sample->lineage,
	    .epoch = 3};
}

static struct record *
add(struct sample_batch *sample, const char *partition, int64_t offset, enum record_kind kind)
{
	size_t at = sample->batch.count++;

	sample->facts[at] = (struct record){.kind = kind,
	    .source = TEXT("incidents"),
	    .partition = text_of(partition),
	    .incarnation = 1,
	    .offset = offset,
	    .count = 1,
	    .source_time_ms = TIME_NONE};
	/* The same bytes for the same source. */
	if (at)
		sample->facts[at].source = sample->facts[0].source;
	sample->items[at] =
	    (struct publication){.record = sample->batch.end++, .fact = &sample->facts[at]};
	return &sample->facts[at];
}

struct record *
sample_event(struct sample_batch *sample, const char *partition, int64_t offset, uint8_t actor)
{
	struct record *fact = add(sample, partition, offset, RECORD_EVENT);

	fact->event.time_ms = SAMPLE_TIME + offset * 1000;
	fact->event.dataset = sample->traces[0].dataset;
	fact->event.system = symbols_add(sample->names, TEXT("web"));
	fact->event.channel = symbols_add(sample->names, TEXT("phone"));
	memset(fact->origin.actor.bytes, actor, PSEUDONYM_BYTES);
	fact->origin.kind = actor ? ACTOR_HUMAN : ACTOR_UNKNOWN;
	fact->origin.team = actor ? symbols_add(sample->names, TEXT("night")) : SYMBOL_NONE;
	fact->origin.rule = actor ? ORIGIN_CHART : ORIGIN_NONE;
	fact->origin.confidence = actor ? 100 : 0;
	sample->items[sample->batch.count - 1].trace = &sample->traces[offset % 2];
	return fact;
}

struct record *
sample_other(struct sample_batch *sample, const char *partition, int64_t offset,
    enum record_kind kind, int64_t count)
{
	struct record *fact = add(sample, partition, offset, kind);

	fact->count = count;
	fact->reason = TEXT("tombstone");
	return fact;
}
