/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the start to where the store is. What the broker does not give on the way
 * is a gap; whether these are the gaps that are recorded tells whether it still has
 * what was read.
 */
#include "reread.h"

#include <stdlib.h>

#include "base/memory.h"
#include "client.h"
#include "record.h"
#include "settings.h"
#include "trouble.h"

#define ASK_MS 10000
#define SILENCE_MS 30000 /* nothing came for so long: given up */
#define POLL_MS 200
#define FETCH_MAX 1024

struct again {
	const struct partition *partition;
	char *topic;
	int32_t number;
	size_t record_bytes_max;
	rd_kafka_t *client;
	rd_kafka_queue_t *queue;
	int64_t next; /* offset of the position that is visited next */
	int64_t gaps;
	struct arena arena;
	bool (*visit)(void *context, const struct message *message);
	void *context;
};

static bool
open_client(const struct kafka_settings *settings, const char *folder, rd_kafka_t **client,
    struct error *err)
{
	rd_kafka_conf_t *conf;

	if (!kafka_reader_conf(&settings->client, folder, settings->group, &conf, err))
		return false;
	kafka_conf_set(conf, "fetch.wait.max.ms", "50");
	if (!kafka_client_open(RD_KAFKA_CONSUMER, conf, client, err))
		return false;
	rd_kafka_poll_set_consumer(*client);
	return true;
}

/* false: visit does not want more */
static bool
visit_gap(struct again *again, int64_t to)
{
	struct message gap = {.kind = MESSAGE_GAP,
	    .partition = (struct partition *)again->partition,
	    .offset = again->next,
	    .count = to - again->next,
	    .source_time_ms = TIME_NONE};

	if (to <= again->next)
		return true;
	again->next = to;
	again->gaps += gap.count;
	return again->visit(again->context, &gap);
}

static bool
visit_record(struct again *again, const rd_kafka_message_t *record)
{
	struct message message = {.count = 1, .source_time_ms = TIME_NONE};

	message.partition = (struct partition *)again->partition;
	record_fill(record, again->record_bytes_max, &again->arena, &message);
	again->next = record->offset + 1;
	return again->visit(again->context, &message);
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
take(struct again *again, const rd_kafka_message_t *record, struct error *err)
{
	int64_t end = again->partition->next_offset;
	char why[KAFKA_TROUBLE_BYTES];

	if (again->next >= end || (!record->err && record->offset < again->next))
		return true;
	if (!record->err || record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
		return visit_gap(again, least(record->offset, end)) &&
		    (record->err || again->next >= end || visit_record(again, record));
	kafka_trouble_text(record->err, rd_kafka_message_errstr(record), why, sizeof(why));
	return error_set(err,
	    record->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ? ERROR_MISSING : ERROR_IO, "%s",
	    why);
}

static bool
take_all(struct again *again, rd_kafka_message_t **records, ssize_t count, struct error *err)
{
	bool good = true;
	ssize_t i;

	for (i = 0; i < count; i++) {
		good = good && take(again, records[i], err);
		rd_kafka_message_destroy(records[i]);
	}
	arena_reset(&again->arena);
	return good;
}

static bool
walk(struct again *again, struct error *err)
{
	rd_kafka_message_t **records = memory_get_array(FETCH_MAX, sizeof(*records));
	int64_t heard_ms = monotonic_ms();
	ssize_t count;
	bool good = true;

	while (good && again->next < again->partition->next_offset) {
		count = rd_kafka_consume_batch_queue(again->queue, 0, records, FETCH_MAX);
		if (!count)
			count = rd_kafka_consume_batch_queue(again->queue, POLL_MS, records, 1);
		if (count > 0)
			heard_ms = monotonic_ms();
		else if (monotonic_ms() - heard_ms > SILENCE_MS)
			good = error_set(err, ERROR_IO, "offset %lld: nothing came for %d s",
			    (long long)again->next, SILENCE_MS / 1000);
		good = take_all(again, records, count, err) && good;
	}
	memory_free(records);
	return good;
}

static void
assign(struct again *again)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(list, again->topic, again->number)->offset = again->next;
	rd_kafka_assign(again->client, list);
	rd_kafka_topic_partition_list_destroy(list);
}

/* Positions before the log's beginning are gone. */
static bool
begin(struct again *again, struct error *err)
{
	const struct partition *partition = again->partition;
	char why[KAFKA_TROUBLE_BYTES];
	int64_t low, high;
	rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
	    again->client, again->topic, again->number, &low, &high, ASK_MS);

	if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	    error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
	    error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
		return error_set(err, ERROR_MISSING, "the broker has no such partition any more");
	if (error) {
		kafka_trouble_text(error, rd_kafka_err2str(error), why, sizeof(why));
		return error_set(err, ERROR_IO, "%s", why);
	}
	if (high < partition->next_offset)
		return error_set(err, ERROR_MISSING,
		    "the broker's log ends at offset %lld, %lld was reached: it was cut or made "
		    "anew",
		    (long long)high, (long long)partition->next_offset);
	return visit_gap(again, least(low, partition->next_offset));
}

/* The gaps are the recorded ones, or something that was read is gone. */
static bool
check_gaps(const struct again *again, struct error *err)
{
	const struct partition *partition = again->partition;

	if (again->gaps > partition->gaps)
		return error_set(err, ERROR_MISSING,
		    "the broker no longer has %lld of the records that were read (retention or "
		    "compaction removed them)",
		    (long long)(again->gaps - partition->gaps));
	if (again->gaps < partition->gaps)
		return error_set(err, ERROR_MISSING,
		    "the broker has %lld records at positions that were passed over (`skip`), so "
		    "the contents cannot be compared",
		    (long long)(partition->gaps - again->gaps));
	return true;
}

/* TOPIC/NUMBER taken apart. */
static bool
take_name(struct again *again, const char *name, struct error *err)
{
	const char *slash = strrchr(name, '/');

	if (!slash)
		return error_set(err, ERROR_MISSING, "%s is no partition of a topic", name);
	again->topic = memory_text_n(name, (size_t)(slash - name));
	again->number = (int32_t)strtol(slash + 1, NULL, 10);
	return true;
}

static bool
reread(struct again *again, struct error *err)
{
	bool good;

	again->queue = rd_kafka_queue_get_consumer(again->client);
	good = begin(again, err);
	if (good) {
		assign(again);
		good = walk(again, err) && check_gaps(again, err);
	}
	rd_kafka_queue_destroy(again->queue);
	rd_kafka_consumer_close(again->client);
	rd_kafka_destroy(again->client);
	return good;
}

bool
kafka_reread(const struct source_options *options, const struct partition *partition,
    bool (*visit)(void *context, const struct message *message), void *context, struct error *err)
{
	struct again again = {.partition = partition,
	    .record_bytes_max = options->record_bytes_max,
	    .next = partition->start,
	    .visit = visit,
	    .context = context};
	struct kafka_settings settings;
	struct yaml_problems problems = {0};
	bool good = false;

	arena_init(&again.arena);
	kafka_settings_read(options->settings_file, options->settings, &settings, &problems);
	if (partition->ended)
		error_set(err, ERROR_MISSING,
		    "incarnation %u has ended: the broker has what came after it",
		    partition->incarnation);
	else
		good = yaml_problems_check(&problems, err) &&
		    take_name(&again, partition->name, err) &&
		    open_client(&settings, options->folder, &again.client, err) &&
		    reread(&again, err);
	if (!good)
		error_within(err, "%s", partition->name);
	memory_free(again.topic);
	arena_fini(&again.arena);
	yaml_problems_fini(&problems);
	kafka_settings_fini(&settings);
	return good;
}
