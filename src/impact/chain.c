/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Features of features. A member lies in its source's row; the row that it is a
 * member of holds it by one of the kinds below. In a window a member also stands in the
 * list of the pane of the event that moved it last (column_panes.h), in the order in
 * which members came to that pane.
 */
#include "chain_inside.h"

#include <string.h>

#include "base/exact_sum.h"

#define SAME_SEQUENCE UINT64_MAX /* no event moved it: what is ordered by events stays */

/* column: of the row, touched where it is not const; member: of no row (add), of this one (else) */
struct chain_kind {
	size_t bytes;
	uint32_t (*count)(const void *column);
	double (*value)(
	    const struct image *image, const struct chain_plan *plan, const void *column);
	void (*add)(struct image *image, const struct chain_plan *plan, void *column, place member,
	    double value, uint64_t sequence);
	void (*change)(struct image *image, const struct chain_plan *plan, void *column,
	    place member, double value, uint64_t sequence);
	void (*take)(
	    struct image *image, const struct chain_plan *plan, void *column, place member);
	/* The member whose number it is, or the first of all; 0: none. */
	place (*first)(const struct image *image, const void *column);
};

static place
column_at(const struct chain_plan *plan, place row)
{
	return row + plan->offset / 16;
}

static place
member_of(const struct chain_plan *plan, place source_row)
{
	return source_row + plan->member_offset / 16;
}

/* --- count, rate: the list ---------------------------------------------------------------- */

static uint32_t
list_count(const void *column)
{
	return ((const struct chain_list *)column)->count;
}

static double
counted_value(const struct image *image, const struct chain_plan *plan, const void *column)
{
	double count = list_count(column);

	return plan->aggregate == AGGREGATE_RATE ? count / plan->days : count;
}

static void
counted_add(struct image *image, const struct chain_plan *plan, void *column, place member,
    double value, uint64_t sequence)
{
	chain_list_append(image, column, member);
	member_at(image, member)->value = value;
}

static void
counted_change(struct image *image, const struct chain_plan *plan, void *column, place member,
    double value, uint64_t sequence)
{
	member_at(image, member)->value = value;
}

static void
counted_take(struct image *image, const struct chain_plan *plan, void *column, place member)
{
	chain_list_take(image, column, member);
}

static place
list_first(const struct image *image, const void *column)
{
	return ((const struct chain_list *)column)->first;
}

/* --- last: the end of the list ------------------------------------------------------------ */

static place
newest_first(const struct image *image, const void *column)
{
	return ((const struct chain_list *)column)->last;
}

static double
newest_value(const struct image *image, const struct chain_plan *plan, const void *column)
{
	place newest = newest_first(image, column);

	return newest ? member_at(image, newest)->value : INFLUENCE_NONE;
}

static void
newest_change(struct image *image, const struct chain_plan *plan, void *column, place member,
    double value, uint64_t sequence)
{
	member_at(image, member)->value = value;
	if (sequence == SAME_SEQUENCE || newest_first(image, column) == member)
		return;
	chain_list_take(image, column, member);
	chain_list_append(image, column, member);
}

/* --- sum, mean: the list and an exact sum -------------------------------------------------- */

struct chain_sum {
	struct chain_list list;
	struct exact_sum sum;
	place wide; /* 0: sum holds it */
	uint32_t unused[3];
};

static void
sum_add(struct image *image, struct chain_sum *column, double value, int sign)
{
	if (!column->wide) {
		if (exact_add(&column->sum, value, sign))
			return;
		column->wide = image_get(image, sizeof(struct exact_wide));
		exact_widen(image_at(image, column->wide), &column->sum);
	}
	exact_wide_add(image_touch(image, column->wide), value, sign);
}

static double
sum_value(const struct image *image, const struct chain_plan *plan, const void *at)
{
	const struct chain_sum *column = at;

	return column->wide ? exact_wide_value(image_at(image, column->wide))
			    : exact_value(&column->sum);
}

