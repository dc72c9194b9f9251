/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client over time: what it says while it asks, that it asks once, keeps
 * what it has seen, tells down from unknown, and comes back.
 */
#include "registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "fake_registry.h"

#define LONG "{\"schema\":\"\\\"long\\\"\"}"
#define MISSING "{\"error_code\":40403,\"message\":\"Schema not found\"}"

static const struct fake_reply well[] = {
    {"GET /schemas/ids/1 ", FAKE_ANSWER, "200 OK", LONG},
    {"GET /schemas/ids/2 ", FAKE_ANSWER, "200 OK", "{\"schemaType\":\"JSON\",\"schema\":\"{}\"}"},
    {"GET /schemas/ids/3 ", FAKE_ANSWER, "200 OK",
	"{\"schemaType\":\"PROTOBUF\",\"schema\":\"x\"}"},
    {"GET /schemas/ids/4 ", FAKE_ANSWER, "200 OK", "garbage"},
    {"GET /schemas/ids/", FAKE_ANSWER, "404 Not Found", MISSING},
    {"GET /schemas/guids/00000000-0000-0001-0000-000000000002 ", FAKE_ANSWER, "200 OK", LONG},
    {0},
};
static const struct fake_reply ill[] = {{"GET", FAKE_ANSWER, "500 Oh", ""}, {0}};

struct world {
	struct fake_registry *fake;
	struct registry_settings settings;
	struct registry *registry;
	char folder[64]; /* "": memory only */
};

static void
begin(struct world *world)
{
	struct error err = {0};

	assert_true(registry_open(
	    &world->settings, world->folder[0] ? world->folder : NULL, &world->registry, &err));
}

static void
open_world(struct world *world, const struct fake_reply *replies, bool keep)
{
	*world = (struct world){.fake = fake_open(replies)};
	registry_settings_init(&world->settings);
	world->settings.urls = memory_text(fake_url(world->fake));
	world->settings.ask_again_ms = 100;
	world->settings.retry_max_ms = 50;
	world->settings.notice_ms = 150;
	if (keep) {
		snprintf(world->folder, sizeof(world->folder), "/tmp/dyetrace-registry-XXXXXX");
		assert_non_null(mkdtemp(world->folder));
	}
	begin(world);
}

static void
close_world(struct world *world)
{
	char command[128];

	registry_close(world->registry);
	registry_settings_fini(&world->settings);
	fake_close(world->fake);
	if (!world->folder[0])
		return;
	snprintf(command, sizeof(command), "rm -r '%s'", world->folder);
	assert_int_equal(system(command), 0);
}

static struct schema_key
id(uint64_t number)
{
	return (struct schema_key){SCHEMA_ID, 0, number};
}

static enum registry_answer
await(struct world *world, struct schema_key key, const struct registry_schema **schema)
{
	return registry_await(world->registry, key, 5000, schema);
}

/* Looks until the answer is that. */
static void
until(struct world *world, struct schema_key key, enum registry_answer wanted)
{
	const struct registry_schema *schema;
	int64_t begun = monotonic_ms();

	while (registry_find(world->registry, key, &schema) != wanted) {
		assert_true(monotonic_ms() - begun < 5000);
		usleep(1000);
	}
}

static void
a_schema_is_asked_for_once(void **state)
{
	const struct registry_schema *schema = NULL, *again = NULL;
	struct registry_counts counts;
	struct world world;
	uint64_t turn;
	int i;

	open_world(&world, well, false);
	turn = registry_turn(world.registry);
	assert_int_equal(registry_find(world.registry, id(1), &schema), REGISTRY_WAIT);
	assert_int_equal(await(&world, id(1), &schema), REGISTRY_KNOWN);
	assert_int_not_equal(registry_turn(world.registry), turn);
	assert_int_equal(schema->type, SCHEMA_AVRO);
	assert_true(text_is(schema->text, "\"long\""));
	for (i = 0; i < 1000; i++) {
		assert_int_equal(registry_find(world.registry, id(1), &again), REGISTRY_KNOWN);
		assert_ptr_equal(again, schema);
	}
	assert_int_equal(fake_requests(world.fake), 1);
	registry_counts(world.registry, &counts);
	assert_int_equal(counts.requests, 1);
	assert_int_equal(counts.errors, 0);
	assert_int_equal(counts.schemas, 1);
	assert_int_equal(counts.bytes, 6);
	assert_false(counts.down);
	close_world(&world);
}

