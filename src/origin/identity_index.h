/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How rows are found by lookup and by short pseudonym. Private to origin.
 *
 * Both are random numbers, so that putting each new row into an index at once
 * would write a page of the file for each, wherever it lies.
 * New rows are only appended instead; as many wait as an eighth of the rows that
 * there are, at least 98,304, then they are put into the index in its order, a piece at
 * each commit: however many rows there are, each page is written for some twenty entries. Rows
 * that wait are in memory by name anyway; what waits when the program ends is indexed
 * when it starts again. Putting in the same entry twice does nothing, so that
 * only meta.indexed_to has to be right.
 */
#ifndef DYETRACE_ORIGIN_IDENTITY_INDEX_H
#define DYETRACE_ORIGIN_IDENTITY_INDEX_H

#include "identity_shorts.h"

#define INDEX_WAITING_MIN 98304
#define INDEX_WAITING_SHARE 8 /* of the rows, one in so many */

struct index_list {
	struct index_entry *entries;
	size_t count, capacity;
	uint32_t last; /* their greatest number */
};

struct identity_index {
	struct identity_rows *rows;
	struct identity_meta *meta; /* the caller's */
	struct identity_buckets buckets;
	struct identity_shorts shorts;
	struct index_list waiting; /* in the order of rows */
	struct index_list merging; /* in that of the buckets once all of these are there */
	size_t merged;             /* of these, put in */
	uint32_t buckets_due;      /* how many there must be first */
	bool sorted;
};

void identity_index_init(
    struct identity_index *index, struct identity_rows *rows, struct identity_meta *meta);
void identity_index_fini(struct identity_index *index);
/* Reads what is given and puts all rows above meta->indexed_to into the index. Commits as it goes. */
MUST_USE bool identity_index_open(struct identity_index *index, struct error *err);

/* A row that was added; its short bits were not taken. */
void identity_index_add(struct identity_index *index, const struct identity_row *row);
/* Forgets a row that is erased; its short bits stay taken. */
void identity_index_remove(struct identity_index *index, const struct identity_row *row);
/* The row that has these bits, or had them; 0: none. */
MUST_USE bool identity_index_find_short(
    struct identity_index *index, uint32_t short_bits, uint32_t *number, struct error *err);
/*
 * Puts some `count` entries into the index, within a transaction; meta tells
 * how far it came. Four for each new row are enough to keep up.
 */
MUST_USE bool identity_index_merge(struct identity_index *index, size_t count, struct error *err);

#endif
