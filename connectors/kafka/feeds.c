/* SPDX-License-Identifier: Apache-2.0 */
/* Topics and partitions, as looks find them, and the client's assignment. */
#include "feeds.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"
#include "begin.h"
#include "trouble.h"

#define SAY_AGAIN_MS 60000 /* one line a minute of what goes on */
#define GRACE_MS 3000      /* until_end: a topic may have been made just now */
#define REFUSED_AGAIN_MS 5000

static void
close_topic(struct feed_topic *topic)
{
	size_t i;

	for (i = 0; i < topic->feed_count; i++)
		feed_close(topic->feeds[i]);
	memory_free(topic->feeds);
	memory_free(topic->name);
	memory_free(topic);
}

void
feeds_fini(struct feeds *feeds)
{
	size_t i;

	for (i = 0; i < feeds->topic_count; i++)
		close_topic(feeds->topics[i]);
	memory_free(feeds->topics);
	memory_free(feeds->source);
	*feeds = (struct feeds){0};
}

void
feeds_notice(struct feeds *feeds, const char *format, ...)
{
	char sentence[1024];
	va_list args;

	if (!feeds->host.notice)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	feeds->host.notice(feeds->host.context, feeds->source, sentence);
}

void
feeds_remark(struct feeds *feeds, const char *format, ...)
{
	char sentence[1024];
	va_list args;

	if (!feeds->host.remark)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	feeds->host.remark(feeds->host.context, feeds->source, sentence);
}

void
feeds_fail(struct feeds *feeds, enum error_kind kind, const char *format, ...)
{
	char sentence[900];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (!feeds->failures++)
		error_set(&feeds->failure, kind, "%s", sentence);
}

/* --- topics ---------------------------------------------------------------------------- */

static struct feed_topic *
topic_named(struct feeds *feeds, const char *name)
{
	size_t i;

	for (i = 0; i < feeds->topic_count; i++)
		if (strcmp(feeds->topics[i]->name, name) == 0)
			return feeds->topics[i];
	return NULL;
}

static struct feed_topic *
add_topic(struct feeds *feeds, const char *name)
{
	struct feed_topic *topic = memory_get(sizeof(*topic));

	topic->name = memory_text(name);
	topic->frame.format = feeds->framing.format;
	topic->retention_ms = -1;
	topic->is_late = feeds->looks > 1;
	memory_grow(
	    &feeds->topics, &feeds->topic_capacity, feeds->topic_count + 1, sizeof(*feeds->topics));
	feeds->topics[feeds->topic_count++] = topic;
	return topic;
}

static void
add_feeds(struct feeds *feeds, struct feed_topic *topic, size_t count)
{
	size_t i;

	if (count <= topic->feed_count)
		return;
	if (topic->feed_count)
		feeds_remark(feeds,
		    "topic %s has %zu partitions now, %zu before: the new ones "
		    "are read from their start",
		    topic->name, count, topic->feed_count);
	topic->feeds = memory_resize(topic->feeds, count * sizeof(*topic->feeds));
	for (i = topic->feed_count; i < count; i++) {
		topic->feeds[i] = feed_open(topic, (int32_t)i);
		topic->feeds[i]->is_late = topic->is_late || topic->feed_count > 0;
	}
	topic->feed_count = count;
}

/* None of its partitions is read until it is well again. */
static void
suspend(struct feeds *feeds, struct feed_topic *topic)
{
	size_t i;

	for (i = 0; i < topic->feed_count; i++) {
		struct feed *feed = topic->feeds[i];

		if (feed->state == FEED_DONE || feed->state == FEED_ABSENT ||
		    feed->state == FEED_NEW)
			continue;
		feed_doubt(feed, feeds->looks);
		feed->doubts = false;
		feed->state = FEED_ABSENT;
		feeds->changed = true;
	}
}

static void
topic_is_ill(
    struct feeds *feeds, struct feed_topic *topic, rd_kafka_resp_err_t error, int64_t now_ms)
{
	char why[KAFKA_TROUBLE_BYTES];

	if (!topic->error_ms)
		topic->error_ms = now_ms;
	topic->error = error;
	suspend(feeds, topic);
	kafka_trouble_text(error, NULL, why, sizeof(why));
	if (!feeds->until_end) {
		if (topic->said_ms && now_ms - topic->said_ms < SAY_AGAIN_MS)
			return;
		topic->said_ms = now_ms;
		feeds_notice(feeds, "topic %s: %s; trying on", topic->name, why);
	} else if (!topic->failed && now_ms - topic->error_ms >= GRACE_MS) {
		topic->failed = true;
		feeds_fail(feeds, ERROR_MISSING, "topic %s: %s", topic->name, why);
	}
}

