/* SPDX-License-Identifier: Apache-2.0 */
/* JSON records by a mapping: canonical events, nested fields, all that can be wrong. */
#include "decoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define CANONICAL                                                                                  \
	"dataset: {field: dataset, default: servicenow.incident}\n"                                \
	"id: id\ntime: time\nactor: actor\nteam: team\nsystem: system\nchannel: channel\nentity: " \
	"entity\nop: op\n"                                                                         \
	"changes: {list: changes}\n"
#define NO_CHANGE(n)                                                                               \
	"quarantined: changes-malformed: change " n                                                \
	" is not [field, old, new] of a name and two single values"

struct json_case {
	const char *json, *expected;
};

static void
check_all(const char *mapping, const struct json_case *cases, size_t count)
{
	struct decoding decoding;
	size_t i;

	decoding_open(&decoding, FORMAT_JSON, mapping, NULL);
	for (i = 0; i < count; i++)
		assert_string_equal(
		    decoding_one(&decoding, text_of(cases[i].json)), cases[i].expected);
	decoding_close(&decoding);
}

static void
canonical_events(void **state)
{
	static const struct json_case cases[] = {
	    {("{\"id\":\"INC45/0\",\"time\":\"2016-02-29T01:23\",\"actor\":\"Updated by "
	      "21\",\"team\":\"Group 56\","
	      "\"system\":\"servicenow\",\"channel\":\"Phone\",\"entity\":\"incident/"
	      "INC45\",\"op\":\"create\","
	      "\"changes\":[[\"state\",null,\"New\"],[\"count\",0,1],[\"sla\",true,false],["
	      "\"score\",-1.5,2e3]]}"),
		("2016-02-29T01:23:00Z servicenow.incident id=INC45/0 actor=Updated by 21 "
		 "team=Group 56 "
		 "system=servicenow channel=Phone entity=incident/INC45 op=create "
		 "[state null -> 'New', count 0 -> 1, sla true -> false, score -1.5d -> 2000d]")},
	    {"{\"time\":\"2016-02-29\",\"dataset\":\"other\",\"team\":null,\"actor\":\"\","
	     "\"changes\":null}",
		"2016-02-29T00:00:00Z other []"},
	    {"\xef\xbb\xbf{\"time\":\"2016-02-29\"}",
		"2016-02-29T00:00:00Z servicenow.incident []"},
	    {"{\"time\":\"2016-02-29\",\"op\":7,\"team\":true,\"system\":1.5,\"channel\":0.1,"
	     "\"id\":-12,\"changes\":[]}",
		"2016-02-29T00:00:00Z servicenow.incident id=-12 team=true system=1.5 channel=0.1 "
		"op=7 []"},
	    {"{\"time\":\"2016-02-29\",\"id\":\"a\\u00e9\\n\",\"changes\":[[\"x\\ty\",\"\\\"\","
	     "\"\\u20ac\"]]}",
		"2016-02-29T00:00:00Z servicenow.incident id=a\xc3\xa9\n [x\ty '\"' -> "
		"'\xe2\x82\xac']"},
	    {"{\"time\":\"2016-02-29\",\"changes\":[{\"field\":\"a\",\"new\":1,\"by\":[1]},{"
	     "\"old\":2,\"field\":\"b\"}]}",
		"2016-02-29T00:00:00Z servicenow.incident [a null -> 1, b 2 -> null]"},
	    /* what is not an event */
	    {"",
		("quarantined: json-malformed: null, true, false, a number, a string, '[' or '{' "
		 "expected, not the "
		 "end, at byte 1")},
	    {"[]", "quarantined: json-malformed: an object expected at byte 1"},
	    {"{\"time\":\"2016",
		"quarantined: json-malformed: a string is not closed that begins at byte 9"},
	    {"{\"time\":\"2016-02-29\",\"time\":\"2016-02-29\"}",
		"quarantined: json-malformed: one key twice in the object that ends at byte 41"},
	    {"{\"time\":\"2016-02-29\",\"id\":\"\\ud800\"}",
		"quarantined: not-utf8: half of a surrogate pair at byte 28"},
	    {"{\"time\":\"2016-02-29\",\"id\":\"\xff\"}",
		"quarantined: not-utf8: bytes that are not UTF-8 at byte 28"},
	    {"{\"time\":\"2016-02-29\",\"id\":\"\\u0000\"}",
		"quarantined: nul-in-text: a NUL (\\u0000) at byte 28"},
	    {"{\"time\":\"2016-02-29\",\"x\":9223372036854775808}",
		"quarantined: number-out-of-range: an integer beyond what 64 bits hold at byte 26"},
	    {"{\"time\":\"2016-02-29\",\"x\":1e999}",
		"quarantined: number-out-of-range: a number beyond what a double holds at byte 26"},
	    {"{\"a\":1}", "quarantined: required-field-missing: time: field time is absent"},
	    {"{\"time\":null}", "quarantined: required-field-missing: time: field time is empty"},
	    {"{\"time\":\"\"}", "quarantined: required-field-missing: time: field time is empty"},
	    {"{\"time\":true}",
		"quarantined: field-has-wrong-type: time: field time: neither text nor a number"},
	    {"{\"time\":{}}",
		"quarantined: field-has-wrong-type: time: field time: neither text nor a number"},
	    {"{\"time\":\"29/2/2016\"}",
		"quarantined: time-unreadable: time: field time: a year of four digits expected at "
		"character 1"},
	    {"{\"time\":2016}",
		"quarantined: time-unreadable: time: field time: '-' expected at character 5"},
	    {"{\"time\":\"2201-01-01\"}",
		"quarantined: time-out-of-range: time: field time: a time outside 1900-01-01 to "
		"2200-01-01"},
	    {"{\"time\":\"2016-02-29\",\"team\":[]}",
		"quarantined: field-has-wrong-type: team: field team holds a list or an object"},
	    {"{\"time\":\"2016-02-29\",\"id\":{\"a\":1}}",
		"quarantined: field-has-wrong-type: id: field id holds a list or an object"},
	    {"{\"time\":\"2016-02-29\",\"changes\":\"a\"}",
		"quarantined: changes-malformed: field changes is not a list"},
	    {"{\"time\":\"2016-02-29\",\"changes\":{}}",
		"quarantined: changes-malformed: field changes is not a list"},
	    {"{\"time\":\"2016-02-29\",\"changes\":[[\"a\",1,2],[\"b\",1]]}", NO_CHANGE("2")},
	    {"{\"time\":\"2016-02-29\",\"changes\":[[\"b\",1,2,3]]}", NO_CHANGE("1")},
	    {"{\"time\":\"2016-02-29\",\"changes\":[[\"b\",1,[2]]]}", NO_CHANGE("1")},
	    {"{\"time\":\"2016-02-29\",\"changes\":[[\"b\",{},2]]}", NO_CHANGE("1")},
	    {"{\"time\":\"2016-02-29\",\"changes\":[[1,1,2]]}", NO_CHANGE("1")},
	    {"{\"time\":\"2016-02-29\",\"changes\":[[[\"a\",1,2]]]}", NO_CHANGE("1")},
	    {"{\"time\":\"2016-02-29\",\"changes\":[{\"old\":1}]}", NO_CHANGE("1")},
	    {"{\"time\":\"2016-02-29\",\"changes\":[{\"field\":\"a\",\"new\":[]}]}",
		NO_CHANGE("1")},
	    {"{\"time\":\"2016-02-29\",\"changes\":[7]}", NO_CHANGE("1")},
	    {"{\"time\":\"2016-02-29\",\"changes\":[[\"\",1,2]]}",
		"quarantined: changes-malformed: change 1 names no field"},
	    {"{\"time\":\"2016-02-29\",\"changes\":[[\"a\",1,2],[\"b\",1,2],[\"a\",2,3]]}",
		"quarantined: field-changed-twice: field a"},
	    /* and the next one is as good as ever */
	    {"{\"time\":\"2016-02-29\",\"changes\":[[\"a\",1,2]]}",
		"2016-02-29T00:00:00Z servicenow.incident [a 1 -> 2]"},
	};

	check_all(CANONICAL, cases, ARRAY_COUNT(cases));
}

