/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a source gives: one position of one partition, with the record's bytes,
 * or with why there are none.
 */
#ifndef DYETRACE_MODEL_MESSAGE_H
#define DYETRACE_MODEL_MESSAGE_H

#include "base/text.h"
#include "base/timestamp.h"
#include "model/partition.h"

enum message_kind {
	MESSAGE_PAYLOAD, /* one record's bytes */
	MESSAGE_BLANK, /* a position that holds nothing by its format: blank line, CSV header: filtered */
	MESSAGE_BROKEN, /* bytes that the source cannot frame (a line beyond the limit): quarantined */
	MESSAGE_GAP,    /* `count` positions that the source can no longer give */
};

enum message_format {
	FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_AVRO
};

/* What is needed to read payloads, shared by many messages; lives until its source is closed. */
struct message_schema {
	uint64_t id; /* unique in the process: identity of the text */
	enum message_format format;
	struct text
	    text; /* CSV: the header row's bytes, empty without one; Avro: the writer's schema (JSON) */
	char delimiter; /* CSV */
};

/* A Kafka header. The value may be any bytes; absent (data NULL) where the producer sent null. */
struct message_header {
	struct text name, value;
};

struct message {
	enum message_kind kind;
	enum message_format format;
	struct partition *partition;
	int64_t offset;
	int64_t count;          /* 1; of a gap: how many positions */
	int64_t next_byte;      /* where the partition goes on behind this message */
	int64_t source_time_ms; /* Kafka's timestamp; TIME_NONE from files */
	/* All bytes of the record as the source keeps it, a file's line end left out: what is digested
	 * and quarantined. Borrowed until the batch is reset, or the source read again or closed. */
	struct text payload;
	/* How many bytes at its beginning belong to the wire (a schema's number): decode begins behind
	 * them; message_body(). */
	size_t framing;
	struct text key; /* Kafka's; absent: none. Borrowed like the payload, headers too */
	const struct message_header *headers;
	size_t header_count;
	const struct message_schema *schema; /* NULL for JSON */
	/* The partition that was read to its end before this one went on: it is released before this
	 * message (docs/influence.md, "The clock"); NULL: none. Set by the route. */
	struct partition *releases;
	bool replay;        /* from quarantine: its position is already accounted for */
	const char *reason; /* BLANK, BROKEN, GAP: a code of the table in model/reason.h */
	struct text detail; /* BROKEN, GAP: the particulars; borrowed from the batch's arena */
};

/* The record itself. */
static inline struct text
message_body(const struct message *message)
{
	return (struct text){
	    message->payload.data + message->framing, message->payload.size - message->framing};
}

#endif
