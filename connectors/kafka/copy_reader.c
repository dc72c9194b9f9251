/* SPDX-License-Identifier: Apache-2.0 */
#include "copy_reader.h"

#include "base/memory.h"
#include "client.h"
#include "trouble.h"

#define TAKE_MAX 256    /* messages taken from a queue at once */
#define KICK_AFTER_MS 5 /* nothing came for so long, and something is there: the client sleeps */
#define ASK_MS 5000

struct copy_log {
	struct copy_reader *reader;
	char *topic;
	int32_t partition;
	rd_kafka_topic_t *handle;
	bool started, jumped;
	int64_t jumped_to; /* by a first jump, which is looked at again */
	int64_t gone_below;
	rd_kafka_message_t *taken[TAKE_MAX];
	size_t count, next;
};

struct copy_reader {
	rd_kafka_t *client;
	struct copy_log **logs;
	size_t count, capacity;
};

/* --- opening --------------------------------------------------------------------------- */

bool
copy_reader_open(const struct kafka_client_settings *client, const char *folder, const char *group,
    struct copy_reader **out, struct error *err)
{
	struct copy_reader *reader;
	rd_kafka_conf_t *conf;
	rd_kafka_t *handle;

	if (!kafka_client_conf(client, folder, &conf, err))
		return false;
	kafka_conf_set(conf, "group.id", group);
	kafka_conf_set(conf, "enable.auto.commit", "false");
	kafka_conf_set(conf, "auto.commit.enable", "false");
	kafka_conf_set(conf, "auto.offset.reset", "error");
	kafka_conf_set(conf, "isolation.level", "read_committed");
	kafka_conf_set(conf, "queued.max.messages.kbytes", "4096"); /* of each partition */
	kafka_conf_try(conf, "fetch.queue.backoff.ms", "5");
	if (!kafka_client_open(RD_KAFKA_CONSUMER, conf, &handle, err))
		return false;
	reader = memory_get(sizeof(*reader));
	reader->client = handle;
	*out = reader;
	return true;
}

static void
drop_taken(struct copy_log *log)
{
	for (; log->next < log->count; log->next++)
		rd_kafka_message_destroy(log->taken[log->next]);
	log->count = log->next = 0;
}

static void
log_close(struct copy_log *log)
{
	drop_taken(log);
	if (log->started)
		rd_kafka_consume_stop(log->handle, log->partition);
	if (log->handle)
		rd_kafka_topic_destroy(log->handle);
	memory_free(log->topic);
	memory_free(log);
}

void
copy_reader_close(struct copy_reader *reader)
{
	size_t i;

	if (!reader)
		return;
	for (i = 0; i < reader->count; i++)
		log_close(reader->logs[i]);
	memory_free(reader->logs);
	rd_kafka_destroy(reader->client);
	memory_free(reader);
}

rd_kafka_t *
copy_reader_handle(const struct copy_reader *reader)
{
	return reader->client;
}

bool
copy_reader_log(struct copy_reader *reader, const char *topic, int32_t partition,
    struct copy_log **out, struct error *err)
{
	struct copy_log *log = memory_get(sizeof(*log));

	*log = (struct copy_log){
	    .reader = reader, .topic = memory_text(topic), .partition = partition};
	log->handle = rd_kafka_topic_new(reader->client, topic, NULL);
	if (!log->handle) {
		log_close(log);
		return error_set(
		    err, ERROR_IO, "topic %s: %s", topic, rd_kafka_err2str(rd_kafka_last_error()));
	}
	memory_grow(&reader->logs, &reader->capacity, reader->count + 1, sizeof(*reader->logs));
	reader->logs[reader->count++] = log;
	*out = log;
	return true;
}

/* --- messages -------------------------------------------------------------------------- */

static enum copy_got
fail(const struct copy_log *log, rd_kafka_resp_err_t code, struct error *err)
{
	char said[KAFKA_TROUBLE_BYTES];

	kafka_trouble_text(code, rd_kafka_err2str(code), said, sizeof(said));
	error_set(err, ERROR_IO, "topic %s, partition %d: %s", log->topic, log->partition, said);
	return COPY_FAILED;
}

static bool
start(struct copy_log *log, int64_t offset, struct error *err)
{
	drop_taken(log);
	if (log->started)
		rd_kafka_consume_stop(log->handle, log->partition);
	log->started = rd_kafka_consume_start(log->handle, log->partition, offset) == 0;
	if (!log->started)
		fail(log, rd_kafka_last_error(), err);
	return log->started;
}

