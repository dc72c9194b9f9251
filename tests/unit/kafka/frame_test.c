/* SPDX-License-Identifier: Apache-2.0 */
/* What each beginning of a value, and each header, is taken for. */
#include "frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "base/digest.h"
#include "base/memory.h"
#include "fake_registry.h"
#include "model/reason.h"

#define RECORD "{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"r\\\",\\\"fields\\\":[]}"
#define GUID "/schemas/guids/00112233-4455-6677-8899-aabbccddeeff "
#define MISSING "{\"error_code\":40403,\"message\":\"Schema not found\"}"

static const struct fake_reply replies[] = {
    {"GET /apis/ccompat/v7/schemas/ids/1 ", FAKE_ANSWER, "200 OK", "{\"schema\":\"" RECORD "\"}"},
    {"GET /apis/ccompat/v7/schemas/ids/2 ", FAKE_ANSWER, "200 OK", "{\"schema\":\"" RECORD "\"}"},
    {"GET /apis/ccompat/v7/schemas/ids/65 ", FAKE_ANSWER, "200 OK", "{\"schema\":\"\\\"int\\\"\"}"},
    {"GET /apis/ccompat/v7/schemas/ids/3 ", FAKE_ANSWER, "200 OK",
	"{\"schema\":\"{}\",\"schemaType\":\"JSON\"}"},
    {"GET /apis/ccompat/v7/schemas/ids/4 ", FAKE_ANSWER, "200 OK",
	"{\"schema\":\"syntax\",\"schemaType\":\"PROTOBUF\"}"},
    {"GET /apis/ccompat/v7/schemas/ids/5 ", FAKE_ANSWER, "200 OK",
	"{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"1\\\"}\"}"},
    {"GET /apis/ccompat/v7/schemas/ids/6 ", FAKE_ANSWER, "404 Not Found", MISSING},
    {"GET /apis/ccompat/v7/schemas/ids/7 ", FAKE_ANSWER, "500 Oh", ""},
    {"GET /apis/ccompat/v7" GUID, FAKE_ANSWER, "200 OK", "{\"schema\":\"\\\"long\\\"\"}"},
    {"GET /apis/ccompat/v7/schemas/ids/2147483647 ", FAKE_ANSWER, "404 Not Found", MISSING},
    {0},
};

struct world {
	struct fake_registry *fake;
	struct registry_settings settings;
	struct registry *registry;
	struct frames *frames;
	struct arena arena;
};

static void
open_world(struct world *world, struct text bare)
{
	struct error err = {0};
	char url[128];

	world->fake = fake_open(replies);
	snprintf(url, sizeof(url), "%s/apis/ccompat/v7", fake_url(world->fake));
	registry_settings_init(&world->settings);
	world->settings.urls = memory_text(url);
	world->settings.retry_max_ms = 100;
	assert_true(registry_open(&world->settings, NULL, &world->registry, &err));
	assert_true(frames_open(world->registry, bare, &world->frames, &err));
	arena_init(&world->arena);
}

static void
close_world(struct world *world)
{
	frames_close(world->frames);
	registry_close(world->registry);
	registry_settings_fini(&world->settings);
	arena_fini(&world->arena);
	fake_close(world->fake);
}

/* Until there is an answer: the registry is asked beside. A failure takes 10 ms to be one. */
static enum frame_answer
read_until(struct world *world, struct frame_topic *topic, struct message *message)
{
	const struct timespec pause = {0, 1000000};
	enum frame_answer answer;
	int i;

	for (i = 0; i < 300; i++) {
		answer = frame_read(world->frames, topic, message, &world->arena);
		if (answer != FRAME_WAIT)
			return answer;
		nanosleep(&pause, NULL);
	}
	return answer;
}

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

struct frame_case {
	const char *name;
	enum frame_format format;
	struct text payload;
	struct text header, value; /* absent: none */
	enum frame_answer expected;
	size_t framing;
	const char *says; /* the notice, or the detail */
	const char *reason;
};

