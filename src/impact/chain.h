/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feature of a feature: aggregates the newest values of its source's keys. Each
 * row of the source that has a value is a *member* of one row of this feature: the key
 * of the event that moved it last. Private to impact.
 *
 * A change costs O(1), of min and max O(log members); a pane that is new or ends, O(log panes).
 * Beside the rows: of min and max 24 bytes for each member (up to 96 while their array is a quarter full),
 * of a sum or mean that needs the whole range of a double 288, and 32 for each pane.
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
#define CHAIN_MEMBER_BYTES 48

/* Bytes that the column takes in a row, a multiple of 16; zeroed: no member. So is the member's room in the source's row. */
size_t chain_bytes(const struct chain_plan *plan);
/* INFLUENCE_NONE: none; never -0 */
double chain_value(const struct columns *columns, const struct chain_plan *plan, place row);

/* What one change of a member did. */
struct chain_move {
	place left; /* the row that it was a member of before, 0: none, or the same as joined */
	double left_before, left_after;
	place joined; /* the row that it is a member of now; 0: of none (its value is none) */
	double before, after;
	/* What is of no row is INFLUENCE_NONE. */
};
/*
 * An event moved the source's row to value: it is a member of `row` from now on. sequence ascends with every call
 * (for `last`). It leaves when the value is none, the row 0, or its pane below first_pane (windowed).
 */
void
chain_event(struct columns *columns, const struct chain_plan *plan, place source_row, double value,
    place row, int64_t time_ms, int64_t first_pane, uint64_t sequence, struct chain_move *move);
/* Expiry moved it: it stays with its row (or leaves, when the value is none), its pane and its place in the order of events. */
void chain_expiry(struct columns *columns, const struct chain_plan *plan, place source_row,
    double value, struct chain_move *move);
/*
 * As column_expire(): members whose pane leaves, one by one, in the order in which they came to it; moved is
 * called for each. Whoever leaves a pane and comes back comes last.
 */
int64_t chain_lowest(const struct columns *columns, const struct chain_plan *plan);
void chain_expire(struct columns *columns, const struct chain_plan *plan,
    void (*moved)(void *context, place row, double before, double after), void *context);
/*
 * Members in no order that matters, for whose value it is: last, min, max: only the one whose number it is
 * (of equal ones the one that an event moved first).
 */
void chain_members(const struct columns *columns, const struct chain_plan *plan, place row,
    void (*member)(void *context, place source_row, double value), void *context);
bool chain_is_empty(const struct columns *columns, const struct chain_plan *plan, place row);
/* Before the source's row is given back, or the feature ends. It moves the value and says so to nobody. */
void chain_drop_member(struct columns *columns, const struct chain_plan *plan, place source_row);
/* Lets all members go (their rows must still be there) and gives back what the column holds. A row without members needs no call. */
void chain_drop(struct columns *columns, const struct chain_plan *plan, place row);
void chain_drop_open(struct columns *columns, const struct chain_plan *plan);

#endif
