/* SPDX-License-Identifier: Apache-2.0 */
#include "numbered.h"

#include "base/memory.h"

#define CAPACITY_FIRST 1024

void
numbered_fini(struct numbered *numbered)
{
	memory_free(numbered->slots);
	*numbered = (struct numbered){0};
}

void
numbered_clear(struct numbered *numbered)
{
	size_t i;

	numbered->count = 0;
	if (++numbered->round)
		return;
	/* Once in 2^32 messages the rounds begin again. */
	for (i = 0; i < numbered->capacity; i++)
		numbered->slots[i].round = 0;
	numbered->round = 1;
}

/* Fibonacci hashing: keys are addresses and small numbers. */
static struct numbered_slot *
place_of(const struct numbered *numbered, uint64_t key)
{
	size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (numbered->capacity - 1);

	while (numbered->slots[at].round == numbered->round && numbered->slots[at].key != key)
		at = (at + 1) & (numbered->capacity - 1);
	return &numbered->slots[at];
}

static void
grow(struct numbered *numbered)
{
	struct numbered old = *numbered;
	size_t i;

	numbered->capacity = old.capacity ? 2 * old.capacity : CAPACITY_FIRST;
	numbered->slots = memory_get_array(numbered->capacity, sizeof(*numbered->slots));
	if (!numbered->round)
		numbered->round = 1;
	for (i = 0; i < old.capacity; i++)
		if (old.slots[i].round == numbered->round)
			*place_of(numbered, old.slots[i].key) = old.slots[i];
	memory_free(old.slots);
}

uint32_t
numbered_of(struct numbered *numbered, uint64_t key, bool *fresh)
{
	struct numbered_slot *slot;

	if (2 * (size_t)numbered->count >= numbered->capacity)
		grow(numbered);
	slot = place_of(numbered, key);
	*fresh = slot->round != numbered->round;
	if (*fresh)
		*slot = (struct numbered_slot){key, numbered->count++, numbered->round};
	return slot->number;
}
