/* SPDX-License-Identifier: Apache-2.0 */
/* Records and their fields. */
#include "avro_build.h"

#include "base/memory.h"

static bool
field_order_check(struct avro_build *build, uint32_t object)
{
	static const char *const orders[] = {"ascending", "descending", "ignore"};
	uint32_t at = avro_member(build, object, "order"), i;

	if (!at)
		return true;
	for (i = 0; i < ARRAY_COUNT(orders); i++)
		if (build->json->nodes[at].kind == NODE_TEXT &&
		    text_is(build->json->nodes[at].text, orders[i]))
			return true;
	return avro_refuse(
	    build, at, ERROR_MALFORMED, "\"order\" is ascending, descending or ignore");
}

static bool
field_name(struct avro_build *build, uint32_t object, struct avro_field *field)
{
	struct text name;
	uint32_t at;

	if (build->json->nodes[object].kind != NODE_OBJECT)
		return avro_refuse(build, object, ERROR_MALFORMED,
		    "a field is an object with \"name\" and \"type\"");
	at = avro_member(build, object, "name");
	if (!at)
		return avro_refuse(build, object, ERROR_MALFORMED, "a field needs a \"name\"");
	if (!avro_name_simple(build, at, "a field's \"name\"", &name) ||
	    !avro_names_add(build, at, "the field", name))
		return false;
	field->name = arena_text(&build->schema->arena, name);
	return avro_aliases_check(build, object, false) && field_order_check(build, object);
}

static bool
field_type(struct avro_build *build, uint32_t object, struct text space, struct avro_field *field)
{
	uint32_t at = avro_member(build, object, "type"),
		 value = avro_member(build, object, "default");

	if (!at)
		return avro_refuse(build, object, ERROR_MALFORMED, "a field needs a \"type\"");
	if (!avro_type_of(build, at, space, &field->type))
		return false;
	if (!value)
		return true;
	field->has_default = true;
	memory_grow(&build->defaults, &build->default_capacity, build->default_count + 1,
	    sizeof(*build->defaults));
	build->defaults[build->default_count++] = (struct avro_default){field->type, value};
	return true;
}

/* All names first: types inside have lists of names of their own. */
static bool
record_fields(struct avro_build *build, uint32_t list, struct text space, struct avro_node *node)
{
	uint32_t at, i;

	node->count = build->json->nodes[list].count;
	node->fields = arena_get_zero(&build->schema->arena, node->count * sizeof(*node->fields));
	avro_names_begin(build);
	for (i = 0, at = list + 1; i < node->count; i++, at = build->json->nodes[at].next)
		if (!field_name(build, at, &node->fields[i]))
			return false;
	for (i = 0, at = list + 1; i < node->count; i++, at = build->json->nodes[at].next)
		if (!field_type(build, at, space, &node->fields[i]))
			return false;
	return true;
}

bool
avro_record_make(
    struct avro_build *build, uint32_t object, struct text space, struct avro_node *node)
{
	struct text inner;
	uint32_t list;

	if (!avro_name_of(build, object, space, &node->name, &inner) ||
	    !avro_name_add(build, object, node))
		return false;
	list = avro_list_of(build, object, "fields", AVRO_FIELDS_MAX, "a record");
	return list && record_fields(build, list, inner, node);
}
