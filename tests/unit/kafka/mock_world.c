/* SPDX-License-Identifier: Apache-2.0 */
#include "mock_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kafka_publisher.h"

#define QUIET_MS 500 /* nothing came for so long: that was all */

void
mock_world_init(struct mock_world *world)
{
	char why[512];

	world->carrier = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof(why));
	assert_non_null(world->carrier);
	world->cluster = rd_kafka_mock_cluster_new(world->carrier, 1);
	assert_non_null(world->cluster);
	world->servers = rd_kafka_mock_cluster_bootstraps(world->cluster);
}

void
mock_world_fini(struct mock_world *world)
{
	rd_kafka_mock_cluster_destroy(world->cluster);
	rd_kafka_destroy(world->carrier);
}

void
mock_world_topic(struct mock_world *world, const char *topic, int partitions)
{
	assert_int_equal(rd_kafka_mock_topic_create(world->cluster, topic, partitions, 1), 0);
}

static rd_kafka_t *
client(const struct mock_world *world, rd_kafka_type_t type)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *made;
	char why[512];

	rd_kafka_conf_set(conf, "bootstrap.servers", world->servers, why, sizeof(why));
	rd_kafka_conf_set(conf, "enable.idempotence", "false", why, sizeof(why));
	if (type == RD_KAFKA_CONSUMER)
		rd_kafka_conf_set(conf, "group.id", "reader", why, sizeof(why));
	made = rd_kafka_new(type, conf, why, sizeof(why));
	assert_non_null(made);
	return made;
}

void
mock_world_produce(struct mock_world *world, const char *topic, int32_t partition, const char *key,
    const char *value, int64_t time_ms)
{
	rd_kafka_t *producer = client(world, RD_KAFKA_PRODUCER);

	assert_int_equal(
	    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
		RD_KAFKA_V_KEY(key, key ? strlen(key) : 0),
		RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value ? strlen(value) : 0),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(time_ms),
		RD_KAFKA_V_HEADER("x", "y", 1), RD_KAFKA_V_END),
	    0);
	assert_int_equal(rd_kafka_flush(producer, 10000), 0);
	rd_kafka_destroy(producer);
}

static void
assign(rd_kafka_t *consumer, const char *topic)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer, topic, NULL);
	rd_kafka_topic_partition_list_t *list;
	int i;

	assert_int_equal(rd_kafka_metadata(consumer, 0, handle, &metadata, 10000), 0);
	list = rd_kafka_topic_partition_list_new(metadata->topics[0].partition_cnt);
	for (i = 0; i < metadata->topics[0].partition_cnt; i++)
		rd_kafka_topic_partition_list_add(list, topic, i)->offset =
		    RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(handle);
}

void
mock_world_read(struct mock_world *world, const char *topic, size_t least, struct mock_read *read)
{
	rd_kafka_t *consumer = client(world, RD_KAFKA_CONSUMER);
	rd_kafka_message_t *message;

	assign(consumer, topic);
	read->count = 0;
	for (;;) {
		message = rd_kafka_consumer_poll(consumer, read->count < least ? 20000 : QUIET_MS);
		if (!message)
			break;
		if (message->err)
			rd_kafka_message_destroy(message);
		else
			read->messages[read->count++] = message;
	}
	assert_true(read->count >= least);
	read->messages[read->count] = (rd_kafka_message_t *)consumer;
}

void
mock_read_fini(struct mock_read *read)
{
	rd_kafka_t *consumer = (rd_kafka_t *)read->messages[read->count];
	size_t i;

	for (i = 0; i < read->count; i++)
		rd_kafka_message_destroy(read->messages[i]);
	rd_kafka_consumer_close(consumer);
	rd_kafka_destroy(consumer);
}

const char *
mock_header(const rd_kafka_message_t *message, const char *name, char out[512])
{
	rd_kafka_headers_t *headers;
	const void *value;
	size_t size;

	if (rd_kafka_message_headers(message, &headers) ||
	    rd_kafka_header_get_last(headers, name, &value, &size))
		return NULL;
	snprintf(out, 512, "%.*s", (int)size, (const char *)value);
	return out;
}

/* --- a publisher ----------------------------------------------------------------------- */

static void
take_dead(void *context, uint64_t record, const char *what, struct text id, const char *reason)
{
	struct mock_publisher *mock = context;

	mock->dead++;
	snprintf(mock->dead_id, sizeof(mock->dead_id), "%s %.*s", what, TEXT_PRINT(id));
	snprintf(mock->dead_reason, sizeof(mock->dead_reason), "%s", reason);
}

static void
take_notice(void *context, const char *sentence)
{
}

/* Each %s becomes the servers. */
static void
fill_in(const char *settings, const char *servers, char *out, size_t out_bytes)
{
	size_t used = 0;

	while (*settings && used + strlen(servers) + 1 < out_bytes) {
		if (strncmp(settings, "%s", 2) == 0) {
			used += (size_t)snprintf(out + used, out_bytes - used, "%s", servers);
			settings += 2;
		} else {
			out[used++] = *settings++;
		}
	}
	out[used] = '\0';
}

bool
mock_publisher_open(struct mock_publisher *mock, const struct mock_world *world,
    const char *settings, bool cautious, struct error *err)
{
	struct publisher_options options = {.name = "tags",
	    .settings_file = "dyetrace.yaml",
	    .folder = "",
	    .surroundings = &mock->surroundings,
	    .host = &mock->host,
	    .store_id = {7},
	    .cautious = cautious};
	char yaml[2000];
	bool opened;

	*mock = (struct mock_publisher){.host = {mock, take_dead, take_notice}};
	fill_in(settings, world ? world->servers : "127.0.0.1:1", yaml, sizeof(yaml));
	if (!yaml_parse("dyetrace.yaml", text_of(yaml), &mock->document, err))
		fail_msg("%s", err->text);
	if (yaml_find(mock->document->root, "source")) {
		mock->sources[0] = (struct publisher_source){
		    "incidents", "kafka", yaml_find(mock->document->root, "source")};
		mock->surroundings = (struct publisher_surroundings){1, mock->sources};
	}
	options.settings = yaml_find(mock->document->root, "publish");
	opened = kafka_publisher.open(&options, &mock->publisher, err);
	if (!opened) {
		yaml_close(mock->document);
		mock->document = NULL;
	}
	return opened;
}

void
mock_publisher_close(struct mock_publisher *mock)
{
	kafka_publisher.close(mock->publisher);
	yaml_close(mock->document);
}

static void
hand_over(struct mock_publisher *mock, const struct publication_batch *batch)
{
	enum publishing_state state = PUBLISHING_LATER;
	struct error err = {0};
	int tries;

	for (tries = 0; tries < 100 && state == PUBLISHING_LATER; tries++) {
		err = (struct error){0};
		if (!kafka_publisher.publish(mock->publisher, batch, 100, &state, &err))
			fail_msg("%s", err.text);
	}
	assert_int_equal(state, PUBLISHING_TAKEN);
}

void
mock_publish(struct mock_publisher *mock, const struct publication_batch *batch)
{
	struct publisher_progress progress = {0};
	struct error err = {0};
	int tries;

	hand_over(mock, batch);
	for (tries = 0; tries < 200 && progress.safe < batch->end; tries++)
		if (!kafka_publisher.settle(mock->publisher, 50, &progress, &err))
			fail_msg("%s", err.text);
	assert_int_equal(progress.safe, batch->end);
	assert_true(progress.settled);
}
