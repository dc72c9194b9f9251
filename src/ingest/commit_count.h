/* SPDX-License-Identifier: Apache-2.0 */
/* What the scribe remembers of its commits, under its mutex: how long they took, how far each partition is. */
#ifndef DYETRACE_INGEST_COMMIT_COUNT_H
#define DYETRACE_INGEST_COMMIT_COUNT_H

#include "ingest/figures.h"

struct commit_count {
	struct commit_figures figures;
	size_t mark_count, mark_capacity;
	struct partition_mark *marks; /* of partition number i + 1 */
};

void commit_count_fini(struct commit_count *count);
void commit_count_time(struct commit_count *count, double seconds);
/* A partition as it was committed. */
void commit_count_mark(struct commit_count *count, const struct partition *partition);

#endif
