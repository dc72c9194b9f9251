/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From JSON to the tree. The functions that make types call each other as deep
 * as the JSON is nested, which json_parse() bounds by JSON_DEPTH_MAX.
 */
#include "avro_build.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/memory.h"

static const char *const kind_names[] = {"null", "boolean", "int", "long", "float", "double",
    "bytes", "string", "record", "enum", "fixed", "array", "map", "union"};

const char *
avro_kind_name(enum avro_kind kind)
{
	return kind_names[kind];
}

const char *
avro_shown(struct text word, char out[AVRO_SHOWN_BYTES])
{
	return text_show(word, 48, out, AVRO_SHOWN_BYTES);
}

/* Writes "$.fields[3].type" for a node of the document, walking down to it. */
static void
show_path(const struct json_document *json, uint32_t target, struct buffer *path)
{
	uint32_t at = 0, inside, i;
	char shown[AVRO_SHOWN_BYTES];

	buffer_add_byte(path, '$');
	while (at != target) {
		bool object = json->nodes[at].kind == NODE_OBJECT;

		inside = at + 1;
		for (i = 0; json->nodes[inside + object].next <= target; i++)
			inside = json->nodes[inside + object].next;
		if (object)
			buffer_add_format(path, ".%s", avro_shown(json->nodes[inside].text, shown));
		else
			buffer_add_format(path, "[%u]", i);
		at = inside + object;
	}
}

bool
avro_refuse(struct avro_build *build, uint32_t at, enum error_kind kind, const char *format, ...)
{
	struct buffer path = {0};
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	show_path(build->json, at, &path);
	error_set(build->err, kind, "%.*s: %s", (int)path.size, (char *)path.data, sentence);
	buffer_fini(&path);
	return false;
}

uint32_t
avro_member(const struct avro_build *build, uint32_t object, const char *key)
{
	const struct json_node *value = json_member(build->json, object, text_of(key));

	return value ? (uint32_t)(value - build->json->nodes) : 0;
}

static bool
type_of(struct avro_build *build, uint32_t at, struct text space, const struct avro_node **type);

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

/* The list `key` of a declaration, within a bound; 0 and the error set if it is none. */
static uint32_t
list_of(struct avro_build *build, uint32_t object, const char *key, uint32_t max, const char *of)
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

static bool
field_order_check(struct avro_build *build, uint32_t object)
{
	static const char *const orders[] = {"ascending", "descending", "ignore"};
	uint32_t at = avro_member(build, object, "order"), i;

	if (!at)
		return true;
	for (i = 0; i < ARRAY_COUNT(orders); i++)
		if (build->json->nodes[at].kind == NODE_TEXT &&
		    text_is(build->json->nodes[at].text, orders[i]))
			return true;
	return avro_refuse(
	    build, at, ERROR_MALFORMED, "\"order\" is ascending, descending or ignore");
}

static bool
field_name(struct avro_build *build, uint32_t object, struct avro_field *field)
{
	struct text name;
	uint32_t at;

	if (build->json->nodes[object].kind != NODE_OBJECT)
		return avro_refuse(build, object, ERROR_MALFORMED,
		    "a field is an object with \"name\" and \"type\"");
	at = avro_member(build, object, "name");
	if (!at)
		return avro_refuse(build, object, ERROR_MALFORMED, "a field needs a \"name\"");
	if (!avro_name_simple(build, at, "a field's \"name\"", &name) ||
	    !avro_names_add(build, at, "the field", name))
		return false;
	field->name = arena_text(&build->schema->arena, name);
	return avro_aliases_check(build, object, false) && field_order_check(build, object);
}

static bool
field_type(struct avro_build *build, uint32_t object, struct text space, struct avro_field *field)
{
	uint32_t at = avro_member(build, object, "type"),
		 value = avro_member(build, object, "default");

	if (!at)
		return avro_refuse(build, object, ERROR_MALFORMED, "a field needs a \"type\"");
	if (!type_of(build, at, space, &field->type))
		return false;
	if (!value)
		return true;
	field->has_default = true;
	memory_grow(&build->defaults, &build->default_capacity, build->default_count + 1,
	    sizeof(*build->defaults));
	build->defaults[build->default_count++] = (struct avro_default){field->type, value};
	return true;
}

