/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of avro_schema_open() share while a tree is being built:
 * avro_type.c makes the types, with avro_record.c, avro_named.c (enum, fixed) and
 * avro_logical.c; avro_names.c their names; avro_default.c looks at defaults,
 * avro_measure.c at sizes; avro_refuse.c says what is wrong. Private to them.
 */
#ifndef DYETRACE_BASE_AVRO_BUILD_H
#define DYETRACE_BASE_AVRO_BUILD_H

#include "base/arena.h"
#include "base/avro_schema.h"
#include "base/json.h"
#include "base/symbols.h"

#define AVRO_ORDER_OPEN UINT32_MAX /* a node that is still being filled */

struct avro_schema {
	struct arena arena; /* nodes, lists and names */
	const struct avro_node *root;
	struct avro_node **nodes; /* [order] */
	size_t capacity;
	uint32_t count;
};

/* A default is looked at when all types are known. */
struct avro_default {
	const struct avro_node *type;
	uint32_t at; /* of the value in the document */
};

struct avro_build {
	const struct json_document *json;
	struct avro_schema *schema;
	struct error *err;
	uint32_t made; /* nodes so far */
	uint32_t named_count;
	struct symbols *names;    /* full names of types, and simple names of fields and symbols */
	struct avro_node **named; /* [symbol]: the type of that full name */
	uint32_t *seen;           /* [symbol]: the round that met that simple name last */
	size_t named_capacity, seen_capacity;
	uint32_t round;
	struct avro_default *defaults;
	size_t default_count, default_capacity;
	uint64_t looks; /* at values of defaults */
};

/* Sets the error to "<JSON path of node `at`>: sentence"; returns false. */
bool avro_refuse(struct avro_build *build, uint32_t at, enum error_kind kind, const char *format,
    ...) PRINTF_LIKE(4, 5);
/* The index of a member's value in the document; 0: the object has none. */
uint32_t avro_member(const struct avro_build *build, uint32_t object, const char *key);

#define AVRO_SHOWN_BYTES 80
/* A word from the schema as a message may quote it. Returns out. */
const char *avro_shown(struct text word, char out[AVRO_SHOWN_BYTES]);

/* The type that is declared or named at a node of the document, within a namespace. */
MUST_USE bool avro_type_of(
    struct avro_build *build, uint32_t at, struct text space, const struct avro_node **type);
/* Fill a node that is open from its declaration. */
MUST_USE bool avro_record_make(
    struct avro_build *build, uint32_t object, struct text space, struct avro_node *node);
MUST_USE bool avro_enum_make(
    struct avro_build *build, uint32_t object, struct text space, struct avro_node *node);
MUST_USE bool avro_fixed_make(
    struct avro_build *build, uint32_t object, struct text space, struct avro_node *node);
/* The logical type of a node that is filled; sets its scale. */
enum avro_logical
avro_logical_of(const struct avro_build *build, uint32_t object, struct avro_node *node);
/* The list `key` of a declaration, within a bound; 0 and the error set if it is none. */
uint32_t avro_list_of(
    struct avro_build *build, uint32_t object, const char *key, uint32_t max, const char *of);

/* The name and namespace of the declaration at `object`, within the namespace
 * `space`; both borrowed from the schema's arena. */
MUST_USE bool avro_name_of(struct avro_build *build, uint32_t object, struct text space,
    struct text *full, struct text *inner_space);
/* Makes a full name stand for a type. ERROR_MALFORMED: it already does. */
MUST_USE bool avro_name_add(struct avro_build *build, uint32_t object, struct avro_node *node);
/* NULL if no type of that name was declared before */
struct avro_node *
avro_name_find(const struct avro_build *build, struct text name, struct text space);
/* A field's, symbol's or alias's name: JSON text that is a name; without dots. */
MUST_USE bool
avro_name_simple(struct avro_build *build, uint32_t at, const char *what, struct text *name);
/* Begins a list in which no name may stand twice … */
void avro_names_begin(struct avro_build *build);
/* … and looks at one name of it. */
MUST_USE bool
avro_names_add(struct avro_build *build, uint32_t at, const char *what, struct text name);
/* `aliases`, where there are any. dotted: of a type, not of a field. */
MUST_USE bool avro_aliases_check(struct avro_build *build, uint32_t object, bool dotted);

MUST_USE bool
avro_default_check(struct avro_build *build, const struct avro_node *type, uint32_t at);

/* Fills what a node that is complete says about sizes. */
MUST_USE bool avro_measure(struct avro_build *build, uint32_t at, struct avro_node *node);

#endif
