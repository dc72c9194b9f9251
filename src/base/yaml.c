/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml's events into our tree. The safe subset is enforced here, one event
 * at a time, so that nothing that is refused is ever built: memory is bounded
 * by YAML_BYTES_MAX, YAML_NODES_MAX and YAML_DEPTH_MAX.
 */
#include "base/yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/file.h"
#include "yaml_refusal.h"

/* YAML wants a key and its colon within 1,024 characters; escaped, this is within. */
#define KEY_BYTES_MAX 250

/* Children wait in `pending` until their list or map ends and its size is known. */
struct builder {
	const char *file;
	struct error *err;
	struct arena *arena;
	yaml_parser_t parser;
	struct yaml_member *pending;
	size_t pending_count, pending_capacity;
	size_t nodes;
};

static bool
refuse(struct builder *builder, yaml_mark_t at, const char *sentence)
{
	return error_set(builder->err, ERROR_MALFORMED, "%s:%zu:%zu: %s", builder->file,
	    at.line + 1, at.column + 1, sentence);
}

static bool
next_event(struct builder *builder, yaml_event_t *event)
{
	if (yaml_parser_parse(&builder->parser, event))
		return true;
	yaml_refusal(&builder->parser, builder->file, builder->err);
	return false;
}

static char *
terminated(struct arena *arena, const void *data, size_t size)
{
	char *copy = arena_get(arena, size + 1);

	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	return copy;
}

static struct text
scalar_text(struct builder *builder, const yaml_event_t *event)
{
	size_t size = event->data.scalar.length;

	return (struct text){terminated(builder->arena, event->data.scalar.value, size), size};
}

static void
push(struct builder *builder, struct yaml_member member)
{
	memory_grow(&builder->pending, &builder->pending_capacity, builder->pending_count + 1,
	    sizeof(*builder->pending));
	builder->pending[builder->pending_count++] = member;
}

/* What YAML allows and we do not, on the start of any node. */
static bool
check_node(struct builder *builder, const yaml_event_t *event, int depth)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return refuse(builder, event->start_mark,
		    "an alias (*name) is not allowed: write the value again, or put text that "
		    "begins with * in quotes");
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor)
		return refuse(builder, event->start_mark,
		    "an anchor (&name) is not allowed: remove it, or put text that begins with & "
		    "in quotes");
	if (tag)
		return refuse(builder, event->start_mark,
		    "a tag (!name) is not allowed: remove it, or put text that begins with ! in "
		    "quotes");
	if (depth > YAML_DEPTH_MAX)
		return refuse(
		    builder, event->start_mark, "nested deeper than 32 levels: flatten it");
	if (++builder->nodes > YAML_NODES_MAX)
		return refuse(
		    builder, event->start_mark, "more than 200000 values in one file: divide it");
	return true;
}

static bool
build_node(struct builder *builder, yaml_event_t *event, int depth, struct yaml_node **node);

static bool
build_scalar(struct builder *builder, const yaml_event_t *event, struct yaml_node *node)
{
	node->kind = YAML_SCALAR;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = scalar_text(builder, event);
	if (memchr(node->text.data, 0, node->text.size))
		return refuse(builder, event->start_mark,
		    "a NUL character in text is not allowed: remove the \\0");
	return true;
}

static bool
build_list(struct builder *builder, int depth, struct yaml_node *list)
{
	size_t base = builder->pending_count, i;
	yaml_event_t event;

	list->kind = YAML_LIST;
	for (;;) {
		struct yaml_member item = {0};
		bool ends, done;

		if (!next_event(builder, &event))
			return false;
		ends = event.type == YAML_SEQUENCE_END_EVENT;
		done = ends || build_node(builder, &event, depth + 1, &item.value);
		yaml_event_delete(&event);
		if (!done)
			return false;
		if (ends)
			break;
		push(builder, item);
	}
	list->count = builder->pending_count - base;
	list->items = arena_get(builder->arena, list->count * sizeof(struct yaml_node *));
	for (i = 0; i < list->count; i++)
		list->items[i] = builder->pending[base + i].value;
	builder->pending_count = base;
	return true;
}

