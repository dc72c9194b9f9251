/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a ledger would say: blocks of random sizes over a few partitions, with
 * events, filtered and quarantined positions, gaps, replays and notes; and its
 * commits, cut wherever the test likes. The same seed gives the same ledger.
 */
#ifndef DYETRACE_TESTS_FAKE_LEDGER_H
#define DYETRACE_TESTS_FAKE_LEDGER_H

#include "catalog/catalog.h"

#define FAKE_PARTITIONS 3

struct fake_block {
	struct catalog_block row;
	/* where this block's rows begin in the ledger's arrays */
	size_t spans, ids, quarantined, epochs, conclusions;
	struct partition partitions[FAKE_PARTITIONS]; /* as they are behind it */
};

struct fake_ledger {
	size_t block_count, block_capacity;
	struct fake_block *blocks;
	size_t span_count, span_capacity;
	struct catalog_span *spans;
	size_t id_count, id_capacity;
	struct catalog_id *ids;
	size_t quarantined_count, quarantined_capacity;
	struct catalog_quarantined *quarantined;
	size_t epoch_count, epoch_capacity;
	struct catalog_epoch *epochs;
	size_t conclusion_count, conclusion_capacity; /* blocks of them */
	struct catalog_conclusions *conclusion_blocks;
	uint64_t records, conclusions;
	uint32_t lineage;                    /* epochs so far */
	const struct movement_log *movement; /* with each commit; NULL: none */
	uint64_t random;
	struct partition partitions[FAKE_PARTITIONS];
};

uint64_t fake_random(uint64_t *state);
/* Blocks of 1 to block_max records until there are that many records. */
void
fake_ledger_make(struct fake_ledger *ledger, uint64_t seed, uint64_t records, uint32_t block_max);
void fake_ledger_fini(struct fake_ledger *ledger);
/* The root of a chunk of facts, made up; of conclusions from FAKE_CONCLUSIONS on. */
#define FAKE_CONCLUSIONS (UINT64_C(1) << 40)
void fake_chunk(uint64_t number, uint8_t root[CATALOG_HASH_BYTES]);
/* Commits blocks [from, to). */
bool fake_commit(struct catalog *catalog, const struct fake_ledger *ledger, size_t from, size_t to,
    struct error *err);
/* All from block `from` on, in commits of 1 to blocks_max blocks. Fails the test on an error. */
void fake_commit_all(struct catalog *catalog, const struct fake_ledger *ledger, size_t from,
    uint64_t seed, size_t blocks_max);

#endif
