/* SPDX-License-Identifier: Apache-2.0 */
/* Registering, references as they are fetched, and what `doctor` is told. */
#include "registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "fake_registry.h"

#define LOOKUP "POST /subjects/a%2Fb "
#define VERSIONS "POST /subjects/a%2Fb/versions "
#define NO_SUBJECT "{\"error_code\":40401,\"message\":\"Subject not found\"}"
#define NO_SCHEMA "{\"error_code\":40403,\"message\":\"Schema not found\"}"
#define NO_VERSION "{\"error_code\":40402,\"message\":\"Version not found\"}"

struct world {
	struct fake_registry *fake;
	struct registry_settings settings;
	struct registry *registry;
};

static void
open_world(struct world *world, const struct fake_reply *replies)
{
	struct error err = {0};

	world->fake = fake_open(replies);
	registry_settings_init(&world->settings);
	world->settings.urls = memory_text(fake_url(world->fake));
	assert_true(registry_open(&world->settings, NULL, &world->registry, &err));
}

static void
close_world(struct world *world)
{
	registry_close(world->registry);
	registry_settings_fini(&world->settings);
	fake_close(world->fake);
}

struct register_case {
	const char *name;
	struct fake_reply replies[3];
	enum error_kind kind; /* ERROR_NONE: it gives 7 */
	const char *
	    sentence; /* "subject a/b: schema registry URL: …", from the last colon and space before it */
	unsigned requests;
};

static void
registering_says_what_came_of_it(void **state)
{
	static const struct register_case cases[] = {
	    {"it is there", {{LOOKUP, FAKE_ANSWER, "200 OK", "{\"id\":7,\"version\":1}"}},
		ERROR_NONE, NULL, 1},
	    {"a new subject",
		{{LOOKUP, FAKE_ANSWER, "404 Not Found", NO_SUBJECT},
		    {VERSIONS, FAKE_ANSWER, "200 OK", "{\"id\":7}"}},
		ERROR_NONE, NULL, 2},
	    {"a new schema",
		{{LOOKUP, FAKE_ANSWER, "404 Not Found", NO_SCHEMA},
		    {VERSIONS, FAKE_ANSWER, "200 OK", "{\"id\":7}"}},
		ERROR_NONE, NULL, 2},
	    {"a registry that cannot look",
		{{LOOKUP, FAKE_ANSWER, "405 Method Not Allowed", ""},
		    {VERSIONS, FAKE_ANSWER, "200 OK", "{\"id\":7}"}},
		ERROR_NONE, NULL, 2},
	    {"incompatible",
		{{LOOKUP, FAKE_ANSWER, "404 Not Found", NO_SCHEMA},
		    {VERSIONS, FAKE_ANSWER, "409 Conflict",
			"{\"error_code\":409,\"message\":\"incompatible\"}"}},
		ERROR_REFUSED, ": answers 409: incompatible", 2},
	    {"not allowed",
		{{LOOKUP, FAKE_ANSWER, "404 Not Found", NO_SCHEMA},
		    {VERSIONS, FAKE_ANSWER, "403 Forbidden", ""}},
		ERROR_REFUSED, ": answers 403, we are not allowed", 2},
	    {"no number",
		{{LOOKUP, FAKE_ANSWER, "404 Not Found", NO_SCHEMA},
		    {VERSIONS, FAKE_ANSWER, "200 OK", "{\"id\":\"7\"}"}},
		ERROR_REFUSED, ": JSON without a number \"id\"", 2},
	    {"down", {{LOOKUP, FAKE_ANSWER, "503 Busy", ""}}, ERROR_IO, ": answers 503", 1},
	    {"reset", {{LOOKUP, FAKE_RESET, NULL, NULL}}, ERROR_IO,
		": the connection ended before the answer did", 1},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		struct registry_counts counts;
		struct world world;
		char expected[512];
		uint32_t id = 0;
		bool good;

		open_world(&world, cases[i].replies);
		good = registry_register(world.registry, "a/b", TEXT("\"x\\y\""), &id, &err);
		if (err.kind != cases[i].kind)
			print_message("%s\n", cases[i].name);
		assert_int_equal(err.kind, cases[i].kind);
		assert_int_equal(good, cases[i].kind == ERROR_NONE);
		if (good) {
			assert_int_equal(id, 7);
		} else {
			snprintf(expected, sizeof(expected), "subject a/b: schema registry %s%s",
			    fake_url(world.fake), cases[i].sentence);
			assert_string_equal(err.text, expected);
		}
		assert_int_equal(fake_requests(world.fake), cases[i].requests);
		assert_true(fake_heard(world.fake, "{\"schema\":\"\\\"x\\\\y\\\"\"}"));
		registry_counts(world.registry, &counts);
		assert_int_equal(counts.requests, cases[i].requests);
		close_world(&world);
	}
}

#define MAIN "GET /schemas/ids/1 "
#define PART(name, version) "GET /subjects/" name "/versions/" version " "
#define REFERENCE(subject, version) "{\"subject\":\"" subject "\",\"version\":" version "}"
#define FIXED(name) "{\\\"type\\\":\\\"fixed\\\",\\\"name\\\":\\\"" name "\\\",\\\"size\\\":1}"
#define ARRAY(name) "{\\\"type\\\":\\\"array\\\",\\\"items\\\":\\\"" name "\\\"}"