static const struct frame_case cases[] = {
    {"Confluent Avro", FRAME_AUTO, BYTES("\0\0\0\0\1\2abc"), {0}, {0}, FRAME_GOOD, 5,
	"topic t: Avro in Confluent's framing, schema 1", NULL},
    {"Confluent Avro without a body", FRAME_AUTO, BYTES("\0\0\0\0\1"), {0}, {0}, FRAME_GOOD, 5,
	"topic t: Avro in Confluent's framing, schema 1", NULL},
    {"Confluent JSON", FRAME_AUTO, BYTES("\0\0\0\0\3{}"), {0}, {0}, FRAME_GOOD, 5,
	"topic t: JSON in Confluent's framing, schema 3", NULL},
    {"Confluent JSON, said to be JSON", FRAME_JSON, BYTES("\0\0\0\0\x63{}"), {0}, {0}, FRAME_GOOD,
	5, "topic t: JSON in Confluent's framing", NULL},
    {"Apicurio JSON, said to be JSON", FRAME_JSON, BYTES("\0\0\0\0\0\0\0\0\x63{}"), {0}, {0},
	FRAME_GOOD, 9, "topic t: JSON in Apicurio's framing of 8 bytes", NULL},
    {"Confluent Protobuf", FRAME_AUTO, BYTES("\0\0\0\0\4\0x"), {0}, {0}, FRAME_BROKEN, 0,
	"schema 4 is Protobuf, which is not read: only Avro and JSON are", REASON_SCHEMA_REFUSED},
    {"an Avro schema that breaks the rules", FRAME_AUTO, BYTES("\0\0\0\0\5x"), {0}, {0},
	FRAME_BROKEN, 0,
	"schema 5 cannot be read: $.name: \"1\" is no name: letters, digits and _ only, no digit "
	"first",
	REASON_SCHEMA_REFUSED},
    {"an unknown schema", FRAME_AUTO, BYTES("\0\0\0\0\6x"), {0}, {0}, FRAME_UNKNOWN, 0,
	"schema 6: schema registry URL: answers 404: Schema not found", REASON_SCHEMA_UNKNOWN},
    {"the greatest number", FRAME_AUTO, BYTES("\0\x7f\xff\xff\xffx"), {0}, {0}, FRAME_UNKNOWN, 0,
	"schema 2147483647: schema registry URL: answers 404: Schema not found",
	REASON_SCHEMA_UNKNOWN},
    {"a number beyond it", FRAME_AUTO, BYTES("\0\x80\0\0\0x"), {0}, {0}, FRAME_BROKEN, 0,
	"a frame with schema 2147483648: numbers end at 2147483647", REASON_FRAMING},
    {"a registry that fails", FRAME_AUTO, BYTES("\0\0\0\0\7x"), {0}, {0}, FRAME_WAIT, 0, NULL,
	NULL},
    {"JSON where Avro is said", FRAME_AVRO, BYTES("\0\0\0\0\3{}"), {0}, {0}, FRAME_BROKEN, 0,
	"schema 3 is of JSON, the settings say format: avro", REASON_SCHEMA_REFUSED},
    {"a short frame", FRAME_AUTO, BYTES("\0\0\0\0"), {0}, {0}, FRAME_BROKEN, 0,
	"4 bytes that begin with 0: a frame with a schema's number has at least 5", REASON_FRAMING},
    {"number 0", FRAME_AUTO, BYTES("\0\0\0\0\0abc"), {0}, {0}, FRAME_BROKEN, 0,
	"a frame with schema 0: numbers begin at 1", REASON_FRAMING},
    {"number 0 twice", FRAME_AUTO, BYTES("\0\0\0\0\0\0\0\0\0abc"), {0}, {0}, FRAME_BROKEN, 0,
	"a frame with schema 0: numbers begin at 1", REASON_FRAMING},
    {"a frame without JSON where JSON is said", FRAME_JSON, BYTES("\0\0\0\0\1\2"), {0}, {0},
	FRAME_BROKEN, 0,
	"a frame with schema 1 and no JSON behind it, where the settings say format: json",
	REASON_FRAMING},
    {"an object", FRAME_AUTO, BYTES("{}"), {0}, {0}, FRAME_GOOD, 0, "topic t: JSON", NULL},
    {"a list", FRAME_AUTO, BYTES("[]"), {0}, {0}, FRAME_GOOD, 0, "topic t: JSON", NULL},
    {"white space first", FRAME_AUTO, BYTES("\r\n\t {}"), {0}, {0}, FRAME_GOOD, 0, "topic t: JSON",
	NULL},
    {"anything where JSON is said", FRAME_JSON, BYTES("x"), {0}, {0}, FRAME_GOOD, 0,
	"topic t: JSON", NULL},
    {"neither", FRAME_AUTO, BYTES("\1\2\3\4\5\6"), {0}, {0}, FRAME_BROKEN, 0,
	"begins with 0x01: neither JSON nor a frame with a schema's number", REASON_FRAMING},
    {"a text", FRAME_AUTO, BYTES("\"x\""), {0}, {0}, FRAME_BROKEN, 0,
	"begins with 0x22: neither JSON nor a frame with a schema's number", REASON_FRAMING},
    {"nothing", FRAME_AUTO, BYTES(""), {0}, {0}, FRAME_BROKEN, 0, "an empty value", REASON_FRAMING},
    {"no frame where Avro is said", FRAME_AVRO, BYTES("{}"), {0}, {0}, FRAME_BROKEN, 0,
	"begins with 0x7b, not with the 0 of a frame: Avro without a frame is read where the "
	"source's settings name its `schema`",
	REASON_FRAMING},
    {"a GUID in the header", FRAME_AUTO, BYTES("\0\0\0\0\1"), BYTES("__value_schema_id"),
	BYTES("\1\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"), FRAME_GOOD, 0,
	"topic t: Avro, its schema named in a header, schema 00112233-4455-6677-8899-aabbccddeeff",
	NULL},
    {"an id in the header", FRAME_AUTO, BYTES("{}"), BYTES("__value_schema_id"),
	BYTES("\0\0\0\0\3"), FRAME_GOOD, 0, "topic t: JSON, so said in a header", NULL},
    {"Apicurio's content id", FRAME_AUTO, BYTES("{}"), BYTES("apicurio.value.contentId"),
	BYTES("\0\0\0\0\0\0\0\1"), FRAME_GOOD, 0,
	"topic t: Avro, its schema named in a header, schema 1", NULL},
    {"Apicurio's encoding", FRAME_AUTO, BYTES("\0"), BYTES("apicurio.value.encoding"),
	BYTES("JSON"), FRAME_GOOD, 0, "topic t: JSON, so said in a header", NULL},
    {"Apicurio's other encoding", FRAME_AUTO, BYTES("{}"), BYTES("apicurio.value.encoding"),
	BYTES("BINARY"), FRAME_GOOD, 0, "topic t: JSON", NULL},
    {"a GUID cut short", FRAME_AUTO, BYTES("{}"), BYTES("__value_schema_id"), BYTES("\1\2\3"),
	FRAME_BROKEN, 0, "the header __value_schema_id has 3 bytes that are no schema's number",
	REASON_FRAMING},
    {"a null header", FRAME_AUTO, BYTES("{}"), BYTES("__value_schema_id"), {0}, FRAME_BROKEN, 0,
	"the header __value_schema_id has 0 bytes that are no schema's number", REASON_FRAMING},
    {"a negative number", FRAME_AUTO, BYTES("{}"), BYTES("apicurio.value.globalId"),
	BYTES("\xff\0\0\0\0\0\0\1"), FRAME_BROKEN, 0,
	"the header apicurio.value.globalId has 8 bytes that are no schema's number",
	REASON_FRAMING},
    {"a foreign header", FRAME_AUTO, BYTES("{}"), BYTES("traceparent"), BYTES("00-1"), FRAME_GOOD,
	0, "topic t: JSON", NULL},
};

