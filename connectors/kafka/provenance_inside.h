/* SPDX-License-Identifier: Apache-2.0 */
/* What the two forms of a provenance message share. */
#ifndef DYETRACE_KAFKA_PROVENANCE_INSIDE_H
#define DYETRACE_KAFKA_PROVENANCE_INSIDE_H

#include "numbered.h"
#include "provenance.h"
#include "runs.h"

/* An array under way. */
struct array {
	struct buffer bytes;
	uint32_t count;
};

struct provenance {
	const struct outgoing_topic *topic;
	uint32_t events_max;
	size_t bytes_max;
	struct runs runs;
	/* Of the message under way. */
	const struct publication_batch *batch;
	struct numbered name_numbers, origin_numbers, trace_numbers;
	struct array names, origins, traces, events, others;
	struct origin *seen; /* [number] */
	size_t seen_capacity;
	int64_t first, time_ms;
};

/* A piece of a run: `count` items from `first` on. */
struct piece {
	uint32_t first, count;
};

/* Appends the value of a message about a piece; false: a number would not fit. */
void provenance_avro(struct provenance *provenance, const struct piece *piece, struct buffer *out);
void provenance_json(struct provenance *provenance, const struct piece *piece, struct buffer *out);

#endif
