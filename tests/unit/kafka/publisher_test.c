/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publisher against a broker inside the process: what it takes arrives once and
 * in order, whatever the broker does meanwhile; and only then it is safe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/digest.h"
#include "kafka_publisher.h"
#include "mock_world.h"
#include "sample_batch.h"

#define PRODUCE 0 /* ApiKey */

static const char orders0[] = "orders/0";
static struct mock_world world;
static struct sample_batch sample;

static const char provenance[] = "publish:\n"
				 "  bootstrap.servers: \"%s\"\n"
				 "  provenance: {topic: dye.provenance, events: 100}\n";

static int
begin(void **state)
{
	mock_world_init(&world);
	sample_init(&sample);
	return 0;
}

static int
end(void **state)
{
	sample_fini(&sample);
	mock_world_fini(&world);
	return 0;
}

static void
open_well(struct mock_publisher *mock, const char *settings, bool cautious)
{
	struct error err = {0};

	if (!mock_publisher_open(mock, &world, settings, cautious, &err))
		fail_msg("%s", err.text);
}

/* A batch of events [first, first + count) of a partition, at the same ledger indexes. */
static void
some_events(int64_t first, int64_t count)
{
	int64_t i;

	sample_begin(&sample, (uint64_t)first);
	for (i = 0; i < count; i++)
		sample_event(&sample, orders0, first + i, (uint8_t)(1 + i % 5));
}

/* Keys in the topic, in order; a topic of one partition. */
static void
holds(const char *topic, const char *const *keys)
{
	static struct mock_read read;
	size_t count = 0, i;

	while (keys[count])
		count++;
	mock_world_read(&world, topic, count, &read);
	for (i = 0; i < count; i++)
		if (!text_is(
			(struct text){read.messages[i]->key, read.messages[i]->key_len}, keys[i]))
			fail_msg("message %zu is %.*s, not %s", i, (int)read.messages[i]->key_len,
			    (char *)read.messages[i]->key, keys[i]);
	assert_int_equal(read.count, count);
	mock_read_fini(&read);
}

static void
provenance_arrives_and_is_safe_then(void **state)
{
	static const char *const keys[] = {"orders/0/0", "orders/0/100", "orders/0/200", NULL};
	struct mock_publisher mock;

	mock_world_topic(&world, "dye.provenance", 1);
	open_well(&mock, provenance, false);
	some_events(0, 250);
	mock_publish(&mock, &sample.batch);
	holds("dye.provenance", keys);
	assert_int_equal(mock.dead, 0);
	mock_publisher_close(&mock);
}

static void
what_the_broker_refuses_for_a_while_arrives_once_and_in_order(void **state)
{
	static const char *const keys[] = {
	    "orders/0/0", "orders/0/100", "orders/0/200", "orders/0/250", "orders/0/350", NULL};
	static const char settings[] = "publish:\n"
				       "  bootstrap.servers: \"%s\"\n"
				       "  provenance: {topic: dye.refused, events: 100}\n";
	struct mock_publisher mock;

	mock_world_topic(&world, "dye.refused", 1);
	open_well(&mock, settings, false);
	some_events(0, 250);
	rd_kafka_mock_push_request_errors(world.cluster, PRODUCE, 3,
	    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
	    RD_KAFKA_RESP_ERR__TRANSPORT);
	mock_publish(&mock, &sample.batch);
	some_events(250, 150);
	mock_publish(&mock, &sample.batch);
	holds("dye.refused", keys);
	mock_publisher_close(&mock);
}

