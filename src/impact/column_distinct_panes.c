/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distinct in a window: each value keeps the latest pane that it was seen in, and
 * leaves with it. Beyond DISTINCT_EXACT values the same set holds what a HyperLogLog
 * knows: that a register had a rank, with the latest pane of that. So the registers
 * of any window are exactly those that a HyperLogLog of its observations alone would
 * have, and it takes no more room for more panes.
 *
 * Source of the idea: Y. Chabchoub, G. Hebrail, "Sliding HyperLogLog", ICDMW 2010.
 */
#include <string.h>

#include "base/hyperloglog.h"
#include "column_inside.h"
#include "column_values.h"

struct distinct_panes {
	struct row_panes panes;
	struct value_set values;
	place log; /* the registers of the window; 0: values are counted exactly */
	double estimate;
};

enum {
	RANK_BITS = 6,
	REGISTER_BITS = 11
};
_Static_assert(1 << REGISTER_BITS == HYPERLOGLOG_REGISTERS, "of the hash's first bits");

static double
pane_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	const struct distinct_panes *distinct = at;

	return distinct->log ? distinct->estimate : distinct->values.count;
}

static bool
pane_is_estimated(const void *at)
{
	return ((const struct distinct_panes *)at)->log != 0;
}

static bool
pane_is_empty(const void *at)
{
	return ((const struct distinct_panes *)at)->panes.root == 0;
}

/* --- registers and ranks ---------------------------------------------------------------- */

/* Of a hash: the register, and the place of the first one bit behind those that say which; never 0. */
static uint64_t
item_of(uint64_t hash)
{
	uint64_t rest = hash << REGISTER_BITS | (uint64_t)1 << (REGISTER_BITS - 1);

	return hash >> (64 - REGISTER_BITS) << RANK_BITS | (uint64_t)(__builtin_clzll(rest) + 1);
}

static uint8_t
rank_of(uint64_t item)
{
	return item & ((1 << RANK_BITS) - 1);
}

static bool
raise_register(struct hyperloglog *log, uint64_t item)
{
	uint8_t *at = &log->registers[item >> RANK_BITS];

	if (rank_of(item) <= *at)
		return false;
	*at = rank_of(item);
	return true;
}

/* From what is in the set, as after an expiry. */
static void
renew_log(struct image *image, struct distinct_panes *distinct)
{
	struct hyperloglog *log = image_touch(image, distinct->log);
	const struct value_slot *slot;
	uint32_t at = 0;

	memset(log, 0, sizeof(*log));
	while ((slot = value_set_next(image, &distinct->values, &at)) != NULL)
		raise_register(log, slot->value);
	distinct->estimate = hyperloglog_estimate(log);
}

static void
to_log(struct image *image, struct distinct_panes *distinct)
{
	struct value_set items = {0};
	const struct value_slot *slot;
	uint32_t at = 0;

	while ((slot = value_set_next(image, &distinct->values, &at)) != NULL)
		value_set_add(image, &items, item_of(slot->value), slot->pane);
	value_set_drop(image, &distinct->values);
	distinct->values = items;
	distinct->log = image_get(image, sizeof(struct hyperloglog));
	renew_log(image, distinct);
}

static void
add_value(struct image *image, struct distinct_panes *distinct, uint64_t value, int64_t pane)
{
	struct hyperloglog *log;

	if (!distinct->log) {
		value_set_add(image, &distinct->values, value, pane);
		if (distinct->values.count > DISTINCT_EXACT)
			to_log(image, distinct);
		return;
	}
	log = image_touch(image, distinct->log);
	if (value_set_add(image, &distinct->values, item_of(value), pane) &&
	    raise_register(log, item_of(value)))
		distinct->estimate = hyperloglog_estimate(log);
}

/* --- panes -------------------------------------------------------------------------------- */

static void
pane_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	int64_t pane = column_pane(plan, observation->time_ms);
	struct distinct_panes *distinct = at;
	struct weighed_node *node =
	    row_pane(columns, plan, sizeof(*node), row, &distinct->panes, pane, NULL);

	weighed_add(columns->image, &node->weighed, observation->actor, 1);
	add_value(columns->image, distinct, distinct_value(observation), pane);
}

static bool
is_later(const void *pane, const struct value_slot *slot)
{
	return slot->pane > *(const int64_t *)pane;
}

static void
values_drop(struct image *image, struct distinct_panes *distinct)
{
	value_set_drop(image, &distinct->values);
	if (distinct->log)
		image_give(image, distinct->log, sizeof(struct hyperloglog));
	distinct->log = 0;
	distinct->estimate = 0;
}

static void
pane_leave(struct columns *columns, const struct column_plan *plan, void *at, place leaving)
{
	int64_t pane = ((struct pane_link *)image_at(columns->image, leaving))->pane;
	struct distinct_panes *distinct = at;

	weighed_leave(columns, &distinct->panes, leaving);
	if (!distinct->panes.root)
		values_drop(columns->image, distinct);
	else if (value_set_keep(columns->image, &distinct->values, is_later, &pane) &&
	    distinct->log)
		renew_log(columns->image, distinct);
}

static void
node_drop(void *context, place at)
{
	weighed_node_drop(context, at, sizeof(struct weighed_node));
}

static void
pane_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
	struct distinct_panes *distinct = at;

	pane_tree_each(columns->image, distinct->panes.root, node_drop, columns);
	values_drop(columns->image, distinct);
}

static void
pane_whose(const struct image *image, const struct column_plan *plan, const void *at,
    struct impact_value *value)
{
	weighed_show_panes(image, ((const struct distinct_panes *)at)->panes.root, value);
}

const struct column_kind column_pane_distinct = {
    .bytes = sizeof(struct distinct_panes),
    .node_bytes = sizeof(struct weighed_node),
    .value = pane_value,
    .observe = pane_observe,
    .is_empty = pane_is_empty,
    .leave = pane_leave,
    .drop = pane_drop,
    .is_estimated = pane_is_estimated,
    .whose = pane_whose,
};
