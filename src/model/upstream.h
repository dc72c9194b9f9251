/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an event was before it came to us, as the headers of its message say:
 * claims of others, kept as they came. Most events have none.
 */
#ifndef DYETRACE_MODEL_UPSTREAM_H
#define DYETRACE_MODEL_UPSTREAM_H

#include "base/text.h"

/* The order is the ledger's: never renumber, only add. */
enum upstream_tag {
	UPSTREAM_TRACEPARENT, /* W3C Trace Context, validated */
	UPSTREAM_CE_ID,       /* of the CloudEvent whose data the message is */
	UPSTREAM_CE_SOURCE,
	UPSTREAM_DYE_ID, /* of a tagged copy that another tracker, or this one, made */
	UPSTREAM_DYE_ACTOR,
	UPSTREAM_DYE_TEAM,
	UPSTREAM_DYE_SYSTEM,
	UPSTREAM_DYE_CHANNEL,
	UPSTREAM_DYE_TIME,
	UPSTREAM_DYE_TRACE,
	UPSTREAM_POSITION, /* TOPIC/PARTITION/OFFSET of the record that a stream engine made it from */
	UPSTREAM_TAG_COUNT
};

/* A longer value is not kept. */
#define UPSTREAM_BYTES_MAX 1024

struct upstream {
	struct text
	    tags[UPSTREAM_TAG_COUNT]; /* UTF-8, never empty; absent: the headers do not say */
};

/* "ce_id", as ledger and documents have it; NULL for a number out of range. */
const char *upstream_tag_name(enum upstream_tag tag);

#endif
