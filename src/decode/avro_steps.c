/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step knows the places of the values that it reads or passes over: a run of
 * plan->pieces, from step_pieces of the step on.
 */
#include "avro_steps.h"

#include "base/memory.h"

uint32_t
plan_place_add(struct plan *plan, uint32_t up, struct text name)
{
	memory_grow(
	    &plan->places, &plan->place_capacity, plan->place_count + 1, sizeof(*plan->places));
	plan->places[plan->place_count] = (struct plan_place){up, name};
	return (uint32_t)plan->place_count++;
}

static void
piece_add(struct plan *plan, uint32_t place)
{
	memory_grow(
	    &plan->pieces, &plan->piece_capacity, plan->piece_count + 1, sizeof(*plan->pieces));
	plan->pieces[plan->piece_count++] = place;
}

uint32_t
plan_emit(struct plan *plan, uint32_t place, struct plan_step step)
{
	memory_grow(&plan->steps, &plan->capacity, plan->count + 1, sizeof(*plan->steps));
	memory_grow(&plan->step_pieces, &plan->step_piece_capacity, plan->count + 1,
	    sizeof(*plan->step_pieces));
	plan->step_pieces[plan->count] = (uint32_t)plan->piece_count;
	piece_add(plan, place);
	step.next = (uint32_t)plan->count + 1;
	plan->steps[plan->count] = step;
	return (uint32_t)plan->count++;
}

void
plan_emit_more(struct plan *plan, uint32_t place, enum plan_op op, uint32_t a)
{
	struct plan_step *last = plan->count > plan->joint ? &plan->steps[plan->count - 1] : NULL;

	if (last && last->op == op && last->a <= UINT32_MAX - a) {
		last->a += a;
		piece_add(plan, place);
	} else {
		plan_emit(plan, place, (struct plan_step){.op = op, .a = a});
	}
}

void
plan_mark_joint(struct plan *plan)
{
	plan->joint = plan->count;
}

uint32_t
plan_walk_over(struct plan *plan, const struct avro_node *node)
{
	if (!plan->walks[node->order])
		plan->walks[node->order] = avro_walk_add(plan->walk, node) + 1;
	return plan->walks[node->order] - 1;
}

void
plan_link_steps(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		plan->steps[i].after = &plan->steps[plan->steps[i].next];
}
