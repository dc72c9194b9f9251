/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that were made to break readers: each is refused with what is wrong
 * and where, whether the value is wanted or passed over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>

#include "avro_case.h"

#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define RECORD(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define ONE(type) RECORD("r", FIELD("a", type))
#define TWO(type) RECORD("r", FIELD("a", type) "," FIELD("z", "\"int\""))
#define ENUM "{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"X\",\"Y\"]}"
#define ARRAY(items) "{\"type\":\"array\",\"items\":" items "}"
#define MAP(values) "{\"type\":\"map\",\"values\":" values "}"
#define CHANGES                                                                                    \
	ARRAY(RECORD("c", FIELD("field", "\"string\"") "," FIELD("new", "[\"null\",\"string\"]")))
#define TREE RECORD("t", FIELD("v", "\"int\"") "," FIELD("inside", ARRAY("\"t\"")))
#define LIST RECORD("l", FIELD("v", "\"int\"") "," FIELD("next", "[\"null\",\"l\"]"))

#define BAD(rest) "avro-malformed: " rest
#define LENGTH "a length that is negative or more than what is left"
#define OVERLONG "an integer of more than 64 bits"
#define COUNT "more items than the bytes left can hold"
#define CUT "the bytes end inside a value"
#define BLOCK "items that do not fill the bytes which their block says"

/* Before so many bytes that a value can be read at once. */
#define BEFORE(type)                                                                               \
	RECORD("r",                                                                                \
	    FIELD("a", type) "," FIELD("z", "{\"type\":\"fixed\",\"name\":\"f\",\"size\":70}"))
#define SEVENTY "'1234567890123456789012345678901234567890123456789012345678901234567890'"
#define SCALAR "[\"null\",\"int\",\"long\",\"double\",\"string\"]"

