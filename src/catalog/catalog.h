/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalog: STORE/catalog.db, SQLite in WAL mode, what may be asked. All of
 * it follows from the ledger and can be rebuilt from it, row by row.
 *
 * One writer (the scribe, or a command when no tracker runs), any number of
 * readers in other processes, whose transactions stay short. Pages carry a
 * checksum (base/page_checksum.h), so that a flipped byte is ERROR_DAMAGED and
 * never an answer.
 */
#ifndef DYETRACE_CATALOG_CATALOG_H
#define DYETRACE_CATALOG_CATALOG_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/partition.h"

#define CATALOG_HASH_BYTES 32

struct catalog;
struct movement_log;

enum catalog_mode {
	CATALOG_READ,
	CATALOG_WRITE
};

/*
 * gives: ended by catalog_close(). CATALOG_WRITE makes a missing file, whole or not
 * at all, and migrates (schemas/catalog/NNNN_*.sql, linked into the program, in order).
 *
 * ERROR_MISSING  CATALOG_READ and there is no file
 * ERROR_DAMAGED  empty; a page or the schema is not what it should be
 * ERROR_REFUSED  a newer program wrote it
 */
MUST_USE bool
catalog_open(const char *path, enum catalog_mode mode, struct catalog **catalog, struct error *err);
void catalog_close(struct catalog *catalog);
/* Moves what SQLite keeps beside into the file, so that it may be renamed. ERROR_BUSY: somebody reads; ERROR_IO */
MUST_USE bool catalog_settle(struct catalog *catalog, struct error *err);
/* Reads every page and row: structure, checksums, foreign facts (counts, no overlaps). For verify and doctor. */
MUST_USE bool catalog_check(struct catalog *catalog, struct error *err);

/* --- rows, as they are written and as they are read ------------------------------------ */

struct catalog_block {
	uint64_t number; /* from 1, ledger order */
	uint32_t segment;
	int64_t offset, bytes; /* in the segment's file */
	uint32_t objects, records, events;
	uint64_t first_record; /* ledger index of its first record */
	uint64_t identity;     /* XXH3-64 of the bytes */
	int64_t min_time_ms, max_time_ms;
};

/* Conclusions of the facts of one block (schemas/catalog/0003_conclusions.sql). */
struct catalog_conclusions {
	uint64_t number; /* of the block of facts */
	uint32_t segment;
	int64_t offset, bytes; /* in the segment's file */
	uint32_t records;
	uint64_t first_conclusion;      /* index of its first one in their tree */
	uint64_t first_fact, last_fact; /* ledger indexes of its first and last one's facts */
	uint64_t identity;              /* XXH3-64 of the bytes */
};

struct catalog_span { /* where one partition's positions stand in one block */
	uint32_t partition;
	int64_t first_offset, end_offset;
	uint64_t block;
	uint32_t first_record, end_record; /* within the block */
};

struct catalog_quarantined {
	uint32_t partition;
	int64_t offset;
	uint64_t record; /* ledger index of the fact */
	struct text reason, detail;
	bool replayed;
	uint64_t replay_record; /* ledger index of the event that came back */
}; /* committed with replayed = true: only partition, offset and replay_record are looked at */

struct catalog_epoch {    /* a note took effect */
	uint64_t record;  /* ledger index of the note */
	uint32_t number;  /* lineage epochs count from 1; 0 for other notes */
	struct text what; /* model/record.h NOTE_… */
	uint64_t body;    /* digest_identity() of its body */
};

struct catalog_id {
	uint64_t identity, record;
}; /* of an event's id; ledger index */

/* All that one commit changes. Borrowed for the call. */
struct catalog_commit {
	size_t partition_count;
	const struct partition *const *partitions; /* whole new state */
	size_t block_count;
	const struct catalog_block *blocks;
	size_t span_count;
	const struct catalog_span *spans;
	size_t id_count;
	const struct catalog_id *ids; /* ascending by record, at most one each */
	size_t quarantined_count;
	const struct catalog_quarantined *quarantined; /* new rows; or replayed ones (updated) */
	size_t epoch_count;
	const struct catalog_epoch *epochs;
	size_t chunk_count;
	uint64_t first_chunk;
	const uint8_t (*chunks)[CATALOG_HASH_BYTES]; /* roots of complete chunks of 1,024 leaves */
	struct text frontier;                        /* saved tree of the facts */
	uint64_t records; /* leaves in the facts tree behind this commit */
	/* The same of conclusions; ascending by number, each of a block of this commit. */
	size_t conclusion_block_count;
	const struct catalog_conclusions *conclusion_blocks;
	size_t conclusion_chunk_count;
	uint64_t first_conclusion_chunk;
	const uint8_t (*conclusion_chunks)[CATALOG_HASH_BYTES];
	struct text conclusion_frontier;
	uint64_t conclusions;                /* leaves in their tree behind this commit */
	const struct movement_log *movement; /* catalog/movement.h; NULL: nothing moved */
};
/*
 * One durable transaction (synchronous=FULL).
 *
 * ERROR_IO       nothing of it is there
 * ERROR_DAMAGED  it does not follow the state that is there (blocks, records, epochs, chunks without a hole); nothing of it is there
 * ERROR_BUSY     another process is writing
 */
