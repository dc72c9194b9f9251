/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dye-* headers of a copy: docs/tags.md. Other headers stay as they are, in
 * their order; dye-* ones that the message had are replaced, since what they say is of
 * another tracker, and the id among them goes on as dye-upstream.
 */
#ifndef DYETRACE_KAFKA_TAG_HEADERS_H
#define DYETRACE_KAFKA_TAG_HEADERS_H

#include <librdkafka/rdkafka.h>

#include "base/buffer.h"
#include "model/publisher.h"
#include "model/tag.h"
#include "numbered.h"

/* What traces of a batch look like; zeroed at first. */
struct tag_traces {
	struct numbered numbers; /* by class */
	struct buffer bytes;
	size_t *ends; /* [number] */
	size_t capacity;
};
void tag_traces_fini(struct tag_traces *traces);
void tag_traces_clear(struct tag_traces *traces);

/* gives: the message's headers with ours, detached from it */
rd_kafka_headers_t *tag_headers(rd_kafka_message_t *message, const struct publication *item,
    const struct publication_batch *batch, struct text id, struct tag_traces *traces);

#endif
