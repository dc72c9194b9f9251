/* SPDX-License-Identifier: Apache-2.0 */
/* Which Kafka a broker is, as far as it lets itself be asked. */
#ifndef DYETRACE_KAFKA_VERSION_H
#define DYETRACE_KAFKA_VERSION_H

#include <librdkafka/rdkafka.h>

#define KAFKA_VERSION_BYTES 64

/*
 * "Kafka 3.9", "Kafka 4.0 or newer", "of a version that this user may not ask for". The protocol has no
 * question for it: brokers before 4.0 say it in their settings. Returns out.
 */
const char *kafka_version(rd_kafka_t *client, int timeout_ms, char out[KAFKA_VERSION_BYTES]);

#endif
