/* SPDX-License-Identifier: Apache-2.0 */
/* How much is left, and figures. Waits for nobody once the source is being read. */
#include <unistd.h>

#include "base/timestamp.h"
#include "inside.h"

#define LOOK_WAIT_MS 2000
#define LOOK_POLL_US 5000

/* Who only asks how much there is (`status`) has read nothing yet: the first look is worth waiting for. */
static void
await_look(struct source *source)
{
	int64_t deadline = monotonic_ms() + LOOK_WAIT_MS;

	while (!source->was_read && !source->feeds.looks && !source->away_ms &&
	    monotonic_ms() < deadline) {
		kafka_take_look(source);
		usleep(LOOK_POLL_US);
	}
}

int64_t
kafka_lag(struct source *source, const struct partition *partition)
{
	const struct feed *feed = partition->ended ? NULL : feeds_of(&source->feeds, partition);
	int64_t low, high;

	if (!feed || feed->high == LOOK_UNKNOWN)
		return partition->ended ? 0 : -1;
	if (rd_kafka_get_watermark_offsets(source->client, feed->topic->name, feed->number, &low,
		&high) != RD_KAFKA_RESP_ERR_NO_ERROR ||
	    high < feed->high)
		high = feed->high;
	return high > feed->next ? high - feed->next : 0;
}

/* By how many bytes records had so far; before there was one nobody knows. */
int64_t
kafka_backlog(struct source *source)
{
	const struct feeds *feeds = &source->feeds;
	int64_t records = 0;
	size_t i, k;

	await_look(source);
	if (!feeds->looks)
		return -1;
	for (i = 0; i < feeds->topic_count; i++)
		for (k = 0; k < feeds->topics[i]->feed_count; k++) {
			const struct feed *feed = feeds->topics[i]->feeds[k];
			int64_t to = feeds->until_end ? feed->stop : feed->high;

			if (to > feed->next)
				records += to - feed->next;
		}
	if (!records)
		return 0;
	if (!source->intake.messages)
		return -1;
	return records * (int64_t)(source->intake.payload_bytes / source->intake.messages + 1);
}

static void
measure_registry(const struct source *source, const struct source_meter *meter)
{
	struct registry_counts counts;

	if (!source->feeds.framing.registry)
		return;
	registry_counts(source->feeds.framing.registry, &counts);
	meter->figure(meter->context, "registry_requests_total", (double)counts.requests);
	meter->figure(meter->context, "registry_errors_total", (double)counts.errors);
	meter->figure(meter->context, "registry_unknown_total", (double)counts.unknown);
	meter->figure(meter->context, "registry_schemas", (double)counts.schemas);
	meter->figure(meter->context, "registry_away", counts.down);
}

static size_t
count_held(const struct feeds *feeds)
{
	size_t i, k, held = 0;

	for (i = 0; i < feeds->topic_count; i++)
		for (k = 0; k < feeds->topics[i]->feed_count; k++)
			held += feeds->topics[i]->feeds[k]->state == FEED_HELD;
	return held;
}

void
kafka_measure(struct source *source, const struct source_meter *meter)
{
	const struct feeds *feeds = &source->feeds;
	struct watch_counts counts;

	watch_counts(source->watch, &counts);
	meter->figure(
	    meter->context, "prefetched_records", (double)rd_kafka_queue_length(source->queue));
	meter->figure(meter->context, "broker_away", source->away_ms != 0);
	meter->figure(meter->context, "looks_total", (double)counts.looks);
	meter->figure(meter->context, "failed_looks_total", (double)counts.failed_looks);
	meter->figure(meter->context, "compared_positions_total", (double)counts.probes);
	meter->figure(meter->context, "group_commits_total", (double)counts.commits);
	meter->figure(meter->context, "failed_group_commits_total", (double)counts.failed_commits);
	meter->figure(meter->context, "jumps_looked_at_again_total", (double)feeds->jumps);
	meter->figure(meter->context, "repositions_total", (double)feeds->repositions);
	meter->figure(meter->context, "incarnations_total", (double)feeds->incarnations);
	meter->figure(meter->context, "dropped_stale_records_total", (double)source->intake.stale);
	meter->figure(meter->context, "partitions_waiting_for_schema", (double)count_held(feeds));
	measure_registry(source, meter);
	if (source->kick)
		meter->figure(
		    meter->context, "fetch_kicks_total", (double)kick_count(source->kick));
}
