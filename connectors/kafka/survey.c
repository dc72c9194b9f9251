/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One partition after the other, so that what looks a record's neighbours up finds
 * them side by side.
 */
#include "survey.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "client.h"
#include "record.h"
#include "settings.h"
#include "trouble.h"

#define ASK_MS 10000
#define SILENCE_MS 30000 /* nothing came for so long: given up */
#define POLL_MS 200
#define FETCH_MAX 1024

struct span {
	int64_t low, high;
};

struct survey {
	const char *topic;
	const struct source_surveyor *surveyor;
	size_t record_bytes_max;
	rd_kafka_t *client;
	rd_kafka_queue_t *queue;
	struct span *spans; /* [partition] */
	int count;
	int64_t next, done_before, all;
	struct arena arena;
	struct kafka_trouble trouble;
};

static void
on_error(rd_kafka_t *client, int code, const char *reason, void *context)
{
	struct survey *survey = context;

	(void)client;
	kafka_trouble_note(&survey->trouble, code, reason);
}

static bool
open_client(struct survey *survey, const struct kafka_client_settings *settings, const char *folder,
    struct error *err)
{
	rd_kafka_conf_t *conf;

	if (!kafka_reader_conf(settings, folder, "dyetrace", &conf, err))
		return false;
	kafka_conf_set(conf, "fetch.wait.max.ms", "50");
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_opaque(conf, survey);
	if (!kafka_client_open(RD_KAFKA_CONSUMER, conf, &survey->client, err))
		return false;
	rd_kafka_poll_set_consumer(survey->client);
	survey->queue = rd_kafka_queue_get_consumer(survey->client);
	return true;
}

/* What the client said before tells more than that time ran out. */
static bool
failed(const struct survey *survey, rd_kafka_resp_err_t error, struct error *err)
{
	char why[KAFKA_TROUBLE_BYTES];

	if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	    error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
		return error_set(err, ERROR_USAGE, "the brokers have no topic of that name");
	if (survey->trouble.code &&
	    (error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT))
		kafka_trouble_seen(&survey->trouble, why, sizeof(why));
	else
		kafka_trouble_text(error, rd_kafka_err2str(error), why, sizeof(why));
	return error_set(err, ERROR_IO, "%s", why);
}

/* --- which partitions, and how far ------------------------------------------------------- */

static bool
count_partitions(struct survey *survey, struct error *err)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(survey->client, survey->topic, NULL);
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_resp_err_t error = rd_kafka_last_error();

	if (topic) {
		error = rd_kafka_metadata(survey->client, 0, topic, &metadata, ASK_MS);
		rd_kafka_topic_destroy(topic);
	}
	/* Errors of the connection wait in the queue. */
	rd_kafka_poll(survey->client, 0);
	if (!error && metadata->topic_cnt == 1) {
		error = metadata->topics[0].err;
		survey->count = metadata->topics[0].partition_cnt;
	}
	if (metadata)
		rd_kafka_metadata_destroy(metadata);
	return error ? failed(survey, error, err) : true;
}

static bool
look(struct survey *survey, struct error *err)
{
	rd_kafka_resp_err_t error;
	int i;

	if (!count_partitions(survey, err))
		return false;
	survey->spans = memory_get_array((size_t)survey->count + 1, sizeof(*survey->spans));
	for (i = 0; i < survey->count; i++) {
		struct span *span = &survey->spans[i];

		error = rd_kafka_query_watermark_offsets(
		    survey->client, survey->topic, i, &span->low, &span->high, ASK_MS);
		if (error)
			return failed(survey, error, err);
		survey->all += span->high - span->low;
	}
	return true;
}

/* --- one partition ----------------------------------------------------------------------- */

static bool
take(struct survey *survey, struct partition *partition, const struct span *span,
    const rd_kafka_message_t *record, struct error *err)
{
	struct message message = {.partition = partition};

	if (record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		/* With a transaction that is still open its end is before the log's. */
		survey->next = span->high;
		return true;
	}
	if (record->err)
		return failed(survey, record->err, err);
	if (record->offset < survey->next || record->offset >= span->high) {
		survey->next = record->offset >= span->high ? span->high : survey->next;
		return true;
	}
	record_fill(record, survey->record_bytes_max, &survey->arena, &message);
	survey->next = record->offset + 1;
	return survey->surveyor->visit(survey->surveyor->context, &message, err);
}

