/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a tag, and which record one without a tag says it was made from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "tag_judge.h"
#include "tag_position.h"

#define HEADERS_MAX 10

/* "name=value name=value"; a name alone: its value is null. Returns how many. */
static size_t
headers_of(const char *words, struct message_header headers[HEADERS_MAX])
{
	struct text rest = text_of(words);
	size_t count = 0;

	while (rest.size && count < HEADERS_MAX) {
		const char *space = memchr(rest.data, ' ', rest.size), *equals;
		struct text word = {rest.data, space ? (size_t)(space - rest.data) : rest.size};

		equals = memchr(word.data, '=', word.size);
		headers[count].name =
		    (struct text){word.data, equals ? (size_t)(equals - word.data) : word.size};
		headers[count].value = equals
		    ? (struct text){equals + 1, word.size - headers[count].name.size - 1}
		    : TEXT_NONE;
		count++;
		rest.data += word.size + (space != NULL);
		rest.size -= word.size + (space != NULL);
	}
	return count;
}

static void
judges_a_tag_by_what_the_ledger_says(void **state)
{
	static const char known[] = "dye-id=a/0/1 dye-actor=x dye-team=t dye-time=1 dye-trace=e";
	static const struct {
		const char *found, *known, *verdict;
	} cases[] = {
	    {known, known, "intact"},
	    {"other=1 dye-trace=e dye-time=1 dye-team=t dye-actor=x dye-id=a/0/1", known, "intact"},
	    {"dye-actor=y dye-id=a/0/1 dye-actor=x dye-team=t dye-time=1 dye-trace=e", known,
		"intact"}, /* of two of a name the last counts */
	    {"dye-id=a/0/1 dye-actor=y dye-team=t dye-time=1 dye-trace=e", known, "altered"},
	    {"dye-id=a/0/1 dye-actor=x dye-team= dye-time=1 dye-trace=e", known, "altered"},
	    {"dye-id=a/0/1 dye-actor=y", known, "altered"},
	    {"dye-id=a/0/1 dye-actor=x dye-team=t dye-time=1 dye-trace=e dye-system=s", known,
		"altered"}, /* the ledger says none */
	    {"dye-id=a/0/1", known, "partly_dropped"},
	    {"dye-id=a/0/1 dye-actor=x dye-team dye-time=1 dye-trace=e", known,
		"partly_dropped"}, /* null is no value */
	    {"dye-actor=x dye-team=t", NULL, "partly_dropped"},
	    {"", NULL, "dropped"},
	    {"traceparent=1 dye=2", NULL, "dropped"},
	    {"dye-id=b/0/1 dye-actor=x", NULL, "foreign"},
	    {"dye-id=a/0/2 dye-disposition=filtered", "dye-id=a/0/2 dye-disposition=filtered",
		"intact"},
	    {"dye-id=a/0/2 dye-actor=x", "dye-id=a/0/2 dye-disposition=filtered", "altered"},
	};
	struct message_header headers[HEADERS_MAX];
	struct message message = {.headers = headers};
	struct tag found, wanted;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		message.header_count = headers_of(cases[i].found, headers);
		tag_read(&message, &found);
		message.header_count = cases[i].known ? headers_of(cases[i].known, headers) : 0;
		tag_read(&message, &wanted);
		assert_string_equal(
		    tag_verdict_name(tag_judge(&found, cases[i].known ? &wanted : NULL)),
		    cases[i].verdict);
	}
}

