/* SPDX-License-Identifier: Apache-2.0 */
/* The other types with a name: enum and fixed. */
#include "avro_build.h"

/* The symbol that readers take for one they do not know is one of the list. */
static bool
enum_default_check(struct avro_build *build, uint32_t object, const struct avro_node *node)
{
	uint32_t at = avro_member(build, object, "default"), i;

	for (i = 0; at && i < node->count; i++)
		if (build->json->nodes[at].kind == NODE_TEXT &&
		    text_equal(build->json->nodes[at].text, node->symbols[i]))
			return true;
	return !at ||
	    avro_refuse(build, at, ERROR_MALFORMED, "the default of an enum is one of its symbols");
}

static bool
enum_symbols(struct avro_build *build, uint32_t list, struct avro_node *node)
{
	struct text symbol;
	uint32_t at, i;

	node->symbols = arena_get(&build->schema->arena, node->count * sizeof(*node->symbols));
	avro_names_begin(build);
	for (i = 0, at = list + 1; i < node->count; i++, at++) {
		if (!avro_name_simple(build, at, "a symbol", &symbol) ||
		    !avro_names_add(build, at, "the symbol", symbol))
			return false;
		node->symbols[i] = arena_text(&build->schema->arena, symbol);
	}
	return true;
}

bool
avro_enum_make(struct avro_build *build, uint32_t object, struct text space, struct avro_node *node)
{
	struct text inner;
	uint32_t list;

	if (!avro_name_of(build, object, space, &node->name, &inner) ||
	    !avro_name_add(build, object, node))
		return false;
	list = avro_list_of(build, object, "symbols", AVRO_SYMBOLS_MAX, "an enum");
	if (!list)
		return false;
	node->count = build->json->nodes[list].count;
	if (!node->count)
		return avro_refuse(
		    build, list, ERROR_MALFORMED, "an enum without symbols has no value");
	return enum_symbols(build, list, node) && enum_default_check(build, object, node);
}

bool
avro_fixed_make(
    struct avro_build *build, uint32_t object, struct text space, struct avro_node *node)
{
	const struct json_node *size;
	struct text inner;
	uint32_t at;

	if (!avro_name_of(build, object, space, &node->name, &inner) ||
	    !avro_name_add(build, object, node))
		return false;
	at = avro_member(build, object, "size");
	if (!at)
		return avro_refuse(build, object, ERROR_MALFORMED, "a fixed needs \"size\"");
	size = &build->json->nodes[at];
	if (size->kind != NODE_LONG || size->integer < 0)
		return avro_refuse(
		    build, at, ERROR_MALFORMED, "\"size\" is a whole number of bytes");
	if (size->integer > AVRO_FIXED_BYTES_MAX)
		return avro_refuse(build, at, ERROR_LIMIT,
		    "a fixed of %lld bytes; at most %u are read", (long long)size->integer,
		    AVRO_FIXED_BYTES_MAX);
	node->size_bytes = (uint32_t)size->integer;
	return true;
}
