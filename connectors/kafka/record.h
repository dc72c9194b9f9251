/* SPDX-License-Identifier: Apache-2.0 */
/* A record as librdkafka gives it, made a message of ours without a copy. */
#ifndef DYETRACE_KAFKA_RECORD_H
#define DYETRACE_KAFKA_RECORD_H

#include <librdkafka/rdkafka.h>

#include "base/arena.h"
#include "model/message.h"

/*
 * Sets everything but partition and schema of a message that is zeroed. Payload,
 * key and headers are borrowed from the record. A record without a value is BLANK, one
 * beyond record_bytes_max BROKEN; its bytes are there all the same.
 */
void record_fill(const rd_kafka_message_t *record, size_t record_bytes_max, struct arena *arena,
    struct message *message);

/* Its timestamp; TIME_NONE if it has none, or none that can be. */
int64_t record_time(const rd_kafka_message_t *record);

#endif
