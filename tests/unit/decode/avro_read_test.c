/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan reads of good bytes: every type, logical types, paths, changes, the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "avro_case.h"

#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define RECORD(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define ONE(type) RECORD("r", FIELD("a", type))
#define TWO(type) RECORD("r", FIELD("a", type) "," FIELD("z", "\"int\""))
#define MAP(values) "{\"type\":\"map\",\"values\":" values "}"
#define LOGICAL(type, logical) "{\"type\":\"" type "\",\"logicalType\":\"" logical "\"}"
#define DECIMAL(scale)                                                                             \
	"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":40,\"scale\":" scale "}"
#define CHANGE                                                                                     \
	RECORD("c",                                                                                \
	    FIELD("field", "\"string\"") "," FIELD(                                                \
		"old", "[\"null\",\"string\",\"long\"]") "," FIELD("new",                          \
		"[\"null\",\"string\",\"long\"]"))
#define CHANGES "{\"type\":\"array\",\"items\":" CHANGE "}"

#define SCALAR "[\"null\",\"int\",\"long\",\"double\",\"string\"]"

static const struct avro_case cases[] = {
    /* Unions whose branches fill the same words of a cell. */
    {TWO(SCALAR), "a z", "00 0e", "a=null z=7"},
    {TWO(SCALAR), "a z", "02 0d 0e", "a=-7 z=7"},
    {TWO(SCALAR), "a z", "02 feffffff0f 0e", "a=2147483647 z=7"},
    {TWO(SCALAR), "a z", "02 ffffffff0f 0e", "a=-2147483648 z=7"},
    {TWO(SCALAR), "a z", "04 8080808010 0e", "a=2147483648 z=7"},
    {TWO(SCALAR), "a z", "04 ffffffffffffff7f 0e", "a=-36028797018963968 z=7"},
    {TWO(SCALAR), "a z", "04 ffffffffffffffffff01 0e", "a=-9223372036854775808 z=7"},
    {TWO(SCALAR), "a z", "06 000000000000f8bf 0e", "a=-1.5d z=7"},
    {TWO(SCALAR), "a z", "06 ffffffffffffffff 0e", "a=-nand z=7"},
    {TWO(SCALAR), "a z", "08 00 0e", "a='' z=7"},
    {TWO(SCALAR), "a z", "08 06'abc' 0e", "a='abc' z=7"},
    {TWO(SCALAR), "a z", "08 04'\xc3\xa4' 0e", "a='\xc3\xa4' z=7"},
    {TWO(SCALAR), "a z", "08 20'1234567890123456' 0e", "a='1234567890123456' z=7"},
    {TWO(SCALAR), "a z", "08 22'12345678901234567' 0e", "a='12345678901234567' z=7"},
    {TWO(SCALAR), "z", "08 22'12345678901234567' 0e", "z=7"},
    {TWO("[\"long\",\"null\"]"), "a z", "00 0d 0e", "a=-7 z=7"},
    {TWO("[\"long\",\"null\"]"), "a z", "02 0e", "a=null z=7"},
    {TWO("[\"double\",\"null\"]"), "a z", "00 000000000000f8bf 0e", "a=-1.5d z=7"},
    {TWO("[\"null\",\"boolean\",\"float\"]"), "a z", "02 01 0e", "a=true z=7"},
    {TWO("[\"null\",\"boolean\",\"float\"]"), "a z", "04 0000c03f 0e", "a=1.5d z=7"},
    {TWO("[\"string\",\"null\"]"), "z", "00 06'abc' 0e", "z=7"},
    {TWO("[\"string\",\"null\"]"), "z", "02 0e", "z=7"},
    {TWO("[\"null\",\"string\"]"), "z",
	"02 8001'1234567890123456123456789012345612345678901234561234567890123456' 0e", "z=7"},
    /* Each type, read and passed over. */
    {TWO("\"null\""), "a z", "0e", "a=null z=7"},
    {TWO("\"boolean\""), "a z", "01 0e", "a=true z=7"},
    {TWO("\"boolean\""), "z", "00 0e", "z=7"},
    {TWO("\"int\""), "a z", "ffffffff0f 0e", "a=-2147483648 z=7"},
    {TWO("\"int\""), "z", "feffffff0f 0e", "z=7"},
    {TWO("\"long\""), "a z", "ffffffffffffffffff01 0e", "a=-9223372036854775808 z=7"},
    {TWO("\"long\""), "a z", "feffffffffffffffff01 0e", "a=9223372036854775807 z=7"},
    {TWO("\"long\""), "a z", "808000 0e", "a=0 z=7"}, /* longer than needed is allowed */
    {TWO("\"long\""), "z", "d804 0e", "z=7"},
    {TWO("\"float\""), "a z", "0000c03f 0e", "a=1.5d z=7"},
    {TWO("\"float\""), "z", "0000c03f 0e", "z=7"},
    {TWO("\"double\""), "a z", "000000000000f8bf 0e", "a=-1.5d z=7"},
    {TWO("\"double\""), "a z", "000000000000f07f 0e", "a=infd z=7"},
    {TWO("\"double\""), "z", "000000000000f8bf 0e", "z=7"},
    {TWO("\"string\""), "a z", "06'abc' 0e", "a='abc' z=7"},
    {TWO("\"string\""), "a z", "00 0e", "a='' z=7"},
    {TWO("\"string\""), "a z", "24'123456789 123456\xc3\xa4' 0e",
	"a='123456789 123456\xc3\xa4' z=7"},
    {TWO("\"string\""), "z", "06'abc' 0e", "z=7"},
    {TWO("\"string\""), "z", "04ff80 0e", "z=7"}, /* nobody reads it */
    {TWO("\"bytes\""), "a z", "06'abc' 0e", "a='abc' z=7"},
    {TWO("{\"type\":\"fixed\",\"name\":\"f\",\"size\":3}"), "a z", "'abc' 0e", "a='abc' z=7"},
    {TWO("{\"type\":\"fixed\",\"name\":\"f\",\"size\":3}"), "z", "ffffff 0e", "z=7"},
    {TWO("{\"type\":\"fixed\",\"name\":\"f\",\"size\":0}"), "a z", "0e", "a='' z=7"},
    {TWO("{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"X\",\"Y\"]}"), "a z", "02 0e",
	"a='Y' z=7"},
    {TWO("{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"X\",\"Y\"]}"), "z", "02 0e", "z=7"},
    {TWO("{\"type\":\"array\",\"items\":\"int\"}"), "z", "04 02 04 02 06 00 0e", "z=7"},
    {TWO("{\"type\":\"array\",\"items\":\"int\"}"), "z", "03 04 02 04 02 06 00 0e", "z=7"},
    {TWO("{\"type\":\"array\",\"items\":\"double\"}"), "z", "02 0000000000000000 00 0e", "z=7"},
    {TWO("{\"type\":\"array\",\"items\":\"null\"}"), "z", "fe07 00 0e", "z=7"},
    {TWO("{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":\"string\"}}"), "z",
	"04 02 02'x' 00 00 02 00 00 0e", "z=7"},
    {TWO("{\"type\":\"map\",\"values\":\"int\"}"), "z", "02 02'k' 0a 00 0e", "z=7"},
    /* Unions. */
    {TWO("[\"null\",\"string\"]"), "a z", "00 0e", "a=null z=7"},
    {TWO("[\"null\",\"string\"]"), "a z", "02 02'x' 0e", "a='x' z=7"},
    {TWO("[\"string\",\"null\"]"), "a z", "02 0e", "a=null z=7"},
    {TWO("[\"string\",\"null\"]"), "a z", "00 02'x' 0e", "a='x' z=7"},
    {TWO("[\"string\",\"null\"]"), "z", "02 0e", "z=7"},
    {TWO("[\"string\"]"), "a z", "00 02'x' 0e", "a='x' z=7"},
    {TWO("[\"int\",\"string\",\"null\",\"boolean\"]"), "a z", "00 0a 0e", "a=5 z=7"},
    {TWO("[\"int\",\"string\",\"null\",\"boolean\"]"), "a z", "02 02'x' 0e", "a='x' z=7"},
    {TWO("[\"int\",\"string\",\"null\",\"boolean\"]"), "a z", "04 0e", "a=null z=7"},
    {TWO("[\"int\",\"string\",\"null\",\"boolean\"]"), "a z", "06 01 0e", "a=true z=7"},
    {TWO("[\"int\",\"string\",\"null\",\"boolean\"]"), "z", "06 01 0e", "z=7"},
    {TWO("[\"long\",\"double\",\"float\",\"bytes\"]"), "a z", "00 d804 0e", "a=300 z=7"},
    {TWO("[\"long\",\"double\",\"float\",\"bytes\"]"), "a z", "02 000000000000f83f 0e",
	"a=1.5d z=7"},
    {TWO("[\"long\",\"double\",\"float\",\"bytes\"]"), "a z", "04 0000c03f 0e", "a=1.5d z=7"},
    {TWO("[\"long\",\"double\",\"float\",\"bytes\"]"), "a z", "06 02'x' 0e", "a='x' z=7"},
    {TWO("[\"long\"," LOGICAL("int", "date") "]"), "a z", "02 02 0e", "a=@86400000 z=7"},
    {TWO("[\"null\"," RECORD("i", FIELD("b", "[\"null\",\"int\"]")) ",\"string\"]"), "a a.b z",
	"02 00 0e", "a=other a.b=null z=7"},
    {TWO("[\"null\"," RECORD("i", FIELD("b", "[\"null\",\"int\"]")) ",\"string\"]"), "a a.b z",
	"02 02 0a 0e", "a=other a.b=5 z=7"},
    {TWO("[\"null\"," RECORD("i", FIELD("b", "[\"null\",\"int\"]")) ",\"string\"]"), "a.b z",
	"04 02'x' 0e", "z=7"},
    {TWO("[\"null\"," RECORD("i", "") "," RECORD("j", FIELD("b", "\"null\"")) "]"), "a.b z",
	"04 0e", "a.b=null z=7"},
    {TWO("[\"null\"," RECORD("i", "") "," RECORD("j", FIELD("b", "\"null\"")) "]"), "a.b z",
	"02 0e", "z=7"},
    {TWO("[" MAP("\"int\"") ",\"int\"]"), "a.k z", "00 02 02'k' 0a 00 0e", "a.k=5 z=7"},
    {TWO("[" MAP("\"int\"") ",\"int\"]"), "a.k z", "02 0a 0e", "z=7"},
    /* Lists of text that are passed over. */
    {TWO("{\"type\":\"array\",\"items\":\"string\"}"), "z", "04 02'x' 00 02 02'y' 00 0e", "z=7"},
    {TWO("{\"type\":\"array\",\"items\":\"bytes\"}"), "z", "03 06 02'x' 00 02 02'y' 00 0e", "z=7"},
    {TWO(MAP("\"string\"")), "z", "02 02'k' 02'v' 00 0e", "z=7"},
    {TWO(MAP("\"string\"")), "z", "01 08 02'k' 02'v' 02 00 00 00 0e", "z=7"},
    /* Logical types. */
    {TWO(LOGICAL("long", "timestamp-millis")), "a z", "8090fdeda74b 0e", "a=@1293840000000 z=7"},
    {TWO(LOGICAL("long", "timestamp-millis")), "a", "01 0e", "a=@-1"},
    {TWO(LOGICAL("long", "timestamp-micros")), "a", "de0f 0e", "a=@1"},
    {TWO(LOGICAL("long", "timestamp-micros")), "a", "01 0e", "a=@-1"},
    {TWO(LOGICAL("long", "timestamp-micros")), "a", "cf0f 0e", "a=@-1"},
    {TWO(LOGICAL("long", "timestamp-micros")), "a", "d10f 0e", "a=@-2"},
    {TWO(LOGICAL("long", "timestamp-nanos")), "a", "80897a 0e", "a=@1"},
    {TWO(LOGICAL("long", "local-timestamp-millis")), "a", "02 0e", "a=@1"},
    {TWO(LOGICAL("long", "local-timestamp-micros")), "a", "d00f 0e", "a=@1"},
    {TWO(LOGICAL("int", "date")), "a z", "02 0e", "a=@86400000 z=7"},
    {TWO(LOGICAL("int", "date")), "a z", "ffffffff0f 0e", "a=@-185542587187200000 z=7"},
    {TWO(LOGICAL("int", "time-millis")), "a", "02 0e", "a=1"},
    {TWO(LOGICAL("long", "time-micros")), "a", "02 0e", "a=1"},
    {TWO(LOGICAL("string", "timestamp-millis")), "a", "02'x' 0e",
	"a='x'"}, /* none of this type: ignored */
    {TWO(LOGICAL("long", "since-easter")), "a", "02 0e", "a=1"},
    {TWO(LOGICAL("string", "uuid")), "a", "02'x' 0e", "a='x'"},
    {TWO("{\"type\":\"fixed\",\"name\":\"f\",\"size\":16,\"logicalType\":\"uuid\"}"), "a z",
	"000102030405060708090a0b0c0d0eff 0e", "a='00010203-0405-0607-0809-0a0b0c0d0eff' z=7"},
    {TWO(DECIMAL("2")), "a z", "04 04d2 0e", "a=12.34d z=7"},
    {TWO(DECIMAL("2")), "z", "04 04d2 0e", "z=7"},
    {TWO(DECIMAL("2")), "a", "02 ff 0e", "a=-0.01d"},
    {TWO(DECIMAL("0")), "a", "10 7fffffffffffffff 0e", "a=9223372036854775807"},
    {TWO(DECIMAL("0")), "a", "10 8000000000000000 0e", "a=-9223372036854775808"},
    {TWO(DECIMAL("0")), "a", "12 ff8000000000000000 0e", "a=-9223372036854775808"},
    {TWO(DECIMAL("0")), "a", "12 008000000000000000 0e", "a='9223372036854775808'"},
    {TWO(DECIMAL("0")), "a", "12 ff7fffffffffffffff 0e", "a='-9223372036854775809'"},
    {TWO(DECIMAL("2")), "a", "10 00038d7ea4c67fff 0e", "a=9999999999999.9902d"}, /* 15 digits */
    {TWO(DECIMAL("2")), "a", "10 00038d7ea4c68000 0e", "a='10000000000000.00'"}, /* 16 */
    {TWO(DECIMAL("10")), "a", "10 fffc72815b398000 0e", "a='-100000.0000000000'"},
    {TWO(DECIMAL("24")), "a", "02 05 0e", "a='0.000000000000000000000005'"},
    {TWO(DECIMAL("24")), "a", "02 00 0e", "a='0.000000000000000000000000'"},
    {TWO("{\"type\":\"fixed\",\"name\":\"f\",\"size\":2,\"logicalType\":\"decimal\",\"precision\":"
	 "4,\"scale\":1}"),
	"a z", "ff85 0e", "a=-12.300000000000001d z=7"},
    {TWO("{\"type\":\"fixed\",\"name\":\"f\",\"size\":2,\"logicalType\":\"decimal\",\"precision\":"
	 "5}"),
	"a z", "'ok' 0e", "a='ok' z=7"}, /* 5 digits do not fit 2 bytes: no decimal */
    /* Paths through records, unions and maps. */
    {TWO(RECORD("i", FIELD("b", "\"int\"") "," FIELD("c", "\"string\""))), "a.c z", "0a 02'x' 0e",
	"a.c='x' z=7"},
    {TWO(RECORD("i", FIELD("b", "\"int\"") "," FIELD("c", "\"string\""))), "a.d z", "0a 02'x' 0e",
	"z=7"},
    {TWO(RECORD("i", FIELD("b", "\"int\"") "," FIELD("c", "\"string\""))), "z", "0a 02'x' 0e",
	"z=7"},
    {TWO("[\"null\"," RECORD("i", FIELD("b", "\"int\"")) "]"), "a.b z", "02 0a 0e", "a.b=5 z=7"},
    {TWO("[\"null\"," RECORD("i", FIELD("b", "\"int\"")) "]"), "a.b z", "00 0e", "z=7"},
    {TWO("[" RECORD("i", FIELD("b", "\"int\"")) "," RECORD(
	 "j", FIELD("x", "\"int\"") "," FIELD("b", "\"string\"")) "]"),
	"a.b z", "02 0a 02'x' 0e", "a.b='x' z=7"},
    {TWO("{\"type\":\"map\",\"values\":\"int\"}"), "a.k a.m z", "04 02'x' 02 02'k' 0a 00 0e",
	"a.k=5 z=7"},
    {TWO("{\"type\":\"map\",\"values\":\"int\"}"), "a.k a.m", "02 02'm' 02 01 06 02'k' 0a 00 0e",
	"a.k=5 a.m=1"},
    {TWO("{\"type\":\"map\",\"values\":[\"null\",{\"type\":\"map\",\"values\":\"string\"}]}"),
	"a.k.l z", "06 02'x' 00 02'k' 02 02 02'l' 02'v' 00 02'y' 02 00 00 0e", "a.k.l='v' z=7"},
    {TWO("\"int\""), "a.b z", "0a 0e", "z=7"},
    {TWO("\"int\""), "b", "0a 0e", ""},
    {RECORD("r", FIELD("v", "\"int\"") "," FIELD("next", "[\"null\",\"r\"]")), "v next.next.v",
	"02 02 04 02 06 00", "v=1 next.next.v=3"},
    {RECORD("r", FIELD("v", "\"int\"") "," FIELD("next", "[\"null\",\"r\"]")), "v next.next.v",
	"02 02 04 00", "v=1"},
    {"\"string\"", "a", "02'x'", ""},
    {"[\"null\"," ONE("\"int\"") "," RECORD("s", FIELD("b", "\"string\"")) "]", "a b", "04 02'x'",
	"b='x'"},
    {"{\"type\":\"map\",\"values\":\"string\"}", "a", "02 02'a' 02'x' 00", "a='x'"},
    /* Changes. */
    {ONE(CHANGES), "@a", "00", "| changes"},
    {ONE(CHANGES), "@a", "04 02'p' 00 02 02'x' 02'q' 04 0a 04 0c 00",
	"| changes p:null->'x' q:5->6"},
    {ONE(CHANGES), "@a", "01 0c 02'p' 00 02 02'x' 02 02'q' 04 0a 04 0c 00",
	"| changes p:null->'x' q:5->6"},
    {ONE("[\"null\"," CHANGES "]"), "@a", "00", ""},
    {ONE("[\"null\"," CHANGES "]"), "@a", "02 02 02'p' 00 00 00", "| changes p:null->null"},
    {ONE(RECORD("i", FIELD("l", CHANGES))), "@a.l", "02 02'p' 00 00 00", "| changes p:null->null"},
    {ONE("\"int\""), "@b a", "0a", "a=5"},
    {ONE("\"null\""), "@a", "", ""},
    {ONE("{\"type\":\"array\",\"items\":" RECORD("c",
	 FIELD("x", "\"int\"") "," FIELD("new", "\"double\"") "," FIELD(
	     "field", "{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"P\",\"Q\"]}")) "}"),
	"@a", "02 0a 000000000000f83f 02 00", "| changes Q:null->1.5d"},
    {ONE("{\"type\":\"array\",\"items\":{\"type\":\"map\",\"values\":\"string\"}}"), "@a",
	"02 04 0a'field' 02'p' 06'new' 02'x' 00 00", "| changes p:null->'x'"},
    /* The rest. */
    {TWO("\"string\""), "* z", "02'x' 0e", "z=7 | rest a='x'"},
    {TWO("\"string\""), "* !a", "02'x' 0e", "| rest z=7"},
    {TWO("[\"null\",\"string\"]"), "*", "00 0e", "| rest a=null z=7"},
    {TWO("{\"type\":\"array\",\"items\":\"int\"}"), "*", "00 0e", "| rest z=7"},
    {TWO("[\"null\",\"int\"," RECORD("i", FIELD("b", "\"int\"")) "]"), "*", "04 0a 0e",
	"| rest z=7"},
    {TWO("[\"null\",\"int\"," RECORD("i", FIELD("b", "\"int\"")) "]"), "* a.b", "04 0a 0e",
	"a.b=5 | rest z=7"},
    {TWO("[\"null\",\"int\"," RECORD("i", FIELD("b", "\"int\"")) "]"), "*", "02 0a 0e",
	"| rest a=5 z=7"},
    {TWO(RECORD("i", FIELD("b", "\"int\""))), "*", "0a 0e", "| rest z=7"},
    {ONE(CHANGES), "* @a", "00", "| changes | rest"},
    {"[" ONE("\"int\"") "," RECORD("s", FIELD("b", "\"string\"")) "]", "*", "02 02'x'",
	"| rest b='x'"},
    {"\"string\"", "*", "02'x'", "| rest"},
    {RECORD("r", ""), "a", "", ""},
};

