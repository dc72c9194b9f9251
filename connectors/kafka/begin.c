/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Positions are the store's. One that it does not have is taken from the
 * settings' `begin`, but for partitions that appear while we look on, or beside
 * others that were read: all of these is new to us, so they begin at their start.
 */
#include "begin.h"

#include <stdio.h>

#include "base/memory.h"
#include "doubt.h"
#include "model/reason.h"
#include "trouble.h"

#define LEADER_WAIT_MS 15000 /* until_end: a partition without a leader is waited for */
#define SHORT_MS 1500        /* a log is shorter than it was; a new leader may catch up */
#define QUIET_MS 15000       /* an idle partition is compared as often */
#define BUSY_MS 60000        /* one that is not */

static struct partition *
stored(const struct feeds *feeds, const char *name)
{
	return feeds->host.latest(feeds->host.context, feeds->source, name);
}

/* Whether the store has read any partition of the topic. */
static bool
topic_is_known(struct feeds *feeds, struct feed_topic *topic)
{
	size_t i;

	if (!topic->known_asked) {
		topic->known_asked = true;
		for (i = 0; i < topic->feed_count && !topic->is_known; i++)
			topic->is_known = stored(feeds, topic->feeds[i]->name) != NULL;
	}
	return topic->is_known;
}

static int64_t
first_offset(struct feeds *feeds, struct feed *feed, const struct look_partition *look)
{
	struct kafka_begin begin = kafka_begin_of(feeds->settings, feed->topic->name);

	if (feed->is_late || topic_is_known(feeds, feed->topic) || begin.at == KAFKA_EARLIEST)
		return look->low;
	return begin.at == KAFKA_LATEST ? look->end : look->timed;
}

static void
begin_new(struct feeds *feeds, struct feed *feed, const struct look_partition *look)
{
	int64_t start = first_offset(feeds, feed, look);
	int64_t skip = kafka_skip_of(feeds->settings, feed->name);

	if (start == LOOK_UNKNOWN)
		return;
	if (start < skip)
		start = skip < look->end ? skip : look->end;
	feed->partition = feeds->host.begin(feeds->host.context, feeds->source, feed->name, start);
	feed->next = start;
	feed_go_on(feeds, feed);
}

static void
begin(struct feeds *feeds, struct feed *feed, const struct look_partition *look)
{
	struct partition *partition = stored(feeds, feed->name);

	if (!partition || !partition->number) {
		begin_new(feeds, feed, look);
		return;
	}
	feed->partition = partition;
	feed->next = partition->next_offset;
	/* This look will do. */
	feed_doubt(feed, feeds->looks - 1);
}

/* What the log or an operator no longer lets us read. */
static void
owe(struct feeds *feeds, struct feed *feed)
{
	int64_t skip = kafka_skip_of(feeds->settings, feed->name);

	if (skip > feed->high)
		skip = feed->high;
	if (skip > feed->next) {
		feed->owed_to = skip;
		feed->owed_reason = REASON_GAP_SKIPPED;
		feeds_remark(feeds, "%s: offsets %lld to %lld are passed over, as `skip` says",
		    feed->name, (long long)feed->next, (long long)skip - 1);
	} else if (feed->low > feed->next) {
		feed->owed_to = feed->low;
		feed->owed_reason = REASON_GAP_RETENTION;
		feeds_notice(feeds,
		    "%s: offsets %lld to %lld are gone from the broker before they were read "
		    "(retention or DeleteRecords): recorded as a gap",
		    feed->name, (long long)feed->next, (long long)feed->low - 1);
	}
}

void
feed_go_on(struct feeds *feeds, struct feed *feed)
{
	feed->doubts = feed->comparing = feed->out_of_range = false;
	feed->short_ms = 0;
	feed->compared_ms = monotonic_ms();
	owe(feeds, feed);
	feed_reposition(feed);
	feeds->changed = true;
}

/* The log seems shorter than what was read of it, for long enough. */
static bool
is_cut(struct feed *feed, int64_t now_ms)
{
	if (feed->high >= feed->next) {
		feed->short_ms = 0;
		return false;
	}
	if (!feed->short_ms)
		feed->short_ms = now_ms;
	return now_ms - feed->short_ms >= SHORT_MS;
}

static void
look_at_read(struct feeds *feeds, struct feed *feed, int64_t high_before, int32_t leader_before,
    int64_t now_ms)
{
	bool went_back = feed->high < high_before && feed->high >= feed->next;

	if (is_cut(feed, now_ms) || went_back) {
		feed_doubt(feed, feeds->looks - 1);
		feeds->changed = true;
	} else if (!feed->doubts &&
	    ((leader_before >= 0 && feed->leader != leader_before) ||
		now_ms - feed->compared_ms >=
		    (now_ms - feed->moved_ms >= QUIET_MS ? QUIET_MS : BUSY_MS))) {
		/* Beside reading. */
		feed->doubts = true;
		feed->doubt_look = feeds->looks - 1;
	}
}

/* With until_end. */
static void
give_up(struct feeds *feeds, struct feed *feed, const struct look_partition *look, int64_t now_ms)
{
	char why[KAFKA_TROUBLE_BYTES];

	if (!feed->short_ms)
		feed->short_ms = now_ms;
	if (!feeds->until_end || now_ms - feed->short_ms < LEADER_WAIT_MS)
		return;
	kafka_trouble_text(look->error ? look->error : RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, NULL,
	    why, sizeof(why));
	feeds_fail(feeds, ERROR_IO, "%s: %s", feed->name, why);
	feed->state = FEED_DONE;
	feeds->changed = true;
}

void
feed_look(struct feeds *feeds, struct feed *feed, const struct look_partition *look, int64_t now_ms)
{
	int64_t high_before = feed->high;
	int32_t leader_before = feed->leader;

	if (look->low == LOOK_UNKNOWN || look->end == LOOK_UNKNOWN) {
		if (feed->state == FEED_NEW || feed->state == FEED_ABSENT)
			give_up(feeds, feed, look, now_ms);
		return;
	}
	feed->low = look->low;
	feed->high = look->end;
	feed->leader = look->leader;
	if (feeds->until_end && feed->stop == LOOK_UNKNOWN)
		feed->stop = look->end;
	if (feed->state == FEED_NEW)
		begin(feeds, feed, look);
	else if (feed->state == FEED_ABSENT && feed->partition)
		feed_doubt(feed, feeds->looks - 1);
	else if (feed->state == FEED_ABSENT)
		begin(feeds, feed, look);
	else if (feed_is_read(feed))
		look_at_read(feeds, feed, high_before, leader_before, now_ms);
	if (feed->doubts && !feed->comparing && feeds->looks > feed->doubt_look &&
	    (feed->out_of_range || feed->high >= feed->next || is_cut(feed, now_ms)))
		feed_compare(feeds, feed);
}
