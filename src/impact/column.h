/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A column: the state of one feature for one key, a piece of the key's row. Plain
 * aggregates of observations; chain.h has those of other features. All of it lies in
 * the image. Private to impact.
 */
#ifndef IMPACT_COLUMN_H
#define IMPACT_COLUMN_H

#include "base/image.h"
#include "impact/impact.h"

/* What columns share. */
struct columns {
	struct image *image;
	const uint32_t *
	    partition_ranks; /* [partition's number here]: order by (source, name, incarnation); grows, never reordered among old ones */
	uint64_t panes;      /* held now, for the counts */
};

/* One feature, compiled. */
struct column_plan {
	enum lineage_aggregate aggregate;
	int64_t pane_ms, panes, lateness_ms; /* pane_ms 0: since ever */
	double days;                         /* of the window, for rate */
	uint32_t offset;                     /* of the column in the row; a multiple of 16 */
	place
	    open; /* windowed: COLUMN_OPEN_BYTES, zeroed when the feature starts: which panes have state */
};
#define COLUMN_OPEN_BYTES 64

struct observation {
	double number;  /* of last sum mean min max: finite, never -0 */
	uint64_t value; /* of distinct: hash of the value */
	bool hit;       /* of share */
	uint32_t actor;
	uint32_t partition; /* number here */
	int64_t time_ms, offset;
};

/* Bytes that the column takes in a row, a multiple of 16; zeroed: no observation yet. */
size_t column_bytes(const struct column_plan *plan);
/* The value now. *estimated may be NULL. */
double column_value(
    const struct columns *columns, const struct column_plan *plan, place row, bool *estimated);
/* The pane must be in the window (column_first()). Gives the value with it. */
double column_observe(struct columns *columns, const struct column_plan *plan, place row,
    const struct observation *observation, bool *estimated);

/* The first pane inside the window when the clock stands there: floor((clock - lateness) / pane) - panes + 1. */
int64_t column_first(const struct column_plan *plan, int64_t clock_ms);
int64_t column_pane(const struct column_plan *plan, int64_t time_ms); /* floor(time / pane) */
/* The least clock at which the pane leaves: (pane + panes) * pane_ms + lateness, saturated. */
int64_t column_leaves_ms(const struct column_plan *plan, int64_t pane);
/* The lowest pane that has state, INT64_MAX: none has. */
int64_t column_lowest(const struct columns *columns, const struct column_plan *plan);
/* Lets go of the state of the lowest pane: calls moved for each row, in the order in which they got it. moved must not observe. */
void column_expire(struct columns *columns, const struct column_plan *plan,
    void (*moved)(void *context, place row, double before, double after), void *context);
bool column_is_empty(const struct columns *columns, const struct column_plan *plan, place row);
/* Gives back what the column holds beside the row, of a feature that ends (its `open`, too) or a row that is given back. */
void column_drop(struct columns *columns, const struct column_plan *plan, place row);
void column_drop_open(struct columns *columns, const struct column_plan *plan);
/* Fills all of value but what the caller knows better; merged over panes. */
void column_whose(const struct columns *columns, const struct column_plan *plan, place row,
    struct impact_value *value);

#endif
