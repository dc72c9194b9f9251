/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source against a cluster in this process. What it promises is checked
 * at each step by the store (store.h): each position once, in order, no hole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "cluster.h"
#include "kafka/kafka_source.h"
#include "store.h"

#define PATIENCE_MS 20000
#define SHOWN_BYTES 65536

struct world {
	struct cluster cluster;
	struct store store;
	struct yaml_document *settings;
	struct source *source;
	struct batch batch;
	char shown[SHOWN_BYTES];
};

static int
begin(void **state)
{
	struct world *world = memory_get(sizeof(*world));

	cluster_begin(&world->cluster, 1);
	batch_init(&world->batch, 64, 1 << 20);
	*state = world;
	return 0;
}

static void
close_source(struct world *world)
{
	kafka_source.close(world->source);
	world->source = NULL;
	yaml_close(world->settings);
	world->settings = NULL;
}

static int
end(void **state)
{
	struct world *world = *state;

	close_source(world);
	cluster_end(&world->cluster);
	batch_fini(&world->batch);
	store_fini(&world->store);
	memory_free(world);
	return 0;
}

static void
open_source(struct world *world, bool until_end, const char *rest)
{
	const struct source_host host = store_host(&world->store);
	struct source_options options = {.name = "x",
	    .settings_file = "x.yaml",
	    .folder = "",
	    .until_end = until_end,
	    .record_bytes_max = 1000};
	struct error err = {0};
	char yaml[1024];

	snprintf(yaml, sizeof(yaml), "{bootstrap.servers: '%s', %s}",
	    cluster_servers(&world->cluster), rest);
	if (!yaml_parse("x.yaml", text_of(yaml), &world->settings, &err))
		fail_msg("%s", err.text);
	options.settings = world->settings->root;
	if (!kafka_source.open(&options, &host, &world->source, &err))
		fail_msg("%s", err.text);
}

static bool
step(struct world *world, enum source_state *state, struct error *err)
{
	bool good;

	batch_reset(&world->batch);
	good = kafka_source.read(world->source, &world->batch, 50, state, err);
	store_take(&world->store, &world->batch);
	return good;
}

/* Reads to the end and closes; the error, if the source has one. */
static struct error
run(struct world *world, const char *rest)
{
	int64_t deadline = monotonic_ms() + PATIENCE_MS;
	enum source_state state = SOURCE_MORE;
	struct error err = {0};

	open_source(world, true, rest);
	while (state != SOURCE_END && step(world, &state, &err))
		if (monotonic_ms() > deadline)
			fail_msg("no end:\n%s", world->store.notices);
	close_source(world);
	return err;
}

/* Follows until a partition has come to an offset. */
static void
follow(struct world *world, const char *name, int64_t offset)
{
	int64_t deadline = monotonic_ms() + PATIENCE_MS;
	const struct partition *partition;
	enum source_state state;
	struct error err = {0};

	do {
		if (!step(world, &state, &err))
			fail_msg("%s", err.text);
		partition = store_partition(&world->store, name);
		if (monotonic_ms() > deadline)
			fail_msg("%s does not come to %lld:\n%s", name, (long long)offset,
			    world->store.notices);
	} while (!partition || partition->next_offset < offset);
}

static const char *
show(struct world *world, const char *name)
{
	return store_show(&world->store, store_partition(&world->store, name), world->shown,
	    sizeof(world->shown));
}

/* --- reading ------------------------------------------------------------------------------ */

static void
each_partition_is_read_to_its_end_in_order(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 3);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 3);
	cluster_write_many(&world->cluster, "t", 2, "c", 0, 200);
	assert_int_equal(run(world, "topics: [t]").kind, ERROR_NONE);
	assert_string_equal(show(world, "t/0"), "a-0 a-1 a-2");
	assert_int_equal(store_partition(&world->store, "t/2")->next_offset, 200);
	assert_int_equal(world->store.count, 203);
}

