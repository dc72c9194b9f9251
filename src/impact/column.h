/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A column: the state of one feature for one key, a piece of the key's row. Plain
 * aggregates of observations; chain.h has those of other features. All of it lies in
 * the image. Private to impact.
 *
 * Bytes          of a row, since ever    of a row, in panes    of a (row, pane)
 *   last                   32                    64                   0
 *   count rate             16                    16                  48
 *   share                  32                    32                  48
 *   sum mean               48                    48                  80
 *   min max                16                    32                  48
 *   distinct               32                    32                  48
 * and 32 for each live pane of a feature. From the second origin on, each row (in panes:
 * each pane of it) of what is not last, min or max has a summary of 48 bytes, from the third 80,
 * from the fifth 128. A sum beyond 2^62 or finer than 2^-64 has 288 more. Distinct since ever: 8 for each
 * slot of a set that is filled to three quarters at most, and 2,048 once it is estimated; in panes: 16 for
 * each slot, and once it is estimated 2,048 and 16 for each slot of what its registers know (about 0.5 MB for a
 * million values).
 */
#ifndef IMPACT_COLUMN_H
#define IMPACT_COLUMN_H

#include "base/image.h"
#include "impact/impact.h"

/* What columns share. */
struct columns {
	struct image *image;
	/* [partition's number here]: order by (source, name, incarnation); grows, never reordered among old ones */
	const uint32_t *partition_ranks;
	uint64_t panes; /* (row, pane) held now, for the counts; whoever loads an image sets it */
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
	double number;  /* of last sum mean min max: finite, never -0; else any */
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
/*
 * Lets go of the state of the lowest pane (there must be one): calls moved for each row, in the order in which
 * they got it (of last: their newest). moved must not observe; it may give the row back when nothing else keeps it.
 */
void column_expire(struct columns *columns, const struct column_plan *plan,
    void (*moved)(void *context, place row, double before, double after), void *context);
bool column_is_empty(const struct columns *columns, const struct column_plan *plan, place row);
/*
 * Gives back what the column holds beside the row, and empties it: of a feature that ends, whose `open` is dropped, too
 * (after its rows or before), or of a row that is given back, which in panes must be empty.
 */
void column_drop(struct columns *columns, const struct column_plan *plan, place row);
void column_drop_open(struct columns *columns, const struct column_plan *plan);
/* Fills all of value; merged over the row's panes, ascending. */
void column_whose(const struct columns *columns, const struct column_plan *plan, place row,
    struct impact_value *value);

#endif