void
feeds_refused(struct feeds *feeds, struct feed_topic *topic, rd_kafka_resp_err_t error)
{
	topic->refused = error;
	topic_is_ill(feeds, topic, error, monotonic_ms());
}

static void
topic_is_well(struct feeds *feeds, struct feed_topic *topic)
{
	if (topic->said_ms)
		feeds_remark(feeds, "topic %s can be read again", topic->name);
	topic->error = topic->refused = RD_KAFKA_RESP_ERR_NO_ERROR;
	topic->error_ms = topic->said_ms = 0;
}

/* In case somebody has given the right; whether it is so is seen by what is read. */
static void
try_again(struct feed_topic *topic)
{
	topic->error = topic->refused = RD_KAFKA_RESP_ERR_NO_ERROR;
	topic->error_ms = 0;
}

/* What was refused is read since. */
static bool
is_granted(const struct feed_topic *topic)
{
	size_t i;

	for (i = 0; topic->said_ms && i < topic->feed_count; i++)
		if (topic->feeds[i]->moved_ms > topic->said_ms)
			return true;
	return false;
}

static void
look_at_topic(struct feeds *feeds, const struct look_topic *look, int64_t now_ms)
{
	struct feed_topic *topic = topic_named(feeds, look->name);
	size_t i;

	if (!topic)
		topic = add_topic(feeds, look->name);
	topic->policy = look->policy;
	topic->retention_ms = look->retention_ms;
	if (look->error) {
		topic_is_ill(feeds, topic, look->error, now_ms);
		return;
	}
	if (topic->refused && (feeds->until_end || now_ms - topic->error_ms < REFUSED_AGAIN_MS)) {
		topic_is_ill(feeds, topic, topic->refused, now_ms);
		return;
	}
	if (topic->refused)
		try_again(topic);
	else if (topic->error_ms || is_granted(topic))
		topic_is_well(feeds, topic);
	add_feeds(feeds, topic, look->partition_count);
	for (i = 0; i < look->partition_count; i++)
		feed_look(feeds, topic->feeds[i], &look->partitions[i], now_ms);
}

/* A topic of a pattern that was there and is in the answer no longer. */
static void
look_for_missing(struct feeds *feeds, const struct look *look, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < feeds->topic_count; i++)
		if (!look_find(look, feeds->topics[i]->name))
			topic_is_ill(feeds, feeds->topics[i],
			    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, now_ms);
}

static void
look_for_any(struct feeds *feeds, int64_t now_ms)
{
	if (feeds->topic_count) {
		feeds->unmatched_ms = feeds->unmatched_said_ms = 0;
		return;
	}
	if (!feeds->unmatched_ms)
		feeds->unmatched_ms = now_ms;
	if (feeds->until_end) {
		if (!feeds->failures && now_ms - feeds->unmatched_ms >= GRACE_MS)
			feeds_fail(feeds, ERROR_MISSING, "%s", KAFKA_UNMATCHED_TEXT);
	} else if (!feeds->unmatched_said_ms || now_ms - feeds->unmatched_said_ms >= SAY_AGAIN_MS) {
		feeds->unmatched_said_ms = now_ms;
		feeds_notice(feeds, "%s; trying on", KAFKA_UNMATCHED_TEXT);
	}
}

void
feeds_look(struct feeds *feeds, const struct look *look, int64_t now_ms)
{
	size_t i;

	if (look->error)
		return;
	feeds->looks++;
	for (i = 0; i < look->topic_count; i++)
		look_at_topic(feeds, &look->topics[i], now_ms);
	look_for_missing(feeds, look, now_ms);
	look_for_any(feeds, now_ms);
}

void
feeds_doubt_all(struct feeds *feeds, int64_t since_ms)
{
	size_t i, k;

	for (i = 0; i < feeds->topic_count; i++)
		for (k = 0; k < feeds->topics[i]->feed_count; k++) {
			struct feed *feed = feeds->topics[i]->feeds[k];

			if (!feed_is_read(feed) || feed->moved_ms >= since_ms)
				continue;
			feed_doubt(feed, feeds->looks);
			feeds->changed = true;
		}
}

static void
doubt_lost(void *context, const char *name, int32_t number)
{
	struct feeds *feeds = context;
	const struct feed_topic *topic = name ? topic_named(feeds, name) : NULL;

	if (!name) {
		feeds_doubt_all(feeds, INT64_MAX);
	} else if (topic && number >= 0 && (size_t)number < topic->feed_count &&
	    feed_is_read(topic->feeds[number])) {
		feed_doubt(topic->feeds[number], feeds->looks);
		feeds->changed = true;
	}
	feeds->look_soon = true;
}

void
feeds_doubt_lost(struct feeds *feeds)
{
	lost_take(&feeds->lost, doubt_lost, feeds);
}

