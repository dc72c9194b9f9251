/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A type from its JSON. The functions that make types call each other as deep
 * as the JSON is nested, which json_parse() bounds by JSON_DEPTH_MAX.
 */
#include "avro_build.h"

#include "base/memory.h"

const char *
avro_kind_name(enum avro_kind kind)
{
	static const char *const names[] = {"null", "boolean", "int", "long", "float", "double",
	    "bytes", "string", "record", "enum", "fixed", "array", "map", "union"};

	return names[kind];
}

/* gives: a node still open, NULL with the error set when there are too many */
static struct avro_node *
node_make(struct avro_build *build, uint32_t at, enum avro_kind kind)
{
	struct avro_node *node;

	if (build->made++ >= AVRO_NODES_MAX) {
		avro_refuse(build, at, ERROR_LIMIT, "more than %d types", AVRO_NODES_MAX);
		return NULL;
	}
	node = arena_get_zero(&build->schema->arena, sizeof(*node));
	node->kind = kind;
	node->order = AVRO_ORDER_OPEN;
	return node;
}

/* The node has all that it is made of: it gets its place and its measures. */
static bool
node_end(struct avro_build *build, uint32_t at, struct avro_node *node)
{
	struct avro_schema *schema = build->schema;

	if (!avro_measure(build, at, node))
		return false;
	if (schema->count == schema->capacity)
		memory_grow(
		    &schema->nodes, &schema->capacity, schema->count + 1, sizeof(*schema->nodes));
	node->order = schema->count;
	schema->nodes[schema->count++] = node;
	return true;
}

uint32_t
avro_member(const struct avro_build *build, uint32_t object, const char *key)
{
	const struct json_node *value = json_member(build->json, object, text_of(key));

	return value ? (uint32_t)(value - build->json->nodes) : 0;
}

uint32_t
avro_list_of(
    struct avro_build *build, uint32_t object, const char *key, uint32_t max, const char *of)
{
	uint32_t at = avro_member(build, object, key);

	if (!at) {
		avro_refuse(build, object, ERROR_MALFORMED, "%s needs \"%s\"", of, key);
		return 0;
	}
	if (build->json->nodes[at].kind != NODE_ARRAY) {
		avro_refuse(build, at, ERROR_MALFORMED, "\"%s\" is a list", key);
		return 0;
	}
	if (build->json->nodes[at].count > max) {
		avro_refuse(build, at, ERROR_LIMIT, "%u %s; %s may have %u",
		    build->json->nodes[at].count, key, of, max);
		return 0;
	}
	return at;
}

/* An array's items or a map's values. */
static bool
make_repeated(struct avro_build *build, uint32_t object, struct text space, struct avro_node *node)
{
	const char *key = node->kind == AVRO_KIND_ARRAY ? "items" : "values";
	uint32_t at = avro_member(build, object, key);

	if (!at)
		return avro_refuse(build, object, ERROR_MALFORMED, "%s needs \"%s\"",
		    node->kind == AVRO_KIND_ARRAY ? "an array" : "a map", key);
	node->count = 1;
	node->inside = arena_get(&build->schema->arena, sizeof(*node->inside));
	return avro_type_of(build, at, space, &node->inside[0]);
}

/* Two branches that a writer could not tell apart. */
static bool
branch_check(struct avro_build *build, uint32_t at, const struct avro_node *node, uint32_t i)
{
	const struct avro_node *branch = node->inside[i];
	uint32_t k;

	if (branch->kind == AVRO_KIND_UNION)
		return avro_refuse(
		    build, at, ERROR_MALFORMED, "a union may not directly hold a union");
	for (k = 0; k < i; k++)
		if (node->inside[k] == branch ||
		    (node->inside[k]->kind == branch->kind && !branch->name.data))
			return avro_refuse(build, at, ERROR_MALFORMED, "the union has %s twice",
			    avro_kind_name(branch->kind));
	return true;
}

