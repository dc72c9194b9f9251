/* SPDX-License-Identifier: Apache-2.0 */
/* librdkafka's mock cluster in this process, and somebody who writes to it. */
#ifndef TESTS_KAFKA_CLUSTER_H
#define TESTS_KAFKA_CLUSTER_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

struct cluster {
	rd_kafka_t *producer;
	rd_kafka_mock_cluster_t *mock;
};

void cluster_begin(struct cluster *cluster, int brokers);
void cluster_end(struct cluster *cluster);
const char *cluster_servers(const struct cluster *cluster);
void cluster_topic(struct cluster *cluster, const char *topic, int partitions);
/* value NULL: a tombstone; key NULL: none. Ordered; written when cluster_flush() returns. */
void cluster_write(struct cluster *cluster, const char *topic, int32_t partition, const char *key,
    const char *value);
/* "PREFIX-i" of i in [from, to). */
void cluster_write_many(struct cluster *cluster, const char *topic, int32_t partition,
    const char *prefix, int from, int to);
void cluster_flush(struct cluster *cluster);

#endif
