/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registries that misbehave. Each way gives its sentence in its time, none is
 * taken for "no such schema", and the registry that is asked next is asked.
 */
#include "registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "fake_registry.h"

#define ID "GET /schemas/ids/7 "
#define GOOD "{\"schema\":\"\\\"string\\\"\"}"

static void
settings_for(struct registry_settings *settings, const char *urls)
{
	registry_settings_init(settings);
	settings->urls = memory_text(urls);
	settings->connect_ms = 300;
	settings->total_ms = 400;
}

struct hostile_case {
	const char *name;
	struct fake_reply reply;
	enum registry_answer expected;
	const char *sentence; /* behind "schema registry URL: " */
};

static const struct hostile_case cases[] = {
    {"no such schema",
	{ID, FAKE_ANSWER, "404 Not Found",
	    "{\"error_code\":40403,\"message\":\"Schema 7 not found\"}"},
	REGISTRY_UNKNOWN, "answers 404: Schema 7 not found"},
    {"a proxy's 404", {ID, FAKE_ANSWER, "404 Not Found", "<html>nothing here</html>"},
	REGISTRY_DOWN, "answers 404, no schema registry at this address"},
    {"404 of another kind", {ID, FAKE_ANSWER, "404 Not Found", "{\"error_code\":404}"},
	REGISTRY_DOWN, "answers 404, it does not know this kind of question"},
    {"a string as code", {ID, FAKE_ANSWER, "404 Not Found", "{\"error_code\":\"40403\"}"},
	REGISTRY_DOWN, "answers 404, no schema registry at this address"},
    {"500",
	{ID, FAKE_ANSWER, "500 Internal Server Error",
	    "{\"error_code\":50001,\"message\":\"store \\u001b[2J down\"}"},
	REGISTRY_DOWN, "answers 500: store \\x1b[2J down"},
    {"503 without a body", {ID, FAKE_ANSWER, "503 Service Unavailable", ""}, REGISTRY_DOWN,
	"answers 503"},
    {"429", {ID, FAKE_ANSWER, "429 Too Many Requests", ""}, REGISTRY_DOWN, "answers 429"},
    {"401", {ID, FAKE_ANSWER, "401 Unauthorized", ""}, REGISTRY_DOWN,
	"answers 401, we are not allowed"},
    {"400", {ID, FAKE_ANSWER, "400 Bad Request", ""}, REGISTRY_DOWN, "answers 400"},
    {"a redirect to another host",
	{ID, FAKE_ANSWER, "302 Found\r\nLocation: http://example.invalid/schemas/ids/7", ""},
	REGISTRY_DOWN, "answers 302, a redirect to another host: not followed"},
    {"a redirect to a file", {ID, FAKE_ANSWER, "302 Found\r\nLocation: file:///etc/hostname", ""},
	REGISTRY_DOWN, "answers 302, a redirect to another host: not followed"},
    {"a redirect to itself", {ID, FAKE_ANSWER, "302 Found\r\nLocation: /schemas/ids/7", ""},
	REGISTRY_DOWN, "redirects in a circle"},
    {"a redirect to nowhere", {ID, FAKE_ANSWER, "302 Found", ""}, REGISTRY_DOWN,
	"answers 302, a redirect to nowhere"},
    {"an HTML page", {ID, FAKE_ANSWER, "200 OK", "\n <!DOCTYPE html><html>login</html>"},
	REGISTRY_DOWN, "answers 200, an HTML page instead of JSON"},
    {"nothing", {ID, FAKE_ANSWER, "200 OK", ""}, REGISTRY_DOWN,
	"not the JSON of a registry: null, true, false, a number, a string, '[' or '{' expected, "
	"not the end, at byte 1"},
    {"garbage", {ID, FAKE_ANSWER, "200 OK", "\x01\xff\xfe garbage"}, REGISTRY_DOWN,
	"not the JSON of a registry: bytes that are not UTF-8 at byte 2"},
    {"a list", {ID, FAKE_ANSWER, "200 OK", "[1]"}, REGISTRY_DOWN, "JSON, but not an object"},
    {"no schema", {ID, FAKE_ANSWER, "200 OK", "{\"id\":7}"}, REGISTRY_DOWN,
	"JSON without a text \"schema\""},
    {"a schema that is an object", {ID, FAKE_ANSWER, "200 OK", "{\"schema\":{}}"}, REGISTRY_DOWN,
	"JSON without a text \"schema\""},
    {"two schemas", {ID, FAKE_ANSWER, "200 OK", "{\"schema\":\"1\",\"schema\":\"2\"}"},
	REGISTRY_DOWN,
	"not the JSON of a registry: one key twice in the object that ends at byte 27"},
    {"not HTTP", {ID, FAKE_RAW, NULL, "SSH-2.0-OpenSSH_9.2\r\n"}, REGISTRY_DOWN,
	"the answer is not HTTP"},
    {"bytes after the header end", {ID, FAKE_SHORT, NULL, GOOD}, REGISTRY_DOWN,
	"the connection ended before the answer did"},
    {"closed", {ID, FAKE_CLOSE, NULL, NULL}, REGISTRY_DOWN,
	"the connection ended before the answer did"},
    {"reset", {ID, FAKE_RESET, NULL, NULL}, REGISTRY_DOWN,
	"the connection ended before the answer did"},
    {"silence", {ID, FAKE_HANG, NULL, NULL}, REGISTRY_DOWN, "no whole answer within 400 ms"},
    {"a byte now and then", {ID, FAKE_DRIP, NULL, NULL}, REGISTRY_DOWN,
	"no whole answer within 400 ms"},
    {"100 MB", {ID, FAKE_FLOOD, NULL, NULL}, REGISTRY_DOWN,
	"an answer of more than 4194304 bytes: cut off"},
    {"headers without end", {ID, FAKE_HEADERS, NULL, NULL}, REGISTRY_DOWN,
	"more than 65536 bytes of HTTP headers: cut off"},
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

/* A table for each case, so that none changes under the thread that reads it. */
static struct fake_reply tables[CASES][2];

static int
make_tables(void **state)
{
	size_t i;

	for (i = 0; i < CASES; i++)
		tables[i][0] = cases[i].reply;
	return 0;
}

static enum registry_answer
ask(const char *urls, char *why, size_t why_bytes, int64_t *took_ms)
{
	const struct schema_key key = {SCHEMA_ID, 0, 7};
	const struct registry_schema *schema = NULL;
	struct registry_settings settings;
	struct registry *registry;
	struct error err = {0};
	enum registry_answer answer;
	int64_t begun = monotonic_ms();

	settings_for(&settings, urls);
	assert_true(registry_open(&settings, NULL, &registry, &err));
	answer = registry_await(registry, key, 5000, &schema);
	registry_why(registry, key, why, why_bytes);
	registry_close(registry);
	registry_settings_fini(&settings);
	*took_ms = monotonic_ms() - begun;
	return answer;
}

static void
each_misbehaviour_has_its_sentence_in_its_time(void **state)
{
	struct fake_registry *fake = fake_open(tables[0]);
	char why[1024], expected[1024];
	enum registry_answer answer;
	int64_t took_ms;
	size_t i;

	for (i = 0; i < CASES; i++) {
		fake_turn(fake, tables[i]);
		snprintf(expected, sizeof(expected), "schema registry %s: %s", fake_url(fake),
		    cases[i].sentence);
		answer = ask(fake_url(fake), why, sizeof(why), &took_ms);
		if (answer != cases[i].expected || strcmp(why, expected) != 0 || took_ms > 5000)
			print_message("%s: %lld ms\n", cases[i].name, (long long)took_ms);
		assert_string_equal(why, expected);
		assert_int_equal(answer, cases[i].expected);
		assert_true(took_ms <= 5000);
	}
	assert_true(fake_flooded(fake) < (size_t)20 << 20);
	fake_close(fake);
}

static void
nobody_there_is_said_at_once(void **state)
{
	struct fake_reply none = {0};
	struct fake_registry *fake = fake_open(&none);
	char url[64], why[1024], expected[256];
	int64_t took_ms;

	snprintf(url, sizeof(url), "%s", fake_url(fake));
	fake_close(fake);
	assert_int_equal(ask(url, why, sizeof(why), &took_ms), REGISTRY_DOWN);
	snprintf(expected, sizeof(expected),
	    "schema registry %s: nobody answers there (connection refused)", url);
	assert_string_equal(why, expected);
	assert_true(took_ms < 3000);
}

static void
tls_to_a_plain_port_and_the_reverse_are_told(void **state)
{
	const struct fake_reply replies[] = {{"GET", FAKE_ANSWER, "200 OK", GOOD},
	    {"\x16", FAKE_RAW, NULL, "HTTP/1.1 400\r\n\r\n"}, {0}};
	struct fake_registry *fake = fake_open(replies);
	char url[64], why[1024];
	int64_t took_ms;

	snprintf(url, sizeof(url), "https%s", fake_url(fake) + 4);
	assert_int_equal(ask(url, why, sizeof(why), &took_ms), REGISTRY_DOWN);
	fake_close(fake);
}

static void
the_next_registry_is_asked(void **state)
{
	static const struct fake_reply good[] = {{ID, FAKE_ANSWER, "200 OK", GOOD}, {0}};
	struct fake_registry *bad = fake_open(tables[0]), *well = fake_open(good);
	char urls[160], why[1024];
	enum registry_answer answer, expected;
	int64_t took_ms;
	size_t i;

	snprintf(urls, sizeof(urls), "%s , %s/", fake_url(bad), fake_url(well));
	for (i = 0; i < CASES; i++) {
		fake_turn(bad, tables[i]);
		expected =
		    cases[i].expected == REGISTRY_UNKNOWN ? REGISTRY_UNKNOWN : REGISTRY_KNOWN;
		answer = ask(urls, why, sizeof(why), &took_ms);
		if (answer != expected)
			print_message("%s: %s\n", cases[i].name, why);
		assert_int_equal(answer, expected);
	}
	fake_close(bad);
	fake_close(well);
}

/* Closing does not wait for an answer that never comes. */
static void
closing_ends_a_request(void **state)
{
	const struct fake_reply replies[] = {{ID, FAKE_HANG, NULL, NULL}, {0}};
	struct fake_registry *fake = fake_open(replies);
	const struct registry_schema *schema;
	struct registry_settings settings;
	struct registry *registry;
	struct error err = {0};
	int64_t begun;

	settings_for(&settings, fake_url(fake));
	settings.total_ms = 60000;
	assert_true(registry_open(&settings, NULL, &registry, &err));
	assert_int_equal(
	    registry_await(registry, (struct schema_key){SCHEMA_ID, 0, 7}, 200, &schema),
	    REGISTRY_WAIT);
	assert_int_equal(fake_requests(fake), 1);
	begun = monotonic_ms();
	registry_close(registry);
	assert_true(monotonic_ms() - begun < 5000);
	registry_settings_fini(&settings);
	fake_close(fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_misbehaviour_has_its_sentence_in_its_time),
	    cmocka_unit_test(nobody_there_is_said_at_once),
	    cmocka_unit_test(tls_to_a_plain_port_and_the_reverse_are_told),
	    cmocka_unit_test(the_next_registry_is_asked),
	    cmocka_unit_test(closing_ends_a_request),
	};

	return cmocka_run_group_tests(tests, make_tables, NULL);
}
