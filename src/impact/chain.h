/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feature of a feature: aggregates the newest values of its source's keys. Each
 * row of the source that has a value is a *member* of one row of this feature: the key
 * of the event that moved it last. Private to impact.
 */
#ifndef IMPACT_CHAIN_H
#define IMPACT_CHAIN_H

#include "column.h"

struct chain_plan {
	enum lineage_aggregate aggregate; /* last count sum mean min max rate */
	int64_t pane_ms, panes, lateness_ms;
	double days;
	uint32_t offset;        /* of the column in this feature's row */
	uint32_t member_offset; /* of CHAIN_MEMBER_BYTES in the source's row */
	place open;             /* windowed: COLUMN_OPEN_BYTES */
};
#define CHAIN_MEMBER_BYTES 48 /* or what the state takes, a multiple of 16 */

size_t chain_bytes(const struct chain_plan *plan);
double chain_value(const struct columns *columns, const struct chain_plan *plan, place row);

/* What one change of a member did. */
struct chain_move {
	place left; /* the row that it was a member of before, 0: none, or the same as joined */
	double left_before, left_after;
	place joined; /* the row that it is a member of now; 0: of none (its value is none) */
	double before, after;
};
/*
 * An event moved the source's row to value: it is a member of `row` from now on. sequence ascends with every call
 * (for `last`). value none: it leaves. A pane outside the window leaves, too.
 */
void
chain_event(struct columns *columns, const struct chain_plan *plan, place source_row, double value,
    place row, int64_t time_ms, int64_t first_pane, uint64_t sequence, struct chain_move *move);
/* Expiry moved it: it stays with its row (or leaves, when the value is none). */
void chain_expiry(struct columns *columns, const struct chain_plan *plan, place source_row,
    double value, struct chain_move *move);
/* As column_expire(): members whose pane leaves. */
int64_t chain_lowest(const struct columns *columns, const struct chain_plan *plan);
void chain_expire(struct columns *columns, const struct chain_plan *plan,
    void (*moved)(void *context, place row, double before, double after), void *context);
/* Members in no order that matters, for whose value it is: last, min, max: only the one whose number it is. */
void chain_members(const struct columns *columns, const struct chain_plan *plan, place row,
    void (*member)(void *context, place source_row, double value), void *context);
bool chain_is_empty(const struct columns *columns, const struct chain_plan *plan, place row);
/* Before the source's row is given back, or the feature ends. */
void chain_drop_member(struct columns *columns, const struct chain_plan *plan, place source_row);
void chain_drop(struct columns *columns, const struct chain_plan *plan, place row);
void chain_drop_open(struct columns *columns, const struct chain_plan *plan);

#endif
