/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition read once more from its start, for an independent count and
 * digest: struct source_type's reread. A client of its own; no part of what reads.
 */
#ifndef DYETRACE_KAFKA_REREAD_H
#define DYETRACE_KAFKA_REREAD_H

#include "model/source.h"

/*
 * Visits every position below partition->next_offset, all kinds; stops where
 * visit returns false (false).
 *
 * ERROR_MISSING  the broker no longer has all that was read: retention, compaction, a topic made
 *                anew, a log that was cut
 * ERROR_IO       no broker answers, or not to the end
 */
MUST_USE bool kafka_reread(const struct source_options *options, const struct partition *partition,
    bool (*visit)(void *context, const struct message *message), void *context, struct error *err);

#endif
