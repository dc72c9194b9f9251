/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects records into blocks: what is encoded is block_writer.c's business,
 * here are the block's beginning and end and the rows that the catalog gets.
 */
#include <assert.h>

#include "builder.h"
#include "wire.h"

struct block_builder *
block_builder_open(const struct block_builder_options *options)
{
	struct block_builder *builder = memory_get(sizeof(*builder));

	assert(options->records_max >= 1 && options->records_max <= BLOCK_RECORDS_MAX);
	builder->options = *options;
	builder->macs = ledger_macs_open(options->keys, options->names);
	builder->texts = block_texts_open();
	return builder;
}

void
block_builder_close(struct block_builder *builder)
{
	if (!builder)
		return;
	block_free(builder->block);
	block_free(builder->spare);
	ledger_macs_close(builder->macs);
	block_texts_close(builder->texts);
	memory_free(builder->names);
	memory_free(builder->partitions);
	memory_free(builder->fields);
	buffer_fini(&builder->pieces);
	memory_free(builder);
}

void
block_free(struct block *block)
{
	if (!block)
		return;
	arena_fini(&block->arena);
	buffer_fini(&block->body);
	buffer_fini(&block->leaves);
	memory_free(block);
}

bool
block_builder_full(const struct block_builder *builder)
{
	const struct block *block = builder->block;

	return block &&
	    (block->records >= builder->options.records_max ||
		block->body.size > BLOCK_BYTES_FULL || builder->change_count > BLOCK_CHANGES_FULL);
}

uint32_t
block_builder_count(const struct block_builder *builder)
{
	return builder->block ? builder->block->records : 0;
}

/* More than an ordinary block takes is given back to the system. */
#define SPARE_BYTES_MAX (2 * BLOCK_BYTES_FULL)

void
block_builder_reuse(struct block_builder *builder, struct block *block)
{
	if (!block)
		return;
	if (builder->spare ||
	    block->body.capacity + block->leaves.capacity + block->arena.bytes > SPARE_BYTES_MAX) {
		block_free(block);
		return;
	}
	arena_reset(&block->arena);
	*block = (struct block){.arena = block->arena,
	    .body = {.data = block->body.data, .capacity = block->body.capacity},
	    .leaves = {.data = block->leaves.data, .capacity = block->leaves.capacity}};
	builder->spare = block;
}

static struct block *
empty_block(struct block_builder *builder)
{
	struct block *block = builder->spare;

	builder->spare = NULL;
	if (!block) {
		block = memory_get(sizeof(*block));
		arena_init(&block->arena);
	}
	return block;
}

static void
begin_block(struct block_builder *builder)
{
	struct block *block = empty_block(builder);

	block->min_time_ms = block->max_time_ms = TIME_NONE;
	/* A quarter more than the block before took: rarely grown again. */
	buffer_reserve(&block->body, builder->body_bytes + builder->body_bytes / 4);
	buffer_reserve(&block->leaves, builder->leaf_bytes + builder->leaf_bytes / 4);
	builder->block = block;
	builder->serial++;
	builder->asking++;
	builder->time_ms = builder->source_time_ms = 0;
	builder->name_count = builder->text_count = builder->shape_count = 0;
	builder->origin_count = builder->reason_count = builder->partition_count = 0;
	builder->change_count = 0;
	builder->field_count = 0;
	builder->pieces.size = 0;
	builder->span_count = builder->id_count = builder->aside_count = builder->note_count = 0;
}

/* The partition's slot; it has no number in the block yet if its serial is another. */
static struct builder_partition *
place_of(struct block_builder *builder, const struct partition *partition)
{
	size_t before = builder->partition_capacity;

	memory_grow(&builder->partitions, &builder->partition_capacity,
	    (size_t)partition->number + 1, sizeof(struct builder_partition));
	if (builder->partition_capacity > before)
		memset(builder->partitions + before, 0,
		    (builder->partition_capacity - before) * sizeof(struct builder_partition));
	builder->partitions[partition->number].partition = partition;
	return &builder->partitions[partition->number];
}

static void
widen_span(struct block_builder *builder, struct builder_partition *at, const struct record *record)
{
	struct block_span *span;

	if (record->replay)
		return;
	if (!at->span) {
		at->span = (uint32_t)++builder->span_count;
		builder->spans[at->span - 1] = (struct block_span){
		    .partition = at->partition->number,
		    .first_offset = record->offset,
		    .first_record = builder->block->records,
		};
	}
	span = &builder->spans[at->span - 1];
	span->end_offset = record->offset + record->count;
	span->end_record = builder->block->records + 1;
}

static void
note_aside(struct block_builder *builder, const struct record *record, uint32_t partition)
{
	struct arena *arena = &builder->block->arena;
	struct block_aside *aside;

	if (record->kind != RECORD_QUARANTINED && !record->replay)
		return;
	aside = &builder->asides[builder->aside_count++];
	*aside = (struct block_aside){
	    .record = builder->block->records,
	    .replayed = record->kind != RECORD_QUARANTINED,
	    .partition = partition,
	    .offset = record->offset,
	};
	if (aside->replayed)
		return;
	aside->reason = arena_text(arena, recorded_text(record->reason, arena));
	aside->detail = arena_text(arena, recorded_text(record->detail, arena));
}

