/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a note `partition-released`: {"source":"…","partition":"…","incarnation":1}. */
#include "base/json.h"
#include "inside.h"

static struct text
text_member(const struct json_document *document, struct text key)
{
	const struct json_node *value = json_member(document, 0, key);

	return value && value->kind == NODE_TEXT ? value->text : TEXT_NONE;
}

static uint32_t
incarnation_of(const struct json_document *document)
{
	const struct json_node *value = json_member(document, 0, TEXT("incarnation"));

	return value && value->kind == NODE_LONG && value->integer >= 1 &&
		value->integer <= UINT32_MAX
	    ? (uint32_t)value->integer
	    : 0;
}

bool
released_parse(struct text body, struct arena *arena, struct text *source, struct text *partition,
    uint32_t *incarnation, struct error *err)
{
	struct json_reader *reader = json_reader_open();
	struct json_document document;
	bool good = json_parse_into(reader, body, arena, &document, err);

	if (good) {
		*source = arena_text(arena, text_member(&document, TEXT("source")));
		*partition = arena_text(arena, text_member(&document, TEXT("partition")));
		*incarnation = incarnation_of(&document);
		if (!source->data || !partition->data || !*incarnation)
			good = error_set(err, ERROR_MALFORMED, "a note of no partition");
	}
	json_reader_close(reader);
	return good;
}
