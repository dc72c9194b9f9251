/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap whose members know their slot. Four children to a slot: each move touches
 * the member that moved, so few levels are worth more than few comparisons. The array doubles,
 * and halves when three quarters are free; a heap without members has none.
 */
#include "chain_inside.h"

#include <string.h>

#define CHILDREN 4
#define CAPACITY_MIN 4

static struct chain_slot *
slots_of(const struct image *image, const struct chain_heap *heap)
{
	return image_at(image, heap->slots);
}

static bool
goes_above(const struct chain_slot *a, const struct chain_slot *b)
{
	return a->key < b->key || (a->key == b->key && a->sequence < b->sequence);
}

static void
put(struct image *image, struct chain_heap *heap, uint32_t at, const struct chain_slot *slot)
{
	struct chain_slot *to = slots_of(image, heap) + at;
	struct chain_member *member = image_touch(image, slot->member);

	image_touch_bytes(image, to, sizeof(*to));
	*to = *slot;
	member->slot = at;
}

/* From the slot `at`, which is free to be overwritten. */
static uint32_t
sift_up(struct image *image, struct chain_heap *heap, uint32_t at, const struct chain_slot *slot)
{
	const struct chain_slot *slots = slots_of(image, heap);

	while (at > 0 && goes_above(slot, &slots[(at - 1) / CHILDREN])) {
		put(image, heap, at, &slots[(at - 1) / CHILDREN]);
		at = (at - 1) / CHILDREN;
	}
	return at;
}

static uint32_t
sift_down(struct image *image, struct chain_heap *heap, uint32_t at, const struct chain_slot *slot)
{
	const struct chain_slot *slots = slots_of(image, heap);

	for (;;) {
		uint64_t child = (uint64_t)at * CHILDREN + 1, end = child + CHILDREN;
		uint64_t best = child;

		if (child >= heap->count)
			return at;
		while (++child < end && child < heap->count)
			if (goes_above(&slots[child], &slots[best]))
				best = child;
		if (!goes_above(&slots[best], slot))
			return at;
		put(image, heap, at, &slots[best]);
		at = (uint32_t)best;
	}
}

static void
settle(struct image *image, struct chain_heap *heap, uint32_t at, struct chain_slot slot)
{
	uint32_t higher = sift_up(image, heap, at, &slot);

	put(image, heap, higher == at ? sift_down(image, heap, at, &slot) : higher, &slot);
}

static void
resize(struct image *image, struct chain_heap *heap, uint32_t capacity)
{
	place slots = capacity ? image_get(image, capacity * sizeof(struct chain_slot)) : 0;

	if (heap->count)
		memcpy(image_at(image, slots), slots_of(image, heap),
		    heap->count * sizeof(struct chain_slot));
	if (heap->slots)
		image_give(image, heap->slots, heap->capacity * sizeof(struct chain_slot));
	heap->slots = slots;
	heap->capacity = capacity;
}

void
chain_heap_add(
    struct image *image, struct chain_heap *heap, double key, uint64_t sequence, place member)
{
	struct chain_slot slot = {.key = key, .sequence = sequence, .member = member};

	if (heap->count == heap->capacity)
		resize(image, heap, heap->capacity ? heap->capacity * 2 : CAPACITY_MIN);
	heap->count++;
	put(image, heap, sift_up(image, heap, heap->count - 1, &slot), &slot);
}

/* The last fills the gap. */
void
chain_heap_take(struct image *image, struct chain_heap *heap, uint32_t slot)
{
	struct chain_slot last = *chain_heap_slot(image, heap, --heap->count);

	if (slot < heap->count)
		settle(image, heap, slot, last);
	if (heap->count == 0)
		resize(image, heap, 0);
	else if (heap->capacity > CAPACITY_MIN && heap->count <= heap->capacity / 4)
		resize(image, heap, heap->capacity / 2);
}

void
chain_heap_change(
    struct image *image, struct chain_heap *heap, uint32_t slot, double key, uint64_t sequence)
{
	struct chain_slot changed = *chain_heap_slot(image, heap, slot);

	changed.key = key;
	changed.sequence = sequence;
	settle(image, heap, slot, changed);
}
