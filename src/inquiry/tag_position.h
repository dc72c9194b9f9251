/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which record one without a tag was made from, as far as it says so itself: in
 * headers that engines leave, in members of its JSON value, in its key.
 */
#ifndef DYETRACE_INQUIRY_TAG_POSITION_H
#define DYETRACE_INQUIRY_TAG_POSITION_H

#include "base/json.h"
#include "model/message.h"

/* In the order in which they are believed. */
enum tag_way {
	TAG_BY_HEADERS, /* __connect.errors.*, __streams.errors.*: topic, partition, offset */
	TAG_BY_FIELDS,  /* the members that somebody named */
	TAG_BY_KEY,     /* the key is TOPIC/PARTITION/OFFSET */
	TAG_WAYS
};
const char *tag_way_name(enum tag_way way); /* "headers", "fields", "key" */

#define TAG_POSITION_BYTES 512

struct tag_fields {
	const struct text *paths; /* topic, partition, offset; or one that has all; "a.b" */
	size_t count;             /* 0, 1 or 3 */
};

/* TOPIC/PARTITION/OFFSET in out, or borrowed from the message; absent: it does not say. */
struct text tag_position(const struct message *message, enum tag_way way,
    const struct tag_fields *fields, struct json_reader *reader, char out[TAG_POSITION_BYTES]);

#endif
