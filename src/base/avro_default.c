/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the default of a field is a value of its type. The functions call
 * each other as deep as the JSON is nested, which json_parse() bounds.
 * Source: Apache Avro 1.11.1 Specification, "Complex Types", table of field
 * default values.
 */
#include "avro_build.h"

/* Whether the value at `at` fits; says where and why not only if `speak`. */
static bool fits(struct avro_build *build, const struct avro_node *type, uint32_t at, bool speak);

/* Unions of records within each other could be tried in ever more ways. */
#define LOOKS_MAX 10000000

static bool
no(struct avro_build *build, const struct avro_node *type, uint32_t at, bool speak)
{
	if (speak && build->looks > LOOKS_MAX)
		avro_refuse(build, at, ERROR_LIMIT,
		    "too many ways in which the default might fit its unions");
	else if (speak)
		avro_refuse(build, at, ERROR_MALFORMED,
		    "the default is no value of the field's type, %s", avro_kind_name(type->kind));
	return false;
}

/* Bytes are written as text whose characters U+0000 to U+00FF are the bytes;
 * gives their number, -1 if it is no such text. */
static int64_t
bytes_of(const struct json_node *value)
{
	const unsigned char *p = (const unsigned char *)value->text.data;
	int64_t count = 0;
	size_t i;

	if (value->kind != NODE_TEXT)
		return -1;
	for (i = 0; i < value->text.size; i++, count++) {
		if (p[i] < 0x80)
			continue;
		if (p[i] > 0xc3)
			return -1;
		i++;
	}
	return count;
}

static bool
fits_record(struct avro_build *build, const struct avro_node *type, uint32_t at, bool speak)
{
	uint32_t i;

	if (build->json->nodes[at].kind != NODE_OBJECT)
		return no(build, type, at, speak);
	for (i = 0; i < type->count; i++) {
		const struct avro_field *field = &type->fields[i];
		const struct json_node *value = json_member(build->json, at, field->name);
		char shown[AVRO_SHOWN_BYTES];

		build->looks += build->json->nodes[at].count;
		if (!value && !field->has_default) {
			if (speak)
				avro_refuse(build, at, ERROR_MALFORMED,
				    "the default lacks the field \"%s\"",
				    avro_shown(field->name, shown));
			return false;
		}
		if (value &&
		    !fits(build, field->type, (uint32_t)(value - build->json->nodes), speak))
			return false;
	}
	return true;
}

static bool
fits_repeated(struct avro_build *build, const struct avro_node *type, uint32_t at, bool speak)
{
	bool map = type->kind == AVRO_KIND_MAP;
	uint32_t inside = at + 1 + map, i;

	if (build->json->nodes[at].kind != (map ? NODE_OBJECT : NODE_ARRAY))
		return no(build, type, at, speak);
	for (i = 0; i < build->json->nodes[at].count; i++) {
		if (!fits(build, type->inside[0], inside, speak))
			return false;
		inside = build->json->nodes[inside].next + map;
	}
	return true;
}

static bool
fits_enum(struct avro_build *build, const struct avro_node *type, uint32_t at)
{
	const struct json_node *value = &build->json->nodes[at];
	uint32_t i;

	for (i = 0; value->kind == NODE_TEXT && i < type->count; i++)
		if (text_equal(type->symbols[i], value->text))
			return true;
	return false;
}

static bool
fits_union(struct avro_build *build, const struct avro_node *type, uint32_t at)
{
	uint32_t i;

	for (i = 0; i < type->count && build->looks <= LOOKS_MAX; i++)
		if (fits(build, type->inside[i], at, false))
			return true;
	return false;
}

/* One value, or a union of which it may be any. */
static bool
fits_single(struct avro_build *build, const struct avro_node *type, uint32_t at)
{
	const struct json_node *value = &build->json->nodes[at];
	bool whole = value->kind == NODE_LONG;

	switch (type->kind) {
	case AVRO_KIND_NULL:
		return value->kind == NODE_NULL;
	case AVRO_KIND_BOOLEAN:
		return value->kind == NODE_TRUE || value->kind == NODE_FALSE;
	case AVRO_KIND_INT:
		return whole && value->integer >= INT32_MIN && value->integer <= INT32_MAX;
	case AVRO_KIND_LONG:
		return whole;
	case AVRO_KIND_FLOAT:
	case AVRO_KIND_DOUBLE:
		return whole || value->kind == NODE_DOUBLE;
	case AVRO_KIND_STRING:
		return value->kind == NODE_TEXT;
	case AVRO_KIND_BYTES:
		return bytes_of(value) >= 0;
	case AVRO_KIND_FIXED:
		return bytes_of(value) == (int64_t)type->size_bytes;
	case AVRO_KIND_ENUM:
		return fits_enum(build, type, at);
	default:
		return fits_union(build, type, at);
	}
}

static bool
fits(struct avro_build *build, const struct avro_node *type, uint32_t at, bool speak)
{
	if (build->looks++ > LOOKS_MAX)
		return no(build, type, at, speak);
	if (type->kind == AVRO_KIND_RECORD)
		return fits_record(build, type, at, speak);
	if (type->kind == AVRO_KIND_ARRAY || type->kind == AVRO_KIND_MAP)
		return fits_repeated(build, type, at, speak);
	return fits_single(build, type, at) || no(build, type, at, speak);
}

bool
avro_default_check(struct avro_build *build, const struct avro_node *type, uint32_t at)
{
	return fits(build, type, at, true);
}
