/* SPDX-License-Identifier: Apache-2.0 */
#include "producer.h"

#include <stdlib.h>

#include "base/memory.h"
#include "client.h"
#include "trouble.h"

#define BATCHES_MAX 4096 /* under way at once */
#define SILENT_MS 10000  /* nothing acknowledged for so long is worth a word */
#define MESSAGE_MAX_DEFAULT 1000000
#define RECORD_BITS 16 /* of a record within its batch */

static const char *const kind_names[] = {[PRODUCED_PROVENANCE] = "provenance",
    [PRODUCED_COPY] = "copy",
    [PRODUCED_INFLUENCE] = "influence",
    [PRODUCED_MOVEMENT] = "movement"};

const struct kafka_reserved producer_reserved[] = {
    {"enable.idempotence", "it is always on: leave it out"},
    {"acks", "what leaves is acknowledged by all replicas: leave it out"},
    {"request.required.acks", "what leaves is acknowledged by all replicas: leave it out"},
    {"transactional.id", "write `copy: {transactional: true}`"},
    {"message.timeout.ms", "nothing is given up: leave it out"},
    {"delivery.timeout.ms", "nothing is given up: leave it out"},
    {"group.id", "write `copy: {group.id: NAME}`"},
    {"partitioner", "keys go where Kafka's own clients would put them: leave it out"},
    {NULL, NULL},
};

struct slot {
	uint64_t first, end;
	uint32_t pending;
	bool handed;
};

struct producer {
	rd_kafka_t *client;
	const struct publisher_host *host;
	bool cautious;
	size_t message_max;
	rd_kafka_topic_t **topics;
	size_t topic_count, topic_capacity;
	/* Batches under way, oldest first: [oldest, newest). */
	struct slot slots[BATCHES_MAX];
	uint64_t oldest, newest;
	uint64_t safe;
	struct error failed; /* why it is of no use any more */
	char trouble[KAFKA_TROUBLE_BYTES];
	int64_t heard_ms; /* when something was acknowledged, or nothing was under way */
	struct producer_counts counts;
};

/* --- what comes back ------------------------------------------------------------------- */

/* kind, batch and record of a message, in the room of a pointer. */
static void *
mark_of(uint64_t batch, uint64_t record, enum produced_kind kind)
{
	uint64_t mark = (batch % BATCHES_MAX) << (RECORD_BITS + 8) | record << 8 | kind;

	return (void *)(uintptr_t)mark;
}

static struct slot *
slot_of(struct producer *producer, const void *mark)
{
	return &producer->slots[(uintptr_t)mark >> (RECORD_BITS + 8)];
}

static void
advance(struct producer *producer)
{
	while (producer->oldest < producer->newest) {
		const struct slot *slot = &producer->slots[producer->oldest % BATCHES_MAX];

		if (!slot->handed || slot->pending)
			return;
		producer->safe = slot->end;
		producer->oldest++;
	}
}

/* The event it is of, where the message says it. */
static struct text
id_of(const rd_kafka_message_t *message)
{
	rd_kafka_headers_t *headers;
	const void *value;
	size_t size;

	if (!rd_kafka_message_headers(message, &headers) &&
	    !rd_kafka_header_get_last(headers, "dye-id", &value, &size))
		return (struct text){value, size};
	return (struct text){message->key, message->key_len};
}

static void
give_up(struct producer *producer, const rd_kafka_message_t *message, const char *reason)
{
	const struct slot *slot = slot_of(producer, message->_private);
	uintptr_t mark = (uintptr_t)message->_private;
	uint64_t record = slot->first + (mark >> 8 & ((1u << RECORD_BITS) - 1));

	producer->counts.dead++;
	producer->host->dead(
	    producer->host->context, record, kind_names[mark & 0xff], id_of(message), reason);
}

static void
fail(struct producer *producer, const rd_kafka_message_t *message)
{
	char said[KAFKA_TROUBLE_BYTES];
	bool large = message->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;

	if (producer->failed.kind != ERROR_NONE)
		return;
	kafka_trouble_text(message->err, rd_kafka_err2str(message->err), said, sizeof(said));
	error_set(&producer->failed, large ? ERROR_LIMIT : ERROR_IO, "topic %s: %s",
	    rd_kafka_topic_name(message->rkt), said);
}

static void
on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
	struct producer *producer = opaque;
	struct slot *slot = slot_of(producer, message->_private);

	producer->heard_ms = monotonic_ms();
	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
		producer->counts.delivered++;
	else if (message->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && producer->cautious)
		give_up(producer, message, "it is larger than the topic's max.message.bytes");
	else {
		/* It stays under way for good, so that nothing behind it becomes safe. */
		fail(producer, message);
		return;
	}
	slot->pending--;
	advance(producer);
}