static void
a_record_has_its_key_time_and_headers(void **state)
{
	struct world *world = *state;
	const struct taken *taken;

	cluster_topic(&world->cluster, "t", 1);
	cluster_write(&world->cluster, "t", 0, "k", "{\"v\":1}");
	cluster_write(&world->cluster, "t", 0, NULL, "{\"v\":2}");
	cluster_flush(&world->cluster);
	run(world, "topics: [t]");
	taken = world->store.taken;
	assert_string_equal(taken[0].payload, "{\"v\":1}");
	assert_string_equal(taken[0].key, "k");
	assert_int_equal(taken[0].time_ms, 1000);
	assert_int_equal(taken[0].headers, 1);
	assert_null(taken[1].key);
}

static void
what_is_no_record_is_said_at_its_position(void **state)
{
	struct world *world = *state;
	char large[1200];

	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	cluster_topic(&world->cluster, "t", 1);
	cluster_write(&world->cluster, "t", 0, "k", NULL);
	cluster_write(&world->cluster, "t", 0, "k", large);
	cluster_write(&world->cluster, "t", 0, "k", "");
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 1);
	run(world, "topics: [t]");
	assert_string_equal(
	    show(world, "t/0"), "[tombstone 1] [record-too-long 1] [framing 1] a-0");
	/* Its bytes are there all the same: they belong to the content. */
	assert_int_equal(strlen(world->store.taken[1].payload), sizeof(large) - 1);
}

static void
batches_of_any_size_hold_the_same(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 2);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 50);
	cluster_write_many(&world->cluster, "t", 1, "b", 0, 50);
	batch_fini(&world->batch);
	batch_init(&world->batch, 3, 1 << 20);
	run(world, "topics: [t]");
	assert_int_equal(world->store.count, 100);
}

static void
a_later_run_goes_on_where_the_store_is(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 2);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 2);
	run(world, "topics: [t]");
	cluster_write_many(&world->cluster, "t", 0, "a", 2, 4);
	cluster_write_many(&world->cluster, "t", 1, "b", 0, 1);
	/* What was read decides, not where topics begin that never were. */
	run(world, "topics: [t], begin: latest");
	assert_string_equal(show(world, "t/0"), "a-0 a-1 a-2 a-3");
	assert_string_equal(show(world, "t/1"), "b-0");
	run(world, "topics: [t]");
	assert_int_equal(world->store.count, 5);
}

static void
a_topic_begins_at_its_end_where_the_settings_say_so(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 1);
	cluster_write_many(&world->cluster, "t", 0, "old", 0, 5);
	open_source(world, false, "topics: [t], begin: latest");
	while (!store_partition(&world->store, "t/0"))
		step(world, &(enum source_state){0}, NULL);
	cluster_write_many(&world->cluster, "t", 0, "new", 0, 2);
	follow(world, "t/0", 7);
	assert_string_equal(show(world, "t/0"), "new-0 new-1");
	assert_int_equal(store_partition(&world->store, "t/0")->start, 5);
}

static void
what_an_operator_skips_is_a_gap(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 1);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 2);
	run(world, "topics: [t]");
	cluster_write_many(&world->cluster, "t", 0, "a", 2, 8);
	run(world, "topics: [t], skip: {t/0: 6}");
	assert_string_equal(show(world, "t/0"), "a-0 a-1 [gap-skipped 4] a-6 a-7");
	assert_non_null(strstr(world->store.notices, "t/0: offsets 2 to 5 are passed over"));
}

static void
a_topic_that_appears_is_read_from_its_start(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "crm.a", 1);
	cluster_write_many(&world->cluster, "crm.a", 0, "a", 0, 1);
	open_source(world, false, "topics.regex: 'crm\\..*', begin: latest");
	while (!store_partition(&world->store, "crm.a/0"))
		step(world, &(enum source_state){0}, NULL);
	cluster_topic(&world->cluster, "crm.b", 1);
	cluster_topic(&world->cluster, "other", 1);
	cluster_write_many(&world->cluster, "crm.b", 0, "b", 0, 3);
	cluster_write_many(&world->cluster, "other", 0, "o", 0, 3);
	follow(world, "crm.b/0", 3);
	assert_string_equal(show(world, "crm.b/0"), "b-0 b-1 b-2");
	assert_null(store_partition(&world->store, "other/0"));
}

