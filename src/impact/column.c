/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of all kinds: which is which, panes and clocks, expiry. */
#include "column.h"

#include <string.h>

#include "column_inside.h"

static const struct column_kind *const kinds[AGGREGATE_KINDS][2] = {
    /* since ever, in panes */
    [AGGREGATE_LAST] = {&column_ever_last, &column_pane_last},
    [AGGREGATE_COUNT] = {&column_ever_count, &column_pane_count},
    [AGGREGATE_SUM] = {&column_ever_sum, &column_pane_sum},
    [AGGREGATE_MEAN] = {&column_ever_mean, &column_pane_mean},
    [AGGREGATE_MIN] = {&column_ever_extreme, &column_pane_extreme},
    [AGGREGATE_MAX] = {&column_ever_extreme, &column_pane_extreme},
    [AGGREGATE_DISTINCT] = {&column_ever_distinct, &column_pane_distinct},
    [AGGREGATE_SHARE] = {&column_ever_share, &column_pane_share},
    [AGGREGATE_RATE] = {&column_ever_rate, &column_pane_rate},
};

static const struct column_kind *
kind_of(const struct column_plan *plan)
{
	return kinds[plan->aggregate][plan->pane_ms != 0];
}

static const void *
column_at(const struct columns *columns, const struct column_plan *plan, place row)
{
	return (const uint8_t *)image_at(columns->image, row) + plan->offset;
}

static void *
column_touch(struct columns *columns, const struct column_plan *plan, place row)
{
	return (uint8_t *)image_touch(columns->image, row) + plan->offset;
}

size_t
column_bytes(const struct column_plan *plan)
{
	return (kind_of(plan)->bytes + 15) & ~(size_t)15;
}

static double
value_at(const struct image *image, const struct column_plan *plan, const struct column_kind *kind,
    const void *at, bool *estimated)
{
	if (estimated)
		*estimated = kind->is_estimated && kind->is_estimated(at);
	return kind->value(image, plan, at);
}

double
column_value(
    const struct columns *columns, const struct column_plan *plan, place row, bool *estimated)
{
	return value_at(
	    columns->image, plan, kind_of(plan), column_at(columns, plan, row), estimated);
}

double
column_observe(struct columns *columns, const struct column_plan *plan, place row,
    const struct observation *observation, bool *estimated)
{
	const struct column_kind *kind = kind_of(plan);
	void *at = column_touch(columns, plan, row);

	kind->observe(columns, plan, row, at, observation);
	return value_at(columns->image, plan, kind, at, estimated);
}

bool
column_is_empty(const struct columns *columns, const struct column_plan *plan, place row)
{
	return kind_of(plan)->is_empty(column_at(columns, plan, row));
}

/* --- panes and clocks ----------------------------------------------------------------- */

int64_t
column_pane(const struct column_plan *plan, int64_t time_ms)
{
	int64_t pane;

	if (!plan->pane_ms)
		return 0;
	pane = time_ms / plan->pane_ms;
	return pane - (time_ms % plan->pane_ms < 0);
}

int64_t
column_first(const struct column_plan *plan, int64_t clock_ms)
{
	int64_t until, first;

	if (!plan->pane_ms || __builtin_sub_overflow(clock_ms, plan->lateness_ms, &until) ||
	    __builtin_sub_overflow(column_pane(plan, until), plan->panes - 1, &first))
		return INT64_MIN;
	return first;
}

int64_t
column_leaves_ms(const struct column_plan *plan, int64_t pane)
{
	int64_t clock;

	if (!plan->pane_ms || __builtin_add_overflow(pane, plan->panes, &clock))
		return INT64_MAX;
	if (__builtin_mul_overflow(clock, plan->pane_ms, &clock))
		return pane < 0 ? INT64_MIN : INT64_MAX;
	if (__builtin_add_overflow(clock, plan->lateness_ms, &clock))
		return INT64_MAX;
	return clock;
}

int64_t
column_lowest(const struct columns *columns, const struct column_plan *plan)
{
	return plan->pane_ms ? open_lowest(columns->image, plan->open) : INT64_MAX;
}

void
column_expire(struct columns *columns, const struct column_plan *plan,
    void (*moved)(void *context, place row, double before, double after), void *context)
{
	const struct column_kind *kind = kind_of(plan);
	struct image *image = columns->image;
	struct pane_node *node;
	double before, after;
	place at, next, row;
	void *column;

	for (at = open_take(columns, plan->open); at; at = next) {
		node = image_touch(image, at);
		next = node->next;
		row = node->row;
		column = column_touch(columns, plan, row);
		before = kind->value(image, plan, column);
		kind->leave(columns, plan, column, at);
		if (kind->node_bytes)
			image_give(image, at, kind->node_bytes);
		after = kind->value(image, plan, column);
		moved(context, row, before, after);
	}
}

void
column_drop(struct columns *columns, const struct column_plan *plan, place row)
{
	void *at = column_touch(columns, plan, row);

	kind_of(plan)->drop(columns, plan, at);
	memset(at, 0, column_bytes(plan));
}

void
column_drop_open(struct columns *columns, const struct column_plan *plan)
{
	if (plan->pane_ms)
		open_drop(columns, plan->open);
}

/* --- whose ------------------------------------------------------------------------------ */

void
column_whose(const struct columns *columns, const struct column_plan *plan, place row,
    struct impact_value *value)
{
	const struct column_kind *kind = kind_of(plan);
	const void *at = column_at(columns, plan, row);

	memset(value, 0, sizeof(*value));
	value->value = value_at(columns->image, plan, kind, at, &value->estimated);
	kind->whose(columns->image, plan, at, value);
}