static void
on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
	struct producer *producer = opaque;
	char why[512];

	if (code == RD_KAFKA_RESP_ERR__FATAL) {
		rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(client, why, sizeof(why));

		kafka_trouble_text(fatal, why, producer->trouble, sizeof(producer->trouble));
		if (producer->failed.kind == ERROR_NONE)
			error_set(&producer->failed, ERROR_IO, "%s", producer->trouble);
		return;
	}
	kafka_trouble_text(
	    (rd_kafka_resp_err_t)code, reason, producer->trouble, sizeof(producer->trouble));
}

/* --- opening --------------------------------------------------------------------------- */

static void
set_default(rd_kafka_conf_t *conf, const struct kafka_client_settings *settings, const char *name,
    const char *value)
{
	if (!kafka_property_find(settings, name))
		kafka_conf_set(conf, name, value);
}

static void
configure(rd_kafka_conf_t *conf, const struct producer_options *options, struct producer *producer)
{
	const struct kafka_client_settings *client = options->client;

	if (!kafka_property_find(client, "compression.type"))
		set_default(conf, client, "compression.codec", "lz4");
	set_default(conf, client, "queue.buffering.max.kbytes", "65536");
	set_default(conf, client, "queue.buffering.max.messages", "100000");
	/* How large a message may be is for the broker to say; requests stay small all the same. */
	set_default(conf, client, "message.max.bytes", "1000000000");
	kafka_conf_set(conf, "enable.idempotence", "true");
	kafka_conf_set(conf, "partitioner", "murmur2_random");
	if (options->transactional_id) {
		kafka_conf_set(conf, "transactional.id", options->transactional_id);
	} else {
		/* 0: never */
		kafka_conf_set(conf, "message.timeout.ms", "0");
	}
	if (options->cautious)
		kafka_conf_set(conf, "batch.num.messages", "1");
	rd_kafka_conf_set_opaque(conf, producer);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_error_cb(conf, on_error);
}

static size_t
message_max(const struct kafka_client_settings *client)
{
	const char *written = kafka_property_find(client, "message.max.bytes");
	long bytes = written ? strtol(written, NULL, 10) : 0;

	return bytes > 0 ? (size_t)bytes : MESSAGE_MAX_DEFAULT;
}

bool
producer_open(const struct producer_options *options, struct producer **out, struct error *err)
{
	struct producer *producer;
	rd_kafka_conf_t *conf;

	if (!kafka_client_conf(options->client, options->folder, &conf, err))
		return false;
	producer = memory_get(sizeof(*producer));
	producer->host = options->host;
	producer->cautious = options->cautious;
	producer->message_max = message_max(options->client);
	producer->heard_ms = monotonic_ms();
	configure(conf, options, producer);
	if (!kafka_client_open(RD_KAFKA_PRODUCER, conf, &producer->client, err)) {
		producer_close(producer);
		return false;
	}
	*out = producer;
	return true;
}