/* --- trouble ------------------------------------------------------------------------------ */

static void
one_bad_topic_does_not_stop_the_others(void **state)
{
	struct world *world = *state;
	struct error err;

	cluster_topic(&world->cluster, "bad", 1);
	cluster_topic(&world->cluster, "good", 1);
	cluster_write_many(&world->cluster, "good", 0, "g", 0, 2);
	rd_kafka_mock_topic_set_error(
	    world->cluster.mock, "bad", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	err = run(world, "topics: [bad, good]");
	assert_string_equal(show(world, "good/0"), "g-0 g-1");
	assert_string_equal(err.text,
	    "topic bad: not allowed: an ACL must give this user READ and "
	    "DESCRIBE on the topic");
}

static void
a_topic_that_becomes_well_is_read_on(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 1);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 2);
	rd_kafka_mock_topic_set_error(
	    world->cluster.mock, "t", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	open_source(world, false, "topics: [t]");
	while (!*world->store.notices)
		step(world, &(enum source_state){0}, NULL);
	rd_kafka_mock_topic_set_error(world->cluster.mock, "t", RD_KAFKA_RESP_ERR_NO_ERROR);
	follow(world, "t/0", 2);
	assert_non_null(strstr(world->store.notices, "topic t: not allowed"));
	assert_non_null(strstr(world->store.notices, "topic t can be read again"));
}

static void
brokers_that_are_away_are_said_and_waited_for(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 1);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 2);
	open_source(world, false, "topics: [t]");
	follow(world, "t/0", 2);
	rd_kafka_mock_broker_set_down(world->cluster.mock, -1);
	while (!strstr(world->store.notices, "trying on"))
		step(world, &(enum source_state){0}, NULL);
	rd_kafka_mock_broker_set_up(world->cluster.mock, -1);
	cluster_write_many(&world->cluster, "t", 0, "a", 2, 4);
	follow(world, "t/0", 4);
	assert_string_equal(show(world, "t/0"), "a-0 a-1 a-2 a-3");
	while (!strstr(world->store.notices, "answers again"))
		step(world, &(enum source_state){0}, NULL);
}

static void
fetches_that_fail_lose_and_repeat_nothing(void **state)
{
	struct world *world = *state;
	int i;

	cluster_topic(&world->cluster, "t", 1);
	open_source(world, false, "topics: [t]");
	for (i = 0; i < 10; i++) {
		rd_kafka_mock_push_request_errors(world->cluster.mock, 1 /* Fetch */, 2,
		    i % 2 ? RD_KAFKA_RESP_ERR__TRANSPORT
			  : RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
		    RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
		cluster_write_many(&world->cluster, "t", 0, "a", i * 20, i * 20 + 20);
		follow(world, "t/0", i * 20 + 20);
	}
	assert_int_equal(world->store.count, 200);
}

/* --- logs that are others than were read --------------------------------------------------- */

/* The same names and offsets in another cluster: as if the topic had been made anew. */
static void
make_anew(struct world *world)
{
	cluster_end(&world->cluster);
	cluster_begin(&world->cluster, 1);
	cluster_topic(&world->cluster, "t", 1);
}

static void
a_topic_made_anew_is_another_incarnation(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 1);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 20);
	run(world, "topics: [t]");
	make_anew(world);
	cluster_write_many(&world->cluster, "t", 0, "b", 0, 30);
	run(world, "topics: [t]");
	assert_int_equal(store_partition(&world->store, "t/0")->incarnation, 2);
	assert_int_equal(store_partition(&world->store, "t/0")->next_offset, 30);
	assert_int_equal(world->store.count, 50);
	assert_non_null(strstr(world->store.notices, "topic made anew"));
}