static void
types_and_guids_are_told(void **state)
{
	const struct registry_schema *schema;
	struct world world;

	open_world(&world, well, false);
	assert_int_equal(await(&world, id(2), &schema), REGISTRY_KNOWN);
	assert_int_equal(schema->type, SCHEMA_JSON);
	assert_int_equal(await(&world, id(3), &schema), REGISTRY_KNOWN);
	assert_int_equal(schema->type, SCHEMA_PROTOBUF);
	assert_int_equal(
	    await(&world, (struct schema_key){SCHEMA_GUID, 1, 2}, &schema), REGISTRY_KNOWN);
	assert_int_equal(schema->key.kind, SCHEMA_GUID);
	close_world(&world);
}

/* The unknown one is asked for again after a while, and meanwhile not, however often one looks. */
static void
an_unknown_schema_is_asked_for_again(void **state)
{
	static const struct fake_reply later[] = {{"GET", FAKE_ANSWER, "200 OK", LONG}, {0}};
	const struct registry_schema *schema;
	struct registry_counts counts;
	struct world world;
	int64_t begun;

	open_world(&world, well, false);
	begun = monotonic_ms();
	assert_int_equal(await(&world, id(9), &schema), REGISTRY_UNKNOWN);
	while (monotonic_ms() - begun < 90)
		assert_int_equal(registry_find(world.registry, id(9), &schema), REGISTRY_UNKNOWN);
	assert_int_equal(fake_requests(world.fake), 1);
	fake_turn(world.fake, later);
	until(&world, id(9), REGISTRY_KNOWN);
	assert_true(monotonic_ms() - begun >= 100);
	registry_counts(world.registry, &counts);
	assert_int_equal(counts.unknown, 1);
	assert_int_equal(counts.errors, 0);
	close_world(&world);
}

static void
down_is_said_once_an_interval_and_so_is_its_end(void **state)
{
	struct world world;
	char sentence[1024], expected[256];
	unsigned said = 0;
	int64_t begun;

	open_world(&world, ill, false);
	until(&world, id(1), REGISTRY_DOWN);
	assert_true(registry_news(world.registry, sentence, sizeof(sentence)));
	snprintf(expected, sizeof(expected),
	    "schema registry %s: answers 500; asked again until it answers", fake_url(world.fake));
	assert_string_equal(sentence, expected);
	begun = monotonic_ms();
	while (monotonic_ms() - begun < 500) {
		until(&world, id(1), REGISTRY_DOWN);
		until(&world, id(2), REGISTRY_DOWN);
		said += registry_news(world.registry, sentence, sizeof(sentence));
		usleep(1000);
	}
	assert_in_range(said, 1, 3);
	assert_non_null(strstr(sentence, "answers 500; no answer for 0 s now"));
	fake_turn(world.fake, well);
	until(&world, id(1), REGISTRY_KNOWN);
	while (registry_news(world.registry, sentence, sizeof(sentence)))
		;
	assert_non_null(strstr(sentence, "the schema registry answers again after 0."));
	close_world(&world);
}

/* 50 ms at most between two attempts, 25 at least; however many schemas are looked for. */
static void
while_it_is_down_it_is_left_alone(void **state)
{
	struct registry_counts counts;
	struct world world;
	unsigned before, asked;
	int64_t begun, took;
	uint64_t i;

	open_world(&world, ill, false);
	until(&world, id(1), REGISTRY_DOWN);
	before = fake_requests(world.fake);
	begun = monotonic_ms();
	while ((took = monotonic_ms() - begun) < 500)
		for (i = 0; i < 100; i++) {
			const struct registry_schema *schema;

			registry_find(world.registry, id(100 + i), &schema);
		}
	asked = fake_requests(world.fake) - before;
	assert_in_range(asked, 2, (unsigned)(took / 25) + 1);
	registry_counts(world.registry, &counts);
	assert_true(counts.down);
	assert_int_equal(counts.errors, counts.requests);
	close_world(&world);
}

/* One schema whose answer is of no use keeps nobody from the others. */
static void
a_bad_answer_is_about_one_schema(void **state)
{
	const struct registry_schema *schema;
	struct registry_counts counts;
	struct world world;
	char sentence[1024];

	open_world(&world, well, false);
	assert_int_equal(await(&world, id(4), &schema), REGISTRY_DOWN);
	assert_int_equal(await(&world, id(1), &schema), REGISTRY_KNOWN);
	registry_counts(world.registry, &counts);
	assert_false(counts.down);
	assert_int_equal(counts.errors, 1);
	assert_true(registry_news(world.registry, sentence, sizeof(sentence)));
	assert_memory_equal(sentence, "schema 4: schema registry http://", 33);
	assert_false(registry_news(world.registry, sentence, sizeof(sentence)));
	close_world(&world);
}

