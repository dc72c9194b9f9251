/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Features of features. A key of the source that was moved becomes a member of the row of the event's
 * key; the row that it was a member of before, if it is another one, was moved, too.
 * Both are passed on in turn, first the one that was left. A chain is at most
 * LINEAGE_CHAIN_MAX long, and each step adds at most one row that was left.
 */
#include "inside.h"

struct following {
	struct impact *impact;
	bool estimated;
	uint32_t field;
};

static void follow(const struct following *following, const struct plan_feature *source,
    place source_row, double value);

/* The block that the source's key is to be a member of, 0: of none. */
static place
find_joined(struct impact *impact, const struct plan_feature *chain, int64_t first_pane)
{
	int64_t time_ms = impact->work.fact->time_ms;
	bool has_key;
	place row;

	(void)keys_row(impact, chain->group, PROGRAM_NONE, &has_key);
	if (!has_key) {
		items_status(impact, chain, INFLUENCE_NO_KEY);
		return 0;
	}
	if (chain->windowed && column_pane(&chain->column, time_ms) < first_pane)
		return 0;
	row = keys_make(impact, chain->group);
	if (!row)
		items_status(impact, chain, INFLUENCE_BEYOND);
	return row ? feature_block(impact, chain, row) : 0;
}

static void
follow_row(const struct following *following, const struct plan_feature *chain, place block,
    double before, double after)
{
	struct impact *impact = following->impact;
	place row = block_row(impact->image, block, chain->layer);
	bool has_key, own = row == keys_row(impact, chain->group, PROGRAM_NONE, &has_key);

	items_move(impact, chain, row, own, before, after, following->estimated, following->field);
	follow(following, chain, row, feature_member_value(impact, chain, block));
	if (isnan(feature_member_value(impact, chain, block)))
		keys_note(impact, chain->group, row);
}

static void
step(const struct following *following, struct plan_feature *chain, place source_row, double value)
{
	struct impact *impact = following->impact;
	int64_t time_ms = impact->work.fact->time_ms, first = INT64_MIN;
	struct chain_move move = {0};
	place joined = 0;

	if (chain->windowed)
		first = column_first(&chain->column, impact->work.clock_ms);
	if (!isnan(value))
		joined = find_joined(impact, chain, first);
	chain_event(&impact->columns, &chain->chain_plan,
	    feature_member_block(impact, chain, source_row), joined ? value : INFLUENCE_NONE,
	    joined, time_ms, first, ++state_touch(impact)->sequence, &move);
	if (move.left && move.left != move.joined)
		follow_row(following, chain, move.left, move.left_before, move.left_after);
	if (!move.joined)
		return;
	if (chain->windowed)
		plan_pane(impact->plan, chain, column_pane(&chain->column, time_ms));
	follow_row(following, chain, move.joined, move.before, move.after);
}

static void
follow(const struct following *following, const struct plan_feature *source, place source_row,
    double value)
{
	uint32_t i;

	for (i = 0; i < source->dependent_count; i++)
		step(following, &following->impact->plan->features[source->dependents[i]],
		    source_row, value);
}

void
steps_follow(struct impact *impact, const struct plan_feature *source, place source_row,
    double value, bool estimated, uint32_t field)
{
	struct following following = {impact, estimated, field};

	follow(&following, source, source_row, value);
}
