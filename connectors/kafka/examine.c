/* SPDX-License-Identifier: Apache-2.0 */
/* Brokers, topics, rights, clocks, retention, the group, the schema registry: in this order. */
#include "examine.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "framing.h"
#include "look.h"
#include "probe.h"
#include "trouble.h"
#include "version.h"

#define ASK_MS 5000
#define PROBE_MS 8000
#define SKEW_MS 300000     /* a record from so far ahead is of a clock that is wrong */
#define RETENTION_NEAR 0.7 /* of the retention: what we have not read is about to go */

struct examination {
	const struct source_options *options;
	const struct partition *const *partitions; /* of the store; NULL-terminated */
	const struct source_examiner *examiner;
	struct kafka_settings settings;
	rd_kafka_t *client;
	struct look *look;
	struct probes probes;
	struct kafka_trouble trouble;
};

static void say(const struct examination *examination, enum source_health health,
    const char *advice, const char *format, ...) PRINTF_LIKE(4, 5);

static void
say(const struct examination *examination, enum source_health health, const char *advice,
    const char *format, ...)
{
	char what[600];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	examination->examiner->say(
	    examination->examiner->context, health, what, health == SOURCE_WELL ? NULL : advice);
}

static void
on_error(rd_kafka_t *client, int code, const char *reason, void *context)
{
	struct examination *examination = context;

	(void)client;
	kafka_trouble_note(&examination->trouble, code, reason);
}

static bool
open_client(struct examination *examination)
{
	struct probe_client_options options = {.settings = &examination->settings.client,
	    .folder = examination->options->folder,
	    .group = examination->settings.group,
	    .on_error = on_error,
	    .context = examination};
	struct error err = {0};

	if (probe_client_open(&options, &examination->client, &err))
		return true;
	say(examination, SOURCE_ILL, "correct the source's `kafka` settings", "%s", err.text);
	return false;
}

/* --- brokers ----------------------------------------------------------------------------- */

static void
say_away(struct examination *examination)
{
	rd_kafka_message_t *message = rd_kafka_consumer_poll(examination->client, 0);
	char why[KAFKA_TROUBLE_BYTES];

	if (message)
		rd_kafka_message_destroy(message);
	kafka_trouble_seen(&examination->trouble, why, sizeof(why));
	say(examination, SOURCE_ILL, why, "no broker of %s can be read from",
	    examination->settings.client.servers);
}

static bool
look_at_brokers(struct examination *examination)
{
	rd_kafka_topic_t **topics =
	    memory_get_array(examination->settings.topic_count + 1, sizeof(*topics));
	char version[KAFKA_VERSION_BYTES];
	size_t i;

	look_name_topics(examination->client, &examination->settings, topics);
	examination->look = look_topics(examination->client, &examination->settings, ASK_MS);
	for (i = 0; i < examination->settings.topic_count; i++)
		rd_kafka_topic_destroy(topics[i]);
	memory_free(topics);
	if (examination->look->error) {
		say_away(examination);
		return false;
	}
	look_offsets(examination->look, examination->client, &examination->settings, ASK_MS);
	look_policies(examination->look, examination->client, ASK_MS);
	say(examination, SOURCE_WELL, NULL, "brokers of %s answer, %s; librdkafka %s",
	    examination->settings.client.servers,
	    kafka_version(examination->client, ASK_MS, version), rd_kafka_version_str());
	return true;
}

/* --- topics ------------------------------------------------------------------------------ */

static const struct partition *
stored(const struct examination *examination, const char *topic, size_t number)
{
	const struct partition *const *partition, *latest = NULL;
	char name[KAFKA_TOPIC_BYTES_MAX + 32];

	snprintf(name, sizeof(name), "%s/%zu", topic, number);
	for (partition = examination->partitions; partition && *partition; partition++)
		if (strcmp((*partition)->source, examination->options->name) == 0 &&
		    strcmp((*partition)->name, name) == 0)
			latest = *partition;
	return latest;
}

