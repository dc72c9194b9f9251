/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entities in one table of 8-byte slots {tag, number} with linear probing, in
 * a list by their last event, each with its columns in order of first sight.
 */
#include "wide.h"

#include <assert.h>
#include <xxhash.h>

#include "base/memory.h"

#define CELLS_A_ENTITY 16
#define NOBODY 0u

/* 32 bytes; there may be many millions. */
struct wide_cell {
	uint32_t field : 24;
	uint32_t kind : 7; /* enum value_kind; never VALUE_TEXT */
	uint32_t quick_known : 1;
	uint32_t size; /* of a text */
	union {
		int64_t integer; /* of booleans too */
		double number;
		uint8_t mac[TEXT_MAC_BYTES];
	};
	uint64_t quick; /* secret hash of the text: the same text needs no mac */
};

struct wide_entity {
	uint32_t newer, older; /* numbers of entities */
	uint32_t tag, dataset;
	uint32_t cell_count, cell_capacity;
	struct wide_cell *cells;
	uint32_t text_size;
	char text[];
};

struct slot {
	uint32_t tag, number; /* number NOBODY: free */
};

struct wide {
	struct text_macs *macs;
	/* Nobody outside can choose entities or texts that collide. */
	uint8_t secret[XXH3_SECRET_SIZE_MIN];
	size_t entities_max, cells_max;
	struct slot *slots;
	size_t mask;
	struct wide_entity **entities;        /* by number, from 1 */
	size_t entity_count, entity_capacity; /* numbers given */
	uint32_t *free_numbers;
	size_t free_count, free_capacity;
	size_t known, cells;
	uint32_t newest, oldest;
	uint64_t forgotten;
};

static void
make_secret(struct wide *wide, const struct keys *keys)
{
	char label[] = "wide/0";
	uint8_t part[KEY_BYTES];
	size_t at, size;

	for (at = 0; at < sizeof(wide->secret); at += size) {
		size = sizeof(wide->secret) - at < sizeof(part) ? sizeof(wide->secret) - at
								: sizeof(part);
		keys_derive(keys, text_of(label), part);
		memcpy(wide->secret + at, part, size);
		label[5]++;
	}
	explicit_bzero(part, sizeof(part));
}

struct wide *
wide_open(size_t entities_max, struct text_macs *macs, const struct keys *keys)
{
	struct wide *wide = memory_get(sizeof(*wide));

	wide->macs = macs;
	wide->entities_max = entities_max ? entities_max : 1;
	wide->cells_max = wide->entities_max * CELLS_A_ENTITY;
	wide->mask = 1023;
	wide->slots = memory_get_array(wide->mask + 1, sizeof(*wide->slots));
	wide->entity_count = 1;
	make_secret(wide, keys);
	return wide;
}

void
wide_close(struct wide *wide)
{
	uint32_t number;

	if (!wide)
		return;
	for (number = wide->newest; number;) {
		struct wide_entity *entity = wide->entities[number];

		number = entity->older;
		memory_free(entity->cells);
		memory_free(entity);
	}
	memory_free(wide->entities);
	memory_free(wide->free_numbers);
	memory_free(wide->slots);
	memory_free(wide);
}

size_t
wide_entities(const struct wide *wide)
{
	return wide->known;
}

uint64_t
wide_forgotten(const struct wide *wide)
{
	return wide->forgotten;
}

static uint64_t
secret_hash(const struct wide *wide, struct text text)
{
	return XXH3_64bits_withSecret(text.data, text.size, wide->secret, sizeof(wide->secret));
}

static uint32_t
tag_of(const struct wide *wide, uint32_t dataset, struct text entity)
{
	return (uint32_t)secret_hash(wide, entity) + dataset * 0x9e3779b1u;
}

/* The slot of the entity, or the free one where it would go. */
static struct slot *
probe(const struct wide *wide, uint32_t tag, uint32_t dataset, struct text text)
{
	size_t at = tag & wide->mask;

	for (;; at = (at + 1) & wide->mask) {
		struct slot *slot = &wide->slots[at];
		const struct wide_entity *entity;

		if (!slot->number)
			return slot;
		if (slot->tag != tag)
			continue;
		entity = wide->entities[slot->number];
		if (entity->dataset == dataset &&
		    text_equal((struct text){entity->text, entity->text_size}, text))
			return slot;
	}
}

static void
widen(struct wide *wide)
{
	struct slot *old = wide->slots;
	size_t count = wide->mask + 1, i, at;

	wide->mask = count * 2 - 1;
	wide->slots = memory_get_array(count * 2, sizeof(*wide->slots));
	for (i = 0; i < count; i++) {
		if (!old[i].number)
			continue;
		for (at = old[i].tag & wide->mask; wide->slots[at].number;)
			at = (at + 1) & wide->mask;
		wide->slots[at] = old[i];
	}
	memory_free(old);
}

