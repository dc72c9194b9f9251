/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unions. Where all branches are for one cell the union is one step; else its
 * branches are programs of their own, which all go on behind it.
 */
#include "avro_compile.h"

#include "base/memory.h"

void
plan_compile_nullable(struct plan *plan, uint32_t place, const struct avro_node *node,
    uint32_t null, struct wants wants)
{
	const struct want *here = wants_here(wants, false);
	struct plan_step step = {.op = here ? PLAN_NULL_OR : PLAN_NULLABLE, .b = null};
	uint32_t pc;

	if (here) {
		step.base = (uint16_t)here->base;
		step.offset = here->offset;
	}
	if (here && plan_is_text(node->inside[1 - null]) &&
	    node->inside[1 - null]->logical != AVRO_LOGICAL_DECIMAL) {
		step.op = PLAN_TEXT_OR_NULL;
		plan_emit(plan, place, step);
		return;
	}
	pc = plan_emit(plan, place, step);
	plan_mark_joint(plan);
	plan_compile(plan, place, node->inside[1 - null], wants);
	plan->steps[pc].a = (uint32_t)plan->count;
	plan_mark_joint(plan);
	plan->rest_varies = plan->rest_varies || !place;
}

static bool
is_plain(const struct avro_node *node)
{
	return node->kind <= AVRO_KIND_STRING &&
	    (!node->logical || node->logical == AVRO_LOGICAL_UUID);
}

static bool
is_words(const struct avro_node *node)
{
	return node->kind != AVRO_KIND_BOOLEAN && node->kind != AVRO_KIND_FLOAT;
}

bool
plan_compile_plain_union(
    struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	const struct want *here = wants_here(wants, false);
	size_t first = plan->target_count;
	bool words = true;
	uint32_t i;

	for (i = 0; i < node->count; i++) {
		if (!is_plain(node->inside[i]))
			return false;
		words = words && is_words(node->inside[i]);
	}
	if (!here || wants.count != 1)
		return false;
	memory_grow(&plan->targets, &plan->target_capacity, first + node->count + 1,
	    sizeof(*plan->targets));
	for (i = 0; i < node->count; i++)
		plan->targets[plan->target_count++] = plan_op_of(node->inside[i]->kind);
	plan_emit(plan, place,
	    (struct plan_step){.op = words ? PLAN_ONE_OF_WORDS : PLAN_ONE_OF,
		.base = (uint16_t)here->base,
		.offset = here->offset,
		.a = node->count,
		.b = (uint32_t)first});
	return true;
}

/* Ends a branch of a union: the last step of its own goes on behind the union.
 * Until that place is known these steps are a list, each naming the one before. */
static uint32_t
end_branch(struct plan *plan, size_t begin, uint32_t place, uint32_t before)
{
	/* A step that goes elsewhere cannot be sent on; neither can none. */
	if (plan->count == begin || plan->joint == plan->count)
		plan_emit(plan, place, (struct plan_step){.op = PLAN_SKIP_BYTES});
	plan->steps[plan->count - 1].next = before;
	return (uint32_t)plan->count - 1;
}

void
plan_compile_union(
    struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	size_t first = plan->target_count;
	uint32_t i, last = UINT32_MAX, before;

	memory_grow(&plan->targets, &plan->target_capacity, first + node->count + 1,
	    sizeof(*plan->targets));
	plan->target_count += node->count;
	plan_emit(plan, place,
	    (struct plan_step){.op = PLAN_UNION, .a = node->count, .b = (uint32_t)first});
	for (i = 0; i < node->count && !plan->too_large; i++) {
		size_t begin = plan->count;

		plan_mark_joint(plan);
		plan->targets[first + i] = (uint32_t)begin;
		plan_compile(plan, place, node->inside[i], wants);
		last = end_branch(plan, begin, place, last);
	}
	for (; last != UINT32_MAX; last = before) {
		before = plan->steps[last].next;
		plan->steps[last].next = (uint32_t)plan->count;
	}
	plan_mark_joint(plan);
	/* Records of a union at the top share the row: which slots are filled differs. */
	plan->rest_varies = plan->rest_varies || !place;
}