static void
look_at_topic(struct examination *examination, const struct look_topic *topic)
{
	char why[KAFKA_TROUBLE_BYTES];
	size_t i, without = 0;

	if (topic->error) {
		kafka_trouble_text(topic->error, NULL, why, sizeof(why));
		say(examination, SOURCE_ILL, why, "topic %s cannot be seen", topic->name);
		return;
	}
	for (i = 0; i < topic->partition_count; i++)
		without += topic->partitions[i].end == LOOK_UNKNOWN;
	if (without)
		say(examination, SOURCE_ILL, "look at the brokers: a leader is missing",
		    "topic %s: %zu of %zu partitions have no leader that answers", topic->name,
		    without, topic->partition_count);
	else
		say(examination, SOURCE_WELL, NULL, "topic %s has %zu partitions", topic->name,
		    topic->partition_count);
}

/* Each partition is asked for the record that we would read next, or for its last one. */
static void
collect_probes(struct examination *examination, const struct look_topic *topic)
{
	size_t i;

	for (i = 0; i < topic->partition_count; i++) {
		const struct look_partition *look = &topic->partitions[i];
		const struct partition *ours = stored(examination, topic->name, i);
		int64_t from = look->end - 1;

		if (look->end == LOOK_UNKNOWN || look->low >= look->end)
			continue;
		if (ours && ours->next_offset >= look->low && ours->next_offset < look->end)
			from = ours->next_offset;
		probes_add(&examination->probes, topic->name, (int32_t)i, from);
	}
}

static void
look_at_rights(struct examination *examination, const struct look_topic *topic)
{
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
	char why[KAFKA_TROUBLE_BYTES];
	size_t i, asked = 0, failed = 0;

	for (i = 0; i < examination->probes.count; i++) {
		const struct probe *probe = &examination->probes.items[i];

		if (strcmp(probe->topic, topic->name) != 0)
			continue;
		asked++;
		failed += probe->answer == PROBE_FAILED;
		error = probe->error ? probe->error : error;
	}
	if (!asked || topic->error)
		return;
	kafka_trouble_text(error ? error : RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, why, sizeof(why));
	if (failed)
		say(examination, SOURCE_ILL, why, "topic %s: %zu partitions cannot be read",
		    topic->name, failed);
	else
		say(examination, SOURCE_WELL, NULL, "topic %s may be read", topic->name);
}

/* --- clocks and retention ------------------------------------------------------------------ */

static void
look_at_clock(struct examination *examination)
{
	int64_t newest = TIME_NONE, now = timestamp_now();
	char text[TIMESTAMP_TEXT_BYTES];
	size_t i;

	for (i = 0; i < examination->probes.count; i++)
		if (examination->probes.items[i].answer == PROBE_FOUND &&
		    examination->probes.items[i].time_ms > newest)
			newest = examination->probes.items[i].time_ms;
	if (newest == TIME_NONE)
		return;
	if (newest > now + SKEW_MS)
		say(examination, SOURCE_DOUBTFUL,
		    "the clock of a broker, of a producer or of this machine is wrong: compare "
		    "them",
		    "a record is of %s, which is %lld s ahead of this machine",
		    timestamp_text(newest, text), (long long)((newest - now) / 1000));
	else
		say(examination, SOURCE_WELL, NULL, "no record is ahead of this machine's clock");
}

static void
look_at_retention_of(struct examination *examination, const struct look_topic *topic,
    const struct probe *probe, const struct partition *ours)
{
	const struct look_partition *look = &topic->partitions[probe->partition];
	int64_t age = timestamp_now() - probe->time_ms;

	if (ours->next_offset < look->low)
		say(examination, SOURCE_ILL,
		    "raise the topic's `retention.ms`, or let the tracker run",
		    "%s: offsets %lld to %lld are gone before they were read", ours->name,
		    (long long)ours->next_offset, (long long)look->low - 1);
	else if (ours->next_offset < look->end && topic->retention_ms > 0 &&
	    probe->answer == PROBE_FOUND && probe->time_ms != TIME_NONE &&
	    (double)age > RETENTION_NEAR * (double)topic->retention_ms)
		say(examination, SOURCE_DOUBTFUL,
		    "let the tracker catch up, or raise the topic's `retention.ms`",
		    "%s: %lld records are unread, the oldest is %lld min old and is kept for %lld "
		    "min",
		    ours->name, (long long)(look->end - ours->next_offset),
		    (long long)(age / 60000), (long long)(topic->retention_ms / 60000));
}

