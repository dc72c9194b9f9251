/* SPDX-License-Identifier: Apache-2.0 */
/* The hot path: a message is looked at once, and checked to be the next of its partition. */
#include "intake.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include "record.h"
#include "trouble.h"

#define FETCH_MAX 4096
#define SAY_HELD_MS 3000 /* a registry that takes longer is worth a word */
#define SAY_AGAIN_MS 60000
/* With until_end: how long a schema is waited for that the registry does not have, or not give. */
#define UNKNOWN_MS 3000
#define AWAY_MS 20000

void
intake_init(struct intake *intake, rd_kafka_queue_t *queue, size_t record_bytes_max)
{
	*intake = (struct intake){.queue = queue,
	    .got = memory_get_array(FETCH_MAX, sizeof(*intake->got)),
	    .record_bytes_max = record_bytes_max};
}

static void
destroy(rd_kafka_message_t **messages, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++)
		if (messages[i])
			rd_kafka_message_destroy(messages[i]);
}

void
intake_fini(struct intake *intake)
{
	if (intake->got)
		destroy(intake->got, 0, intake->got_count);
	memory_free(intake->got);
	destroy(intake->loose, 0, intake->loose_count);
	memory_free(intake->loose);
	*intake = (struct intake){0};
}

void
intake_release(struct intake *intake)
{
	size_t left = intake->got_count - intake->got_at;

	destroy(intake->got, 0, intake->got_at);
	destroy(intake->loose, 0, intake->loose_count);
	intake->loose_count = 0;
	memmove(intake->got, intake->got + intake->got_at, left * sizeof(*intake->got));
	intake->got_count = left;
	intake->got_at = 0;
}

/* --- one message ------------------------------------------------------------------------ */

static void
finish_at_stop(struct feeds *feeds, struct feed *feed)
{
	if (!feeds->until_end || feed->stop == LOOK_UNKNOWN || feed->next < feed->stop ||
	    !feed_is_read(feed))
		return;
	feed->state = FEED_DONE;
	feeds->changed = true;
}

/*
 * What stands before an offset that the broker has given.
 *
 * FEED_KEPT: it is the next one
 */
static enum feed_took
come_to(struct feeds *feeds, struct feed *feed, int64_t offset, struct batch *batch)
{
	if (offset == feed->next)
		return FEED_KEPT;
	if (offset < feed->next)
		return FEED_DROPPED;
	if (feed->owed_to != offset && !feed_jump(feed, offset)) {
		feeds->jumps++;
		feeds->changed = true;
		return FEED_DROPPED;
	}
	return feed_settle(feed, batch) ? FEED_KEPT : FEED_LATER;
}

/* --- records that wait for their schema ---------------------------------------------------- */

/* What it waits for: at once when the registry has no such schema, else when it takes long. */
static void
hold_say(
    struct feeds *feeds, struct feed *feed, const struct message *message, enum frame_answer answer)
{
	int64_t now_ms = monotonic_ms();
	int64_t held_ms = feed->held_ms ? now_ms - feed->held_ms : 0;
	struct text why =
	    answer == FRAME_UNKNOWN ? message->detail : TEXT("the schema registry does not answer");

	if (feeds->until_end) {
		if (held_ms >= (answer == FRAME_UNKNOWN ? UNKNOWN_MS : AWAY_MS)) {
			feeds_fail(feeds, ERROR_IO,
			    "%s: offset %lld cannot be read without its "
			    "schema: %.*s",
			    feed->name, (long long)message->offset, TEXT_PRINT(why));
			feed->state = FEED_DONE;
		}
		return;
	}
	if ((answer != FRAME_UNKNOWN && held_ms < SAY_HELD_MS) ||
	    (feed->held_said_ms && now_ms - feed->held_said_ms < SAY_AGAIN_MS))
		return;
	feed->held_said_ms = now_ms;
	feeds_notice(feeds,
	    "%s: waits at offset %lld for the record's schema: %.*s; set "
	    "`on.unknown.schema: quarantine` to go on without",
	    feed->name, (long long)message->offset, TEXT_PRINT(why));
}

