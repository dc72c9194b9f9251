/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Kafka value on the wire: which of its bytes are framing, which format the
 * rest has and with which schema it was written. Recognised record by record,
 * so that a topic may go from one to another, and said once a topic.
 *
 *   00 iiiiiiii …           Confluent: id of 4 bytes, big endian; Avro or JSON, the registry says
 *   00 00000000 iiiiiiii …  Apicurio's default: global id of 8 bytes (a Confluent id is never 0)
 *   { [ or white space      JSON
 *   …                       any of these headers, then bare Avro or JSON:
 *     __value_schema_id         Confluent: 01 and a GUID of 16 bytes, or 00 and an id of 4
 *     apicurio.value.globalId, apicurio.value.contentId (8 bytes, big endian),
 *     apicurio.value.encoding   BINARY or JSON
 *
 * A header wins over the value's first bytes. Bare Avro says nothing of itself:
 * it is read only where the settings name its schema.
 * Sources: Confluent Schema Registry, "Wire format"; Apicurio Registry 2.6,
 * "Kafka client serdes".
 */
#ifndef DYETRACE_KAFKA_FRAME_H
#define DYETRACE_KAFKA_FRAME_H

#include "base/arena.h"
#include "model/message.h"
#include "registry/registry.h"

/* `format:` in the settings. */
enum frame_format {
	FRAME_AUTO,
	FRAME_AVRO,
	FRAME_JSON,
};

/* How a record was recognised. */
enum frame_kind {
	FRAME_UNSEEN,
	FRAME_JSON_BARE,
	FRAME_CONFLUENT_AVRO,
	FRAME_CONFLUENT_JSON,
	FRAME_APICURIO_AVRO,
	FRAME_APICURIO_JSON,
	FRAME_HEADER_AVRO,
	FRAME_HEADER_JSON,
	FRAME_AVRO_BARE,
	FRAME_KINDS
};

/* What is remembered of one topic; the caller's, zeroed at first, used with one struct frames. */
struct frame_topic {
	enum frame_format format;        /* set by the caller */
	const struct frame_entry *entry; /* the schema of the record before */
	uint32_t told;                   /* kinds that frame_notice() has said; a bit each */
	enum frame_kind kind, fresh; /* of the last record; to be said: FRAME_UNSEEN if nothing */
};

enum frame_answer {
	FRAME_GOOD,
	FRAME_WAIT, /* the schema is being asked for, or no registry answers: try the same again later */
	FRAME_UNKNOWN, /* no such schema: pause or quarantine; the message is set as for FRAME_BROKEN */
	FRAME_BROKEN, /* the message is MESSAGE_BROKEN now, with reason and detail */
};

struct frames;

/*
 * registry  borrowed, must outlive frames; NULL: there is none
 * bare      an Avro schema (JSON text) with which all records are written that no header says
 *           otherwise of; absent: none. Copied
 * frames    gives: ended by frames_close(), which also ends the schemas it set in messages
 *
 * ERROR_MALFORMED, ERROR_LIMIT  the bare schema cannot be read
 */
MUST_USE bool
frames_open(struct registry *registry, struct text bare, struct frames **frames, struct error *err);
void frames_close(struct frames *frames); /* accepts NULL */

/* A schema that is known without asking; its text must outlive frames. */
void frames_learn(struct frames *frames, const struct registry_schema *schema);

/*
 * Sets format, framing and schema of a MESSAGE_PAYLOAD from payload and headers.
 * Not for null values. One thread. arena: of the batch, holds details.
 *
 * Reasons: REASON_FRAMING, REASON_SCHEMA_UNKNOWN, REASON_SCHEMA_REFUSED.
 */
enum frame_answer frame_read(
    struct frames *frames, struct frame_topic *topic, struct message *message, struct arena *arena);

/* How records of the topic were recognised for the first time since the last call:
 * "topic crm.case: Avro in Confluent framing, schema 12"; false: nothing new. */
bool
frame_notice(struct frame_topic *topic, const char *name, char *sentence, size_t sentence_bytes);

#endif