static bool
build_key(struct builder *builder, const yaml_event_t *event, struct yaml_member *member)
{
	if (event->type != YAML_SCALAR_EVENT && event->type != YAML_ALIAS_EVENT)
		return refuse(builder, event->start_mark,
		    "a list or map as a key is not allowed: a key is text");
	if (!check_node(builder, event, 0))
		return false;
	member->key = scalar_text(builder, event);
	member->line = (uint32_t)event->start_mark.line + 1;
	member->column = (uint32_t)event->start_mark.column + 1;
	if (memchr(member->key.data, 0, member->key.size))
		return refuse(builder, event->start_mark,
		    "a NUL character in a key is not allowed: remove the \\0");
	if (member->key.size > KEY_BYTES_MAX)
		return refuse(
		    builder, event->start_mark, "a key longer than 250 bytes: shorten it");
	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return true;
	if (!member->key.size)
		return refuse(builder, event->start_mark, "a key is missing: write `key: value`");
	if (text_is(member->key, "<<"))
		return refuse(builder, event->start_mark,
		    "a merge key (<<) is not allowed: write the members out");
	return true;
}

struct by_key {
	const struct yaml_member *member;
};

static int
key_order(const void *a, const void *b)
{
	const struct yaml_member *x = ((const struct by_key *)a)->member,
				 *y = ((const struct by_key *)b)->member;
	int order = text_compare(x->key, y->key);

	/* Addresses follow the file's order. */
	return order ? order : (x > y) - (x < y);
}

static bool
check_duplicates(struct builder *builder, const struct yaml_node *map)
{
	struct by_key *sorted = memory_get_array(map->count, sizeof(*sorted));
	const struct yaml_member *again = NULL, *first = NULL;
	char shown[64];
	size_t i;

	for (i = 0; i < map->count; i++)
		sorted[i].member = &map->members[i];
	qsort(sorted, map->count, sizeof(*sorted), key_order);
	for (i = 1; i < map->count; i++)
		if (text_equal(sorted[i - 1].member->key, sorted[i].member->key) &&
		    (!again || sorted[i].member < again)) {
			again = sorted[i].member;
			first = sorted[i - 1].member;
		}
	memory_free(sorted);
	if (!again)
		return true;
	return error_set(builder->err, ERROR_MALFORMED,
	    "%s:%u:%u: `%s` is already set in line %u: keep one of the two", builder->file,
	    again->line, again->column, text_show(again->key, 40, shown, sizeof(shown)),
	    first->line);
}

static bool
build_member(struct builder *builder, int depth, struct yaml_member *member)
{
	yaml_event_t event;
	bool done;

	if (!next_event(builder, &event))
		return false;
	done = build_node(builder, &event, depth + 1, &member->value);
	yaml_event_delete(&event);
	return done;
}

static bool
build_map(struct builder *builder, int depth, struct yaml_node *map)
{
	size_t base = builder->pending_count;
	yaml_event_t event;

	map->kind = YAML_MAP;
	for (;;) {
		struct yaml_member member = {0};
		bool ends, done;

		if (!next_event(builder, &event))
			return false;
		ends = event.type == YAML_MAPPING_END_EVENT;
		done = ends ||
		    (build_key(builder, &event, &member) && build_member(builder, depth, &member));
		yaml_event_delete(&event);
		if (!done)
			return false;
		if (ends)
			break;
		push(builder, member);
	}
	map->count = builder->pending_count - base;
	map->members = arena_get(builder->arena, map->count * sizeof(*map->members));
	if (map->count)
		memcpy(map->members, builder->pending + base, map->count * sizeof(*map->members));
	builder->pending_count = base;
	return check_duplicates(builder, map);
}

