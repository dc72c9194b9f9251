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
read_type(const struct json_document *document, enum schema_type *type, struct error *err)
{
	const struct json_node *node = member(document, 0, "schemaType");
	char shown[64];

	*type = SCHEMA_AVRO;
	if (!node || node->kind == NODE_NULL)
		return true;
	if (node->kind != NODE_TEXT)
		return error_set(err, ERROR_MALFORMED, "schemaType is not a text");
	return schema_type_find(node->text, type) ||
	    error_set(err, ERROR_MALFORMED, "schemaType \"%s\" is none of AVRO, JSON, PROTOBUF",
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

static bool
read_references(
    const struct json_document *document, struct registry_answer_body *answer, struct error *err)
{
	const struct json_node *list = member(document, 0, "references");
	uint32_t at, i;

	answer->reference_count = 0;
	if (!list || list->kind == NODE_NULL)
		return true;
	if (list->kind != NODE_ARRAY)
		return error_set(err, ERROR_MALFORMED, "references is not a list");
	if (list->count > REGISTRY_REFERENCES_MAX)
		return error_set(
		    err, ERROR_MALFORMED, "more than %d references", REGISTRY_REFERENCES_MAX);
	at = (uint32_t)(list - document->nodes) + 1;
	for (i = 0; i < list->count; i++, at = document->nodes[at].next)
		if (!read_reference(document, at, &answer->references[i], err))
			return false;
	answer->reference_count = list->count;
	return true;
}

bool
registry_answer_read(struct json_reader *reader, struct text bytes,
    struct registry_answer_body *answer, struct error *err)
{
	const struct json_node *schema;
	struct json_document document;

	if (!parse_object(reader, bytes, &document, err))
		return false;
	schema = member(&document, 0, "schema");
	if (!schema || schema->kind != NODE_TEXT)
		return error_set(err, ERROR_MALFORMED, "JSON without a text \"schema\"");
	answer->text = schema->text;
	return read_type(&document, &answer->type, err) && read_references(&document, answer, err);
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
