/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An epoch's classes stand in one table of sequences: the changed fields as a
 * source names them, with the class of their set and the moves that sort them.
 * A class itself is found as the sequence that needs no moves.
 */
#include "lineage/classes.h"

#include <stdlib.h>

#include "base/memory.h"
#include "epoch.h"

struct sequence {
	uint32_t dataset, count;
	const uint32_t *fields; /* as they come */
	const uint32_t *moves;  /* cycles, each behind its length; 0 ends; NULL: sorted already */
	const struct trace_class *class;
};

struct slot {
	uint32_t tag, sequence; /* 0: empty; else one more than its index */
};

struct classes {
	struct epoch epoch;
	struct arena arena; /* of classes and sequences: TRACE_BYTES_MAX */
	struct slot *slots;
	uint32_t mask;
	struct sequence *sequences;
	size_t count, capacity;
	uint32_t class_count;
};

/* A field of the event in hand, and which of its changes it is. */
struct place {
	uint32_t field, from;
};

struct tracer {
	struct symbols *names;
	struct classes *now, *before;
	uint32_t next_class;
	uint64_t uncached, seed;
	/* Of the event in hand, grown together. */
	uint32_t *fields, *moves;
	struct place *places;
	size_t capacity;
};

static struct classes *
classes_open(struct lineage *lineage, uint32_t epoch, struct symbols *names)
{
	struct classes *classes = memory_get(sizeof(*classes));

	epoch_init(&classes->epoch, lineage, epoch, names);
	arena_init(&classes->arena);
	classes->mask = 1023;
	classes->slots = memory_get_array(classes->mask + (size_t)1, sizeof(*classes->slots));
	return classes;
}

static void
classes_close(struct classes *classes)
{
	if (!classes)
		return;
	epoch_fini(&classes->epoch);
	arena_fini(&classes->arena);
	memory_free(classes->slots);
	memory_free(classes->sequences);
	memory_free(classes);
}

struct tracer *
tracer_open(struct symbols *names)
{
	struct tracer *tracer = memory_get(sizeof(*tracer));

	tracer->names = names;
	tracer->next_class = 1;
	/* Only where sequences stand in the table depends on it, so that nobody can choose them to collide. */
	tracer->seed = (uint64_t)(uintptr_t)tracer * 0x9e3779b97f4a7c15u;
	tracer->now = classes_open(NULL, 0, names);
	return tracer;
}

void
tracer_close(struct tracer *tracer)
{
	if (!tracer)
		return;
	classes_close(tracer->now);
	classes_close(tracer->before);
	memory_free(tracer->fields);
	memory_free(tracer->moves);
	memory_free(tracer->places);
	memory_free(tracer);
}

void
tracer_set(struct tracer *tracer, struct lineage *lineage, uint32_t epoch)
{
	classes_close(tracer->before);
	tracer->before = tracer->now;
	tracer->now = classes_open(lineage, epoch, tracer->names);
}

const struct lineage *
tracer_lineage(const struct tracer *tracer)
{
	return tracer->now->epoch.lineage;
}

uint32_t
tracer_epoch(const struct tracer *tracer)
{
	return tracer->now->epoch.number;
}

bool
lineage_reads_text(const struct tracer *tracer, uint32_t dataset, uint32_t field)
{
	return field_index_find(&tracer->now->epoch.fields, dataset, field) != NULL;
}

struct tracer_counts
tracer_counts(const struct tracer *tracer)
{
	const struct classes *now = tracer->now;

	return (struct tracer_counts){.classes = now->class_count,
	    .sequences = (uint32_t)now->count,
	    .bytes = now->arena.bytes,
	    .uncached = tracer->uncached};
}