static void
neighbours_are_untouched(void **state)
{
	struct decoding decoding;
	size_t i;

	decoding_open(&decoding, FORMAT_JSON, CANONICAL, NULL);
	for (i = 0; i < 9; i++)
		decoding_add(&decoding,
		    i % 3 == 1 ? TEXT("{\"time\":")
			       : TEXT("{\"time\":\"2016-02-29\",\"id\":\"\\n\"}"));
	decoding_run(&decoding);
	for (i = 0; i < 9; i++)
		assert_int_equal(decoding.batch.outcomes[i].disposition,
		    i % 3 == 1 ? DISPOSITION_QUARANTINED : DISPOSITION_RECORDED);
	assert_string_equal(
	    decoding_show(&decoding, 8), "2016-02-29T00:00:00Z servicenow.incident id=\n []");
	decoding_close(&decoding);
}

static void
deep_and_large_records_are_put_aside(void **state)
{
	struct decoding decoding;
	struct buffer json = {0};
	int i;

	decoding_open(&decoding, FORMAT_JSON, CANONICAL, NULL);
	for (i = 0; i < 100000; i++)
		buffer_add_byte(&json, '[');
	assert_string_equal(decoding_one(&decoding, buffer_text(&json)),
	    "quarantined: json-too-deep: more than 64 levels at byte 65");
	json.size = 0;
	buffer_add_format(&json, "{\"time\":\"2016-02-29\",\"changes\":[");
	for (i = 0; i < 513; i++)
		buffer_add_format(&json, "%s[\"f%d\",1,2]", i ? "," : "", i);
	buffer_add_format(&json, "]}");
	assert_string_equal(decoding_one(&decoding, buffer_text(&json)),
	    "quarantined: too-many-changes: field changes: 513 changes; 512 are allowed");
	json.size = 0;
	buffer_add_format(&json, "{\"time\":\"2016-02-29\",\"team\":\"%01025d\"}", 7);
	assert_string_equal(decoding_one(&decoding, buffer_text(&json)),
	    "quarantined: name-too-long: team: a name of 1025 bytes; 1024 are allowed");
	json.size = 0;
	buffer_add_format(&json, "{\"time\":\"2016-02-29\",\"id\":\"%04097d\"}", 7);
	assert_string_equal(decoding_one(&decoding, buffer_text(&json)),
	    "quarantined: name-too-long: id: a text of more than 4096 bytes");
	buffer_fini(&json);
	decoding_close(&decoding);
}

