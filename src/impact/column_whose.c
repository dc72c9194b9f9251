/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose value it is. Most keys hear of one origin only, so a summary is begun with
 * the second.
 */
#include <assert.h>

#include "base/heavy.h"
#include "column_inside.h"

_Static_assert(IMPACT_ORIGINS == HEAVY_MAX, "all that is held is shown");

/* A greater one instead of the one before (NULL: there was none). */
static struct heavy *
move(struct image *image, struct weighed *weighed, const struct heavy *from, uint16_t capacity)
{
	place at = image_get(image, heavy_bytes(capacity));
	struct heavy *to = image_at(image, at);

	heavy_init(to, capacity);
	if (from) {
		heavy_grow(to, from);
		image_give(image, weighed->heavy, heavy_bytes(from->capacity));
	}
	weighed->heavy = at;
	return to;
}

void
weighed_add_more(struct image *image, struct weighed *weighed, uint32_t actor, double weight)
{
	struct heavy *heavy;

	if (weighed->heavy) {
		heavy = image_touch(image, weighed->heavy);
	} else {
		heavy = move(image, weighed, NULL, 2);
		heavy_add(heavy, weighed->actor, weighed->weight);
	}
	if (!heavy_add(heavy, actor, weight)) {
		heavy = move(image, weighed, heavy, (uint16_t)(heavy->capacity * 2));
		heavy_add(heavy, actor, weight);
	}
}

void
weighed_drop(struct image *image, struct weighed *weighed)
{
	const struct heavy *heavy = image_at(image, weighed->heavy);

	if (weighed->heavy)
		image_give(image, weighed->heavy, heavy_bytes(heavy->capacity));
	*weighed = (struct weighed){0};
}

/* --- nodes ---------------------------------------------------------------------------------- */

void
weighed_leave(struct columns *columns, struct row_panes *panes, place node)
{
	struct weighed_node *item = image_touch(columns->image, node);

	row_pane_leave(columns, panes, node, NULL);
	weighed_drop(columns->image, &item->weighed);
}

void
weighed_node_drop(struct columns *columns, place node, size_t bytes)
{
	struct weighed_node *item = image_touch(columns->image, node);

	weighed_drop(columns->image, &item->weighed);
	image_give(columns->image, node, bytes);
	columns->panes--;
}

/* --- what is shown -------------------------------------------------------------------------- */

struct merging {
	const struct image *image;
	struct heavy *heavy; /* of capacity HEAVY_MAX */
};

static void
merge(struct merging *merging, const struct weighed *weighed)
{
	if (weighed->heavy)
		heavy_merge(merging->heavy, image_at(merging->image, weighed->heavy));
	else if (weighed->weight > 0)
		heavy_add(merging->heavy, weighed->actor, weighed->weight);
}

static void
merge_node(void *context, place node)
{
	struct merging *merging = context;
	const struct weighed_node *item = image_at(merging->image, node);

	merge(merging, &item->weighed);
}

static void
show(const struct heavy *heavy, struct impact_value *value)
{
	struct heavy_item items[HEAVY_MAX];
	size_t i, count = heavy_items(heavy, items);
	double rest = heavy->total;

	for (i = 0; i < count; i++) {
		value->origins[i].actor = items[i].name;
		value->origins[i].weight = items[i].weight;
		rest -= items[i].weight;
	}
	value->origin_count = (uint32_t)count;
	value->total = heavy->total;
	/* The sums are rounded: not below nothing. */
	value->remainder = rest > 0 ? rest : 0;
	value->error_bound = heavy->taken;
}

static void
show_all(const struct image *image, const struct weighed *weighed, place root,
    struct impact_value *value)
{
	_Alignas(16) uint8_t room[256] = {0};
	struct merging merging = {image, (struct heavy *)(void *)room};

	assert(heavy_bytes(HEAVY_MAX) <= sizeof(room));
	heavy_init(merging.heavy, HEAVY_MAX);
	if (weighed)
		merge(&merging, weighed);
	pane_tree_each(image, root, merge_node, &merging);
	show(merging.heavy, value);
}

void
weighed_show(const struct image *image, const struct weighed *weighed, struct impact_value *value)
{
	show_all(image, weighed, 0, value);
}

void
weighed_show_panes(const struct image *image, place root, struct impact_value *value)
{
	show_all(image, NULL, root, value);
}

void
weighed_show_one(uint32_t actor, struct impact_value *value)
{
	value->exact = true;
	value->total = 1;
	value->origin_count = 1;
	value->origins[0].actor = actor;
	value->origins[0].weight = 1;
}
