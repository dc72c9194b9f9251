/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of a walk: avro_walk.c makes it, avro_walk_run.c runs it. Records
 * are unfolded where they stand; a recursive or large one is a routine of its
 * own that is called. Private to base.
 */
#ifndef DYETRACE_BASE_AVRO_WALK_STEPS_H
#define DYETRACE_BASE_AVRO_WALK_STEPS_H

#include "base/avro_walk.h"

enum walk_op {
	WALK_BYTES, /* a: how many, of several types in a row */
	WALK_LONGS, /* a: how many integers */
	WALK_INTS,  /* a: the same, each within 32 bits */
	WALK_BOOLEAN,
	WALK_SYMBOL,      /* a: symbols of the enum */
	WALK_TEXTS,       /* a: how many strings or bytes */
	WALK_NULLABLE,    /* of two branches b is empty: then goes on at a */
	WALK_UNION,       /* a: branches; targets[b + i]: where branch i goes on */
	WALK_FIXED_ARRAY, /* min: bytes of an item; all items alike */
	WALK_ARRAY,       /* min: least bytes of an item; its walk follows; behind WALK_NEXT: a */
	WALK_NEXT,        /* one item is done */
	WALK_CALL,        /* a: order of the record */
	WALK_RETURN,
	WALK_JUMP, /* a: where to */
};

struct walk_step {
	uint32_t op, a, b;
	uint64_t min;
};

struct avro_walk {
	enum avro_walk_kind kind;
	struct walk_step *steps;
	uint32_t *targets;
	uint32_t *routines;               /* [order]: where the routine of a record begins */
	uint32_t *entries;                /* [number]: where the walk of that number begins */
	const struct avro_node **waiting; /* records whose routine is still to be compiled */
	size_t count, capacity, target_count, target_capacity, entry_count, entry_capacity,
	    waiting_count, waiting_capacity;
	size_t joint; /* steps below it are not to be lengthened: something goes on behind them */
};

#endif