static const struct {
	const char *name;
	struct fake_reply replies[4];
	enum registry_answer answer;
	const char *says; /* the schema, or how the sentence ends */
	unsigned requests;
} reference_cases[] = {
    {"two steps",
	{{MAIN, FAKE_ANSWER, NULL,
	     "{\"schema\":\"" ARRAY("x.R") "\",\"references\":[" REFERENCE("r", "3") "]}"},
	    {PART("r", "3"), FAKE_ANSWER, NULL,
		"{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"x.R\\\","
		"\\\"fields\\\":"
		"[{\\\"name\\\":\\\"f\\\",\\\"type\\\":\\\"x.F\\\"}]}\",\"references\":[" REFERENCE(
		    "f%", "1") "]}"},
	    {PART("f%25", "1"), FAKE_ANSWER, NULL, "{\"schema\":\"" FIXED("x.F") "\"}"}},
	REGISTRY_KNOWN,
	"{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"x.R\",\"fields\":[{\"name\":"
	"\"f\",\"type\":{\"type\":\"fixed\",\"name\":\"x.F\",\"size\":1}}]}}",
	3},
    {"a circle is walked once",
	{{MAIN, FAKE_ANSWER, NULL,
	     "{\"schema\":\"" ARRAY("F") "\",\"references\":[" REFERENCE("f", "1") "]}"},
	    {PART("f", "1"), FAKE_ANSWER, NULL,
		"{\"schema\":\"" FIXED("F") "\",\"references\":[" REFERENCE("f", "1") "]}"}},
	REGISTRY_KNOWN,
	"{\"type\":\"array\",\"items\":{\"type\":\"fixed\",\"name\":\"F\",\"namespace\":\"\","
	"\"size\":1}"
	"}",
	2},
    {"what it refers to is missing",
	{{MAIN, FAKE_ANSWER, NULL,
	     "{\"schema\":\"" ARRAY("F") "\",\"references\":[" REFERENCE("f", "9") "]}"},
	    {PART("f", "9"), FAKE_ANSWER, "404 Not Found", NO_VERSION}},
	REGISTRY_DOWN, ": answers 404: Version not found", 2},
    {"what it refers to is garbage",
	{{MAIN, FAKE_ANSWER, NULL,
	     "{\"schema\":\"" ARRAY("F") "\",\"references\":[" REFERENCE("f", "9") "]}"},
	    {PART("f", "9"), FAKE_ANSWER, NULL, "{\"schema\":7}"}},
	REGISTRY_DOWN, ": JSON without a text \"schema\"", 2},
    {"of JSON it is not looked at",
	{{MAIN, FAKE_ANSWER, NULL,
	    "{\"schema\":\"{}\",\"schemaType\":\"JSON\",\"references\":[" REFERENCE(
		"f", "9") "]}"}},
	REGISTRY_KNOWN, "{}", 1},
};

static void
references_are_fetched_once_each(void **state)
{
	const struct schema_key key = {SCHEMA_ID, 0, 1};
	const struct registry_schema *schema;
	struct world world;
	char why[1024];
	size_t i;

	for (i = 0; i < sizeof(reference_cases) / sizeof(reference_cases[0]); i++) {
		open_world(&world, reference_cases[i].replies);
		assert_int_equal(
		    registry_await(world.registry, key, 5000, &schema), reference_cases[i].answer);
		if (reference_cases[i].answer == REGISTRY_KNOWN) {
			snprintf(why, sizeof(why), "%.*s", TEXT_PRINT(schema->text));
			assert_string_equal(why, reference_cases[i].says);
		} else {
			registry_why(world.registry, key, why, sizeof(why));
			assert_memory_equal(why, "it refers to f version 9: schema registry ", 42);
			assert_non_null(strstr(why, reference_cases[i].says));
		}
		assert_int_equal(fake_requests(world.fake), reference_cases[i].requests);
		close_world(&world);
	}
}

static void
note(void *context, bool well, const char *what, const char *advice)
{
	buffer_add_format(context, "%s|%s|%s\n", well ? "well" : "ill", what, advice ? advice : "");
}

/* One sentence an address, with what to do; the milliseconds differ. */
static void
doctor_is_told_of_each_address(void **state)
{
	static const struct fake_reply well[] = {{"GET /subjects", FAKE_ANSWER, NULL, "[]"}, {0}};
	static const struct fake_reply shut[] = {
	    {"GET /subjects", FAKE_ANSWER, "401 Unauthorized", ""}, {0}};
	struct fake_registry *one = fake_open(well), *two = fake_open(shut);
	struct registry_settings settings;
	struct buffer said = {0};
	char urls[160], expected[512];

	snprintf(urls, sizeof(urls), "%s,%s", fake_url(one), fake_url(two));
	registry_settings_init(&settings);
	settings.urls = memory_text(urls);
	registry_examine(&settings, note, &said);
	buffer_add_byte(&said, 0);
	snprintf(expected, sizeof(expected), "well|schema registry %s answers in ", fake_url(one));
	assert_memory_equal(said.data, expected, strlen(expected));
	snprintf(expected, sizeof(expected),
	    "\nill|schema registry %s: answers 401, we are not allowed|correct basic.auth or "
	    "bearer.auth in schema.registry; the user needs to read schemas\n",
	    fake_url(two));
	assert_non_null(strstr((char *)said.data, expected));
	buffer_fini(&said);
	registry_settings_fini(&settings);
	fake_close(one);
	fake_close(two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(registering_says_what_came_of_it),
	    cmocka_unit_test(references_are_fetched_once_each),
	    cmocka_unit_test(doctor_is_told_of_each_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