static uint32_t
sequence_tag(uint64_t seed, uint32_t dataset, const uint32_t *fields, uint32_t count)
{
	uint64_t hash = seed ^ dataset;
	uint32_t i;

	for (i = 0; i < count; i++) {
		hash = (hash ^ fields[i]) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return (uint32_t)hash;
}

/* The slot of the sequence, or the empty one where it would stand. */
static struct slot *
find_slot(const struct classes *classes, uint32_t tag, uint32_t dataset, const uint32_t *fields,
    uint32_t count)
{
	const struct sequence *sequence;
	struct slot *slot;
	uint32_t at;

	for (at = tag & classes->mask;; at = (at + 1) & classes->mask) {
		slot = &classes->slots[at];
		if (!slot->sequence)
			return slot;
		if (slot->tag != tag)
			continue;
		sequence = &classes->sequences[slot->sequence - 1];
		if (sequence->dataset == dataset && sequence->count == count &&
		    (!count || memcmp(sequence->fields, fields, count * sizeof(*fields)) == 0))
			return slot;
	}
}

static void
widen(struct classes *classes)
{
	struct slot *old = classes->slots;
	uint32_t count = classes->mask + 1, i, at;

	classes->mask = count * 2 - 1;
	classes->slots = memory_get_array((size_t)count * 2, sizeof(*classes->slots));
	for (i = 0; i < count; i++) {
		if (!old[i].sequence)
			continue;
		for (at = old[i].tag & classes->mask; classes->slots[at].sequence;)
			at = (at + 1) & classes->mask;
		classes->slots[at] = old[i];
	}
	memory_free(old);
}

static bool
has_room(const struct classes *classes)
{
	return classes->class_count < TRACE_CLASSES_MAX && classes->count < TRACE_SEQUENCES_MAX &&
	    classes->arena.bytes < TRACE_BYTES_MAX;
}

static void
add_sequence(struct classes *classes, uint32_t tag, struct sequence sequence)
{
	struct slot *slot;

	if (classes->count * 2 > classes->mask)
		widen(classes);
	slot = find_slot(classes, tag, sequence.dataset, sequence.fields, sequence.count);
	memory_grow(&classes->sequences, &classes->capacity, classes->count + 1, sizeof(sequence));
	classes->sequences[classes->count++] = sequence;
	*slot = (struct slot){tag, (uint32_t)classes->count};
}

static int
place_order(const void *a, const void *b, void *names)
{
	const struct place *x = a, *y = b;
	int order = text_compare(symbols_text(names, x->field), symbols_text(names, y->field));

	return order ? order : (x->from > y->from) - (x->from < y->from);
}

/* Which change goes where: every cycle of the permutation, each behind its
 * length. Uses up places. Returns how many numbers, at most 2 * count + 1. */
static size_t
find_moves(struct place *places, uint32_t count, uint32_t *moves)
{
	size_t used = 0, length;
	uint32_t i, at, next;

	for (i = 0; i < count; i++) {
		if (places[i].from == i)
			continue;
		length = used++;
		for (at = i; places[at].from != at; at = next) {
			next = places[at].from;
			places[at].from = at;
			moves[used++] = at;
		}
		moves[length] = (uint32_t)(used - length - 1);
	}
	moves[used++] = 0;
	return used;
}

static void
move(struct change *changes, const uint32_t *moves)
{
	struct change first;
	uint32_t length, i;

	for (; (length = *moves++); moves += length) {
		first = changes[moves[0]];
		for (i = 0; i + 1 < length; i++)
			changes[moves[i]] = changes[moves[i + 1]];
		changes[moves[length - 1]] = first;
	}
}

static void
make_room(struct tracer *tracer, uint32_t count)
{
	if (count < tracer->capacity)
		return;
	tracer->capacity = (size_t)count * 2 + 64;
	tracer->fields = memory_resize(tracer->fields, tracer->capacity * sizeof(*tracer->fields));
	tracer->places = memory_resize(tracer->places, tracer->capacity * sizeof(*tracer->places));
	tracer->moves = memory_resize(tracer->moves, tracer->capacity * 2 * sizeof(*tracer->moves));
}

static void *
keep(struct classes *classes, const uint32_t *numbers, size_t count)
{
	return count ? memcpy(arena_get(&classes->arena, count * sizeof(*numbers)), numbers,
			   count * sizeof(*numbers))
		     : NULL;
}

/* The class of the fields, which are sorted; made and kept where there is room, else the event's own. */
static const struct trace_class *
class_of(struct tracer *tracer, uint32_t dataset, const uint32_t *fields, uint32_t count,
    struct arena *arena)
{
	struct classes *classes = tracer->now;
	uint32_t tag = sequence_tag(tracer->seed, dataset, fields, count);
	const struct slot *slot = find_slot(classes, tag, dataset, fields, count);
	struct trace_class *class;

	if (slot->sequence)
		return classes->sequences[slot->sequence - 1].class;
	if (!has_room(classes)) {
		tracer->uncached++;
		return epoch_class(&classes->epoch, dataset, fields, count, arena);
	}
	class = epoch_class(&classes->epoch, dataset, fields, count, &classes->arena);
	class->number = tracer->next_class++;
	classes->class_count++;
	add_sequence(classes, tag,
	    (struct sequence){
		.dataset = dataset, .count = count, .fields = class->fields, .class = class});
	return class;
}

/* A sequence that is seen first: sorts it, finds its class, and keeps both. */
static const struct trace_class *
learn(struct tracer *tracer, struct event *event, uint32_t tag, struct arena *arena)
{
	struct classes *classes = tracer->now;
	uint32_t count = event->change_count,
		 *sorted = arena_get(arena, (count + (size_t)1) * sizeof(*sorted)), i;
	const struct trace_class *class;
	size_t moves;

	for (i = 0; i < count; i++)
		tracer->places[i] = (struct place){tracer->fields[i], i};
	qsort_r(tracer->places, count, sizeof(*tracer->places), place_order, tracer->names);
	for (i = 0; i < count; i++)
		sorted[i] = tracer->places[i].field;
	class = class_of(tracer, event->dataset, sorted, count, arena);
	moves = find_moves(tracer->places, count, tracer->moves);
	move(event->changes, tracer->moves);
	if (moves > 1 && has_room(classes))
		add_sequence(classes, tag,
		    (struct sequence){.dataset = event->dataset,
			.count = count,
			.fields = keep(classes, tracer->fields, count),
			.moves = keep(classes, tracer->moves, moves),
			.class = class});
	return class;
}

struct trace
lineage_event(struct tracer *tracer, struct event *event, struct arena *arena)
{
	const struct classes *classes = tracer->now;
	const struct sequence *sequence;
	const struct slot *slot;
	uint32_t tag, i;

	make_room(tracer, event->change_count);
	for (i = 0; i < event->change_count; i++)
		tracer->fields[i] = event->changes[i].field;
	tag = sequence_tag(tracer->seed, event->dataset, tracer->fields, event->change_count);
	slot = find_slot(classes, tag, event->dataset, tracer->fields, event->change_count);
	if (!slot->sequence)
		return (struct trace){learn(tracer, event, tag, arena)};
	sequence = &classes->sequences[slot->sequence - 1];
	if (sequence->moves)
		move(event->changes, sequence->moves);
	return (struct trace){sequence->class};
}

void
lineage_batch(struct tracer *tracer, struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++)
		if (batch->outcomes[i].disposition == DISPOSITION_RECORDED)
			batch->traces[i] = lineage_event(tracer, &batch->events[i], &batch->arena);
}