/* --- the client ------------------------------------------------------------------------- */

static void
unassign(struct feeds *feeds, struct feed *feed, rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_topic_partition_list_add(list, feed->topic->name, feed->number);
	feed->assigned = false;
	feeds->repositions += feed->state == FEED_WANTED;
}

static void
assign(struct feeds *feeds, struct feed *feed, rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_topic_partition_list_add(list, feed->topic->name, feed->number)->offset =
	    feed->next;
	feed->assigned = true;
	feed->state = FEED_READING;
	feed->fresh = true;
	/* What the last fetch gave, and what was given to nobody, was of before. */
	feed->from_fetch = feeds->fetches + 1;
}

/* What these calls return is looked at again by what comes, or does not come, of the partitions. */
void
feeds_assign(struct feeds *feeds)
{
	rd_kafka_topic_partition_list_t *gone, *come;
	size_t i, k;

	if (!feeds->changed)
		return;
	feeds->changed = false;
	gone = rd_kafka_topic_partition_list_new(16);
	come = rd_kafka_topic_partition_list_new(16);
	for (i = 0; i < feeds->topic_count; i++) {
		for (k = 0; k < feeds->topics[i]->feed_count; k++) {
			struct feed *feed = feeds->topics[i]->feeds[k];

			if (feed->assigned && feed->state != FEED_READING)
				unassign(feeds, feed, gone);
			if (!feed->assigned && feed->state == FEED_WANTED &&
			    feed->next >= feed->owed_to)
				assign(feeds, feed, come);
		}
	}
	if (gone->cnt)
		rd_kafka_error_destroy(rd_kafka_incremental_unassign(feeds->client, gone));
	if (come->cnt)
		rd_kafka_error_destroy(rd_kafka_incremental_assign(feeds->client, come));
	rd_kafka_topic_partition_list_destroy(gone);
	rd_kafka_topic_partition_list_destroy(come);
}

/* --- finding ---------------------------------------------------------------------------- */

static struct feed_topic *
topic_of(struct feeds *feeds, const rd_kafka_topic_t *handle)
{
	struct feed_topic *topic;
	size_t i;

	if (feeds->topic_last < feeds->topic_count &&
	    feeds->topics[feeds->topic_last]->handle == handle)
		return feeds->topics[feeds->topic_last];
	for (i = 0; i < feeds->topic_count; i++)
		if (feeds->topics[i]->handle == handle) {
			feeds->topic_last = i;
			return feeds->topics[i];
		}
	topic = topic_named(feeds, rd_kafka_topic_name(handle));
	if (topic)
		topic->handle = handle;
	return topic;
}

struct feed *
feeds_find(struct feeds *feeds, const rd_kafka_message_t *message)
{
	struct feed_topic *topic = message->rkt ? topic_of(feeds, message->rkt) : NULL;

	if (!topic || message->partition < 0 || (size_t)message->partition >= topic->feed_count)
		return NULL;
	return topic->feeds[message->partition];
}

/* Who asks does so in the store's order, which is mostly ours: the one behind the last is tried first. */
struct feed *
feeds_of(struct feeds *feeds, const struct partition *partition)
{
	size_t i, k;

	for (i = 0; i < feeds->topic_count; i++) {
		const struct feed_topic *topic =
		    feeds->topics[(feeds->topic_asked + i) % feeds->topic_count];

		for (k = 0; k < topic->feed_count; k++) {
			size_t number = (feeds->feed_asked + k) % topic->feed_count;

			if (topic->feeds[number]->partition != partition)
				continue;
			feeds->topic_asked = (feeds->topic_asked + i) % feeds->topic_count;
			feeds->feed_asked = number + 1;
			return topic->feeds[number];
		}
	}
	return NULL;
}

void
feeds_each(struct feeds *feeds, void (*visit)(struct feeds *feeds, struct feed *feed))
{
	size_t i, k;

	for (i = 0; i < feeds->topic_count; i++)
		for (k = 0; k < feeds->topics[i]->feed_count; k++)
			visit(feeds, feeds->topics[i]->feeds[k]);
}

static bool
topic_is_done(const struct feed_topic *topic)
{
	size_t i;

	if (topic->error_ms)
		return topic->failed;
	for (i = 0; i < topic->feed_count; i++)
		if (topic->feeds[i]->state != FEED_DONE)
			return false;
	return true;
}

bool
feeds_done(const struct feeds *feeds)
{
	size_t i;

	if (!feeds->looks || (!feeds->topic_count && !feeds->failures))
		return false;
	for (i = 0; i < feeds->topic_count; i++)
		if (!topic_is_done(feeds->topics[i]))
			return false;
	return true;
}
