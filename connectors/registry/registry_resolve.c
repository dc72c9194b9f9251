/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One schema and what it refers to. References name a version of a subject;
 * what these refer to is fetched as well, each once, within a number and a size.
 */
#include "registry_ask.h"
#include "registry_key.h"
#include "registry_merge.h"

#include <stdio.h>

#include "base/memory.h"

#define PARTS_BYTES_MAX ((size_t)8 << 20)

/* A version of a subject that was or will be fetched. */
struct part {
	char *subject;
	int64_t version;
	struct buffer text; /* {NULL} before */
};

struct parts {
	struct part items[REGISTRY_REFERENCES_MAX];
	size_t count, bytes;
};

static bool
add_part(struct parts *parts, const struct registry_reference *reference, struct error *err)
{
	size_t i;

	for (i = 0; i < parts->count; i++)
		if (parts->items[i].version == reference->version &&
		    text_is(reference->subject, parts->items[i].subject))
			return true;
	if (parts->count == REGISTRY_REFERENCES_MAX)
		return error_set(err, ERROR_LIMIT, "refers to more than %d other schemas",
		    REGISTRY_REFERENCES_MAX);
	parts->items[parts->count++] =
	    (struct part){memory_text_n(reference->subject.data, reference->subject.size),
		reference->version, {0}};
	return true;
}

static bool
add_parts(struct parts *parts, const struct registry_answer_body *body, struct error *err)
{
	size_t i;

	for (i = 0; i < body->reference_count; i++)
		if (!add_part(parts, &body->references[i], err))
			return false;
	return true;
}

struct part_reading {
	struct parts *parts;
	struct part *part;
};

static bool
read_part(struct asker *asker, void *context, struct error *err)
{
	struct registry_answer_body *body = memory_get(sizeof(*body));
	struct part_reading *to = context;
	bool good =
	    registry_answer_read(asker->reader, buffer_text(&asker->answer.body), body, err) &&
	    add_parts(to->parts, body, err);

	if (good) {
		to->part->text.size = 0;
		buffer_add_text(&to->part->text, body->text);
		to->parts->bytes += body->text.size;
	}
	memory_free(body);
	return good;
}

/* What a schema refers to and the registry does not have is the registry's gap: not an unknown id. */
static enum ask_result
fetch_part(struct asker *asker, struct parts *parts, struct part *part, struct error *err)
{
	struct part_reading to = {parts, part};
	struct question question = {.read = read_part, .context = &to};
	struct buffer path = {0};
	enum ask_result result;

	buffer_add_text(&path, TEXT("/subjects/"));
	registry_url_segment(text_of(part->subject), &path);
	buffer_add_format(&path, "/versions/%lld", (long long)part->version);
	buffer_add_byte(&path, 0);
	question.path = (char *)path.data;
	result = asker_send(asker, &question, err);
	buffer_fini(&path);
	if (result == ASK_FOUND && parts->bytes > PARTS_BYTES_MAX) {
		error_set(err, ERROR_LIMIT, "all that it refers to is more than %zu bytes",
		    PARTS_BYTES_MAX);
		return ASK_UNUSABLE;
	}
	return result == ASK_UNKNOWN ? ASK_UNUSABLE : result;
}

static enum ask_result
fetch_parts(struct asker *asker, struct parts *parts, struct error *err)
{
	enum ask_result result = ASK_FOUND;
	char shown[80];
	size_t i;

	for (i = 0; i < parts->count && result == ASK_FOUND; i++) {
		result = fetch_part(asker, parts, &parts->items[i], err);
		if (result != ASK_FOUND)
			error_within(err, "it refers to %s version %lld",
			    text_show(text_of(parts->items[i].subject), 60, shown, sizeof(shown)),
			    (long long)parts->items[i].version);
	}
	return result;
}

static bool
merge(const struct parts *parts, struct text text, struct buffer *out, struct error *err)
{
	struct text texts[REGISTRY_REFERENCES_MAX];
	size_t i;

	for (i = 0; i < parts->count; i++)
		texts[i] = buffer_text(&parts->items[i].text);
	return registry_merge(text, texts, parts->count, out, err);
}

/* What was answered first. Its texts are lost with the next question, so they are copied. */
struct schema_reading {
	enum schema_type type;
	struct buffer text;
	struct parts *parts;
};

static bool
read_schema(struct asker *asker, void *context, struct error *err)
{
	struct registry_answer_body *body = memory_get(sizeof(*body));
	struct schema_reading *to = context;
	bool good =
	    registry_answer_read(asker->reader, buffer_text(&asker->answer.body), body, err) &&
	    (body->type != SCHEMA_AVRO || add_parts(to->parts, body, err));

	if (good) {
		to->type = body->type;
		to->text.size = 0;
		buffer_add_text(&to->text, body->text);
	}
	memory_free(body);
	return good;
}

static enum ask_result
resolve(
    struct asker *asker, const struct schema_reading *from, struct buffer *text, struct error *err)
{
	enum ask_result result;

	if (!from->parts->count) {
		buffer_add_text(text, buffer_text(&from->text));
		return ASK_FOUND;
	}
	result = fetch_parts(asker, from->parts, err);
	if (result == ASK_FOUND && !merge(from->parts, buffer_text(&from->text), text, err))
		result = ASK_UNUSABLE;
	return result;
}

static void
parts_close(struct parts *parts)
{
	size_t i;

	for (i = 0; i < parts->count; i++) {
		memory_free(parts->items[i].subject);
		buffer_fini(&parts->items[i].text);
	}
	memory_free(parts);
}

enum ask_result
asker_schema(struct asker *asker, struct schema_key key, enum schema_type *type,
    struct buffer *text, struct error *err)
{
	struct schema_reading to = {.parts = memory_get(sizeof(*to.parts))};
	char path[SCHEMA_KEY_BYTES];
	struct question question = {.path = schema_key_path(key, path),
	    .apicurio = key.kind == SCHEMA_GLOBAL_ID,
	    .read = read_schema,
	    .context = &to};
	enum ask_result result = asker_send(asker, &question, err);

	text->size = 0;
	if (result == ASK_FOUND)
		result = resolve(asker, &to, text, err);
	*type = to.type;
	parts_close(to.parts);
	buffer_fini(&to.text);
	return result;
}
