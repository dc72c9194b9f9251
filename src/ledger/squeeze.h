/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw deflate (RFC 1951), as Avro's codec of that name wants it: by ISA-L
 * where it was built in, else by zlib at level 1. Private to ledger.
 */
#ifndef LEDGER_SQUEEZE_H
#define LEDGER_SQUEEZE_H

#include "ledger/segment.h"

struct squeezer;

/* kind AUTO: ISA-L if it is there. ERROR_USAGE: ISA-L was asked for and is not built in. */
MUST_USE bool squeezer_open(enum deflate_kind kind, struct squeezer **squeezer, struct error *err);
void squeezer_close(struct squeezer *squeezer); /* accepts NULL */
const char *squeezer_name(const struct squeezer *squeezer);
/* Appends the deflated bytes. */
void squeeze(struct squeezer *squeezer, struct text plain, struct buffer *out);

/* Appends what deflated bytes hold, at most limit. ERROR_DAMAGED: no deflate, bytes behind its end, or more than that. */
MUST_USE bool unsqueeze(struct text deflated, size_t limit, struct buffer *out, struct error *err);

#endif
