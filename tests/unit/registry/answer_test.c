/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as registries write them and as they should not. */
#include "registry_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"

struct answer_case {
	const char *json, *expected; /* "TYPE TEXT subject/version …", or the sentence */
};

static void
print_answer(const struct registry_answer_body *answer, char *out, size_t out_bytes)
{
	static const char *const types[] = {"AVRO", "JSON", "PROTOBUF"};
	int used =
	    snprintf(out, out_bytes, "%s %.*s", types[answer->type], TEXT_PRINT(answer->text));
	size_t i;

	for (i = 0; i < answer->reference_count; i++)
		used += snprintf(out + used, out_bytes - (size_t)used, " %.*s/%lld",
		    TEXT_PRINT(answer->references[i].subject),
		    (long long)answer->references[i].version);
}

static void
schemas_are_read(void **state)
{
	static const struct answer_case cases[] = {
	    {"{\"schema\":\"\\\"long\\\"\"}", "AVRO \"long\""},
	    {"{\"subject\":\"s\",\"version\":1,\"id\":3,\"guid\":\"x\",\"schemaType\":\"AVRO\","
	     "\"references\":[],\"metadata\":null,\"schema\":\"x\",\"ts\":1}",
		"AVRO x"},
	    {"{\"schema\":\"x\",\"schemaType\":null,\"references\":null}", "AVRO x"},
	    {"{\"schema\":\"x\",\"schemaType\":\"JSON\"}", "JSON x"},
	    {"{\"schema\":\"x\",\"schemaType\":\"PROTOBUF\",\"references\":[{\"name\":\"n\","
	     "\"subject\":\"s\",\"version\":2},{\"subject\":\"t/u\",\"version\":1}]}",
		"PROTOBUF x s/2 t/u/1"},
	    {"{\"schema\":\"x\",\"schemaType\":\"XML\"}",
		"schemaType \"XML\" is none of AVRO, JSON, PROTOBUF"},
	    {"{\"schema\":\"x\",\"schemaType\":\"\\u001b[2Jxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
		"schemaType \"\\x1b[2Jxxxxxxxxxxxxxxxx...\" is none of AVRO, JSON, PROTOBUF"},
	    {"{\"schema\":\"x\",\"schemaType\":1}", "schemaType is not a text"},
	    {"{\"schema\":\"x\",\"references\":{}}", "references is not a list"},
	    {"{\"schema\":\"x\",\"references\":[1]}", "a reference without a subject"},
	    {"{\"schema\":\"x\",\"references\":[{\"subject\":\"\",\"version\":1}]}",
		"a reference without a subject"},
	    {"{\"schema\":\"x\",\"references\":[{\"subject\":\"s\",\"version\":\"1\"}]}",
		"a reference without a version"},
	    {"{\"schema\":\"x\",\"references\":[{\"subject\":\"s\",\"version\":0}]}",
		"a reference without a version"},
	    {"{\"schema\":null}", "JSON without a text \"schema\""},
	    {"\"x\"", "JSON, but not an object"},
	    {"{\"schema\":\"\\u0000\"}", "not the JSON of a registry: a NUL (\\u0000) at byte 12"},
	    {"{\"schema\":\"\\ud800\"}",
		"not the JSON of a registry: half of a surrogate pair at byte 12"},
	};
	struct registry_answer_body *answer = memory_get(sizeof(*answer));
	struct json_reader *reader = json_reader_open();
	char found[512];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};

		if (registry_answer_read(reader, text_of(cases[i].json), answer, &err))
			print_answer(answer, found, sizeof(found));
		else
			snprintf(found, sizeof(found), "%.500s", err.text);
		assert_string_equal(found, cases[i].expected);
	}
	json_reader_close(reader);
	memory_free(answer);
}