static void
names_are_bounded(void **state)
{
	const struct decoder_options limits = {.names_max = 3};
	struct decoding decoding;

	decoding_open(&decoding, FORMAT_JSON, CANONICAL, &limits);
	assert_string_equal(
	    decoding_one(&decoding, TEXT("{\"time\":\"2016-02-29\",\"team\":\"a\",\"op\":\"a\"}")),
	    "2016-02-29T00:00:00Z servicenow.incident team=a op=a []");
	assert_string_equal(
	    decoding_one(
		&decoding, TEXT("{\"time\":\"2016-02-29\",\"changes\":[[\"b\",1,2],[\"c\",1,2]]}")),
	    "quarantined: too-many-names: changes: the source has named 3 different names already");
	assert_string_equal(
	    decoding_one(
		&decoding, TEXT("{\"time\":\"2016-02-29\",\"changes\":[[\"b\",1,2],[\"a\",1,2]]}")),
	    "2016-02-29T00:00:00Z servicenow.incident [b 1 -> 2, a 1 -> 2]");
	decoding_close(&decoding);
}

static void
nested_fields(void **state)
{
	static const struct json_case cases[] = {
	    {("{\"payload\":{\"op\":\"u\",\"ts_ms\":1456709025678,\"source\":{\"table\":\"t\"},"
	      "\"before\":{\"a\":1,\"b\":\"x\"},\"after\":{\"a\":2,\"b\":\"x\",\"c\":null}}}"),
		"2016-02-29T01:23:45.678Z t op=u [a 1 -> 2]"},
	    {("{\"payload\":{\"op\":\"c\",\"ts_ms\":1,\"source\":{\"table\":\"t\"},\"before\":null,"
	      "\"after\":{\"a\":2,\"b\":\"x\",\"c\":true}}}"),
		"1970-01-01T00:00:00.001Z t op=c [a null -> 2, b null -> 'x', c null -> true]"},
	    {"{\"payload\":{\"op\":\"d\",\"ts_ms\":1,\"source\":{\"table\":\"t\"},\"before\":{"
	     "\"a\":1},\"after\":null}}",
		"1970-01-01T00:00:00.001Z t op=d []"},
	    {"{\"payload.op\":\"u\",\"payload\":{\"ts_ms\":1,\"source.table\":\"t\",\"after\":{"
	     "\"b\":{}}}}",
		"quarantined: field-has-wrong-type: changes: field b holds a list or an object"},
	    {"{\"payload.op\":\"u\",\"payload\":{\"ts_ms\":1,\"source.table\":\"t\",\"after.b\":1}"
	     "}",
		"1970-01-01T00:00:00.001Z t op=u [b null -> 1]"},
	    {"{\"payload\":[{\"ts_ms\":1}]}",
		"quarantined: required-field-missing: time: field payload.ts_ms is absent"},
	    {"{\"payload\":{\"ts_ms\":1}}",
		"quarantined: required-field-missing: dataset: the record does not say"},
	};

	check_all(
	    "dataset: payload.source.table\nop: payload.op\ntime: {field: payload.ts_ms, format: "
	    "unix-ms}\n"
	    "changes: {new: [a, b, c], new-prefix: payload.after., old-prefix: payload.before.}\n",
	    cases, ARRAY_COUNT(cases));
}

