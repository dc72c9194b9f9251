/* SPDX-License-Identifier: Apache-2.0 */
/* Names, and the walk over the places of a schema where a type may stand. */
#include "registry_declare.h"

#include "base/avro_schema.h"
#include "base/memory.h"

struct declaration *
merge_declaration(struct merge *merge, struct text full)
{
	uint32_t symbol = symbols_add(merge->names, full);
	size_t old = merge->capacity;

	if (symbol >= old) {
		memory_grow(&merge->items, &merge->capacity, symbol + 1, sizeof(*merge->items));
		memset(merge->items + old, 0, (merge->capacity - old) * sizeof(*merge->items));
	}
	return &merge->items[symbol];
}

bool
merge_enter(struct merge *merge)
{
	if (merge->depth == MERGE_DEPTH_MAX || merge->out->size > AVRO_SCHEMA_BYTES_MAX)
		merge->too_deep = true;
	else
		merge->depth++;
	return !merge->too_deep;
}

uint32_t
merge_member(const struct json_document *json, uint32_t at, const char *key)
{
	const struct json_node *node = json_member(json, at, text_of(key));

	return node ? (uint32_t)(node - json->nodes) : 0;
}

static struct text
text_at(const struct json_document *json, uint32_t at)
{
	return at && json->nodes[at].kind == NODE_TEXT ? json->nodes[at].text : TEXT_NONE;
}

bool
merge_is_one_of(struct text text, const char *const *words)
{
	for (; *words; words++)
		if (text_is(text, *words))
			return true;
	return false;
}

bool
merge_is_named(const struct json_document *json, uint32_t at)
{
	static const char *const kinds[] = {"record", "error", "enum", "fixed", NULL};

	return json->nodes[at].kind == NODE_OBJECT &&
	    merge_is_one_of(text_at(json, merge_member(json, at, "type")), kinds);
}

struct text
merge_space(struct text full)
{
	while (full.size && full.data[full.size - 1] != '.')
		full.size--;
	return full.size ? (struct text){full.data, full.size - 1} : TEXT("");
}

struct text
merge_join(struct merge *merge, struct text space, struct text name)
{
	char *full;

	if (!space.size || memchr(name.data, '.', name.size))
		return name;
	full = arena_get(&merge->arena, space.size + 1 + name.size);
	memcpy(full, space.data, space.size);
	full[space.size] = '.';
	memcpy(full + space.size + 1, name.data, name.size);
	return (struct text){full, space.size + 1 + name.size};
}

/* Source: Apache Avro 1.11.1 Specification, "Names". Absent: the declaration has no name. */
struct text
merge_full_name(
    struct merge *merge, const struct json_document *json, uint32_t at, struct text space)
{
	struct text name = text_at(json, merge_member(json, at, "name"));
	struct text beside = text_at(json, merge_member(json, at, "namespace"));

	return name.size ? merge_join(merge, beside.data ? beside : space, name) : TEXT_NONE;
}

static void
note_items(struct merge *merge, const struct json_document *json, uint32_t at, struct text space)
{
	uint32_t i, item = at + 1;

	for (i = 0; i < json->nodes[at].count; i++, item = json->nodes[item].next)
		merge_note(merge, json, item, space);
}

static void
note_fields(struct merge *merge, const struct json_document *json, uint32_t at, struct text space)
{
	uint32_t i, item = at + 1, type;

	if (!at || json->nodes[at].kind != NODE_ARRAY)
		return;
	for (i = 0; i < json->nodes[at].count; i++, item = json->nodes[item].next) {
		type = merge_member(json, item, "type");
		if (type)
			merge_note(merge, json, type, space);
	}
}

static void
note_object(struct merge *merge, const struct json_document *json, uint32_t at, struct text space)
{
	static const char *const inside[] = {"type", "items", "values"};
	struct declaration *declaration;
	struct text full = TEXT_NONE;
	size_t i;

	if (merge_is_named(json, at))
		full = merge_full_name(merge, json, at, space);
	if (full.data) {
		declaration = merge_declaration(merge, full);
		if (!declaration->json)
			*declaration = (struct declaration){json, at, false};
		note_fields(merge, json, merge_member(json, at, "fields"), merge_space(full));
		return;
	}
	for (i = 0; i < ARRAY_COUNT(inside); i++)
		if (merge_member(json, at, inside[i]))
			merge_note(merge, json, merge_member(json, at, inside[i]), space);
}

void
merge_note(struct merge *merge, const struct json_document *json, uint32_t at, struct text space)
{
	if (!merge_enter(merge))
		return;
	if (json->nodes[at].kind == NODE_ARRAY)
		note_items(merge, json, at, space);
	else if (json->nodes[at].kind == NODE_OBJECT)
		note_object(merge, json, at, space);
	merge->depth--;
}
