/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The provenance topic: who the events of a source partition are from and what they
 * reach, many in one message (schemas/provenance.avsc). The key is the dye-id of the
 * first position. A message is cut where the batch ends, where the partition's order does (what
 * came back from quarantine), at a number of events, and at half where it is too large.
 */
#ifndef DYETRACE_KAFKA_PROVENANCE_H
#define DYETRACE_KAFKA_PROVENANCE_H

#include "outgoing.h"

struct provenance;

/* gives: ended by provenance_close(). events: at most in a message; bytes: of a message */
struct provenance *
provenance_open(const struct outgoing_topic *topic, uint32_t events, size_t bytes);
void provenance_close(struct provenance *provenance); /* accepts NULL */
/* Appends the messages of a batch. */
void provenance_add(struct provenance *provenance, const struct publication_batch *batch,
    struct outgoing *outgoing);

extern const char kafka_provenance_schema[]; /* the text of schemas/provenance.avsc */

#endif
