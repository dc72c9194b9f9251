/* SPDX-License-Identifier: Apache-2.0 */
/* Jumps in the offsets: what is believed, what is looked at again, and what a hole is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "feed.h"
#include "model/reason.h"

static struct feed_topic topic = {.name = (char *)"t"};
static struct partition partition;

static struct feed *
feed_at(int64_t next, bool fresh)
{
	struct feed *feed = feed_open(&topic, 0);

	feed->partition = &partition;
	feed->next = next;
	feed->fresh = fresh;
	feed->state = FEED_READING;
	return feed;
}

static void
a_jump_is_looked_at_again_and_believed_when_it_comes_twice(void **state)
{
	struct feed *feed = feed_at(10, true);

	assert_false(feed_jump(feed, 15));
	assert_int_equal(feed->state, FEED_WANTED);
	feed->state = FEED_READING;
	assert_true(feed_jump(feed, 15));
	assert_int_equal(feed->owed_to, 15);
	feed_close(feed);
}

/* librdkafka 2.0.2 gives records from before a seek behind it. */
static void
jumps_to_different_places_are_never_believed(void **state)
{
	struct feed *feed = feed_at(10, true);
	int64_t to;

	for (to = 20; to < 30; to++)
		assert_false(feed_jump(feed, to));
	assert_int_equal(feed->owed_to, 0);
	feed_close(feed);
}

static void
a_partition_whose_holes_were_real_is_believed_in_mid_stream(void **state)
{
	struct feed *feed = feed_at(0, true);
	int64_t at;

	for (at = 10; at <= 30; at += 10) {
		feed->fresh = false;
		assert_false(feed_jump(feed, at));
		assert_true(feed_jump(feed, at));
		feed->next = at;
	}
	feed->fresh = false;
	assert_true(feed_jump(feed, 40));
	feed->next = 40;
	/* but not behind a seek */
	feed->fresh = true;
	assert_false(feed_jump(feed, 50));
	feed_close(feed);
}

static void
a_hole_is_one_gap_with_the_topics_reason(void **state)
{
	static const struct {
		enum look_policy policy;
		const char *reason;
	} cases[] = {{POLICY_COMPACT, REASON_GAP_COMPACTED},
	    {POLICY_DELETE, REASON_GAP_TRANSACTION}, {POLICY_UNKNOWN, REASON_GAP_TRANSACTION}};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct feed *feed = feed_at(10, false);
		struct batch batch;

		topic.policy = cases[i].policy;
		batch_init(&batch, 1, 1000);
		assert_false(feed_jump(feed, 17));
		assert_true(feed_jump(feed, 17));
		assert_true(feed_settle(feed, &batch));
		assert_int_equal(batch.count, 1);
		assert_int_equal(batch.messages[0].kind, MESSAGE_GAP);
		assert_int_equal(batch.messages[0].offset, 10);
		assert_int_equal(batch.messages[0].count, 7);
		assert_string_equal(batch.messages[0].reason, cases[i].reason);
		assert_true(text_is(batch.messages[0].detail, "offsets 10 to 16"));
		assert_int_equal(feed->next, 17);
		/* A full batch has no room for the next: it stays owed. */
		feed->owed_to = 20;
		assert_false(feed_settle(feed, &batch));
		assert_int_equal(feed->next, 17);
		batch_fini(&batch);
		feed_close(feed);
	}
}

static void
a_hole_that_the_client_could_not_unpack_is_no_harmless_one(void **state)
{
	struct feed *feed = feed_at(10, false);

	topic.policy = POLICY_DELETE;
	feed->unreadable = 12;
	assert_string_equal(feed_hole_reason(feed, 17), REASON_GAP_UNREADABLE);
	assert_string_equal(feed_hole_reason(feed, 12), REASON_GAP_TRANSACTION);
	feed->next = 17;
	assert_string_equal(feed_hole_reason(feed, 20), REASON_GAP_TRANSACTION);
	feed_close(feed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_jump_is_looked_at_again_and_believed_when_it_comes_twice),
	    cmocka_unit_test(jumps_to_different_places_are_never_believed),
	    cmocka_unit_test(a_partition_whose_holes_were_real_is_believed_in_mid_stream),
	    cmocka_unit_test(a_hole_is_one_gap_with_the_topics_reason),
	    cmocka_unit_test(a_hole_that_the_client_could_not_unpack_is_no_harmless_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
