/* SPDX-License-Identifier: Apache-2.0 */
/* CloudEvents in Kafka's binary and structured mode: a mapping sees the same event in both. */
#include "decoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define FORM                                                                                       \
	"envelope: cloudevents\ndataset: type\nactor: data.user\nteam: {field: dept, default: "    \
	"none}\nentity: subject\nchannel: {field: data.via, default: unknown}\nchanges: {list: "   \
	"data.changes}\n"
#define BINARY                                                                                     \
	"ce_specversion: 1.0\nce_id: A-1\nce_type: form.saved\nce_source: /web\nce_time: "         \
	"2016-02-29T01:23:00Z\n"
#define ATTRIBUTES                                                                                 \
	"\"specversion\":\"1.0\",\"id\":\"A-1\",\"type\":\"form.saved\",\"source\":\"/web\","      \
	"\"time\":\"2016-02-29T01:23:00Z\""
#define DATA "{\"user\":\"ann\",\"changes\":[[\"a\",1,2]]}"
#define SAVED                                                                                      \
	"2016-02-29T01:23:00Z form.saved id=A-1 actor=ann team=none channel=unknown [a 1 -> 2]"
#define EMPTY "2016-02-29T01:23:00Z form.saved id=A-1 team=none channel=unknown []"
#define REFUSED "quarantined: envelope-malformed: "

struct event_case {
	const char *aside, *payload, *expected;
};

static void
check_all(const char *mapping, const struct event_case *cases, size_t count)
{
	struct decoding decoding;
	size_t i;

	decoding_open(&decoding, FORMAT_JSON, mapping, NULL);
	for (i = 0; i < count; i++)
		assert_string_equal(
		    decoding_one_beside(&decoding, cases[i].aside, text_of(cases[i].payload)),
		    cases[i].expected);
	decoding_close(&decoding);
}

static void
both_modes_are_the_same_event(void **state)
{
	static const struct event_case cases[] = {
	    {BINARY "content-type: application/json", DATA, SAVED},
	    {BINARY, DATA, SAVED},
	    {BINARY "content-type: application/json; charset=utf-8", DATA, SAVED},
	    {BINARY "content-type: application/vnd.form+JSON", DATA, SAVED},
	    {"content-type: application/cloudevents+json", "{" ATTRIBUTES ",\"data\":" DATA "}",
		SAVED},
	    {"content-type: Application/CloudEvents+json; charset=utf-8",
		"{\"data\":" DATA "," ATTRIBUTES "}", SAVED},
	    {"", "{" ATTRIBUTES ",\"data\":" DATA "}", SAVED},
	    /* a structured event may have the headers of the other mode, too */
	    {"content-type: application/cloudevents+json\nce_specversion: 1.0\nce_id: other",
		"{" ATTRIBUTES ",\"data\":" DATA "}", SAVED},
	    /* {"user":"ann","changes":[["a",1,2]]} */
	    {"",
		"{" ATTRIBUTES ",\"data_base64\":"
		"\"eyJ1c2VyIjoiYW5uIiwiY2hhbmdlcyI6W1siYSIsMSwyXV19\"}",
		SAVED},
	    /* extensions and the subject; a header's value is taken as it is, %20 and all */
	    {BINARY "ce_dept: sales%20north\nce_subject: case/7", "{\"via\":\"web\"}",
		"2016-02-29T01:23:00Z form.saved id=A-1 team=sales%20north channel=web "
		"entity=case/7 []"},
	    {"", "{" ATTRIBUTES ",\"dept\":5,\"subject\":\"case/7\",\"data\":{\"via\":\"web\"}}",
		"2016-02-29T01:23:00Z form.saved id=A-1 team=5 channel=web entity=case/7 []"},
	    /* without data; the record's own members are none of its attributes */
	    {BINARY, "", EMPTY},
	    {BINARY, "{\"dept\":\"x\",\"data\":{\"user\":\"x\"},\"id\":\"x\"}", EMPTY},
	    {"", "{" ATTRIBUTES "}", EMPTY},
	    {"", "{" ATTRIBUTES ",\"data\":\"text\",\"datacontenttype\":\"text/plain\"}", EMPTY},
	    {"", "{" ATTRIBUTES ",\"data\":null,\"data_base64\":null}", EMPTY},
	};

	check_all(FORM, cases, ARRAY_COUNT(cases));
}

