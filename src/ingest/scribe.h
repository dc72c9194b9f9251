/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scribe: one thread that takes finished blocks in order, hashes their
 * leaves, deflates and writes them, and commits. A commit is: fsync of the
 * segments, then one catalog transaction that makes all of it count.
 */
#ifndef DYETRACE_INGEST_SCRIBE_H
#define DYETRACE_INGEST_SCRIBE_H

#include "commit_count.h"
#include "ledger/checkpoint.h"
#include "pending.h"

struct image;
struct image_file;
struct scribe;

/* Everything is borrowed and the scribe's alone until scribe_close(). */
struct scribe_options {
	struct ledger *ledger;      /* of the facts */
	struct ledger *conclusions; /* of what follows from them */
	struct catalog *catalog;
	const struct keys *keys;
	const char *store;
	struct image *image;      /* of the organs' state; the scribe takes its snapshots' pages */
	struct image_file *state; /* where they go */
	struct pending_start start;          /* at the catalog's last commit */
	struct partition *const *partitions; /* as they are committed; only for scribe_open() */
	size_t partition_count;
	uint32_t commit_blocks;
	int64_t commit_every_ms;
	int64_t checkpoint_every_ms;
};

/* What travels together, into one commit. Something is not NULL. */
struct scribe_work {
	struct block *block;
	struct conclusion_block *conclusions; /* of its facts; NULL: they have none */
	struct movement_log *movement;        /* as it stands behind the block; ends the commit */
};

MUST_USE bool
scribe_open(const struct scribe_options *options, struct scribe **scribe, struct error *err);
/*
 * Takes the work; waits while the queue is full. Returns its sequence number,
 * 0 when the scribe has stopped (scribe_check() says why).
 */
uint64_t scribe_take(struct scribe *scribe, const struct scribe_work *work);
/* Gives blocks that were written, for their memory (block_builder_reuse()); NULLs if there are none. */
struct scribe_work scribe_spent(struct scribe *scribe);
/* The greatest sequence number that is committed. */
uint64_t scribe_committed(struct scribe *scribe);
/* Waits until everything taken is committed. */
MUST_USE bool scribe_flush(struct scribe *scribe, struct error *err);
/* Flushes, then signs and writes a checkpoint. */
MUST_USE bool scribe_checkpoint(struct scribe *scribe, struct error *err);
MUST_USE bool scribe_check(struct scribe *scribe, struct error *err);
/*
 * The image's snapshot was begun: writes it between the blocks, and puts it in force
 * when so many records are committed. None may be under way. header: copied
 */
void scribe_snapshot(struct scribe *scribe, uint64_t record, struct text header);
/* Whether one is under way. */
bool scribe_snapshot_busy(struct scribe *scribe);
/* Waits until none is; everything taken must be committed (scribe_flush()). */
MUST_USE bool scribe_snapshot_wait(struct scribe *scribe, struct error *err);
/* The trees at the last commit; call after scribe_flush(). */
void scribe_trees(struct scribe *scribe, struct tree *facts, struct tree *conclusions);
/* How long commits took, and how long the route waited in scribe_take(). */
void scribe_commits(struct scribe *scribe, struct commit_figures *figures);
/* What is committed of a partition; false: nothing yet. */
bool scribe_mark(struct scribe *scribe, uint32_t number, struct partition_mark *mark);
/* Stops the thread; what was taken and not committed is read again at the next start. */
void scribe_close(struct scribe *scribe);

/* Signs the roots and writes STORE/checkpoint, STORE/checkpoints and STORE/verifier. */
MUST_USE bool checkpoint_publish(const char *store, const struct keys *keys,
    const struct tree *facts, const struct tree *conclusions, int64_t newest_ms, struct error *err);

#endif