static void
add_event(struct block_builder *builder, const struct record *record, struct builder_partition *at)
{
	struct block *block = builder->block;
	struct text id = recorded_text(record->event.id, &block->arena);
	struct text entity = recorded_text(record->event.entity, &block->arena);
	int64_t time_ms = record->event.time_ms;

	assert(time_ms >= TIME_MIN && time_ms <= TIME_MAX);
	assert(record->event.change_count <= BLOCK_RECORD_CHANGES_MAX);
	if (!block->events || time_ms < block->min_time_ms)
		block->min_time_ms = time_ms;
	if (!block->events || time_ms > block->max_time_ms)
		block->max_time_ms = time_ms;
	block->events++;
	builder->change_count += record->event.change_count;
	if (id.data)
		builder->ids[builder->id_count++] =
		    (struct block_id){block->records, digest_identity(id)};
	builder_write_event(builder, record, at, id, entity);
}

static void
add_note(struct block_builder *builder, const struct record *record)
{
	struct arena *arena = &builder->block->arena;

	builder->notes[builder->note_count++] = (struct block_note){
	    .record = builder->block->records,
	    .what = arena_text(arena, recorded_text(record->reason, arena)),
	    .body = digest_identity(recorded_text(record->detail, arena)),
	};
	builder->asking++;
	builder_write_other(builder, record, NULL);
}

static void
add_position(
    struct block_builder *builder, const struct record *record, const struct partition *partition)
{
	struct builder_partition *at = place_of(builder, partition);

	assert(record->offset >= 0 && record->count >= 1 &&
	    record->count <= INT64_MAX - record->offset);
	assert(record->kind == RECORD_GAP || record->count == 1);
	assert(record->kind != RECORD_GAP || !record->replay);
	if (record->kind == RECORD_EVENT)
		add_event(builder, record, at);
	else
		builder_write_other(builder, record, at);
	widen_span(builder, at, record);
	note_aside(builder, record, partition->number);
}

void
block_builder_add(
    struct block_builder *builder, const struct record *record, const struct partition *partition)
{
	struct block *block;

	assert(!block_builder_full(builder));
	assert((record->kind == RECORD_NOTE) == !partition);
	if (!builder->block)
		begin_block(builder);
	block = builder->block;
	if (record->kind == RECORD_NOTE)
		add_note(builder, record);
	else
		add_position(builder, record, partition);
	assert(block->body.size <= BLOCK_BYTES_MAX && block->leaves.size <= UINT32_MAX);
	block->leaf_ends[block->records++] = (uint32_t)block->leaves.size;
}

static void
keep_mark(struct block_mark *mark, const struct partition *partition, struct arena *arena)
{
	*mark = (struct block_mark){
	    .partition = partition->number,
	    .source = arena_text(arena, recorded_text(text_of(partition->source), arena)),
	    .name = arena_text(arena, recorded_text(text_of(partition->name), arena)),
	    .incarnation = partition->incarnation,
	    .ended = partition->ended,
	    .has_first = partition->has_first,
	    .start = partition->start,
	    .next_offset = partition->next_offset,
	    .next_byte = partition->next_byte,
	    .recorded = partition->recorded,
	    .quarantined = partition->quarantined,
	    .filtered = partition->filtered,
	    .gaps = partition->gaps,
	    .max_time_ms = partition->max_time_ms,
	    .first_payload = partition->first_payload,
	};
	sha256_save(&partition->content, mark->content);
}

static void
mark_partitions(struct block_builder *builder)
{
	struct block *block = builder->block;
	size_t i, from = 0;

	block->mark_count = builder->partition_count;
	block->marks = arena_get(&block->arena, block->mark_count * sizeof(struct block_mark));
	for (i = 0; i < block->mark_count; i++) {
		const struct builder_partition *at = &builder->partitions[builder->touched[i]];

		keep_mark(&block->marks[i], at->partition, &block->arena);
		builder_write_mark(builder, at, &from);
	}
}

static void *
rows(struct arena *arena, const void *from, size_t count, size_t bytes_each)
{
	return memcpy(arena_get(arena, count * bytes_each), from, count * bytes_each);
}

static void
move_rows(struct block_builder *builder)
{
	struct block *block = builder->block;
	struct arena *arena = &block->arena;

	block->span_count = builder->span_count;
	block->spans = rows(arena, builder->spans, builder->span_count, sizeof(struct block_span));
	block->id_count = builder->id_count;
	block->ids = rows(arena, builder->ids, builder->id_count, sizeof(struct block_id));
	block->aside_count = builder->aside_count;
	block->asides =
	    rows(arena, builder->asides, builder->aside_count, sizeof(struct block_aside));
	block->note_count = builder->note_count;
	block->notes = rows(arena, builder->notes, builder->note_count, sizeof(struct block_note));
}

struct block *
block_builder_finish(struct block_builder *builder)
{
	struct block *block = builder->block;

	if (!block)
		return NULL;
	mark_partitions(builder);
	move_rows(builder);
	block->objects = block->records + (uint32_t)block->mark_count;
	builder->body_bytes = block->body.size;
	builder->leaf_bytes = block->leaves.size;
	builder->block = NULL;
	return block;
}