/* Moves what stands behind the hole forward, so that probing never meets a gap.
 * Source: D. E. Knuth, The Art of Computer Programming 3, 6.4, algorithm R. */
static void
free_slot(struct wide *wide, struct slot *slot)
{
	size_t hole = (size_t)(slot - wide->slots), at = hole, home;

	for (;;) {
		at = (at + 1) & wide->mask;
		if (!wide->slots[at].number)
			break;
		home = wide->slots[at].tag & wide->mask;
		if (((at - home) & wide->mask) < ((at - hole) & wide->mask))
			continue;
		wide->slots[hole] = wide->slots[at];
		hole = at;
	}
	wide->slots[hole] = (struct slot){0};
}

static void
unlink_entity(struct wide *wide, const struct wide_entity *entity)
{
	if (entity->newer)
		wide->entities[entity->newer]->older = entity->older;
	else
		wide->newest = entity->older;
	if (entity->older)
		wide->entities[entity->older]->newer = entity->newer;
	else
		wide->oldest = entity->newer;
}

static void
link_newest(struct wide *wide, uint32_t number)
{
	struct wide_entity *entity = wide->entities[number];

	entity->newer = NOBODY;
	entity->older = wide->newest;
	if (wide->newest)
		wide->entities[wide->newest]->newer = number;
	else
		wide->oldest = number;
	wide->newest = number;
}

static uint32_t
new_number(struct wide *wide)
{
	if (wide->free_count)
		return wide->free_numbers[--wide->free_count];
	assert(wide->entity_count < UINT32_MAX);
	memory_grow(&wide->entities, &wide->entity_capacity, wide->entity_count + 1,
	    sizeof(struct wide_entity *));
	return (uint32_t)wide->entity_count++;
}

static struct wide_entity *
add_entity(struct wide *wide, uint32_t tag, uint32_t dataset, struct text text)
{
	struct wide_entity *entity = memory_get(sizeof(*entity) + text.size);
	uint32_t number = new_number(wide);

	if ((wide->known + 1) * 3 > (wide->mask + 1) * 2)
		widen(wide);
	entity->tag = tag;
	entity->dataset = dataset;
	entity->text_size = (uint32_t)text.size;
	memcpy(entity->text, text.data, text.size);
	*probe(wide, tag, dataset, text) = (struct slot){tag, number};
	wide->entities[number] = entity;
	wide->known++;
	link_newest(wide, number);
	return entity;
}

static void
forget_oldest(struct wide *wide)
{
	uint32_t number = wide->oldest;
	struct wide_entity *entity = wide->entities[number];
	struct text text = {entity->text, entity->text_size};

	free_slot(wide, probe(wide, entity->tag, entity->dataset, text));
	unlink_entity(wide, entity);
	memory_grow(
	    &wide->free_numbers, &wide->free_capacity, wide->free_count + 1, sizeof(uint32_t));
	wide->free_numbers[wide->free_count++] = number;
	wide->cells -= entity->cell_count;
	wide->known--;
	wide->forgotten++;
	memory_free(entity->cells);
	memory_free(entity);
}

/* *hint: where to look first; set to the place behind what was found. */
static struct wide_cell *
find_cell(const struct wide_entity *entity, uint32_t field, uint32_t *hint)
{
	uint32_t i;

	if (*hint < entity->cell_count && entity->cells[*hint].field == field)
		return &entity->cells[(*hint)++];
	for (i = 0; i < entity->cell_count; i++) {
		if (entity->cells[i].field != field)
			continue;
		*hint = i + 1;
		return &entity->cells[i];
	}
	return NULL;
}

static struct wide_cell *
add_cell(struct wide *wide, struct wide_entity *entity, uint32_t field)
{
	if (entity->cell_count == entity->cell_capacity) {
		entity->cell_capacity += entity->cell_capacity / 2 + 4;
		entity->cells =
		    memory_resize(entity->cells, entity->cell_capacity * sizeof(*entity->cells));
	}
	wide->cells++;
	assert(field < 1u << 24);
	entity->cells[entity->cell_count] = (struct wide_cell){.field = field, .kind = VALUE_NULL};
	return &entity->cells[entity->cell_count++];
}

