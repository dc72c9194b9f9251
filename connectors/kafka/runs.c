/* SPDX-License-Identifier: Apache-2.0 */
#include "runs.h"

#include "base/memory.h"

void
runs_fini(struct runs *runs)
{
	memory_free(runs->runs);
	memory_free(runs->next);
	*runs = (struct runs){0};
}

/* In one block the names of a partition are the same bytes. */
static bool
same_partition(const struct record *a, const struct record *b)
{
	return a->partition.data == b->partition.data && a->source.data == b->source.data &&
	    a->incarnation == b->incarnation && a->replay == b->replay;
}

static bool
follows(const struct run *run, const struct record *before, const struct record *fact)
{
	return run->open && same_partition(before, fact) &&
	    fact->offset >= before->offset + before->count;
}

static struct run *
begin(struct runs *runs, const struct record *fact, uint32_t item)
{
	memory_grow(&runs->runs, &runs->capacity, runs->count + 1, sizeof(*runs->runs));
	runs->runs[runs->count] =
	    (struct run){.fact = fact, .first = item, .last = item, .count = 1, .open = true};
	return &runs->runs[runs->count++];
}

/* The open run of the partition, the newest first: sources give many of one partition in a row. */
static struct run *
find(struct runs *runs, const struct publication_batch *batch, const struct record *fact)
{
	size_t i;

	for (i = runs->count; i-- > 0;) {
		struct run *run = &runs->runs[i];

		if (follows(run, batch->items[run->last].fact, fact))
			return run;
		if (run->open && same_partition(run->fact, fact)) {
			run->open = false;
			return NULL;
		}
	}
	return NULL;
}

void
runs_of(struct runs *runs, const struct publication_batch *batch)
{
	struct run *run = NULL;
	uint32_t i;

	runs->count = 0;
	memory_grow(&runs->next, &runs->item_capacity, batch->count + 1, sizeof(*runs->next));
	for (i = 0; i < batch->count; i++) {
		const struct record *fact = batch->items[i].fact;

		runs->next[i] = RUN_END;
		if (!run || !follows(run, batch->items[run->last].fact, fact))
			run = find(runs, batch, fact);
		if (!run) {
			run = begin(runs, fact, i);
			continue;
		}
		runs->next[run->last] = i;
		run->last = i;
		run->count++;
	}
}
