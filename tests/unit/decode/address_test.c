/* SPDX-License-Identifier: Apache-2.0 */
/* What lies beside a record: its key, time, topic and headers as parts of an event. */
#include "decoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define BESIDE                                                                                     \
	"dataset: $topic\ntime: $timestamp\nid: $key\nactor: $header.user\nteam: {field: "         \
	"$header.team, default: nobody}\nentity: {template: \"{$header.kind}/{id}\"}\n"            \
	"changes: {new: [a]}\nwhere: [{field: $header.stage, is: [live, null]}]\n"

struct beside_case {
	const char *aside, *json, *expected;
};

static void
parts_come_from_beside_the_record(void **state)
{
	static const struct beside_case cases[] = {
	    {"topic=crm.case/12\ntime=1456708980000\nkey=k1\nuser: ann\nteam: T\nkind: case",
		"{\"id\":7,\"a\":1}",
		"2016-02-29T01:23:00Z crm.case id=k1 actor=ann team=T entity=case/7 [a null -> 1]"},
	    {"topic=crm.case/0\ntime=0\nuser: ann\nuser: bob\nteam", "{}",
		"1970-01-01T00:00:00Z crm.case actor=bob team=nobody []"},
	    {"topic=a/b\ntime=0\nkey=", "{\"$key\":\"x\",\"$header.user\":\"x\"}",
		"1970-01-01T00:00:00Z a/b team=nobody []"},
	    {"topic=7\ntime=0\nuser: \nteam: ", "{\"$header\":{\"user\":\"x\"}}",
		"1970-01-01T00:00:00Z 7 team=nobody []"},
	    {"topic=t/0\ntime=0\nstage: test", "{}",
		"filtered: filtered-by-mapping: field $header.stage"},
	    {"topic=t/0\ntime=0\nstage: live", "{}", "1970-01-01T00:00:00Z t team=nobody []"},
	    {"topic=t/0", "{}",
		"quarantined: required-field-missing: time: field $timestamp is absent"},
	    {"topic=t/0\ntime=99999999999999", "{}",
		("quarantined: time-out-of-range: time: field $timestamp: a time outside "
		 "1900-01-01 to 2200-01-01")},
	    {"topic=t/0\ntime=0\nkey=\x01\xff", "{}",
		("quarantined: not-utf8: $key: bytes that are not UTF-8; a key that is framed for "
		 "a schema registry is not read")},
	    {"topic=t/0\ntime=0\nuser: \xc3", "{}",
		"quarantined: not-utf8: header user: bytes that are not UTF-8"},
	    /* headers that nobody names may hold anything */
	    {"topic=t/0\ntime=0\nother: \xc3", "{}", "1970-01-01T00:00:00Z t team=nobody []"},
	};
	struct decoding decoding;
	size_t i;

	decoding_open(&decoding, FORMAT_JSON, BESIDE, NULL);
	for (i = 0; i < ARRAY_COUNT(cases); i++)
		assert_string_equal(
		    decoding_one_beside(&decoding, cases[i].aside, text_of(cases[i].json)),
		    cases[i].expected);
	decoding_close(&decoding);
}

static void
a_nul_is_no_text(void **state)
{
	static const struct message_header header = {{"user", 4}, {"a\0b", 3}};
	struct decoding decoding;

	decoding_open(&decoding, FORMAT_JSON, BESIDE, NULL);
	decoding_add_beside(&decoding, "topic=t/0\ntime=0", TEXT("{}"));
	decoding.batch.messages[0].headers = &header;
	decoding.batch.messages[0].header_count = 1;
	decoding_run(&decoding);
	assert_string_equal(
	    decoding_show(&decoding, 0), "quarantined: nul-in-text: header user: a NUL in text");
	decoding_close(&decoding);
}

static const char schema[] =
    "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"
    "{\"name\":\"a\",\"type\":\"string\"}]}";

/* A topic may hold records of both kinds, of several schemas. */
static void
each_message_has_its_own_format(void **state)
{
	static const char other[] =
	    "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"a\",\"type\":\"long\"},"
	    "{\"name\":\"id\",\"type\":\"long\"}]}";
	const struct message_schema schemas[] = {
	    {.id = 7, .format = FORMAT_AVRO, .text = TEXT(schema)},
	    {.id = 8, .format = FORMAT_AVRO, .text = TEXT(other)}};
	struct decoding decoding;
	size_t i;

	decoding_open(&decoding, FORMAT_JSON, BESIDE, NULL);
	for (i = 0; i < 9; i++) {
		struct message *message;

		decoding_add_beside(&decoding, "topic=t/0\ntime=0\nkind: k",
		    i % 3 == 0       ? TEXT("{\"id\":1,\"a\":\"x\"}")
			: i % 3 == 1 ? TEXT("\x02\x02x")
				     : TEXT("\x12\x34\x56\x02\x02"));
		message = &decoding.batch.messages[i];
		if (i % 3 == 0)
			continue;
		message->format = FORMAT_AVRO;
		message->schema = &schemas[i % 3 - 1];
		message->framing = i % 3 == 2 ? 3 : 0;
	}
	decoding_run(&decoding);
	for (i = 0; i < 9; i++)
		assert_string_equal(decoding_show(&decoding, i),
		    i % 3 == 2 ? "1970-01-01T00:00:00Z t team=nobody entity=k/1 [a null -> 1]"
			       : "1970-01-01T00:00:00Z t team=nobody entity=k/1 [a null -> 'x']");
	decoding_close(&decoding);
}

static void
avro_without_a_schema_is_put_aside(void **state)
{
	struct decoding decoding;

	decoding_open(&decoding, FORMAT_JSON, BESIDE, NULL);
	decoding_add_beside(&decoding, "topic=t/0\ntime=0", TEXT("\x02"));
	decoding.batch.messages[0].format = FORMAT_AVRO;
	decoding_run(&decoding);
	assert_string_equal(decoding_show(&decoding, 0),
	    "quarantined: avro-schema: an Avro record without a schema");
	decoding_close(&decoding);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_come_from_beside_the_record),
	    cmocka_unit_test(a_nul_is_no_text),
	    cmocka_unit_test(each_message_has_its_own_format),
	    cmocka_unit_test(avro_without_a_schema_is_put_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
