/* SPDX-License-Identifier: Apache-2.0 */
/* Linear probing over pointers, at most half full. */
#include "registry_entries.h"

#include "base/buffer.h"
#include "base/digest.h"
#include "base/memory.h"
#include "registry_key.h"

#define FIRST_CAPACITY 64

static size_t
place_of(const struct entries *entries, struct schema_key key)
{
	uint64_t words[3] = {key.kind, key.high, key.low};
	size_t mask = entries->capacity - 1;
	size_t at = digest_identity((struct text){(const char *)words, sizeof(words)}) & mask;

	while (entries->slots[at] && !schema_key_equal(entries->slots[at]->schema.key, key))
		at = (at + 1) & mask;
	return at;
}

void
entries_init(struct entries *entries)
{
	*entries = (struct entries){.capacity = FIRST_CAPACITY};
	entries->slots = memory_get_array(FIRST_CAPACITY, sizeof(struct entry *));
}

static void
entry_close(struct entry *entry)
{
	memory_free((void *)entry->schema.text.data);
	memory_free(entry->why);
	memory_free(entry);
}

void
entries_fini(struct entries *entries)
{
	size_t i;

	for (i = 0; i < entries->capacity; i++)
		if (entries->slots[i])
			entry_close(entries->slots[i]);
	memory_free(entries->slots);
	*entries = (struct entries){0};
}

/* Puts all that stay into a new table. */
static void
rebuild(struct entries *entries, size_t capacity, bool drop_idle)
{
	struct entry **old = entries->slots;
	size_t i, count = entries->capacity;

	entries->slots = memory_get_array(capacity, sizeof(struct entry *));
	entries->capacity = capacity;
	entries->count = 0;
	for (i = 0; i < count; i++) {
		if (!old[i])
			continue;
		if (drop_idle && old[i]->answer != REGISTRY_KNOWN && !old[i]->wanted) {
			entry_close(old[i]);
			continue;
		}
		entries->slots[place_of(entries, old[i]->schema.key)] = old[i];
		entries->count++;
	}
	memory_free(old);
}

struct entry *
entries_find(const struct entries *entries, struct schema_key key)
{
	return entries->slots[place_of(entries, key)];
}

struct entry *
entries_add(struct entries *entries, struct schema_key key)
{
	size_t others = entries->count - entries->known;
	struct entry *entry;

	if (others >= ENTRIES_OTHER_MAX && others - entries->waiting < ENTRIES_IDLE_MIN)
		return NULL;
	if (others >= ENTRIES_OTHER_MAX)
		rebuild(entries, entries->capacity, true);
	if ((entries->count + 1) * 2 > entries->capacity)
		rebuild(entries, entries->capacity * 2, false);
	entry = memory_get(sizeof(*entry));
	entry->schema.key = key;
	entry->answer = REGISTRY_WAIT;
	entries->slots[place_of(entries, key)] = entry;
	entries->count++;
	return entry;
}

void
entries_want(struct entries *entries, struct entry *entry)
{
	if (entry->wanted)
		return;
	entry->wanted = true;
	entries->waiting++;
	entry->behind = NULL;
	if (entries->last)
		entries->last->behind = entry;
	else
		entries->first = entry;
	entries->last = entry;
}

struct entry *
entries_next(struct entries *entries)
{
	struct entry *entry = entries->first;

	if (!entry)
		return NULL;
	entries->first = entry->behind;
	if (!entries->first)
		entries->last = NULL;
	return entry;
}

void
entries_done(struct entries *entries, struct entry *entry)
{
	entry->wanted = false;
	entries->waiting--;
}

bool
entries_know(
    struct entries *entries, struct entry *entry, enum schema_type type, struct buffer *text)
{
	if (entries->known == ENTRIES_KNOWN_MAX ||
	    text->size > ENTRIES_BYTES_MAX - entries->bytes) {
		buffer_fini(text);
		return false;
	}
	entry->schema.type = type;
	entry->schema.text.data = memory_text_n((char *)text->data, text->size);
	entry->schema.text.size = text->size;
	entries->known++;
	entries->bytes += text->size;
	buffer_fini(text);
	entries_say(entry, REGISTRY_KNOWN, NULL);
	return true;
}

void
entries_say(struct entry *entry, enum registry_answer answer, const char *why)
{
	memory_free(entry->why);
	entry->why = why ? memory_text(why) : NULL;
	entry->answer = answer;
}
