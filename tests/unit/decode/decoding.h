/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decoder made from a mapping's text, fed with payloads, its answers as
 * text. Shared by the tests of decode.
 */
#ifndef DYETRACE_TESTS_DECODING_H
#define DYETRACE_TESTS_DECODING_H

#include "base/buffer.h"
#include "decode/decoder.h"

struct decoding {
	struct symbols *names;
	struct keys *keys;
	struct yaml_document *settings;
	struct decoder *decoder;
	struct batch batch;
	struct partition partition;
	struct message_header headers[16]; /* of the message added last */
	struct message_schema schema;
	enum message_format format;
	struct buffer shown;
};

/* Of limits only the three bounds are used; 0 gives 512 changes, 1,000 entities, the default of names. */
void decoding_open(struct decoding *decoding, enum message_format format, const char *mapping,
    const struct decoder_options *limits);
void decoding_close(struct decoding *decoding);
/* Another decoder of the same mapping, keys and names, which knows nothing yet. */
void decoding_reopen(struct decoding *decoding, const struct decoder_options *limits);

/* A CSV header for the payloads that follow; absent: none. */
void decoding_header(struct decoding *decoding, struct text header);
/* Puts a payload into the batch: a copy that ends where its memory ends. */
void decoding_add(struct decoding *decoding, struct text payload);
/*
 * The same with what Kafka has beside a record: "key=…", "time=…" (ms), "topic=NAME/NUMBER" and headers
 * "NAME: VALUE" (of one without a value "NAME"), a line each. aside: outlives the batch
 */
void decoding_add_beside(struct decoding *decoding, const char *aside, struct text payload);
/* Decodes what was added. */
void decoding_run(struct decoding *decoding);
void decoding_reset(struct decoding *decoding);

/*
 * What became of message i, good until the next call:
 * "2016-02-29T01:23:00Z crm.ticket id=… actor=… [priority null -> 'high']", parts
 * that are absent left out; or "quarantined: time-unreadable: time: …".
 */
const char *decoding_show(struct decoding *decoding, size_t i);
/* The same of one payload, decoded alone. */
const char *decoding_one(struct decoding *decoding, struct text payload);
const char *decoding_one_beside(struct decoding *decoding, const char *aside, struct text payload);

#endif
