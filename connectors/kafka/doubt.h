/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doubts whether a partition's log is the one that was read, settled: history.h
 * asks, the watch's probes and the store's records answer.
 */
#ifndef DYETRACE_KAFKA_DOUBT_H
#define DYETRACE_KAFKA_DOUBT_H

#include "feeds.h"

/* Begins to compare, with low and high as the last look has them. */
void feed_compare(struct feeds *feeds, struct feed *feed);
/* Takes answers, asks what is to be asked next, and concludes. In the route's thread, between two
 * reads: what was given before is recorded. */
void feeds_settle_doubts(struct feeds *feeds, struct watch *watch);

#endif
