/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sum and mean, exact: what a pane brought is taken from the window's sum without a
 * trace. A sum that needs the whole range of a double has a wide one beside it
 * until its window (since ever: the key) is empty.
 */
#include <math.h>
#include <string.h>

#include "column_inside.h"

struct summed {
	struct exact_sum narrow;
	uint64_t count;
	place wide; /* 0: the narrow one holds it */
};

struct sum_ever {
	struct summed summed;
	struct weighed weighed;
};

struct sum_panes {
	struct summed summed; /* of the whole window */
	struct row_panes panes;
};

struct sum_node {
	struct weighed_node node;
	struct summed summed;
};

/* --- a sum --------------------------------------------------------------------------------- */

static struct exact_wide *
widen(struct image *image, struct summed *summed)
{
	struct exact_wide *wide;

	if (summed->wide)
		return image_touch(image, summed->wide);
	summed->wide = image_get(image, sizeof(*wide));
	wide = image_at(image, summed->wide);
	exact_widen(wide, &summed->narrow);
	return wide;
}

static void
summed_add(struct image *image, struct summed *summed, double number)
{
	summed->count++;
	if (summed->wide || !exact_add(&summed->narrow, number, 1))
		exact_wide_add(widen(image, summed), number, 1);
}

static void
summed_drop(struct image *image, struct summed *summed)
{
	if (summed->wide)
		image_give(image, summed->wide, sizeof(struct exact_wide));
	memset(summed, 0, sizeof(*summed));
}

static void
summed_subtract(struct image *image, struct summed *summed, const struct summed *part)
{
	struct exact_wide other;

	summed->count -= part->count;
	if (!summed->count)
		summed_drop(image, summed);
	else if (part->wide)
		exact_wide_merge(widen(image, summed), image_at(image, part->wide), -1);
	else if (summed->wide || !exact_merge(&summed->narrow, &part->narrow, -1)) {
		exact_widen(&other, &part->narrow);
		exact_wide_merge(widen(image, summed), &other, -1);
	}
}

static double
sum_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	const struct summed *summed = at; /* stands first in all of them */

	return summed->wide ? exact_wide_value(image_at(image, summed->wide))
			    : exact_value(&summed->narrow);
}

static double
mean_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	const struct summed *summed = at;

	if (!summed->count)
		return INFLUENCE_NONE;
	return summed->wide ? exact_wide_mean(image_at(image, summed->wide), summed->count)
			    : exact_value(&summed->narrow) / (double)summed->count;
}

static bool
is_empty(const void *at)
{
	return ((const struct summed *)at)->count == 0;
}

/* Of a sum the magnitude; of a mean one for each observation. */
static void
weigh(struct image *image, const struct column_plan *plan, struct weighed *weighed,
    const struct observation *observation)
{
	double weight = plan->aggregate == AGGREGATE_SUM ? fabs(observation->number) : 1;

	if (weight > 0)
		weighed_add(image, weighed, observation->actor, weight);
}

/* --- since ever ----------------------------------------------------------------------- */

static void
ever_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	struct sum_ever *sum = at;

	weigh(columns->image, plan, &sum->weighed, observation);
	summed_add(columns->image, &sum->summed, observation->number);
}

static void
ever_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
	struct sum_ever *sum = at;

	weighed_drop(columns->image, &sum->weighed);
	summed_drop(columns->image, &sum->summed);
}

static void
ever_whose(const struct image *image, const struct column_plan *plan, const void *at,
    struct impact_value *value)
{
	weighed_show(image, &((const struct sum_ever *)at)->weighed, value);
}

/* --- in panes ------------------------------------------------------------------------- */

static void
pane_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	struct sum_panes *sum = at;
	struct sum_node *node = row_pane(columns, plan, sizeof(*node), row, &sum->panes,
	    column_pane(plan, observation->time_ms), NULL);

	weigh(columns->image, plan, &node->node.weighed, observation);
	summed_add(columns->image, &node->summed, observation->number);
	summed_add(columns->image, &sum->summed, observation->number);
}

static void
pane_leave(struct columns *columns, const struct column_plan *plan, void *at, place leaving)
{
	struct sum_node *node = image_touch(columns->image, leaving);
	struct sum_panes *sum = at;

	summed_subtract(columns->image, &sum->summed, &node->summed);
	summed_drop(columns->image, &node->summed);
	weighed_leave(columns, &sum->panes, leaving);
}

static void
node_drop(void *context, place at)
{
	struct columns *columns = context;
	struct sum_node *node = image_touch(columns->image, at);

	summed_drop(columns->image, &node->summed);
	weighed_node_drop(columns, at, sizeof(*node));
}

static void
pane_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
	struct sum_panes *sum = at;

	pane_tree_each(columns->image, sum->panes.root, node_drop, columns);
	summed_drop(columns->image, &sum->summed);
}

static void
pane_whose(const struct image *image, const struct column_plan *plan, const void *at,
    struct impact_value *value)
{
	weighed_show_panes(image, ((const struct sum_panes *)at)->panes.root, value);
}

/* --- kinds ----------------------------------------------------------------------------- */

#define EVER                                                                                       \
	.bytes = sizeof(struct sum_ever), .observe = ever_observe, .is_empty = is_empty,           \
	.drop = ever_drop, .whose = ever_whose

#define IN_PANES                                                                                   \
	.bytes = sizeof(struct sum_panes), .node_bytes = sizeof(struct sum_node),                  \
	.observe = pane_observe, .is_empty = is_empty, .leave = pane_leave, .drop = pane_drop,     \
	.whose = pane_whose

const struct column_kind column_ever_sum = {.value = sum_value, EVER};
const struct column_kind column_ever_mean = {.value = mean_value, EVER};
const struct column_kind column_pane_sum = {.value = sum_value, IN_PANES};
const struct column_kind column_pane_mean = {.value = mean_value, IN_PANES};