static bool
build_node(struct builder *builder, yaml_event_t *event, int depth, struct yaml_node **out)
{
	struct yaml_node *node;

	if (!check_node(builder, event, depth))
		return false;
	node = arena_get_zero(builder->arena, sizeof(*node));
	node->line = (uint32_t)event->start_mark.line + 1;
	node->column = (uint32_t)event->start_mark.column + 1;
	*out = node;
	if (event->type == YAML_SCALAR_EVENT)
		return build_scalar(builder, event, node);
	if (event->type == YAML_SEQUENCE_START_EVENT)
		return build_list(builder, depth, node);
	return build_map(builder, depth, node);
}

/* The events around the one document. */
static bool
build_around(struct builder *builder, yaml_event_t *event, struct yaml_node **root, bool *ended)
{
	switch (event->type) {
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return true;
	case YAML_STREAM_END_EVENT:
		return *ended = true;
	case YAML_DOCUMENT_START_EVENT:
		if (event->data.document_start.version_directive ||
		    event->data.document_start.tag_directives.start !=
			event->data.document_start.tag_directives.end)
			return refuse(builder, event->start_mark,
			    "a directive (%YAML, %TAG) is not allowed: remove the line");
		if (*root)
			return refuse(builder, event->start_mark,
			    "a second document is not allowed: remove what follows `---`, or use "
			    "another file");
		return true;
	default:
		return build_node(builder, event, 0, root);
	}
}

static bool
build(struct builder *builder, struct yaml_node **root)
{
	bool ended = false, done = true;
	yaml_event_t event;

	while (done && !ended) {
		if (!next_event(builder, &event))
			return false;
		done = build_around(builder, &event, root, &ended);
		yaml_event_delete(&event);
	}
	return done;
}

/* An editor's byte order mark is nobody's mistake; it is not counted as a column. */
static struct text
without_mark(struct text bytes)
{
	if (bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
		return (struct text){bytes.data + 3, bytes.size - 3};
	return bytes;
}

bool
yaml_parse(const char *file, struct text bytes, struct yaml_document **out, struct error *err)
{
	struct yaml_document *document;
	struct builder builder = {.file = file, .err = err};
	struct text body = without_mark(bytes);
	bool done;

	if (bytes.size > YAML_BYTES_MAX)
		return error_set(
		    err, ERROR_LIMIT, "%s: longer than %zu bytes: divide it", file, YAML_BYTES_MAX);
	if (!yaml_refuse_bytes(file, body, err))
		return false;
	document = memory_get(sizeof(*document));
	document->file = memory_text(file);
	document->memory = builder.arena = memory_get(sizeof(struct arena));
	arena_init(builder.arena);
	document->source =
	    (struct text){terminated(builder.arena, bytes.data, bytes.size), bytes.size};
	if (!yaml_parser_initialize(&builder.parser))
		abort(); /* refused memory, as memory_get() would */
	yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &builder.parser, (const unsigned char *)(body.data ? body.data : ""), body.size);
	done = build(&builder, &document->root);
	yaml_parser_delete(&builder.parser);
	memory_free(builder.pending);
	if (!done) {
		yaml_close(document);
		return false;
	}
	*out = document;
	return true;
}

bool
yaml_open(const char *path, struct yaml_document **document, struct error *err)
{
	struct buffer bytes = {0};
	bool done = file_read(path, YAML_BYTES_MAX, &bytes, err) &&
	    yaml_parse(path, buffer_text(&bytes), document, err);

	buffer_fini(&bytes);
	return done;
}

void
yaml_close(struct yaml_document *document)
{
	if (!document)
		return;
	arena_fini(document->memory);
	memory_free(document->memory);
	memory_free(document->file);
	memory_free(document);
}

const struct yaml_node *
yaml_find(const struct yaml_node *map, const char *key)
{
	struct text wanted = text_of(key);
	size_t i;

	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (i = 0; i < map->count; i++)
		if (text_equal(map->members[i].key, wanted))
			return map->members[i].value;
	return NULL;
}
