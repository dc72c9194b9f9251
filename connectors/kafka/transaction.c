/* SPDX-License-Identifier: Apache-2.0 */
#include "transaction.h"

#include "base/fault.h"
#include "base/timestamp.h"
#include "trouble.h"

#define STEP_MS 10000 /* one try of a step */
#define TRIES 6

/* Takes the error; what went wrong, and an abort where that is what it asks for. */
static bool
fail(struct transaction *transaction, rd_kafka_error_t *error, const char *step, struct error *err)
{
	char said[KAFKA_TROUBLE_BYTES];
	rd_kafka_resp_err_t code = rd_kafka_error_code(error);

	if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
	    code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
		error_set(err, ERROR_IO,
		    "another process publishes from this store: it has fenced this one off (%s)",
		    rd_kafka_error_string(error));
	else
		error_set(err, ERROR_IO, "transaction: %s: %s", step,
		    kafka_trouble_text(code, rd_kafka_error_string(error), said, sizeof(said)));
	if (rd_kafka_error_txn_requires_abort(error)) {
		rd_kafka_error_t *aborting =
		    rd_kafka_abort_transaction(transaction->producer, STEP_MS);

		if (aborting)
			rd_kafka_error_destroy(aborting);
	}
	transaction->open = false;
	rd_kafka_error_destroy(error);
	return false;
}

bool
transaction_init(
    struct transaction *transaction, rd_kafka_t *producer, const char *group, struct error *err)
{
	rd_kafka_error_t *error;

	*transaction = (struct transaction){.producer = producer};
	transaction->group = rd_kafka_consumer_group_metadata_new(group);
	error = rd_kafka_init_transactions(producer, STEP_MS);
	return !error || fail(transaction, error, "it cannot begin", err);
}

void
transaction_fini(struct transaction *transaction)
{
	if (transaction->group)
		rd_kafka_consumer_group_metadata_destroy(transaction->group);
	*transaction = (struct transaction){0};
}

bool
transaction_begin(struct transaction *transaction, struct error *err)
{
	rd_kafka_error_t *error = rd_kafka_begin_transaction(transaction->producer);

	if (error)
		return fail(transaction, error, "it cannot begin", err);
	transaction->open = true;
	transaction->began_ms = monotonic_ms();
	return true;
}

/* Whether a step that went wrong may be tried again; takes the error then. */
static bool
again(rd_kafka_error_t *error, int *tries)
{
	if (!rd_kafka_error_is_retriable(error) || ++*tries >= TRIES)
		return false;
	rd_kafka_error_destroy(error);
	return true;
}

static bool
send_positions(struct transaction *transaction, const rd_kafka_topic_partition_list_t *positions,
    struct error *err)
{
	rd_kafka_error_t *error;
	int tries = 0;

	do
		error = rd_kafka_send_offsets_to_transaction(
		    transaction->producer, positions, transaction->group, STEP_MS);
	while (error && again(error, &tries));
	return !error || fail(transaction, error, "the positions", err);
}

bool
transaction_commit(struct transaction *transaction,
    const rd_kafka_topic_partition_list_t *positions, struct error *err)
{
	rd_kafka_error_t *error;
	int tries = 0;

	if (!send_positions(transaction, positions, err))
		return false;
	fault_point("copied");
	do
		error = rd_kafka_commit_transaction(transaction->producer, STEP_MS);
	while (error && again(error, &tries));
	if (error)
		return fail(transaction, error, "it cannot be committed", err);
	transaction->open = false;
	return true;
}
