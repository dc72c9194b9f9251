/* SPDX-License-Identifier: Apache-2.0 */
/* A short list: files of one source rarely differ in their headers. */
#include "schemas.h"

#include "base/digest.h"
#include "base/memory.h"

/* The delimiter is part of what tells one from another. */
static uint64_t
identity_of(struct text text, char delimiter)
{
	return digest_identity(text) ^ (uint64_t)(unsigned char)delimiter << 56;
}

const struct message_schema *
schemas_add(struct schemas *schemas, enum message_format format, struct text text, char delimiter)
{
	uint64_t id = identity_of(text, delimiter);
	struct message_schema *schema;
	size_t i;

	for (i = 0; i < schemas->count; i++) {
		schema = schemas->items[i];
		if (schema->id == id && schema->format == format &&
		    schema->delimiter == delimiter && text_equal(schema->text, text))
			return schema;
	}
	schema = memory_get(sizeof(*schema));
	*schema = (struct message_schema){.id = id, .format = format, .delimiter = delimiter};
	schema->text = (struct text){memory_text_n(text.data, text.size), text.size};
	memory_grow(&schemas->items, &schemas->capacity, schemas->count + 1,
	    sizeof(struct message_schema *));
	schemas->items[schemas->count++] = schema;
	return schema;
}

void
schemas_fini(struct schemas *schemas)
{
	size_t i;

	for (i = 0; i < schemas->count; i++) {
		memory_free((void *)schemas->items[i]->text.data);
		memory_free(schemas->items[i]);
	}
	memory_free(schemas->items);
	*schemas = (struct schemas){0};
}
