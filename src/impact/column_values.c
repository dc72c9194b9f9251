/* SPDX-License-Identifier: Apache-2.0 */
/* Linear probing; at most three of four slots are taken. */
#include "column_values.h"

#define SHIFT_MIN 1

static size_t
bytes_of(const struct value_set *set)
{
	return sizeof(struct value_slot) << set->shift;
}

static struct value_slot *
slot_of(const struct image *image, const struct value_set *set, uint64_t value)
{
	struct value_slot *slots = image_at(image, set->slots);
	uint32_t mask = ((uint32_t)1 << set->shift) - 1;
	/* Fibonacci hashing: values may be numbers of registers. */
	uint32_t at = (uint32_t)(value * 0x9e3779b97f4a7c15u >> (64 - set->shift));

	while (slots[at].value && slots[at].value != value)
		at = (at + 1) & mask;
	return &slots[at];
}

static bool
has_room(uint32_t count, uint32_t shift)
{
	return shift >= SHIFT_MIN && (uint64_t)count * 4 <= (uint64_t)3 << shift;
}

/* A new table for that many values with what keep() keeps of the old one. */
static void
move(struct image *image, struct value_set *set, uint32_t count,
    bool (*keep)(const void *context, const struct value_slot *slot), const void *context)
{
	struct value_set old = *set;
	const struct value_slot *slot;
	uint32_t at = 0;

	*set = (struct value_set){.shift = SHIFT_MIN};
	while (!has_room(count, set->shift))
		set->shift++;
	set->slots = image_get(image, bytes_of(set));
	while ((slot = value_set_next(image, &old, &at)) != NULL) {
		if (keep && !keep(context, slot))
			continue;
		*slot_of(image, set, slot->value) = *slot;
		set->count++;
	}
	value_set_drop(image, &old);
}

bool
value_set_add(struct image *image, struct value_set *set, uint64_t value, int64_t pane)
{
	struct value_slot *slot;
	bool is_new;

	if (!set->slots || !has_room(set->count + 1, set->shift))
		move(image, set, set->count + 1, NULL, NULL);
	slot = slot_of(image, set, value);
	is_new = !slot->value;
	if (is_new || pane > slot->pane) {
		image_touch_bytes(image, slot, sizeof(*slot));
		*slot = (struct value_slot){value, pane};
	}
	set->count += is_new;
	return is_new;
}

const struct value_slot *
value_set_find(const struct image *image, const struct value_set *set, uint64_t value)
{
	const struct value_slot *slot;

	if (!set->slots)
		return NULL;
	slot = slot_of(image, set, value);
	return slot->value ? slot : NULL;
}

const struct value_slot *
value_set_next(const struct image *image, const struct value_set *set, uint32_t *at)
{
	const struct value_slot *slots = image_at(image, set->slots);

	if (!set->slots)
		return NULL;
	while (*at < (uint32_t)1 << set->shift)
		if (slots[(*at)++].value)
			return &slots[*at - 1];
	return NULL;
}

uint32_t
value_set_keep(struct image *image, struct value_set *set,
    bool (*keep)(const void *context, const struct value_slot *slot), const void *context)
{
	const struct value_slot *slot;
	uint32_t at = 0, kept = 0, went;

	while ((slot = value_set_next(image, set, &at)) != NULL)
		kept += keep(context, slot);
	went = set->count - kept;
	if (!kept)
		value_set_drop(image, set);
	else if (went)
		move(image, set, kept, keep, context);
	return went;
}

void
value_set_drop(struct image *image, struct value_set *set)
{
	if (set->slots)
		image_give(image, set->slots, bytes_of(set));
	*set = (struct value_set){0};
}
