/* SPDX-License-Identifier: Apache-2.0 */
/* The influences of the event in hand, as they come to light, and then in their order. */
#include "inside.h"

#include "base/memory.h"

static bool
is_counted(const struct item *item)
{
	return item->influence.status <= INFLUENCE_ESTIMATED;
}

static struct item *
add(struct work *work, uint32_t feature, place row, bool own)
{
	struct item *item;

	memory_grow(&work->items, &work->item_capacity, work->item_count + 1, sizeof(*item));
	item = &work->items[work->item_count++];
	*item =
	    (struct item){{feature, INFLUENCE_COUNTED, INFLUENCE_NONE, INFLUENCE_NONE}, row, own};
	if (own)
		work->at[feature] = (uint32_t)work->item_count;
	return item;
}

void
items_status(
    struct impact *impact, const struct plan_feature *feature, enum influence_status status)
{
	struct work *work = &impact->work;

	if (!work->at[feature->index])
		add(work, feature->index, 0, true)->influence.status = status;
}

/* NULL: the event has not moved that row yet. */
static struct item *
find(struct work *work, uint32_t feature, place row, bool own)
{
	size_t i;

	if (own)
		return work->at[feature] ? &work->items[work->at[feature] - 1] : NULL;
	for (i = work->item_count; i-- > 0;)
		if (work->items[i].row == row && work->items[i].influence.feature == feature)
			return &work->items[i];
	return NULL;
}

static double
distance(double before, double after)
{
	struct influence influence = {.before = before, .after = after};

	return influence_movement(&influence);
}

static struct moved *
find_moved(struct work *work, uint32_t feature, uint32_t field)
{
	struct moved *moved;
	size_t i;

	for (i = work->moved_count; i-- > 0;)
		if (work->moved[i].feature == feature && work->moved[i].field == field)
			return &work->moved[i];
	memory_grow(&work->moved, &work->moved_capacity, work->moved_count + 1, sizeof(*moved));
	moved = &work->moved[work->moved_count++];
	*moved = (struct moved){.feature = feature, .field = field};
	work->several_fields |= field != work->moved[0].field;
	return moved;
}

void
items_move(struct impact *impact, const struct plan_feature *feature, place row, bool own,
    double before, double after, bool estimated, uint32_t field)
{
	struct work *work = &impact->work;
	struct item *item = find(work, feature->index, row, own);
	struct moved *moved = find_moved(work, feature->index, field);
	double far = distance(before, after);

	if (!item || !is_counted(item)) {
		if (!item)
			item = add(work, feature->index, row, own);
		item->row = row;
		item->influence.status = INFLUENCE_COUNTED;
		item->influence.before = before;
	}
	item->influence.after = after;
	if (estimated)
		item->influence.status = INFLUENCE_ESTIMATED;
	moved->moved = clamp(moved->moved + far);
	moved->magnitude = clamp(moved->magnitude + fabs(far));
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

static void
count(struct impact *impact, const struct item *item)
{
	switch (item->influence.status) {
	case INFLUENCE_LATE:
		impact->counts.late++;
		break;
	case INFLUENCE_NO_KEY:
		impact->counts.no_key++;
		break;
	case INFLUENCE_BEYOND:
		impact->counts.beyond++;
		break;
	default:
		break;
	}
}

void
items_finish(struct impact *impact, struct arena *arena, struct influences *out)
{
	struct work *work = &impact->work;
	struct influence *list;
	size_t i;

	sort(work);
	list = arena_get(arena, work->item_count * sizeof(*list));
	for (i = work->item_count; i-- > 0;) {
		list[i] = work->items[i].influence;
		work->at[list[i].feature] = (uint32_t)i + 1;
		count(impact, &work->items[i]);
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
		work->at[work->items[i].influence.feature] = 0;
	work->item_count = work->moved_count = 0;
	work->several_fields = false;
}
