/* SPDX-License-Identifier: Apache-2.0 */
/* Cumulative buckets, as Prometheus wants them; marks by partition number. */
#include "commit_count.h"

#include "base/memory.h"

const double commit_bounds[COMMIT_BOUNDS] = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

void
commit_count_fini(struct commit_count *count)
{
	memory_free(count->marks);
}

void
commit_count_time(struct commit_count *count, double seconds)
{
	size_t i;

	count->figures.count++;
	count->figures.seconds += seconds;
	for (i = 0; i < COMMIT_BOUNDS; i++)
		count->figures.within[i] += seconds <= commit_bounds[i];
}

void
commit_count_mark(struct commit_count *count, const struct partition *partition)
{
	size_t need = partition->number, before = count->mark_count;

	if (!need)
		return;
	if (need > before) {
		memory_grow(&count->marks, &count->mark_capacity, need, sizeof(*count->marks));
		memset(count->marks + before, 0, (need - before) * sizeof(*count->marks));
		count->mark_count = need;
	}
	count->marks[need - 1] = (struct partition_mark){
	    .start = partition->start,
	    .next_offset = partition->next_offset,
	    .recorded = partition->recorded,
	    .quarantined = partition->quarantined,
	    .filtered = partition->filtered,
	    .gaps = partition->gaps,
	};
}
