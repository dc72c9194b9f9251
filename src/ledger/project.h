/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block read for a few of its events' fields: who asks says for each shape of
 * event what it wants, and everything else is walked over without being decoded.
 * For those who go through millions of events. What is given equals what
 * block_read() gives; the bytes are trusted as little, but marks, ids and digests
 * of payloads are not looked at, and text that is not wanted is not checked.
 */
#ifndef DYETRACE_LEDGER_PROJECT_H
#define DYETRACE_LEDGER_PROJECT_H

#include "ledger/block.h"

/* What is wanted of the events of one shape; zeroed: only when, where and from whom. */
struct projection {
	bool entity;
	uint32_t change_count;
	const uint32_t
	    *changes; /* [i]: which of the shape's fields change i is; lives in the arena given */
	const void *mine; /* comes back with each event */
};

struct block_projector_options {
	struct symbols *names;
	const struct keys *keys; /* NULL: texts stay hidden */
	uint32_t lasting;        /* of events */
	void *context;
	/*
	 * Asked once for each shape in a block, and again behind a note. event: its dataset, op,
	 * system, channel and the fields of its changes, nothing else; the changes may be moved. The
	 * arena's memory lives until the block ends.
	 */
	void (*shape)(
	    void *context, struct event *event, struct arena *arena, struct projection *projection);
	/*
	 * Every event, in order. number: of the record in its block. Of its changes the new values
	 * are set, in the order that was asked for; not set: old values, id, payload, source_time_ms,
	 * upstream.
	 * Borrowed for the call, and while `lasting` more of the block are given. False stops,
	 * with err set or not.
	 */
	bool (*event)(void *context, uint32_t number, struct record *record, const void *mine,
	    struct error *err);
	/* Every note, whole. The same. */
	bool (*note)(void *context, uint32_t number, struct record *record, struct error *err);
	/* Every position that is no event, whole. The same. NULL: not wanted. */
	bool (*other)(void *context, uint32_t number, struct record *record, struct error *err);
};

struct block_projector;

/* gives: ended by block_projector_close(). Keeps what it learnt of texts from block to block. */
struct block_projector *block_projector_open(const struct block_projector_options *options);
void block_projector_close(struct block_projector *projector); /* accepts NULL */
/*
 * One block's records before number `end` (UINT32_MAX: all). ERROR_DAMAGED as of block_read(). An event that was
 * given may stand before what is damaged. True when a call stopped it without an error, too.
 */
MUST_USE bool block_project(struct block_projector *projector, struct text body, uint32_t objects,
    uint32_t end, struct error *err);

#endif
