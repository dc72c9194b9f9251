/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas: what is read of good ones, and the sentence about each mistake. */
#include "base/avro_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "base/buffer.h"

/* The tree on one line: what a reader must know of a schema. */
static void
show(const struct avro_node *node, unsigned depth, struct buffer *out)
{
	uint32_t i;

	if (node->name.data)
		buffer_add_format(out, "%.*s:", TEXT_PRINT(node->name));
	buffer_add_format(out, "%s", avro_kind_name(node->kind));
	if (node->kind == AVRO_KIND_FIXED)
		buffer_add_format(out, "%u", node->size_bytes);
	if (node->logical)
		buffer_add_format(out, "/%d", node->logical);
	if (!node->count || depth > 3)
		return;
	buffer_add_format(out, "(");
	for (i = 0; i < node->count; i++) {
		buffer_add_format(out, i ? "," : "");
		if (node->kind == AVRO_KIND_ENUM) {
			buffer_add_text(out, node->symbols[i]);
		} else if (node->kind == AVRO_KIND_RECORD) {
			buffer_add_format(out, "%.*s ", TEXT_PRINT(node->fields[i].name));
			show(node->fields[i].type, depth + 1, out);
		} else {
			show(node->inside[i], depth + 1, out);
		}
	}
	buffer_add_format(out, ")");
}

static void
read_one(struct text text, struct buffer *line)
{
	struct avro_schema *schema;
	struct error err = {0};

	line->size = 0;
	if (avro_schema_open(text, &schema, &err)) {
		show(avro_schema_root(schema), 0, line);
		avro_schema_close(schema);
	} else {
		buffer_add_format(line, "%s%s", err.kind == ERROR_LIMIT ? "limit: " : "", err.text);
	}
	buffer_add_byte(line, 0);
}

struct schema_case {
	const char *schema, *expected;
};

static void
check_each(const struct schema_case *cases, size_t count)
{
	struct buffer line = {0};
	size_t i;

	for (i = 0; i < count; i++) {
		read_one(text_of(cases[i].schema), &line);
		if (strcmp((char *)line.data, cases[i].expected) != 0)
			print_message("schema %zu: %s\n", i, cases[i].schema);
		assert_string_equal((char *)line.data, cases[i].expected);
	}
	buffer_fini(&line);
}

#define R(fields) "{\"type\":\"record\",\"name\":\"r\",\"fields\":[" fields "]}"
#define F(more) R("{\"name\":\"a\"," more "}")
#define E(more) "{\"type\":\"enum\",\"name\":\"e\"," more "}"
#define X(more) "{\"type\":\"fixed\",\"name\":\"x\"," more "}"

