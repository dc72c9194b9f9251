/* SPDX-License-Identifier: Apache-2.0 */
/* A broker inside the process (librdkafka's mock cluster), and what its topics hold. */
#ifndef DYETRACE_TESTS_MOCK_WORLD_H
#define DYETRACE_TESTS_MOCK_WORLD_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "model/publisher.h"

struct mock_world {
	rd_kafka_t *carrier;
	rd_kafka_mock_cluster_t *cluster;
	const char *servers;
};

void mock_world_init(struct mock_world *world);
void mock_world_fini(struct mock_world *world);
void mock_world_topic(struct mock_world *world, const char *topic, int partitions);
/* Adds a message with a header `x: y`. */
void mock_world_produce(struct mock_world *world, const char *topic, int32_t partition,
    const char *key, const char *value, int64_t time_ms);

/* What a topic holds: at least so many messages, and what comes soon behind them. */
struct mock_read {
	size_t count;
	rd_kafka_message_t *messages[4096];
};
void
mock_world_read(struct mock_world *world, const char *topic, size_t least, struct mock_read *read);
void mock_read_fini(struct mock_read *read);
/* The header's value, NULL-terminated in out; NULL: it has none. */
const char *mock_header(const rd_kafka_message_t *message, const char *name, char out[512]);

/* A publisher of YAML settings, with a host that counts. */
struct mock_publisher {
	struct yaml_document *document;
	struct publisher_host host;
	struct publisher_surroundings surroundings;
	struct publisher_source sources[1];
	struct publisher *publisher;
	int dead;
	char dead_id[512], dead_reason[256];
};
/* settings: with %s for the servers. False: err says why. */
bool mock_publisher_open(struct mock_publisher *mock, const struct mock_world *world,
    const char *settings, bool cautious, struct error *err);
void mock_publisher_close(struct mock_publisher *mock);
/* Hands a batch over and waits until it is safe. */
void mock_publish(struct mock_publisher *mock, const struct publication_batch *batch);

#endif
