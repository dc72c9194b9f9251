/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The positions are collected first, for the catalog is the scribe's again as
 * soon as records flow. A record that is an event now is written as a second
 * record of its position; its raw bytes go when that is committed.
 */
#include "replay.h"

#include <stdio.h>

#include "base/memory.h"

struct position {
	uint32_t partition;
	int64_t offset;
	bool recorded;
};

struct positions {
	struct position *items;
	size_t count, capacity;
	struct text reason;
};

static bool
collect(void *context, const struct catalog_quarantined *row)
{
	struct positions *positions = context;

	if (positions->reason.data && !text_equal(positions->reason, row->reason))
		return true;
	memory_grow(&positions->items, &positions->capacity, positions->count + 1,
	    sizeof(*positions->items));
	positions->items[positions->count++] =
	    (struct position){row->partition, row->offset, false};
	return true;
}

static struct ingest_source *
source_of(struct ingest *ingest, const struct partition *partition)
{
	size_t i;

	for (i = 0; i < ingest->source_count; i++)
		if (strcmp(ingest->sources[i].settings->name, partition->source) == 0)
			return &ingest->sources[i];
	return NULL;
}

/* As the settings have it now: the one that the rows were read with may be what was mended. */
static char
delimiter_of(const struct ingest_source *source)
{
	const struct yaml_node *csv = yaml_find(source->settings->settings, "csv"),
			       *delimiter = yaml_find(csv, "delimiter");

	return delimiter && delimiter->text.size == 1 ? delimiter->text.data[0] : ',';
}

/* Schemas live as long as decoders may hold plans of them. */
static const struct message_schema *
keep_schema(
    struct ingest *ingest, const struct ingest_source *source, const struct quarantine_raw *raw)
{
	struct text text = buffer_text(&raw->schema);
	char delimiter = raw->format == FORMAT_CSV ? delimiter_of(source) : 0;
	uint64_t id = digest_identity(text) ^ (uint64_t)(unsigned char)delimiter << 56;
	struct message_schema *schema;
	size_t i;

	for (i = 0; i < ingest->schema_count; i++)
		if (ingest->schemas[i]->id == id && ingest->schemas[i]->format == raw->format)
			return ingest->schemas[i];
	schema = memory_get(sizeof(*schema));
	*schema = (struct message_schema){.id = id,
	    .format = raw->format,
	    .delimiter = delimiter,
	    .text = {memory_text_n(text.data, text.size), text.size}};
	memory_grow(&ingest->schemas, &ingest->schema_capacity, ingest->schema_count + 1,
	    sizeof(*ingest->schemas));
	ingest->schemas[ingest->schema_count++] = schema;
	return schema;
}

void
replay_free_schemas(struct ingest *ingest)
{
	size_t i;

	for (i = 0; i < ingest->schema_count; i++) {
		memory_free((char *)ingest->schemas[i]->text.data);
		memory_free(ingest->schemas[i]);
	}
	memory_free(ingest->schemas);
}

static void
add_beside(struct message *message, const struct quarantine_raw *raw, struct arena *arena)
{
	struct message_header *headers = NULL;
	size_t i;

	if (raw->header_count)
		headers = arena_get(arena, raw->header_count * sizeof(*headers));
	for (i = 0; i < raw->header_count; i++)
		headers[i] = (struct message_header){arena_text(arena, raw->headers[i].name),
		    arena_text(arena, raw->headers[i].value)};
	message->source_time_ms = raw->source_time_ms;
	message->framing = raw->framing;
	message->key = arena_text(arena, raw->key);
	message->headers = headers;
	message->header_count = raw->header_count;
}

/* Adds one position's raw bytes to the batch; one whose bytes are gone is left out. */
static bool
add_message(struct ingest *ingest, const struct ingest_source *source, struct partition *partition,
    int64_t offset, struct error *err)
{
	struct batch *batch = &ingest->batch;
	struct quarantine_raw raw = {0};
	struct message *message;
	bool found, good;

	good = quarantine_get(ingest->quarantine, partition->number, offset, &raw, &found, err);
	if (good && found) {
		message = batch_add(batch);
		message->kind = MESSAGE_PAYLOAD;
		message->format = raw.format;
		message->partition = partition;
		message->offset = offset;
		message->payload = arena_text(&batch->arena, buffer_text(&raw.payload));
		message->replay = true;
		add_beside(message, &raw, &batch->arena);
		if (raw.schema.size || raw.format == FORMAT_CSV)
			message->schema = keep_schema(ingest, source, &raw);
		if (source->source && source->settings->type->again)
			source->settings->type->again(source->source, message);
		batch->bytes += message->payload.size;
	}
	quarantine_raw_fini(&raw);
	return good;
}