static void
look_at_retention(struct examination *examination)
{
	size_t i;

	for (i = 0; i < examination->probes.count; i++) {
		const struct probe *probe = &examination->probes.items[i];
		const struct partition *ours =
		    stored(examination, probe->topic, (size_t)probe->partition);
		const struct look_topic *topic = look_find(examination->look, probe->topic);

		if (ours && topic)
			look_at_retention_of(examination, topic, probe, ours);
	}
}

/* --- the group, the registry ----------------------------------------------------------------- */

static void
look_at_group(struct examination *examination)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
	char why[KAFKA_TROUBLE_BYTES];

	if (examination->probes.count) {
		rd_kafka_topic_partition_list_add(list, examination->probes.items[0].topic,
		    examination->probes.items[0].partition);
		error = rd_kafka_committed(examination->client, list, ASK_MS);
	}
	kafka_trouble_text(error, NULL, why, sizeof(why));
	if (error)
		say(examination, SOURCE_DOUBTFUL, why,
		    "the group %s cannot be told how far we are (nothing is lost by it; an ACL "
		    "must let this user READ the group)",
		    examination->settings.group);
	else
		say(examination, SOURCE_WELL, NULL, "the group %s shows how far we are",
		    examination->settings.group);
	rd_kafka_topic_partition_list_destroy(list);
}

static void
say_registry(void *context, bool well, const char *what, const char *advice)
{
	say(context, well ? SOURCE_WELL : SOURCE_ILL, advice, "%s", what);
}

static void
look_at_registry(struct examination *examination)
{
	struct registry_settings settings;
	struct error err = {0};
	bool has;

	if (!kafka_registry_settings(examination->options, &settings, &has, &err))
		say(examination, SOURCE_ILL, "correct `schema.registry` in the settings", "%s",
		    err.text);
	else if (has)
		registry_examine(&settings, say_registry, examination);
	registry_settings_fini(&settings);
}

static void
look_at_all(struct examination *examination)
{
	size_t i;

	if (!look_at_brokers(examination))
		return;
	if (!examination->look->topic_count)
		say(examination, SOURCE_ILL,
		    "compare `topics.regex`, which is of the whole name, with the topics' names; "
		    "an ACL must let this user DESCRIBE them",
		    "no topic matches `topics.regex`");
	for (i = 0; i < examination->look->topic_count; i++) {
		look_at_topic(examination, &examination->look->topics[i]);
		collect_probes(examination, &examination->look->topics[i]);
	}
	if (examination->probes.count)
		probes_ask(examination->client, &examination->probes, PROBE_MS);
	for (i = 0; i < examination->look->topic_count; i++)
		look_at_rights(examination, &examination->look->topics[i]);
	look_at_clock(examination);
	look_at_retention(examination);
	look_at_group(examination);
}

void
kafka_examine(const struct source_options *options, const struct partition *const *partitions,
    const struct source_examiner *examiner)
{
	struct examination examination = {
	    .options = options, .partitions = partitions, .examiner = examiner};
	struct yaml_problems problems = {0};

	/* Mistakes in the settings are `check`'s. */
	if (kafka_settings_read(
		options->settings_file, options->settings, &examination.settings, &problems) &&
	    open_client(&examination)) {
		look_at_all(&examination);
		look_at_registry(&examination);
		rd_kafka_consumer_close(examination.client);
		rd_kafka_destroy(examination.client);
	}
	look_close(examination.look);
	probes_fini(&examination.probes);
	yaml_problems_fini(&problems);
	kafka_settings_fini(&examination.settings);
}