static void
reads_good_schemas(void **state)
{
	static const struct schema_case cases[] = {
	    {"\"null\"", "null"},
	    {"{\"type\":\"int\"}", "int"},
	    {"{\"type\":{\"type\":\"int\"}}", "int"},
	    {"{\"type\":[\"null\",\"int\"]}", "union(null,int)"},
	    {"[]", "union"},
	    {"{\"type\":\"array\",\"items\":\"int\"}", "array(int)"},
	    {"{\"type\":\"map\",\"values\":[\"null\",\"string\"]}", "map(union(null,string))"},
	    {R(""), "r:record"},
	    {"{\"type\":\"error\",\"name\":\"r\",\"fields\":[]}", "r:record"},
	    {F("\"type\":\"int\",\"doc\":\"d\",\"order\":\"ignore\",\"aliases\":[\"b\"],\"more\":{"
	       "\"x\":[1]}"),
		"r:record(a int)"},
	    {E("\"symbols\":[\"A\",\"B\"],\"default\":\"B\""), "e:enum(A,B)"},
	    {X("\"size\":0"), "x:fixed0"},
	    {X("\"size\":16777216"), "x:fixed16777216"},
	    /* Names: dotted, beside, around, none; shortened ones. */
	    {"{\"type\":\"fixed\",\"name\":\"a.b.x\",\"namespace\":\"c\",\"size\":1}",
		"a.b.x:fixed1"},
	    {"{\"type\":\"fixed\",\"name\":\"x\",\"namespace\":\"a.b\",\"size\":1}",
		"a.b.x:fixed1"},
	    {"{\"type\":\"fixed\",\"name\":\"x\",\"namespace\":\"\",\"size\":1}", "x:fixed1"},
	    {"{\"type\":\"fixed\",\"name\":\"x\",\"namespace\":null,\"size\":1}", "x:fixed1"},
	    {"{\"type\":\"record\",\"name\":\"n.r\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":"
	     "\"fixed\",\"name\":\"x\",\"size\":1}},"
	     "{\"name\":\"b\",\"type\":\"x\"},{\"name\":\"c\",\"type\":\"n.x\"}]}",
		"n.r:record(a n.x:fixed1,b n.x:fixed1,c n.x:fixed1)"},
	    {"[{\"type\":\"fixed\",\"name\":\"x\",\"size\":1},{\"type\":\"record\",\"name\":\"n."
	     "r\",\"fields\":["
	     "{\"name\":\"b\",\"type\":\"x\"}]}]",
		"union(x:fixed1,n.r:record(b x:fixed1))"},
	    /* One alias may be another type's name; a field may be called like a type. */
	    {"[{\"type\":\"fixed\",\"name\":\"x\",\"size\":1,\"aliases\":[\"a.y\"]},{\"type\":"
	     "\"fixed\",\"name\":\"y\",\"size\":1}]",
		"union(x:fixed1,y:fixed1)"},
	    {R("{\"name\":\"int\",\"type\":\"int\"}"), "r:record(int int)"},
	    {F("\"type\":[\"null\",\"r\"]"),
		"r:record(a union(null,r:record(a union(null,r:record))))"},
	    {F("\"type\":\"r\""),
		"r:record(a r:record(a r:record(a r:record(a r:record))))"}, /* has no value */
	    /* Logical types; ill-formed ones are none. */
	    {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":2}",
		"bytes/1"},
	    {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":5}",
		"bytes"},
	    {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":0}", "bytes"},
	    {"{\"type\":\"bytes\",\"logicalType\":\"decimal\"}", "bytes"},
	    {X("\"size\":2,\"logicalType\":\"decimal\",\"precision\":4"), "x:fixed2/1"},
	    {X("\"size\":2,\"logicalType\":\"decimal\",\"precision\":5"), "x:fixed2"},
	    {X("\"size\":8,\"logicalType\":\"decimal\",\"precision\":18"), "x:fixed8/1"},
	    {X("\"size\":8,\"logicalType\":\"decimal\",\"precision\":19"), "x:fixed8"},
	    {X("\"size\":16,\"logicalType\":\"uuid\""), "x:fixed16/2"},
	    {X("\"size\":15,\"logicalType\":\"uuid\""), "x:fixed15"},
	    {"{\"type\":\"int\",\"logicalType\":\"date\"}", "int/3"},
	    {"{\"type\":\"long\",\"logicalType\":\"date\"}", "long"},
	    {"{\"type\":\"int\",\"logicalType\":7}", "int"},
	    /* Defaults. */
	    {F("\"type\":\"int\",\"default\":-2147483648"), "r:record(a int)"},
	    {F("\"type\":\"double\",\"default\":1"), "r:record(a double)"},
	    {F("\"type\":[\"null\",\"string\"],\"default\":null"),
		"r:record(a union(null,string))"},
	    {F("\"type\":[\"null\",\"string\"],\"default\":\"\""),
		"r:record(a union(null,string))"},
	    {F("\"type\":\"bytes\",\"default\":\"\\u00ff\\u0001\""), "r:record(a bytes)"},
	    {F("\"type\":" X("\"size\":2") ",\"default\":\"\\u00ffa\""), "r:record(a x:fixed2)"},
	    {F("\"type\":" E("\"symbols\":[\"A\"]") ",\"default\":\"A\""), "r:record(a e:enum(A))"},
	    {F("\"type\":{\"type\":\"array\",\"items\":\"int\"},\"default\":[1,2]"),
		"r:record(a array(int))"},
	    {F("\"type\":{\"type\":\"map\",\"values\":\"int\"},\"default\":{\"k\":2}"),
		"r:record(a map(int))"},
	    {F("\"type\":{\"type\":\"record\",\"name\":\"s\",\"fields\":[{\"name\":\"b\",\"type\":"
	       "\"int\"},"
	       "{\"name\":\"c\",\"type\":\"int\",\"default\":0}]},\"default\":{\"b\":1}"),
		"r:record(a s:record(b int,c int))"},
	};

	check_each(cases, ARRAY_COUNT(cases));
}

