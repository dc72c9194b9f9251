/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the questions share: the open store, one block at a time, and pieces of
 * documents.
 */
#ifndef DYETRACE_INQUIRY_PRIVATE_H
#define DYETRACE_INQUIRY_PRIVATE_H

#include "catalog/catalog.h"
#include "inquiry/inquiry.h"
#include "ledger/checkpoint.h"
#include "ledger/conclusions.h"
#include "ledger/segment.h"
#include "lineage/graph.h"

struct inquiry {
	const struct settings *settings;
	struct keys *keys;       /* NULL: cannot be read */
	struct error keys_error; /* why */
	struct symbols *names;
	struct catalog *catalog;
	struct catalog_state state;
	struct ledger_reader *ledger, *conclusions; /* conclusions: NULL where there are none */
	struct partition **partitions;              /* copies, in order of number */
	size_t partition_count, partition_capacity;
	/* The record read last. */
	struct arena record_arena;
	struct record record;
	uint64_t record_index;
	struct catalog_block record_block; /* that it stands in; number 0: none was read */
	/* The block read last, whole. */
	struct arena arena;
	struct catalog_block block;
	struct block_content content;
	/* The block of conclusions read last; number 0: none was read. */
	struct arena conclusion_arena;
	struct catalog_conclusions conclusion_row;
	struct conclusion *conclusion_items;
	/* The lineage asked for last, by its note, and the checkpoint that was found good last. */
	struct lineage *lineage;
	uint64_t lineage_note;
	struct checkpoint checkpoint;
	struct buffer checkpoint_note;
};

/* Reads a block into inquiry->content (kept if it is the one read last): for those who want many of its records. */
MUST_USE bool
inquiry_block(struct inquiry *inquiry, const struct catalog_block *block, struct error *err);
/* One record by its ledger index; borrowed until the next record or block is read. ERROR_DAMAGED if there is none. */
const struct record *inquiry_record(struct inquiry *inquiry, uint64_t index, struct error *err);
/* The same by way of its whole block, where its neighbours are wanted next. */
const struct record *
inquiry_record_in_block(struct inquiry *inquiry, uint64_t index, struct error *err);
/* NULL if no partition has that number */
const struct partition *inquiry_partition(const struct inquiry *inquiry, uint32_t number);

/* Where a named event stands: its newest record (the replayed one, if it came back from quarantine). ERROR_MISSING. */
MUST_USE bool
inquiry_find(struct inquiry *inquiry, struct text named, uint64_t *index, struct error *err);
/* Only positions: whether text is FILE:LINE or TOPIC/PARTITION/OFFSET and names a partition that was read. */
bool inquiry_find_position(const struct inquiry *inquiry, struct text named,
    const struct partition **partition, int64_t *offset);

/*
 * Where a dye-id (docs/tags.md) stands: its newest record; *found false: the ledger has no such position.
 * position: it is no dye-id but somebody's TOPIC/PARTITION/OFFSET, which names the newest incarnation that holds it.
 */
MUST_USE bool inquiry_find_tagged(struct inquiry *inquiry, struct text id, bool position,
    bool *found, uint64_t *index, struct error *err);

/* The newest signed checkpoint. ERROR_MISSING: none yet; ERROR_REFUSED, _MALFORMED: not ours. note is appended. */
MUST_USE bool inquiry_checkpoint(
    struct inquiry *inquiry, struct checkpoint *checkpoint, struct buffer *note, struct error *err);
/* The lineage in force at a record; *lineage NULL before the first; borrowed until the next call. */
MUST_USE bool inquiry_lineage_at(struct inquiry *inquiry, uint64_t record,
    const struct lineage **lineage, uint32_t *epoch, struct error *err);
/* Whether some lineage of the ledger knows the feature, or else the model; both absent: yes. ERROR_MISSING: suggests the nearest. */
MUST_USE bool inquiry_check_names(
    struct inquiry *inquiry, struct text feature, struct text model, struct error *err);
/* The audit path of a record in the tree of size leaves. */
MUST_USE bool inquiry_path(struct inquiry *inquiry, uint64_t index, uint64_t size,
    struct tree_path *path, struct error *err);

MUST_USE bool inquiry_open_conclusions(struct inquiry *inquiry, struct error *err);
/* Reads a block into inquiry->conclusion_items (kept if it is the one read last). */
MUST_USE bool inquiry_conclusion_block(
    struct inquiry *inquiry, const struct catalog_conclusions *row, struct error *err);
/* What followed from a fact, and its index in the tree of conclusions; *conclusion NULL: nothing. Borrowed until
 * the next block of conclusions is read. */
MUST_USE bool inquiry_conclusion(struct inquiry *inquiry, uint64_t record,
    const struct conclusion **conclusion, uint64_t *index, struct error *err);
/* The audit path of a conclusion in their tree of size leaves. */
MUST_USE bool inquiry_conclusion_path(struct inquiry *inquiry, uint64_t index, uint64_t size,
    struct tree_path *path, struct error *err);

/* What the running tracker says of itself (daemon's "status"); null: none runs or it does not answer. */
json_t *inquiry_tracker(const char *store);

json_t *show_text(struct text text); /* null if absent; bytes that are no UTF-8 are escaped */
json_t *show_symbol(const struct inquiry *inquiry, uint32_t symbol);
json_t *show_time(int64_t time_ms); /* null for TIME_NONE */
json_t *show_value(const struct value *value);
json_t *show_hash(const void *bytes, size_t size); /* hex */
/* Adds payload_sha256, or payload_xxh3, or neither where nothing of the payload is kept. */
void show_payload(const struct record *record, json_t *document);
json_t *show_position(
    const struct record *record); /* {"source","partition","incarnation","offset","line"} */

/* Which span of that length a time lies in, counted from 1970; before it, too. */
static inline int64_t
inquiry_floor(int64_t time, int64_t span)
{
	return time / span - (time % span < 0);
}

#endif
