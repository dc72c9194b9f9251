/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the client's queue into batches. Messages stay librdkafka's memory until
 * the next read; what a full batch has no place for waits here.
 */
#ifndef DYETRACE_KAFKA_INTAKE_H
#define DYETRACE_KAFKA_INTAKE_H

#include "feeds.h"

struct intake {
	rd_kafka_queue_t *queue;    /* of the client; borrowed */
	rd_kafka_message_t **got;   /* of the last fetch */
	size_t got_count, got_at;   /* those before got_at are in the batch, or NULL */
	rd_kafka_message_t **loose; /* records that feeds had held and the batch has now */
	size_t loose_count, loose_capacity;
	size_t record_bytes_max;
	int64_t now_ms;
	uint64_t messages, stale; /* stale: not the next of its partition, dropped */
	uint64_t payload_bytes;   /* of messages */
};

void intake_init(struct intake *intake, rd_kafka_queue_t *queue, size_t record_bytes_max);
void intake_fini(struct intake *intake);
/* The batch that was filled last is done with. */
void intake_release(struct intake *intake);
/* Adds what is there now until the batch is full. */
void intake_fill(struct intake *intake, struct feeds *feeds, struct batch *batch);
/* Tries those that waited for their schema again. */
void intake_release_held(struct intake *intake, struct feeds *feeds, struct batch *batch);
/* Waits for something to be there. */
void intake_wait(struct intake *intake, struct feeds *feeds, int64_t wait_ms);
/* A feed that has reached its stop is done; gaps that are owed are added. */
void intake_settle(struct feeds *feeds, struct batch *batch);

#endif