static bool
make_union(struct avro_build *build, uint32_t list, struct text space, struct avro_node *node)
{
	uint32_t at, i;

	node->count = build->json->nodes[list].count;
	if (node->count > AVRO_BRANCHES_MAX)
		return avro_refuse(build, list, ERROR_LIMIT,
		    "a union of %u branches; at most %d are read", node->count, AVRO_BRANCHES_MAX);
	node->inside = arena_get(&build->schema->arena, node->count * sizeof(*node->inside));
	for (i = 0, at = list + 1; i < node->count; i++, at = build->json->nodes[at].next)
		if (!avro_type_of(build, at, space, &node->inside[i]) ||
		    !branch_check(build, at, node, i))
			return false;
	return true;
}

/* The kind that a word in "type" declares; AVRO_KIND_UNION: none, it names something. */
static enum avro_kind
kind_of(struct text word, bool declaration)
{
	enum avro_kind kind;

	for (kind = AVRO_KIND_NULL; kind < (declaration ? AVRO_KIND_UNION : AVRO_KIND_RECORD);
	     kind++)
		if (text_is(word, avro_kind_name(kind)))
			return kind;
	return declaration && text_is(word, "error") ? AVRO_KIND_RECORD : AVRO_KIND_UNION;
}

static bool
fill(struct avro_build *build, uint32_t at, struct text space, struct avro_node *node)
{
	switch (node->kind) {
	case AVRO_KIND_RECORD:
		return avro_record_make(build, at, space, node);
	case AVRO_KIND_ENUM:
		return avro_enum_make(build, at, space, node);
	case AVRO_KIND_FIXED:
		return avro_fixed_make(build, at, space, node);
	case AVRO_KIND_ARRAY:
	case AVRO_KIND_MAP:
		return make_repeated(build, at, space, node);
	case AVRO_KIND_UNION:
		return make_union(build, at, space, node);
	default:
		return true;
	}
}

static bool
named_type(struct avro_build *build, uint32_t at, struct text space, const struct avro_node **type)
{
	struct text word = build->json->nodes[at].text;
	struct avro_node *node = avro_name_find(build, word, space);
	char shown[AVRO_SHOWN_BYTES];

	if (!node)
		return avro_refuse(build, at, ERROR_MALFORMED,
		    "\"%s\" is neither a type of Avro nor one declared before",
		    avro_shown(word, shown));
	if (node->order == AVRO_ORDER_OPEN)
		node->recursive = true;
	*type = node;
	return true;
}

static bool
make(struct avro_build *build, uint32_t at, enum avro_kind kind, struct text space,
    const struct avro_node **type)
{
	struct avro_node *node = node_make(build, at, kind);

	if (!node || !fill(build, at, space, node))
		return false;
	if (build->json->nodes[at].kind == NODE_OBJECT)
		node->logical = avro_logical_of(build, at, node);
	*type = node;
	return node_end(build, at, node);
}

bool
avro_type_of(
    struct avro_build *build, uint32_t at, struct text space, const struct avro_node **type)
{
	const struct json_node *node = &build->json->nodes[at];
	enum avro_kind kind;
	uint32_t word = at;

	if (node->kind == NODE_ARRAY)
		return make(build, at, AVRO_KIND_UNION, space, type);
	if (node->kind == NODE_OBJECT) {
		word = avro_member(build, at, "type");
		if (!word)
			return avro_refuse(build, at, ERROR_MALFORMED, "a type needs \"type\"");
		if (build->json->nodes[word].kind != NODE_TEXT)
			return avro_type_of(build, word, space, type);
	} else if (node->kind != NODE_TEXT) {
		return avro_refuse(
		    build, at, ERROR_MALFORMED, "a type is a name, an object or a list (a union)");
	}
	kind = kind_of(build->json->nodes[word].text, node->kind == NODE_OBJECT);
	if (kind == AVRO_KIND_UNION)
		return named_type(build, word, space, type);
	return make(build, at, kind, space, type);
}
