/* SPDX-License-Identifier: Apache-2.0 */
/* Which team an event counts for: the rules as a table, and that nothing about how events come in batches changes them. */
#include "origin/resolver.h"

#include "fixture.h"

#define DAY 86400000ll

/* Days since 1970: ada in it on days 10-19, in hr on 30-39; robot in it, always, a service. */
static const char chart_csv[] = "person,team,manager,kind,valid_from,valid_to\n"
				"ada,it,,human,1970-01-11,1970-01-21\n"
				"ada,hr,,human,1970-01-31,1970-02-10\n"
				"robot,it,ada,service,,\n";

struct world {
	struct fixture *fixture;
	struct identity *identity;
	struct symbols *names;
	struct org_chart *chart;
	struct resolver *resolver;
};

static void
world_open(struct world *world, struct fixture *fixture, uint32_t actors_max, const char *csv)
{
	struct error err = {0};

	*world = (struct world){.fixture = fixture};
	world->identity = fixture_identity(fixture, actors_max);
	world->names = symbols_open();
	if (csv && !org_chart_parse("chart.csv", text_of(csv), world->names, &world->chart, &err))
		fail_msg("%s", err.text);
	world->resolver = resolver_open(world->identity, world->chart);
}

static void
world_close(struct world *world)
{
	resolver_close(world->resolver);
	org_chart_close(world->chart);
	symbols_close(world->names);
	identity_close(world->identity);
}

static void
tag_batch(struct world *world, struct batch *batch)
{
	struct error err = {0};

	if (!origin_batch(world->resolver, batch, &err))
		fail_msg("%s", err.text);
}

static void
add_event(
    struct world *world, struct batch *batch, const char *actor, int64_t time_ms, const char *team)
{
	size_t i = batch->count;

	batch_add(batch);
	batch->outcomes[i] = (struct outcome){.disposition = DISPOSITION_RECORDED};
	batch->events[i] = (struct event){.time_ms = time_ms,
	    .actor = text_of(actor),
	    .team = symbols_add(world->names, text_of(team))};
}

static struct origin
tag_one(struct world *world, const char *actor, int64_t time_ms, const char *team)
{
	struct batch batch;
	struct origin origin;

	batch_init(&batch, 1, 1000);
	add_event(world, &batch, actor, time_ms, team);
	tag_batch(world, &batch);
	origin = batch.origins[0];
	batch_fini(&batch);
	return origin;
}

