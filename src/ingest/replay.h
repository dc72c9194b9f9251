/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies in quarantine travels the route again, once a mapping is mended.
 */
#ifndef DYETRACE_INGEST_REPLAY_H
#define DYETRACE_INGEST_REPLAY_H

#include "route.h"

struct replay_counts {
	int64_t tried, recorded;
};

/* reason: only those; absent: all. Everything is committed when it returns true. */
MUST_USE bool replay_quarantine(
    struct ingest *ingest, struct text reason, struct replay_counts *counts, struct error *err);

#endif
