/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tagged copies: each message of the source's topics that the ledger has a fact of, at
 * the same partition number of another topic, with the same bytes, key, time and foreign
 * headers, and ours. How far copies are is the position of group `<group.id>.out`,
 * marked with the store and the incarnation; what lies below it is not copied again.
 */
#ifndef DYETRACE_KAFKA_COPIER_H
#define DYETRACE_KAFKA_COPIER_H

#include "producer.h"
#include "publisher_settings.h"

struct copier;

struct copier_options {
	const struct publisher_settings *settings;
	const char *settings_file, *folder;
	const struct publisher_host *host;
	uint8_t store_id[16];
	struct producer *producer; /* borrowed: its own where it is transactional */
	bool transactional;
};

/* gives: ended by copier_close(). ERROR_IO: no transactions now; ERROR_USAGE */
MUST_USE bool
copier_open(const struct copier_options *options, struct copier **copier, struct error *err);
void copier_close(struct copier *copier); /* accepts NULL */

/* A batch begins: its messages go out by copier_copy(). */
void copier_begin(struct copier *copier, const struct publication_batch *batch);
/* Copies until it is all done or the time is over. */
MUST_USE bool copier_copy(struct copier *copier, const struct publication_batch *batch,
    int64_t until_ms, bool *all, struct error *err);
/*
 * Moves the positions behind what is delivered. idle: nothing is in hand, so that a transaction
 * need not wait for more. False: it cannot go on.
 */
MUST_USE bool copier_settle(struct copier *copier, bool idle, struct error *err);
/* Of transactions: all batches that end here or before are committed. */
uint64_t copier_safe(const struct copier *copier);
bool copier_settled(const struct copier *copier);

struct copier_counts {
	uint64_t copied, gone;
};
struct copier_counts copier_counts(const struct copier *copier);

#endif
