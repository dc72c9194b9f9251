/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of a source's topics once more, for copies: each partition has a
 * queue of its own and is read in order from where it is first asked for. What was copied
 * already is the position of a group, which is read and moved here; the group has no members.
 */
#ifndef DYETRACE_KAFKA_COPY_READER_H
#define DYETRACE_KAFKA_COPY_READER_H

#include <librdkafka/rdkafka.h>

#include "base/error.h"
#include "client_settings.h"

struct copy_reader;
struct copy_log; /* one partition */

/* gives: ended by copy_reader_close(). group: that holds the positions */
MUST_USE bool copy_reader_open(const struct kafka_client_settings *client, const char *folder,
    const char *group, struct copy_reader **reader, struct error *err);
void copy_reader_close(struct copy_reader *reader); /* accepts NULL; ends its logs */
rd_kafka_t *copy_reader_handle(const struct copy_reader *reader);

/* gives: ended by copy_reader_close(). Reads nothing yet. */
MUST_USE bool copy_reader_log(struct copy_reader *reader, const char *topic, int32_t partition,
    struct copy_log **log, struct error *err);

enum copy_got {
	COPY_GOT,
	COPY_WAIT, /* it is on its way */
	COPY_GONE, /* the topic has it no more */
	COPY_FAILED
};
/* The message at an offset; offsets ascend from call to call. Borrowed until the next call for the log. */
enum copy_got copy_log_take(struct copy_log *log, int64_t offset, int64_t wait_ms,
    rd_kafka_message_t **message, struct error *err);

/*
 * Where the group stands: behind what was copied. mark: what a position of ours is marked with; others
 * do not count. *offset -1: none.
 */
MUST_USE bool copy_reader_position(struct copy_reader *reader, const char *topic, int32_t partition,
    const char *mark, int64_t *offset, struct error *err);

#endif
