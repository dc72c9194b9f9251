/* SPDX-License-Identifier: Apache-2.0 */
/* One partition's position; what decides about it is in the files that use it. */
#include "feed.h"

#include <stdio.h>

#include "base/memory.h"
#include "model/reason.h"

/* So many holes are looked at twice before a partition is believed in mid-stream. */
#define JUMPS_TO_PROVE 3

struct feed *
feed_open(struct feed_topic *topic, int32_t number)
{
	struct feed *feed = memory_get(sizeof(*feed));
	struct buffer name = {0};

	buffer_add_format(&name, "%s/%d", topic->name, number);
	*feed = (struct feed){
	    .topic = topic,
	    .number = number,
	    .name = memory_text_n((const char *)name.data, name.size),
	    .low = LOOK_UNKNOWN,
	    .high = LOOK_UNKNOWN,
	    .stop = LOOK_UNKNOWN,
	    .leader = -1,
	    .jumped_to = LOOK_UNKNOWN,
	    .unreadable = LOOK_UNKNOWN,
	    .acknowledged = LOOK_UNKNOWN,
	    .told = LOOK_UNKNOWN,
	};
	buffer_fini(&name);
	return feed;
}

void
feed_close(struct feed *feed)
{
	if (!feed)
		return;
	if (feed->held)
		rd_kafka_message_destroy(feed->held);
	memory_free(feed->name);
	memory_free(feed);
}

void
feed_reposition(struct feed *feed)
{
	feed->state = FEED_WANTED;
	feed->fresh = true;
}

void
feed_doubt(struct feed *feed, uint64_t look)
{
	feed->state = FEED_DOUBTED;
	feed->doubts = true;
	feed->doubt_look = look;
	feed->comparing = false;
	feed->jumped_to = LOOK_UNKNOWN;
	if (feed->held)
		rd_kafka_message_destroy(feed->held);
	feed->held = NULL;
}

const char *
feed_hole_reason(const struct feed *feed, int64_t offset)
{
	if (feed->unreadable >= feed->next && feed->unreadable < offset)
		return REASON_GAP_UNREADABLE;
	return feed->topic->policy == POLICY_COMPACT ? REASON_GAP_COMPACTED
						     : REASON_GAP_TRANSACTION;
}

bool
feed_settle(struct feed *feed, struct batch *batch)
{
	struct message *message;
	char detail[96];

	if (feed->next >= feed->owed_to)
		return true;
	if (batch_full(batch))
		return false;
	snprintf(detail, sizeof(detail), "offsets %lld to %lld", (long long)feed->next,
	    (long long)feed->owed_to - 1);
	message = batch_add(batch);
	message->kind = MESSAGE_GAP;
	message->partition = feed->partition;
	message->offset = feed->next;
	message->count = feed->owed_to - feed->next;
	message->reason = feed->owed_reason;
	message->detail = arena_text(&batch->arena, text_of(detail));
	feed->next = feed->owed_to;
	return true;
}

bool
feed_jump(struct feed *feed, int64_t offset)
{
	bool believed = !feed->fresh && feed->jumps_proved >= JUMPS_TO_PROVE;

	if (!believed && feed->jumped_to != offset) {
		feed->jumped_to = offset;
		feed_reposition(feed);
		return false;
	}
	feed->jumps_proved += feed->jumped_to == offset;
	feed->jumped_to = LOOK_UNKNOWN;
	feed->owed_to = offset;
	feed->owed_reason = feed_hole_reason(feed, offset);
	return true;
}
