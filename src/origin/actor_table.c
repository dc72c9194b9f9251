/* SPDX-License-Identifier: Apache-2.0 */
/* Memory comes in whole pages from the system: huge ones where it has them. */
#include "actor_table.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"

#define FIRST_SLOTS_LOG2 12
#define LINE_UNITS 8 /* of 8 bytes: a line of the cache */

static void *
map_pages(size_t bytes)
{
	void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		memory_refused(bytes);
	return pages;
}

/* A chunk starts at a multiple of its size, so that one huge page can hold it. */
static char *
map_chunk(void)
{
	char *pages = map_pages(2 * CHUNK_BYTES);
	size_t before = (CHUNK_BYTES - (uintptr_t)pages % CHUNK_BYTES) % CHUNK_BYTES;

	if (before)
		munmap(pages, before);
	munmap(pages + before + CHUNK_BYTES, CHUNK_BYTES - before);
	madvise(pages + before, CHUNK_BYTES, MADV_HUGEPAGE);
	return pages + before;
}

static size_t
slot_bytes(const struct actor_table *table)
{
	return ((size_t)table->mask + 1) * sizeof(struct actor_slot);
}

static void
map_slots(struct actor_table *table, unsigned log2)
{
	table->shift = 32 - log2;
	table->mask = (uint32_t)(((uint64_t)1 << log2) - 1);
	table->slots = map_pages(slot_bytes(table));
	madvise(table->slots, slot_bytes(table), MADV_HUGEPAGE);
}

void
actor_table_init(struct actor_table *table)
{
	*table = (struct actor_table){0};
	random_fill(&table->seed, sizeof(table->seed));
	map_slots(table, FIRST_SLOTS_LOG2);
	table->used = CHUNK_UNITS;
}

void
actor_table_fini(struct actor_table *table)
{
	size_t i;

	for (i = 0; i < table->chunk_count; i++) {
		explicit_bzero(table->chunks[i], CHUNK_BYTES);
		munmap(table->chunks[i], CHUNK_BYTES);
	}
	memory_free(table->chunks);
	if (table->slots)
		munmap(table->slots, slot_bytes(table));
	*table = (struct actor_table){0};
}

uint32_t
actor_table_tag(const struct actor_table *table, struct text name)
{
	return (uint32_t)(XXH3_64bits_withSeed(name.data, name.size, table->seed) >> 32);
}

/* memcmp() may load beyond the end, and so another line of the cache: here that costs as much as all the rest. */
static bool
same_bytes(const char *a, const char *b, size_t size)
{
	uint64_t x, y;
	size_t at;

	if (size < sizeof(x)) {
		for (at = 0; at < size && a[at] == b[at]; at++)
			;
		return at == size;
	}
	for (at = 0; at + sizeof(x) < size; at += sizeof(x)) {
		memcpy(&x, a + at, sizeof(x));
		memcpy(&y, b + at, sizeof(y));
		if (x != y)
			return false;
	}
	/* The last eight, some of them again. */
	memcpy(&x, a + size - sizeof(x), sizeof(x));
	memcpy(&y, b + size - sizeof(y), sizeof(y));
	return x == y;
}

static bool
is_named(const struct identity_entry *entry, struct text name)
{
	return entry->name_size == name.size && same_bytes(entry->name, name.data, name.size);
}

/* The slot that holds the name, or the empty one where it would stand. */
static struct actor_slot *
probe(const struct actor_table *table, struct text name, uint32_t tag)
{
	uint32_t at = tag >> table->shift;
	struct actor_slot *slot;

	for (;; at = (at + 1) & table->mask) {
		slot = &table->slots[at];
		if (!slot->place ||
		    (slot->tag == tag && is_named(actor_table_at(table, slot->place), name)))
			return slot;
	}
}

struct identity_entry *
actor_table_find(const struct actor_table *table, struct text name, uint32_t tag)
{
	const struct actor_slot *slot = probe(table, name, tag);

	return slot->place ? actor_table_at(table, slot->place) : NULL;
}

static void
insert(struct actor_table *table, struct actor_slot slot)
{
	uint32_t at = slot.tag >> table->shift;

	while (table->slots[at].place)
		at = (at + 1) & table->mask;
	table->slots[at] = slot;
}