/* takes record */
static void
hold(struct feeds *feeds, struct feed *feed, rd_kafka_message_t *record)
{
	feed->held = record;
	feed->held_ms = monotonic_ms();
	feed->held_said_ms = 0;
	feed->state = FEED_HELD;
	feeds->changed = true;
}

/* How a record is written was not seen in this topic before, and nobody has said it. */
static void
say_frame(struct feeds *feeds, struct feed_topic *topic)
{
	char sentence[512];

	if (frame_notice(&topic->frame, topic->name, sentence, sizeof(sentence)) &&
	    topic->frame.format == FRAME_AUTO)
		feeds_remark(feeds, "%s", sentence);
}

/*
 * Adds a record to the batch, which has room.
 *
 * FEED_PARKED: its schema is not known yet, nothing was added
 */
static enum feed_took
add_record(struct intake *intake, struct feeds *feeds, struct feed *feed,
    const rd_kafka_message_t *record, struct batch *batch)
{
	struct message *message = batch_add(batch);
	enum frame_answer answer = FRAME_GOOD;

	message->partition = feed->partition;
	record_fill(record, intake->record_bytes_max, &batch->arena, message);
	if (message->kind == MESSAGE_PAYLOAD)
		answer =
		    frame_read(feeds->framing.frames, &feed->topic->frame, message, &batch->arena);
	if (UNLIKELY(answer == FRAME_WAIT ||
		(answer == FRAME_UNKNOWN && !feeds->settings->quarantine_unknown))) {
		hold_say(feeds, feed, message, answer);
		batch->count--;
		return FEED_PARKED;
	}
	if (UNLIKELY(feed->topic->frame.fresh != FRAME_UNSEEN))
		say_frame(feeds, feed->topic);
	batch->bytes += message->payload.size;
	feed->next++;
	intake->messages++;
	intake->payload_bytes += message->payload.size;
	return FEED_KEPT;
}

static enum feed_took
take_record(struct intake *intake, struct feeds *feeds, struct feed *feed,
    rd_kafka_message_t *record, struct batch *batch)
{
	enum feed_took took = come_to(feeds, feed, record->offset, batch);

	if (took != FEED_KEPT)
		return took;
	finish_at_stop(feeds, feed);
	if (feed->state != FEED_READING)
		return FEED_DROPPED;
	if (batch_full(batch))
		return FEED_LATER;
	feed->fresh = false;
	feed->jumped_to = LOOK_UNKNOWN;
	feed->moved_ms = intake->now_ms;
	took = add_record(intake, feeds, feed, record, batch);
	if (took == FEED_PARKED)
		hold(feeds, feed, record);
	else
		finish_at_stop(feeds, feed);
	return took;
}

static enum feed_took
take_end(struct intake *intake, struct feeds *feeds, struct feed *feed, int64_t offset,
    struct batch *batch)
{
	enum feed_took took = come_to(feeds, feed, offset, batch);

	if (took != FEED_KEPT)
		return took;
	if (feed->high < offset)
		feed->high = offset;
	feed->fresh = false;
	feed->moved_ms = intake->now_ms;
	finish_at_stop(feeds, feed);
	return FEED_DROPPED;
}

/* The partition is not read any more until a look says what became of it. */
static void
lose(struct feeds *feeds, struct feed *feed)
{
	feed_doubt(feed, feeds->looks);
	feeds->changed = true;
	feeds->look_soon = true;
}

static void
take_trouble(struct feeds *feeds, struct feed *feed, const rd_kafka_message_t *event)
{
	char why[KAFKA_TROUBLE_BYTES];

	switch (event->err) {
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		lose(feeds, feed);
		feed->out_of_range = true;
		break;
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
		lose(feeds, feed);
		break;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		lose(feeds, feed);
		feeds_refused(feeds, feed->topic, event->err);
		break;
	case RD_KAFKA_RESP_ERR__BAD_MSG:
	case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
	case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
	case RD_KAFKA_RESP_ERR__UNDERFLOW:
	case RD_KAFKA_RESP_ERR_INVALID_MSG:
		/* The client goes on behind it: a jump follows. */
		feed->unreadable = event->offset;
		/* fall through */
	default:
		kafka_trouble_text(event->err, rd_kafka_message_errstr(event), why, sizeof(why));
		feeds_notice(
		    feeds, "%s: offset %lld: %s", feed->name, (long long)event->offset, why);
	}
}

