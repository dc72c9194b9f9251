/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

static void
no_line(const rd_kafka_t *client, int level, const char *facility, const char *line)
{
}

void
cluster_begin(struct cluster *cluster, int brokers)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];

	rd_kafka_conf_set_log_cb(conf, no_line);
	rd_kafka_conf_set(conf, "linger.ms", "1", why, sizeof(why));
	rd_kafka_conf_set(conf, "batch.num.messages", "100", why, sizeof(why));
	cluster->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	assert_non_null(cluster->producer);
	cluster->mock = rd_kafka_mock_cluster_new(cluster->producer, brokers);
	assert_non_null(cluster->mock);
	/* The one who writes is a client of it like any other. */
	assert_true(rd_kafka_brokers_add(cluster->producer, cluster_servers(cluster)) > 0);
}

void
cluster_end(struct cluster *cluster)
{
	rd_kafka_mock_cluster_destroy(cluster->mock);
	rd_kafka_destroy(cluster->producer);
}

const char *
cluster_servers(const struct cluster *cluster)
{
	return rd_kafka_mock_cluster_bootstraps(cluster->mock);
}

void
cluster_topic(struct cluster *cluster, const char *topic, int partitions)
{
	assert_int_equal(rd_kafka_mock_topic_create(cluster->mock, topic, partitions, 1), 0);
}

void
cluster_write(struct cluster *cluster, const char *topic, int32_t partition, const char *key,
    const char *value)
{
	rd_kafka_resp_err_t error = rd_kafka_producev(cluster->producer, RD_KAFKA_V_TOPIC(topic),
	    RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
	    RD_KAFKA_V_KEY(key, key ? strlen(key) : 0),
	    RD_KAFKA_V_VALUE((void *)value, value ? strlen(value) : 0), RD_KAFKA_V_TIMESTAMP(1000),
	    RD_KAFKA_V_HEADER("origin", "test", 4), RD_KAFKA_V_END);

	assert_int_equal(error, 0);
}

void
cluster_write_many(struct cluster *cluster, const char *topic, int32_t partition,
    const char *prefix, int from, int to)
{
	char value[64];
	int i;

	for (i = from; i < to; i++) {
		snprintf(value, sizeof(value), "{\"v\":\"%s-%d\"}", prefix, i);
		cluster_write(cluster, topic, partition, "key", value);
	}
	cluster_flush(cluster);
}

void
cluster_flush(struct cluster *cluster)
{
	assert_int_equal(rd_kafka_flush(cluster->producer, 10000), 0);
}
