/* SPDX-License-Identifier: Apache-2.0 */
/* All uses are listed, sorted by field, and cut into one run for each. */
#include "field_index.h"

#include <stdlib.h>

#include "base/memory.h"

struct item {
	uint64_t key;
	struct field_use use;
};

struct items {
	struct item *items;
	size_t count, capacity;
	struct symbols *names;
};

static uint64_t
key_of(uint32_t dataset, uint32_t field)
{
	return (uint64_t)dataset << 32 | field;
}

/* Source: the multiplier is 2^64 divided by the golden ratio (D. Knuth, The Art
 * of Computer Programming 3, section 6.4). */
static uint32_t
slot_of(uint64_t key)
{
	return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32);
}

static void
add_item(struct items *items, uint32_t dataset, struct text field, uint32_t feature, bool needed)
{
	memory_grow(&items->items, &items->capacity, items->count + 1, sizeof(*items->items));
	items->items[items->count++] =
	    (struct item){key_of(dataset, symbols_add(items->names, field)), {feature, needed}};
}

static void
add_feature(struct items *items, const struct lineage *lineage, uint32_t index)
{
	const struct lineage_feature *feature = &lineage->features[index];
	uint32_t dataset = symbols_add(items->names, lineage->datasets[feature->dataset].name), i;

	for (i = 0; i < feature->field_count; i++)
		add_item(items, dataset, feature->fields[i], index, false);
	for (i = 0; i < feature->filter_count; i++)
		if (feature->filters[i].subject == SUBJECT_FIELD)
			add_item(items, dataset, feature->filters[i].field, index, true);
	if (feature->key == SUBJECT_FIELD)
		add_item(items, dataset, feature->key_field, index, true);
}

static int
item_order(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? 1 : -1;
	if (x->use.feature != y->use.feature)
		return x->use.feature > y->use.feature ? 1 : -1;
	return (int)x->use.needed - (int)y->use.needed;
}

static void
put(struct field_index *index, struct field_uses uses)
{
	uint32_t at = slot_of(uses.key) & index->mask;

	while (index->slots[at].key)
		at = (at + 1) & index->mask;
	index->slots[at] = uses;
}

static void
sort_items(struct items *items)
{
	size_t i, kept = 0;

	if (items->count)
		qsort(items->items, items->count, sizeof(*items->items), item_order);
	for (i = 0; i < items->count; i++)
		if (!kept || item_order(&items->items[i], &items->items[kept - 1]))
			items->items[kept++] = items->items[i];
	items->count = kept;
}

/* One run of uses for each field. */
static void
put_runs(struct field_index *index, const struct items *items, struct arena *arena)
{
	struct field_use *uses = arena_get(arena, items->count * sizeof(*uses));
	size_t i, end;

	for (i = 0; i < items->count; i = end) {
		uint64_t key = items->items[i].key;

		for (end = i; end < items->count && items->items[end].key == key; end++) {
			uses[end] = items->items[end].use;
			index->needed_counts[uses[end].feature] += uses[end].needed;
		}
		put(index, (struct field_uses){key, (uint32_t)(end - i), uses + i});
	}
}

/* Counts first, then fills: each dataset's features stand together. */
static void
list_features(struct field_index *index, const struct lineage *lineage, struct symbols *names,
    struct arena *arena)
{
	uint32_t *features = arena_get(arena, lineage->feature_count * sizeof(*features)), i,
		 used = 0;
	uint32_t *next =
	    arena_get_zero(arena, (lineage->dataset_count + (size_t)1) * sizeof(*next));

	index->dataset_count = lineage->dataset_count;
	index->datasets = arena_get_zero(arena, lineage->dataset_count * sizeof(*index->datasets));
	for (i = 0; i < lineage->feature_count; i++)
		index->datasets[lineage->features[i].dataset].count++;
	for (i = 0; i < lineage->dataset_count; i++) {
		index->datasets[i].dataset = symbols_add(names, lineage->datasets[i].name);
		index->datasets[i].features = features + used;
		next[i] = used;
		used += index->datasets[i].count;
	}
	for (i = 0; i < lineage->feature_count; i++)
		features[next[lineage->features[i].dataset]++] = i;
}

void
field_index_init(struct field_index *index, const struct lineage *lineage, struct symbols *names,
    struct arena *arena)
{
	struct items items = {.names = names};
	uint32_t i;

	*index = (struct field_index){.mask = 63};
	index->needed_counts =
	    arena_get_zero(arena, lineage->feature_count * sizeof(*index->needed_counts));
	for (i = 0; i < lineage->feature_count; i++)
		add_feature(&items, lineage, i);
	sort_items(&items);
	while (index->mask < items.count * 2)
		index->mask = index->mask * 2 + 1;
	index->slots = arena_get_zero(arena, (index->mask + (size_t)1) * sizeof(*index->slots));
	put_runs(index, &items, arena);
	list_features(index, lineage, names, arena);
	memory_free(items.items);
}

const struct field_uses *
field_index_find(const struct field_index *index, uint32_t dataset, uint32_t field)
{
	uint64_t key = key_of(dataset, field);
	uint32_t at;

	if (!index->slots)
		return NULL;
	for (at = slot_of(key) & index->mask; index->slots[at].key; at = (at + 1) & index->mask)
		if (index->slots[at].key == key)
			return &index->slots[at];
	return NULL;
}

const struct dataset_features *
field_index_dataset(const struct field_index *index, uint32_t dataset)
{
	uint32_t i;

	for (i = 0; i < index->dataset_count; i++)
		if (index->datasets[i].dataset == dataset)
			return &index->datasets[i];
	return NULL;
}
