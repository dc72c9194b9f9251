/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open block: what has a number in it already. Everything that is found
 * by a slot carries the serial of the block it is good for, so that a new block
 * starts empty at no cost.
 */
#ifndef LEDGER_BUILDER_H
#define LEDGER_BUILDER_H

#include "ledger/block.h"
#include "text_macs.h"

/* Full above this many changes, so that a reader can bound them. */
#define BLOCK_CHANGES_FULL (512 * 1024)
#define BLOCK_CHANGES_MAX (BLOCK_CHANGES_FULL + BLOCK_RECORD_CHANGES_MAX)

#define BUILDER_SLOTS 2048 /* twice the records: for shapes and origins */
#define BUILDER_REASONS 64 /* remembered; further ones are written in full */

/* A piece of leaf that records of the block share. */
struct piece {
	uint32_t at, size; /* in pieces */
};

struct builder_name {
	uint32_t block, number;
};

struct builder_partition {
	uint32_t block, number;
	const struct partition *partition;
	int64_t expected; /* offset behind its last record, replays left out */
	struct piece place;
	uint32_t span; /* index + 1; 0: none yet */
};

struct builder_field {
	uint32_t symbol;
	bool reads;
	uint64_t seed; /* pair_hash() of dataset and field */
	struct piece name;
};

struct builder_shape {
	uint32_t dataset, op, system, channel;
	uint32_t fields_at, field_count; /* in fields */
	uint32_t asked;                  /* reads is good for this `asking` */
	uint32_t field_bytes;            /* of the names of the fields in a leaf */
	struct piece piece;
};

struct builder_origin {
	struct origin origin;
	uint32_t event_team;
	struct piece piece;
};

struct builder_slot {
	uint32_t block, number;
};

struct block_builder {
	struct block_builder_options options;
	struct ledger_macs *macs;
	struct block_texts *texts;

	struct block *block;             /* NULL: nothing was added since the last finish */
	struct block *spare;             /* whose memory the next one takes; NULL: none */
	uint32_t serial;                 /* of the block, from 1 */
	uint32_t asking;                 /* of reads_text() */
	int64_t time_ms, source_time_ms; /* of the record before, for differences */
	uint32_t name_count, text_count, shape_count, origin_count, reason_count, partition_count;
	uint32_t change_count;
	size_t body_bytes, leaf_bytes; /* of the block before: what the next one reserves */

	struct builder_name *names; /* [symbol] */
	size_t name_capacity;
	struct builder_partition *partitions; /* [partition number] */
	size_t partition_capacity;
	struct builder_slot shape_slots[BUILDER_SLOTS], origin_slots[BUILDER_SLOTS];
	struct builder_shape shapes[BLOCK_RECORDS_MAX];
	struct builder_origin origins[BLOCK_RECORDS_MAX];
	struct builder_field *fields;
	size_t field_count, field_capacity;
	struct text reasons[BUILDER_REASONS]; /* in the block's arena */
	struct buffer pieces;

	/* Rows of the block, moved to its arena when it is finished. */
	uint32_t touched[BLOCK_RECORDS_MAX]; /* partition numbers, in the order of their marks */
	size_t span_count, id_count, aside_count, note_count;
	struct block_span spans[BLOCK_RECORDS_MAX];
	struct block_id ids[BLOCK_RECORDS_MAX];
	struct block_aside asides[BLOCK_RECORDS_MAX];
	struct block_note notes[BLOCK_RECORDS_MAX];
};

/* partition and skip of a record */
void builder_add_place(
    struct block_builder *builder, const struct record *record, struct builder_partition *at);
/* The event's shape, its `reads` up to date; borrowed until the next call. */
const struct builder_shape *
builder_add_shape(struct block_builder *builder, const struct event *event);
const struct builder_origin *
builder_add_origin(struct block_builder *builder, const struct record *record);

/* Encode into the open block's body and leaves. id, entity: as recorded. */
void builder_write_event(struct block_builder *builder, const struct record *record,
    struct builder_partition *at, struct text id, struct text entity);
void builder_write_other(
    struct block_builder *builder, const struct record *record, struct builder_partition *at);
/* The block's mark for a partition that has a number in it. from: where the bytes that it vouches for begin; moved behind it. */
void
builder_write_mark(struct block_builder *builder, const struct builder_partition *at, size_t *from);

#endif
