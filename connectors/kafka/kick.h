/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wakes librdkafka's broker threads. Before 2.2 (fetch.queue.backoff.ms) a thread
 * that finds the prefetch queue full looks again only after a second, whatever was
 * taken from the queue meanwhile; anything it has to send makes it look. So when
 * the queue empties, each leader is asked for a watermark of one partition.
 */
#ifndef DYETRACE_KAFKA_KICK_H
#define DYETRACE_KAFKA_KICK_H

#include "feeds.h"

struct kick;

/* client: borrowed until close. ERROR_IO: no thread */
MUST_USE bool kick_open(rd_kafka_t *client, struct kick **kick, struct error *err);
void kick_close(struct kick *kick); /* accepts NULL */
/* Whom to wake: the leaders of these partitions. */
void kick_leaders(struct kick *kick, const struct feeds *feeds);
/*
 * Messages are left in the queue: decides whether a thread may be asleep, and wakes it.
 * Cheap; behind each fetch. took: whether the fetch gave any.
 */
void kick_look(struct kick *kick, size_t left, bool took, int64_t now_ms);
uint64_t kick_count(struct kick *kick);

#endif