static void
reads_each_case(void **state)
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

/* A value's bytes are never the beginning of another value's. */
static void
refuses_each_case_cut_at_every_byte(void **state)
{
	size_t i, size;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct buffer bytes = {0};

		case_bytes(cases[i].bytes, &bytes);
		for (size = 0; size < bytes.size; size++) {
			struct buffer line = {0};

			case_read(cases[i].schema, cases[i].wanted,
			    (struct text){(char *)bytes.data, size}, &line);
			assert_memory_equal(line.data, "avro-malformed: ", 16);
			buffer_fini(&line);
		}
		buffer_fini(&bytes);
	}
}

static void
refuses_each_case_with_a_byte_behind(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct buffer bytes = {0}, line = {0}, expected = {0};

		case_bytes(cases[i].bytes, &bytes);
		buffer_add_byte(&bytes, 0);
		case_read(cases[i].schema, cases[i].wanted, buffer_text(&bytes), &line);
		buffer_add_format(&expected,
		    "avro-malformed: bytes behind the value (byte %zu of %zu)", bytes.size,
		    bytes.size);
		buffer_add_byte(&expected, 0);
		assert_string_equal((char *)line.data, (char *)expected.data);
		buffer_fini(&bytes);
		buffer_fini(&line);
		buffer_fini(&expected);
	}
}

