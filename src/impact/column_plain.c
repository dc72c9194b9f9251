/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Count, share and rate: whole numbers, so that what a pane brought is taken away
 * without a trace. The weight of an observation is 1: the weights are the count.
 */
#include "column_inside.h"

struct counted {
	struct weighed weighed;
	uint64_t hits; /* of share only; it lies behind the column of the others */
};

/* In panes: of the whole window. */
struct counted_panes {
	uint64_t count;
	struct row_panes panes;
	uint64_t hits; /* of share only, as above */
};

struct counted_node {
	struct weighed_node node;
	uint64_t hits;
};

static double
share_of(uint64_t hits, double count)
{
	return count > 0 ? (double)hits / count : INFLUENCE_NONE;
}

/* --- since ever ----------------------------------------------------------------------- */

static double
count_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	return ((const struct counted *)at)->weighed.weight;
}

static double
rate_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	return count_value(image, plan, at) / plan->days;
}

static double
share_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	const struct counted *counted = at;

	return share_of(counted->hits, counted->weighed.weight);
}

static bool
ever_is_empty(const void *at)
{
	return ((const struct counted *)at)->weighed.weight == 0;
}

static void
count_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	struct counted *counted = at;

	weighed_add(columns->image, &counted->weighed, observation->actor, 1);
}

static void
share_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	struct counted *counted = at;

	weighed_add(columns->image, &counted->weighed, observation->actor, 1);
	counted->hits += observation->hit;
}

static void
ever_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
	weighed_drop(columns->image, &((struct counted *)at)->weighed);
}

static void
ever_whose(const struct image *image, const struct column_plan *plan, const void *at,
    struct impact_value *value)
{
	weighed_show(image, &((const struct counted *)at)->weighed, value);
}

#define COUNT_BYTES offsetof(struct counted, hits)
#define EVER .is_empty = ever_is_empty, .drop = ever_drop, .whose = ever_whose

const struct column_kind column_ever_count = {
    .bytes = COUNT_BYTES,
    .value = count_value,
    .observe = count_observe,
    EVER,
};
const struct column_kind column_ever_rate = {
    .bytes = COUNT_BYTES,
    .value = rate_value,
    .observe = count_observe,
    EVER,
};
const struct column_kind column_ever_share = {
    .bytes = sizeof(struct counted),
    .value = share_value,
    .observe = share_observe,
    EVER,
};

/* --- in panes ------------------------------------------------------------------------- */

static double
count_pane_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	return (double)((const struct counted_panes *)at)->count;
}

static double
rate_pane_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	return count_pane_value(image, plan, at) / plan->days;
}

static double
share_pane_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	const struct counted_panes *counted = at;

	return share_of(counted->hits, (double)counted->count);
}

static bool
pane_is_empty(const void *at)
{
	return ((const struct counted_panes *)at)->count == 0;
}

static struct counted_node *
pane_add(struct columns *columns, const struct column_plan *plan, place row,
    struct counted_panes *counted, const struct observation *observation)
{
	struct counted_node *node = row_pane(columns, plan, sizeof(*node), row, &counted->panes,
	    column_pane(plan, observation->time_ms), NULL);

	weighed_add(columns->image, &node->node.weighed, observation->actor, 1);
	counted->count++;
	return node;
}

static void
count_pane_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	pane_add(columns, plan, row, at, observation);
}

static void
share_pane_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	struct counted_panes *counted = at;
	struct counted_node *node = pane_add(columns, plan, row, counted, observation);

	node->hits += observation->hit;
	counted->hits += observation->hit;
}

static void
count_leave(struct columns *columns, const struct column_plan *plan, void *at, place leaving)
{
	struct counted_node *node = image_at(columns->image, leaving);
	struct counted_panes *counted = at;

	counted->count -= (uint64_t)node->node.weighed.weight;
	weighed_leave(columns, &counted->panes, leaving);
}

static void
share_leave(struct columns *columns, const struct column_plan *plan, void *at, place leaving)
{
	struct counted_node *node = image_at(columns->image, leaving);

	((struct counted_panes *)at)->hits -= node->hits;
	count_leave(columns, plan, at, leaving);
}

static void
node_drop(void *context, place at)
{
	weighed_node_drop(context, at, sizeof(struct counted_node));
}

static void
pane_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
	struct counted_panes *counted = at;

	pane_tree_each(columns->image, counted->panes.root, node_drop, columns);
}

static void
pane_whose(const struct image *image, const struct column_plan *plan, const void *at,
    struct impact_value *value)
{
	weighed_show_panes(image, ((const struct counted_panes *)at)->panes.root, value);
}

#define COUNT_PANES_BYTES offsetof(struct counted_panes, hits)
#define IN_PANES                                                                                   \
	.node_bytes = sizeof(struct counted_node), .is_empty = pane_is_empty, .drop = pane_drop,   \
	.whose = pane_whose

const struct column_kind column_pane_count = {
    .bytes = COUNT_PANES_BYTES,
    .value = count_pane_value,
    .observe = count_pane_observe,
    .leave = count_leave,
    IN_PANES,
};
const struct column_kind column_pane_rate = {
    .bytes = COUNT_PANES_BYTES,
    .value = rate_pane_value,
    .observe = count_pane_observe,
    .leave = count_leave,
    IN_PANES,
};
const struct column_kind column_pane_share = {
    .bytes = sizeof(struct counted_panes),
    .value = share_pane_value,
    .observe = share_pane_observe,
    .leave = share_leave,
    IN_PANES,
};
