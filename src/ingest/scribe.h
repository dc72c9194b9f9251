/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scribe: one thread that takes finished blocks in order, hashes their
 * leaves, deflates and writes them, and commits. A commit is: fsync of the
 * segment, then one catalog transaction that makes all of it count.
 */
#ifndef DYETRACE_INGEST_SCRIBE_H
#define DYETRACE_INGEST_SCRIBE_H

#include "catalog/catalog.h"
#include "ledger/checkpoint.h"
#include "ledger/segment.h"

struct scribe;

/* Everything is borrowed and the scribe's alone until scribe_close(). */
struct scribe_options {
	struct ledger *ledger;
	struct catalog *catalog;
	const struct keys *keys;
	const char *store;
	struct tree tree;  /* of the facts, at the catalog's last commit */
	uint64_t blocks;   /* in the catalog */
	uint32_t epoch;    /* lineage epoch in force */
	int64_t newest_ms; /* greatest event time, TIME_NONE */
	uint32_t commit_blocks;
	int64_t commit_every_ms;
	int64_t checkpoint_every_ms;
};

MUST_USE bool
scribe_open(const struct scribe_options *options, struct scribe **scribe, struct error *err);
/*
 * Takes the block; waits while the queue is full. Returns its sequence number,
 * 0 when the scribe has stopped (scribe_check() says why).
 */
uint64_t scribe_take(struct scribe *scribe, struct block *block);
/* Gives a block that was written, for its memory (block_builder_reuse()); NULL if there is none. */
struct block *scribe_spent(struct scribe *scribe);
/* The greatest sequence number that is committed. */
uint64_t scribe_committed(struct scribe *scribe);
/* Waits until everything taken is committed. */
MUST_USE bool scribe_flush(struct scribe *scribe, struct error *err);
/* Flushes, then signs and writes a checkpoint. */
MUST_USE bool scribe_checkpoint(struct scribe *scribe, struct error *err);
MUST_USE bool scribe_check(struct scribe *scribe, struct error *err);
/* The tree at the last commit; call after scribe_flush(). */
void scribe_tree(struct scribe *scribe, struct tree *tree);
/* Stops the thread; what was taken and not committed is read again at the next start. */
void scribe_close(struct scribe *scribe);

/* Signs the roots and writes STORE/checkpoint, STORE/checkpoints and STORE/verifier. */
MUST_USE bool checkpoint_publish(const char *store, const struct keys *keys,
    const struct tree *tree, int64_t newest_ms, struct error *err);

#endif
