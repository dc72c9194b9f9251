/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which record stands at a position now: asked with a client of its own, so
 * that what the route reads is not disturbed. Waits for brokers.
 */
#ifndef DYETRACE_KAFKA_PROBE_H
#define DYETRACE_KAFKA_PROBE_H

#include <stdint.h>

#include "client.h"
#include "model/source.h"

enum probe_answer {
	PROBE_PENDING,
	PROBE_FOUND, /* offset and payload of the first record that can be read at or behind from */
	PROBE_END,   /* there is none up to the partition's end, which is offset */
	PROBE_FAILED, /* not known: nobody answered, or from is not in the log */
};

struct probe {
	char *topic; /* owned */
	int32_t partition;
	int64_t from;
	enum probe_answer answer;
	int64_t offset;
	struct source_payload payload; /* of the record that was found */
	int64_t time_ms;               /* its timestamp; TIME_NONE */
	rd_kafka_resp_err_t error;     /* FAILED: why, if somebody said so */
};

struct probes {
	struct probe *items;
	size_t count, capacity;
};

/* topic: copied. At most one of each partition in a list. */
void probes_add(struct probes *probes, const char *topic, int32_t partition, int64_t from);
void probes_fini(struct probes *probes);

struct probe_client_options {
	const struct kafka_client_settings *settings;
	const char *folder, *group;
	/* What the client complains of, from whoever polls it; NULL: nobody hears it. */
	void (*on_error)(rd_kafka_t *client, int code, const char *reason, void *context);
	void *context;
};

/*
 * gives: ended by rd_kafka_consumer_close() and rd_kafka_destroy(). A consumer that is told by
 * rd_kafka_assign() what to read, announces ends, and moves no offsets by itself.
 */
MUST_USE bool probe_client_open(
    const struct probe_client_options *options, rd_kafka_t **client, struct error *err);
/* Answers every probe; those that nobody answers in time are PROBE_FAILED. */
void probes_ask(rd_kafka_t *client, struct probes *probes, int64_t timeout_ms);

#endif
