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

#define FIRST_LINES_LOG2 9
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
line_bytes(const struct actor_table *table)
{
	return ((size_t)table->mask + 1) * sizeof(struct actor_line);
}

static void
map_lines(struct actor_table *table, unsigned log2)
{
	table->shift = 32 - log2;
	table->mask = (uint32_t)(((uint64_t)1 << log2) - 1);
	table->lines = map_pages(line_bytes(table));
	madvise(table->lines, line_bytes(table), MADV_HUGEPAGE);
}

void
actor_table_init(struct actor_table *table)
{
	*table = (struct actor_table){0};
	random_fill(&table->seed, sizeof(table->seed));
	map_lines(table, FIRST_LINES_LOG2);
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
	if (table->lines)
		munmap(table->lines, line_bytes(table));
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

bool
actor_table_is_named(const struct identity_entry *entry, struct text name)
{
	return entry->name_size == name.size && same_bytes(entry->name, name.data, name.size);
}

static bool
is_full(const struct actor_line *line)
{
	uint32_t full = 1, i;

	for (i = 0; i < LINE_SLOTS; i++)
		full &= line->places[i] != 0;
	return full;
}

/* The place's own place: where a slot holds the name. NULL if none does. */
static uint32_t *
probe(const struct actor_table *table, struct text name, uint32_t tag)
{
	uint32_t number = tag >> table->shift, matches, place;
	struct actor_line *line;

	for (;; number = (number + 1) & table->mask) {
		line = &table->lines[number];
		for (matches = actor_line_matches(line, tag); matches; matches &= matches - 1) {
			place = line->places[__builtin_ctz(matches)];
			if (place && actor_table_is_named(actor_table_at(table, place), name))
				return &line->places[__builtin_ctz(matches)];
		}
		if (!is_full(line))
			return NULL;
	}
}

struct identity_entry *
actor_table_find(const struct actor_table *table, struct text name, uint32_t tag)
{
	const uint32_t *place = probe(table, name, tag);

	return place ? actor_table_at(table, *place) : NULL;
}

static void
insert(struct actor_table *table, uint32_t tag, uint32_t place)
{
	uint32_t number = tag >> table->shift, i = 0;
	struct actor_line *line = &table->lines[number];

	while (line->places[i])
		if (++i == LINE_SLOTS) {
			number = (number + 1) & table->mask;
			line = &table->lines[number];
			i = 0;
		}
	line->tags[i] = tag;
	line->places[i] = place;
}

/* Both tables are in the order of their tags, so both are walked forwards. */
static void
widen(struct actor_table *table)
{
	struct actor_line *old = table->lines;
	size_t bytes = line_bytes(table), count = (size_t)table->mask + 1, i, j;
	const size_t stride = CHUNK_BYTES / sizeof(*old);

	map_lines(table, 32 - table->shift + 1);
	for (i = 0; i < count; i++) {
		if (i && i % stride == 0)
			madvise(old + i - stride, CHUNK_BYTES, MADV_DONTNEED);
		for (j = 0; j < LINE_SLOTS; j++)
			if (old[i].places[j])
				insert(table, old[i].tags[j], old[i].places[j]);
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
	if ((uint64_t)table->count * 4 >= ((uint64_t)table->mask + 1) * LINE_SLOTS * 3)
		widen(table);
	place = take_place(table, entry_units(name.size));
	entry = actor_table_at(table, place);
	entry->name_size = name.size & 0x7ff;
	memcpy(entry->name, name.data, name.size);
	insert(table, tag, place);
	table->count++;
	return entry;
}

/* A slot of line `from` whose own line is `hole` or before it; LINE_SLOTS if there is none. */
static uint32_t
find_strayed(const struct actor_table *table, uint32_t from, uint32_t hole)
{
	const struct actor_line *line = &table->lines[from];
	uint32_t i, home;

	for (i = 0; i < LINE_SLOTS; i++) {
		home = line->tags[i] >> table->shift;
		if (line->places[i] &&
		    ((from - home) & table->mask) >= ((from - hole) & table->mask))
			break;
	}
	return i;
}

/*
 * Empties a slot of a line that others may have been put behind for want of room:
 * one of these moves up, and so on up to a line that was not full.
 * Source: D. Knuth, The Art of Computer Programming 3, 6.4, algorithm R.
 */
static void
close_hole(struct actor_table *table, uint32_t hole, uint32_t slot)
{
	bool was_full = is_full(&table->lines[hole]);
	uint32_t from = hole, i;

	table->lines[hole].places[slot] = table->lines[hole].tags[slot] = 0;
	while (was_full) {
		from = (from + 1) & table->mask;
		was_full = is_full(&table->lines[from]);
		i = find_strayed(table, from, hole);
		if (i == LINE_SLOTS)
			continue;
		table->lines[hole].tags[slot] = table->lines[from].tags[i];
		table->lines[hole].places[slot] = table->lines[from].places[i];
		table->lines[from].places[i] = table->lines[from].tags[i] = 0;
		hole = from;
		slot = i;
	}
}

bool
actor_table_remove(struct actor_table *table, struct text name)
{
	uint32_t *place = probe(table, name, actor_table_tag(table, name));
	struct identity_entry *entry;
	size_t at;

	if (!place)
		return false;
	entry = actor_table_at(table, *place);
	explicit_bzero(entry->name, entry->name_size);
	/* Nobody's, and no gap either. */
	memset(&entry->pseudonym, 0xff, sizeof(entry->pseudonym));
	at = (size_t)((char *)place - (char *)table->lines);
	close_hole(table, (uint32_t)(at / sizeof(struct actor_line)),
	    (uint32_t)(at % sizeof(struct actor_line) / sizeof(*place) - LINE_SLOTS));
	table->count--;
	return true;
}

/*
 * Whether a gap begins here, up to the line's end, and no entry. A gap may be
 * shorter than an entry, so that only its first bytes are sure to be its own:
 * they are zero, those of a pseudonym never are (identity_index_taken()).
 */
static bool
is_gap(const char *at)
{
	uint32_t first;

	memcpy(&first, at + offsetof(struct identity_entry, pseudonym), sizeof(first));
	return !first;
}

/* Walks the entries of one chunk as they lie, the removed ones too. */
static void
reset_chunk(char *chunk, size_t end)
{
	size_t at = 0;

	while (at + entry_units(1) <= end) {
		struct identity_entry *entry = (struct identity_entry *)(chunk + at * 8);

		if (is_gap(chunk + at * 8)) {
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
	return line_bytes(table) + table->chunk_count * CHUNK_BYTES +
	    table->chunk_capacity * sizeof(*table->chunks);
}
