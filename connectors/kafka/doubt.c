/* SPDX-License-Identifier: Apache-2.0 */
/* All open doubts ask together; who gets no answer asks again behind the next look. */
#include "doubt.h"

#include "base/memory.h"
#include "begin.h"

/* The log is another one from an offset on. */
static void
begin_incarnation(struct feeds *feeds, struct feed *feed)
{
	const struct partition *before = feed->partition;
	int64_t start = feed->history.start, reached = feed->next;
	uint32_t incarnation = before->incarnation;

	feed->partition = feeds->host.begin(feeds->host.context, feeds->source, feed->name, start);
	feed->next = start;
	feed->owed_to = 0;
	feed->acknowledged = feed->told = LOOK_UNKNOWN;
	if (feeds->until_end)
		feed->stop = feed->high;
	feeds->incarnations++;
	feeds_notice(feeds,
	    feed->history.verdict == HISTORY_CUT
		? "%s: the broker's log was cut or written anew: from offset %lld on it is not "
		  "what "
		  "was read up to %lld; incarnation %u begins there, what is recorded stays"
		: "%s: the broker's log is another one than was read (topic made anew): it begins "
		  "at "
		  "offset %lld, %lld was reached before; incarnation %u begins, what is recorded "
		  "stays",
	    feed->name, (long long)start, (long long)reached, incarnation + 1);
	feed_go_on(feeds, feed);
}

static void
conclude(struct feeds *feeds, struct feed *feed)
{
	if (feed->history.verdict != HISTORY_SAME) {
		begin_incarnation(feeds, feed);
	} else if (feed->state == FEED_DOUBTED) {
		feed_go_on(feeds, feed);
	} else {
		feed->doubts = feed->comparing = false;
		feed->compared_ms = monotonic_ms();
	}
}

void
feed_compare(struct feeds *feeds, struct feed *feed)
{
	feed->comparing = true;
	history_begin(&feed->history, feed->partition->start, feed->next, feed->low, feed->high);
	if (feed->history.verdict != HISTORY_OPEN)
		conclude(feeds, feed);
}

static struct feed *
feed_of(struct feeds *feeds, const struct probe *probe)
{
	size_t i;

	for (i = 0; i < feeds->topic_count; i++)
		if (strcmp(feeds->topics[i]->name, probe->topic) == 0 &&
		    (size_t)probe->partition < feeds->topics[i]->feed_count)
			return feeds->topics[i]->feeds[probe->partition];
	return NULL;
}

static enum history_answer
answer_of(struct feeds *feeds, const struct feed *feed, const struct probe *probe)
{
	bool same;

	if (probe->answer == PROBE_END || !history_compares(&feed->history, probe->offset))
		return ANSWER_NOTHING;
	if (!feeds->host.recorded ||
	    !feeds->host.recorded(
		feeds->host.context, feed->partition, probe->offset, &probe->payload, &same))
		return ANSWER_UNKNOWN;
	return same ? ANSWER_SAME : ANSWER_DIFFERS;
}

static void
take_answer(struct feeds *feeds, const struct probe *probe)
{
	struct feed *feed = feed_of(feeds, probe);

	/* It may have been doubted anew, or be gone. */
	if (!feed || !feed->asked)
		return;
	feed->asked = false;
	if (!feed->doubts || !feed->comparing || feed->history.verdict != HISTORY_OPEN ||
	    history_question(&feed->history) != probe->from)
		return;
	if (probe->answer == PROBE_FAILED) {
		feed->comparing = false;
		feed->doubt_look = feeds->looks;
		if (probe->error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
			feeds_refused(feeds, feed->topic, probe->error);
		return;
	}
	history_answer(&feed->history, answer_of(feeds, feed, probe), probe->offset);
	if (feed->history.verdict != HISTORY_OPEN)
		conclude(feeds, feed);
}

static bool
asks(const struct feed *feed)
{
	return feed->doubts && feed->comparing && !feed->asked &&
	    feed->history.verdict == HISTORY_OPEN;
}

/* gives the feeds that ask, *count of them */
static void
collect(struct feeds *feeds, struct probes *probes)
{
	size_t i, k;

	for (i = 0; i < feeds->topic_count; i++)
		for (k = 0; k < feeds->topics[i]->feed_count; k++) {
			struct feed *feed = feeds->topics[i]->feeds[k];

			if (!asks(feed))
				continue;
			feed->asked = true;
			probes_add(probes, feed->topic->name, feed->number,
			    history_question(&feed->history));
		}
}

static void
unask(struct feeds *feeds, struct feed *feed)
{
	feed->asked = false;
}

void
feeds_settle_doubts(struct feeds *feeds, struct watch *watch)
{
	struct probes probes = {0};
	size_t i;

	if (watch_take_answers(watch, &probes)) {
		for (i = 0; i < probes.count; i++)
			take_answer(feeds, &probes.items[i]);
		probes_fini(&probes);
	}
	if (watch_is_asking(watch))
		return;
	/* A list whose answers were taken is done with, all of it. */
	feeds_each(feeds, unask);
	collect(feeds, &probes);
	if (probes.count && !watch_ask(watch, &probes))
		probes_fini(&probes);
}