/* All names first: types inside have lists of names of their own. */
static bool
record_fields(struct avro_build *build, uint32_t list, struct text space, struct avro_node *node)
{
	uint32_t at, i;

	node->count = build->json->nodes[list].count;
	node->fields = arena_get_zero(&build->schema->arena, node->count * sizeof(*node->fields));
	avro_names_begin(build);
	for (i = 0, at = list + 1; i < node->count; i++, at = build->json->nodes[at].next)
		if (!field_name(build, at, &node->fields[i]))
			return false;
	for (i = 0, at = list + 1; i < node->count; i++, at = build->json->nodes[at].next)
		if (!field_type(build, at, space, &node->fields[i]))
			return false;
	return true;
}

static bool
make_record(struct avro_build *build, uint32_t object, struct text space, struct avro_node *node)
{
	struct text inner;
	uint32_t list;

	if (!avro_name_of(build, object, space, &node->name, &inner) ||
	    !avro_name_add(build, object, node))
		return false;
	list = list_of(build, object, "fields", AVRO_FIELDS_MAX, "a record");
	return list && record_fields(build, list, inner, node);
}

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
make_enum(struct avro_build *build, uint32_t object, struct text space, struct avro_node *node)
{
	struct text inner, symbol;
	uint32_t list, at, i;

	if (!avro_name_of(build, object, space, &node->name, &inner) ||
	    !avro_name_add(build, object, node))
		return false;
	list = list_of(build, object, "symbols", AVRO_SYMBOLS_MAX, "an enum");
	if (!list)
		return false;
	node->count = build->json->nodes[list].count;
	if (!node->count)
		return avro_refuse(
		    build, list, ERROR_MALFORMED, "an enum without symbols has no value");
	node->symbols = arena_get(&build->schema->arena, node->count * sizeof(*node->symbols));
	avro_names_begin(build);
	for (i = 0, at = list + 1; i < node->count; i++, at++) {
		if (!avro_name_simple(build, at, "a symbol", &symbol) ||
		    !avro_names_add(build, at, "the symbol", symbol))
			return false;
		node->symbols[i] = arena_text(&build->schema->arena, symbol);
	}
	return enum_default_check(build, object, node);
}

static bool
make_fixed(struct avro_build *build, uint32_t object, struct text space, struct avro_node *node)
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
	return type_of(build, at, space, &node->inside[0]);
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
		if (!type_of(build, at, space, &node->inside[i]) ||
		    !branch_check(build, at, node, i))
			return false;
	return true;
}

/* Decimal digits that a two's complement of so many bytes always holds.
 * Source: Avro 1.11.1 Specification, "Decimal": floor(log10(2^(8n-1) - 1)). */
static int64_t
fixed_digits(uint32_t bytes)
{
	return bytes ? (int64_t)((8.0 * bytes - 1) * 0.30102999566398120) : 0;
}

static bool
decimal_of(const struct avro_build *build, uint32_t object, struct avro_node *node)
{
	uint32_t at = avro_member(build, object, "precision"),
		 scale_at = avro_member(build, object, "scale");
	const struct json_node *precision = &build->json->nodes[at],
			       *scale = &build->json->nodes[scale_at];

	if (!at || precision->kind != NODE_LONG || precision->integer < 1)
		return false;
	if (node->kind == AVRO_KIND_FIXED && precision->integer > fixed_digits(node->size_bytes))
		return false;
	if (!scale_at)
		return true;
	if (scale->kind != NODE_LONG || scale->integer < 0 || scale->integer > precision->integer ||
	    scale->integer > UINT32_MAX)
		return false;
	node->scale = (uint32_t)scale->integer;
	return true;
}

static const struct logical {
	const char *name;
	enum avro_kind kind;
	enum avro_logical logical;
} logicals[] = {
    {"decimal", AVRO_KIND_BYTES, AVRO_LOGICAL_DECIMAL},
    {"decimal", AVRO_KIND_FIXED, AVRO_LOGICAL_DECIMAL},
    {"uuid", AVRO_KIND_STRING, AVRO_LOGICAL_UUID},
    {"uuid", AVRO_KIND_FIXED, AVRO_LOGICAL_UUID},
    {"date", AVRO_KIND_INT, AVRO_LOGICAL_DATE},
    {"time-millis", AVRO_KIND_INT, AVRO_LOGICAL_TIME_MILLIS},
    {"time-micros", AVRO_KIND_LONG, AVRO_LOGICAL_TIME_MICROS},
    {"timestamp-millis", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_MILLIS},
    {"timestamp-micros", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_MICROS},
    {"timestamp-nanos", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_NANOS},
    {"local-timestamp-millis", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_MILLIS},
    {"local-timestamp-micros", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_MICROS},
    {"local-timestamp-nanos", AVRO_KIND_LONG, AVRO_LOGICAL_TIMESTAMP_NANOS},
};

