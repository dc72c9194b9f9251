/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times lie in the image; beside them, made again after a load, stands a heap of the
 * partitions in force, least time first, and a table from names to numbers.
 */
#include "clock.h"

#include <assert.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/memory.h"

#define JUMP_MS (30 * (int64_t)86400000)
#define NOWHERE UINT32_MAX

struct seen {
	place at;
	struct text source, name; /* in the image */
	uint32_t incarnation;
	uint32_t in_heap; /* its place there, NOWHERE: released */
	int64_t time_ms;  /* as in the image */
};

/* What clock_partition_of() found before, by the number in the process. */
struct remembered {
	const char *source, *name;
	uint32_t incarnation, number;
};

struct clock {
	struct image *image;
	struct seen *seen;
	uint32_t *ranks, *order; /* order: numbers as the ranks ascend */
	uint32_t *heap, *slots;  /* slots: number + 1 by hash of the names, 0 free */
	uint32_t count, heap_count, slot_mask,
	    last; /* last: found before; events come in runs of one partition */
	size_t seen_capacity, ranks_capacity, order_capacity, heap_capacity;
	struct remembered *remembered;
	size_t remembered_count, remembered_capacity;
};

static struct state *
state_of(const struct clock *clock)
{
	return image_at(clock->image, image_root(clock->image));
}

/* --- the heap of those in force --------------------------------------------------------- */

static int64_t
time_at(const struct clock *clock, uint32_t i)
{
	return clock->seen[clock->heap[i]].time_ms;
}

static void
put(struct clock *clock, uint32_t i, uint32_t number)
{
	clock->heap[i] = number;
	clock->seen[number].in_heap = i;
}

static void
swap(struct clock *clock, uint32_t i, uint32_t j)
{
	uint32_t number = clock->heap[i];

	put(clock, i, clock->heap[j]);
	put(clock, j, number);
}

static void
sink(struct clock *clock, uint32_t i)
{
	uint32_t least;

	for (;; i = least) {
		least = i;
		if (2 * i + 1 < clock->heap_count &&
		    time_at(clock, 2 * i + 1) < time_at(clock, least))
			least = 2 * i + 1;
		if (2 * i + 2 < clock->heap_count &&
		    time_at(clock, 2 * i + 2) < time_at(clock, least))
			least = 2 * i + 2;
		if (least == i)
			return;
		swap(clock, i, least);
	}
}

static void
rise(struct clock *clock, uint32_t i)
{
	for (; i && time_at(clock, i) < time_at(clock, (i - 1) / 2); i = (i - 1) / 2)
		swap(clock, i, (i - 1) / 2);
}

static void
heap_add(struct clock *clock, uint32_t number)
{
	memory_grow(
	    &clock->heap, &clock->heap_capacity, clock->heap_count + 1, sizeof(*clock->heap));
	put(clock, clock->heap_count++, number);
	rise(clock, clock->heap_count - 1);
}

static void
heap_remove(struct clock *clock, uint32_t number)
{
	uint32_t i = clock->seen[number].in_heap, last = --clock->heap_count;

	clock->seen[number].in_heap = NOWHERE;
	if (i == last)
		return;
	put(clock, i, clock->heap[last]);
	rise(clock, i);
	sink(clock, i);
}

/* --- partitions by name ------------------------------------------------------------------ */

static uint32_t
names_hash(struct text source, struct text name, uint32_t incarnation)
{
	uint64_t mix = digest_identity(source) * 31 + digest_identity(name);

	return (uint32_t)((mix + incarnation) * 0x9e3779b97f4a7c15u >> 32);
}

static int
order_of(const struct seen *a, struct text source, struct text name, uint32_t incarnation)
{
	int order = text_compare(a->source, source);

	if (!order)
		order = text_compare(a->name, name);
	return order ? order : (a->incarnation > incarnation) - (a->incarnation < incarnation);
}

static uint32_t *
find_slot(const struct clock *clock, struct text source, struct text name, uint32_t incarnation)
{
	uint32_t at = names_hash(source, name, incarnation) & clock->slot_mask;

	while (clock->slots[at] &&
	    order_of(&clock->seen[clock->slots[at] - 1], source, name, incarnation))
		at = (at + 1) & clock->slot_mask;
	return &clock->slots[at];
}

static void
grow_slots(struct clock *clock)
{
	const struct seen *seen;
	uint32_t i;

	memory_free(clock->slots);
	clock->slot_mask = clock->slot_mask * 2 + 1;
	clock->slots = memory_get_array((size_t)clock->slot_mask + 1, sizeof(*clock->slots));
	for (i = 0; i < clock->count; i++) {
		seen = &clock->seen[i];
		*find_slot(clock, seen->source, seen->name, seen->incarnation) = i + 1;
	}
}

