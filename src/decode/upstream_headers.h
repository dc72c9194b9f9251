/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers that say where a message's event was before (docs/origin.md).
 */
#ifndef DYETRACE_DECODE_UPSTREAM_HEADERS_H
#define DYETRACE_DECODE_UPSTREAM_HEADERS_H

#include "base/arena.h"
#include "model/message.h"
#include "model/upstream.h"

/*
 * NULL: none of the headers is one of them. Of two of a name the last one counts. A value that is no
 * UTF-8, has a NUL, is empty or too long is passed over, and so is a traceparent
 * that is none. Lives in the arena; texts borrow from the headers.
 * *dropped: goes up by each that was passed over for its value
 */
const struct upstream *
upstream_of_headers(const struct message *message, struct arena *arena, uint64_t *dropped);

/* Source: W3C Trace Context (2021), section 3.2: version 00 to the byte, later ones by its prefix. */
bool upstream_is_traceparent(struct text value);

#endif
