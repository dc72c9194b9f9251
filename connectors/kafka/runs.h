/* SPDX-License-Identifier: Apache-2.0 */
/* A batch taken apart: what belongs to one partition and ascends in it, partition by partition. */
#ifndef DYETRACE_KAFKA_RUNS_H
#define DYETRACE_KAFKA_RUNS_H

#include "model/publisher.h"

#define RUN_END UINT32_MAX

struct run {
	const struct record *fact; /* of its first item: source, partition, incarnation */
	uint32_t first, last;      /* items */
	uint32_t count;
	bool open; /* more may come */
};

struct runs {
	size_t count, capacity;
	struct run *runs; /* in the order of their first items */
	size_t item_capacity;
	uint32_t *next; /* [item]: the next one of its run, or RUN_END */
};

void runs_fini(struct runs *runs);
void runs_of(struct runs *runs, const struct publication_batch *batch);

#endif
