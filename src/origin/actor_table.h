/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The actors met since the start, by name. Private to origin.
 *
 * Slots {tag, place} of 8 bytes, probed linearly, in the order of the tag's
 * upper bits, at most 3/4 full; the entries stand one behind another in chunks
 * of 2 MB, across no more lines of the cache than they must, and never move. A place counts 8-byte units from the first chunk's
 * start; place 0 is an empty slot. Growing walks old and new slots in step and
 * gives the old ones back on the way, so that it needs no second table.
 *
 * Looking up many names at once hides the memory's latency: prefetch all
 * slots, then all entries, then find.
 */
#ifndef DYETRACE_ORIGIN_ACTOR_TABLE_H
#define DYETRACE_ORIGIN_ACTOR_TABLE_H

#include <stddef.h>

#include "origin/identity.h"

#define CHUNK_BYTES ((size_t)2 << 20)
#define CHUNK_UNITS (CHUNK_BYTES / 8)

struct actor_slot {
	uint32_t tag, place;
};

struct actor_table {
	struct actor_slot *slots;
	unsigned shift; /* 32 - log2 of the slots */
	uint32_t mask;
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
/* The name is not there yet, not empty and not longer than ACTOR_NAME_BYTES_MAX; zeroed but for it. */
struct identity_entry *actor_table_add(struct actor_table *table, struct text name, uint32_t tag);
/* Wipes the name; the entry's place stays empty. Whether it was there. */
bool actor_table_remove(struct actor_table *table, struct text name);
/* Empties the spans of all entries. */
void actor_table_reset_ranges(struct actor_table *table);
size_t actor_table_bytes(const struct actor_table *table);

static inline struct identity_entry *
actor_table_at(const struct actor_table *table, uint32_t place)
{
	return (struct identity_entry *)(table->chunks[place / CHUNK_UNITS] +
	    (size_t)(place % CHUNK_UNITS) * 8);
}

static inline void
actor_table_prefetch_slot(const struct actor_table *table, uint32_t tag)
{
	__builtin_prefetch(&table->slots[tag >> table->shift]);
}

/* name_size: how much of the entry will be read */
static inline void
actor_table_prefetch_entry(const struct actor_table *table, uint32_t tag, size_t name_size)
{
	uint32_t at = tag >> table->shift;
	char *entry;

	for (; table->slots[at].place; at = (at + 1) & table->mask) {
		if (table->slots[at].tag != tag)
			continue;
		entry = (char *)actor_table_at(table, table->slots[at].place);
		__builtin_prefetch(entry);
		if (offsetof(struct identity_entry, name) + name_size > 64)
			__builtin_prefetch(entry + 64);
		return;
	}
}

#endif
