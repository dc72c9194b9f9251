/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A producer that knows how far it is: messages are handed over in batches that
 * end at ledger indexes, and when all messages of all batches up to one have been
 * acknowledged by every replica in sync, that index is safe. Idempotent; nothing
 * times out: what the brokers do not take now waits in a bounded queue.
 */
#ifndef DYETRACE_KAFKA_PRODUCER_H
#define DYETRACE_KAFKA_PRODUCER_H

#include <librdkafka/rdkafka.h>

#include "client_settings.h"
#include "model/publisher.h"

struct producer;

struct producer_options {
	const struct kafka_client_settings *client;
	const char *folder;
	const char *transactional_id; /* NULL: none */
	bool cautious; /* a message a request: what is too large then is so by itself */
	const struct publisher_host *host;
};

/* What `kafka` in a publisher's settings may not hold. */
extern const struct kafka_reserved producer_reserved[];

/* gives: ended by producer_close(). Connects to nobody yet. ERROR_USAGE, ERROR_IO */
MUST_USE bool producer_open(
    const struct producer_options *options, struct producer **producer, struct error *err);
/* What is under way is given up. Accepts NULL. */
void producer_close(struct producer *producer);
rd_kafka_t *producer_handle(const struct producer *producer);
/* How many bytes one message may have by the settings. */
size_t producer_message_max(const struct producer *producer);

/*
 * A topic that is there. topic: gives, ended by producer_close(). partitions: how many it has.
 *
 * ERROR_USAGE  it is missing, or may not be written to; says what to do
 * ERROR_IO     no broker answers within timeout_ms
 */
MUST_USE bool producer_topic(struct producer *producer, const char *name, int64_t timeout_ms,
    rd_kafka_topic_t **topic, int32_t *partitions, struct error *err);

/* Messages from now on belong to a batch; its end is safe only when producer_batch_end() was called,
 * too. False: too many are under way already, later. */
MUST_USE bool producer_batch(struct producer *producer, uint64_t first, uint64_t end);
void producer_batch_end(struct producer *producer);

/* What it is, for the host. */
enum produced_kind {
	PRODUCED_PROVENANCE,
	PRODUCED_COPY,
	PRODUCED_INFLUENCE,
	PRODUCED_MOVEMENT,
	PRODUCED_KINDS
};

struct produced {
	rd_kafka_topic_t *topic;
	int32_t partition;           /* RD_KAFKA_PARTITION_UA: by the key */
	struct text key, value;      /* absent: null */
	int64_t time_ms;             /* 0: now */
	rd_kafka_headers_t *headers; /* taken when it was sent; NULL: none */
	enum produced_kind kind;
	struct text id;  /* for the dead; absent: the key */
	uint64_t record; /* of the batch */
};
enum sending {
	SENT,
	SEND_LATER, /* the queue is full */
	SEND_DEAD,  /* it is larger than the settings allow; told to the host */
	SEND_FAILED
};
/* Copies key and value. Headers are taken only when it was SENT. */
enum sending
producer_send(struct producer *producer, const struct produced *message, struct error *err);

/*
 * Looks at what came back, waiting up to wait_ms. False: the producer is of no use any more.
 *
 * ERROR_LIMIT  a request was too large for the broker: open it again, cautious
 * ERROR_IO     all else
 */
MUST_USE bool producer_poll(struct producer *producer, int64_t wait_ms, struct error *err);
uint64_t producer_safe(const struct producer *producer);
bool producer_settled(const struct producer *producer);
/* Nothing has come back for a while though something is under way: sets err to why. */
void producer_waits(const struct producer *producer, struct error *err);

struct producer_counts {
	uint64_t messages, bytes, delivered, dead;
};
struct producer_counts producer_counts(const struct producer *producer);

#endif