static void
decides_by_the_rules(void **state)
{
	static const struct {
		const char *actor;
		int day;
		const char *event_team;
		enum origin_rule rule;
		const char *team;
		int confidence;
		enum actor_kind kind;
	} cases[] = {
	    {NULL, 12, NULL, ORIGIN_NONE, NULL, 0, ACTOR_UNKNOWN},
	    {"", 12, NULL, ORIGIN_NONE, NULL, 0, ACTOR_UNKNOWN},
	    {NULL, 12, "it", ORIGIN_EVENT_ONLY, "it", 40, ACTOR_UNKNOWN},
	    {"ada", 12, NULL, ORIGIN_CHART, "it", 100, ACTOR_HUMAN},
	    {"ada", 12, "it", ORIGIN_CHART, "it", 100, ACTOR_HUMAN},
	    {"ada", 12, "hr", ORIGIN_CHART_OVER_EVENT, "it", 90, ACTOR_HUMAN},
	    {"ada", 12, "elsewhere", ORIGIN_CHART_OVER_EVENT, "it", 90, ACTOR_HUMAN},
	    {"ada", 32, NULL, ORIGIN_CHART, "hr", 100, ACTOR_HUMAN},
	    {"ada", 32, "it", ORIGIN_CHART_OVER_EVENT, "hr", 90, ACTOR_HUMAN},
	    {"ada", 9, NULL, ORIGIN_CHART_EXPIRED, "it", 30, ACTOR_HUMAN},
	    {"ada", 20, NULL, ORIGIN_CHART_EXPIRED, "it", 30, ACTOR_HUMAN},
	    {"ada", 29, NULL, ORIGIN_CHART_EXPIRED, "it", 30, ACTOR_HUMAN},
	    {"ada", 40, NULL, ORIGIN_CHART_EXPIRED, "hr", 30, ACTOR_HUMAN},
	    {"ada", 25, "it", ORIGIN_EVENT_OUTSIDE_CHART, "it", 50, ACTOR_HUMAN},
	    {"ada", 40, "sales", ORIGIN_EVENT_OUTSIDE_CHART, "sales", 50, ACTOR_HUMAN},
	    {"bob", 12, "sales", ORIGIN_EVENT, "sales", 60, ACTOR_HUMAN},
	    {"bob", 12, NULL, ORIGIN_UNRESOLVED, NULL, 0, ACTOR_HUMAN},
	    {"robot", 12, NULL, ORIGIN_CHART, "it", 100, ACTOR_SERVICE},
	    {"robot", 9000, "hr", ORIGIN_CHART_OVER_EVENT, "it", 90, ACTOR_SERVICE},
	    {"ada", 10, NULL, ORIGIN_CHART, "it", 100, ACTOR_HUMAN},
	    {"ada", 19, NULL, ORIGIN_CHART, "it", 100, ACTOR_HUMAN},
	};
	uint64_t expected[ORIGIN_RULE_COUNT] = {0}, counts[ORIGIN_RULE_COUNT];
	struct world world;
	size_t i;

	world_open(&world, *state, 100, chart_csv);
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct origin origin =
		    tag_one(&world, cases[i].actor, cases[i].day * DAY, cases[i].event_team);

		assert_string_equal(origin_rule_name(origin.rule), origin_rule_name(cases[i].rule));
		assert_true(
		    text_equal(symbols_text(world.names, origin.team), text_of(cases[i].team)));
		assert_true(text_equal(
		    symbols_text(world.names, origin.event_team), text_of(cases[i].event_team)));
		assert_int_equal(origin.confidence, cases[i].confidence);
		assert_int_equal(origin.kind, cases[i].kind);
		assert_int_equal(origin.actor_number != 0, cases[i].actor && *cases[i].actor);
		expected[cases[i].rule]++;
	}
	resolver_counts(world.resolver, counts);
	assert_memory_equal(counts, expected, sizeof(counts));
	world_close(&world);
}

static void
keeps_the_edges_of_a_row(void **state)
{
	static const struct {
		int64_t time_ms;
		enum origin_rule rule;
	} cases[] = {
	    {10 * DAY - 1, ORIGIN_CHART_EXPIRED},
	    {10 * DAY, ORIGIN_CHART},
	    {20 * DAY - 1, ORIGIN_CHART},
	    {20 * DAY, ORIGIN_CHART_EXPIRED},
	    {15 * DAY, ORIGIN_CHART},
	    {20 * DAY, ORIGIN_CHART_EXPIRED},
	    {20 * DAY + 4095, ORIGIN_CHART_EXPIRED},
	    {20 * DAY - 4095, ORIGIN_CHART},
	    {10 * DAY + 4095, ORIGIN_CHART},
	    {10 * DAY - 4097, ORIGIN_CHART_EXPIRED},
	    {10 * DAY - 1, ORIGIN_CHART_EXPIRED},
	    {TIME_MIN, ORIGIN_CHART_EXPIRED},
	    {TIME_MAX, ORIGIN_CHART_EXPIRED},
	};
	struct world world;
	size_t i, j;

	world_open(&world, *state, 100, chart_csv);
	/* Whatever was asked just before. */
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		for (j = 0; j < ARRAY_COUNT(cases); j++) {
			assert_int_equal(
			    tag_one(&world, "ada", cases[i].time_ms, NULL).rule, cases[i].rule);
			assert_int_equal(
			    tag_one(&world, "ada", cases[j].time_ms, NULL).rule, cases[j].rule);
		}
	}
	world_close(&world);
}