/* Both tables are in the order of their tags, so both are walked forwards. */
static void
widen(struct actor_table *table)
{
	struct actor_slot *old = table->slots;
	size_t bytes = slot_bytes(table), count = (size_t)table->mask + 1, i;
	const size_t stride = CHUNK_BYTES / sizeof(*old);

	map_slots(table, 32 - table->shift + 1);
	for (i = 0; i < count; i++) {
		if (i && i % stride == 0)
			madvise(old + i - stride, CHUNK_BYTES, MADV_DONTNEED);
		if (old[i].place)
			insert(table, old[i]);
	}
	munmap(old, bytes);
}

static size_t
entry_units(size_t name_size)
{
	return (offsetof(struct identity_entry, name) + name_size + 7) / 8;
}

/* The first place at or behind `at` where it crosses no more lines than it must. */
static size_t
fit_lines(size_t at, size_t units)
{
	size_t lines = (units + LINE_UNITS - 1) / LINE_UNITS;

	if ((at % LINE_UNITS + units + LINE_UNITS - 1) / LINE_UNITS > lines)
		at += LINE_UNITS - at % LINE_UNITS;
	return at;
}

static uint32_t
take_place(struct actor_table *table, size_t units)
{
	size_t at = fit_lines(table->used, units);

	if (at + units > CHUNK_UNITS) {
		assert(table->chunk_count < UINT32_MAX / CHUNK_UNITS);
		memory_grow(&table->chunks, &table->chunk_capacity, table->chunk_count + 1,
		    sizeof(*table->chunks));
		table->chunks[table->chunk_count++] = map_chunk();
		at = table->chunk_count == 1 ? LINE_UNITS : 0; /* place 0 is nobody's */
	}
	table->used = at + units;
	return (uint32_t)((table->chunk_count - 1) * CHUNK_UNITS + at);
}

struct identity_entry *
actor_table_add(struct actor_table *table, struct text name, uint32_t tag)
{
	struct identity_entry *entry;
	uint32_t place;

	assert(name.size && name.size <= ACTOR_NAME_BYTES_MAX);
	if ((uint64_t)table->count * 4 >= ((uint64_t)table->mask + 1) * 3)
		widen(table);
	place = take_place(table, entry_units(name.size));
	entry = actor_table_at(table, place);
	entry->name_size = name.size & 0x7ff;
	memcpy(entry->name, name.data, name.size);
	insert(table, (struct actor_slot){tag, place});
	table->count++;
	return entry;
}

/* Moves up what stands behind the hole and belongs at it or before it.
 * Source: D. Knuth, The Art of Computer Programming 3, 6.4, algorithm R. */
static void
close_hole(struct actor_table *table, uint32_t hole)
{
	uint32_t at = hole, home;

	for (;;) {
		table->slots[hole].place = 0;
		do {
			at = (at + 1) & table->mask;
			if (!table->slots[at].place)
				return;
			home = table->slots[at].tag >> table->shift;
		} while (((at - home) & table->mask) < ((at - hole) & table->mask));
		table->slots[hole] = table->slots[at];
		hole = at;
	}
}

bool
actor_table_remove(struct actor_table *table, struct text name)
{
	struct actor_slot *slot = probe(table, name, actor_table_tag(table, name));
	struct identity_entry *entry;

	if (!slot->place)
		return false;
	entry = actor_table_at(table, slot->place);
	explicit_bzero(entry->name, entry->name_size);
	entry->pseudonym = (struct pseudonym){0};
	close_hole(table, (uint32_t)(slot - table->slots));
	table->count--;
	return true;
}

/* Walks the entries of one chunk as they lie, the removed ones too. */
static void
reset_chunk(char *chunk, size_t end)
{
	size_t at = 0;

	while (at + entry_units(1) <= end) {
		struct identity_entry *entry = (struct identity_entry *)(chunk + at * 8);

		/* No entry has an empty name: this is the rest of a line. */
		if (!entry->name_size) {
			at += LINE_UNITS - at % LINE_UNITS;
			continue;
		}
		entry->from_tick = entry->to_tick = 0;
		at += entry_units(entry->name_size);
	}
}

void
actor_table_reset_ranges(struct actor_table *table)
{
	size_t i;

	for (i = 0; i < table->chunk_count; i++)
		reset_chunk(
		    table->chunks[i], i + 1 == table->chunk_count ? table->used : CHUNK_UNITS);
}

size_t
actor_table_bytes(const struct actor_table *table)
{
	return slot_bytes(table) + table->chunk_count * CHUNK_BYTES +
	    table->chunk_capacity * sizeof(*table->chunks);
}