static double
mean_value(const struct image *image, const struct chain_plan *plan, const void *at)
{
	const struct chain_sum *column = at;
	uint32_t count = column->list.count;

	if (count == 0)
		return INFLUENCE_NONE;
	return column->wide ? exact_wide_mean(image_at(image, column->wide), count)
			    : exact_value(&column->sum) / count;
}

static void
summed_add(struct image *image, const struct chain_plan *plan, void *column, place member,
    double value, uint64_t sequence)
{
	counted_add(image, plan, column, member, value, sequence);
	sum_add(image, column, value, 1);
}

static void
summed_change(struct image *image, const struct chain_plan *plan, void *column, place member,
    double value, uint64_t sequence)
{
	double old = member_at(image, member)->value;

	if (old == value)
		return;
	sum_add(image, column, old, -1);
	sum_add(image, column, value, 1);
	member_at(image, member)->value = value;
}

/* The sum of none is 0, and narrow. */
static void
summed_take(struct image *image, const struct chain_plan *plan, void *at, place member)
{
	struct chain_sum *column = at;

	chain_list_take(image, &column->list, member);
	sum_add(image, column, member_at(image, member)->value, -1);
	if (column->list.count)
		return;
	if (column->wide)
		image_give(image, column->wide, sizeof(struct exact_wide));
	column->wide = 0;
	column->sum = (struct exact_sum){0};
}

/* --- min, max: the heap -------------------------------------------------------------------- */

/* Its own inverse; never -0 once applied twice. */
static double
key_of(const struct chain_plan *plan, double value)
{
	return plan->aggregate == AGGREGATE_MAX ? -value : value;
}

static uint32_t
heap_count(const void *column)
{
	return ((const struct chain_heap *)column)->count;
}

static place
extreme_first(const struct image *image, const void *column)
{
	return heap_count(column) ? chain_heap_slot(image, column, 0)->member : 0;
}

static double
extreme_value(const struct image *image, const struct chain_plan *plan, const void *column)
{
	if (!heap_count(column))
		return INFLUENCE_NONE;
	return key_of(plan, chain_heap_slot(image, column, 0)->key);
}

static void
extreme_add(struct image *image, const struct chain_plan *plan, void *column, place member,
    double value, uint64_t sequence)
{
	member_at(image, member)->value = value;
	chain_heap_add(image, column, key_of(plan, value), sequence, member);
}

static void
extreme_change(struct image *image, const struct chain_plan *plan, void *column, place member,
    double value, uint64_t sequence)
{
	uint32_t slot = member_at(image, member)->slot;

	member_at(image, member)->value = value;
	if (sequence == SAME_SEQUENCE)
		sequence = chain_heap_slot(image, column, slot)->sequence;
	chain_heap_change(image, column, slot, key_of(plan, value), sequence);
}

static void
extreme_take(struct image *image, const struct chain_plan *plan, void *column, place member)
{
	chain_heap_take(image, column, member_at(image, member)->slot);
}

/* --- kinds --------------------------------------------------------------------------------- */

static const struct chain_kind counted = {sizeof(struct chain_list), list_count, counted_value,
    counted_add, counted_change, counted_take, list_first};
static const struct chain_kind newest = {sizeof(struct chain_list), list_count, newest_value,
    counted_add, newest_change, counted_take, newest_first};
static const struct chain_kind summed = {sizeof(struct chain_sum), list_count, sum_value,
    summed_add, summed_change, summed_take, list_first};
static const struct chain_kind averaged = {sizeof(struct chain_sum), list_count, mean_value,
    summed_add, summed_change, summed_take, list_first};
static const struct chain_kind extreme = {sizeof(struct chain_heap), heap_count, extreme_value,
    extreme_add, extreme_change, extreme_take, extreme_first};

