/* SPDX-License-Identifier: Apache-2.0 */
/*
 * avro-c in a process of its own: hostile bytes crash it, fill its memory or
 * keep it busy, and that is not ours. The process is made anew when it died.
 */
#ifndef DYETRACE_FUZZ_PEER_H
#define DYETRACE_FUZZ_PEER_H

#include "base/buffer.h"
#include "cells.h"

enum peer_answer {
	PEER_NONE,    /* it crashed or took too long */
	PEER_REFUSED, /* it does not read the datum, or not the schema */
	PEER_READ,
};

/* What avro-c reads of a datum, as a line of the wanted paths (avro_row.h). */
enum peer_answer
peer_read(struct text schema, const struct wanted *wanted, struct text datum, struct buffer *line);

#endif