static const struct avro_case cases[] = {
    /* Unions. */
    {BEFORE(SCALAR), "a", "0a" SEVENTY,
	BAD("field a: a number that is no branch of the union (byte 1 of 71)")},
    {BEFORE(SCALAR), "a", "01" SEVENTY,
	BAD("field a: a number that is no branch of the union (byte 1 of 71)")},
    {BEFORE(SCALAR), "a", "02 8080808010" SEVENTY,
	BAD("field a: an int of more than 32 bits (byte 2 of 76)")},
    {BEFORE(SCALAR), "a", "02 8180808010" SEVENTY,
	BAD("field a: an int of more than 32 bits (byte 2 of 76)")},
    {BEFORE(SCALAR), "a", "04 ffffffffffffffffff02" SEVENTY,
	BAD("field a: " OVERLONG " (byte 2 of 81)")},
    {BEFORE(SCALAR), "a", "08 01" SEVENTY, BAD("field a: " LENGTH " (byte 2 of 72)")},
    {BEFORE(SCALAR), "a", "08 feffffffffffff7f" SEVENTY, BAD("field a: " LENGTH " (byte 2 of 79)")},
    {BEFORE(SCALAR), "a", "08 ffffffffffffffffff01" SEVENTY,
	BAD("field a: " LENGTH " (byte 2 of 81)")},
    {BEFORE(SCALAR), "a", "08 8e01" SEVENTY, BAD("field a: " LENGTH " (byte 2 of 73)")},
    {BEFORE(SCALAR), "a", "08 06'a' ff 'b'" SEVENTY,
	"not-utf8: field a: bytes that are not UTF-8 (byte 2 of 75)"},
    {BEFORE(SCALAR), "a", "08 06'a' 00 'b'" SEVENTY,
	"nul-in-text: field a: a NUL in text (byte 2 of 75)"},
    {BEFORE(SCALAR), "a", "08 20'123456789012345' 80" SEVENTY,
	"not-utf8: field a: bytes that are not UTF-8 (byte 2 of 88)"},
    {BEFORE("[\"null\",\"string\"]"), "", "04" SEVENTY,
	BAD("field a: a number that is no branch of the union (byte 1 of 71)")},
    {BEFORE("[\"null\",\"string\"]"), "", "03" SEVENTY,
	BAD("field a: a number that is no branch of the union (byte 1 of 71)")},
    {BEFORE("[\"null\",\"string\"]"), "", "02 01" SEVENTY,
	BAD("field a: " LENGTH " (byte 1 of 72)")},
    {BEFORE("[\"null\",\"string\"]"), "", "02 8e01" SEVENTY,
	BAD("field a: " LENGTH " (byte 1 of 73)")},
    {BEFORE("[\"null\",\"string\"]"), "", "02 06'abc'" SEVENTY "'x'",
	BAD("bytes behind the value (byte 76 of 76)")},
    /* Integers: too long, too large, not ended. */
    {ONE("\"long\""), "a", "80808080808080808080 01", BAD("field a: " OVERLONG " (byte 1 of 11)")},
    {ONE("\"long\""), "a", "ffffffffffffffffff02", BAD("field a: " OVERLONG " (byte 1 of 10)")},
    {ONE("\"long\""), "a", "ffffffffffffffffff7f", BAD("field a: " OVERLONG " (byte 1 of 10)")},
    {ONE("\"long\""), "a", "ffffffffffffffffffffffffffffffffffffffff",
	BAD("field a: " OVERLONG " (byte 1 of 20)")},
    {ONE("\"long\""), "", "80808080808080808080 01", BAD("field a: " OVERLONG " (byte 1 of 11)")},
    {ONE("\"long\""), "a", "ffffffff", BAD("field a: " CUT " (byte 1 of 4)")},
    {ONE("\"int\""), "a", "8080808010", BAD("field a: an int of more than 32 bits (byte 1 of 5)")},
    {ONE("\"int\""), "a", "8180808010", BAD("field a: an int of more than 32 bits (byte 1 of 5)")},
    {ONE("\"int\""), "", "8080808010", BAD("field a: an int of more than 32 bits (byte 1 of 5)")},
    {ONE("\"int\""), "a", "ffffffffffffffffff01",
	BAD("field a: an int of more than 32 bits (byte 1 of 10)")},
    {TWO("\"long\""), "", "02 ffffffff", BAD("field z: " CUT " (byte 2 of 5)")},
    /* Booleans. */
    {ONE("\"boolean\""), "a", "02",
	BAD("field a: a boolean that is neither 0 nor 1 (byte 1 of 1)")},
    {ONE("\"boolean\""), "a", "ff",
	BAD("field a: a boolean that is neither 0 nor 1 (byte 1 of 1)")},
    {ONE("\"boolean\""), "", "02", BAD("field a: a boolean that is neither 0 nor 1 (byte 1 of 1)")},
    /* Lengths: negative, huge, one too many. */
    {ONE("\"string\""), "a", "01", BAD("field a: " LENGTH " (byte 1 of 1)")},
    {ONE("\"string\""), "", "01", BAD("field a: " LENGTH " (byte 1 of 1)")},
    {ONE("\"string\""), "a", "ffffffffffffffffff01 'x'", BAD("field a: " LENGTH " (byte 1 of 11)")},
    {ONE("\"string\""), "a", "feffffffffffffffff01 'x'", BAD("field a: " LENGTH " (byte 1 of 11)")},
    {ONE("\"bytes\""), "a", "06'ab'", BAD("field a: " LENGTH " (byte 1 of 3)")},
    {RECORD("r", FIELD("a", "\"string\"") "," FIELD("b", "\"string\"") "," FIELD("c", "\"bytes\"")),
	"", "02'x' 02'y' feffffff0f", BAD("field c: " LENGTH " (byte 5 of 9)")},
    {ONE("{\"type\":\"fixed\",\"name\":\"f\",\"size\":16777216}"), "a", "'x'",
	BAD("field a: " CUT " (byte 1 of 1)")},
    {ONE("\"double\""), "a", "00000000000000", BAD("field a: " CUT " (byte 1 of 7)")},
    /* Text. */
    {ONE("\"string\""), "a", "02 ff", "not-utf8: field a: bytes that are not UTF-8 (byte 1 of 2)"},
    {ONE("\"string\""), "a", "14'12345678' c320",
	"not-utf8: field a: bytes that are not UTF-8 (byte 1 of 11)"},
    {ONE("\"string\""), "a", "06 eda080",
	"not-utf8: field a: bytes that are not UTF-8 (byte 1 of 4)"},
    {ONE("\"bytes\""), "a", "02 80", "not-utf8: field a: bytes that are not UTF-8 (byte 1 of 2)"},
    {ONE("\"string\""), "a", "06'a' 00 'b'", "nul-in-text: field a: a NUL in text (byte 1 of 4)"},
    {ONE("\"string\""), "a", "12'12345678' 00",
	"nul-in-text: field a: a NUL in text (byte 1 of 10)"},
    {ONE("\"string\""), "a", "14 00'123456789'",
	"nul-in-text: field a: a NUL in text (byte 1 of 11)"},
    /* Numbers of branches and symbols. */
    {ONE("[\"null\",\"int\"]"), "a", "04",
	BAD("field a: a number that is no branch of the union (byte 1 of 1)")},
    {ONE("[\"null\",\"int\"]"), "a", "01",
	BAD("field a: a number that is no branch of the union (byte 1 of 1)")},
    {ONE("[\"null\",\"int\"]"), "", "04",
	BAD("field a: a number that is no branch of the union (byte 1 of 1)")},
    {ONE("[\"null\",\"int\",\"string\"]"), "a", "06",
	BAD("field a: a number that is no branch of the union (byte 1 of 1)")},
    {ONE("[\"null\",\"int\",\"string\"]"), "", "ffffffffffffffffff01",
	BAD("field a: a number that is no branch of the union (byte 1 of 10)")},
    {ONE("[]"), "a", "00", BAD("field a: a number that is no branch of the union (byte 1 of 1)")},
    {"[]", "", "00", BAD("a number that is no branch of the union (byte 1 of 1)")},
    {ONE(ENUM), "a", "04", BAD("field a: a number that is no symbol of the enum (byte 1 of 1)")},
    {ONE(ENUM), "a", "01", BAD("field a: a number that is no symbol of the enum (byte 1 of 1)")},
    {ONE(ENUM), "", "feffffffffffffffff01",
	BAD("field a: a number that is no symbol of the enum (byte 1 of 10)")},
    /* Counts: more than there can be, at once. */
    {ONE(ARRAY("\"int\"")), "", "feffffffffffffffff01 02",
	BAD("field a: " COUNT " (byte 1 of 11)")},
    {ONE(ARRAY("\"double\"")), "", "04 0000000000000000 00",
	BAD("field a: " COUNT " (byte 1 of 10)")},
    {ONE(ARRAY("\"int\"")), "", "ffffffffffffffffff01 02 00",
	BAD("field a: " COUNT " (byte 1 of 12)")}, /* -2^63 */
    {ONE(ARRAY("\"int\"")), "", "03 02 02 00",
	BAD("field a: " COUNT " (byte 1 of 4)")}, /* 2 items in 1 byte */
    {ONE(ARRAY("\"int\"")), "", "03 08 02 04 00", BAD("field a: " LENGTH " (byte 1 of 5)")},
    {ONE(ARRAY("\"int\"")), "", "03 01 02 04 00", BAD("field a: " LENGTH " (byte 1 of 5)")},
    {ONE(ARRAY("\"null\"")), "", "8080808080808080 20 00",
	BAD("field a: too many items that take no bytes (byte 1 of 10)")},
    {ONE(ARRAY("\"null\"")), "", "828008 00",
	BAD("field a: too many items that take no bytes (byte 1 of 4)")}, /* 65,537 */
    {ONE(ARRAY("\"null\"")), "", "03 02 00 00", BAD("field a: " BLOCK " (byte 1 of 4)")},
    {ONE(ARRAY(RECORD("e", ""))), "", "feffffffffffffffff01 00",
	BAD("field a: too many items that take no bytes (byte 1 of 11)")},
    {ONE(MAP("\"null\"")), "", "feffffffffffffffff01 00", BAD("field a: " COUNT " (byte 1 of 11)")},
    {ONE(MAP("\"int\"")), "a.k", "feffffffffffffffff01 00",
	BAD("field a: " COUNT " (byte 1 of 11)")},
    {ONE(MAP("\"int\"")), "a.k", "02 ff01'k' 02 00", BAD("field a: " LENGTH " (byte 2 of 6)")},
    {ONE(MAP("\"int\"")), "a.k", "02 02'x' 8080808010 00",
	BAD("field a: an int of more than 32 bits (byte 4 of 9)")},
    {ONE(MAP("\"int\"")), "a.k", "02 02'k' 8080808010 00",
	BAD("field a.k: an int of more than 32 bits (byte 4 of 9)")},
    {ONE(MAP("\"int\"")), "a.k", "04 02'k' 02 02'k' 04 00",
	BAD("field a: a map with one key twice (byte 5 of 8)")},
    {ONE(MAP("\"int\"")), "a.k", "01 08 02'k' 02 00 00", BAD("field a: " BLOCK " (byte 6 of 7)")},
    {ONE(MAP("\"int\"")), "a.k", "01 06 02'k' 8001 00", BAD("field a: " BLOCK " (byte 7 of 7)")},
    /* Changes. */
    {ONE(CHANGES), "@a", "feffffffffffffffff01 00", BAD("field a: " COUNT " (byte 1 of 11)")},
    {ONE(CHANGES), "@a",
	"12 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02'p' 00 00",
	"too-many-changes: field a: more changes than are allowed (byte 1 of 29)"},
    {ONE(CHANGES), "@a",
	"10 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02'p' 00 02 02'p' 00 00",
	"too-many-changes: field a: more changes than are allowed (byte 26 of 30)"},
    {ONE(CHANGES), "@a", "02 02'p' 04 00",
	BAD("field a.new: a number that is no branch of the union (byte 4 of 5)")},
    {ONE(CHANGES), "@a", "01 02 02'p' 00 00", BAD("field a: " COUNT " (byte 1 of 6)")},
    {ONE(CHANGES), "@a", "01 08 02'p' 00 00", BAD("field a: " BLOCK " (byte 6 of 6)")},
    {ONE("\"int\""), "@a", "00", "changes-malformed: field a: not an array (byte 1 of 1)"},
    {ONE(ARRAY("\"int\"")), "@a", "02 02 00",
	"changes-malformed: field a: a change is not field, old, new: a name and two single values "
	"(byte 3 of 3)"},
    {ONE(ARRAY(RECORD("c", FIELD("old", "\"int\"")))), "@a", "02 02 00",
	"changes-malformed: field a: a change is not field, old, new: a name and two single values "
	"(byte 3 of 3)"},
    {ONE(ARRAY(RECORD("c", ""))), "@a", "02 00",
	"changes-malformed: field a: a change is not field, old, new: a name and two single values "
	"(byte 2 of 2)"},
    {ONE(ARRAY(RECORD("c", FIELD("field", "\"string\"") "," FIELD("new", ARRAY("\"int\""))))), "@a",
	"02 02'p' 00 00",
	"changes-malformed: field a: a change is not field, old, new: a name and two single values "
	"(byte 5 of 5)"},
    /* Decimals. */
    {ONE("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4}"), "a", "00",
	"number-out-of-range: field a: a decimal of no bytes, or of more than can be read (byte 1 "
	"of 1)"},
    /* Behind the value. */
    {ONE("\"int\""), "a", "02 02", BAD("bytes behind the value (byte 2 of 2)")},
    {"\"null\"", "", "00", BAD("bytes behind the value (byte 1 of 1)")},
    /* A schema without what the mapping must have. */
    {ONE("\"int\""), "+a", "", BAD("field a: " CUT " (byte 1 of 0)")},
    {ONE("\"int\""), "+team", "00", "avro-schema: the schema has no field team"},
    {ONE(RECORD("s", FIELD("priority", "\"int\""))), "+a.priorty", "00",
	"avro-schema: the schema has no field a.priorty; did you mean a.priority?"},
    {ONE(MAP("\"int\"")), "+a.k", "00 00", BAD("bytes behind the value (byte 2 of 2)")},
    /* A record that always contains itself has no value. */
    {RECORD("r", FIELD("x", "\"r\"")), "", "00",
	BAD("values within values too deep (byte 1 of 1)")},
    {RECORD("r", FIELD("x", "\"r\"")), "x.x.y", "00",
	BAD("field x.x.x: values within values too deep (byte 1 of 1)")},
};