static void
a_log_that_was_cut_and_written_on_goes_on_where_it_differs(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 1);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 20);
	run(world, "topics: [t]");
	make_anew(world);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 13);
	cluster_write_many(&world->cluster, "t", 0, "b", 13, 16);
	run(world, "topics: [t]");
	assert_int_equal(store_partition(&world->store, "t/0")->incarnation, 2);
	assert_int_equal(store_partition(&world->store, "t/0")->start, 13);
	assert_string_equal(show(world, "t/0"), "b-13 b-14 b-15");
}

static void
the_same_log_is_no_other(void **state)
{
	struct world *world = *state;

	cluster_topic(&world->cluster, "t", 1);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 20);
	run(world, "topics: [t]");
	make_anew(world);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 25);
	run(world, "topics: [t]");
	assert_int_equal(store_partition(&world->store, "t/0")->incarnation, 1);
	assert_int_equal(world->store.count, 25);
}

/* --- once more ------------------------------------------------------------------------------- */

struct count {
	int64_t records, gaps;
};

static bool
count(void *context, const struct message *message)
{
	struct count *so_far = context;

	so_far->records += message->kind != MESSAGE_GAP;
	so_far->gaps += message->kind == MESSAGE_GAP ? message->count : 0;
	return true;
}

static bool
reread(struct world *world, struct count *so_far, struct error *err)
{
	struct source_options options = {
	    .name = "x", .settings_file = "x.yaml", .folder = "", .record_bytes_max = 1000};
	struct yaml_document *document;
	char yaml[256];
	bool good;

	snprintf(yaml, sizeof(yaml), "{bootstrap.servers: '%s', topics: [t]}",
	    cluster_servers(&world->cluster));
	assert_true(yaml_parse("x.yaml", text_of(yaml), &document, NULL));
	options.settings = document->root;
	good = kafka_source.reread(
	    &options, store_partition(&world->store, "t/0"), count, so_far, err);
	yaml_close(document);
	return good;
}

static void
a_partition_is_read_again_up_to_where_the_store_is(void **state)
{
	struct world *world = *state;
	struct count so_far = {0};
	struct error err = {0};

	cluster_topic(&world->cluster, "t", 1);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 20);
	run(world, "topics: [t]");
	cluster_write_many(&world->cluster, "t", 0, "a", 20, 30);
	if (!reread(world, &so_far, &err))
		fail_msg("%s", err.text);
	assert_int_equal(so_far.records, 20);
	assert_int_equal(so_far.gaps, 0);
}

static void
a_log_that_is_shorter_now_cannot_be_compared(void **state)
{
	struct world *world = *state;
	struct count so_far = {0};
	struct error err = {0};

	cluster_topic(&world->cluster, "t", 1);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 20);
	run(world, "topics: [t]");
	make_anew(world);
	cluster_write_many(&world->cluster, "t", 0, "a", 0, 5);
	assert_false(reread(world, &so_far, &err));
	assert_int_equal(err.kind, ERROR_MISSING);
	assert_non_null(strstr(err.text, "the broker's log ends at offset 5, 20 was reached"));
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
	    CASE(each_partition_is_read_to_its_end_in_order),
	    CASE(a_record_has_its_key_time_and_headers),
	    CASE(what_is_no_record_is_said_at_its_position),
	    CASE(batches_of_any_size_hold_the_same),
	    CASE(a_later_run_goes_on_where_the_store_is),
	    CASE(a_topic_begins_at_its_end_where_the_settings_say_so),
	    CASE(what_an_operator_skips_is_a_gap),
	    CASE(a_topic_that_appears_is_read_from_its_start),
	    CASE(one_bad_topic_does_not_stop_the_others),
	    CASE(a_topic_that_becomes_well_is_read_on),
	    CASE(brokers_that_are_away_are_said_and_waited_for),
	    CASE(fetches_that_fail_lose_and_repeat_nothing),
	    CASE(a_topic_made_anew_is_another_incarnation),
	    CASE(a_log_that_was_cut_and_written_on_goes_on_where_it_differs),
	    CASE(the_same_log_is_no_other),
	    CASE(a_partition_is_read_again_up_to_where_the_store_is),
	    CASE(a_log_that_is_shorter_now_cannot_be_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