static enum feed_took
take(struct intake *intake, struct feeds *feeds, rd_kafka_message_t *message, struct batch *batch)
{
	struct feed *feed = feeds_find(feeds, message);
	enum feed_took took;

	if (!feed || feed->state != FEED_READING || feeds->fetches < feed->from_fetch) {
		intake->stale++;
		return FEED_DROPPED;
	}
	if (!message->err)
		took = take_record(intake, feeds, feed, message, batch);
	else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
		took = take_end(intake, feeds, feed, message->offset, batch);
	else {
		take_trouble(feeds, feed, message);
		took = FEED_DROPPED;
	}
	return took;
}

/* --- all of them ------------------------------------------------------------------------ */

static void
fetch(struct intake *intake, struct feeds *feeds, int64_t wait_ms, size_t most)
{
	ssize_t count;

	feeds->fetches++;
	count = rd_kafka_consume_batch_queue(
	    intake->queue, (int)wait_ms, intake->got + intake->got_count, most);
	if (count > 0)
		intake->got_count += (size_t)count;
	feeds_doubt_lost(feeds);
}

/* false: the batch is full */
static bool
take_got(struct intake *intake, struct feeds *feeds, struct batch *batch)
{
	for (; intake->got_at < intake->got_count; intake->got_at++) {
		rd_kafka_message_t **message = &intake->got[intake->got_at];

		switch (take(intake, feeds, *message, batch)) {
		case FEED_LATER:
			return false;
		case FEED_DROPPED:
			rd_kafka_message_destroy(*message);
			*message = NULL;
			break;
		case FEED_PARKED:
			*message = NULL;
			break;
		case FEED_KEPT:
			break;
		}
	}
	return true;
}

void
intake_fill(struct intake *intake, struct feeds *feeds, struct batch *batch)
{
	intake->now_ms = monotonic_ms();
	while (take_got(intake, feeds, batch) && !batch_full(batch)) {
		size_t room = batch->capacity - batch->count, space;

		space = FETCH_MAX - intake->got_count;
		if (!space)
			return;
		fetch(intake, feeds, 0, room < space ? room : space);
		if (intake->got_at == intake->got_count)
			return;
	}
}

void
intake_wait(struct intake *intake, struct feeds *feeds, int64_t wait_ms)
{
	if (intake->got_at < intake->got_count)
		return;
	intake_release(intake);
	fetch(intake, feeds, wait_ms, 1);
}

static void
try_held(struct intake *intake, struct feeds *feeds, struct feed *feed, struct batch *batch)
{
	if (batch_full(batch) || add_record(intake, feeds, feed, feed->held, batch) != FEED_KEPT)
		return;
	memory_grow(&intake->loose, &intake->loose_capacity, intake->loose_count + 1,
	    sizeof(*intake->loose));
	intake->loose[intake->loose_count++] = feed->held;
	feed->held = NULL;
	feed->held_ms = 0;
	feed_reposition(feed);
	feeds->changed = true;
	finish_at_stop(feeds, feed);
}

void
intake_release_held(struct intake *intake, struct feeds *feeds, struct batch *batch)
{
	size_t i, k;

	for (i = 0; i < feeds->topic_count; i++)
		for (k = 0; k < feeds->topics[i]->feed_count; k++)
			if (feeds->topics[i]->feeds[k]->state == FEED_HELD)
				try_held(intake, feeds, feeds->topics[i]->feeds[k], batch);
}

void
intake_settle(struct feeds *feeds, struct batch *batch)
{
	size_t i, k;

	for (i = 0; i < feeds->topic_count; i++)
		for (k = 0; k < feeds->topics[i]->feed_count; k++) {
			struct feed *feed = feeds->topics[i]->feeds[k];

			if (!feed_is_read(feed))
				continue;
			if (feed->next < feed->owed_to) {
				if (!feed_settle(feed, batch))
					return;
				feeds->changed = true;
			}
			finish_at_stop(feeds, feed);
		}
}
