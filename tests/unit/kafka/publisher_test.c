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
	    cmocka_unit_test(a_broker_that_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