/* Puts a number among the others in order, and counts up the ranks behind it. */
static void
rank_new(struct clock *clock, uint32_t number)
{
	const struct seen *new = &clock->seen[number];
	uint32_t low = 0, high = number, middle, i;

	while (low < high) {
		middle = (low + high) / 2;
		if (order_of(&clock->seen[clock->order[middle]], new->source, new->name,
			new->incarnation) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	memmove(clock->order + low + 1, clock->order + low, (number - low) * sizeof(*clock->order));
	clock->order[low] = number;
	for (i = low; i <= number; i++)
		clock->ranks[clock->order[i]] = i;
}

/* A partition that lies in the image becomes known here. */
static uint32_t
know(struct clock *clock, place at)
{
	const struct state_partition *state = image_at(clock->image, at);
	uint32_t number = clock->count, count = number + 1;
	struct seen *seen;

	memory_grow(&clock->seen, &clock->seen_capacity, count, sizeof(*clock->seen));
	memory_grow(&clock->ranks, &clock->ranks_capacity, count, sizeof(*clock->ranks));
	memory_grow(&clock->order, &clock->order_capacity, count, sizeof(*clock->order));
	seen = &clock->seen[number];
	*seen = (struct seen){.at = at,
	    .source = {state->names, state->source_bytes},
	    .name = {state->names + state->source_bytes, state->name_bytes},
	    .incarnation = state->incarnation,
	    .in_heap = NOWHERE,
	    .time_ms = state->time_ms};
	rank_new(clock, number);
	clock->count = count;
	if (clock->count * 2 > clock->slot_mask)
		grow_slots(clock);
	else
		*find_slot(clock, seen->source, seen->name, seen->incarnation) = count;
	if (!state->released)
		heap_add(clock, number);
	return number;
}

struct clock *
clock_open(struct image *image)
{
	struct clock *clock = memory_get(sizeof(*clock));
	place at;

	clock->image = image;
	clock->slot_mask = 7;
	clock->slots = memory_get_array(8, sizeof(*clock->slots));
	for (at = state_of(clock)->first_partition; at;
	     at = ((const struct state_partition *)image_at(image, at))->next)
		(void)know(clock, at);
	return clock;
}

void
clock_close(struct clock *clock)
{
	if (!clock)
		return;
	memory_free(clock->seen);
	memory_free(clock->ranks);
	memory_free(clock->order);
	memory_free(clock->heap);
	memory_free(clock->slots);
	memory_free(clock->remembered);
	memory_free(clock);
}

const uint32_t *
clock_ranks(const struct clock *clock)
{
	return clock->ranks;
}

static size_t
partition_bytes(struct text source, struct text name)
{
	return sizeof(struct state_partition) + source.size + name.size;
}

/* Names in a long piece may lie on several pages: all of them are fresh. */
static place
write_partition(struct clock *clock, struct text source, struct text name, uint32_t incarnation)
{
	place at = image_get(clock->image, partition_bytes(source, name));
	struct state_partition *partition = image_at(clock->image, at), *last;
	struct state *state = image_touch(clock->image, image_root(clock->image));

	*partition = (struct state_partition){.time_ms = TIME_NONE,
	    .suspect_ms = TIME_NONE,
	    .incarnation = incarnation,
	    .released = 1,
	    .source_bytes = (uint32_t)source.size,
	    .name_bytes = (uint32_t)name.size};
	memcpy(partition->names, source.data, source.size);
	memcpy(partition->names + source.size, name.data, name.size);
	if (state->last_partition) {
		last = image_touch(clock->image, state->last_partition);
		last->next = at;
	} else {
		state->first_partition = at;
	}
	state->last_partition = at;
	state->partition_count++;
	return at;
}

static void
release(struct clock *clock, uint32_t number)
{
	struct state_partition *partition = image_touch(clock->image, clock->seen[number].at);

	partition->released = 1;
	heap_remove(clock, number);
}

/* Incarnations of one name stand side by side in the order. */
static void
release_older(struct clock *clock, uint32_t number)
{
	const struct seen *new = &clock->seen[number], *older;
	uint32_t rank;

	for (rank = clock->ranks[number]; rank > 0; rank--) {
		older = &clock->seen[clock->order[rank - 1]];
		if (!text_equal(older->source, new->source) || !text_equal(older->name, new->name))
			return;
		if (older->in_heap != NOWHERE)
			release(clock, clock->order[rank - 1]);
	}
}

/* Its number and one, 0: it was never seen. */
static uint32_t
find_seen(const struct clock *clock, struct text source, struct text name, uint32_t incarnation)
{
	const struct seen *last = &clock->seen[clock->last];

	if (clock->last < clock->count && last->incarnation == incarnation &&
	    text_equal(last->name, name) && text_equal(last->source, source))
		return clock->last + 1;
	return *find_slot(clock, source, name, incarnation);
}

uint32_t
clock_partition(struct clock *clock, struct text source, struct text name, uint32_t incarnation)
{
	uint32_t found = find_seen(clock, source, name, incarnation), number;

	if (found) {
		clock->last = found - 1;
		return found - 1;
	}
	number = know(clock, write_partition(clock, source, name, incarnation));
	release_older(clock, number);
	return number;
}

uint32_t
clock_partition_of(struct clock *clock, const struct partition *partition)
{
	struct remembered *found;
	size_t count = clock->remembered_count;

	if (partition->number >= count) {
		clock->remembered_count = (size_t)partition->number + 1;
		memory_grow(&clock->remembered, &clock->remembered_capacity,
		    clock->remembered_count, sizeof(*found));
		memset(clock->remembered + count, 0,
		    (clock->remembered_count - count) * sizeof(*found));
	}
	found = &clock->remembered[partition->number];
	if (found->name != partition->name || found->source != partition->source ||
	    found->incarnation != partition->incarnation || !found->name)
		*found =
		    (struct remembered){partition->source, partition->name, partition->incarnation,
			clock_partition(clock, text_of(partition->source), text_of(partition->name),
			    partition->incarnation)};
	return found->number;
}

/* Whether the event moves its partition's time; what it leaves for the next to be believed. */
static bool
believed(struct state_partition *partition, int64_t time_ms)
{
	int64_t before = partition->suspect_ms;

	partition->suspect_ms = TIME_NONE;
	if (partition->time_ms == TIME_NONE || time_ms - JUMP_MS <= partition->time_ms)
		return true;
	if (before != TIME_NONE && time_ms - JUMP_MS <= before && before - JUMP_MS <= time_ms)
		return true;
	partition->suspect_ms = time_ms;
	return false;
}

int64_t
clock_event(struct clock *clock, uint32_t number, int64_t time_ms, bool *ahead)
{
	struct seen *seen = &clock->seen[number];
	struct state_partition *partition = image_touch(clock->image, seen->at);

	*ahead = !believed(partition, time_ms);
	if (!*ahead && (seen->time_ms == TIME_NONE || time_ms > seen->time_ms)) {
		seen->time_ms = partition->time_ms = time_ms;
		if (seen->in_heap != NOWHERE)
			sink(clock, seen->in_heap);
	}
	if (seen->in_heap == NOWHERE) {
		partition->released = 0;
		heap_add(clock, number);
	}
	return seen->time_ms;
}

bool
clock_release(struct clock *clock, struct text source, struct text name, uint32_t incarnation)
{
	uint32_t found = *find_slot(clock, source, name, incarnation);

	if (!found || clock->seen[found - 1].in_heap == NOWHERE)
		return false;
	release(clock, found - 1);
	return true;
}

int64_t
clock_now(struct clock *clock)
{
	struct state *state = state_of(clock);
	int64_t least;

	if (!clock->heap_count)
		return state->clock_ms;
	least = time_at(clock, 0);
	if (state->clock_ms != TIME_NONE && least <= state->clock_ms)
		return state->clock_ms;
	state = image_touch(clock->image, image_root(clock->image));
	state->clock_ms = least;
	return least;
}

/* --- what would be -------------------------------------------------------------------------- */

/* The least time of those in force but one, INT64_MAX: there is none. */
static int64_t
least_without(const struct clock *clock, uint32_t in_heap)
{
	int64_t least = INT64_MAX;
	uint32_t i;

	if (in_heap != 0)
		return clock->heap_count ? time_at(clock, 0) : INT64_MAX;
	for (i = 1; i <= 2 && i < clock->heap_count; i++)
		least = time_at(clock, i) < least ? time_at(clock, i) : least;
	return least;
}

/* As clock_event() leaves its partition's time. */
static int64_t
time_with(const struct clock *clock, const struct seen *seen, int64_t time_ms)
{
	struct state_partition copy =
	    *(const struct state_partition *)image_at(clock->image, seen->at);

	return believed(&copy, time_ms) && (seen->time_ms == TIME_NONE || time_ms > seen->time_ms)
	    ? time_ms
	    : seen->time_ms;
}

/* The least time of those in force once the older incarnations of a new partition are released. */
static int64_t
least_of_others(
    const struct clock *clock, struct text source, struct text name, uint32_t incarnation)
{
	int64_t least = INT64_MAX;
	uint32_t i;

	for (i = 0; i < clock->heap_count; i++) {
		const struct seen *seen = &clock->seen[clock->heap[i]];

		if (seen->incarnation < incarnation && text_equal(seen->name, name) &&
		    text_equal(seen->source, source))
			continue;
		least = seen->time_ms < least ? seen->time_ms : least;
	}
	return least;
}

int64_t
clock_with(const struct clock *clock, struct text source, struct text name, uint32_t incarnation,
    int64_t time_ms)
{
	uint32_t found = find_seen(clock, source, name, incarnation);
	int64_t before = state_of(clock)->clock_ms, least, time = time_ms;

	if (found) {
		const struct seen *seen = &clock->seen[found - 1];

		least = least_without(clock, seen->in_heap);
		if (time_ms != INT64_MAX)
			time = time_with(clock, seen, time_ms);
	} else if (time_ms == INT64_MAX) {
		return before;
	} else {
		least = least_of_others(clock, source, name, incarnation);
	}
	least = time < least ? time : least;
	return least == INT64_MAX || (before != TIME_NONE && least < before) ? before : least;
}