void
producer_close(struct producer *producer)
{
	size_t i;

	if (!producer)
		return;
	for (i = 0; i < producer->topic_count; i++)
		rd_kafka_topic_destroy(producer->topics[i]);
	memory_free(producer->topics);
	if (producer->client) {
		rd_kafka_purge(
		    producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_destroy(producer->client);
	}
	memory_free(producer);
}

rd_kafka_t *
producer_handle(const struct producer *producer)
{
	return producer->client;
}

size_t
producer_message_max(const struct producer *producer)
{
	return producer->message_max;
}

struct producer_counts
producer_counts(const struct producer *producer)
{
	return producer->counts;
}

/* --- topics ---------------------------------------------------------------------------- */

/* What the cluster says of a topic. */
static bool
judge(const struct rd_kafka_metadata_topic *found, const char *name, int32_t *partitions,
    struct error *err)
{
	char said[KAFKA_TROUBLE_BYTES];

	*partitions = found->partition_cnt;
	if (found->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	    (!found->err && !found->partition_cnt))
		return error_set(err, ERROR_USAGE,
		    "topic %s is not there: make it (kafka-topics.sh --create --topic %s), or name "
		    "another",
		    name, name);
	if (!found->err || found->err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
		return true;
	kafka_trouble_text(found->err, rd_kafka_err2str(found->err), said, sizeof(said));
	return error_set(err, ERROR_USAGE, "topic %s: %s", name, said);
}

static bool
ask_for(struct producer *producer, rd_kafka_topic_t *topic, const char *name, int64_t timeout_ms,
    int32_t *partitions, struct error *err)
{
	const struct rd_kafka_metadata *metadata;
	char said[KAFKA_TROUBLE_BYTES];
	rd_kafka_resp_err_t code;
	bool good;

	code = rd_kafka_metadata(producer->client, 0, topic, &metadata, (int)timeout_ms);
	/* What the brokers were asked may have met an error that says more. */
	rd_kafka_poll(producer->client, 0);
	if (code) {
		kafka_trouble_text(code, rd_kafka_err2str(code), said, sizeof(said));
		return error_set(
		    err, ERROR_IO, "%s", *producer->trouble ? producer->trouble : said);
	}
	good = metadata->topic_cnt == 1
	    ? judge(&metadata->topics[0], name, partitions, err)
	    : error_set(err, ERROR_IO, "topic %s: the broker did not speak of it", name);
	rd_kafka_metadata_destroy(metadata);
	return good;
}

bool
producer_topic(struct producer *producer, const char *name, int64_t timeout_ms,
    rd_kafka_topic_t **topic, int32_t *partitions, struct error *err)
{
	*topic = rd_kafka_topic_new(producer->client, name, NULL);
	if (!*topic)
		return error_set(err, ERROR_USAGE, "topic %s: %s", name,
		    rd_kafka_err2str(rd_kafka_last_error()));
	memory_grow(&producer->topics, &producer->topic_capacity, producer->topic_count + 1,
	    sizeof(*producer->topics));
	producer->topics[producer->topic_count++] = *topic;
	return ask_for(producer, *topic, name, timeout_ms, partitions, err);
}

/* --- messages -------------------------------------------------------------------------- */

bool
producer_batch(struct producer *producer, uint64_t first, uint64_t end)
{
	if (producer->newest - producer->oldest == BATCHES_MAX)
		return false;
	if (producer->oldest == producer->newest)
		producer->heard_ms = monotonic_ms();
	producer->slots[producer->newest++ % BATCHES_MAX] =
	    (struct slot){.first = first, .end = end};
	return true;
}

void
producer_batch_end(struct producer *producer)
{
	producer->slots[(producer->newest - 1) % BATCHES_MAX].handed = true;
	advance(producer);
}

static enum sending
not_sent(struct producer *producer, const struct produced *message, rd_kafka_resp_err_t code,
    struct error *err)
{
	char said[KAFKA_TROUBLE_BYTES];

	if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return SEND_LATER;
	if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
		producer->counts.dead++;
		producer->host->dead(producer->host->context, message->record,
		    kind_names[message->kind], message->id.data ? message->id : message->key,
		    "it is larger than message.max.bytes");
		return SEND_DEAD;
	}
	kafka_trouble_text(code, rd_kafka_err2str(code), said, sizeof(said));
	error_set(err, ERROR_IO, "topic %s: %s", rd_kafka_topic_name(message->topic), said);
	return SEND_FAILED;
}

enum sending
producer_send(struct producer *producer, const struct produced *message, struct error *err)
{
	uint64_t batch = producer->newest - 1;
	struct slot *slot = &producer->slots[batch % BATCHES_MAX];
	void *mark = mark_of(batch, message->record - slot->first, message->kind);
	rd_kafka_resp_err_t code;

	code = rd_kafka_producev(producer->client, RD_KAFKA_V_RKT(message->topic),
	    RD_KAFKA_V_PARTITION(message->partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
	    RD_KAFKA_V_KEY(message->key.data, message->key.size),
	    RD_KAFKA_V_VALUE((void *)(uintptr_t)message->value.data, message->value.size),
	    RD_KAFKA_V_TIMESTAMP(message->time_ms), RD_KAFKA_V_OPAQUE(mark),
	    RD_KAFKA_V_HEADERS(message->headers), RD_KAFKA_V_END);
	if (code)
		return not_sent(producer, message, code, err);
	slot->pending++;
	producer->counts.messages++;
	producer->counts.bytes += message->value.size;
	return SENT;
}

bool
producer_poll(struct producer *producer, int64_t wait_ms, struct error *err)
{
	rd_kafka_poll(producer->client, (int)wait_ms);
	if (producer->failed.kind == ERROR_NONE)
		return true;
	*err = producer->failed;
	return false;
}

uint64_t
producer_safe(const struct producer *producer)
{
	return producer->safe;
}

bool
producer_settled(const struct producer *producer)
{
	return producer->oldest == producer->newest;
}

void
producer_waits(const struct producer *producer, struct error *err)
{
	int64_t silent_ms = monotonic_ms() - producer->heard_ms;

	if (producer_settled(producer) || silent_ms < SILENT_MS)
		return;
	error_set(err, ERROR_IO, "nothing was acknowledged for %lld s%s%s",
	    (long long)(silent_ms / 1000), *producer->trouble ? ": " : "", producer->trouble);
}
