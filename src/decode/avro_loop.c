/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps whose keys are wanted, and the list of changes: what is read item by
 * item. Each that is open has a frame; paths bound how many.
 */
#include <assert.h>

#include "avro_reading.h"
#include "base/memory.h"
#include "model/reason.h"

static void
push(struct avro_reading *reading, const struct plan_step *step)
{
	struct loop_frame *frame = reading->frame++;

	assert(frame < reading->frames + AVRO_FRAMES_MAX);
	frame->step = step;
	frame->left = 0;
	frame->block_end = NULL;
	frame->seen = 0;
}

static void
pop(struct avro_reading *reading)
{
	const struct loop_frame *frame = --reading->frame;

	reading->step = &reading->plan->steps[frame->step->a];
}

/* Begins the next block of the map or list in the top frame; value is 0 behind the last. */
static inline struct avro_piece
next_block(struct avro_reading *reading, const uint8_t *p, const uint8_t *end)
{
	struct loop_frame *frame = &reading->frame[-1];
	struct avro_piece piece;

	if (UNLIKELY(frame->block_end && frame->block_end != p))
		return avro_wrong(AVRO_FAULT_BLOCK);
	piece =
	    avro_block(p, end, reading->plan->loops[frame->step->b].min_bytes, &frame->block_end);
	frame->left = piece.next ? (uint64_t)piece.value : 0;
	return piece;
}

/* The wanted key of that name; NULL if it is not wanted. */
static const struct plan_key *
key_find(const struct plan *plan, const struct plan_loop *loop, struct text name)
{
	uint32_t i;

	for (i = loop->first; i < loop->first + loop->count; i++)
		if (text_equal(plan->keys[i].name, name))
			return &plan->keys[i];
	return NULL;
}

/* Goes on at the value of a wanted key. */
static bool
enter(struct avro_reading *reading, const struct plan_loop *loop, const struct plan_key *key)
{
	struct loop_frame *frame = &reading->frame[-1];
	uint64_t bit = (uint64_t)1 << (key - &reading->plan->keys[loop->first]);
	bool first = !(frame->seen & bit);

	frame->seen |= bit;
	reading->step = &reading->plan->steps[key->pc];
	return first;
}

/* Goes on in the map of the top frame to its next wanted key, or behind it. */
struct avro_piece
avro_map_on(struct avro_reading *reading, const uint8_t *p, const uint8_t *end)
{
	struct loop_frame *frame = &reading->frame[-1];
	const struct plan_loop *loop = &reading->plan->loops[frame->step->b];
	const struct plan_key *key;
	struct avro_piece piece;

	for (;; p = piece.next) {
		if (!frame->left) {
			piece = next_block(reading, p, end);
			if (piece.next && !piece.value)
				pop(reading);
			if (!piece.next || !piece.value)
				return avro_at(reading, p, piece);
			p = piece.next;
		}
		frame->left--;
		piece = avro_text(p, end);
		if (!piece.next)
			return avro_at(reading, p, piece);
		key = key_find(reading->plan, loop,
		    (struct text){(const char *)piece.next - piece.value, (size_t)piece.value});
		if (key)
			break;
		piece = avro_pass(reading, loop->walk, piece.next, end);
		if (!piece.next)
			return piece;
	}
	if (!enter(reading, loop, key))
		return avro_stop(reading, REASON_AVRO, "a map with one key twice");
	return piece;
}

struct avro_piece
avro_map_begin(struct avro_reading *reading, const struct plan_step *step, const uint8_t *p,
    const uint8_t *end)
{
	push(reading, step);
	return avro_map_on(reading, p, end);
}

/* Makes room in the row for a block of changes. */
static bool
changes_reserve(struct avro_reading *reading, uint64_t more)
{
	struct plan *plan = reading->plan;
	size_t before = (size_t)(avro_change_of(reading) - plan->changes);

	if (more > plan->changes_max - before)
		return false;
	if (UNLIKELY(before + more > plan->change_capacity)) {
		memory_grow(
		    &plan->changes, &plan->change_capacity, before + more, sizeof(*plan->changes));
		reading->bases[BASE_CHANGE] = (char *)(plan->changes + before);
	}
	return true;
}

/* Goes on in the list of the top frame to its next block, or behind it. */
struct avro_piece
avro_list_on(struct avro_reading *reading, const uint8_t *p, const uint8_t *end)
{
	struct loop_frame *frame = &reading->frame[-1];
	struct avro_piece piece = next_block(reading, p, end);

	if (!piece.next)
		return piece;
	if (!piece.value) {
		reading->row->change_count =
		    (size_t)(avro_change_of(reading) - reading->plan->changes);
		pop(reading);
		return piece;
	}
	if (!changes_reserve(reading, frame->left))
		return avro_stop(reading, REASON_TOO_MANY, "more changes than are allowed");
	avro_change_begin(reading, frame);
	return piece;
}

struct avro_piece
avro_list_begin(struct avro_reading *reading, const struct plan_step *step, const uint8_t *p,
    const uint8_t *end)
{
	push(reading, step);
	reading->row->has_changes = true;
	return avro_list_on(reading, p, end);
}
