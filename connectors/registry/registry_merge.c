/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk over the schema that prints it, and goes into a part where a name
 * leads there.
 */
#include "registry_merge.h"

#include "base/avro_schema.h"
#include "base/json_print.h"
#include "base/memory.h"
#include "registry_declare.h"

struct document {
	struct json_reader *reader;
	struct json_document json;
};

/* What is no type is printed as it is. */
static void print_value(struct merge *merge, const struct json_document *json, uint32_t at);

static void
print_items(struct merge *merge, const struct json_document *json, uint32_t at)
{
	bool object = json->nodes[at].kind == NODE_OBJECT;
	uint32_t i, item = at + 1;

	buffer_add_byte(merge->out, object ? '{' : '[');
	for (i = 0; i < json->nodes[at].count; i++) {
		if (i)
			buffer_add_byte(merge->out, ',');
		if (object) {
			json_print_text(json->nodes[item].text, merge->out);
			buffer_add_byte(merge->out, ':');
			item++;
		}
		print_value(merge, json, item);
		item = json->nodes[item].next;
	}
	buffer_add_byte(merge->out, object ? '}' : ']');
}

static void
print_value(struct merge *merge, const struct json_document *json, uint32_t at)
{
	const struct json_node *node = &json->nodes[at];
	static const char *const words[] = {
	    [NODE_NULL] = "null", [NODE_FALSE] = "false", [NODE_TRUE] = "true"};

	switch (node->kind) {
	case NODE_NULL:
	case NODE_FALSE:
	case NODE_TRUE:
		buffer_add_text(merge->out, text_of(words[node->kind]));
		break;
	case NODE_LONG:
		buffer_add_format(merge->out, "%lld", (long long)node->integer);
		break;
	case NODE_DOUBLE:
		json_print_number(node->number, merge->out);
		break;
	case NODE_TEXT:
		json_print_text(node->text, merge->out);
		break;
	case NODE_ARRAY:
	case NODE_OBJECT:
		print_items(merge, json, at);
		break;
	}
}

/* The walk that prints. */
static const char *const nothing[] = {NULL};

static void
print_type(struct merge *merge, const struct json_document *json, uint32_t at, struct text space);

/* A comma before it, unless it is the object's first. */
static void
print_key(struct merge *merge, struct text key)
{
	if (merge->out->data[merge->out->size - 1] != '{')
		buffer_add_byte(merge->out, ',');
	json_print_text(key, merge->out);
	buffer_add_byte(merge->out, ':');
}

/* Of the members those that `types` names hold types; the others are printed as they are. */
static void
print_members(struct merge *merge, const struct json_document *json, uint32_t at, struct text space,
    const char *const *types, const char *const *left_out)
{
	uint32_t i, key = at + 1;

	for (i = 0; i < json->nodes[at].count; i++, key = json->nodes[key + 1].next) {
		if (merge_is_one_of(json->nodes[key].text, left_out))
			continue;
		print_key(merge, json->nodes[key].text);
		if (merge_is_one_of(json->nodes[key].text, types))
			print_type(merge, json, key + 1, space);
		else
			print_value(merge, json, key + 1);
	}
}

static void
print_fields(struct merge *merge, const struct json_document *json, uint32_t at, struct text space)
{
	static const char *const type[] = {"type", NULL};
	uint32_t i, item = at + 1;

	buffer_add_byte(merge->out, '[');
	for (i = 0; i < json->nodes[at].count; i++, item = json->nodes[item].next) {
		if (i)
			buffer_add_byte(merge->out, ',');
		if (json->nodes[item].kind != NODE_OBJECT) {
			print_value(merge, json, item);
			continue;
		}
		buffer_add_byte(merge->out, '{');
		print_members(merge, json, item, space, type, nothing);
		buffer_add_byte(merge->out, '}');
	}
	buffer_add_byte(merge->out, ']');
}

static void
print_declaration(
    struct merge *merge, const struct json_document *json, uint32_t at, struct text full)
{
	static const char *const own[] = {"type", "name", "namespace", "fields", NULL};
	uint32_t fields = merge_member(json, at, "fields");

	buffer_add_byte(merge->out, '{');
	print_key(merge, TEXT("type"));
	print_value(merge, json, merge_member(json, at, "type"));
	print_key(merge, TEXT("name"));
	json_print_text(full, merge->out);
	if (!memchr(full.data, '.', full.size))
		buffer_add_text(merge->out, TEXT(",\"namespace\":\"\""));
	if (fields && json->nodes[fields].kind == NODE_ARRAY) {
		print_key(merge, TEXT("fields"));
		print_fields(merge, json, fields, merge_space(full));
	}
	print_members(merge, json, at, merge_space(full), nothing, own);
	buffer_add_byte(merge->out, '}');
}

