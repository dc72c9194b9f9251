/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short pseudonyms that are given, so that none is given twice: in memory, in
 * order, 4 bytes each; those of the rows since the last merge in a hash table beside.
 * On disk they stand in pieces in the order of the rows, 8 bytes each: the row's number
 * and the bits, both big-endian; a piece is found by its last number. Those of erased
 * rows stay taken. Private to origin.
 */
#ifndef DYETRACE_ORIGIN_IDENTITY_SHORTS_H
#define DYETRACE_ORIGIN_IDENTITY_SHORTS_H

#include "identity_buckets.h"

struct identity_shorts {
	struct identity_rows *rows;
	uint32_t *sorted;
	size_t sorted_count;
	uint32_t
	    *starts; /* where in `sorted` those with these upper bits begin; one more at the end */
	unsigned shift;   /* leaves the upper bits */
	uint32_t *recent; /* recent_slots of them, a power of two; 0: empty */
	size_t recent_count, recent_slots;
	uint32_t written_to; /* rows up to that number are in the pieces */
};

void identity_shorts_init(struct identity_shorts *shorts, struct identity_rows *rows);
void identity_shorts_fini(struct identity_shorts *shorts);
/* Reads what there is, the erased ones too. */
MUST_USE bool identity_shorts_load(struct identity_shorts *shorts, struct error *err);

/* Whether these bits stand for somebody, or did. */
bool identity_shorts_taken(const struct identity_shorts *shorts, uint32_t short_bits);
/* These will be asked for soon. */
void identity_shorts_prefetch(const struct identity_shorts *shorts, uint32_t short_bits);
/* One of a new row, not taken. */
void identity_shorts_add(struct identity_shorts *shorts, uint32_t short_bits);
/*
 * All that were added since the last time, in the order of their rows: writes those that are
 * not in the pieces yet, within a transaction.
 */
MUST_USE bool identity_shorts_settle(struct identity_shorts *shorts,
    const struct index_entry *entries, size_t count, struct error *err);
/* The row that has or had these bits, of those that are in the pieces; 0: none. */
MUST_USE bool identity_shorts_find(
    struct identity_shorts *shorts, uint32_t short_bits, uint32_t *number, struct error *err);

/* Follows the pieces in step with the rows. */
struct shorts_walk {
	struct identity_rows *rows;
	struct buffer piece;
	size_t at;
	uint32_t last;
};
void shorts_walk_fini(struct shorts_walk *walk);
/* *holds: whether the next entries up to that row's number end with this row's. */
MUST_USE bool shorts_walk_to(
    struct shorts_walk *walk, const struct identity_row *row, bool *holds, struct error *err);

#endif