static void
depth_and_number_have_an_end(void **state)
{
	struct registry_answer_body *answer = memory_get(sizeof(*answer));
	struct json_reader *reader = json_reader_open();
	struct buffer deep = {0}, many = {0};
	struct error err = {0};
	int i;

	buffer_add_text(&deep, TEXT("{\"schema\":"));
	for (i = 0; i < 100000; i++)
		buffer_add_byte(&deep, '[');
	assert_false(registry_answer_read(reader, buffer_text(&deep), answer, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	buffer_add_text(&many, TEXT("{\"schema\":\"x\",\"references\":["));
	for (i = 0; i <= REGISTRY_REFERENCES_MAX; i++)
		buffer_add_format(
		    &many, "%s{\"subject\":\"s\",\"version\":%d}", i ? "," : "", i + 1);
	buffer_add_text(&many, TEXT("]}"));
	assert_false(registry_answer_read(reader, buffer_text(&many), answer, &err));
	assert_string_equal(err.text, "more than 256 references");
	buffer_fini(&deep);
	buffer_fini(&many);
	json_reader_close(reader);
	memory_free(answer);
}

static void
numbers_are_read(void **state)
{
	static const struct answer_case cases[] = {
	    {"{\"id\":12}", "12"},
	    {"{\"id\":0,\"version\":1}", "0"},
	    {"{\"id\":2147483647}", "2147483647"},
	    {"{\"id\":2147483648}", "JSON without a number \"id\""},
	    {"{\"id\":-1}", "JSON without a number \"id\""},
	    {"{\"id\":\"12\"}", "JSON without a number \"id\""},
	    {"{\"id\":1.0}", "JSON without a number \"id\""},
	    {"{}", "JSON without a number \"id\""},
	};
	struct json_reader *reader = json_reader_open();
	char found[256];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		uint32_t id;

		if (registry_answer_read_id(reader, text_of(cases[i].json), &id, &err))
			snprintf(found, sizeof(found), "%u", id);
		else
			snprintf(found, sizeof(found), "%.200s", err.text);
		assert_string_equal(found, cases[i].expected);
	}
	json_reader_close(reader);
}

static void
apicurios_own_answers_are_read(void **state)
{
	static const struct answer_case searches[] = {
	    {"{\"artifacts\":[{\"id\":\"a\",\"type\":\"JSON\"}],\"count\":1}", "1"},
	    {"{\"artifacts\":[],\"count\":0}", "none"},
	    {"{\"artifacts\":[{\"type\":\"WSDL\"}]}",
		"type \"WSDL\" is none of AVRO, JSON, PROTOBUF"},
	    {"{\"artifacts\":[7]}", "an artifact without a type"},
	    {"{\"count\":0}", "JSON without a list \"artifacts\""},
	};
	static const struct answer_case references[] = {
	    {"[]", ""},
	    {"[{\"artifactId\":\"a\",\"name\":\"x.A\",\"version\":\"1\"},{\"artifactId\":\"b\","
	     "\"version\":\"22\",\"groupId\":null}]",
		" a/1 b/22"},
	    {"[{\"artifactId\":\"a\",\"version\":\"1\",\"groupId\":\"g\"}]",
		"a reference into a group, which Confluent's API does not show"},
	    {"[{\"artifactId\":\"a\",\"version\":\"1.0.0\"}]", "a reference without a version"},
	    {"[{\"artifactId\":\"a\",\"version\":1}]", "a reference without a version"},
	    {"[{\"version\":\"1\"}]", "a reference without an artifactId"},
	    {"{}", "references is not a list"},
	};
	struct registry_answer_body *answer = memory_get(sizeof(*answer));
	struct json_reader *reader = json_reader_open();
	enum schema_type type;
	char found[256];
	bool none;
	size_t i;

	for (i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		struct error err = {0};

		if (registry_answer_read_search(
			reader, text_of(searches[i].json), &type, &none, &err))
			snprintf(found, sizeof(found), none ? "none" : "%d", type);
		else
			snprintf(found, sizeof(found), "%.200s", err.text);
		assert_string_equal(found, searches[i].expected);
	}
	for (i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		struct error err = {0};

		*answer = (struct registry_answer_body){.type = SCHEMA_AVRO};
		if (registry_answer_read_references(
			reader, text_of(references[i].json), answer, &err)) {
			print_answer(answer, found, sizeof(found));
			assert_string_equal(found + 5, references[i].expected);
		} else {
			assert_string_equal(err.text, references[i].expected);
		}
	}
	json_reader_close(reader);
	memory_free(answer);
}

static void
refusals_are_read_and_shown_safely(void **state)
{
	static const struct {
		const char *json;
		int64_t code;
		const char *message;
	} cases[] = {
	    {"{\"error_code\":40403,\"message\":\"Schema 7 not found\"}", 40403,
		"Schema 7 not found"},
	    {"{\"error_code\":\"40403\",\"message\":7}", 0, ""},
	    {"{\"message\":\"a\\u001b]0;b\\u0007\"}", 0, "a\\x1b]0;b\\x07"},
	    {"<html>", 0, ""},
	    {"", 0, ""},
	};
	struct json_reader *reader = json_reader_open();
	struct registry_refusal refusal;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		registry_refusal_read(reader, text_of(cases[i].json), &refusal);
		assert_int_equal(refusal.code, cases[i].code);
		assert_string_equal(refusal.message, cases[i].message);
	}
	json_reader_close(reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(schemas_are_read),
	    cmocka_unit_test(depth_and_number_have_an_end),
	    cmocka_unit_test(numbers_are_read),
	    cmocka_unit_test(apicurios_own_answers_are_read),
	    cmocka_unit_test(refusals_are_read_and_shown_safely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