/* Whether a cell known by mac holds this text. */
static bool
holds_text(struct wide *wide, struct wide_cell *cell, uint32_t dataset, struct text text)
{
	uint64_t quick;
	uint8_t mac[TEXT_MAC_BYTES];

	if (cell->kind != VALUE_HASHED || cell->size != text.size)
		return false;
	quick = secret_hash(wide, text);
	if (cell->quick_known)
		return cell->quick == quick;
	text_mac(wide->macs, dataset, cell->field, text, mac);
	if (memcmp(mac, cell->mac, sizeof(mac)) != 0)
		return false;
	cell->quick = quick;
	cell->quick_known = true;
	return true;
}

static bool
holds(struct wide *wide, struct wide_cell *cell, uint32_t dataset, const struct value *value)
{
	switch (value->kind) {
	case VALUE_TEXT:
		return holds_text(wide, cell, dataset, value->text);
	case VALUE_HASHED:
		return cell->kind == VALUE_HASHED && cell->size == value->hashed.size &&
		    memcmp(cell->mac, value->hashed.mac, TEXT_MAC_BYTES) == 0;
	case VALUE_BOOLEAN:
		return cell->kind == VALUE_BOOLEAN && cell->integer == value->boolean;
	case VALUE_LONG:
		return cell->kind == VALUE_LONG && cell->integer == value->integer;
	case VALUE_DOUBLE: /* by its bits: a NaN is the same NaN */
		return cell->kind == VALUE_DOUBLE && cell->integer == value->integer;
	default:
		return cell->kind == VALUE_NULL;
	}
}

static void
keep(struct wide *wide, struct wide_cell *cell, uint32_t dataset, const struct value *value)
{
	cell->kind = value->kind;
	cell->quick_known = false;
	switch (value->kind) {
	case VALUE_TEXT:
		cell->kind = VALUE_HASHED;
		cell->size = (uint32_t)value->text.size;
		text_mac(wide->macs, dataset, cell->field, value->text, cell->mac);
		cell->quick = secret_hash(wide, value->text);
		cell->quick_known = true;
		break;
	case VALUE_HASHED:
		cell->size = value->hashed.size;
		memcpy(cell->mac, value->hashed.mac, TEXT_MAC_BYTES);
		break;
	case VALUE_BOOLEAN:
		cell->integer = value->boolean;
		break;
	case VALUE_LONG:
		cell->integer = value->integer;
		break;
	case VALUE_DOUBLE:
		cell->number = value->number;
		break;
	default:
		break;
	}
}

static struct value
value_of(const struct wide_cell *cell)
{
	struct value value = {.kind = cell->kind};

	switch (value.kind) {
	case VALUE_HASHED:
		value.hashed.size = cell->size;
		memcpy(value.hashed.mac, cell->mac, TEXT_MAC_BYTES);
		break;
	case VALUE_BOOLEAN:
		value.boolean = cell->integer;
		break;
	case VALUE_LONG:
		value.integer = cell->integer;
		break;
	case VALUE_DOUBLE:
		value.number = cell->number;
		break;
	default:
		break;
	}
	return value;
}

size_t
wide_compare(
    struct wide *wide, uint32_t dataset, struct text entity, struct change *changes, size_t count)
{
	struct slot *slot = probe(wide, tag_of(wide, dataset, entity), dataset, entity);
	struct wide_entity *known = slot->number ? wide->entities[slot->number] : NULL;
	struct wide_cell *cell, nothing = {.kind = VALUE_NULL};
	uint32_t hint = 0;
	size_t kept = 0, i;

	for (i = 0; i < count; i++) {
		cell = known ? find_cell(known, changes[i].field, &hint) : NULL;
		if (!cell)
			cell = &nothing;
		if (holds(wide, cell, dataset, &changes[i].new_value))
			continue;
		changes[kept] = changes[i];
		changes[kept++].old_value = value_of(cell);
	}
	return kept;
}

void
wide_record(struct wide *wide, const struct event *event)
{
	struct wide_entity *entity;
	struct wide_cell *cell;
	uint32_t tag, hint = 0, i;
	struct slot *slot;

	if (!event->entity.data)
		return;
	tag = tag_of(wide, event->dataset, event->entity);
	slot = probe(wide, tag, event->dataset, event->entity);
	if (slot->number) {
		entity = wide->entities[slot->number];
		unlink_entity(wide, entity);
		link_newest(wide, slot->number);
	} else {
		entity = add_entity(wide, tag, event->dataset, event->entity);
	}
	for (i = 0; i < event->change_count; i++) {
		cell = find_cell(entity, event->changes[i].field, &hint);
		if (!cell)
			cell = add_cell(wide, entity, event->changes[i].field);
		keep(wide, cell, event->dataset, &event->changes[i].new_value);
	}
	while (
	    wide->known > 1 && (wide->known > wide->entities_max || wide->cells > wide->cells_max))
		forget_oldest(wide);
}