static void
says_each_mistake(void **state)
{
	static const struct schema_case cases[] = {
	    {"7", "$: a type is a name, an object or a list (a union)"},
	    {"null", "$: a type is a name, an object or a list (a union)"},
	    {"\"strnig\"", "$: \"strnig\" is neither a type of Avro nor one declared before"},
	    {"\"record\"", "$: \"record\" is neither a type of Avro nor one declared before"},
	    {"{}", "$: a type needs \"type\""},
	    {"{\"type\":7}", "$.type: a type is a name, an object or a list (a union)"},
	    {"{\"type\":\"a\\u001bb\"}",
		"$.type: \"a\\x1bb\" is neither a type of Avro nor one declared before"},
	    {"{\"type\":\"array\"}", "$: an array needs \"items\""},
	    {"{\"type\":\"map\"}", "$: a map needs \"values\""},
	    {"{\"type\":\"map\",\"values\":{\"type\":\"array\",\"items\":\"x\"}}",
		"$.values.items: \"x\" is neither a type of Avro nor one declared before"},
	    /* Records. */
	    {"{\"type\":\"record\",\"fields\":[]}", "$: a record, enum or fixed needs a \"name\""},
	    {"{\"type\":\"record\",\"name\":7,\"fields\":[]}",
		"$.name: \"name\" must be a name in quotes"},
	    {"{\"type\":\"record\",\"name\":\"\",\"fields\":[]}",
		"$.name: \"\" is no name: letters, digits and _ only, no digit first"},
	    {"{\"type\":\"record\",\"name\":\"a-b\",\"fields\":[]}",
		"$.name: \"a-b\" is no name: letters, digits and _ only, no digit first"},
	    {"{\"type\":\"record\",\"name\":\"a..b\",\"fields\":[]}",
		"$.name: \"a..b\" is no name: letters, digits and _ only, no digit first"},
	    {"{\"type\":\"record\",\"name\":\".b\",\"fields\":[]}",
		"$.name: \".b\" is no name: letters, digits and _ only, no digit first"},
	    {"{\"type\":\"record\",\"name\":\"a.\",\"fields\":[]}",
		"$.name: \"a.\" is no name: letters, digits and _ only, no digit first"},
	    {"{\"type\":\"record\",\"name\":\"a\",\"namespace\":\"1\",\"fields\":[]}",
		"$.namespace: \"1\" is no name: letters, digits and _ only, no digit first"},
	    {"{\"type\":\"record\",\"name\":\"a\",\"namespace\":1,\"fields\":[]}",
		"$.namespace: a namespace must be a name in quotes"},
	    {"{\"type\":\"record\",\"name\":\"string\",\"fields\":[]}",
		"$.name: \"string\" is a primitive type: choose another name"},
	    {"{\"type\":\"record\",\"name\":\"r\"}", "$: a record needs \"fields\""},
	    {"{\"type\":\"record\",\"name\":\"r\",\"fields\":{}}",
		"$.fields: \"fields\" is a list"},
	    {"{\"type\":\"record\",\"name\":\"r\",\"aliases\":\"x\",\"fields\":[]}",
		"$.aliases: \"aliases\" is a list of names"},
	    {"{\"type\":\"record\",\"name\":\"r\",\"aliases\":[\"a\",\"!\"],\"fields\":[]}",
		"$.aliases[1]: \"!\" is no name: letters, digits and _ only, no digit first"},
	    {R("7"), "$.fields[0]: a field is an object with \"name\" and \"type\""},
	    {R("{\"type\":\"int\"}"), "$.fields[0]: a field needs a \"name\""},
	    {F("\"doc\":\"\""), "$.fields[0]: a field needs a \"type\""},
	    {R("{\"name\":\"a.b\",\"type\":\"int\"}"),
		"$.fields[0].name: \"a.b\" is no name: letters, digits and _ only, no digit first"},
	    {R("{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"a\",\"type\":\"int\"}"),
		"$.fields[1].name: the field \"a\" stands twice"},
	    {F("\"type\":\"int\",\"order\":\"up\""),
		"$.fields[0].order: \"order\" is ascending, descending or ignore"},
	    {F("\"type\":\"int\",\"aliases\":[\"a.b\"]"),
		"$.fields[0].aliases[0]: \"a.b\" is no name: letters, digits and _ only, no digit "
		"first"},
	    {F("\"type\":" R("")), "$.fields[0].type.name: \"r\" is declared twice"},
	    /* Enums. */
	    {"{\"type\":\"enum\",\"name\":\"e\"}", "$: an enum needs \"symbols\""},
	    {E("\"symbols\":[]"), "$.symbols: an enum without symbols has no value"},
	    {E("\"symbols\":[\"A\",\"A\"]"), "$.symbols[1]: the symbol \"A\" stands twice"},
	    {E("\"symbols\":[\"A\",7]"), "$.symbols[1]: a symbol must be a name in quotes"},
	    {E("\"symbols\":[\"A\",[]]"), "$.symbols[1]: a symbol must be a name in quotes"},
	    {E("\"symbols\":[\"A B\"]"),
		"$.symbols[0]: \"A B\" is no name: letters, digits and _ only, no digit first"},
	    {E("\"symbols\":[\"A\"],\"default\":\"B\""),
		"$.default: the default of an enum is one of its symbols"},
	    /* Fixed. */
	    {"{\"type\":\"fixed\",\"name\":\"x\"}", "$: a fixed needs \"size\""},
	    {X("\"size\":-1"), "$.size: \"size\" is a whole number of bytes"},
	    {X("\"size\":1.5"), "$.size: \"size\" is a whole number of bytes"},
	    {X("\"size\":\"4\""), "$.size: \"size\" is a whole number of bytes"},
	    {X("\"size\":16777217"),
		"limit: $.size: a fixed of 16777217 bytes; at most 16777216 are read"},
	    /* Unions. */
	    {"[\"int\",\"int\"]", "$[1]: the union has int twice"},
	    {"[\"int\",{\"type\":\"int\",\"logicalType\":\"date\"}]",
		"$[1]: the union has int twice"},
	    {"[\"int\",[\"null\"]]", "$[1]: a union may not directly hold a union"},
	    {"[{\"type\":\"array\",\"items\":\"int\"},{\"type\":\"array\",\"items\":\"long\"}]",
		"$[1]: the union has array twice"},
	    {"[" X("\"size\":1") ",\"x\"]", "$[1]: the union has fixed twice"},
	    /* Defaults. */
	    {F("\"type\":\"int\",\"default\":\"5\""),
		"$.fields[0].default: the default is no value of the field's type, int"},
	    {F("\"type\":\"int\",\"default\":2147483648"),
		"$.fields[0].default: the default is no value of the field's type, int"},
	    {F("\"type\":\"int\",\"default\":1.5"),
		"$.fields[0].default: the default is no value of the field's type, int"},
	    {F("\"type\":\"boolean\",\"default\":0"),
		"$.fields[0].default: the default is no value of the field's type, boolean"},
	    {F("\"type\":\"string\",\"default\":null"),
		"$.fields[0].default: the default is no value of the field's type, string"},
	    {F("\"type\":\"bytes\",\"default\":\"\\u0100\""),
		"$.fields[0].default: the default is no value of the field's type, bytes"},
	    {F("\"type\":" X("\"size\":2") ",\"default\":\"a\""),
		"$.fields[0].default: the default is no value of the field's type, fixed"},
	    {F("\"type\":" E("\"symbols\":[\"A\"]") ",\"default\":\"B\""),
		"$.fields[0].default: the default is no value of the field's type, enum"},
	    {F("\"type\":[\"null\",\"int\"],\"default\":\"\""),
		"$.fields[0].default: the default is no value of the field's type, union"},
	    {F("\"type\":{\"type\":\"array\",\"items\":\"int\"},\"default\":[1,\"x\"]"),
		"$.fields[0].default[1]: the default is no value of the field's type, int"},
	    {F("\"type\":{\"type\":\"map\",\"values\":\"int\"},\"default\":{\"k\":null}"),
		"$.fields[0].default.k: the default is no value of the field's type, int"},
	    {F("\"type\":{\"type\":\"record\",\"name\":\"s\",\"fields\":[{\"name\":\"b\",\"type\":"
	       "\"int\"}]},\"default\":{}"),
		"$.fields[0].default: the default lacks the field \"b\""},
	    /* Names that are not known yet. */
	    {R("{\"name\":\"a\",\"type\":\"x\"},{\"name\":\"b\",\"type\":" X("\"size\":1") "}"),
		"$.fields[0].type: \"x\" is neither a type of Avro nor one declared before"},
	};

	check_each(cases, ARRAY_COUNT(cases));
}

