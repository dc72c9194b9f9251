/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot's tag is the lower half of its hash, and a tag's lower bits are where it
 * would like to stand: so a table grows and closes its gaps without looking at a row.
 */
#include "groups.h"

#include "base/compiler.h"
#include <assert.h>

#define SLOTS_FIRST 16u

_Static_assert(sizeof(struct row) == ROW_HEADER_BYTES, "columns begin behind it");
_Static_assert(sizeof(struct block) == ROW_HEADER_BYTES, "columns begin behind it");

static const struct state_group *
read(const struct image *image, place group)
{
	return image_at(image, group);
}

static struct slot *
slots_of(const struct image *image, const struct state_group *group)
{
	return image_at(image, group->slots);
}

static size_t
slot_bytes(uint32_t mask)
{
	return ((size_t)mask + 1) * sizeof(struct slot);
}

place
groups_open(struct image *image)
{
	place at = image_get(image, sizeof(struct state_group));
	place slots = image_get(image, slot_bytes(SLOTS_FIRST - 1));
	struct state_group *group = image_touch(image, at);

	group->slots = slots;
	group->mask = SLOTS_FIRST - 1;
	return at;
}

void
groups_close(struct image *image, place group)
{
	const struct state_group *old = read(image, group);

	image_give(image, old->slots, slot_bytes(old->mask));
	image_give(image, group, sizeof(*old));
}

uint32_t
groups_slots(const struct image *image, place group)
{
	return read(image, group)->mask + 1;
}

place
groups_at(const struct image *image, place group, uint32_t slot)
{
	return slots_of(image, read(image, group))[slot].row;
}

/* The slot of the key, or the free one where it would stand. */
static uint32_t
probe(const struct image *image, const struct state_group *group, uint64_t hash)
{
	const struct slot *slots = slots_of(image, group);
	uint32_t tag = (uint32_t)hash, at;
	const struct row *row;

	for (at = tag & group->mask; slots[at].row; at = (at + 1) & group->mask) {
		if (slots[at].tag != tag)
			continue;
		row = image_at(image, slots[at].row);
		if (LIKELY(row->hash == hash))
			break;
	}
	return at;
}

place
groups_find(const struct image *image, place group, uint64_t hash)
{
	const struct state_group *table = read(image, group);

	return slots_of(image, table)[probe(image, table, hash)].row;
}

void
groups_prefetch(const struct image *image, place group, uint64_t hash)
{
	const struct state_group *table = read(image, group);

	__builtin_prefetch(&slots_of(image, table)[(uint32_t)hash & table->mask]);
}

place
groups_glance(const struct image *image, place group, uint64_t hash)
{
	const struct state_group *table = read(image, group);
	const struct slot *slots = slots_of(image, table);
	uint32_t at = (uint32_t)hash & table->mask;

	while (slots[at].row && slots[at].tag != (uint32_t)hash)
		at = (at + 1) & table->mask;
	return slots[at].row;
}

/* A fresh piece needs no touch: nobody has asked for a snapshot since it was got. */
static void
grow(struct image *image, struct state_group *group)
{
	uint32_t mask = group->mask * 2 + 1, i, at;
	place old_place = group->slots, new_place = image_get(image, slot_bytes(mask));
	const struct slot *old = image_at(image, old_place);
	struct slot *new = image_at(image, new_place);

	for (i = 0; i <= group->mask; i++) {
		if (!old[i].row)
			continue;
		for (at = old[i].tag & mask; new[at].row;)
			at = (at + 1) & mask;
		new[at] = old[i];
	}
	image_give(image, old_place, slot_bytes(group->mask));
	group->slots = new_place;
	group->mask = mask;
}

static void
set_slot(struct image *image, struct slot *slot, struct slot to)
{
	image_touch_bytes(image, slot, sizeof(*slot));
	*slot = to;
}

place
groups_add(struct image *image, place group, uint64_t hash, const struct layers *layers)
{
	struct state_group *table = image_touch(image, group);
	place at = image_get(image, layers->bytes[0]);
	struct row *row = image_at(image, at);
	struct slot *slot;

	if (table->count >= ((uint64_t)table->mask + 1) / 4 * 3)
		grow(image, table);
	slot = &slots_of(image, table)[probe(image, table, hash)];
	assert(!slot->row);
	row->hash = hash;
	set_slot(image, slot, (struct slot){(uint32_t)hash, at});
	table->count++;
	return at;
}

/* Whether what would like to stand at `home` and stands at `at` may move back to `gap`. */
static bool
may_move(uint32_t home, uint32_t at, uint32_t gap, uint32_t mask)
{
	return ((at - home) & mask) >= ((at - gap) & mask);
}

/* Source of closing gaps: D. E. Knuth, "The Art of Computer Programming" 3, 6.4, algorithm R. */
static void
free_slot(struct image *image, const struct state_group *group, uint32_t gap)
{
	struct slot *slots = slots_of(image, group);
	uint32_t mask = group->mask, at;

	for (at = (gap + 1) & mask; slots[at].row; at = (at + 1) & mask) {
		if (!may_move(slots[at].tag & mask, at, gap, mask))
			continue;
		set_slot(image, &slots[gap], slots[at]);
		gap = at;
	}
	set_slot(image, &slots[gap], (struct slot){0});
}

static void
give_blocks(struct image *image, place next, const struct layers *layers)
{
	const struct block *block;
	place at;

	while (next) {
		at = next;
		block = image_at(image, at);
		next = block->next;
		image_give(image, at, layers->bytes[block->layer]);
	}
}

void
groups_remove(struct image *image, place group, place at, const struct layers *layers)
{
	struct state_group *table = image_touch(image, group);
	const struct row *row = image_at(image, at);
	uint32_t slot = probe(image, table, row->hash);

	assert(slots_of(image, table)[slot].row == at);
	free_slot(image, table, slot);
	give_blocks(image, row->next, layers);
	image_give(image, at, layers->bytes[0]);
	table->count--;
}

place
row_block_make(struct image *image, place row, uint32_t layer, const struct layers *layers)
{
	place at = row_block(image, row, layer);
	struct block *block;
	struct row *head;

	if (at)
		return at;
	at = image_get(image, layers->bytes[layer]);
	block = image_at(image, at);
	head = image_touch(image, row);
	*block = (struct block){.row = row, .next = head->next, .layer = layer};
	head->next = at;
	return at;
}

/* The link that names the block. */
static place *
link_to(struct image *image, place row, place to)
{
	place *link = &((struct row *)image_touch(image, row))->next;

	while (*link != to)
		link = &((struct block *)image_touch(image, *link))->next;
	return link;
}

void
row_block_drop(struct image *image, place row, uint32_t layer, const struct layers *layers)
{
	place at = row_block(image, row, layer);

	if (!at)
		return;
	*link_to(image, row, at) = ((const struct block *)image_at(image, at))->next;
	image_give(image, at, layers->bytes[layer]);
}
