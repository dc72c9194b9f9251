/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block: up to 1,024 facts encoded together, the unit that is written, read,
 * checked and committed. It needs nothing but itself (and the keys, for text)
 * to be read: names, classes, actors and texts are written where they are first
 * used in the block and referred to by number afterwards; offsets and times are
 * differences. The format is Avro with the schema schemas/facts.avsc;
 * docs/ledger.md says how another reader expands it.
 *
 * Beside the encoding the builder collects what the scribe needs: the canonical
 * leaf of each record (schemas/leaf.avsc) and the rows of the catalog.
 */
#ifndef DYETRACE_LEDGER_BLOCK_H
#define DYETRACE_LEDGER_BLOCK_H

#include "base/arena.h"
#include "base/keys.h"
#include "base/symbols.h"
#include "model/record.h"

#define BLOCK_RECORDS_MAX 1024
#define BLOCK_BYTES_FULL ((size_t)1 << 20) /* encoded, before deflate: a builder is full above it */
#define BLOCK_BYTES_MAX ((size_t)64 << 20) /* no block is longer; readers refuse it */
/* What one record may bring: its texts together (a note's body too), and its
 * changes. Whoever makes records checks it; the builder only asserts. */
#define BLOCK_RECORD_BYTES_MAX ((size_t)48 << 20)
#define BLOCK_RECORD_CHANGES_MAX 65536

/* Where the records of one partition stand in a block. */
struct block_span {
	uint32_t partition;                /* struct partition number */
	int64_t first_offset, end_offset;  /* [first, end) */
	uint32_t first_record, end_record; /* within the block, replays left out */
};

/* The state of a partition behind the block: what `Mark` records hold. */
struct block_mark {
	uint32_t partition; /* number; 0 in a block read back: look it up by name */
	struct text source, name;
	uint32_t incarnation;
	bool ended, has_first;
	int64_t start, next_offset, next_byte, recorded, quarantined, filtered, gaps, max_time_ms;
	uint64_t first_payload;
	uint8_t content[SHA256_SAVED_BYTES];
};

struct block_id {
	uint32_t record;   /* within the block */
	uint64_t identity; /* digest_identity() of the event's id */
};

struct block_aside {
	uint32_t
	    record; /* within the block: a quarantined position, or one that came back from there */
	bool replayed; /* it came back: as an event, or the mended mapping filters it */
	uint32_t partition;
	int64_t offset;
	struct text reason, detail; /* of the quarantined */
};

struct block_note {
	uint32_t record;
	struct text what;
	uint64_t body; /* digest_identity() of it */
};

/* Owned by whoever holds it; ended by block_free(). Texts live in its arena. */
struct block {
	struct arena arena;
	struct buffer body;   /* encoded objects (records, then marks), not deflated */
	struct buffer leaves; /* canonical leaf encodings, one behind another */
	uint32_t records;     /* leaves */
	uint32_t objects;     /* records and marks: the count in the Avro block header */
	uint32_t leaf_ends[BLOCK_RECORDS_MAX];
	int64_t min_time_ms, max_time_ms; /* of its events; TIME_NONE if it has none */
	uint32_t events;
	size_t span_count, mark_count, id_count, aside_count, note_count;
	struct block_span *spans;
	struct block_mark *marks;
	struct block_id *ids;
	struct block_aside *asides;
	struct block_note *notes;
};
void block_free(struct block *block); /* accepts NULL */

/*
 * Texts that are no UTF-8 (a file's name may be) are recorded with the bytes in
 * question written \xNN; texts of values are any bytes.
 */
struct text recorded_text(struct text text, struct arena *arena);

struct block_builder;
struct block_builder_options {
	const struct symbols *names;
	const struct keys *keys;
	uint32_t records_max; /* 1..BLOCK_RECORDS_MAX */
	/*
	 * Whether the lineage in force reads texts of this field (symbols). The answer
	 * is kept until the block ends or a note is added: a new lineage is noted.
	 */
	bool (*reads_text)(void *context, uint32_t dataset, uint32_t field);
	void *context;
};
/* gives: ended by block_builder_close() */
struct block_builder *block_builder_open(const struct block_builder_options *options);
void block_builder_close(struct block_builder *builder);
/* Nothing more may be added before finish. */
bool block_builder_full(const struct block_builder *builder);
uint32_t block_builder_count(const struct block_builder *builder);
/*
 * Adds one record; copies everything. partition: the one that the record is of
 * (NULL for notes), by that name; it stays where it is until finish, its counts
 * need not be up to date. The builder must not be full. Of the team that the
 * event names event.team is recorded, origin.event_team is the same.
 */
void block_builder_add(
    struct block_builder *builder, const struct record *record, const struct partition *partition);
/*
 * Writes a mark for each partition touched since the last finish, from the
 * struct partition that was given (now up to date), and gives the block.
 * NULL if nothing was added.
 */
struct block *block_builder_finish(struct block_builder *builder);
/* Takes a block that is done with, so that its memory serves the next one; accepts NULL. */
void block_builder_reuse(struct block_builder *builder, struct block *block);

/*
 * Reading back. The records' texts and changes live in *arena; symbols are
 * added to names. What was added as VALUE_TEXT and read by the lineage is
 * VALUE_TEXT again when keys are given; every other text is VALUE_HASHED. Not
 * recorded: event.actor and origin.actor_number.
 */
struct block_content {
	uint32_t record_count, mark_count;
	struct record *records;
	struct block_mark *marks;
};
/* ERROR_DAMAGED with the object's number and what is wrong; never trusts the bytes. */
MUST_USE bool block_read(struct text body, uint32_t objects, struct symbols *names,
    const struct keys *keys, struct arena *arena, struct block_content *content, struct error *err);

/*
 * One record of a block, by its number in it: those before it are walked over,
 * those behind it are not looked at, so what is wrong with them goes unseen here.
 * Texts are in *arena. ERROR_DAMAGED as above, or when the block has no such record.
 */
MUST_USE bool
block_read_one(struct text body, uint32_t objects, uint32_t number, struct symbols *names,
    const struct keys *keys, struct arena *arena, struct record *record, struct error *err);

/*
 * The canonical leaf of one record: what its proof discloses. Appends to out.
 * The same whether texts are VALUE_TEXT or VALUE_HASHED; keys may be NULL if
 * all are hashed, which is also the quick way for many records.
 */
void leaf_encode(const struct record *record, const struct symbols *names, const struct keys *keys,
    struct buffer *out);
/* A leaf as a JSON document (one object), for people and for check-proof. ERROR_MALFORMED. */
MUST_USE bool leaf_show(struct text leaf, struct buffer *json, struct error *err);

#endif
