/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kinds of columns share. Each kind is a const struct; column.c has the
 * table. A column lies in its row at plan->offset and starts zeroed. Private to
 * column*.c.
 */
#ifndef IMPACT_COLUMN_INSIDE_H
#define IMPACT_COLUMN_INSIDE_H

#include <float.h>

#include "base/exact_sum.h"
#include "base/heavy.h"
#include "column.h"
#include "column_panes.h"

/* --- kinds ------------------------------------------------------------------------ */

/* at: the column, in the image; touched where it is not const */
struct column_kind {
	size_t bytes,
	    node_bytes; /* node: of a row in one pane; 0: since ever, or the column is it */
	double (*value)(const struct image *image, const struct column_plan *plan, const void *at);
	void (*observe)(struct columns *columns, const struct column_plan *plan, place row,
	    void *at, const struct observation *observation);
	bool (*is_empty)(const void *at);
	/* The node's pane leaves: takes its part out of the column, and gives back what it holds; the node itself is given back after. */
	void (*leave)(
	    struct columns *columns, const struct column_plan *plan, void *at, place node);
	/* Gives back what is held beside the row. */
	void (*drop)(struct columns *columns, const struct column_plan *plan, void *at);
	bool (*is_estimated)(const void *at); /* NULL: never */
	void (*whose)(const struct image *image, const struct column_plan *plan, const void *at,
	    struct impact_value *value);
};

extern const struct column_kind column_ever_last, column_pane_last;
extern const struct column_kind column_ever_count, column_pane_count;
extern const struct column_kind column_ever_rate, column_pane_rate;
extern const struct column_kind column_ever_share, column_pane_share;
extern const struct column_kind column_ever_sum, column_pane_sum;
extern const struct column_kind column_ever_mean, column_pane_mean;
extern const struct column_kind column_ever_extreme, column_pane_extreme;
extern const struct column_kind column_ever_distinct, column_pane_distinct;

/* --- weights by origin ---------------------------------------------------------------- */

/* One origin is remembered as it is: all the weight is its own. From the second on, a summary. */
struct weighed {
	double weight; /* in all, at most DBL_MAX */
	uint32_t actor;
	place heavy; /* 0: one origin, or none */
};

void weighed_add_more(struct image *image, struct weighed *weighed, uint32_t actor, double weight);
void weighed_drop(struct image *image, struct weighed *weighed);
void
weighed_show(const struct image *image, const struct weighed *weighed, struct impact_value *value);

/* weight > 0, finite */
static inline void
weighed_add(struct image *image, struct weighed *weighed, uint32_t actor, double weight)
{
	if (!weighed->heavy && (weighed->weight == 0 || weighed->actor == actor))
		weighed->actor = actor;
	else
		weighed_add_more(image, weighed, actor, weight);
	weighed->weight += weight;
	if (weighed->weight > DBL_MAX)
		weighed->weight = DBL_MAX;
}

/* The nodes of all kinds that weigh begin with it. */
struct weighed_node {
	struct pane_node node;
	struct weighed weighed;
};
/* Out of the row's tree, without weights; still to be given back. */
void weighed_leave(struct columns *columns, struct row_panes *panes, place node);
/* Gives the node back with its weights. */
void weighed_node_drop(struct columns *columns, place node, size_t bytes);
void weighed_show_panes(const struct image *image, place root, struct impact_value *value);

/* Of one origin, exact: last, min, max. */
void weighed_show_one(uint32_t actor, struct impact_value *value);

/* --- distinct ------------------------------------------------------------------------- */

#define DISTINCT_EXACT 512 /* so many different values are counted exactly */

/* 0 says that a slot is free. */
static inline uint64_t
distinct_value(const struct observation *observation)
{
	return observation->value ? observation->value : 1;
}

#endif
