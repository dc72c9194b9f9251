/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas that refer to others, put together: what comes out, and that it can be read. */
#include "registry_merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "base/avro_schema.h"

#define A "{\"type\":\"record\",\"name\":\"A\",\"namespace\":\"x\",\"fields\":[]}"
#define A_FULL "{\"type\":\"record\",\"name\":\"x.A\",\"fields\":[]}"
#define R(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define F(name, type) "{\"name\":\"" name "\",\"type\":" type "}"

struct merge_case {
	const char *schema;
	const char *parts[3];
	const char *expected; /* the text, or the error's sentence */
	const char *refused;  /* how avro_schema_open() refuses it; NULL: it reads it */
};

static const struct merge_case cases[] = {
    /* The first use becomes the declaration, the next ones the full name. */
    {R("x.B", F("a", "\"A\"") "," F("b", "\"x.A\"")), {A},
	R("x.B", F("a", A_FULL) "," F("b", "\"x.A\"")), NULL},
    /* In every place where a type may stand. */
    {R("B", F("a", "[\"null\",\"x.A\"]")), {A},
	"{\"type\":\"record\",\"name\":\"B\",\"namespace\":\"\",\"fields\":[" F(
	    "a", "[\"null\"," A_FULL "]") "]}",
	NULL},
    {"{\"type\":\"array\",\"items\":\"x.A\"}", {A}, "{\"type\":\"array\",\"items\":" A_FULL "}",
	NULL},
    {"{\"type\":\"map\",\"values\":\"x.A\"}", {A}, "{\"type\":\"map\",\"values\":" A_FULL "}",
	NULL},
    {"{\"type\":\"x.A\"}", {A}, "{\"type\":" A_FULL "}", NULL},
    {"\"x.A\"", {A}, A_FULL, NULL},
    /* Through another part, in any order; what a part declares inside counts as well. */
    {"\"y.C\"", {R("y.C", F("a", "\"x.A\"")), A}, R("y.C", F("a", A_FULL)), NULL},
    {"[\"x.A\",\"y.C\"]", {R("y.C", F("a", A_FULL))},
	"[" A_FULL "," R("y.C", F("a", "\"x.A\"")) "]", NULL},
    /* A part without a namespace stays without one inside a namespace. */
    {R("x.B", F("u", "\"U\"")), {"{\"type\":\"fixed\",\"name\":\"U\",\"size\":2}"},
	R("x.B", F("u", "{\"type\":\"fixed\",\"name\":\"U\",\"namespace\":\"\",\"size\":2}")),
	NULL},
    /* The own namespace first, then none. */
    {R("x.B", F("a", "\"A\"")), {R("A", ""), A}, R("x.B", F("a", A_FULL)), NULL},
    /* A recursive one. */
    {"\"x.L\"", {R("x.L", F("next", "[\"null\",\"L\"]"))},
	R("x.L", F("next", "[\"null\",\"x.L\"]")), NULL},
    /* All else is kept: defaults, logical types, enums, escapes, numbers. */
    {R("x.B",
	 F("a",
	     "\"A\"") ",{\"name\":\"d\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
		      "\"precision\":9,\"scale\":2},\"default\":\"\\u0001\"},"
		      "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":"
		      "[\"P\",\"Q\"],\"doc\":\"a\\\"b\"},\"default\":\"P\"},"
		      "{\"name\":\"n\",\"type\":\"double\",\"default\":0.5}"),
	{A},
	R("x.B",
	    F("a",
		A_FULL) ",{\"name\":\"d\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
			"\"precision\":9,\"scale\":2},\"default\":\"\\u0001\"},"
			"{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"x.E\",\"symbols\":"
			"[\"P\",\"Q\"],\"doc\":\"a\\\"b\"},\"default\":\"P\"},"
			"{\"name\":\"n\",\"type\":\"double\",\"default\":0.5}"),
	NULL},
    /* What is no type's place is left alone, whatever it is called. */
    {R("x.B", "{\"name\":\"a\",\"type\":\"A\",\"values\":[\"A\"],\"default\":{\"type\":\"A\"}}"),
	{A},
	R("x.B",
	    "{\"name\":\"a\",\"type\":" A_FULL ",\"values\":[\"A\"],\"default\":{\"type\":\"A\"}}"),
	NULL},
    /* A primitive's name is never another schema's. */
    {"\"string\"", {"{\"type\":\"record\",\"name\":\"string\",\"fields\":[]}"}, "\"string\"", NULL},
    /* A name that nobody declares is left for the lint to say. */
    {"\"x.Z\"", {A}, "\"x.Z\"", "\"x.Z\" is neither a type of Avro nor one declared before"},
    /* What is no schema goes through and is refused there. */
    {"[1,{\"type\":7}]", {A}, "[1,{\"type\":7}]", ""},
    {"{\"type\":\"record\",\"fields\":7}", {A}, "{\"type\":\"record\",\"fields\":7}", ""},
    /* Not JSON. */
    {"\"x.A\"", {"{"},
	"a schema that it refers to: a key in quotes expected, not the end, at byte 2", ""},
};

static void
check_case(const struct merge_case *one)
{
	struct text parts[3];
	struct buffer out = {0};
	struct avro_schema *tree;
	struct error err = {0};
	size_t count = 0;

	for (; count < 3 && one->parts[count]; count++)
		parts[count] = text_of(one->parts[count]);
	if (!registry_merge(text_of(one->schema), parts, count, &out, &err)) {
		assert_string_equal(err.text, one->expected);
		buffer_fini(&out);
		return;
	}
	buffer_add_byte(&out, 0);
	assert_string_equal((char *)out.data, one->expected);
	if (avro_schema_open((struct text){(char *)out.data, out.size - 1}, &tree, &err)) {
		assert_null(one->refused);
		avro_schema_close(tree);
	} else {
		assert_non_null(one->refused);
		assert_non_null(strstr(err.text, one->refused));
	}
	buffer_fini(&out);
}

static void
parts_are_put_where_they_are_used_first(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&cases[i]);
}

/* Each part wraps the one before: deeper than a schema may be. */
static void
depth_has_an_end(void **state)
{
	struct text parts[300];
	struct buffer texts[300] = {{0}}, out = {0};
	struct error err = {0};
	size_t i;

	for (i = 0; i < 300; i++) {
		buffer_add_format(
		    &texts[i], R("x.N%zu", "{\"name\":\"f\",\"type\":\"x.N%zu\"}"), i, i + 1);
		parts[i] = buffer_text(&texts[i]);
	}
	assert_false(registry_merge(TEXT("\"x.N0\""), parts, 300, &out, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	for (i = 0; i < 300; i++)
		buffer_fini(&texts[i]);
	buffer_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_are_put_where_they_are_used_first),
	    cmocka_unit_test(depth_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