static void
check_good(struct frame_topic *topic, const struct message *message, const struct frame_case *one)
{
	char notice[256] = "";

	assert_true(frame_notice(topic, "t", notice, sizeof(notice)));
	assert_string_equal(notice, one->says);
	assert_false(frame_notice(topic, "t", notice, sizeof(notice)));
	assert_int_equal(message->kind, MESSAGE_PAYLOAD);
	assert_int_equal(message->framing, one->framing);
	assert_int_equal(message->format, strstr(one->says, "Avro") ? FORMAT_AVRO : FORMAT_JSON);
	assert_int_equal(message->schema != NULL, message->format == FORMAT_AVRO);
}

/* The address of the fake one differs from run to run. */
static void
check_detail(struct text detail, const char *expected, const char *url)
{
	char shown[1024];
	const char *at;

	snprintf(shown, sizeof(shown), "%.*s", TEXT_PRINT(detail));
	at = strstr(shown, url);
	if (at) {
		char whole[1024];

		snprintf(
		    whole, sizeof(whole), "%.*sURL%s", (int)(at - shown), shown, at + strlen(url));
		assert_string_equal(whole, expected);
	} else {
		assert_string_equal(shown, expected);
	}
}

static void
check_case(struct world *world, const struct frame_case *one)
{
	const struct message_header header = {one->header, one->value};
	struct frame_topic topic = {.format = one->format};
	struct message message = {
	    .payload = one->payload, .headers = &header, .header_count = one->header.data != NULL};
	enum frame_answer answer = read_until(world, &topic, &message);

	if (answer != one->expected)
		print_message("%s\n", one->name);
	assert_int_equal(answer, one->expected);
	if (answer == FRAME_GOOD) {
		check_good(&topic, &message, one);
	} else if (answer != FRAME_WAIT) {
		assert_int_equal(message.kind, MESSAGE_BROKEN);
		assert_string_equal(message.reason, one->reason);
		assert_non_null(reason_find(text_of(message.reason)));
		check_detail(message.detail, one->says, world->settings.urls);
		assert_null(message.schema);
		assert_int_equal(message.framing, 0);
	}
}

