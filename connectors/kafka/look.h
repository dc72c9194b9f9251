/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One look at the cluster: which of our topics there are, how many partitions
 * they have, and from where to where each can be read. Every call here waits for
 * brokers; the route never does.
 *
 * The end of a partition is what a read_committed consumer can reach: the last
 * stable offset.
 */
#ifndef DYETRACE_KAFKA_LOOK_H
#define DYETRACE_KAFKA_LOOK_H

#include <librdkafka/rdkafka.h>

#include "settings.h"

#define LOOK_UNKNOWN (-1) /* an offset that is not known */

enum look_policy {
	POLICY_UNKNOWN, /* not asked yet, or we may not ask (DescribeConfigs) */
	POLICY_DELETE,
	POLICY_COMPACT, /* also "compact,delete" */
};

struct look_partition {
	rd_kafka_resp_err_t error; /* of its metadata, or of its offsets */
	int32_t leader;            /* broker id, -1: none */
	int64_t low, end;          /* LOOK_UNKNOWN */
	int64_t timed; /* where the topic's begin time is; LOOK_UNKNOWN: no such time is wanted */
};

struct look_topic {
	char *name;
	rd_kafka_resp_err_t error; /* not there, not allowed */
	enum look_policy policy;
	int64_t retention_ms; /* retention.ms; -1: for ever or not known */
	size_t partition_count;
	struct look_partition *partitions;
};

/* Topics in order of name. A named topic that is not there stands in it with its error. */
struct look {
	rd_kafka_resp_err_t error; /* nobody answered: nothing else holds */
	size_t topic_count;
	struct look_topic *topics;
};

/* gives: ended by look_close(). Never NULL. */
struct look *look_topics(rd_kafka_t *client, const struct kafka_settings *settings, int timeout_ms);
/* Fills low, end and timed where there is a leader. */
void look_offsets(
    struct look *look, rd_kafka_t *client, const struct kafka_settings *settings, int timeout_ms);
/* Fills policy and retention_ms where we may ask. */
void look_policies(struct look *look, rd_kafka_t *client, int timeout_ms);
void look_close(struct look *look); /* accepts NULL */

/* NULL if it is not in it */
const struct look_topic *look_find(const struct look *look, const char *topic);

/*
 * Makes the client know the named topics, so that look_topics() asks for them alone. topics: room
 * for settings->topic_count; each is ended by rd_kafka_topic_destroy().
 */
void look_name_topics(
    rd_kafka_t *client, const struct kafka_settings *settings, rd_kafka_topic_t **topics);

#endif
