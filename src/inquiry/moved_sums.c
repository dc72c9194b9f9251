/* SPDX-License-Identifier: Apache-2.0 */
#include "moved_sums.h"

#include <stdlib.h>

#include "base/memory.h"
#include "model/influence.h"

static size_t
slot_of(const struct moved_sums *sums, uint32_t number)
{
	size_t at = (size_t)(number * UINT32_C(2654435769)) & (sums->slot_count - 1);

	while (sums->slots[at] && sums->items[sums->slots[at] - 1].number != number)
		at = (at + 1) & (sums->slot_count - 1);
	return at;
}

static void
grow(struct moved_sums *sums)
{
	size_t i;

	memory_free(sums->slots);
	sums->slot_count = sums->slot_count ? 2 * sums->slot_count : 64;
	sums->slots = memory_get_array(sums->slot_count, sizeof(*sums->slots));
	for (i = 0; i < sums->count; i++)
		sums->slots[slot_of(sums, sums->items[i].number)] = (uint32_t)i + 1;
}

double
moved_sum_add(double a, double b)
{
	return influence_bounded(a + b);
}

void
moved_sums_add(
    struct moved_sums *sums, uint32_t number, uint64_t count, double magnitude, double moved)
{
	struct moved_sum *item;
	size_t slot;

	if (4 * (sums->count + 1) > 3 * sums->slot_count)
		grow(sums);
	slot = slot_of(sums, number);
	if (!sums->slots[slot]) {
		memory_grow(&sums->items, &sums->capacity, sums->count + 1, sizeof(*sums->items));
		sums->items[sums->count++] = (struct moved_sum){.number = number};
		sums->slots[slot] = (uint32_t)sums->count;
	}
	item = &sums->items[sums->slots[slot] - 1];
	item->count += count;
	item->magnitude = moved_sum_add(item->magnitude, magnitude);
	item->moved = moved_sum_add(item->moved, moved);
}

const struct moved_sum *
moved_sums_find(const struct moved_sums *sums, uint32_t number)
{
	size_t slot;

	if (!sums->slot_count)
		return NULL;
	slot = slot_of(sums, number);
	return sums->slots[slot] ? &sums->items[sums->slots[slot] - 1] : NULL;
}

static int
heavier(const void *a, const void *b)
{
	const struct moved_sum *x = a, *y = b;

	if (x->magnitude != y->magnitude)
		return x->magnitude < y->magnitude ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

static void
swap(struct moved_sum *a, struct moved_sum *b)
{
	struct moved_sum held = *a;

	*a = *b;
	*b = held;
}

/* items[0..count) but for items[at] are a heap whose first one is the lightest; so is it afterwards. */
static void
sink(struct moved_sum *items, size_t count, size_t at)
{
	size_t lightest, child;

	for (;;) {
		lightest = at;
		for (child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
			if (heavier(&items[child], &items[lightest]) > 0)
				lightest = child;
		if (lightest == at)
			return;
		swap(&items[at], &items[lightest]);
		at = lightest;
	}
}

void
moved_sums_lead(struct moved_sums *sums, size_t top)
{
	struct moved_sum *items = sums->items;
	size_t i;

	if (top > sums->count)
		top = sums->count;
	if (!top)
		return;
	for (i = top / 2; top < sums->count && i-- > 0;)
		sink(items, top, i);
	for (i = top; i < sums->count; i++) {
		if (heavier(&items[i], &items[0]) > 0)
			continue;
		swap(&items[i], &items[0]);
		sink(items, top, 0);
	}
	qsort(items, top, sizeof(*items), heavier);
}

void
moved_sums_fini(struct moved_sums *sums)
{
	memory_free(sums->items);
	memory_free(sums->slots);
	*sums = (struct moved_sums){0};
}

json_t *
moved_document(uint64_t count, double magnitude, double moved)
{
	return json_pack(
	    "{s:I, s:f, s:f}", "events", (json_int_t)count, "moved", magnitude, "net", moved + 0.0);
}

json_t *
moved_share_document(const struct moved_sum *sum, double whole)
{
	json_t *document = moved_document(sum->count, sum->magnitude, sum->moved);

	json_object_set_new(
	    document, "share", whole > 0 ? json_real(sum->magnitude / whole) : json_null());
	return document;
}