static const struct chain_kind *const kinds[AGGREGATE_KINDS] = {
    [AGGREGATE_LAST] = &newest,
    [AGGREGATE_COUNT] = &counted,
    [AGGREGATE_RATE] = &counted,
    [AGGREGATE_SUM] = &summed,
    [AGGREGATE_MEAN] = &averaged,
    [AGGREGATE_MIN] = &extreme,
    [AGGREGATE_MAX] = &extreme,
};

static_assert(sizeof(struct chain_list) % 16 == 0 && sizeof(struct chain_sum) % 16 == 0 &&
	sizeof(struct chain_heap) % 16 == 0,
    "columns lie beside each other");

size_t
chain_bytes(const struct chain_plan *plan)
{
	return kinds[plan->aggregate]->bytes;
}

double
chain_value(const struct columns *columns, const struct chain_plan *plan, place row)
{
	return kinds[plan->aggregate]->value(
	    columns->image, plan, image_at(columns->image, column_at(plan, row)));
}

bool
chain_is_empty(const struct columns *columns, const struct chain_plan *plan, place row)
{
	const void *column = image_at(columns->image, column_at(plan, row));

	return kinds[plan->aggregate]->count(column) == 0;
}

void
chain_members(const struct columns *columns, const struct chain_plan *plan, place row,
    void (*member)(void *context, place source_row, double value), void *context)
{
	const struct chain_kind *kind = kinds[plan->aggregate];
	place at = kind->first(columns->image, image_at(columns->image, column_at(plan, row)));
	const struct chain_member *found;
	bool all = kind != &newest && kind != &extreme;

	for (; at; at = all ? found->next : 0) {
		found = member_at(columns->image, at);
		member(context, at - plan->member_offset / 16, found->value);
	}
}

/* --- panes --------------------------------------------------------------------------------- */

static int64_t
pane_of(const struct chain_plan *plan, int64_t time_ms)
{
	int64_t pane = time_ms / plan->pane_ms;

	return time_ms % plan->pane_ms < 0 ? pane - 1 : pane;
}

static void
leave_pane(struct columns *columns, const struct chain_plan *plan, place member)
{
	if (plan->pane_ms)
		open_remove(columns, plan->open, member);
}

static void
join_pane(struct columns *columns, const struct chain_plan *plan, place at, int64_t pane)
{
	struct chain_member *member = member_at(columns->image, at);

	member->node.link.pane = pane;
	member->node.link.left = open_append(columns, plan->open, at);
}

/* --- members come and go ------------------------------------------------------------------- */

static void
add(struct columns *columns, const struct chain_plan *plan, place at, place row, double value,
    uint64_t sequence)
{
	member_at(columns->image, at)->node.row = row;
	kinds[plan->aggregate]->add(columns->image, plan,
	    image_touch(columns->image, column_at(plan, row)), at, value, sequence);
}

static void
change(struct columns *columns, const struct chain_plan *plan, place at, double value,
    uint64_t sequence)
{
	place row = member_at(columns->image, at)->node.row;

	kinds[plan->aggregate]->change(columns->image, plan,
	    image_touch(columns->image, column_at(plan, row)), at, value, sequence);
}

/* Its pane stays. */
static void
take(struct columns *columns, const struct chain_plan *plan, place at)
{
	place row = member_at(columns->image, at)->node.row;

	kinds[plan->aggregate]->take(
	    columns->image, plan, image_touch(columns->image, column_at(plan, row)), at);
	member_at(columns->image, at)->node.row = 0;
}

static void
forget(struct columns *columns, const struct chain_plan *plan, place at)
{
	leave_pane(columns, plan, at);
	memset(image_touch(columns->image, at), 0, sizeof(struct chain_member));
}

static void
part(struct columns *columns, const struct chain_plan *plan, place at, struct chain_move *move)
{
	move->left = member_at(columns->image, at)->node.row;
	move->left_before = chain_value(columns, plan, move->left);
	take(columns, plan, at);
	move->left_after = chain_value(columns, plan, move->left);
}

