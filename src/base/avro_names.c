/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names in a schema. A full name is namespace.name; a name without a dot takes
 * the namespace said beside it, else the one of the declaration around it.
 * Source: Apache Avro 1.11.1 Specification, "Names".
 */
#include "avro_build.h"

#include "base/memory.h"

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_name(struct text name, bool dotted)
{
	bool first = true;
	size_t i;

	for (i = 0; i < name.size; i++) {
		char c = name.data[i];

		if (c == '.' && dotted && !first) {
			first = true;
			continue;
		}
		if (!is_letter(c) && (first || c < '0' || c > '9'))
			return false;
		first = false;
	}
	return !first;
}

static bool
check(struct avro_build *build, uint32_t at, const char *what, bool dotted, struct text *name)
{
	const struct json_node *node = &build->json->nodes[at];
	char shown[AVRO_SHOWN_BYTES];

	if (node->kind != NODE_TEXT)
		return avro_refuse(build, at, ERROR_MALFORMED, "%s must be a name in quotes", what);
	if (node->text.size > AVRO_NAME_BYTES_MAX)
		return avro_refuse(build, at, ERROR_LIMIT,
		    "a name of %zu bytes; at most %d are read", node->text.size,
		    AVRO_NAME_BYTES_MAX);
	if (!is_name(node->text, dotted))
		return avro_refuse(build, at, ERROR_MALFORMED,
		    "\"%s\" is no name: letters, digits and _ only, no digit first",
		    avro_shown(node->text, shown));
	*name = node->text;
	return true;
}

bool
avro_name_simple(struct avro_build *build, uint32_t at, const char *what, struct text *name)
{
	return check(build, at, what, false, name);
}

static struct text
space_of(struct text full)
{
	size_t i;

	for (i = full.size; i > 0; i--)
		if (full.data[i - 1] == '.')
			return (struct text){full.data, i - 1};
	return TEXT("");
}

/* The namespace said beside a name without dots: "" is none; null is not said. */
static bool
space_beside(struct avro_build *build, uint32_t object, struct text *space)
{
	uint32_t at = avro_member(build, object, "namespace");

	if (!at || build->json->nodes[at].kind == NODE_NULL)
		return true;
	if (build->json->nodes[at].kind == NODE_TEXT && !build->json->nodes[at].text.size) {
		*space = TEXT("");
		return true;
	}
	return check(build, at, "a namespace", true, space);
}

static struct text
join(struct arena *arena, struct text space, struct text name)
{
	char *full;

	if (!space.size)
		return arena_text(arena, name);
	full = arena_get(arena, space.size + 1 + name.size);
	memcpy(full, space.data, space.size);
	full[space.size] = '.';
	memcpy(full + space.size + 1, name.data, name.size);
	return (struct text){full, space.size + 1 + name.size};
}

bool
avro_name_of(struct avro_build *build, uint32_t object, struct text space, struct text *full,
    struct text *inner_space)
{
	uint32_t at = avro_member(build, object, "name");
	struct text name;

	if (!at)
		return avro_refuse(
		    build, object, ERROR_MALFORMED, "a record, enum or fixed needs a \"name\"");
	if (!check(build, at, "\"name\"", true, &name))
		return false;
	if (memchr(name.data, '.', name.size))
		space = TEXT("");
	else if (!space_beside(build, object, &space))
		return false;
	if (space.size + 1 + name.size > AVRO_NAME_BYTES_MAX)
		return avro_refuse(build, at, ERROR_LIMIT,
		    "with its namespace the name is longer than %d bytes", AVRO_NAME_BYTES_MAX);
	*full = join(&build->schema->arena, space, name);
	*inner_space = space_of(*full);
	return avro_aliases_check(build, object, true);
}

static bool
is_primitive_name(struct text name)
{
	enum avro_kind kind;

	for (kind = AVRO_KIND_NULL; kind <= AVRO_KIND_STRING; kind++)
		if (text_is(name, avro_kind_name(kind)))
			return true;
	return false;
}

bool
avro_name_add(struct avro_build *build, uint32_t object, struct avro_node *node)
{
	uint32_t at = avro_member(build, object, "name"), symbol;
	struct text space = space_of(node->name);
	size_t behind = space.size ? space.size + 1 : 0, old = build->named_capacity;
	char shown[AVRO_SHOWN_BYTES];

	if (is_primitive_name((struct text){node->name.data + behind, node->name.size - behind}))
		return avro_refuse(build, at, ERROR_MALFORMED,
		    "\"%s\" is a primitive type: choose another name",
		    avro_shown(node->name, shown));
	if (++build->named_count > AVRO_NAMED_MAX)
		return avro_refuse(
		    build, at, ERROR_LIMIT, "more than %d named types", AVRO_NAMED_MAX);
	symbol = symbols_add(build->names, node->name);
	if (symbol >= old) {
		memory_grow(
		    &build->named, &build->named_capacity, symbol + 1, sizeof(*build->named));
		memset(
		    build->named + old, 0, (build->named_capacity - old) * sizeof(*build->named));
	}
	if (build->named[symbol])
		return avro_refuse(build, at, ERROR_MALFORMED, "\"%s\" is declared twice",
		    avro_shown(node->name, shown));
	build->named[symbol] = node;
	return true;
}

static struct avro_node *
find_full(const struct avro_build *build, struct text space, struct text name)
{
	char full[AVRO_NAME_BYTES_MAX + 1];
	uint32_t symbol;

	if (space.size + 1 + name.size > sizeof(full))
		return NULL;
	if (space.size) {
		memcpy(full, space.data, space.size);
		full[space.size] = '.';
		memcpy(full + space.size + 1, name.data, name.size);
		name = (struct text){full, space.size + 1 + name.size};
	}
	symbol = symbols_find(build->names, name);
	return symbol && symbol < build->named_capacity ? build->named[symbol] : NULL;
}

struct avro_node *
avro_name_find(const struct avro_build *build, struct text name, struct text space)
{
	struct avro_node *node = NULL;

	if (name.size && !memchr(name.data, '.', name.size))
		node = find_full(build, space, name);
	return node ? node : find_full(build, TEXT(""), name);
}

void
avro_names_begin(struct avro_build *build)
{
	build->round++;
}

bool
avro_names_add(struct avro_build *build, uint32_t at, const char *what, struct text name)
{
	uint32_t symbol = symbols_add(build->names, name);
	size_t old = build->seen_capacity;
	char shown[AVRO_SHOWN_BYTES];

	if (symbol >= old) {
		memory_grow(&build->seen, &build->seen_capacity, symbol + 1, sizeof(*build->seen));
		memset(build->seen + old, 0, (build->seen_capacity - old) * sizeof(*build->seen));
	}
	if (build->seen[symbol] == build->round)
		return avro_refuse(build, at, ERROR_MALFORMED, "%s \"%s\" stands twice", what,
		    avro_shown(name, shown));
	build->seen[symbol] = build->round;
	return true;
}

bool
avro_aliases_check(struct avro_build *build, uint32_t object, bool dotted)
{
	uint32_t at = avro_member(build, object, "aliases"), item, i;
	struct text name;

	if (!at)
		return true;
	if (build->json->nodes[at].kind != NODE_ARRAY)
		return avro_refuse(build, at, ERROR_MALFORMED, "\"aliases\" is a list of names");
	for (i = 0, item = at + 1; i < build->json->nodes[at].count; i++) {
		if (!check(build, item, "an alias", dotted, &name))
			return false;
		item = build->json->nodes[item].next;
	}
	return true;
}
