/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of replay share. */
#ifndef REPLAY_INSIDE_H
#define REPLAY_INSIDE_H

#include "ledger/project.h"
#include "lineage/graph.h"
#include "replay/replay.h"

/* What an event reaches. */
struct reach {
	struct trace trace;
	bool nothing; /* nor does any feature look at one of its changed fields */
};

/* An event that waits for its turn. */
struct waiting {
	const struct record *record;
	const struct reach *reach;
	uint64_t index;
	struct impact_soon soon;
};

#define WAITING 8 /* rows are fetched when half of them are before it */

struct replay {
	struct replay_options options;
	struct tracer *tracer;
	struct impact *impact;
	struct impact *twin;              /* NULL: none */
	struct image *image, *twin_image; /* its own; image NULL: the impact is the caller's */
	bool own_tracer;
	struct arena arena;    /* of influences and classes, emptied with each block */
	struct arena released; /* of a note */
	/* Of replay_ledger(). */
	struct block_projector *projector;
	uint64_t block_first; /* ledger index of the block's first record */
	uint64_t from;
	struct waiting waiting[WAITING]; /* [taken in % WAITING] */
	uint64_t taken_in, gone;
	bool stopped;       /* somebody had enough */
	int64_t awaited_ms; /* what clock() said last */
};

/* False: it is the last one. */
bool replay_one(struct replay *replay, const struct waiting *event);

/* Takes an event in, and the one whose turn it is. The same. */
bool replay_wait(
    struct replay *replay, const struct record *record, uint64_t index, const struct reach *reach);
/* All that wait. */
bool replay_wait_no_more(struct replay *replay);
MUST_USE bool
replay_note(struct replay *replay, const struct record *record, uint64_t index, struct error *err);
/* takes lineage, whole; it is reduced here */
MUST_USE bool replay_begin_epoch(struct replay *replay, struct lineage *lineage, uint32_t epoch,
    uint64_t record, struct error *err);

#endif
