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
#include "numbered.h"

#define TAG_ID "dye-id"
#define TAG_ACTOR "dye-actor"
#define TAG_TEAM "dye-team"
#define TAG_SYSTEM "dye-system"
#define TAG_CHANNEL "dye-channel"
#define TAG_TIME "dye-time"
#define TAG_TRACE "dye-trace"
#define TAG_DISPOSITION "dye-disposition"
#define TAG_UPSTREAM "dye-upstream"

/* A trace that would be longer is told by numbers alone: "epoch=3;features=#812;models=#40". */
#define TAG_TRACE_BYTES_MAX 1024

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

/* "epoch=3;features=a,b;models=m"; appends. */
void
tag_trace_text(const struct trace_class *trace, const struct lineage *lineage, struct buffer *out);

#endif
