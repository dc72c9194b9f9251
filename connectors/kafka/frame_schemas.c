/* SPDX-License-Identifier: Apache-2.0 */
/* Linear probing over pointers, at most half full. Bounded by what the registry's client keeps. */
#include "frame_schemas.h"

#include <stdio.h>

#include "base/avro_schema.h"
#include "base/digest.h"
#include "base/memory.h"

#define FIRST_CAPACITY 64

void
frame_schemas_init(struct frame_schemas *schemas)
{
	*schemas = (struct frame_schemas){.capacity = FIRST_CAPACITY};
	schemas->slots = memory_get_array(FIRST_CAPACITY, sizeof(struct frame_entry *));
}

void
frame_schemas_fini(struct frame_schemas *schemas)
{
	size_t i;

	for (i = 0; i < schemas->capacity; i++) {
		if (!schemas->slots[i])
			continue;
		memory_free(schemas->slots[i]->why);
		memory_free(schemas->slots[i]);
	}
	for (i = 0; i < schemas->item_count; i++)
		memory_free(schemas->items[i]);
	memory_free(schemas->items);
	memory_free(schemas->slots);
	*schemas = (struct frame_schemas){0};
}

/* Numbers are handed out one after another: a multiplication spreads them well enough. */
static size_t
place_of(const struct frame_schemas *schemas, struct schema_key key)
{
	uint64_t mix = (key.low ^ key.high * 31 ^ (uint64_t)key.kind << 61) * 0x9e3779b97f4a7c15u;
	size_t mask = schemas->capacity - 1, at = (size_t)(mix >> 32) & mask;
	const struct frame_entry *entry;

	while ((entry = schemas->slots[at]) != NULL &&
	    (entry->key.low != key.low || entry->key.high != key.high ||
		entry->key.kind != key.kind))
		at = (at + 1) & mask;
	return at;
}

const struct frame_entry *
frame_schemas_find(const struct frame_schemas *schemas, struct schema_key key)
{
	return schemas->slots[place_of(schemas, key)];
}

static void
grow(struct frame_schemas *schemas)
{
	struct frame_entry **old = schemas->slots;
	size_t i, capacity = schemas->capacity;

	schemas->capacity = capacity * 2;
	schemas->slots = memory_get_array(schemas->capacity, sizeof(struct frame_entry *));
	for (i = 0; i < capacity; i++)
		if (old[i])
			schemas->slots[place_of(schemas, old[i]->key)] = old[i];
	memory_free(old);
}

const struct message_schema *
frame_schemas_text(struct frame_schemas *schemas, struct text text)
{
	uint64_t id = digest_identity(text);
	struct message_schema *schema;
	size_t i;

	for (i = 0; i < schemas->item_count; i++)
		if (schemas->items[i]->id == id && text_equal(schemas->items[i]->text, text))
			return schemas->items[i];
	schema = memory_get(sizeof(*schema));
	*schema = (struct message_schema){.id = id, .format = FORMAT_AVRO, .text = text};
	memory_grow(&schemas->items, &schemas->item_capacity, schemas->item_count + 1,
	    sizeof(struct message_schema *));
	schemas->items[schemas->item_count++] = schema;
	return schema;
}

static char *
refusal(struct schema_key key, const char *why)
{
	char name[SCHEMA_KEY_BYTES];
	struct buffer text = {0};

	buffer_add_format(&text, "%s %s", schema_key_text(key, name), why);
	buffer_add_byte(&text, 0);
	return (char *)text.data;
}

static void
look_at_avro(struct frame_schemas *schemas, struct frame_entry *entry, struct text text)
{
	struct avro_schema *tree;
	struct error err = {0};

	if (avro_schema_open(text, &tree, &err)) {
		avro_schema_close(tree);
		entry->schema = frame_schemas_text(schemas, text);
	} else {
		error_within(&err, "cannot be read");
		entry->why = refusal(entry->key, err.text);
	}
}

const struct frame_entry *
frame_schemas_add(struct frame_schemas *schemas, const struct registry_schema *schema)
{
	struct frame_entry *entry = memory_get(sizeof(*entry));

	*entry = (struct frame_entry){.key = schema->key, .type = schema->type};
	if (schema->type == SCHEMA_AVRO)
		look_at_avro(schemas, entry, schema->text);
	else if (schema->type == SCHEMA_PROTOBUF)
		entry->why =
		    refusal(entry->key, "is Protobuf, which is not read: only Avro and JSON are");
	if (++schemas->count * 2 > schemas->capacity)
		grow(schemas);
	schemas->slots[place_of(schemas, entry->key)] = entry;
	return entry;
}
