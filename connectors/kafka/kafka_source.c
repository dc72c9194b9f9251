/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One read: what the watch has found out, what is owed, then messages until
 * the batch is full or nothing is there. Nothing here waits for a broker but the
 * client's queue, and that for as long as the route allows.
 */
#include "kafka_source.h"

#include "base/memory.h"
#include "client.h"
#include "doubt.h"
#include "examine.h"
#include "figures.h"
#include "inside.h"
#include "reread.h"
#include "settings.h"
#include "survey.h"
#include "trouble.h"

#define POLL_MS 50
#define ACKNOWLEDGE_EVERY_MS 2000

/*
 * Of the prefetch queue; and of what one broker sends at once, before it is unpacked, which
 * comes on top of it. The default is the queue's size: from many partitions, packed ten to
 * one, that were 160 MB a broker.
 */
#define QUEUE_KBYTES "16384"
#define FETCH_BYTES "2097152"

static void
check(const char *settings_file, const struct yaml_node *map, struct yaml_problems *problems)
{
	struct kafka_settings settings;

	kafka_settings_read(settings_file, map, &settings, problems);
	kafka_settings_fini(&settings);
}

/* --- open and close --------------------------------------------------------------------- */

static void
on_error(rd_kafka_t *client, int code, const char *reason, void *context)
{
	struct source *source = context;

	(void)client;
	kafka_trouble_note(&source->seen, code, reason);
}

static void
on_log(const rd_kafka_t *client, int level, const char *facility, const char *line)
{
	struct source *source = client ? rd_kafka_opaque(client) : NULL;

	(void)level;
	if (source)
		lost_note(&source->feeds.lost, facility, line);
}

/* What the settings do not say. */
static void
set_if_free(struct source *source, rd_kafka_conf_t *conf, const char *name, const char *value)
{
	if (!kafka_property_find(&source->settings.client, name))
		kafka_conf_set(conf, name, value);
}

static void
bound_memory(struct source *source, rd_kafka_conf_t *conf)
{
	set_if_free(source, conf, "queued.max.messages.kbytes", QUEUE_KBYTES);
	set_if_free(source, conf, "queued.min.messages", "1000000");
	/* Who has longer records says so with it, and the library takes no smaller fetch. */
	if (!kafka_property_find(&source->settings.client, "message.max.bytes"))
		set_if_free(source, conf, "fetch.max.bytes", FETCH_BYTES);
}

static bool
open_client(struct source *source, bool *needs_kick, struct error *err)
{
	rd_kafka_conf_t *conf;

	if (!kafka_reader_conf(
		&source->settings.client, source->folder, source->settings.group, &conf, err))
		return false;
	bound_memory(source, conf);
	set_if_free(source, conf, "fetch.wait.max.ms", "100");
	set_if_free(source, conf, "topic.metadata.refresh.interval.ms", "30000");
	/* A topic that is gone is said at once: it may come back as another one. */
	set_if_free(source, conf, "topic.metadata.propagation.max.ms", "0");
	*needs_kick = !kafka_property_find(&source->settings.client, "fetch.queue.backoff.ms") &&
	    !kafka_conf_try(conf, "fetch.queue.backoff.ms", "5");
	if (!kafka_property_find(&source->settings.client, "debug")) {
		kafka_conf_set(conf, "debug", "topic");
		rd_kafka_conf_set_log_cb(conf, on_log);
	}
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_opaque(conf, source);
	if (!kafka_client_open(RD_KAFKA_CONSUMER, conf, &source->client, err))
		return false;
	rd_kafka_poll_set_consumer(source->client);
	source->queue = rd_kafka_queue_get_consumer(source->client);
	return true;
}

static void
tell_feed(struct source *source, struct feed *feed)
{
	if (feed->acknowledged == feed->told)
		return;
	watch_commit(source->watch, feed->topic->name, feed->number, feed->acknowledged);
	feed->told = feed->acknowledged;
}

/* What the route acknowledged, for the group. */
static void
tell_all(struct source *source)
{
	size_t i, k;

	for (i = 0; i < source->feeds.topic_count; i++)
		for (k = 0; k < source->feeds.topics[i]->feed_count; k++)
			tell_feed(source, source->feeds.topics[i]->feeds[k]);
}

static void
source_close(struct source *source)
{
	if (!source)
		return;
	kick_close(source->kick);
	if (source->watch)
		tell_all(source);
	watch_close(source->watch);
	intake_fini(&source->intake);
	kafka_framing_close(&source->feeds.framing);
	if (source->queue)
		rd_kafka_queue_destroy(source->queue);
	if (source->client) {
		rd_kafka_consumer_close(source->client);
		rd_kafka_destroy(source->client);
	}
	lost_fini(&source->feeds.lost);
	feeds_fini(&source->feeds);
	kafka_settings_fini(&source->settings);
	memory_free(source->folder);
	memory_free(source);
}

static bool
start(struct source *source, size_t record_bytes_max, struct error *err)
{
	struct watch_options watch = {.settings = &source->settings, .folder = source->folder};
	bool needs_kick = false;

	if (!open_client(source, &needs_kick, err))
		return false;
	source->feeds.client = watch.client = source->client;
	intake_init(&source->intake, source->queue, record_bytes_max);
	if (needs_kick && !kick_open(source->client, &source->kick, err))
		return false;
	return watch_open(&watch, &source->watch, err);
}