MUST_USE bool
catalog_commit(struct catalog *catalog, const struct catalog_commit *commit, struct error *err);

/* --- the state at the last commit ------------------------------------------------------ */

struct catalog_state {
	uint8_t store_id[16]; /* as catalog_set_store_id() put it; zeros before */
	uint64_t records, blocks;
	uint32_t segment;
	int64_t segment_bytes; /* committed end of the ledger; 0, 0: empty */
	uint32_t epoch;        /* lineage epoch in force, 0: none */
	/* The same of conclusions. */
	uint64_t conclusions;
	uint32_t conclusion_segment;
	int64_t conclusion_bytes;
};
MUST_USE bool
catalog_state(struct catalog *catalog, struct catalog_state *state, struct error *err);
/* Durable at once. ERROR_REFUSED: it has another one. */
MUST_USE bool
catalog_set_store_id(struct catalog *catalog, const uint8_t store_id[16], struct error *err);
/* Appends the saved frontier (empty before the first commit). */
MUST_USE bool catalog_frontier(struct catalog *catalog, struct buffer *saved, struct error *err);
MUST_USE bool
catalog_conclusion_frontier(struct catalog *catalog, struct buffer *saved, struct error *err);

/*
 * --- questions: each returns true when it worked; *found says whether there is one ------
 *
 * A visit that returns false ends the walk, which is no error. It may ask other
 * questions, and must not commit.
 */

/* Visits every partition in order of number; strings are borrowed for the visit. */
MUST_USE bool catalog_partitions(struct catalog *catalog,
    bool (*visit)(void *context, const struct partition *partition), void *context,
    struct error *err);
MUST_USE bool catalog_block(struct catalog *catalog, uint64_t number, struct catalog_block *block,
    bool *found, struct error *err);
MUST_USE bool catalog_block_of_record(struct catalog *catalog, uint64_t record,
    struct catalog_block *block, bool *found, struct error *err);
/* Those of a block of facts; the ones that may have the fact's; the ones that hold a leaf of their tree. */
MUST_USE bool catalog_conclusions(struct catalog *catalog, uint64_t number,
    struct catalog_conclusions *conclusions, bool *found, struct error *err);
MUST_USE bool catalog_conclusions_of_fact(struct catalog *catalog, uint64_t record,
    struct catalog_conclusions *conclusions, bool *found, struct error *err);
MUST_USE bool catalog_conclusions_at(struct catalog *catalog, uint64_t conclusion,
    struct catalog_conclusions *conclusions, bool *found, struct error *err);
/* The block and span that hold a position; of a position that came back from quarantine, see catalog_quarantined_at(). */
MUST_USE bool catalog_block_of_position(struct catalog *catalog, uint32_t partition, int64_t offset,
    struct catalog_block *block, struct catalog_span *span, bool *found, struct error *err);
/* Visits the ledger indexes that may hold the event with this id (few false ones), oldest first. */
MUST_USE bool catalog_records_of_id(struct catalog *catalog, uint64_t identity,
    bool (*visit)(void *context, uint64_t record), void *context, struct error *err);
MUST_USE bool catalog_quarantined_each(struct catalog *catalog, bool with_replayed,
    bool (*visit)(void *context, const struct catalog_quarantined *row), void *context,
    struct error *err);
MUST_USE bool catalog_quarantined_at(struct catalog *catalog, uint32_t partition, int64_t offset,
    bool (*visit)(void *context, const struct catalog_quarantined *row), void *context, bool *found,
    struct error *err);
/* Counts by reason of what is still quarantined. */
MUST_USE bool catalog_quarantine_reasons(struct catalog *catalog,
    bool (*visit)(void *context, struct text reason, int64_t count), void *context,
    struct error *err);
MUST_USE bool catalog_epochs(struct catalog *catalog,
    bool (*visit)(void *context, const struct catalog_epoch *epoch), void *context,
    struct error *err);
/* The lineage epoch in force at a record: its number and note's record; found = false before the first. */
MUST_USE bool catalog_epoch_at(struct catalog *catalog, uint64_t record, uint32_t *number,
    uint64_t *note_record, bool *found, struct error *err);
MUST_USE bool catalog_chunk(struct catalog *catalog, uint64_t chunk,
    uint8_t hash[CATALOG_HASH_BYTES], bool *found, struct error *err);
/* All chunks [0, count) into hashes, for a proof's upper tree. */
MUST_USE bool catalog_chunks(struct catalog *catalog, uint64_t count,
    uint8_t (*hashes)[CATALOG_HASH_BYTES], struct error *err);
/* The same of the tree of conclusions. */
MUST_USE bool catalog_conclusion_chunk(struct catalog *catalog, uint64_t chunk,
    uint8_t hash[CATALOG_HASH_BYTES], bool *found, struct error *err);
MUST_USE bool catalog_conclusion_chunks(struct catalog *catalog, uint64_t count,
    uint8_t (*hashes)[CATALOG_HASH_BYTES], struct error *err);
/* Whether two catalogs hold the same rows in every table; says the first difference. For `rebuild` and its test. */
MUST_USE bool catalog_equal(struct catalog *a, struct catalog *b, bool *equal,
    struct buffer *difference, struct error *err);

#endif