static void
finds_the_position_that_a_record_says_it_is_from(void **state)
{
	static const char three[] = "t,meta.p,o", one[] = "from";
	static const struct {
		enum tag_way way;
		const char *headers, *key, *value, *fields, *position; /* position NULL: none */
	} cases[] = {
	    {TAG_BY_HEADERS,
		"__connect.errors.topic=a __connect.errors.partition=2 __connect.errors.offset=7",
		NULL, NULL, "", "a/2/7"},
	    {TAG_BY_HEADERS,
		"__streams.errors.topic=b __streams.errors.partition=0 __streams.errors.offset=9",
		NULL, NULL, "", "b/0/9"},
	    {TAG_BY_HEADERS, "__connect.errors.topic=a __connect.errors.partition=2", NULL, NULL,
		"", NULL},
	    {TAG_BY_FIELDS, "", NULL, "{\"t\":\"a\",\"meta\":{\"p\":2},\"o\":7}", three, "a/2/7"},
	    {TAG_BY_FIELDS, "", NULL, "{\"t\":\"a\",\"meta.p\":\"2\",\"o\":\"7\"}", three, "a/2/7"},
	    {TAG_BY_FIELDS, "", NULL, "{\"from\":\"a/2/7\"}", one, "a/2/7"},
	    {TAG_BY_FIELDS, "", NULL, "{\"t\":\"a\",\"o\":7}", three, NULL},
	    {TAG_BY_FIELDS, "", NULL, "{\"t\":\"a\",\"meta\":{\"p\":-1},\"o\":7}", three, NULL},
	    {TAG_BY_FIELDS, "", NULL, "{\"t\":\"a\",\"meta\":[2],\"o\":7}", three, NULL},
	    {TAG_BY_FIELDS, "", NULL, "[1]", one, NULL},
	    {TAG_BY_FIELDS, "", NULL, "{\"from\":", one, NULL},
	    {TAG_BY_FIELDS, "", NULL, "", one, NULL},
	    {TAG_BY_FIELDS, "", NULL, "{\"from\":\"a/2/7\"}", "", NULL},
	    {TAG_BY_KEY, "", "a/2/7", NULL, "", "a/2/7"},
	    {TAG_BY_KEY, "", NULL, NULL, "", NULL},
	};
	struct json_reader *reader = json_reader_open();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct message_header headers[HEADERS_MAX];
		struct message message = {.headers = headers,
		    .header_count = headers_of(cases[i].headers, headers),
		    .key = text_of(cases[i].key),
		    .payload = text_of(cases[i].value)};
		struct text paths[3] = {TEXT("t"), TEXT("meta.p"), TEXT("o")};
		struct tag_fields fields = {paths, *cases[i].fields ? 3 : 0};
		char out[TAG_POSITION_BYTES];
		struct text found;

		if (cases[i].fields == one) {
			paths[0] = TEXT("from");
			fields.count = 1;
		}
		found = tag_position(&message, cases[i].way, &fields, reader, out);
		if (!cases[i].position)
			assert_null(found.data);
		else
			assert_true(text_is(found, cases[i].position));
	}
	json_reader_close(reader);
}

static void
reads_a_value_behind_its_schemas_number(void **state)
{
	static const char framed[] = "\0\0\0\0\7{\"from\":\"a/2/7\"}";
	struct message message = {.payload = {framed, sizeof(framed) - 1}};
	struct json_reader *reader = json_reader_open();
	struct text path = TEXT("from");
	struct tag_fields fields = {&path, 1};
	char out[TAG_POSITION_BYTES];

	(void)state;
	assert_true(text_is(tag_position(&message, TAG_BY_FIELDS, &fields, reader, out), "a/2/7"));
	json_reader_close(reader);
}

/* Room for a position is bounded: what is longer is none. */
static void
passes_over_a_position_that_is_too_long(void **state)
{
	static char long_one[2 * TAG_POSITION_BYTES];
	struct message_header headers[] = {{TEXT("__connect.errors.topic"), TEXT_NONE},
	    {TEXT("__connect.errors.partition"), TEXT("0")},
	    {TEXT("__connect.errors.offset"), TEXT("1")}};
	struct message message = {.headers = headers, .header_count = 3};
	struct tag_fields none = {NULL, 0};
	char out[TAG_POSITION_BYTES];

	(void)state;
	memset(long_one, 'a', sizeof(long_one));
	headers[0].value = message.key = (struct text){long_one, sizeof(long_one)};
	assert_null(tag_position(&message, TAG_BY_HEADERS, &none, NULL, out).data);
	assert_null(tag_position(&message, TAG_BY_KEY, &none, NULL, out).data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judges_a_tag_by_what_the_ledger_says),
	    cmocka_unit_test(finds_the_position_that_a_record_says_it_is_from),
	    cmocka_unit_test(reads_a_value_behind_its_schemas_number),
	    cmocka_unit_test(passes_over_a_position_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
