/* SPDX-License-Identifier: Apache-2.0 */
/* All partitions at once: each is answered by the first thing that comes of it. */
#include "probe.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "record.h"

#define POLL_MS 100

void
probes_add(struct probes *probes, const char *topic, int32_t partition, int64_t from)
{
	memory_grow(&probes->items, &probes->capacity, probes->count + 1, sizeof(*probes->items));
	probes->items[probes->count++] =
	    (struct probe){.topic = memory_text(topic), .partition = partition, .from = from};
}

void
probes_fini(struct probes *probes)
{
	size_t i;

	for (i = 0; i < probes->count; i++)
		memory_free(probes->items[i].topic);
	memory_free(probes->items);
	*probes = (struct probes){0};
}

bool
probe_client_open(
    const struct probe_client_options *options, rd_kafka_t **client, struct error *err)
{
	rd_kafka_conf_t *conf;

	if (!kafka_reader_conf(options->settings, options->folder, options->group, &conf, err))
		return false;
	kafka_conf_set(conf, "fetch.wait.max.ms", "20");
	/* One record of each partition is wanted, not what follows it; but the queue must not be
	 * full before all have answered, for then librdkafka sleeps (kick.h). */
	kafka_conf_set(conf, "fetch.message.max.bytes", "16384");
	kafka_conf_set(conf, "queued.max.messages.kbytes", "16384");
	if (options->on_error)
		rd_kafka_conf_set_error_cb(conf, options->on_error);
	rd_kafka_conf_set_opaque(conf, options->context);
	if (!kafka_client_open(RD_KAFKA_CONSUMER, conf, client, err))
		return false;
	rd_kafka_poll_set_consumer(*client);
	return true;
}

static struct probe *
probe_of(struct probes *probes, const rd_kafka_message_t *message)
{
	const char *topic = rd_kafka_topic_name(message->rkt);
	size_t i;

	for (i = 0; i < probes->count; i++)
		if (probes->items[i].partition == message->partition &&
		    strcmp(probes->items[i].topic, topic) == 0)
			return &probes->items[i];
	return NULL;
}

/* Whether it answers a probe. */
static bool
take(struct probes *probes, const rd_kafka_message_t *message)
{
	struct probe *probe = message->rkt ? probe_of(probes, message) : NULL;

	if (!probe || probe->answer != PROBE_PENDING)
		return false;
	probe->offset = message->offset;
	if (!message->err) {
		if (message->offset < probe->from)
			return false;
		probe->answer = PROBE_FOUND;
		probe->payload.identity =
		    digest_identity((struct text){message->payload, message->len});
		sha256_of(message->payload, message->len, probe->payload.sha256);
		probe->time_ms = record_time(message);
	} else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		probe->answer = PROBE_END;
	} else {
		probe->answer = PROBE_FAILED;
		probe->error = message->err;
	}
	return true;
}

static void
assign(rd_kafka_t *client, const struct probes *probes)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)probes->count);
	size_t i;

	for (i = 0; i < probes->count; i++)
		rd_kafka_topic_partition_list_add(
		    list, probes->items[i].topic, probes->items[i].partition)
		    ->offset = probes->items[i].from;
	rd_kafka_assign(client, list);
	rd_kafka_topic_partition_list_destroy(list);
}

void
probes_ask(rd_kafka_t *client, struct probes *probes, int64_t timeout_ms)
{
	int64_t deadline = monotonic_ms() + timeout_ms;
	size_t open = probes->count, i;
	rd_kafka_message_t *message;

	assign(client, probes);
	while (open && monotonic_ms() < deadline) {
		message = rd_kafka_consumer_poll(client, POLL_MS);
		if (!message)
			continue;
		open -= take(probes, message);
		rd_kafka_message_destroy(message);
	}
	rd_kafka_assign(client, NULL);
	for (i = 0; i < probes->count; i++)
		if (probes->items[i].answer == PROBE_PENDING)
			probes->items[i].answer = PROBE_FAILED;
}
