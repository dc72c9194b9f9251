/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Last: the number of the newest. In a window, too, one per row is enough: whatever
 * is older lies in the same pane or an earlier one, so it has left when the newest
 * leaves. The column itself is then the node in its pane's list.
 */
#include "column_inside.h"

struct last {
	double number;
	int64_t time_ms, offset;
	uint32_t partition; /* number here, and 1; 0: none */
	uint32_t actor;
};

struct last_pane {
	struct pane_node node;
	struct last last;
};

static double
number_of(const struct last *last)
{
	return last->partition ? last->number : INFLUENCE_NONE;
}

/* Of observations that stand at the same place (of one event), the later one is the newer. */
static bool
is_newer(
    const struct columns *columns, const struct last *last, const struct observation *observation)
{
	uint32_t rank, rank_before;

	if (!last->partition || observation->time_ms != last->time_ms)
		return !last->partition || observation->time_ms > last->time_ms;
	if (observation->partition == last->partition - 1)
		return observation->offset >= last->offset;
	rank = columns->partition_ranks[observation->partition];
	rank_before = columns->partition_ranks[last->partition - 1];
	return rank > rank_before;
}

static void
last_set(struct last *last, const struct observation *observation)
{
	*last = (struct last){observation->number, observation->time_ms, observation->offset,
	    observation->partition + 1, observation->actor};
}

static void
last_whose(const struct last *last, struct impact_value *value)
{
	if (last->partition)
		weighed_show_one(last->actor, value);
}

/* --- since ever ----------------------------------------------------------------------- */

static double
ever_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	return number_of(at);
}

static void
ever_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	if (is_newer(columns, at, observation))
		last_set(at, observation);
}

static bool
ever_is_empty(const void *at)
{
	return !((const struct last *)at)->partition;
}

static void
ever_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
}

static void
ever_whose(const struct image *image, const struct column_plan *plan, const void *at,
    struct impact_value *value)
{
	last_whose(at, value);
}

const struct column_kind column_ever_last = {
    .bytes = sizeof(struct last),
    .value = ever_value,
    .observe = ever_observe,
    .is_empty = ever_is_empty,
    .drop = ever_drop,
    .whose = ever_whose,
};

/* --- in panes ------------------------------------------------------------------------- */

static double
pane_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	return number_of(&((const struct last_pane *)at)->last);
}

static bool
pane_is_empty(const void *at)
{
	return !((const struct last_pane *)at)->last.partition;
}

static void
pane_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	int64_t pane = column_pane(plan, observation->time_ms);
	place node = row + plan->offset / 16;
	struct last_pane *last = at;

	if (!is_newer(columns, &last->last, observation))
		return;
	if (pane_is_empty(last) || pane != last->node.link.pane) {
		if (!pane_is_empty(last))
			open_remove(columns, plan->open, node);
		last->node.link.pane = pane;
		last->node.row = row;
		last->node.link.left = open_append(columns, plan->open, node);
	}
	last_set(&last->last, observation);
}

static void
pane_leave(struct columns *columns, const struct column_plan *plan, void *at, place node)
{
	*(struct last_pane *)at = (struct last_pane){0};
	columns->panes--;
}

static void
pane_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
	if (!pane_is_empty(at))
		columns->panes--;
}

static void
pane_whose(const struct image *image, const struct column_plan *plan, const void *at,
    struct impact_value *value)
{
	last_whose(&((const struct last_pane *)at)->last, value);
}

const struct column_kind column_pane_last = {
    .bytes = sizeof(struct last_pane),
    .value = pane_value,
    .observe = pane_observe,
    .is_empty = pane_is_empty,
    .leave = pane_leave,
    .drop = pane_drop,
    .whose = pane_whose,
};