static void
refuses_each_case(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct buffer bytes = {0}, line = {0};

		case_bytes(cases[i].bytes, &bytes);
		case_read(cases[i].schema, cases[i].wanted, buffer_text(&bytes), &line);
		if (strcmp((char *)line.data, cases[i].row) != 0)
			print_message("case %zu: %s of %s\n", i, cases[i].bytes, cases[i].schema);
		assert_string_equal((char *)line.data, cases[i].row);
		buffer_fini(&bytes);
		buffer_fini(&line);
	}
}

/* Data of recursive types, as deep as is asked for. */
static void
nest(const char *schema, const char *unit, unsigned depth, const char *end, struct buffer *line)
{
	struct buffer bytes = {0};
	unsigned i;

	for (i = 0; i < depth; i++)
		case_bytes(unit, &bytes);
	case_bytes(end, &bytes);
	if (strstr(schema, "array"))
		for (i = 0; i < depth; i++)
			buffer_add_byte(&bytes, 0);
	line->size = 0;
	case_read(schema, "v", buffer_text(&bytes), line);
	buffer_fini(&bytes);
}

static void
bounds_depth(void **state)
{
	struct buffer line = {0};

	nest(LIST, "02 02", 200, "02 00", &line);
	assert_string_equal((char *)line.data, "v=1");
	nest(TREE, "02 02", 100, "02 00", &line);
	assert_string_equal((char *)line.data, "v=1");
	nest(LIST, "02 02", 100000, "02 00", &line);
	assert_string_equal((char *)line.data,
	    "avro-malformed: field next: values within values too deep (byte 515 of 200002)");
	nest(TREE, "02 02", 100000, "02 00", &line);
	assert_non_null(strstr((char *)line.data, "values within values too deep"));
	buffer_fini(&line);
}

