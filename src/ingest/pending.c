/* SPDX-License-Identifier: Apache-2.0 */
/* Growing arrays of rows; texts are copied into one arena. */
#include "pending.h"

#include <assert.h>

#include "base/memory.h"

/* The next row of one of the arrays. */
#define ROW(pending, rows, count, capacity)                                                        \
	(memory_grow(&(pending)->rows, &(pending)->capacity, (pending)->count + 1,                 \
	     sizeof(*(pending)->rows)),                                                            \
	    &(pending)->rows[(pending)->count++])

static void
begin_chunks(struct pending *pending)
{
	pending->first_chunk = pending->tree.size / TREE_CHUNK_LEAVES;
	pending->first_conclusion_chunk = pending->conclusions.size / TREE_CHUNK_LEAVES;
}

void
pending_init(struct pending *pending, const struct pending_start *start)
{
	*pending = (struct pending){.tree = start->tree,
	    .conclusions = start->conclusions,
	    .blocks = start->blocks,
	    .epoch = start->epoch,
	    .newest_ms = start->newest_ms};
	begin_chunks(pending);
	arena_init(&pending->arena);
}

void
pending_fini(struct pending *pending)
{
	arena_fini(&pending->arena);
	memory_free(pending->block_rows);
	memory_free(pending->spans);
	memory_free(pending->ids);
	memory_free(pending->asides);
	memory_free(pending->epochs);
	memory_free(pending->chunks);
	memory_free(pending->partitions);
	memory_free(pending->conclusion_rows);
	memory_free(pending->conclusion_chunks);
	movement_log_close(pending->movement);
}

void
movement_log_close(struct movement_log *log)
{
	if (!log)
		return;
	movement_log_fini(log);
	memory_free(log);
}

void
pending_add_movement(struct pending *pending, struct movement_log *log)
{
	assert(!pending->movement);
	pending->movement = log;
}

bool
pending_is_empty(const struct pending *pending)
{
	return !pending->block_count && !pending->movement;
}

static void
add_leaves(struct pending *pending, const struct block *block)
{
	struct tree_hash hashes[BLOCK_RECORDS_MAX], chunk;

	tree_leaf_hashes(block->leaves.data, block->leaf_ends, block->records, hashes);
	if (tree_add_many(&pending->tree, hashes, block->records, &chunk))
		memcpy(ROW(pending, chunks, chunk_count, chunk_capacity), chunk.bytes,
		    CATALOG_HASH_BYTES);
}

static void
add_asides(struct pending *pending, const struct block *block, uint64_t first_record)
{
	size_t i;

	for (i = 0; i < block->aside_count; i++) {
		const struct block_aside *aside = &block->asides[i];
		struct catalog_quarantined *row = ROW(pending, asides, aside_count, aside_capacity);

		*row = (struct catalog_quarantined){.partition = aside->partition,
		    .offset = aside->offset,
		    .replayed = aside->replayed};
		if (aside->replayed) {
			row->replay_record = first_record + aside->record;
			continue;
		}
		row->record = first_record + aside->record;
		row->reason = arena_text(&pending->arena, aside->reason);
		row->detail = arena_text(&pending->arena, aside->detail);
	}
}

static void
add_notes(struct pending *pending, const struct block *block, uint64_t first_record)
{
	size_t i;

	for (i = 0; i < block->note_count; i++) {
		const struct block_note *note = &block->notes[i];
		struct catalog_epoch *row = ROW(pending, epochs, epoch_count, epoch_capacity);

		*row = (struct catalog_epoch){.record = first_record + note->record,
		    .what = arena_text(&pending->arena, note->what),
		    .body = note->body};
		if (text_is(note->what, NOTE_LINEAGE))
			row->number = ++pending->epoch;
	}
}

/* A NUL-terminated copy that lives as long as the commit. */
static char *
terminated(struct pending *pending, struct text text)
{
	char *copy = arena_get_zero(&pending->arena, text.size + 1);

	memcpy(copy, text.data, text.size);
	return copy;
}

/* The latest mark of a partition replaces an earlier one of this commit. */
static void
add_mark(struct pending *pending, const struct block_mark *mark)
{
	struct partition *row = NULL;
	size_t i;

	for (i = 0; i < pending->partition_count && !row; i++)
		if (pending->partitions[i].number == mark->partition)
			row = &pending->partitions[i];
	if (!row)
		row = ROW(pending, partitions, partition_count, partition_capacity);
	*row = (struct partition){
	    .number = mark->partition,
	    .source = terminated(pending, mark->source),
	    .name = terminated(pending, mark->name),
	    .incarnation = mark->incarnation,
	    .ended = mark->ended,
	    .start = mark->start,
	    .next_offset = mark->next_offset,
	    .next_byte = mark->next_byte,
	    .has_first = mark->has_first,
	    .first_payload = mark->first_payload,
	    .recorded = mark->recorded,
	    .quarantined = mark->quarantined,
	    .filtered = mark->filtered,
	    .gaps = mark->gaps,
	    .max_time_ms = mark->max_time_ms,
	};
	sha256_load(&row->content, mark->content);
}