/* What is asked here wakes the thread that may sleep on a queue that was full. */
static bool
ask_low(struct copy_log *log, int64_t *low, struct error *err)
{
	int64_t high;
	rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
	    log->reader->client, log->topic, log->partition, low, &high, ASK_MS);

	return !code || (fail(log, code, err), false);
}

static bool
refill(struct copy_log *log, int64_t wait_ms, struct error *err)
{
	ssize_t count = rd_kafka_consume_batch(
	    log->handle, log->partition, KICK_AFTER_MS, log->taken, TAKE_MAX);
	int64_t low;

	if (count == 0 && wait_ms > KICK_AFTER_MS) {
		if (!ask_low(log, &low, err))
			return false;
		count = rd_kafka_consume_batch(log->handle, log->partition,
		    (int)(wait_ms - KICK_AFTER_MS), log->taken, TAKE_MAX);
	}
	if (count < 0) {
		fail(log, rd_kafka_last_error(), err);
		return false;
	}
	log->count = (size_t)count;
	log->next = 0;
	return true;
}

/* The log begins later than where it was to be read. */
static enum copy_got
look_for_beginning(struct copy_log *log, int64_t offset, struct error *err)
{
	int64_t low;

	if (!ask_low(log, &low, err))
		return COPY_FAILED;
	log->gone_below = low;
	/* Behind its end, too: another topic of that name. */
	if (low <= offset)
		log->gone_below = offset + 1;
	return start(log, log->gone_below, err) ? COPY_GONE : COPY_FAILED;
}

static enum copy_got
take_error(
    struct copy_log *log, const rd_kafka_message_t *message, int64_t offset, struct error *err)
{
	switch (message->err) {
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
		log->next++;
		return COPY_WAIT;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		return look_for_beginning(log, offset, err);
	default:
		return fail(log, message->err, err);
	}
}

/* A jump over what the ledger has: the client may have left it out, so it is looked at twice. */
static enum copy_got
jump(struct copy_log *log, int64_t offset, int64_t to, struct error *err)
{
	if (log->jumped && log->jumped_to == to)
		return COPY_GONE;
	log->jumped = true;
	log->jumped_to = to;
	return start(log, offset, err) ? COPY_WAIT : COPY_FAILED;
}

static enum copy_got
look(struct copy_log *log, int64_t offset, rd_kafka_message_t **message, struct error *err)
{
	rd_kafka_message_t *first;

	while (log->next < log->count) {
		first = log->taken[log->next];
		if (first->err)
			return take_error(log, first, offset, err);
		if (first->offset > offset)
			return jump(log, offset, first->offset, err);
		if (first->offset == offset) {
			log->jumped = false;
			*message = first;
			return COPY_GOT;
		}
		rd_kafka_message_destroy(first);
		log->next++;
	}
	return COPY_WAIT;
}

enum copy_got
copy_log_take(struct copy_log *log, int64_t offset, int64_t wait_ms, rd_kafka_message_t **message,
    struct error *err)
{
	enum copy_got got;

	if (offset < log->gone_below)
		return COPY_GONE;
	if (!log->started && !start(log, offset, err))
		return COPY_FAILED;
	got = look(log, offset, message, err);
	if (got != COPY_WAIT || log->next < log->count)
		return got;
	if (!refill(log, wait_ms, err))
		return COPY_FAILED;
	return look(log, offset, message, err);
}

/* --- positions ------------------------------------------------------------------------- */

bool
copy_reader_position(struct copy_reader *reader, const char *topic, int32_t partition,
    const char *mark, int64_t *offset, struct error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *place =
	    rd_kafka_topic_partition_list_add(list, topic, partition);
	rd_kafka_resp_err_t code = rd_kafka_committed(reader->client, list, ASK_MS);
	char said[KAFKA_TROUBLE_BYTES];

	*offset = -1;
	if (!code)
		code = place->err;
	if (!code && place->offset >= 0 && place->metadata_size == strlen(mark) &&
	    memcmp(place->metadata, mark, strlen(mark)) == 0)
		*offset = place->offset;
	rd_kafka_topic_partition_list_destroy(list);
	if (!code)
		return true;
	kafka_trouble_text(code, rd_kafka_err2str(code), said, sizeof(said));
	return error_set(err, ERROR_IO, "where copies of topic %s stand: %s", topic, said);
}
