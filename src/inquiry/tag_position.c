/* SPDX-License-Identifier: Apache-2.0 */
#include "tag_position.h"

#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"

/* Kafka Connect's (KIP-298) and Kafka Streams' (KIP-1034). */
static const char *const engines[][3] = {
    {"__connect.errors.topic", "__connect.errors.partition", "__connect.errors.offset"},
    {"__streams.errors.topic", "__streams.errors.partition", "__streams.errors.offset"},
};

/* A schema's number before a JSON value, as serializers with a registry write it. */
#define FRAMING_BYTES 5

const char *
tag_way_name(enum tag_way way)
{
	static const char *const names[TAG_WAYS] = {"headers", "fields", "key"};

	return names[way];
}

static struct text
joined(const struct text parts[3], char out[TAG_POSITION_BYTES])
{
	int size;

	if (!parts[0].size || !parts[1].size || !parts[2].size)
		return TEXT_NONE;
	if (parts[0].size + parts[1].size + parts[2].size + 3 > TAG_POSITION_BYTES)
		return TEXT_NONE;
	size = snprintf(out, TAG_POSITION_BYTES, "%.*s/%.*s/%.*s", TEXT_PRINT(parts[0]),
	    TEXT_PRINT(parts[1]), TEXT_PRINT(parts[2]));
	return (struct text){out, (size_t)size};
}

static struct text
header(const struct message *message, const char *name)
{
	size_t i;

	for (i = message->header_count; i-- > 0;)
		if (text_is(message->headers[i].name, name))
			return message->headers[i].value;
	return TEXT_NONE;
}

static struct text
by_headers(const struct message *message, char out[TAG_POSITION_BYTES])
{
	struct text found = TEXT_NONE;
	size_t i, k;

	for (i = 0; i < ARRAY_COUNT(engines) && !found.data; i++) {
		struct text parts[3];

		for (k = 0; k < 3; k++)
			parts[k] = header(message, engines[i][k]);
		found = joined(parts, out);
	}
	return found;
}

/* The member of that whole name, else along the dots. */
static const struct json_node *
member(const struct json_document *document, struct text path)
{
	const struct json_node *node = json_member(document, 0, path);
	const char *dot;
	uint32_t at = 0;

	while (!node && (dot = path.size ? memchr(path.data, '.', path.size) : NULL)) {
		struct text first = {path.data, (size_t)(dot - path.data)};

		node = json_member(document, at, first);
		if (!node)
			return NULL;
		at = (uint32_t)(node - document->nodes);
		path = (struct text){dot + 1, path.size - first.size - 1};
		node = json_member(document, at, path);
	}
	return node;
}

static struct text
node_text(const struct json_node *node, char number[24])
{
	if (node && node->kind == NODE_TEXT)
		return node->text;
	if (!node || node->kind != NODE_LONG || node->integer < 0)
		return TEXT_NONE;
	snprintf(number, 24, "%lld", (long long)node->integer);
	return text_of(number);
}

static struct text
by_fields(const struct message *message, const struct tag_fields *fields,
    struct json_reader *reader, char out[TAG_POSITION_BYTES])
{
	struct text body = message->payload, parts[3] = {TEXT_NONE};
	struct json_document document;
	char numbers[3][24];
	struct error err;
	size_t i;

	if (!fields->count || !body.size)
		return TEXT_NONE;
	if (body.size > FRAMING_BYTES && body.data[0] == '\0')
		body = (struct text){body.data + FRAMING_BYTES, body.size - FRAMING_BYTES};
	if (!json_parse(reader, body, &document, &err))
		return TEXT_NONE;
	for (i = 0; i < fields->count; i++)
		parts[i] = node_text(member(&document, fields->paths[i]), numbers[i]);
	if (fields->count == 3)
		return joined(parts, out);
	if (!parts[0].size || parts[0].size >= TAG_POSITION_BYTES)
		return TEXT_NONE;
	memcpy(out, parts[0].data, parts[0].size);
	return (struct text){out, parts[0].size};
}

struct text
tag_position(const struct message *message, enum tag_way way, const struct tag_fields *fields,
    struct json_reader *reader, char out[TAG_POSITION_BYTES])
{
	switch (way) {
	case TAG_BY_HEADERS:
		return by_headers(message, out);
	case TAG_BY_FIELDS:
		return by_fields(message, fields, reader, out);
	case TAG_BY_KEY:
		return message->key.size < TAG_POSITION_BYTES ? message->key : TEXT_NONE;
	case TAG_WAYS:
		break;
	}
	return TEXT_NONE;
}