#define PAD "{\"name\":\"pad\",\"type\":{\"type\":\"fixed\",\"name\":\"p\",\"size\":80}}"

/* The schema with a field more, of 80 bytes that nobody wants; empty: it is no plain record. */
static void
pad_schema(const char *schema, struct buffer *padded)
{
	size_t size = strlen(schema);

	if (strncmp(schema, "{\"type\":\"record\"", 16) != 0 || strstr(schema, "\"type\":\"r\"") ||
	    strstr(schema, ",\"r\"]") || strstr(schema, "\"fields\":[]"))
		return;
	buffer_add(padded, schema, size - 2);
	buffer_add_format(padded, ",%s]}", PAD);
	buffer_add_byte(padded, 0);
}

/* The last bytes of a record are read with care; those before in other ways. */
static void
reads_each_case_alike_before_other_bytes(void **state)
{
	static const char zeros[80];
	size_t padded = 0, i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct buffer schema = {0}, bytes = {0}, line = {0}, words = {0};

		pad_schema(cases[i].schema, &schema);
		if (!schema.size)
			continue;
		case_bytes(cases[i].bytes, &bytes);
		buffer_add(&bytes, zeros, sizeof(zeros));
		buffer_add_format(&words, "%s !pad", cases[i].wanted);
		buffer_add_byte(&words, 0);
		case_read((char *)schema.data, (char *)words.data, buffer_text(&bytes), &line);
		assert_string_equal((char *)line.data, cases[i].row);
		padded++;
		buffer_fini(&schema);
		buffer_fini(&words);
		buffer_fini(&bytes);
		buffer_fini(&line);
	}
	assert_true(padded > ARRAY_COUNT(cases) / 2);
}

