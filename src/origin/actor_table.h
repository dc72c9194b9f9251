/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The actors met since the start, by name. Private to origin.
 *
 * Lines of eight slots {tag, place}, each line one of the cache, in the order of
 * the tag's upper bits, at most 3/4 full over all. A name's slot is in the line of
 * its tag or, where that one was full, in the next with room, so that nearly every
 * look needs one line; a line that is not full ends the search. The entries stand one
 * behind another in chunks of 2 MB, across no more lines of the cache than they must,
 * and never move. A place counts 8-byte units from the first chunk's start; place 0 is
 * an empty slot. Growing walks old and new lines in step and gives the old ones back on
 * the way, so that it needs no second table.
 *
 * Looking up many names at once hides the memory's latency: prefetch all
 * lines, then all entries, then find.
 */
#ifndef DYETRACE_ORIGIN_ACTOR_TABLE_H
#define DYETRACE_ORIGIN_ACTOR_TABLE_H

#include <stddef.h>

#include "origin/identity.h"

#define CHUNK_BYTES ((size_t)2 << 20)
#define CHUNK_UNITS (CHUNK_BYTES / 8)

#define LINE_SLOTS 8

struct actor_line {
	uint32_t tags[LINE_SLOTS], places[LINE_SLOTS];
};

struct actor_table {
	struct actor_line *lines;
	unsigned shift; /* 32 - log2 of the lines */
	uint32_t mask;  /* of a line's number */
	uint32_t count;
	uint64_t seed; /* random: nobody outside can make names collide */
	char **chunks;
	size_t chunk_count, chunk_capacity;
	size_t used; /* units of the last chunk */
};

void actor_table_init(struct actor_table *table);
/* Wipes the names. */
void actor_table_fini(struct actor_table *table);

uint32_t actor_table_tag(const struct actor_table *table, struct text name);
/* NULL if there is none */
struct identity_entry *
actor_table_find(const struct actor_table *table, struct text name, uint32_t tag);
bool actor_table_is_named(const struct identity_entry *entry, struct text name);
/* The name is not there yet, not empty and not longer than ACTOR_NAME_BYTES_MAX; zeroed but for it. */
struct identity_entry *actor_table_add(struct actor_table *table, struct text name, uint32_t tag);
/* Wipes the name; the entry's place stays empty. Whether it was there. */
bool actor_table_remove(struct actor_table *table, struct text name);
/* Empties the spans of all entries; all have a pseudonym by now. */
void actor_table_reset_ranges(struct actor_table *table);
size_t actor_table_bytes(const struct actor_table *table);

static inline struct identity_entry *
actor_table_at(const struct actor_table *table, uint32_t place)
{
	return (struct identity_entry *)(table->chunks[place / CHUNK_UNITS] +
	    (size_t)(place % CHUNK_UNITS) * 8);
}

/* Into the second cache. */
static inline void
actor_table_prefetch_line(const struct actor_table *table, uint32_t tag)
{
	__builtin_prefetch(&table->lines[tag >> table->shift], 0, 2);
}

/* A bit for each slot with that tag, the empty ones too where it is 0. No branches: none could be foretold. */
static inline uint32_t
actor_line_matches(const struct actor_line *line, uint32_t tag)
{
	uint32_t matches = 0, i;

	for (i = 0; i < LINE_SLOTS; i++)
		matches |= (uint32_t)(line->tags[i] == tag) << i;
	return matches;
}

/*
 * The entry of a slot with that tag in the tag's own line, unread: nearly always
 * the name's. NULL if there is none.
 */
static inline struct identity_entry *
actor_table_likely(const struct actor_table *table, uint32_t tag)
{
	const struct actor_line *line = &table->lines[tag >> table->shift];
	uint32_t matches = actor_line_matches(line, tag), place;

	if (!matches)
		return NULL;
	place = line->places[__builtin_ctz(matches)];
	return place ? actor_table_at(table, place) : NULL;
}

#endif