static const struct chain_move nothing_moved = {
    .left_before = INFLUENCE_NONE,
    .left_after = INFLUENCE_NONE,
    .before = INFLUENCE_NONE,
    .after = INFLUENCE_NONE,
};

void
chain_event(struct columns *columns, const struct chain_plan *plan, place source_row, double value,
    place row, int64_t time_ms, int64_t first_pane, uint64_t sequence, struct chain_move *move)
{
	place at = member_of(plan, source_row);
	struct chain_member *member = image_touch(columns->image, at);
	place old = member->node.row;
	int64_t pane = plan->pane_ms ? pane_of(plan, time_ms) : 0;
	bool joins = row && !isnan(value) && (!plan->pane_ms || pane >= first_pane);

	*move = nothing_moved;
	if (old && (!joins || old != row))
		part(columns, plan, at, move);
	if (old && (!joins || member->node.link.pane != pane))
		leave_pane(columns, plan, at);
	if (!joins) {
		memset(member, 0, sizeof(*member));
		return;
	}
	move->joined = row;
	move->before = chain_value(columns, plan, row);
	if (member->node.row)
		change(columns, plan, at, value + 0.0, sequence);
	else
		add(columns, plan, at, row, value + 0.0, sequence);
	move->after = chain_value(columns, plan, row);
	if (plan->pane_ms && (!old || member->node.link.pane != pane))
		join_pane(columns, plan, at, pane);
}

void
chain_expiry(struct columns *columns, const struct chain_plan *plan, place source_row, double value,
    struct chain_move *move)
{
	place at = member_of(plan, source_row);
	place row = member_at(columns->image, at)->node.row;

	*move = nothing_moved;
	if (!row)
		return;
	image_touch(columns->image, at);
	if (isnan(value)) {
		part(columns, plan, at, move);
		forget(columns, plan, at);
		return;
	}
	move->joined = row;
	move->before = chain_value(columns, plan, row);
	change(columns, plan, at, value + 0.0, SAME_SEQUENCE);
	move->after = chain_value(columns, plan, row);
}

int64_t
chain_lowest(const struct columns *columns, const struct chain_plan *plan)
{
	return plan->pane_ms ? open_lowest(columns->image, plan->open) : INT64_MAX;
}

void
chain_expire(struct columns *columns, const struct chain_plan *plan,
    void (*moved)(void *context, place row, double before, double after), void *context)
{
	place at = open_take(columns, plan->open), next;
	struct chain_member *member;
	struct chain_move move;

	for (; at; at = next) {
		member = image_touch(columns->image, at);
		next = member->node.next;
		part(columns, plan, at, &move);
		memset(member, 0, sizeof(*member));
		columns->panes--;
		moved(context, move.left, move.left_before, move.left_after);
	}
}

/* --- ends ---------------------------------------------------------------------------------- */

void
chain_drop_member(struct columns *columns, const struct chain_plan *plan, place source_row)
{
	place at = member_of(plan, source_row);

	if (!member_at(columns->image, at)->node.row)
		return;
	image_touch(columns->image, at);
	take(columns, plan, at);
	forget(columns, plan, at);
}

/* From the end, where a heap moves nothing. */
void
chain_drop(struct columns *columns, const struct chain_plan *plan, place row)
{
	const void *column = image_at(columns->image, column_at(plan, row));
	const struct chain_kind *kind = kinds[plan->aggregate];
	uint32_t count;
	place at;

	while ((count = kind->count(column)) > 0) {
		at = kind == &extreme ? chain_heap_slot(columns->image, column, count - 1)->member
				      : ((const struct chain_list *)column)->last;
		chain_drop_member(columns, plan, at - plan->member_offset / 16);
	}
}

void
chain_drop_open(struct columns *columns, const struct chain_plan *plan)
{
	if (plan->pane_ms)
		open_drop(columns, plan->open);
}
