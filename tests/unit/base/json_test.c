/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buffer.h"

/* Writes a node again: what was read, in a form that two readings can be compared in. */
static uint32_t
show(const struct json_document *document, uint32_t at, struct buffer *out)
{
	const struct json_node *node = &document->nodes[at];
	uint32_t i, child = at + 1;

	switch (node->kind) {
	case NODE_NULL:
		buffer_add_format(out, "null");
		break;
	case NODE_FALSE:
	case NODE_TRUE:
		buffer_add_format(out, node->kind == NODE_TRUE ? "true" : "false");
		break;
	case NODE_LONG:
		buffer_add_format(out, "%lld", (long long)node->integer);
		break;
	case NODE_DOUBLE:
		buffer_add_format(out, "%.17gd", node->number);
		break;
	case NODE_TEXT:
		buffer_add_format(out, "'%.*s'", TEXT_PRINT(node->text));
		break;
	case NODE_ARRAY:
	case NODE_OBJECT:
		buffer_add_format(out, node->kind == NODE_ARRAY ? "[" : "{");
		for (i = 0; i < node->count; i++) {
			buffer_add_format(out, i ? "," : "");
			if (node->kind == NODE_OBJECT) {
				child = show(document, child, out);
				buffer_add_format(out, ":");
			}
			child = show(document, child, out);
		}
		buffer_add_format(out, node->kind == NODE_ARRAY ? "]" : "}");
	}
	assert_int_equal(node->next, child);
	return child;
}

static int
open_reader(void **state)
{
	*state = json_reader_open();
	return 0;
}

static int
close_reader(void **state)
{
	json_reader_close(*state);
	return 0;
}

/* What a document reads as, or the error's sentence. The bytes end where memory ends. */
static void
check(struct json_reader *reader, struct text bytes, const char *expected)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = bytes.size / page + 1;
	char *memory = mmap(
	    NULL, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct json_document document;
	struct error err = {0};
	struct buffer out = {0};
	char *copy;

	assert_true(memory != MAP_FAILED);
	assert_int_equal(mprotect(memory + pages * page, page, PROT_NONE), 0);
	copy = memory + pages * page - bytes.size;
	memcpy(copy, bytes.data, bytes.size);
	if (json_parse(reader, (struct text){copy, bytes.size}, &document, &err)) {
		assert_int_equal(show(&document, 0, &out), document.count);
		buffer_add_byte(&out, 0);
		assert_string_equal((char *)out.data, expected);
	} else {
		assert_string_equal(err.text, expected);
	}
	buffer_fini(&out);
	munmap(memory, (pages + 1) * page);
}