/* A position that stays in quarantine is no record this time, so that impact_batch() would miscount. */
static void
weigh(struct ingest *ingest, struct batch *batch)
{
	uint64_t record = ingest->next_record;
	size_t i;

	for (i = 0; i < batch->count; i++) {
		const struct message *message = &batch->messages[i];
		const struct partition *released = message->releases, *from = message->partition;
		struct impact_place where = {.source = text_of(from->source),
		    .partition = text_of(from->name),
		    .incarnation = from->incarnation,
		    .offset = message->offset};

		if (batch->outcomes[i].disposition != DISPOSITION_RECORDED)
			continue;
		if (released)
			impact_release(ingest->impact, text_of(released->source),
			    text_of(released->name), released->incarnation, record++);
		where.record = record++;
		impact_event(ingest->impact, &batch->events[i], &batch->origins[i],
		    &batch->traces[i], &where, &batch->arena, &batch->influences[i]);
	}
}

/* One batch of positions of one source, along the route. */
static bool
replay_batch(struct ingest *ingest, struct ingest_source *source, struct position *positions,
    size_t count, struct error *err)
{
	struct batch *batch = &ingest->batch;
	size_t i, j;

	/* A command that acts on the store alone has none open; one that gives meaning to bytes is needed. */
	if (source->settings->type->again && !source_open(ingest, source, err))
		return false;
	if (!source_decoder(ingest, source, err))
		return false;
	batch_reset(batch);
	for (i = 0; i < count; i++)
		if (!add_message(ingest, source, partitions_find(ingest, positions[i].partition),
			positions[i].offset, err))
			return false;
	decoder_batch(source->decoder, batch);
	if (!origin_batch(ingest->resolver, batch, err))
		return false;
	lineage_batch(ingest->tracer, batch);
	releases_mark(ingest, source, batch);
	weigh(ingest, batch);
	if (!record_batch(ingest, batch, err))
		return false;
	for (i = 0, j = 0; i < count && j < batch->count; i++) {
		if (batch->messages[j].offset != positions[i].offset ||
		    batch->messages[j].partition->number != positions[i].partition)
			continue;
		positions[i].recorded = batch->outcomes[j].disposition == DISPOSITION_RECORDED;
		j++;
	}
	return true;
}

/* As many positions as share a source and fit into one batch. */
static size_t
run_length(struct ingest *ingest, const struct positions *positions, size_t from,
    const struct ingest_source *source)
{
	size_t i;

	for (i = from; i < positions->count && i - from < ingest->batch.capacity; i++) {
		const struct partition *partition =
		    partitions_find(ingest, positions->items[i].partition);

		if (!partition || source_of(ingest, partition) != source)
			break;
	}
	return i - from;
}

static bool
replay_all(struct ingest *ingest, struct positions *positions, struct error *err)
{
	size_t i = 0, count;

	while (i < positions->count) {
		const struct partition *partition =
		    partitions_find(ingest, positions->items[i].partition);
		struct ingest_source *source = partition ? source_of(ingest, partition) : NULL;

		count = source ? run_length(ingest, positions, i, source) : 0;
		if (!count) {
			i++;
			continue;
		}
		if (!replay_batch(ingest, source, positions->items + i, count, err))
			return false;
		i += count;
	}
	return ingest_flush(ingest, err);
}

/* Only what is committed as an event gives up its raw bytes. */
static bool
drop_recorded(struct ingest *ingest, const struct positions *positions,
    struct replay_counts *counts, struct error *err)
{
	size_t i;

	for (i = 0; i < positions->count; i++) {
		if (!positions->items[i].recorded)
			continue;
		counts->recorded++;
		if (!quarantine_drop(ingest->quarantine, positions->items[i].partition,
			positions->items[i].offset, err))
			return false;
	}
	return quarantine_commit(ingest->quarantine, err);
}

bool
replay_quarantine(
    struct ingest *ingest, struct text reason, struct replay_counts *counts, struct error *err)
{
	struct positions positions = {.reason = reason};
	char body[64];
	bool good;

	*counts = (struct replay_counts){0};
	good = ingest_flush(ingest, err) &&
	    catalog_quarantined_each(ingest->catalog, false, collect, &positions, err);
	counts->tried = (int64_t)positions.count;
	if (good && positions.count) {
		snprintf(body, sizeof(body), "{\"tried\":%lld}", (long long)counts->tried);
		good = record_note(ingest, NOTE_REPLAY, text_of(body), err) &&
		    replay_all(ingest, &positions, err) &&
		    drop_recorded(ingest, &positions, counts, err);
	}
	memory_free(positions.items);
	return good;
}