static void
what_is_no_cloudevent_is_put_aside(void **state)
{
	static const struct event_case cases[] = {
	    {"", "{}", REFUSED "neither a CloudEvent's headers nor `specversion` in the record"},
	    {"content-type: application/json", DATA,
		REFUSED "neither a CloudEvent's headers nor `specversion` in the record"},
	    {"ce_specversion: 0.3\nce_id: 1", DATA,
		REFUSED "specversion 0.3: CloudEvents of version 1.0 are read"},
	    {"ce_specversion: 1.0\nce_id: 1\nce_type: t", DATA,
		REFUSED "a CloudEvent without `source`"},
	    {"ce_specversion: 1.0\nce_id: \nce_type: t\nce_source: s", DATA,
		REFUSED "a CloudEvent without `id`"},
	    {"", "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\"}",
		REFUSED "a CloudEvent without `type`"},
	    {"content-type: application/cloudevents-batch+json", "[{" ATTRIBUTES "}]",
		"quarantined: cloudevents-batch: "},
	    {"content-type: application/cloudevents+avro", "x",
		REFUSED "content-type application/cloudevents+avro: the event format is not "
			"read, only application/cloudevents+json is"},
	    {BINARY "content-type: application/xml", "<a/>",
		REFUSED "data of type application/xml: only JSON and Avro are read"},
	    {"", "{" ATTRIBUTES ",\"data_base64\":\"eyJ1c2\"}", REFUSED "data_base64 is no base64"},
	    {"", "{" ATTRIBUTES ",\"data_base64\":\"eyJ1\",\"datacontenttype\":\"image/png\"}",
		REFUSED "data of type image/png: only JSON and Avro are read"},
	    {"", "{" ATTRIBUTES ",\"data_base64\":\"eyJ1\"}",
		"quarantined: json-malformed: a string is not closed that begins at byte 2"},
	    {BINARY, "{\"user\":",
		("quarantined: json-malformed: null, true, false, a number, a string, '[' or '{' "
		 "expected, not the end, at byte 9")},
	    {BINARY "ce_dept: \xff", DATA,
		"quarantined: not-utf8: header ce_dept: bytes that are not UTF-8"},
	    {"ce_specversion: 1.0\nce_id: 1\nce_type: t\nce_source: s", DATA,
		"quarantined: required-field-missing: time: field time is absent"},
	};

	check_all(FORM, cases, ARRAY_COUNT(cases));
}

/* What is left out by an attribute need not be readable; what only the data can tell is not left out. */
static void
where_looks_at_attributes_first(void **state)
{
	static const struct event_case cases[] = {
	    {BINARY "content-type: application/xml", "<a/>",
		"filtered: filtered-by-mapping: field type"},
	    {"ce_specversion: 1.0\nce_id: 1\nce_type: t\nce_source: s\ncontent-type: "
	     "application/xml",
		"<a/>", REFUSED "data of type application/xml: only JSON and Avro are read"},
	    {"ce_specversion: 1.0\nce_id: 1\nce_type: t\nce_source: s\nce_time: 2016-02-29",
		"{\"stage\":\"test\"}", "filtered: filtered-by-mapping: field data.stage"},
	    {"ce_specversion: 1.0\nce_id: 1\nce_type: t\nce_source: s\nce_time: 2016-02-29",
		"{\"stage\":\"live\",\"n\":1,\"was\":{\"n\":0}}",
		"2016-02-29T00:00:00Z d id=1 [n 0 -> 1]"},
	};

	check_all("envelope: cloudevents\ndataset: {value: d}\nwhere: [{field: type, is: t}, "
		  "{field: data.stage, is: live}]\nchanges: {new: [n], new-prefix: data., "
		  "old-prefix: data.was.}\n",
	    cases, ARRAY_COUNT(cases));
}

static void
data_may_be_avro(void **state)
{
	static const struct message_schema schema = {.id = 7,
	    .format = FORMAT_AVRO,
	    .text = TEXT("{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"user\","
			 "\"type\":\"string\"}]}")};
	struct decoding decoding;

	decoding_open(&decoding, FORMAT_JSON,
	    "envelope: cloudevents\ndataset: type\nactor: data.user\n", NULL);
	decoding_add_beside(&decoding, BINARY "content-type: application/avro",
	    TEXT("\x06"
		 "ann"));
	decoding.batch.messages[0].format = FORMAT_AVRO;
	decoding.batch.messages[0].schema = &schema;
	decoding_run(&decoding);
	assert_string_equal(
	    decoding_show(&decoding, 0), "2016-02-29T01:23:00Z form.saved id=A-1 actor=ann []");
	decoding_close(&decoding);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_modes_are_the_same_event),
	    cmocka_unit_test(what_is_no_cloudevent_is_put_aside),
	    cmocka_unit_test(where_looks_at_attributes_first),
	    cmocka_unit_test(data_may_be_avro),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