/* A span that is shorter than a tick, and the ends of time. */
static void
keeps_the_edges_of_short_rows(void **state)
{
	static const char csv[] = "person,team,manager,kind,valid_from,valid_to\n"
				  "ada,a,,,,2016-01-01T00:00:01Z\n"
				  "ada,b,,,2016-01-01T00:00:01Z,2016-01-01T00:00:02Z\n"
				  "ada,c,,,2016-01-01T00:00:02Z,\n";
	const int64_t second = 1451606401000;
	struct world world;
	int64_t time_ms;

	world_open(&world, *state, 100, csv);
	for (time_ms = second - 9000; time_ms < second + 9000; time_ms += 250) {
		struct origin origin = tag_one(&world, "ada", time_ms, NULL);
		const char *expected = time_ms < second ? "a" : time_ms < second + 1000 ? "b" : "c";

		assert_string_equal(symbols_text(world.names, origin.team).data, expected);
	}
	assert_string_equal(
	    symbols_text(world.names, tag_one(&world, "ada", TIME_MIN, NULL).team).data, "a");
	assert_string_equal(
	    symbols_text(world.names, tag_one(&world, "ada", TIME_MAX, NULL).team).data, "c");
	world_close(&world);
}

static void
works_without_a_chart_and_with_a_new_one(void **state)
{
	struct org_chart *other = NULL;
	struct error err = {0};
	struct world world;

	world_open(&world, *state, 100, NULL);
	assert_int_equal(tag_one(&world, "ada", 12 * DAY, NULL).rule, ORIGIN_UNRESOLVED);
	assert_int_equal(tag_one(&world, "ada", 12 * DAY, "it").rule, ORIGIN_EVENT);
	assert_true(org_chart_parse("chart.csv", text_of(chart_csv), world.names, &other, &err));
	resolver_set_chart(world.resolver, other);
	assert_int_equal(tag_one(&world, "ada", 12 * DAY, "it").rule, ORIGIN_CHART);
	resolver_set_chart(world.resolver, NULL);
	assert_int_equal(tag_one(&world, "ada", 12 * DAY, "it").rule, ORIGIN_EVENT);
	org_chart_close(other);
	world_close(&world);
}

/* The chart knows the name even where the identity table has no place for it. */
static void
still_finds_the_team_of_an_actor_beyond_the_limit(void **state)
{
	struct identity_counts counts;
	struct origin origin;
	struct world world;

	world_open(&world, *state, 1, chart_csv);
	assert_int_equal(tag_one(&world, "robot", 0, NULL).actor_number, 1);
	origin = tag_one(&world, "ada", 12 * DAY, "hr");
	assert_int_equal(origin.actor_number, 0);
	assert_memory_equal(&origin.actor, &(struct pseudonym){0}, sizeof(origin.actor));
	assert_int_equal(origin.rule, ORIGIN_CHART_OVER_EVENT);
	assert_int_equal(origin.kind, ACTOR_HUMAN);
	origin = tag_one(&world, "bob", 12 * DAY, NULL);
	assert_int_equal(origin.rule, ORIGIN_UNRESOLVED);
	assert_int_equal(origin.kind, ACTOR_UNKNOWN);
	identity_counts(world.identity, &counts);
	assert_int_equal(counts.beyond_max, 2);
	world_close(&world);
}

static void
passes_over_what_is_not_recorded(void **state)
{
	static const struct origin untouched = {.actor_number = 77};
	struct identity_counts counts;
	struct batch batch;
	struct world world;
	size_t i;

	world_open(&world, *state, 100, chart_csv);
	batch_init(&batch, 100, 1000);
	for (i = 0; i < 100; i++) {
		add_event(&world, &batch, "ada", 12 * DAY, NULL);
		batch.outcomes[i].disposition = (enum disposition)(i % 4);
		batch.origins[i] = untouched;
	}
	tag_batch(&world, &batch);
	for (i = 0; i < 100; i++)
		assert_int_equal(
		    batch.origins[i].actor_number, i % 4 == DISPOSITION_RECORDED ? 1 : 77);
	identity_counts(world.identity, &counts);
	assert_int_equal(counts.actors, 1);
	batch_reset(&batch);
	tag_batch(&world, &batch);
	batch_fini(&batch);
	world_close(&world);
}

