/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Min and max. A maximum is the least of the negated numbers, so there is one code.
 * Of equal numbers the first recorded one holds it. In a window each node of the
 * row's tree knows the best one below itself: when the holder's pane leaves, the
 * next holder is found on the way down the tree.
 */
#include "column_inside.h"

struct extreme {
	double least;
	uint32_t actor;
	uint32_t seen;
};

struct extreme_panes {
	struct extreme extreme; /* of the whole window */
	uint64_t sequence;      /* of what moved a pane's extreme so far */
	struct row_panes panes;
};

struct extreme_node {
	struct pane_node node;
	double least;
	uint64_t sequence; /* 0: no number yet */
	uint32_t actor;
	place best; /* the node that has the extreme of this subtree */
};

/* Exact. 0 from either side: -(-0) is 0. */
static double
turned(const struct column_plan *plan, double number)
{
	return plan->aggregate == AGGREGATE_MAX ? -number : number;
}

static double
extreme_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	const struct extreme *extreme = at;

	return extreme->seen ? turned(plan, extreme->least) : INFLUENCE_NONE;
}

static bool
extreme_is_empty(const void *at)
{
	return !((const struct extreme *)at)->seen;
}

static void
extreme_whose(const struct image *image, const struct column_plan *plan, const void *at,
    struct impact_value *value)
{
	const struct extreme *extreme = at;

	if (extreme->seen)
		weighed_show_one(extreme->actor, value);
}

/* --- since ever ----------------------------------------------------------------------- */

static void
ever_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	double number = turned(plan, observation->number);
	struct extreme *extreme = at;

	if (!extreme->seen || number < extreme->least)
		*extreme = (struct extreme){number, observation->actor, 1};
}

static void
ever_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
}

const struct column_kind column_ever_extreme = {
    .bytes = sizeof(struct extreme),
    .value = extreme_value,
    .observe = ever_observe,
    .is_empty = extreme_is_empty,
    .drop = ever_drop,
    .whose = extreme_whose,
};

/* --- in panes ------------------------------------------------------------------------- */

static bool
is_better(const struct extreme_node *a, const struct extreme_node *b)
{
	if (!a->sequence || !b->sequence)
		return a->sequence != 0;
	return a->least < b->least || (a->least == b->least && a->sequence < b->sequence);
}

/* Both children are right already. */
static void
renew_best(const struct image *image, place at)
{
	struct extreme_node *node = image_at(image, at), *child;
	place sides[2] = {node->node.link.left, node->node.link.right};
	const struct extreme_node *best = node;
	int side;

	node->best = at;
	for (side = 0; side < 2; side++) {
		child = image_at(image, sides[side]);
		if (!sides[side] || !is_better(image_at(image, child->best), best))
			continue;
		node->best = child->best;
		best = image_at(image, child->best);
	}
}

static void
take_best(const struct image *image, struct extreme_panes *extreme)
{
	const struct extreme_node *root = image_at(image, extreme->panes.root), *best;

	if (extreme->panes.root) {
		best = image_at(image, root->best);
		extreme->extreme = (struct extreme){best->least, best->actor, 1};
	} else {
		*extreme = (struct extreme_panes){0};
	}
}

static void
pane_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	int64_t pane = column_pane(plan, observation->time_ms);
	double number = turned(plan, observation->number);
	struct extreme_panes *extreme = at;
	struct extreme_node *node =
	    row_pane(columns, plan, sizeof(*node), row, &extreme->panes, pane, renew_best);

	if (node->sequence && number >= node->least)
		return;
	node->least = number;
	node->actor = observation->actor;
	node->sequence = ++extreme->sequence;
	pane_tree_renew(columns->image, extreme->panes.root, pane, renew_best);
	take_best(columns->image, extreme);
}

static void
pane_leave(struct columns *columns, const struct column_plan *plan, void *at, place node)
{
	struct extreme_panes *extreme = at;

	row_pane_leave(columns, &extreme->panes, node, renew_best);
	take_best(columns->image, extreme);
}

static void
node_drop(void *context, place at)
{
	struct columns *columns = context;

	image_give(columns->image, at, sizeof(struct extreme_node));
	columns->panes--;
}

static void
pane_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
	struct extreme_panes *extreme = at;

	pane_tree_each(columns->image, extreme->panes.root, node_drop, columns);
}

const struct column_kind column_pane_extreme = {
    .bytes = sizeof(struct extreme_panes),
    .node_bytes = sizeof(struct extreme_node),
    .value = extreme_value,
    .observe = pane_observe,
    .is_empty = extreme_is_empty,
    .leave = pane_leave,
    .drop = pane_drop,
    .whose = extreme_whose,
};