static bool
take_all(struct survey *survey, struct partition *partition, const struct span *span,
    rd_kafka_message_t **records, ssize_t count, struct error *err)
{
	bool good = true;
	ssize_t i;

	for (i = 0; i < count; i++) {
		/* What a partition before this one still had in the queue is not meant. */
		if (records[i]->rkt && records[i]->partition == (int32_t)partition->number &&
		    survey->next < span->high)
			good = good && take(survey, partition, span, records[i], err);
		rd_kafka_message_destroy(records[i]);
	}
	arena_reset(&survey->arena);
	if (survey->surveyor->progress)
		survey->surveyor->progress(survey->surveyor->context,
		    survey->done_before + survey->next - span->low, survey->all);
	return good;
}

static bool
walk(struct survey *survey, struct partition *partition, const struct span *span,
    rd_kafka_message_t **records, struct error *err)
{
	int64_t heard_ms = monotonic_ms();
	bool good = true;
	ssize_t count;

	while (good && survey->next < span->high) {
		count = rd_kafka_consume_batch_queue(survey->queue, 0, records, FETCH_MAX);
		if (count <= 0)
			count = rd_kafka_consume_batch_queue(survey->queue, POLL_MS, records, 1);
		if (count > 0)
			heard_ms = monotonic_ms();
		else if (monotonic_ms() - heard_ms > SILENCE_MS)
			return failed(survey, RD_KAFKA_RESP_ERR__TIMED_OUT, err);
		good = take_all(survey, partition, span, records, count, err);
	}
	return good;
}

static bool
survey_partition(struct survey *survey, int number, rd_kafka_message_t **records, struct error *err)
{
	const struct span *span = &survey->spans[number];
	rd_kafka_topic_partition_list_t *list;
	char name[KAFKA_TOPIC_BYTES_MAX + 16];
	struct partition partition = {.number = (uint32_t)number, .name = name};
	bool good;

	survey->next = span->low;
	if (span->low >= span->high)
		return true;
	snprintf(name, sizeof(name), "%s/%d", survey->topic, number);
	list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, survey->topic, number)->offset = span->low;
	rd_kafka_assign(survey->client, list);
	rd_kafka_topic_partition_list_destroy(list);
	good = walk(survey, &partition, span, records, err) ||
	    error_within(err, "partition %d", number);
	rd_kafka_assign(survey->client, NULL);
	survey->done_before += span->high - span->low;
	return good;
}

static bool
survey_all(struct survey *survey, struct error *err)
{
	rd_kafka_message_t **records = memory_get_array(FETCH_MAX, sizeof(rd_kafka_message_t *));
	bool good = look(survey, err);
	int i;

	for (i = 0; good && i < survey->count; i++)
		good = survey_partition(survey, i, records, err);
	memory_free(records);
	memory_free(survey->spans);
	rd_kafka_queue_destroy(survey->queue);
	rd_kafka_consumer_close(survey->client);
	rd_kafka_destroy(survey->client);
	return good;
}

bool
kafka_survey(const struct source_options *options, const char *topic,
    const struct source_surveyor *surveyor, struct error *err)
{
	struct survey survey = {
	    .topic = topic, .surveyor = surveyor, .record_bytes_max = options->record_bytes_max};
	struct kafka_client_settings settings;
	struct yaml_problems problems = {0};
	bool good;

	if (!*topic || strlen(topic) > KAFKA_TOPIC_BYTES_MAX)
		return error_set(err, ERROR_USAGE, "a topic has 1 to %d letters in its name",
		    KAFKA_TOPIC_BYTES_MAX);
	arena_init(&survey.arena);
	kafka_client_settings_read(
	    options->settings_file, options->settings, NULL, &settings, &problems);
	good = yaml_problems_check(&problems, err) &&
	    open_client(&survey, &settings, options->folder, err) && survey_all(&survey, err);
	if (!good)
		error_within(err, "topic %s", topic);
	arena_fini(&survey.arena);
	yaml_problems_fini(&problems);
	kafka_client_settings_fini(&settings);
	return good;
}