/* Events of 3,000 actors, new and known ones mixed, and some without. */
static const char *
actor_of(int i)
{
	static char name[32];

	if (i % 17 == 0)
		return NULL;
	snprintf(name, sizeof(name), "person %d", i * 7919 % (100 + i));
	return name;
}

static void
tag_all(struct world *world, size_t batch_size, int events, struct origin *origins)
{
	struct batch batch;
	int i;

	batch_init(&batch, batch_size, 1000);
	for (i = 0; i < events;) {
		struct text copies[1000];
		size_t j;

		batch_reset(&batch);
		for (j = 0; j < batch_size && i < events; j++, i++) {
			add_event(world, &batch, actor_of(i), i * DAY / 100, i % 3 ? "it" : NULL);
			copies[j] = batch.events[j].actor;
			if (copies[j].data)
				batch.events[j].actor = arena_text(&batch.arena, copies[j]);
		}
		tag_batch(world, &batch);
		memcpy(origins + i - batch.count, batch.origins, batch.count * sizeof(*origins));
	}
	batch_fini(&batch);
}

static void
does_not_depend_on_batches_or_restarts(void **state)
{
	static const size_t sizes[] = {1000, 1, 7, 31, 32, 33, 64};
	const int events = 6000;
	struct origin *first = memory_get_array((size_t)events, sizeof(*first));
	struct origin *again = memory_get_array((size_t)events, sizeof(*again));
	struct error err = {0};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(sizes); i++) {
		struct world world;

		world_open(&world, *state, 100000, chart_csv);
		/* Team symbols come in the same order each time. */
		tag_all(&world, sizes[i], events, i ? again : first);
		assert_true(identity_commit(world.identity, &err));
		world_close(&world);
		if (i)
			assert_memory_equal(first, again, (size_t)events * sizeof(*first));
	}
	memory_free(first);
	memory_free(again);
}

/* Numbers say who came first, whatever the batches: compared over tables of their own. */
static void
numbers_actors_in_the_order_of_events(void **state)
{
	static const size_t sizes[] = {1000, 1, 33};
	struct fixture *fixture = *state;
	const int events = 3000;
	struct origin *first = memory_get_array((size_t)events, sizeof(*first));
	struct origin *again = memory_get_array((size_t)events, sizeof(*again));
	size_t i;
	int j;

	for (i = 0; i < ARRAY_COUNT(sizes); i++) {
		struct world world;

		world_open(&world, fixture, 100000, NULL);
		tag_all(&world, sizes[i], events, i ? again : first);
		world_close(&world); /* not committed: the table is empty again */
		for (j = 0; i && j < events; j++)
			assert_int_equal(first[j].actor_number, again[j].actor_number);
	}
	memory_free(first);
	memory_free(again);
}

int
main(void)
{
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
	    WITH_FIXTURE(decides_by_the_rules),
	    WITH_FIXTURE(keeps_the_edges_of_a_row),
	    WITH_FIXTURE(keeps_the_edges_of_short_rows),
	    WITH_FIXTURE(works_without_a_chart_and_with_a_new_one),
	    WITH_FIXTURE(still_finds_the_team_of_an_actor_beyond_the_limit),
	    WITH_FIXTURE(passes_over_what_is_not_recorded),
	    WITH_FIXTURE(does_not_depend_on_batches_or_restarts),
	    WITH_FIXTURE(numbers_actors_in_the_order_of_events),
	};

	return cmocka_run_group_tests_name("resolver", tests, NULL, NULL);
}
