/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions of a producer in which positions of a group move, too: whoever reads
 * committed records sees a copy if and only if the position says so. A second
 * producer of the same id fences the first one off.
 */
#ifndef DYETRACE_KAFKA_TRANSACTION_H
#define DYETRACE_KAFKA_TRANSACTION_H

#include <librdkafka/rdkafka.h>

#include "base/error.h"

struct transaction {
	rd_kafka_t *producer;
	rd_kafka_consumer_group_metadata_t *group;
	bool open;
	int64_t began_ms;
};

/* Ends what an earlier process left open. Ended by transaction_fini(). ERROR_IO */
MUST_USE bool transaction_init(
    struct transaction *transaction, rd_kafka_t *producer, const char *group, struct error *err);
void transaction_fini(struct transaction *transaction);
MUST_USE bool transaction_begin(struct transaction *transaction, struct error *err);
/*
 * Commits what was sent, and the positions with it. False: the transaction is aborted (nothing of it
 * is seen), or the producer was fenced; it is of no use any more.
 */
MUST_USE bool transaction_commit(struct transaction *transaction,
    const rd_kafka_topic_partition_list_t *positions, struct error *err);

#endif