static void
parts_have_forms(void **state)
{
	static const struct json_case cases[] = {
	    {"{\"t\":20160229,\"n\":12,\"who\":\"u1\",\"c\":\"ph\",\"table\":\"inc\",\"s\":\"x\"}",
		"2016-02-28T23:00:00Z d actor=u1 team=none system=erp channel=Phone entity=inc/12 "
		"op={x} []"},
	    {"{\"t\":20160229,\"who\":\"nobody\",\"c\":\"?\",\"table\":\"inc\",\"s\":true}",
		"2016-02-28T23:00:00Z d actor=anonymous team=none system=erp op={true} []"},
	    {"{\"t\":20160229,\"c\":\"web\",\"table\":\"\",\"n\":5,\"team\":\"a\"}",
		"2016-02-28T23:00:00Z d actor=anonymous team=a system=erp channel=web []"},
	    {"{\"t\":20160229,\"table\":[],\"n\":5}",
		"quarantined: field-has-wrong-type: entity: field table holds a list or an object"},
	};

	check_all("dataset: {value: d}\ntime: {field: t, format: \"%Y%m%d\", zone: \"+01:00\"}\n"
		  "actor: {field: who, map: {nobody: ~}, default: anonymous}\nteam: {field: team, "
		  "default: none}\n"
		  "system: {value: erp}\nchannel: {field: c, map: {ph: Phone, \"?\": null}}\n"
		  "entity: {template: \"{table}/{n}\"}\nop: {template: \"{{{s}}}\"}\n",
	    cases, ARRAY_COUNT(cases));
}

static void
times_may_be_numbers(void **state)
{
	static const struct json_case cases[] = {
	    {"{\"t\":1456709025}", "2016-02-29T01:23:45Z d []"},
	    {"{\"t\":1456709025.678}", "2016-02-29T01:23:45.678Z d []"},
	    {"{\"t\":\"1456709025.678\"}", "2016-02-29T01:23:45.678Z d []"},
	    {"{\"t\":-1}", "1969-12-31T23:59:59Z d []"},
	    {"{\"t\":1456709025678}",
		"quarantined: time-out-of-range: time: field t: a time outside 1900-01-01 to "
		"2200-01-01"},
	    {"{\"t\":1e300}",
		"quarantined: time-out-of-range: time: field t: a time outside 1900-01-01 to "
		"2200-01-01"},
	    {"{\"t\":\"soon\"}",
		"quarantined: time-unreadable: time: field t: a digit expected at character 1"},
	};

	check_all(
	    "dataset: {value: d}\ntime: {field: t, format: unix-s}\n", cases, ARRAY_COUNT(cases));
}