static void
each_beginning_is_recognised_and_said(void **state)
{
	struct world world;
	size_t i;

	open_world(&world, TEXT_NONE);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&world, &cases[i]);
	close_world(&world);
}

static void
equal_texts_are_one_schema(void **state)
{
	struct frame_topic topic = {0}, other = {0};
	struct message one = {.payload = BYTES("\0\0\0\0\1")},
		       two = {.payload = BYTES("\0\0\0\0\2")};
	struct text text = TEXT("{\"type\":\"record\",\"name\":\"r\",\"fields\":[]}");
	struct world world;

	open_world(&world, TEXT_NONE);
	assert_int_equal(read_until(&world, &topic, &one), FRAME_GOOD);
	assert_int_equal(read_until(&world, &other, &two), FRAME_GOOD);
	assert_ptr_equal(one.schema, two.schema);
	assert_true(text_equal(one.schema->text, text));
	assert_int_equal(one.schema->id, digest_identity(text));
	close_world(&world);
}

/* A topic that changes from one schema and one format to another and back is read, and each is said once. */
static void
a_topic_may_mix(void **state)
{
	static const struct {
		struct text payload;
		const char *says;
	} steps[] = {
	    {BYTES("\0\0\0\0\1x"), "topic t: Avro in Confluent's framing, schema 1"},
	    {BYTES("\0\0\0\0\2x"), NULL},
	    {BYTES("{}"), "topic t: JSON"},
	    {BYTES("\0\0\0\0\3{}"), "topic t: JSON in Confluent's framing, schema 3"},
	    {BYTES("\0\0\0\0\1x"), NULL},
	    {BYTES("[]"), NULL},
	};
	struct frame_topic topic = {0};
	struct world world;
	char notice[256];
	size_t i;

	open_world(&world, TEXT_NONE);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct message message = {.payload = steps[i].payload};

		assert_int_equal(read_until(&world, &topic, &message), FRAME_GOOD);
		assert_int_equal(
		    frame_notice(&topic, "t", notice, sizeof(notice)), steps[i].says != NULL);
		if (steps[i].says)
			assert_string_equal(notice, steps[i].says);
		assert_int_equal(message.schema != NULL, i != 2 && i != 3 && i != 5);
	}
	close_world(&world);
}

