/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What librdkafka and brokers complain of, in plain words: what is wrong, and
 * what to do. No content of records, no secrets.
 */
#ifndef DYETRACE_KAFKA_TROUBLE_H
#define DYETRACE_KAFKA_TROUBLE_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>

#define KAFKA_TROUBLE_BYTES 400

/* Of a source whose `topics.regex` finds nothing. */
#define KAFKA_UNMATCHED_TEXT                                                                       \
	"no topic matches `topics.regex`: is the pattern that of the whole name, is it the right " \
	"cluster, and does an ACL let this user DESCRIBE the topics?"

/* "the broker's certificate is not trusted: …" (what librdkafka said in brackets). Returns out. */
const char *
kafka_trouble_text(rd_kafka_resp_err_t code, const char *reason, char *out, size_t out_bytes);
/*
 * Where it says more than that a broker is away: a wrong password, certificate or
 * port stays wrong until somebody mends it.
 */
bool kafka_trouble_is_setting(rd_kafka_resp_err_t code, const char *reason);

/* What a client complained of last. */
struct kafka_trouble {
	rd_kafka_resp_err_t code; /* 0: of nothing */
	char reason[300];
};
/* A wrong password stays the trouble when, because of it, connections break later. */
void kafka_trouble_note(struct kafka_trouble *trouble, int code, const char *reason);
/* The same in plain words; of nothing: that nobody answers in time. Returns out. */
const char *kafka_trouble_seen(const struct kafka_trouble *trouble, char *out, size_t out_bytes);

#endif
