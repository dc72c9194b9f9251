/* SPDX-License-Identifier: Apache-2.0 */
#include "registry_parts.h"

#include "base/memory.h"
#include "registry_merge.h"

static bool
add_part(
    struct registry_parts *parts, const struct registry_reference *reference, struct error *err)
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

bool
registry_parts_add(struct registry_parts *parts, const struct registry_reference *references,
    size_t count, struct error *err)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!add_part(parts, &references[i], err))
			return false;
	return true;
}

struct part_reading {
	struct registry_parts *parts;
	struct part *part;
};

static bool
read_part(struct asker *asker, void *context, struct error *err)
{
	struct registry_answer_body *body = memory_get(sizeof(*body));
	struct part_reading *to = context;
	bool good =
	    registry_answer_read(asker->reader, buffer_text(&asker->answer.body), body, err) &&
	    registry_parts_add(to->parts, body->references, body->reference_count, err);

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
fetch_part(struct asker *asker, struct registry_parts *parts, struct part *part, struct error *err)
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

enum ask_result
registry_parts_fetch(struct asker *asker, struct registry_parts *parts, struct error *err)
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

bool
registry_parts_merge(
    const struct registry_parts *parts, struct text text, struct buffer *out, struct error *err)
{
	struct text texts[REGISTRY_REFERENCES_MAX];
	size_t i;

	for (i = 0; i < parts->count; i++)
		texts[i] = buffer_text(&parts->items[i].text);
	return registry_merge(text, texts, parts->count, out, err);
}

void
registry_parts_fini(struct registry_parts *parts)
{
	size_t i;

	for (i = 0; i < parts->count; i++) {
		memory_free(parts->items[i].subject);
		buffer_fini(&parts->items[i].text);
	}
	*parts = (struct registry_parts){0};
}
