/* SPDX-License-Identifier: Apache-2.0 */
/* What headers say of a value's schema; frame.h names them. */
#ifndef DYETRACE_KAFKA_FRAME_HEADERS_H
#define DYETRACE_KAFKA_FRAME_HEADERS_H

#include "model/message.h"
#include "registry/registry.h"

enum frame_header {
	FRAME_HEADER_NONE,   /* nothing is said */
	FRAME_HEADER_KEY,    /* which schema */
	FRAME_HEADER_PLAIN,  /* that the value is JSON */
	FRAME_HEADER_BROKEN, /* one of these headers holds something else */
};

/* Whether one of them may say something, by length and first letter: a cheap no, or a perhaps. */
static inline bool
frame_headers_any(const struct message *message)
{
	size_t i;

	for (i = 0; i < message->header_count; i++) {
		struct text name = message->headers[i].name;

		if (name.size >= 17 && (name.data[0] == '_' || name.data[0] == 'a'))
			return true;
	}
	return false;
}

/* key: set with FRAME_HEADER_KEY; broken: with FRAME_HEADER_BROKEN, borrowed from the message. */
enum frame_header frame_headers_read(
    const struct message *message, struct schema_key *key, const struct message_header **broken);

#endif