static void
repeat(struct buffer *out, const char *unit, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		buffer_add_format(out, "%s", unit);
}

/* Reads what was made, and expects a refusal that begins like that, at once. */
static void
expect_refused(struct buffer *schema, const char *expected)
{
	struct buffer line = {0};
	clock_t start = clock();

	read_one(buffer_text(schema), &line);
	if (strncmp((char *)line.data, expected, strlen(expected)) != 0)
		print_message("expected: %s\n", expected);
	assert_memory_equal(line.data, expected, strlen(expected));
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	buffer_fini(&line);
	buffer_fini(schema);
}

static void
refuses_bombs(void **state)
{
	struct buffer schema = {0};
	unsigned i;

	/* 100,000 fields */
	buffer_add_format(&schema, "{\"type\":\"record\",\"name\":\"r\",\"fields\":[0");
	repeat(&schema, ",0", 99999);
	buffer_add_format(&schema, "]}");
	expect_refused(&schema, "limit: $.fields: 100000 fields; a record may have 16384");

	buffer_add_format(&schema, "{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[0");
	repeat(&schema, ",0", 16384);
	buffer_add_format(&schema, "]}");
	expect_refused(&schema, "limit: $.symbols: 16385 symbols; an enum may have 16384");

	buffer_add_format(&schema, "[0");
	repeat(&schema, ",0", 256);
	buffer_add_format(&schema, "]");
	expect_refused(&schema, "limit: $: a union of 257 branches; at most 256 are read");

	/* Arrays in arrays: JSON's own bound. */
	repeat(&schema, "{\"type\":\"array\",\"items\":", 40000);
	buffer_add_format(&schema, "\"int\"");
	repeat(&schema, "}", 40000);
	expect_refused(&schema, "limit: ");

	repeat(&schema, "[", 500000);
	expect_refused(&schema, "limit: ");

	buffer_add_format(&schema, "\"");
	repeat(&schema, "0123456789abcdef", 65536);
	buffer_add_format(&schema, "\"");
	expect_refused(&schema, "limit: a schema of 1048578 bytes; at most 1048576 are read");

	/* Each record holds the one before twice: 2^40 types. */
	buffer_add_format(&schema, "[{\"type\":\"record\",\"name\":\"r0\",\"fields\":[]}");
	for (i = 1; i <= 40; i++)
		buffer_add_format(&schema,
		    ",{\"type\":\"record\",\"name\":\"r%u\",\"fields\":[{\"name\":\"a\",\"type\":"
		    "\"r%u\"},"
		    "{\"name\":\"b\",\"type\":\"r%u\"}]}",
		    i, i - 1, i - 1);
	buffer_add_format(&schema, "]");
	expect_refused(&schema,
	    "limit: $[19]: more than 1000000 types when each name is replaced by what it names");

	/* A chain through names: deeper than JSON may be. */
	buffer_add_format(&schema, "[{\"type\":\"record\",\"name\":\"r0\",\"fields\":[]}");
	for (i = 1; i <= 100; i++)
		buffer_add_format(&schema,
		    ",{\"type\":\"record\",\"name\":\"r%u\",\"fields\":[{\"name\":\"a\",\"type\":"
		    "\"r%u\"}]}",
		    i, i - 1);
	buffer_add_format(&schema, "]");
	expect_refused(&schema, "limit: $[64]: types within types deeper than 64");

	buffer_add_format(&schema, "[");
	for (i = 0; i < 5000; i++)
		buffer_add_format(&schema,
		    "%s{\"type\":\"map\",\"values\":{\"type\":\"fixed\",\"name\":\"f%u\",\"size\":"
		    "1}}",
		    i ? "," : "", i);
	buffer_add_format(&schema, "]");
	expect_refused(&schema, "limit: $: a union of 5000 branches");

	buffer_add_format(&schema, "{\"type\":\"record\",\"name\":\"r\",\"fields\":[");
	for (i = 0; i < 5000; i++)
		buffer_add_format(&schema,
		    "%s{\"name\":\"a%u\",\"type\":{\"type\":\"fixed\",\"name\":\"f%u\",\"size\":1}"
		    "}",
		    i ? "," : "", i, i);
	buffer_add_format(&schema, "]}");
	expect_refused(&schema, "limit: $.fields[4095].type.name: more than 4096 named types");

	buffer_add_format(&schema, "{\"type\":\"fixed\",\"size\":1,\"name\":\"");
	repeat(&schema, "abcdefgh", 129);
	buffer_add_format(&schema, "\"}");
	expect_refused(&schema, "limit: $.name: a name of 1032 bytes; at most 1024 are read");

	buffer_add_format(&schema, "{\"type\":\"fixed\",\"size\":1,\"name\":\"");
	repeat(&schema, "a", 1000);
	buffer_add_format(&schema, "\",\"namespace\":\"");
	repeat(&schema, "a", 1000);
	buffer_add_format(&schema, "\"}");
	expect_refused(
	    &schema, "limit: $.name: with its namespace the name is longer than 1024 bytes");

	/* A default that fits each of two records until its innermost value: 2^50 ways. */
	buffer_add_format(&schema,
	    "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"x\",\"type\":["
	    "{\"type\":\"record\",\"name\":\"a\",\"fields\":[{\"name\":\"x\",\"type\":[\"null\","
	    "\"a\","
	    "{\"type\":\"record\",\"name\":\"b\",\"fields\":[{\"name\":\"x\",\"type\":[\"null\","
	    "\"a\",\"b\"]}]}]}]},\"b\"],"
	    "\"default\":");
	repeat(&schema, "{\"x\":", 50);
	buffer_add_format(&schema, "7");
	repeat(&schema, "}", 50);
	buffer_add_format(&schema, "}]}");
	expect_refused(&schema,
	    "limit: $.fields[0].default: too many ways in which the default might fit its unions");
}

