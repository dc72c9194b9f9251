/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One schema and what it refers to: by Confluent's API in one answer, by
 * Apicurio's own in three (which type, which text, which references).
 */
#include "registry_ask.h"

#include <stdio.h>

#include "base/memory.h"
#include "registry_key.h"
#include "registry_parts.h"

/* Texts of an answer are lost with the next question, so they are copied. */
struct schema_reading {
	enum schema_type type;
	bool none; /* Apicurio's search found nothing */
	struct buffer text;
	struct registry_parts parts;
};

static bool
read_schema(struct asker *asker, void *context, struct error *err)
{
	struct registry_answer_body *body = memory_get(sizeof(*body));
	struct schema_reading *to = context;
	bool good =
	    registry_answer_read(asker->reader, buffer_text(&asker->answer.body), body, err) &&
	    (body->type != SCHEMA_AVRO ||
		registry_parts_add(&to->parts, body->references, body->reference_count, err));

	if (good) {
		to->type = body->type;
		to->text.size = 0;
		buffer_add_text(&to->text, body->text);
	}
	memory_free(body);
	return good;
}

static bool
read_search(struct asker *asker, void *context, struct error *err)
{
	struct schema_reading *to = context;

	return registry_answer_read_search(
	    asker->reader, buffer_text(&asker->answer.body), &to->type, &to->none, err);
}

static bool
read_text(struct asker *asker, void *context, struct error *err)
{
	struct schema_reading *to = context;

	to->text.size = 0;
	buffer_add_text(&to->text, buffer_text(&asker->answer.body));
	return true;
}

static bool
read_references(struct asker *asker, void *context, struct error *err)
{
	struct registry_answer_body *body = memory_get(sizeof(*body));
	struct schema_reading *to = context;
	bool good = registry_answer_read_references(
			asker->reader, buffer_text(&asker->answer.body), body, err) &&
	    registry_parts_add(&to->parts, body->references, body->reference_count, err);

	memory_free(body);
	return good;
}

static enum ask_result
ask_apicurio(struct asker *asker, const char *path, const char *behind,
    bool (*read)(struct asker *asker, void *context, struct error *err), struct schema_reading *to,
    struct error *err)
{
	char whole[2 * SCHEMA_KEY_BYTES];
	struct question question = {.path = whole, .apicurio = true, .read = read, .context = to};

	snprintf(whole, sizeof(whole), "%s%s", path, behind);
	return asker_send(asker, &question, err);
}

/* That there is no such number is said by an empty search; after that a 404 is a trouble. */
static enum ask_result
ask_global(struct asker *asker, struct schema_key key, struct schema_reading *to, struct error *err)
{
	char path[SCHEMA_KEY_BYTES], number[SCHEMA_KEY_BYTES];
	enum ask_result result;

	snprintf(number, sizeof(number), "%llu", (unsigned long long)key.low);
	schema_key_path(key, path);
	result = ask_apicurio(asker, "/search/artifacts?globalId=", number, read_search, to, err);
	if (result == ASK_FOUND && to->none) {
		error_set(err, ERROR_MISSING, "schema registry %s: no such global id",
		    asker->urls.items[asker->first]);
		return ASK_UNKNOWN;
	}
	if (result == ASK_FOUND)
		result = ask_apicurio(asker, path, "", read_text, to, err);
	if (result == ASK_FOUND && to->type == SCHEMA_AVRO)
		result = ask_apicurio(asker, path, "/references", read_references, to, err);
	return result == ASK_UNKNOWN ? ASK_UNUSABLE : result;
}

static enum ask_result
ask_confluent(
    struct asker *asker, struct schema_key key, struct schema_reading *to, struct error *err)
{
	char path[SCHEMA_KEY_BYTES];
	struct question question = {
	    .path = schema_key_path(key, path), .read = read_schema, .context = to};

	return asker_send(asker, &question, err);
}

static enum ask_result
resolve(struct asker *asker, struct schema_reading *from, struct buffer *text, struct error *err)
{
	enum ask_result result;

	if (!from->parts.count) {
		buffer_add_text(text, buffer_text(&from->text));
		return ASK_FOUND;
	}
	result = registry_parts_fetch(asker, &from->parts, err);
	if (result == ASK_FOUND &&
	    !registry_parts_merge(&from->parts, buffer_text(&from->text), text, err))
		result = ASK_UNUSABLE;
	return result;
}

enum ask_result
asker_schema(struct asker *asker, struct schema_key key, enum schema_type *type,
    struct buffer *text, struct error *err)
{
	struct schema_reading *to = memory_get(sizeof(*to));
	enum ask_result result = key.kind == SCHEMA_GLOBAL_ID ? ask_global(asker, key, to, err)
							      : ask_confluent(asker, key, to, err);

	text->size = 0;
	if (result == ASK_FOUND)
		result = resolve(asker, to, text, err);
	*type = to->type;
	registry_parts_fini(&to->parts);
	buffer_fini(&to->text);
	memory_free(to);
	return result;
}
