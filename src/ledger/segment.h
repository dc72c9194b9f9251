/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments: Avro object container files STORE/facts/000001.avro, … and
 * STORE/conclusions/000001.avro, … that any Avro reader opens. A segment grows by
 * whole blocks and is sealed at a size.
 *
 * What makes a block valid: its Avro header (object count, byte count), bytes
 * that inflate to exactly those objects, and the segment's sync marker; and,
 * where the catalog knows it, the XXH3 of its bytes.
 */
#ifndef DYETRACE_LEDGER_SEGMENT_H
#define DYETRACE_LEDGER_SEGMENT_H

#include "ledger/block.h"
#include "ledger/tree.h"

enum deflate_kind {
	DEFLATE_AUTO,
	DEFLATE_ISAL,
	DEFLATE_ZLIB
};

/* Where a block stands. */
struct block_place {
	uint32_t segment; /* from 1 */
	int64_t offset;   /* of its Avro header in the file, bytes */
	int64_t bytes;    /* header, data and sync marker */
	uint32_t objects;
	uint64_t identity; /* XXH3-64 of those bytes */
};

struct ledger_options {
	const char *folder;    /* STORE/facts or STORE/conclusions, made if missing */
	int64_t segment_bytes; /* sealed above */
	enum deflate_kind deflate;
	const char
	    *schema; /* linked into the program: ledger_facts_schema, ledger_conclusions_schema */
};

struct ledger; /* the writer; one per store, scribe's thread only after open */

/*
 * Opens for appending behind what the catalog knows and cuts the rest:
 * segment `last_segment` to last_bytes, later segments removed. (0, 0): a new
 * ledger; all that is in the folder is removed, so the caller makes sure that no
 * catalog was lost. Nothing is cut unless the last segment is as it should be.
 * *cut_bytes: how much was dropped (said by the caller).
 *
 * ERROR_DAMAGED  the segment is missing or shorter than the catalog says, or its header is not ours
 * ERROR_IO
 */
MUST_USE bool ledger_open(const struct ledger_options *options, uint32_t last_segment,
    int64_t last_bytes, struct ledger **ledger, int64_t *cut_bytes, struct error *err);
void ledger_close(struct ledger *ledger); /* accepts NULL */
/* Deflates and writes one block (not synced). A failed write leaves nothing that a later append could not overwrite. */
MUST_USE bool ledger_append(
    struct ledger *ledger, const struct block *block, struct block_place *place, struct error *err);
/* The same of any objects: of conclusions, in a ledger of their own. */
MUST_USE bool ledger_append_objects(struct ledger *ledger, struct text body, uint32_t objects,
    struct block_place *place, struct error *err);
/* fsync of all that was appended. After an error every call fails: close it (fsync may not be retried). */
MUST_USE bool ledger_sync(struct ledger *ledger, struct error *err);
const char *ledger_deflate_name(const struct ledger *ledger); /* "isal" or "zlib" */

extern const char ledger_facts_schema[]; /* the text of schemas/facts.avsc */
extern const char ledger_leaf_schema[];

/* Reading, from any process, up to what the catalog has committed. */
struct ledger_reader;
MUST_USE bool
ledger_reader_open(const char *folder, struct ledger_reader **reader, struct error *err);
/* Of segments of another schema: ledger_conclusions_schema. */
MUST_USE bool ledger_reader_open_as(
    const char *folder, const char *schema, struct ledger_reader **reader, struct error *err);
void ledger_reader_close(struct ledger_reader *reader);
/*
 * One block's objects, inflated into *body (borrowed until the next call).
 * ERROR_DAMAGED: "segment 000007.avro: byte 81920: …"
 */
MUST_USE bool ledger_reader_block(struct ledger_reader *reader, const struct block_place *place,
    struct text *body, struct error *err);
/*
 * Walks all blocks of all segments in order, without the catalog: for verify
 * and rebuild. Stops at the first damage (ERROR_DAMAGED) or when visit returns
 * false (true is returned unless it set its err). end: the last good block (the
 * ledger ends at its offset + bytes; segment 0: there is none). A torn tail is no
 * error and shows in *torn_bytes: bytes behind it in the last segment that are no
 * block and hold no marker, so that none was whole there; or a last segment
 * shorter than its header.
 */
MUST_USE bool ledger_reader_walk(struct ledger_reader *reader,
    bool (*visit)(
	void *context, const struct block_place *place, struct text body, struct error *err),
    void *context, struct block_place *end, int64_t *torn_bytes, struct error *err);
/*
 * How many whole blocks stand behind a place (segment 0: behind nothing), by their
 * frames alone, counted up to most: what ledger_open() with that place would cut.
 */
MUST_USE bool ledger_reader_beyond(struct ledger_reader *reader, uint32_t segment, int64_t offset,
    uint32_t most, uint32_t *blocks, struct error *err);
/* Bytes of all segments, for status and progress. */
int64_t ledger_reader_bytes(const struct ledger_reader *reader);

#endif
