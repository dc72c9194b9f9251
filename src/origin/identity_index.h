/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How rows are found by lookup and by short pseudonym. Private to origin.
 *
 * Both are random numbers, so that putting each new row into both indexes at
 * once would write two pages of the file for each, wherever they lie.
 * New rows are only appended instead; nearly 100,000 of them wait, then they are
 * put into the indexes in the indexes' order, a piece at each commit. Rows that
 * wait are in memory by name anyway; what waits when the program ends is indexed
 * when it starts again. Putting in the same entry twice does nothing, so that
 * only meta.indexed_to has to be right.
 */
#ifndef DYETRACE_ORIGIN_IDENTITY_INDEX_H
#define DYETRACE_ORIGIN_IDENTITY_INDEX_H

#include "identity_rows.h"

#define INDEX_WAITING_MAX 131072
#define INDEX_SHORTS (4 * INDEX_WAITING_MAX)

struct index_entry {
	uint64_t lookup;             /* its first 8 bytes */
	uint32_t short_bits, number; /* number 0: erased meanwhile */
};

struct identity_index {
	struct identity_rows *rows;
	struct index_entry *waiting; /* INDEX_WAITING_MAX, in the order of rows */
	size_t waiting_count;
	struct index_entry *merging;               /* as many; by lookup first, then by short */
	size_t merging_count, by_lookup, by_short; /* of these, put in */
	uint32_t last_waiting, last_merging;       /* their greatest numbers */
	uint32_t *shorts;                          /* INDEX_SHORTS slots: of both; 0: empty */
};

void identity_index_init(struct identity_index *index, struct identity_rows *rows);
void identity_index_fini(struct identity_index *index);
/* Puts all rows above meta->indexed_to into the indexes. Commits as it goes. */
MUST_USE bool identity_index_catch_up(
    struct identity_index *index, struct identity_meta *meta, struct error *err);

/* Whether these bits stand for somebody, or did. */
MUST_USE bool identity_index_taken(
    struct identity_index *index, uint32_t short_bits, bool *taken, struct error *err);
/* A row that was added. At least 8,192 of them may come between two merges. */
void identity_index_add(struct identity_index *index, const struct identity_row *row);
/* Forgets a row that is erased. */
void identity_index_remove(struct identity_index *index, const struct identity_row *row);
/*
 * Puts up to `count` entries into an index, within a transaction; meta tells
 * how far it came. Four for each new row are enough to keep up.
 */
MUST_USE bool identity_index_merge(
    struct identity_index *index, size_t count, struct identity_meta *meta, struct error *err);

#endif