/* What was seen is there at the next start, without a registry. */
static void
the_folder_stands_in_for_the_registry(void **state)
{
	const struct registry_schema *schema;
	struct registry_counts counts;
	struct world world;

	open_world(&world, well, true);
	assert_int_equal(await(&world, id(1), &schema), REGISTRY_KNOWN);
	assert_int_equal(await(&world, id(2), &schema), REGISTRY_KNOWN);
	assert_int_equal(await(&world, id(9), &schema), REGISTRY_UNKNOWN);
	registry_close(world.registry);
	fake_turn(world.fake, ill);
	begin(&world);
	assert_int_equal(await(&world, id(9), &schema), REGISTRY_DOWN);
	assert_int_equal(await(&world, id(1), &schema), REGISTRY_KNOWN);
	assert_true(text_is(schema->text, "\"long\""));
	assert_int_equal(await(&world, id(2), &schema), REGISTRY_KNOWN);
	assert_int_equal(schema->type, SCHEMA_JSON);
	registry_counts(world.registry, &counts);
	assert_int_equal(counts.cached, 2);
	close_world(&world);
}

/* Another registry may mean another thing by the same number. */
static void
the_folder_is_of_one_registry(void **state)
{
	static const struct fake_reply other[] = {
	    {"GET", FAKE_ANSWER, "200 OK", "{\"schema\":\"\\\"int\\\"\"}"}, {0}};
	const struct registry_schema *schema;
	struct fake_registry *second = fake_open(other);
	struct world world;

	open_world(&world, well, true);
	assert_int_equal(await(&world, id(1), &schema), REGISTRY_KNOWN);
	registry_close(world.registry);
	memory_free(world.settings.urls);
	world.settings.urls = memory_text(fake_url(second));
	begin(&world);
	assert_int_equal(await(&world, id(1), &schema), REGISTRY_KNOWN);
	assert_true(text_is(schema->text, "\"int\""));
	fake_close(second);
	close_world(&world);
}

static void
a_folder_that_cannot_be_made_is_told(void **state)
{
	struct registry_settings settings;
	struct registry *registry = NULL;
	struct error err = {0};

	registry_settings_init(&settings);
	settings.urls = memory_text("http://127.0.0.1:1");
	assert_false(registry_open(&settings, "/proc/nowhere", &registry, &err));
	assert_null(registry);
	assert_non_null(strstr(err.text, "schema registry: folder of schemas"));
	registry_settings_fini(&settings);
}

static void
credentials_are_sent(void **state)
{
	const struct registry_schema *schema;
	struct world world;

	open_world(&world, well, false);
	registry_close(world.registry);
	world.settings.basic_auth = memory_text("reader:secret");
	begin(&world);
	assert_int_equal(await(&world, id(1), &schema), REGISTRY_KNOWN);
	assert_true(fake_heard(world.fake, "Authorization: Basic cmVhZGVyOnNlY3JldA==\r\n"));
	registry_close(world.registry);
	memory_free(world.settings.basic_auth);
	world.settings.basic_auth = NULL;
	world.settings.bearer_token = memory_text("token-1");
	begin(&world);
	assert_int_equal(await(&world, id(1), &schema), REGISTRY_KNOWN);
	assert_true(fake_heard(world.fake, "Authorization: Bearer token-1\r\n"));
	close_world(&world);
}

/* More numbers than the table holds: the idle ones make room, known ones stay. */
static void
numbers_without_end_are_borne(void **state)
{
	const struct registry_schema *schema, *known;
	struct world world;
	uint64_t i;

	open_world(&world, well, false);
	assert_int_equal(await(&world, id(1), &known), REGISTRY_KNOWN);
	for (i = 0; i < 50000; i++)
		registry_find(world.registry, id(1000 + i), &schema);
	assert_int_equal(registry_find(world.registry, id(1), &schema), REGISTRY_KNOWN);
	assert_ptr_equal(schema, known);
	close_world(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_schema_is_asked_for_once),
	    cmocka_unit_test(types_and_guids_are_told),
	    cmocka_unit_test(an_unknown_schema_is_asked_for_again),
	    cmocka_unit_test(down_is_said_once_an_interval_and_so_is_its_end),
	    cmocka_unit_test(while_it_is_down_it_is_left_alone),
	    cmocka_unit_test(a_bad_answer_is_about_one_schema),
	    cmocka_unit_test(the_folder_stands_in_for_the_registry),
	    cmocka_unit_test(the_folder_is_of_one_registry),
	    cmocka_unit_test(a_folder_that_cannot_be_made_is_told),
	    cmocka_unit_test(credentials_are_sent),
	    cmocka_unit_test(numbers_without_end_are_borne),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