static const struct {
	const char *json, *expected;
} cases[] = {
    /* values of every kind, and white space everywhere */
    {"null", "null"},
    {" true\n", "true"},
    {"\t\r\nfalse", "false"},
    {"\"a\"", "'a'"},
    {"\"\"", "''"},
    {"[]", "[]"},
    {"{}", "{}"},
    {" [ ] ", "[]"},
    {" { } ", "{}"},
    {"[1,\"a\",null,true,false,{},[]]", "[1,'a',null,true,false,{},[]]"},
    {"{\"a\":1,\"b\":{\"c\":[{\"d\":2}]},\"\":3}", "{'a':1,'b':{'c':[{'d':2}]},'':3}"},
    {" { \"a\" : [ 1 , 2 ] , \"b\" : \"c \" } ", "{'a':[1,2],'b':'c '}"},
    {"{\"key:,{}[]\":\"va,l:{}[]\"}", "{'key:,{}[]':'va,l:{}[]'}"},
    /* numbers */
    {"0", "0"},
    {"-0", "0"},
    {"-1", "-1"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", "an integer beyond what 64 bits hold at byte 1"},
    {"-9223372036854775809", "an integer beyond what 64 bits hold at byte 1"},
    {"[18446744073709551617]", "an integer beyond what 64 bits hold at byte 2"},
    {"100000000000000000000000000000000", "an integer beyond what 64 bits hold at byte 1"},
    {"0.5", "0.5d"},
    {"-0.0", "-0d"},
    {"1e2", "100d"},
    {"1E+2", "100d"},
    {"12.5e-1", "1.25d"},
    {"0.1", "0.10000000000000001d"},
    {"123456789012345678", "123456789012345678"},
    {"9007199254740993.0", "9007199254740992d"},
    {"9007199254740992.999999999999", "9007199254740992d"},
    {"1.7976931348623157e308", "1.7976931348623157e+308d"},
    {"4.9e-324", "4.9406564584124654e-324d"},
    {"2.2250738585072011e-308", "2.2250738585072009e-308d"},
    {"1e-400", "0d"},
    {"-1e-400", "-0d"},
    {"0e999999999999", "0d"},
    {"0.0e-999999999999", "0d"},
    {"1e400", "a number beyond what a double holds at byte 1"},
    {"[-1.8e308]", "a number beyond what a double holds at byte 2"},
    {"1e99999999999999999999", "a number beyond what a double holds at byte 1"},
    {"1e-99999999999999999999", "0d"},
    {"0.00000000000000000000000000000000000000000000000001", "1e-50d"},
    {"01", "a number with a leading zero at byte 1"},
    {"-01", "a number with a leading zero at byte 1"},
    {"00", "a number with a leading zero at byte 1"},
    {"-", "a digit expected at byte 2"},
    {"--1", "a digit expected at byte 2"},
    {"+1", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    {".5", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    {"1.", "a digit behind the point of a number expected at byte 3"},
    {"[1.]", "a digit behind the point of a number expected at byte 4"},
    {"1.e5", "a digit behind the point of a number expected at byte 3"},
    {"1e", "a digit in the exponent of a number expected at byte 3"},
    {"1e+", "a digit in the exponent of a number expected at byte 4"},
    {"1.5.5", "the end of a number expected at byte 4"},
    {"1a", "the end of a number expected at byte 2"},
    {"0x10", "the end of a number expected at byte 2"},
    {"1e5.5", "the end of a number expected at byte 4"},
    {"1\"a\"", "the end of a number expected at byte 2"},
    {"NaN", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    {"Infinity", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    {"-Infinity", "a digit expected at byte 2"},
    /* literals */
    {"nul", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    {"nulll", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    {"[true\"a\"]", "null, true, false, a number, a string, '[' or '{' expected at byte 2"},
    {"True", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    {"[falsy]", "null, true, false, a number, a string, '[' or '{' expected at byte 2"},
    {"truefalse", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    /* texts */
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "'\"\\/\b\f\n\r\t'"},
    {"\"a\\u0041\\u00e9\\u20ac\\ud83d\\uDE00z\"", "'aA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z'"},
    {"{\"\\u0061\":\"\\\\\"}", "{'a':'\\'}"},
    {"\"\\\\\\\"\"", "'\\\"'"},
    {"\"\xf0\x9f\x98\x80\"", "'\xf0\x9f\x98\x80'"},
    {"\"\\x\"", "an unknown escape at byte 2"},
    {"\"a\\u12\"", "\\u without four hex digits at byte 3"},
    {"\"\\u12G4\"", "\\u without four hex digits at byte 2"},
    {"\"\\ud83d\"", "half of a surrogate pair at byte 2"},
    {"\"\\ud83dx\"", "half of a surrogate pair at byte 2"},
    {"\"\\ud83d\\u0041\"", "half of a surrogate pair at byte 2"},
    {"\"\\ud83d\\n\"", "half of a surrogate pair at byte 2"},
    {"\"\\ud83d\\ud83d\"", "half of a surrogate pair at byte 2"},
    {"\"x\\ude00\"", "half of a surrogate pair at byte 3"},
    {"\"x\\u0000\"", "a NUL (\\u0000) at byte 3"},
    {"\"a\nb\"", "a control character in a string at byte 3"},
    {"[\"\\\"\",\"a\x01\"]", "a control character in a string at byte 9"},
    {"\"a", "a string is not closed that begins at byte 1"},
    {"{\"id\":\"INC", "a string is not closed that begins at byte 7"},
    {"[\"a\\\"]", "a string is not closed that begins at byte 2"},
    {"\"\xc3\x28\"", "bytes that are not UTF-8 at byte 2"},
    {"[\"ok\",\"\xed\xa0\x80\"]", "bytes that are not UTF-8 at byte 8"},
    {"\"\xc0\xaf\"", "bytes that are not UTF-8 at byte 2"},
    {"\"\xf5\x80\x80\x80\"", "bytes that are not UTF-8 at byte 2"},
    {"\"\xe2\x82", "a string is not closed that begins at byte 1"},
    {"\xff", "bytes that are not UTF-8 at byte 1"},
    {"\xef\xbb\xbf{}", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    /* grammar */
    {"", "null, true, false, a number, a string, '[' or '{' expected, not the end, at byte 1"},
    {"  ", "null, true, false, a number, a string, '[' or '{' expected, not the end, at byte 3"},
    {"[", "null, true, false, a number, a string, '[' or '{' expected, not the end, at byte 2"},
    {"{", "a key in quotes expected, not the end, at byte 2"},
    {"[1", "',' or ']' expected, not the end, at byte 3"},
    {"[1,", "null, true, false, a number, a string, '[' or '{' expected, not the end, at byte 4"},
    {"[1,]", "null, true, false, a number, a string, '[' or '{' expected at byte 4"},
    {"[,1]", "null, true, false, a number, a string, '[' or '{' expected at byte 2"},
    {"[1 2]", "',' or ']' expected at byte 4"},
    {"[1}", "',' or ']' expected at byte 3"},
    {"{\"a\"}", "':' expected at byte 5"},
    {"{\"a\":}", "null, true, false, a number, a string, '[' or '{' expected at byte 6"},
    {"{\"a\":1,}", "a key in quotes expected at byte 8"},
    {"{\"a\":1]", "',' or '}' expected at byte 7"},
    {"{a:1}", "a key in quotes expected at byte 2"},
    {"{1:1}", "a key in quotes expected at byte 2"},
    {"{\"a\" 1}", "':' expected at byte 6"},
    {"{\"a\"::1}", "null, true, false, a number, a string, '[' or '{' expected at byte 6"},
    {"{\"a\":1 \"b\":2}", "',' or '}' expected at byte 8"},
    {"\"a\"\"b\"", "the end expected at byte 4"},
    {"[\"a\"\"b\"]", "',' or ']' expected at byte 5"},
    {"[\"a\"x]", "',' or ']' expected at byte 5"},
    {"{} {}", "the end expected at byte 4"},
    {"[]]", "the end expected at byte 3"},
    {"1,", "the end expected at byte 2"},
    {"]", "null, true, false, a number, a string, '[' or '{' expected at byte 1"},
    {"[1\f]", "',' or ']' expected at byte 3"},
    {"[1]\v", "the end expected at byte 4"},
    {"\\\"a\"", "a string is not closed that begins at byte 4"},
    {"['a']", "null, true, false, a number, a string, '[' or '{' expected at byte 2"},
    {"[1] // x", "the end expected at byte 5"},
    /* keys */
    {"{\"a\":1,\"b\":2,\"a\":3}", "one key twice in the object that ends at byte 19"},
    {"{\"a\":1,\"\\u0061\":3}", "one key twice in the object that ends at byte 18"},
    {"{\"\":1,\"\":3}", "one key twice in the object that ends at byte 11"},
    {"[{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}]", "[{'a':{'a':1},'b':[{'a':1},{'a':1}]}]"},
    {"{\"abba\":1,\"acca\":2,\"abca\":3}", "{'abba':1,'acca':2,'abca':3}"},
    {"{\"xaby\":1,\"xbby\":2,\"xcby\":3,\"xbby\":4}",
	"one key twice in the object that ends at byte 37"},
};

static void
documents_are_read_or_refused(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++)
		check(*state, text_of(cases[i].json), cases[i].expected);
}

/* The scanner works on blocks of 64 bytes: the same anywhere in a block. */
static void
place_in_a_block_does_not_matter(void **state)
{
	struct buffer padded = {0};
	size_t i, shift;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		if (strstr(cases[i].expected, "at byte"))
			continue;
		for (shift = 1; shift < 130; shift += 3) {
			padded.size = 0;
			while (padded.size < shift)
				buffer_add_byte(&padded, ' ');
			buffer_add_text(&padded, text_of(cases[i].json));
			check(*state, buffer_text(&padded), cases[i].expected);
		}
	}
	buffer_fini(&padded);
}

/* Against the C library, which rounds correctly; the last digits decide. */
static void
doubles_are_the_nearest(void **state)
{
	struct json_document document;
	struct error err;
	uint64_t seed = 11;
	int round;

	for (round = 0; round < 200000; round++) {
		char text[64];
		double expected;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		snprintf(text, sizeof(text), "%llu.%llue%d",
		    (unsigned long long)(seed >> (seed % 64)), (unsigned long long)(seed >> 40),
		    (int)(seed >> 33) % 640 - 330);
		expected = strtod(text, NULL);
		if (json_parse(*state, text_of(text), &document, &err))
			assert_memory_equal(&document.nodes[0].number, &expected, sizeof(expected));
		else
			assert_true(expected > 1.7976931348623157e308);
	}
}

static void
a_nul_is_said_to_be_one(void **state)
{
	check(*state, TEXT("[1,\0]"), "a NUL at byte 4");
	check(*state, TEXT("\0"), "a NUL at byte 1");
	check(*state, TEXT("{\"a\0\":1}"), "a NUL at byte 4");
	check(*state, TEXT("{}\0"), "a NUL at byte 3");
	assert_int_equal(json_reader_problem(*state), JSON_NUL);
}

static void
problems_have_kinds(void **state)
{
	static const struct {
		const char *json;
		enum json_problem problem;
		enum error_kind kind;
	} kinds[] = {
	    {"[", JSON_SYNTAX, ERROR_MALFORMED},
	    {"\"\xff\"", JSON_NOT_UTF8, ERROR_MALFORMED},
	    {"\"\\ud800\"", JSON_NOT_UTF8, ERROR_MALFORMED},
	    {"\"\\u0000\"", JSON_NUL, ERROR_MALFORMED},
	    {"9999999999999999999", JSON_NUMBER, ERROR_MALFORMED},
	    {"{\"a\":1,\"a\":1}", JSON_DUPLICATE, ERROR_MALFORMED},
	};
	struct json_document document;
	struct error err;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(kinds); i++) {
		assert_false(json_parse(*state, text_of(kinds[i].json), &document, &err));
		assert_int_equal(json_reader_problem(*state), kinds[i].problem);
		assert_int_equal(err.kind, kinds[i].kind);
	}
}

static void
repeat(struct buffer *out, const char *piece, size_t count)
{
	while (count--)
		buffer_add_text(out, text_of(piece));
}

static void
depth_is_bounded(void **state)
{
	struct buffer json = {0};
	struct json_document document;
	struct error err = {0};

	repeat(&json, "[", 64);
	repeat(&json, "]", 64);
	assert_true(json_parse(*state, buffer_text(&json), &document, &err));
	assert_int_equal(document.count, 64);
	json.size = 0;
	repeat(&json, "[", 65);
	repeat(&json, "]", 65);
	check(*state, buffer_text(&json), "more than 64 levels at byte 65");
	assert_int_equal(json_reader_problem(*state), JSON_TOO_DEEP);
	json.size = 0;
	repeat(&json, "[", 100000);
	check(*state, buffer_text(&json), "more than 64 levels at byte 65");
	json.size = 0;
	repeat(&json, "{\"a\":", 100000);
	check(*state, buffer_text(&json), "more than 64 levels at byte 321");
	buffer_fini(&json);
}

static void
size_is_bounded(void **state)
{
	struct buffer json = {0};
	struct json_document document;
	struct error err = {0};

	repeat(&json, "[", 1);
	repeat(&json, "1,", JSON_TOKENS_MAX / 2 - 1);
	repeat(&json, "1", 1);
	check(*state, buffer_text(&json), "',' or ']' expected, not the end, at byte 1048577");
	repeat(&json, "]", 1);
	check(*state, buffer_text(&json), "more than 1,048,576 tokens at byte 1048577");
	assert_int_equal(json_reader_problem(*state), JSON_TOO_LARGE);
	json.size = 0;
	repeat(&json, "\"", 1);
	repeat(&json, "0123456789abcdef", JSON_BYTES_MAX / 16 - 1);
	repeat(&json, "0123456789abcd\"", 1);
	assert_true(json_parse(*state, buffer_text(&json), &document, &err));
	assert_int_equal(document.nodes[0].text.size, JSON_BYTES_MAX - 2);
	repeat(&json, "  ", 1);
	check(*state, buffer_text(&json), "more than 16 MiB: cut at byte 16777217");
	buffer_fini(&json);
}

/* Around the size at which the way of looking changes, and where all keys look alike. */
static void
duplicates_are_found_among_many(void **state)
{
	static const int counts[] = {2, 9, 31, 32, 33, 64, 1000, 50000};
	struct buffer json = {0};
	struct json_document document;
	struct error err;
	size_t i;
	int key, twice;

	for (i = 0; i < ARRAY_COUNT(counts); i++) {
		for (twice = 0; twice < 2; twice++) {
			json.size = 0;
			repeat(&json, "{", 1);
			for (key = 0; key < counts[i]; key++)
				buffer_add_format(&json, "\"k%06dk\":[{\"k\":0}],", key);
			buffer_add_format(
			    &json, "\"k%06dk\":0}", twice ? counts[i] / 2 : counts[i]);
			assert_int_equal(
			    json_parse(*state, buffer_text(&json), &document, &err), !twice);
			if (twice)
				assert_int_equal(json_reader_problem(*state), JSON_DUPLICATE);
			else
				assert_int_equal(document.nodes[0].count, counts[i] + 1);
		}
	}
	buffer_fini(&json);
}

static void
members_are_found(void **state)
{
	struct json_document document;
	struct error err;

	assert_true(json_parse(
	    *state, TEXT("{\"a\":[1,2,{\"b\":3}],\"b\":{\"c\":4},\"c\":5}"), &document, &err));
	assert_int_equal(json_member(&document, 0, TEXT("a"))->kind, NODE_ARRAY);
	assert_int_equal(json_member(&document, 0, TEXT("c"))->integer, 5);
	assert_int_equal(
	    json_member(&document,
		(uint32_t)(json_member(&document, 0, TEXT("b")) - document.nodes), TEXT("c"))
		->integer,
	    4);
	assert_null(json_member(&document, 0, TEXT("d")));
	assert_null(json_member(&document, 1, TEXT("a")));
}

static void
texts_may_outlive_the_parse(void **state)
{
	struct text first = TEXT("[\"plain\",\"esc\\taped\"]");
	struct json_document document;
	struct arena arena;
	struct text plain, escaped;
	struct error err;

	arena_init(&arena);
	assert_true(json_parse_into(*state, first, &arena, &document, &err));
	plain = document.nodes[1].text;
	escaped = document.nodes[2].text;
	assert_true(json_parse_into(
	    *state, TEXT("[\"\\n\\n\\n\",\"\\n\\n\\n\\n\"]"), &arena, &document, &err));
	assert_ptr_equal(plain.data, first.data + 2);
	assert_true(text_is(escaped, "esc\taped"));
	arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(documents_are_read_or_refused),
	    cmocka_unit_test(place_in_a_block_does_not_matter),
	    cmocka_unit_test(doubles_are_the_nearest),
	    cmocka_unit_test(a_nul_is_said_to_be_one),
	    cmocka_unit_test(problems_have_kinds),
	    cmocka_unit_test(depth_is_bounded),
	    cmocka_unit_test(size_is_bounded),
	    cmocka_unit_test(duplicates_are_found_among_many),
	    cmocka_unit_test(members_are_found),
	    cmocka_unit_test(texts_may_outlive_the_parse),
	};

	return cmocka_run_group_tests(tests, open_reader, close_reader);
}