/* A plan keeps nothing of one record for the next. */
static void
reads_records_apart(void **state)
{
	static const char *const rows[][2] = {
	    {"00 02'x' 02 02'p' 00 00 00", "| changes p:null->null | rest a='x'"},
	    {"02 00", "| changes | rest a=null"},
	    {"04 0a 00", "a.b=5 | changes | rest"},
	    {"00 05",
		"avro-malformed: field a: a length that is negative or more than what is left "
		"(byte 2 of 2)"},
	    {"02 02 02'q' 04 02 00 00", "| changes q:1->null | rest a=null"},
	};
	struct message_schema message = {
	    .text = TEXT(RECORD("r",
		FIELD("a",
		    "[\"string\",\"null\"," RECORD("i", FIELD("b", "\"int\"")) "]") "," FIELD("l",
		    CHANGES)))};
	struct row_problem problem;
	struct case_wanted made;
	struct plan *plan;
	size_t i;

	case_want(&made, "a.b @l *");
	assert_true(
	    avro_reader_format.open(&message, &made.wanted, CASE_CHANGES_MAX, &plan, &problem));
	for (i = 0; i < ARRAY_COUNT(rows); i++) {
		struct buffer bytes = {0}, line = {0};

		case_bytes(rows[i][0], &bytes);
		case_read_with(plan, &made.wanted, buffer_text(&bytes), &line);
		assert_string_equal((char *)line.data, rows[i][1]);
		buffer_fini(&bytes);
		buffer_fini(&line);
	}
	avro_reader_format.close(plan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_each_case),
	    cmocka_unit_test(refuses_each_case_cut_at_every_byte),
	    cmocka_unit_test(refuses_each_case_with_a_byte_behind),
	    cmocka_unit_test(reads_each_case_alike_before_other_bytes),
	    cmocka_unit_test(reads_records_apart),
	};

	return cmocka_run_group_tests_name("avro read", tests, NULL, NULL);
}
