/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tags of what is upstream, in facts and leaves: an array in the order of
 * the tags, a fact's with their numbers, a leaf's with their names. An event
 * without such tags is no Relayed and has not a byte of it.
 */
#ifndef LEDGER_WIRE_UPSTREAM_H
#define LEDGER_WIRE_UPSTREAM_H

#include "wire.h"

/* The array of a fact or, with names, of a leaf. scratch: for texts that are no UTF-8 */
void upstream_add(
    const struct upstream *upstream, bool names, struct arena *scratch, struct buffer *out);

#endif
