/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves its window when the clock moves: moment by moment, at one moment in the
 * lineage's order; each key that a pane stood in passes its new value on at once.
 */
#include "inside.h"

struct leaving {
	struct impact *impact;
	const struct plan_feature *feature;
	int64_t moment_ms;
};

static void pass_on(const struct leaving *leaving, place row, double value);

static bool
is_same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* One row was moved by expiry. */
static void
moved_row(void *context, place block, double before, double after)
{
	const struct leaving *leaving = context;
	struct impact *impact = leaving->impact;
	const struct plan_feature *feature = leaving->feature;
	place row = block_row(impact->image, block, feature->layer);
	double value = feature_member_value(impact, feature, block);

	sums_expiry(impact, feature, leaving->moment_ms, before, after);
	if (isnan(value))
		keys_note(impact, feature->group, row);
	if (!is_same(before, value))
		pass_on(leaving, row, value);
}

static void
pass_to(const struct leaving *leaving, struct plan_feature *chain, place block, double value)
{
	struct leaving next = {leaving->impact, chain, leaving->moment_ms};
	struct chain_move move = {0};

	chain_expiry(&leaving->impact->columns, &chain->chain_plan, block, value, &move);
	if (move.left && move.left != move.joined)
		moved_row(&next, move.left, move.left_before, move.left_after);
	if (move.joined)
		moved_row(&next, move.joined, move.before, move.after);
}

static void
pass_on(const struct leaving *leaving, place row, double value)
{
	struct plan *plan = leaving->impact->plan;
	struct plan_feature *chain;
	place block;
	uint32_t i;

	for (i = 0; i < leaving->feature->dependent_count; i++) {
		chain = &plan->features[leaving->feature->dependents[i]];
		block = row_block(leaving->impact->image, row, chain->member_layer);
		if (block)
			pass_to(leaving, chain, block, value);
	}
}

/* The lowest pane of a feature, if it is due: what was noted of it may have been too low. */
static void
expire_feature(struct impact *impact, struct plan_feature *feature, int64_t moment_ms)
{
	struct leaving leaving = {impact, feature, moment_ms};

	plan_lowest(impact->plan, &impact->columns, feature);
	if (feature->leaves_ms > moment_ms)
		return;
	if (feature->chain)
		chain_expire(&impact->columns, &feature->chain_plan, moved_row, &leaving);
	else
		column_expire(&impact->columns, &feature->column, moved_row, &leaving);
	plan_lowest(impact->plan, &impact->columns, feature);
}

static void
expire_moment(struct impact *impact, int64_t moment_ms, uint64_t record)
{
	struct plan *plan = impact->plan;
	uint32_t i;

	movement_clock(impact->movement, moment_ms, record);
	for (i = 0; i < plan->feature_count; i++)
		while (plan->features[i].leaves_ms <= moment_ms)
			expire_feature(impact, &plan->features[i], moment_ms);
	plan_next(plan);
	keys_give_back(impact);
}

void
expire_until(struct impact *impact, int64_t clock_ms, uint64_t record)
{
	while (impact->plan->next_ms <= clock_ms)
		expire_moment(impact, impact->plan->next_ms, record);
	movement_clock(impact->movement, clock_ms, record);
}
