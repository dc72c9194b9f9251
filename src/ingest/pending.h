/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open commit: the catalog's rows of the blocks of facts and of conclusions
 * that were written since the last one. A pure function of the blocks, so that
 * `rebuild`, which reads them back, makes the same rows.
 */
#ifndef DYETRACE_INGEST_PENDING_H
#define DYETRACE_INGEST_PENDING_H

#include "catalog/movement.h"
#include "ledger/conclusions.h"
#include "ledger/segment.h"

/* What the last commit left. */
struct pending_start {
	struct tree tree, conclusions; /* of the facts, of the conclusions */
	uint64_t blocks;               /* in the catalog */
	uint32_t epoch;                /* of the lineage, in force */
	int64_t newest_ms;             /* greatest event time, TIME_NONE */
};

struct pending {
	struct tree tree, conclusions; /* with all blocks added so far */
	uint64_t blocks;               /* number of the last block */
	uint32_t epoch;                /* number of the last lineage epoch */
	int64_t newest_ms;
	int64_t since_ms, published_ms; /* the scribe's clock */
	uint64_t last_sequence;

	struct arena arena; /* texts of rows */
	size_t block_count, block_capacity;
	struct catalog_block *block_rows;
	size_t span_count, span_capacity;
	struct catalog_span *spans;
	size_t id_count, id_capacity;
	struct catalog_id *ids;
	size_t aside_count, aside_capacity;
	struct catalog_quarantined *asides;
	size_t epoch_count, epoch_capacity;
	struct catalog_epoch *epochs;
	size_t chunk_count, chunk_capacity;
	uint8_t (*chunks)[CATALOG_HASH_BYTES];
	size_t partition_count, partition_capacity;
	struct partition *partitions;
	uint64_t first_chunk;
	size_t conclusion_count, conclusion_capacity;
	struct catalog_conclusions *conclusion_rows;
	size_t conclusion_chunk_count, conclusion_chunk_capacity;
	uint8_t (*conclusion_chunks)[CATALOG_HASH_BYTES];
	uint64_t first_conclusion_chunk;
	struct movement_log *movement; /* NULL: none; the commit is due then */
};

void pending_init(struct pending *pending, const struct pending_start *start);
void pending_fini(struct pending *pending);
/* Adds a block's leaves to the tree and its rows to the commit; copies what it keeps. */
void
pending_add(struct pending *pending, const struct block *block, const struct block_place *place);
/* Conclusions of the block that was added last. */
void pending_add_conclusions(
    struct pending *pending, const struct conclusion_block *block, const struct block_place *place);
/* Rows of movement, as they stand behind the blocks added so far; takes. At most once in a commit. */
void pending_add_movement(struct pending *pending, struct movement_log *log);
/* Whether there is nothing to commit. */
bool pending_is_empty(const struct pending *pending);
void movement_log_close(struct movement_log *log); /* accepts NULL */
/* One transaction, then empty again. */
MUST_USE bool pending_commit(struct pending *pending, struct catalog *catalog, struct error *err);

#endif
