/* SPDX-License-Identifier: Apache-2.0 */
#include "registry_answer.h"

#include "registry_key.h"

static bool
parse_object(struct json_reader *reader, struct text bytes, struct json_document *document,
    struct error *err)
{
	if (!json_parse(reader, bytes, document, err))
		return error_within(err, "not the JSON of a registry");
	if (document->nodes[0].kind != NODE_OBJECT)
		return error_set(err, ERROR_MALFORMED, "JSON, but not an object");
	return true;
}

static const struct json_node *
member(const struct json_document *document, uint32_t at, const char *key)
{
	return json_member(document, at, text_of(key));
}

static bool
read_type(const struct json_node *node, const char *key, enum schema_type *type, struct error *err)
{
	char shown[64];

	if (node->kind != NODE_TEXT)
		return error_set(err, ERROR_MALFORMED, "%s is not a text", key);
	return schema_type_find(node->text, type) ||
	    error_set(err, ERROR_MALFORMED, "%s \"%s\" is none of AVRO, JSON, PROTOBUF", key,
		text_show(node->text, 20, shown, sizeof(shown)));
}

static bool
read_reference(const struct json_document *document, uint32_t at,
    struct registry_reference *reference, struct error *err)
{
	const struct json_node *subject = member(document, at, "subject");
	const struct json_node *version = member(document, at, "version");

	if (!subject || subject->kind != NODE_TEXT || !subject->text.size)
		return error_set(err, ERROR_MALFORMED, "a reference without a subject");
	if (!version || version->kind != NODE_LONG || version->integer < 1)
		return error_set(err, ERROR_MALFORMED, "a reference without a version");
	*reference = (struct registry_reference){subject->text, version->integer};
	return true;
}

/* One of Apicurio's own, where a version is a text. */
static bool
read_own_reference(const struct json_document *document, uint32_t at,
    struct registry_reference *reference, struct error *err)
{
	const struct json_node *subject = member(document, at, "artifactId");
	const struct json_node *version = member(document, at, "version");
	const struct json_node *group = member(document, at, "groupId");
	struct json_node number = {0};

	if (group && group->kind != NODE_NULL)
		return error_set(err, ERROR_MALFORMED,
		    "a reference into a group, which Confluent's API does not show");
	if (!subject || subject->kind != NODE_TEXT || !subject->text.size)
		return error_set(err, ERROR_MALFORMED, "a reference without an artifactId");
	if (!version || version->kind != NODE_TEXT || !json_number_of(version->text, &number) ||
	    number.kind != NODE_LONG || number.integer < 1)
		return error_set(err, ERROR_MALFORMED, "a reference without a version");
	*reference = (struct registry_reference){subject->text, number.integer};
	return true;
}

static bool
read_list(const struct json_document *document, const struct json_node *list,
    bool (*read)(const struct json_document *document, uint32_t at,
	struct registry_reference *reference, struct error *err),
    struct registry_answer_body *answer, struct error *err)
{
	uint32_t at = (uint32_t)(list - document->nodes) + 1, i;

	if (list->kind != NODE_ARRAY)
		return error_set(err, ERROR_MALFORMED, "references is not a list");
	if (list->count > REGISTRY_REFERENCES_MAX)
		return error_set(
		    err, ERROR_MALFORMED, "more than %d references", REGISTRY_REFERENCES_MAX);
	for (i = 0; i < list->count; i++, at = document->nodes[at].next)
		if (!read(document, at, &answer->references[i], err))
			return false;
	answer->reference_count = list->count;
	return true;
}

bool
registry_answer_read(struct json_reader *reader, struct text bytes,
    struct registry_answer_body *answer, struct error *err)
{
	const struct json_node *schema, *type, *list;
	struct json_document document;

	if (!parse_object(reader, bytes, &document, err))
		return false;
	schema = member(&document, 0, "schema");
	if (!schema || schema->kind != NODE_TEXT)
		return error_set(err, ERROR_MALFORMED, "JSON without a text \"schema\"");
	type = member(&document, 0, "schemaType");
	list = member(&document, 0, "references");
	answer->text = schema->text;
	answer->type = SCHEMA_AVRO;
	answer->reference_count = 0;
	if (type && type->kind != NODE_NULL && !read_type(type, "schemaType", &answer->type, err))
		return false;
	return !list || list->kind == NODE_NULL ||
	    read_list(&document, list, read_reference, answer, err);
}

bool
registry_answer_read_references(struct json_reader *reader, struct text bytes,
    struct registry_answer_body *answer, struct error *err)
{
	struct json_document document;

	if (!json_parse(reader, bytes, &document, err))
		return error_within(err, "not the JSON of a registry");
	answer->reference_count = 0;
	return read_list(&document, &document.nodes[0], read_own_reference, answer, err);
}

bool
registry_answer_read_search(struct json_reader *reader, struct text bytes, enum schema_type *type,
    bool *none, struct error *err)
{
	const struct json_node *list, *kind;
	struct json_document document;

	if (!parse_object(reader, bytes, &document, err))
		return false;
	list = member(&document, 0, "artifacts");
	if (!list || list->kind != NODE_ARRAY)
		return error_set(err, ERROR_MALFORMED, "JSON without a list \"artifacts\"");
	*none = list->count == 0;
	if (*none)
		return true;
	kind = member(&document, (uint32_t)(list - document.nodes) + 1, "type");
	if (!kind)
		return error_set(err, ERROR_MALFORMED, "an artifact without a type");
	return read_type(kind, "type", type, err);
}

bool
registry_answer_read_id(
    struct json_reader *reader, struct text bytes, uint32_t *id, struct error *err)
{
	const struct json_node *node;
	struct json_document document;

	if (!parse_object(reader, bytes, &document, err))
		return false;
	node = member(&document, 0, "id");
	if (!node || node->kind != NODE_LONG || node->integer < 0 || node->integer > INT32_MAX)
		return error_set(err, ERROR_MALFORMED, "JSON without a number \"id\"");
	*id = (uint32_t)node->integer;
	return true;
}

void
registry_refusal_read(
    struct json_reader *reader, struct text bytes, struct registry_refusal *refusal)
{
	const struct json_node *code, *message;
	struct json_document document;

	*refusal = (struct registry_refusal){0};
	if (!parse_object(reader, bytes, &document, NULL))
		return;
	code = member(&document, 0, "error_code");
	message = member(&document, 0, "message");
	if (code && code->kind == NODE_LONG)
		refusal->code = code->integer;
	if (message && message->kind == NODE_TEXT)
		text_show(message->text, 150, refusal->message, sizeof(refusal->message));
}