static void
nothing_is_safe_while_the_broker_is_away(void **state)
{
	static const char settings[] = "publish:\n"
				       "  bootstrap.servers: \"%s\"\n"
				       "  provenance: {topic: dye.away}\n";
	static const char *const keys[] = {"orders/0/0", NULL};
	struct publisher_progress progress;
	enum publishing_state taken;
	struct mock_publisher mock;
	struct error err = {0};

	mock_world_topic(&world, "dye.away", 1);
	open_well(&mock, settings, false);
	rd_kafka_mock_broker_set_down(world.cluster, 1);
	some_events(0, 10);
	assert_true(kafka_publisher.publish(mock.publisher, &sample.batch, 100, &taken, &err));
	assert_int_equal(taken, PUBLISHING_TAKEN);
	assert_true(kafka_publisher.settle(mock.publisher, 700, &progress, &err));
	assert_int_equal(progress.safe, 0);
	assert_false(progress.settled);
	rd_kafka_mock_broker_set_up(world.cluster, 1);
	while (!progress.settled)
		assert_true(kafka_publisher.settle(mock.publisher, 100, &progress, &err));
	assert_int_equal(progress.safe, 10);
	holds("dye.away", keys);
	mock_publisher_close(&mock);
}

static void
what_is_too_large_for_the_broker_is_found_and_put_aside(void **state)
{
	static const char settings[] = "publish:\n"
				       "  bootstrap.servers: \"%s\"\n"
				       "  provenance: {topic: dye.large, events: 1}\n";
	static const char *const keys[] = {"orders/0/1", "orders/0/2", NULL};
	struct publisher_progress progress = {0};
	enum publishing_state taken;
	struct mock_publisher mock;
	struct error err = {0};

	mock_world_topic(&world, "dye.large", 1);
	/* Three together are refused: nobody knows which of them it is. */
	open_well(&mock, settings, false);
	some_events(0, 3);
	rd_kafka_mock_push_request_errors(
	    world.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
	assert_true(kafka_publisher.publish(mock.publisher, &sample.batch, 100, &taken, &err));
	while (kafka_publisher.settle(mock.publisher, 100, &progress, &err))
		assert_int_equal(progress.safe, 0);
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_int_equal(mock.dead, 0);
	mock_publisher_close(&mock);
	/* One by one, it is known. */
	open_well(&mock, settings, true);
	rd_kafka_mock_push_request_errors(
	    world.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
	mock_publish(&mock, &sample.batch);
	assert_int_equal(mock.dead, 1);
	assert_string_equal(mock.dead_id, "provenance orders/0/0");
	assert_string_equal(mock.dead_reason, "it is larger than the topic's max.message.bytes");
	holds("dye.large", keys);
	mock_publisher_close(&mock);
}

static void
expect_header(const rd_kafka_message_t *message, const char *name, const char *wanted)
{
	char value[512];
	const char *found = mock_header(message, name, value);

	if (!wanted)
		assert_null(found);
	else
		assert_string_equal(found, wanted);
}

static struct record *
recorded(int64_t offset, const char *value)
{
	struct record *fact = sample_event(&sample, "cases/0", offset, 1);

	fact->payload = digest_identity(text_of(value));
	return fact;
}

static void
a_copy_is_the_record_with_our_headers(void **state)
{
	static const char settings[] = "source:\n"
				       "  bootstrap.servers: \"%s\"\n"
				       "  topics: [cases]\n"
				       "publish:\n"
				       "  bootstrap.servers: \"%s\"\n"
				       "  copy: {topic: \"${topic}.tagged\", group.id: copies}\n";
	static struct mock_read read;
	struct mock_publisher mock;

	mock_world_topic(&world, "cases", 1);
	mock_world_topic(&world, "cases.tagged", 1);
	mock_world_produce(&world, "cases", 0, "k0", "first", 1700000000000);
	mock_world_produce(&world, "cases", 0, NULL, "second", 1700000000001);
	mock_world_produce(&world, "cases", 0, "k2", "third", 1700000000002);
	open_well(&mock, settings, false);
	sample_begin(&sample, 0);
	recorded(0, "first");
	/* Recorded with other bytes than the topic has: another record's id must not stand on it. */
	recorded(1, "not the second");
	sample_other(&sample, "cases/0", 2, RECORD_FILTERED, 1);
	mock_publish(&mock, &sample.batch);
	mock_world_read(&world, "cases.tagged", 2, &read);
	assert_int_equal(read.count, 2);
	assert_memory_equal(read.messages[0]->payload, "first", 5);
	assert_memory_equal(read.messages[0]->key, "k0", 2);
	assert_int_equal(rd_kafka_message_timestamp(read.messages[0], NULL), 1700000000000);
	expect_header(read.messages[0], "x", "y");
	expect_header(read.messages[0], "dye-id", "cases/0/0");
	expect_header(read.messages[0], "dye-team", "night");
	expect_header(read.messages[0], "dye-trace", "epoch=3;features=incident_priority;models=");
	expect_header(read.messages[0], "dye-disposition", NULL);
	expect_header(read.messages[1], "dye-id", "cases/0/2");
	expect_header(read.messages[1], "dye-disposition", "filtered");
	expect_header(read.messages[1], "dye-team", NULL);
	assert_int_equal(mock.dead, 1);
	assert_string_equal(mock.dead_id, "copy cases/0/1");
	assert_string_equal(mock.dead_reason, "its topic has other bytes there now");
	mock_read_fini(&read);
	mock_publisher_close(&mock);
}

static void
mistakes_in_settings_are_said(void **state)
{
	static const struct {
		const char *settings, *problem;
	} cases[] = {
	    {"{bootstrap.servers: a:1}", "a publisher of nothing"},
	    {"{bootstrap.servers: a:1, provenance: {}}", "`provenance` without `topic`"},
	    {"{bootstrap.servers: a:1, provenance: {topic: a b}}", "'a b' is no name of a topic"},
	    {"{bootstrap.servers: a:1, copy: {topic: \"${topic}\"}}", "they would be copied again"},
	    {"{bootstrap.servers: a:1, copy: {topic: all, sources: [nobody]}}",
		"there is no source `nobody`"},
	    {"{bootstrap.servers: a:1, kafka: {acks: \"1\"}, provenance: {topic: a}}",
		"`acks` is not for `kafka`"},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct yaml_document *own = NULL, *source = NULL;
		struct yaml_problems problems = {0};
		struct error err = {0};
		struct publisher_source sources[1] = {{"incidents", "kafka", NULL}};
		struct publisher_surroundings surroundings = {1, sources};

		assert_true(yaml_parse("s.yaml",
		    TEXT("{bootstrap.servers: a:1, topics: [cases], format: json}"), &source,
		    &err));
		assert_true(yaml_parse("s.yaml", text_of(cases[i].settings), &own, &err));
		sources[0].settings = source->root;
		kafka_publisher.check("s.yaml", own->root, &surroundings, &problems);
		if (!problems.count || !strstr(problems.items[0].sentence, cases[i].problem))
			fail_msg("%s: %s", cases[i].settings,
			    problems.count ? problems.items[0].sentence : "nothing is said");
		yaml_problems_fini(&problems);
		yaml_close(own);
		yaml_close(source);
	}
}

static void
a_broker_that_is_not_there_is_said(void **state)
{
	struct mock_publisher mock;
	struct error err = {0};
	int64_t began_ms = monotonic_ms();

	assert_false(mock_publisher_open(&mock, NULL, provenance, false, &err));
	assert_int_equal(err.kind, ERROR_IO);
	assert_non_null(strstr(err.text, "127.0.0.1:1"));
	assert_in_range(monotonic_ms() - began_ms, 0, 9000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(provenance_arrives_and_is_safe_then),
	    cmocka_unit_test(what_the_broker_refuses_for_a_while_arrives_once_and_in_order),
	    cmocka_unit_test(nothing_is_safe_while_the_broker_is_away),
	    cmocka_unit_test(what_is_too_large_for_the_broker_is_found_and_put_aside),
	    cmocka_unit_test(a_copy_is_the_record_with_our_headers),
	    cmocka_unit_test(mistakes_in_settings_are_said),
	    cmocka_unit_test(a_broker_that_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
