/* SPDX-License-Identifier: Apache-2.0 */
/* The influences of the event in hand, as they come to light, and then in their order. */
#include "inside.h"

#include "base/memory.h"

/* Not counted yet. */
static struct item *
add(struct work *work, uint32_t feature, bool own)
{
	struct item *item;

	if (UNLIKELY(work->item_count == work->item_capacity))
		memory_grow(
		    &work->items, &work->item_capacity, work->item_count + 1, sizeof(*item));
	item = &work->items[work->item_count++];
	*item = (struct item){{feature, INFLUENCE_COUNTED, INFLUENCE_NONE, INFLUENCE_NONE}, 0, own};
	if (own)
		work->marks[feature].item = (uint32_t)work->item_count;
	return item;
}

void
items_status(
    struct impact *impact, const struct plan_feature *feature, enum influence_status status)
{
	struct work *work = &impact->work;

	if (!work->marks[feature->index].item)
		add(work, feature->index, true)->influence.status = status;
}

/* NULL: the event has not moved that row yet. */
static struct item *
find(struct work *work, uint32_t feature, place row, bool own)
{
	uint32_t at = work->marks[feature].item;
	size_t i;

	if (own)
		return at ? &work->items[at - 1] : NULL;
	for (i = work->item_count; i-- > 0;)
		if (work->items[i].row == row && work->items[i].influence.feature == feature)
			return &work->items[i];
	return NULL;
}

static struct moved *
add_moved(struct work *work, uint32_t feature, uint32_t field)
{
	struct mark *mark = &work->marks[feature];
	struct moved *moved;

	if (UNLIKELY(work->moved_count == work->moved_capacity))
		memory_grow(
		    &work->moved, &work->moved_capacity, work->moved_count + 1, sizeof(*moved));
	moved = &work->moved[work->moved_count++];
	*moved = (struct moved){.feature = feature, .field = field, .first = !mark->moved};
	mark->moved = (uint32_t)work->moved_count;
	return moved;
}

static struct moved *
find_moved(struct work *work, uint32_t feature, uint32_t field)
{
	uint32_t i;

	for (i = work->marks[feature].moved; i > 0; i--)
		if (work->moved[i - 1].feature == feature && work->moved[i - 1].field == field)
			return &work->moved[i - 1];
	return add_moved(work, feature, field);
}

void
items_move(struct impact *impact, const struct plan_feature *feature, place row, bool own,
    double before, double after, bool estimated, uint32_t field)
{
	struct work *work = &impact->work;
	struct item *item = find(work, feature->index, row, own);
	struct moved *moved = find_moved(work, feature->index, field);
	struct influence far = {.before = before, .after = after};
	double by = influence_movement(&far);

	if (!item)
		item = add(work, feature->index, own);
	if (!item->row) {
		item->row = row;
		item->influence.status = INFLUENCE_COUNTED;
		item->influence.before = before;
	}
	item->influence.after = after;
	if (estimated)
		item->influence.status = INFLUENCE_ESTIMATED;
	moved->moved = influence_bounded(moved->moved + by);
	moved->magnitude = influence_bounded(moved->magnitude + fabs(by));
}

/* By feature; of one feature, the event's own key behind those that were left. */
static bool
stands_before(const struct item *a, const struct item *b)
{
	if (a->influence.feature != b->influence.feature)
		return a->influence.feature < b->influence.feature;
	return a->own < b->own;
}

static void
sort(struct work *work)
{
	struct item item;
	size_t i, j;

	for (i = 1; i < work->item_count; i++) {
		item = work->items[i];
		for (j = i; j > 0 && stands_before(&item, &work->items[j - 1]); j--)
			work->items[j] = work->items[j - 1];
		work->items[j] = item;
	}
}

/* A value lost a member elsewhere: the event's own key stands there, too, though nothing came to it. */
static void
add_own(struct impact *impact, uint32_t index, uint32_t status)
{
	const struct plan_feature *feature = &impact->plan->features[index];
	bool has_key;
	place row = keys_row(impact, feature->group, PROGRAM_NONE, &has_key);
	double value =
	    feature_value(impact, feature, row_block(impact->image, row, feature->layer), NULL);
	struct item *item;

	if (!has_key) {
		items_status(impact, feature, INFLUENCE_NO_KEY);
		return;
	}
	item = add(&impact->work, index, true);
	item->row = row;
	item->influence = (struct influence){index, status, value, value};
}

static void
add_missing_own(struct impact *impact)
{
	struct work *work = &impact->work;
	size_t i, count = work->item_count;

	for (i = 0; i < count; i++)
		if (!work->marks[work->items[i].influence.feature].item)
			add_own(impact, work->items[i].influence.feature,
			    work->items[i].influence.status);
}

static void
count(struct impact *impact, enum influence_status status)
{
	impact->counts.late += status == INFLUENCE_LATE;
	impact->counts.no_key += status == INFLUENCE_NO_KEY;
	impact->counts.beyond += status == INFLUENCE_BEYOND;
}

void
items_finish(struct impact *impact, struct arena *arena, struct influences *out)
{
	struct work *work = &impact->work;
	struct influence *list;
	size_t i;

	add_missing_own(impact);
	sort(work);
	list = arena_get(arena, work->item_count * sizeof(*list));
	for (i = work->item_count; i-- > 0;) {
		list[i] = work->items[i].influence;
		work->marks[list[i].feature].item = (uint32_t)i + 1;
		if (UNLIKELY(list[i].status > INFLUENCE_ESTIMATED))
			count(impact, list[i].status);
	}
	impact->counts.influences += work->item_count;
	out->count = (uint32_t)work->item_count;
	out->items = list;
}

void
items_forget(struct impact *impact)
{
	struct work *work = &impact->work;
	size_t i;

	for (i = 0; i < work->item_count; i++)
		work->marks[work->items[i].influence.feature] = (struct mark){0};
	work->item_count = work->moved_count = 0;
}