static void
conditions_filter(void **state)
{
	static const struct json_case cases[] = {
	    {"{\"t\":\"2016-02-29\",\"state\":\"complete\",\"n\":1}", "2016-02-29T00:00:00Z d []"},
	    {"{\"t\":\"2016-02-29\",\"state\":\"closed\",\"n\":null}", "2016-02-29T00:00:00Z d []"},
	    {"{\"t\":\"2016-02-29\",\"state\":\"closed\"}", "2016-02-29T00:00:00Z d []"},
	    {"{\"t\":\"2016-02-29\",\"state\":\"Complete\",\"n\":1}",
		"filtered: filtered-by-mapping: field state"},
	    {"{\"state\":\"open\"}", "filtered: filtered-by-mapping: field state"},
	    {"{\"t\":\"2016-02-29\",\"n\":1}", "filtered: filtered-by-mapping: field state"},
	    {"{\"t\":\"2016-02-29\",\"state\":\"complete\",\"n\":2}",
		"filtered: filtered-by-mapping: field n"},
	    {"{\"t\":\"2016-02-29\",\"state\":[\"complete\"],\"n\":2}",
		"quarantined: field-has-wrong-type: where: field state holds a list or an object"},
	    {"{\"t\":\"2016-02-29\",\"state\":\"open\"",
		"quarantined: json-malformed: ',' or '}' expected, not the end, at byte 33"},
	};

	check_all(
	    "dataset: {value: d}\ntime: t\nwhere:\n  - {field: state, is: [complete, closed]}\n"
	    "  - {field: n, is: [1, null]}\n",
	    cases, ARRAY_COUNT(cases));
}

static void
hashes_stand_for_texts(void **state)
{
	struct decoding decoding;
	char first[34];

	decoding_open(&decoding, FORMAT_JSON,
	    "dataset: d\ntime: t\nid: {field: id, keep: hash}\nentity: {template: \"p/{id}\", "
	    "keep: hash}\n",
	    NULL);
	decoding_one(&decoding, TEXT("{\"t\":\"2016-02-29\",\"d\":\"a\",\"id\":\"x\"}"));
	assert_int_equal(decoding.batch.events[0].id.size, 34);
	assert_memory_equal(decoding.batch.events[0].id.data, "h:", 2);
	assert_int_equal(decoding.batch.events[0].entity.size, 34);
	memcpy(first, decoding.batch.events[0].entity.data, 34);
	/* The same thing again is the same; in another dataset it is not, nor is another thing. */
	decoding_one(&decoding, TEXT("{\"t\":\"2016-02-29\",\"d\":\"a\",\"id\":\"x\"}"));
	assert_memory_equal(decoding.batch.events[0].entity.data, first, 34);
	assert_memory_not_equal(
	    decoding.batch.events[0].entity.data, decoding.batch.events[0].id.data, 34);
	decoding_one(&decoding, TEXT("{\"t\":\"2016-02-29\",\"d\":\"b\",\"id\":\"x\"}"));
	assert_memory_not_equal(decoding.batch.events[0].entity.data, first, 34);
	decoding_one(&decoding, TEXT("{\"t\":\"2016-02-29\",\"d\":\"a\",\"id\":\"y\"}"));
	assert_memory_not_equal(decoding.batch.events[0].entity.data, first, 34);
	assert_string_equal(decoding_one(&decoding, TEXT("{\"t\":\"2016-02-29\",\"d\":\"a\"}")),
	    "2016-02-29T00:00:00Z a []");
	decoding_close(&decoding);
}

static void
other_messages_pass(void **state)
{
	struct decoding decoding;
	struct message *message;

	decoding_open(&decoding, FORMAT_JSON, CANONICAL, NULL);
	batch_add(&decoding.batch)->kind = MESSAGE_BLANK;
	message = batch_add(&decoding.batch);
	message->kind = MESSAGE_BLANK;
	message->reason = "header";
	message = batch_add(&decoding.batch);
	message->kind = MESSAGE_BROKEN;
	message->reason = "record-too-long";
	message->detail = TEXT("20,000,000 bytes");
	message = batch_add(&decoding.batch);
	message->kind = MESSAGE_GAP;
	message->count = 17;
	decoding_run(&decoding);
	assert_string_equal(decoding_show(&decoding, 0), "filtered: blank: ");
	assert_string_equal(decoding_show(&decoding, 1), "filtered: header: ");
	assert_string_equal(
	    decoding_show(&decoding, 2), "quarantined: record-too-long: 20,000,000 bytes");
	assert_string_equal(decoding_show(&decoding, 3), "gap: source-lost-records: ");
	decoding_close(&decoding);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(canonical_events),
	    cmocka_unit_test(neighbours_are_untouched),
	    cmocka_unit_test(deep_and_large_records_are_put_aside),
	    cmocka_unit_test(names_are_bounded),
	    cmocka_unit_test(nested_fields),
	    cmocka_unit_test(parts_have_forms),
	    cmocka_unit_test(times_may_be_numbers),
	    cmocka_unit_test(conditions_filter),
	    cmocka_unit_test(hashes_stand_for_texts),
	    cmocka_unit_test(other_messages_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