/* The greatest that is allowed is read, and soon. */
static void
reads_large_schemas(void **state)
{
	struct buffer schema = {0};
	struct avro_schema *made;
	clock_t start = clock();
	unsigned i;

	buffer_add_format(&schema, "{\"type\":\"record\",\"name\":\"r\",\"fields\":[");
	for (i = 0; i < AVRO_FIELDS_MAX; i++)
		buffer_add_format(
		    &schema, "%s{\"name\":\"a%u\",\"type\":[\"null\",\"int\"]}", i ? "," : "", i);
	buffer_add_format(&schema, "]}");
	assert_true(avro_schema_open(buffer_text(&schema), &made, NULL));
	assert_int_equal(avro_schema_root(made)->expanded, 3 * AVRO_FIELDS_MAX + 1);
	assert_int_equal(avro_schema_root(made)->min_bytes, AVRO_FIELDS_MAX);
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	avro_schema_close(made);
	buffer_fini(&schema);
}

static void
measures_types(void **state)
{
	static const struct {
		const char *schema;
		uint32_t expanded, depth;
		uint64_t min_bytes;
	} cases[] = {
	    {"\"null\"", 1, 1, 0},
	    {"\"double\"", 1, 1, 8},
	    {"[\"null\",\"double\"]", 3, 2, 1},
	    {"[\"double\",\"float\"]", 3, 2, 5},
	    {"[]", 1, 1, 1},
	    {"{\"type\":\"array\",\"items\":\"double\"}", 2, 2, 1},
	    {R(""), 1, 1, 0},
	    {R("{\"name\":\"a\",\"type\":\"null\"},{\"name\":\"b\",\"type\":" X(
		 "\"size\":5") "},{\"name\":\"c\",\"type\":\"x\"}"),
		4, 2, 10},
	    {F("\"type\":[\"null\",\"r\"]"), 4, 3, 1},
	    /* What a record inside holds of the one around it takes a byte at least. */
	    {F("\"type\":[\"null\",{\"type\":\"record\",\"name\":\"s\",\"fields\":[{\"name\":\"b\","
	       "\"type\":\"r\"}]}]"),
		5, 4, 1},
	    {R("{\"name\":\"a\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"s\",\"fields\":["
	       "{\"name\":\"b\",\"type\":\"r\"}]}]},"
	       "{\"name\":\"c\",\"type\":\"s\"}"),
		7, 4, 2},
	};
	struct avro_schema *schema;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		const struct avro_node *root;

		assert_true(avro_schema_open(text_of(cases[i].schema), &schema, NULL));
		root = avro_schema_root(schema);
		if (root->expanded != cases[i].expanded || root->depth != cases[i].depth ||
		    root->min_bytes != cases[i].min_bytes)
			print_message("%s: %u types, depth %u, %llu bytes\n", cases[i].schema,
			    root->expanded, root->depth, (unsigned long long)root->min_bytes);
		assert_int_equal(root->expanded, cases[i].expanded);
		assert_int_equal(root->depth, cases[i].depth);
		assert_int_equal(root->min_bytes, cases[i].min_bytes);
		avro_schema_close(schema);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_good_schemas),
	    cmocka_unit_test(says_each_mistake),
	    cmocka_unit_test(refuses_bombs),
	    cmocka_unit_test(reads_large_schemas),
	    cmocka_unit_test(measures_types),
	};

	return cmocka_run_group_tests_name("avro schema", tests, NULL, NULL);
}