/* Blocks that hold nothing cost bytes, so they cost no more time than others. */
static void
is_quick_over_empty_items(void **state)
{
	struct buffer bytes = {0}, line = {0};
	clock_t start = clock();
	unsigned i;

	for (i = 0; i < 1000000; i++)
		case_bytes("808008", &bytes);
	buffer_add_byte(&bytes, 0);
	case_read(ONE(ARRAY("\"null\"")), "a", buffer_text(&bytes), &line);
	assert_string_equal((char *)line.data, "a=other");
	assert_true(clock() - start < 3 * CLOCKS_PER_SEC);
	buffer_fini(&bytes);
	buffer_fini(&line);
}

/* Wanted paths that go through unions of records which go through unions … */
static void
bounds_the_plan(void **state)
{
	struct buffer schema = {0}, line = {0};
	unsigned i;

	buffer_add_format(&schema, "[");
	for (i = 0; i < 100; i++)
		buffer_add_format(&schema,
		    "%s{\"type\":\"record\",\"name\":\"r%u\",\"fields\":[{\"name\":\"x\",\"type\":",
		    i ? "," : "", i);
	buffer_add_format(&schema, "\"int\"");
	for (i = 0; i < 100; i++)
		buffer_add_format(&schema, "}]}");
	buffer_add_format(&schema, "]");
	buffer_add_byte(&schema, 0);
	case_read((char *)schema.data, "x", TEXT("\0\0"), &line);
	assert_non_null(strstr((char *)line.data, "avro-schema: "));
	schema.size = line.size = 0;
	/* Four records whose fields may be any of the four: 4^16 ways along the path. */
	buffer_add_format(&schema,
	    RECORD("a",
		FIELD("x",
		    "[\"null\"," RECORD("b",
			FIELD("x",
			    "[\"a\",\"b\"," RECORD(
				"c", FIELD("x", "[\"a\",\"b\",\"c\"]")) "]")) ",\"a\"]")));
	buffer_add_byte(&schema, 0);
	case_read(
	    (char *)schema.data, "x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x", TEXT("\0"), &line);
	assert_string_equal((char *)line.data,
	    "avro-schema: the paths of the mapping lead through too many types of this schema");
	line.size = 0;
	case_read(ONE("\"int\""),
	    "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", TEXT("\0"), &line);
	assert_string_equal(
	    (char *)line.data, "avro-schema: a path of 33 names; at most 32 are followed");
	buffer_fini(&schema);
	buffer_fini(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuses_each_case),
	    cmocka_unit_test(bounds_depth),
	    cmocka_unit_test(is_quick_over_empty_items),
	    cmocka_unit_test(bounds_the_plan),
	};

	return cmocka_run_group_tests_name("avro hostile", tests, NULL, NULL);
}