/* 1 and 65 share the place where recent numbers are looked up. */
static void
numbers_that_share_a_place_are_told_apart(void **state)
{
	static const struct text payloads[] = {BYTES("\0\0\0\0\1x"), BYTES("\0\0\0\0\x41x")};
	const struct message_schema *schemas[2] = {NULL, NULL};
	struct frame_topic topic = {0};
	struct world world;
	char notice[256];
	size_t i;

	open_world(&world, TEXT_NONE);
	for (i = 0; i < 8; i++) {
		struct message message = {.payload = payloads[i / 2 % 2]};

		assert_int_equal(read_until(&world, &topic, &message), FRAME_GOOD);
		frame_notice(&topic, "t", notice, sizeof(notice));
		if (!schemas[i / 2 % 2])
			schemas[i / 2 % 2] = message.schema;
		assert_ptr_equal(message.schema, schemas[i / 2 % 2]);
		assert_int_equal(message.framing, 5);
	}
	assert_true(text_is(schemas[1]->text, "\"int\""));
	assert_ptr_not_equal(schemas[0], schemas[1]);
	close_world(&world);
}

static void
bare_avro_is_read_with_the_settings_schema(void **state)
{
	const struct message_header header = {
	    BYTES("apicurio.value.contentId"), BYTES("\0\0\0\0\0\0\0\3")};
	struct frame_topic topic = {0}, json = {.format = FRAME_JSON};
	struct message bare = {.payload = BYTES("\0\0\0\0\3{}")};
	struct message said = {.payload = BYTES("{}"), .headers = &header, .header_count = 1};
	struct message plain = {.payload = BYTES("{}")};
	struct message empty = {.payload = BYTES("")};
	struct world world;

	open_world(&world, TEXT("\"long\""));
	assert_int_equal(read_until(&world, &topic, &bare), FRAME_GOOD);
	assert_int_equal(bare.framing, 0);
	assert_true(text_is(bare.schema->text, "\"long\""));
	assert_int_equal(read_until(&world, &topic, &empty), FRAME_GOOD);
	assert_int_equal(read_until(&world, &topic, &said), FRAME_GOOD);
	assert_null(said.schema);
	assert_int_equal(read_until(&world, &json, &plain), FRAME_GOOD);
	assert_null(plain.schema);
	close_world(&world);
}

static void
a_bare_schema_that_cannot_be_read_is_told(void **state)
{
	struct frames *frames = NULL;
	struct error err = {0};

	assert_false(frames_open(NULL, TEXT("{\"type\":\"recrod\"}"), &frames, &err));
	assert_null(frames);
	assert_string_equal(
	    err.text, "$.type: \"recrod\" is neither a type of Avro nor one declared before");
}

static void
without_a_registry_json_is_read_and_numbers_are_unknown(void **state)
{
	struct frame_topic topic = {0};
	struct message json = {.payload = BYTES("{}")}, avro = {.payload = BYTES("\0\0\0\0\1x")};
	struct frames *frames;
	struct error err = {0};
	struct arena arena;

	arena_init(&arena);
	assert_true(frames_open(NULL, TEXT_NONE, &frames, &err));
	assert_int_equal(frame_read(frames, &topic, &json, &arena), FRAME_GOOD);
	assert_int_equal(frame_read(frames, &topic, &avro, &arena), FRAME_UNKNOWN);
	assert_true(text_is(
	    avro.detail, "schema 1, and the source's settings have no schema.registry.url"));
	frames_close(frames);
	arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_beginning_is_recognised_and_said),
	    cmocka_unit_test(equal_texts_are_one_schema),
	    cmocka_unit_test(a_topic_may_mix),
	    cmocka_unit_test(numbers_that_share_a_place_are_told_apart),
	    cmocka_unit_test(bare_avro_is_read_with_the_settings_schema),
	    cmocka_unit_test(a_bare_schema_that_cannot_be_read_is_told),
	    cmocka_unit_test(without_a_registry_json_is_read_and_numbers_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