static enum avro_logical
logical_of(const struct avro_build *build, uint32_t object, struct avro_node *node)
{
	uint32_t at = avro_member(build, object, "logicalType"), i;

	if (!at || build->json->nodes[at].kind != NODE_TEXT)
		return AVRO_LOGICAL_NONE;
	for (i = 0; i < ARRAY_COUNT(logicals); i++)
		if (logicals[i].kind == node->kind &&
		    text_is(build->json->nodes[at].text, logicals[i].name))
			break;
	if (i == ARRAY_COUNT(logicals))
		return AVRO_LOGICAL_NONE;
	if (logicals[i].logical == AVRO_LOGICAL_DECIMAL && !decimal_of(build, object, node))
		return AVRO_LOGICAL_NONE;
	if (logicals[i].logical == AVRO_LOGICAL_UUID && node->kind == AVRO_KIND_FIXED &&
	    node->size_bytes != 16)
		return AVRO_LOGICAL_NONE;
	return logicals[i].logical;
}

/* The kind that a word in "type" declares; AVRO_KIND_UNION: none, it names something. */
static enum avro_kind
kind_of(struct text word, bool declaration)
{
	enum avro_kind kind;

	for (kind = AVRO_KIND_NULL; kind < (declaration ? AVRO_KIND_UNION : AVRO_KIND_RECORD);
	     kind++)
		if (text_is(word, kind_names[kind]))
			return kind;
	return declaration && text_is(word, "error") ? AVRO_KIND_RECORD : AVRO_KIND_UNION;
}

static bool
fill(struct avro_build *build, uint32_t at, struct text space, struct avro_node *node)
{
	switch (node->kind) {
	case AVRO_KIND_RECORD:
		return make_record(build, at, space, node);
	case AVRO_KIND_ENUM:
		return make_enum(build, at, space, node);
	case AVRO_KIND_FIXED:
		return make_fixed(build, at, space, node);
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
		node->logical = logical_of(build, at, node);
	*type = node;
	return node_end(build, at, node);
}

static bool
type_of(struct avro_build *build, uint32_t at, struct text space, const struct avro_node **type)
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
			return type_of(build, word, space, type);
	} else if (node->kind != NODE_TEXT) {
		return avro_refuse(
		    build, at, ERROR_MALFORMED, "a type is a name, an object or a list (a union)");
	}
	kind = kind_of(build->json->nodes[word].text, node->kind == NODE_OBJECT);
	if (kind == AVRO_KIND_UNION)
		return named_type(build, word, space, type);
	return make(build, at, kind, space, type);
}

static bool
build_all(struct avro_build *build)
{
	size_t i;

	if (!type_of(build, 0, TEXT(""), &build->schema->root))
		return false;
	for (i = 0; i < build->default_count; i++)
		if (!avro_default_check(build, build->defaults[i].type, build->defaults[i].at))
			return false;
	return true;
}

static bool
build_open(const struct json_document *json, struct avro_schema *schema, struct error *err)
{
	struct avro_build build = {.json = json, .schema = schema, .err = err};
	bool done;

	build.names = symbols_open();
	done = build_all(&build);
	symbols_close(build.names);
	memory_free(build.named);
	memory_free(build.seen);
	memory_free(build.defaults);
	return done;
}

bool
avro_schema_open(struct text text, struct avro_schema **schema, struct error *err)
{
	struct avro_schema *made = memory_get(sizeof(*made));
	struct json_reader *reader = json_reader_open();
	struct json_document json;
	bool done;

	arena_init(&made->arena);
	if (text.size > AVRO_SCHEMA_BYTES_MAX)
		done = error_set(err, ERROR_LIMIT, "a schema of %zu bytes; at most %zu are read",
		    text.size, AVRO_SCHEMA_BYTES_MAX);
	else
		done = json_parse(reader, text, &json, err) && build_open(&json, made, err);
	json_reader_close(reader);
	if (done)
		*schema = made;
	else
		avro_schema_close(made);
	return done;
}

void
avro_schema_close(struct avro_schema *schema)
{
	if (!schema)
		return;
	arena_fini(&schema->arena);
	memory_free(schema->nodes);
	memory_free(schema);
}

const struct avro_node *
avro_schema_root(const struct avro_schema *schema)
{
	return schema->root;
}

uint32_t
avro_schema_count(const struct avro_schema *schema)
{
	return schema->count;
}