/* Declared here, or where a part declares it; the second time its name is enough. */
static void
print_named(struct merge *merge, const struct json_document *json, uint32_t at, struct text full)
{
	struct declaration *declaration = merge_declaration(merge, full);

	if (declaration->printed) {
		json_print_text(full, merge->out);
		return;
	}
	declaration->printed = true;
	print_declaration(merge, json, at, full);
}

static bool
is_primitive(struct text name)
{
	enum avro_kind kind;

	for (kind = AVRO_KIND_NULL; kind <= AVRO_KIND_STRING; kind++)
		if (text_is(name, avro_kind_name(kind)))
			return true;
	return false;
}

/* A name without a dot is of its own namespace, or, if that does not know it, of none. */
static void
print_reference(struct merge *merge, struct text name, struct text space)
{
	struct text full = merge_join(merge, space, name);
	struct declaration *declaration = merge_declaration(merge, full);

	if (!is_primitive(name) && !declaration->printed && !declaration->json) {
		full = name;
		declaration = merge_declaration(merge, full);
	}
	if (is_primitive(name))
		json_print_text(name, merge->out);
	else if (declaration->json)
		print_named(merge, declaration->json, declaration->at, full);
	else
		json_print_text(full, merge->out);
}

static void
print_union(struct merge *merge, const struct json_document *json, uint32_t at, struct text space)
{
	uint32_t i, item = at + 1;

	buffer_add_byte(merge->out, '[');
	for (i = 0; i < json->nodes[at].count; i++, item = json->nodes[item].next) {
		if (i)
			buffer_add_byte(merge->out, ',');
		print_type(merge, json, item, space);
	}
	buffer_add_byte(merge->out, ']');
}

static void
print_object(struct merge *merge, const struct json_document *json, uint32_t at, struct text space)
{
	static const char *const types[] = {"type", "items", "values", NULL};
	struct text full = TEXT_NONE;

	if (merge_is_named(json, at))
		full = merge_full_name(merge, json, at, space);
	if (full.data) {
		print_named(merge, json, at, full);
		return;
	}
	buffer_add_byte(merge->out, '{');
	print_members(merge, json, at, space, types, nothing);
	buffer_add_byte(merge->out, '}');
}

static void
print_type(struct merge *merge, const struct json_document *json, uint32_t at, struct text space)
{
	if (!merge_enter(merge))
		return;
	if (json->nodes[at].kind == NODE_TEXT)
		print_reference(merge, json->nodes[at].text, space);
	else if (json->nodes[at].kind == NODE_ARRAY)
		print_union(merge, json, at, space);
	else if (json->nodes[at].kind == NODE_OBJECT)
		print_object(merge, json, at, space);
	else
		print_value(merge, json, at);
	merge->depth--;
}

static bool
parse_all(struct document *documents, struct text schema, const struct text *parts, size_t count,
    struct error *err)
{
	size_t i;

	for (i = 0; i <= count; i++) {
		documents[i].reader = json_reader_open();
		if (!json_parse(documents[i].reader, i < count ? parts[i] : schema,
			&documents[i].json, err))
			return error_within(
			    err, i < count ? "a schema that it refers to" : "schema");
	}
	return true;
}

bool
registry_merge(struct text schema, const struct text *parts, size_t count, struct buffer *out,
    struct error *err)
{
	struct document *documents = memory_get_array(count + 1, sizeof(*documents));
	struct merge merge = {.names = symbols_open(), .out = out};
	bool good = parse_all(documents, schema, parts, count, err);
	size_t i;

	arena_init(&merge.arena);
	for (i = 0; good && i < count; i++)
		merge_note(&merge, &documents[i].json, 0, TEXT(""));
	if (good)
		print_type(&merge, &documents[count].json, 0, TEXT(""));
	if (good && (merge.too_deep || out->size > AVRO_SCHEMA_BYTES_MAX))
		good = error_set(err, ERROR_LIMIT,
		    "with all that it refers to the schema is too deep or too long");
	for (i = 0; i <= count; i++)
		json_reader_close(documents[i].reader);
	memory_free(documents);
	memory_free(merge.items);
	arena_fini(&merge.arena);
	symbols_close(merge.names);
	return good;
}
