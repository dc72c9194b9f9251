/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that were made of a batch and wait for room at the producer: keys and
 * values one behind another. How values are written is the same for all of a topic: Avro in
 * Confluent framing where a registry gave the schema a number, else JSON.
 */
#ifndef DYETRACE_KAFKA_OUTGOING_H
#define DYETRACE_KAFKA_OUTGOING_H

#include "base/buffer.h"
#include "producer.h"

#define FRAMING_BYTES 5

/* A topic of ours. */
struct outgoing_topic {
	rd_kafka_topic_t *topic; /* NULL: this is not published */
	int32_t partitions;
	bool avro;
	uint32_t schema; /* its number */
};

struct outgoing_item {
	const struct outgoing_topic *topic;
	enum produced_kind kind;
	uint64_t record;
	size_t key, value; /* where they begin in bytes */
	size_t end;
};

struct outgoing {
	struct buffer bytes;
	struct outgoing_item *items;
	size_t count, capacity, next; /* next: that was not sent yet */
};

void outgoing_fini(struct outgoing *outgoing);
void outgoing_clear(struct outgoing *outgoing);
/* Begins a message: then its key is appended to bytes, outgoing_value(), its value, outgoing_end(). */
void outgoing_begin(struct outgoing *outgoing, const struct outgoing_topic *topic,
    enum produced_kind kind, uint64_t record);
/* The key is there; writes the framing of an Avro value. */
void outgoing_value(struct outgoing *outgoing);
void outgoing_end(struct outgoing *outgoing);
/* Takes the message that was begun last back. */
void outgoing_undo(struct outgoing *outgoing);
/* Bytes of the value of the last message. */
size_t outgoing_value_bytes(const struct outgoing *outgoing);
/* Sends what was not sent yet. *all: nothing is left. False: the producer's error. */
MUST_USE bool
outgoing_send(struct outgoing *outgoing, struct producer *producer, bool *all, struct error *err);

#endif