void
pending_add(struct pending *pending, const struct block *block, const struct block_place *place)
{
	uint64_t first_record = pending->tree.size;
	size_t i;

	*ROW(pending, block_rows, block_count, block_capacity) = (struct catalog_block){
	    .number = ++pending->blocks,
	    .segment = place->segment,
	    .offset = place->offset,
	    .bytes = place->bytes,
	    .objects = place->objects,
	    .records = block->records,
	    .events = block->events,
	    .first_record = first_record,
	    .identity = place->identity,
	    .min_time_ms = block->min_time_ms,
	    .max_time_ms = block->max_time_ms,
	};
	for (i = 0; i < block->span_count; i++) {
		const struct block_span *span = &block->spans[i];

		*ROW(pending, spans, span_count, span_capacity) =
		    (struct catalog_span){span->partition, span->first_offset, span->end_offset,
			pending->blocks, span->first_record, span->end_record};
	}
	for (i = 0; i < block->id_count; i++)
		*ROW(pending, ids, id_count, id_capacity) = (struct catalog_id){
		    block->ids[i].identity, first_record + block->ids[i].record};
	for (i = 0; i < block->mark_count; i++)
		add_mark(pending, &block->marks[i]);
	add_asides(pending, block, first_record);
	add_notes(pending, block, first_record);
	add_leaves(pending, block);
	if (block->events && block->max_time_ms > pending->newest_ms)
		pending->newest_ms = block->max_time_ms;
}

void
pending_add_conclusions(
    struct pending *pending, const struct conclusion_block *block, const struct block_place *place)
{
	struct tree_hash hashes[CONCLUSIONS_MAX], chunk;

	*ROW(pending, conclusion_rows, conclusion_count, conclusion_capacity) =
	    (struct catalog_conclusions){
		.number = pending->blocks,
		.segment = place->segment,
		.offset = place->offset,
		.bytes = place->bytes,
		.records = block->records,
		.first_conclusion = pending->conclusions.size,
		.first_fact = block->first_fact,
		.last_fact = block->last_fact,
		.identity = place->identity,
	    };
	tree_leaf_hashes(block->leaves.data, block->leaf_ends, block->records, hashes);
	if (tree_add_many(&pending->conclusions, hashes, block->records, &chunk))
		memcpy(ROW(pending, conclusion_chunks, conclusion_chunk_count,
			   conclusion_chunk_capacity),
		    chunk.bytes, CATALOG_HASH_BYTES);
}

static void
empty(struct pending *pending)
{
	pending->block_count = pending->span_count = pending->id_count = pending->aside_count = 0;
	pending->epoch_count = pending->chunk_count = pending->partition_count = 0;
	pending->conclusion_count = pending->conclusion_chunk_count = 0;
	movement_log_close(pending->movement);
	pending->movement = NULL;
	begin_chunks(pending);
	arena_reset(&pending->arena);
}

bool
pending_commit(struct pending *pending, struct catalog *catalog, struct error *err)
{
	const struct partition **partitions;
	struct buffer frontier = {0}, conclusion_frontier = {0};
	size_t i;
	bool done;

	partitions = memory_get_array(pending->partition_count + 1, sizeof(*partitions));
	for (i = 0; i < pending->partition_count; i++)
		partitions[i] = &pending->partitions[i];
	tree_save(&pending->tree, &frontier);
	tree_save(&pending->conclusions, &conclusion_frontier);
	done = catalog_commit(catalog,
	    &(struct catalog_commit){
		.partition_count = pending->partition_count,
		.partitions = partitions,
		.block_count = pending->block_count,
		.blocks = pending->block_rows,
		.span_count = pending->span_count,
		.spans = pending->spans,
		.id_count = pending->id_count,
		.ids = pending->ids,
		.quarantined_count = pending->aside_count,
		.quarantined = pending->asides,
		.epoch_count = pending->epoch_count,
		.epochs = pending->epochs,
		.chunk_count = pending->chunk_count,
		.first_chunk = pending->first_chunk,
		.chunks = (const uint8_t(*)[CATALOG_HASH_BYTES])pending->chunks,
		.frontier = buffer_text(&frontier),
		.records = pending->tree.size,
		.conclusion_block_count = pending->conclusion_count,
		.conclusion_blocks = pending->conclusion_rows,
		.conclusion_chunk_count = pending->conclusion_chunk_count,
		.first_conclusion_chunk = pending->first_conclusion_chunk,
		.conclusion_chunks =
		    (const uint8_t(*)[CATALOG_HASH_BYTES])pending->conclusion_chunks,
		.conclusion_frontier = buffer_text(&conclusion_frontier),
		.conclusions = pending->conclusions.size,
		.movement = pending->movement,
	    },
	    err);
	if (done)
		empty(pending);
	buffer_fini(&frontier);
	buffer_fini(&conclusion_frontier);
	memory_free(partitions);
	return done;
}