static bool
source_open(const struct source_options *options, const struct source_host *host,
    struct source **opened, struct error *err)
{
	struct source *source = memory_get(sizeof(*source));
	struct yaml_problems problems = {0};
	bool good;

	lost_init(&source->feeds.lost);
	source->opened_ms = monotonic_ms();
	source->folder = memory_text(options->folder ? options->folder : "");
	source->feeds.host = *host;
	source->feeds.source = memory_text(options->name);
	source->feeds.settings = &source->settings;
	source->feeds.until_end = options->until_end;
	kafka_settings_read(
	    options->settings_file, options->settings, &source->settings, &problems);
	good = yaml_problems_check(&problems, err) &&
	    kafka_framing_open(options, &source->settings, &source->feeds.framing, err) &&
	    start(source, options->record_bytes_max, err);
	yaml_problems_fini(&problems);
	if (!good) {
		source_close(source);
		return false;
	}
	*opened = source;
	return true;
}

/* --- one read ---------------------------------------------------------------------------- */

void
kafka_take_look(struct source *source)
{
	struct look *look = watch_take_look(source->watch);
	int64_t now_ms = monotonic_ms();

	if (look && look->error)
		kafka_is_away(source, now_ms);
	if (look && !look->error) {
		kafka_is_there(source);
		feeds_look(&source->feeds, look, now_ms);
		if (source->kick)
			kick_leaders(source->kick, &source->feeds);
	}
	look_close(look);
}

static void
say_registry(struct source *source)
{
	char sentence[512];

	while (source->feeds.framing.registry &&
	    registry_news(source->feeds.framing.registry, sentence, sizeof(sentence)))
		feeds_notice(&source->feeds, "%s", sentence);
}

static void
take_news(struct source *source)
{
	kafka_take_look(source);
	say_registry(source);
	feeds_settle_doubts(&source->feeds, source->watch);
	if (source->feeds.look_soon)
		watch_look_soon(source->watch);
	source->feeds.look_soon = false;
}

static void
tell_group(struct source *source)
{
	struct watch_counts counts;
	int64_t now_ms = monotonic_ms();

	if (now_ms - source->group_ms < ACKNOWLEDGE_EVERY_MS)
		return;
	source->group_ms = now_ms;
	tell_all(source);
	watch_counts(source->watch, &counts);
	if (*counts.commit_trouble && !source->group_told)
		feeds_notice(&source->feeds,
		    "the group %s cannot be told how far we are (nothing is lost by it; an ACL "
		    "must let this user READ the group): %s",
		    source->settings.group, counts.commit_trouble);
	source->group_told = *counts.commit_trouble != '\0';
}

static bool
finish(struct source *source, enum source_state *state, struct error *err)
{
	const struct feeds *feeds = &source->feeds;
	bool lost = feeds->until_end && source->away_ms && feeds->failures;

	*state = SOURCE_IDLE;
	if (!feeds->until_end || (!lost && !feeds_done(feeds)))
		return true;
	*state = SOURCE_END;
	if (!feeds->failures)
		return true;
	if (feeds->failures == 1)
		return error_set(err, feeds->failure.kind, "%s", feeds->failure.text);
	return error_set(err, feeds->failure.kind, "%s (and %zu more)", feeds->failure.text,
	    feeds->failures - 1);
}

/* Whether something was added. */
static bool
read_now(struct source *source, struct batch *batch)
{
	size_t before = batch->count;
	uint64_t messages = source->intake.messages;

	take_news(source);
	intake_settle(&source->feeds, batch);
	intake_release_held(&source->intake, &source->feeds, batch);
	feeds_assign(&source->feeds);
	intake_fill(&source->intake, &source->feeds, batch);
	feeds_assign(&source->feeds);
	if (source->kick)
		kick_look(source->kick, rd_kafka_queue_length(source->queue),
		    source->intake.messages > messages, monotonic_ms());
	return batch->count > before || batch_full(batch);
}

static bool
source_read(struct source *source, struct batch *batch, int64_t longest_ms,
    enum source_state *state, struct error *err)
{
	int64_t deadline = monotonic_ms() + longest_ms, left;

	source->was_read = true;
	intake_release(&source->intake);
	kafka_framing_forget(&source->feeds.framing);
	tell_group(source);
	for (;;) {
		*state = SOURCE_MORE;
		if (read_now(source, batch))
			return true;
		if (!finish(source, state, err))
			return false;
		left = deadline - monotonic_ms();
		if (*state == SOURCE_END || left <= 0)
			return true;
		intake_wait(&source->intake, &source->feeds, left < POLL_MS ? left : POLL_MS);
	}
}

/* --- what the route asks ------------------------------------------------------------------ */

static void
acknowledge(struct source *source, const struct partition *partition)
{
	struct feed *feed = partition->ended ? NULL : feeds_of(&source->feeds, partition);

	if (feed)
		feed->acknowledged = partition->next_offset;
}

static void
again(struct source *source, struct message *message)
{
	kafka_framing_again(&source->feeds.framing, message);
}

const struct source_type kafka_source = {
    .name = "kafka",
    .summary = "topics of a Kafka cluster: JSON, Avro with a schema registry",
    .check = check,
    .open = source_open,
    .read = source_read,
    .acknowledge = acknowledge,
    .again = again,
    .lag = kafka_lag,
    .backlog = kafka_backlog,
    .measure = kafka_measure,
    .figures = kafka_figures,
    .close = source_close,
    .reread = kafka_reread,
    .examine = kafka_examine,
    .survey = kafka_survey,
};
