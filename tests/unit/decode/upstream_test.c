/* SPDX-License-Identifier: Apache-2.0 */
/* The headers that say where an event was before, and those that only look so. */
#include "decoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "upstream_headers.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define GOOD "00-" TRACE "-b7ad6b7169203331-01"

static void
a_traceparent_is_checked(void **state)
{
	static const struct {
		const char *value;
		bool good;
	} cases[] = {
	    {GOOD, true},
	    {"00-" TRACE "-b7ad6b7169203331-00", true},
	    {"cc-" TRACE "-b7ad6b7169203331-01", true},
	    {"cc-" TRACE "-b7ad6b7169203331-01-what-the-future-brings", true},
	    {GOOD "-more", false},
	    {"cc-" TRACE "-b7ad6b7169203331-01.more", false},
	    {"ff-" TRACE "-b7ad6b7169203331-01", false},
	    {"00-" TRACE "-0000000000000000-01", false},
	    {"00-00000000000000000000000000000000-b7ad6b7169203331-01", false},
	    {"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false},
	    {"00_" TRACE "-b7ad6b7169203331-01", false},
	    {"00-" TRACE "-b7ad6b7169203331-0", false},
	    {"00-" TRACE "-b7ad6b7169203331-0g", false},
	    {"", false},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++)
		if (upstream_is_traceparent(text_of(cases[i].value)) != cases[i].good)
			fail_msg("%s", cases[i].value);
}

static const struct {
	const char *headers;
	const char *expected; /* the tags that are kept; "" for no upstream at all */
	unsigned dropped;
} cases[] = {
    {"", "", 0},
    {"user: ann\nx: y", "", 0},
    {"traceparent: " GOOD, "traceparent=" GOOD ";", 0},
    {"traceparent: x", "", 1},
    {"traceparent: x\ntraceparent: " GOOD, "traceparent=" GOOD ";", 1},
    {"ce_specversion: 1.0\nce_id: A-1\nce_source: /web\nce_type: t", "ce_id=A-1;ce_source=/web;",
	0},
    /* without its version it is no CloudEvent */
    {"ce_id: A-1\nce_source: /web", "", 0},
    {"ce_specversion: 1.0", "", 0},
    {("dye-trace: 12\ndye-id: crm/0/7\ndye-actor: lusab-babad\ndye-team: Desk\ndye-system: "
      "crm\ndye-channel: web\ndye-time: 2016-02-29T01:23:00Z"),
	("dye_id=crm/0/7;dye_actor=lusab-babad;dye_team=Desk;dye_system=crm;dye_channel=web;"
	 "dye_time=2016-02-29T01:23:00Z;dye_trace=12;"),
	0},
    {"dye-id: a\ndye-id: b", "dye_id=b;", 0},
    {"dye-id\ndye-team: ", "", 2},
    {"dye-id: \xff", "", 1},
    {"Dye-Id: a\ndye-ids: b", "", 0},
    {"__streams.errors.topic: crm\n__streams.errors.partition: 3\n__streams.errors.offset: 4711",
	"position=crm/3/4711;", 0},
    {"__connect.errors.offset: 1\n__connect.errors.topic: a\n__connect.errors.partition: 0",
	"position=a/0/1;", 0},
    {"__streams.errors.topic: crm\n__streams.errors.partition: 3", "", 0},
    {"__streams.errors.topic: crm\n__streams.errors.partition: -1\n__streams.errors.offset: 4", "",
	1},
};

static const char *
shown(struct decoding *decoding)
{
	const struct upstream *upstream = decoding->batch.events[0].upstream;
	struct buffer *out = &decoding->shown;
	unsigned tag;

	out->size = 0;
	for (tag = 0; upstream && tag < UPSTREAM_TAG_COUNT; tag++)
		if (upstream->tags[tag].data)
			buffer_add_format(out, "%s=%.*s;", upstream_tag_name(tag),
			    TEXT_PRINT(upstream->tags[tag]));
	buffer_add_byte(out, 0);
	return (const char *)out->data;
}

static void
headers_say_where_an_event_was_before(void **state)
{
	struct decoding decoding;
	uint64_t before;
	size_t i;

	decoding_open(&decoding, FORMAT_JSON, "dataset: {value: d}\ntime: t\n", NULL);
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		before = decoder_headers_dropped(decoding.decoder);
		decoding_one_beside(&decoding, cases[i].headers, TEXT("{\"t\":\"2016-02-29\"}"));
		assert_int_equal(decoding.batch.outcomes[0].disposition, DISPOSITION_RECORDED);
		assert_string_equal(shown(&decoding), cases[i].expected);
		assert_int_equal(
		    decoder_headers_dropped(decoding.decoder) - before, cases[i].dropped);
		/* No tag, no upstream: it would be a record of another kind. */
		if (!*cases[i].expected)
			assert_null(decoding.batch.events[0].upstream);
	}
	decoding_close(&decoding);
}

static void
what_is_too_long_is_not_kept(void **state)
{
	static char value[UPSTREAM_BYTES_MAX + 1];
	struct message_header header = {{"dye-id", 6}, {value, UPSTREAM_BYTES_MAX}};
	struct message message = {.headers = &header, .header_count = 1};
	uint64_t dropped = 0;
	struct arena arena;

	memset(value, 'a', sizeof(value));
	arena_init(&arena);
	assert_non_null(upstream_of_headers(&message, &arena, &dropped));
	header.value.size++;
	assert_null(upstream_of_headers(&message, &arena, &dropped));
	assert_int_equal(dropped, 1);
	value[3] = '\0';
	header.value.size = 5;
	assert_null(upstream_of_headers(&message, &arena, &dropped));
	assert_int_equal(dropped, 2);
	arena_fini(&arena);
}

static void
every_tag_has_a_name_of_its_own(void **state)
{
	unsigned a, b;

	for (a = 0; a < UPSTREAM_TAG_COUNT; a++)
		for (b = 0; b < a; b++)
			assert_string_not_equal(upstream_tag_name(a), upstream_tag_name(b));
	assert_null(upstream_tag_name(UPSTREAM_TAG_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_traceparent_is_checked),
	    cmocka_unit_test(headers_say_where_an_event_was_before),
	    cmocka_unit_test(what_is_too_long_is_not_kept),
	    cmocka_unit_test(every_tag_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
