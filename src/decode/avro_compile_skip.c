/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nobody wants is passed over, and checked while it is. Small types are
 * unfolded into steps, so that those that follow each other become one.
 */
#include "avro_compile.h"

/* A record of at most so many types is passed over in the program itself. */
#define UNFOLD_MAX 32

static void
skip_whole(struct plan *plan, uint32_t place, const struct avro_node *node)
{
	plan_emit(
	    plan, place, (struct plan_step){.op = PLAN_WALK, .a = plan_walk_over(plan, node)});
}

static void
skip_record(struct plan *plan, uint32_t place, const struct avro_node *node)
{
	uint32_t i;

	if (node->recursive || node->expanded > UNFOLD_MAX) {
		skip_whole(plan, place, node);
		return;
	}
	for (i = 0; i < node->count; i++)
		plan_skip(
		    plan, plan_place_add(plan, place, node->fields[i].name), node->fields[i].type);
}

static void
skip_repeated(struct plan *plan, uint32_t place, const struct avro_node *node)
{
	uint32_t texts = node->kind == AVRO_KIND_MAP ? 2 : 1;

	if (plan_is_text(node->inside[0]))
		plan_emit(plan, place, (struct plan_step){.op = PLAN_SKIP_TEXT_LIST, .a = texts});
	else
		skip_whole(plan, place, node);
}

static void
skip_union(struct plan *plan, uint32_t place, const struct avro_node *node)
{
	uint32_t null = plan_null_of_two(node), step;
	const struct avro_node *other = null == 2 ? NULL : node->inside[1 - null];

	if (other && plan_is_text(other)) {
		plan_emit(plan, place, (struct plan_step){.op = PLAN_SKIP_TEXT_OR_NULL, .b = null});
	} else if (other && other->kind < AVRO_KIND_ARRAY) {
		step = plan_emit(plan, place, (struct plan_step){.op = PLAN_NULLABLE, .b = null});
		plan_mark_joint(plan);
		plan_skip(plan, place, other);
		plan->steps[step].a = (uint32_t)plan->count;
		plan_mark_joint(plan);
	} else {
		skip_whole(plan, place, node);
	}
}

void
plan_skip(struct plan *plan, uint32_t place, const struct avro_node *node)
{
	if (!node->min_bytes) /* each value of it is empty */
		return;
	switch (node->kind) {
	case AVRO_KIND_NULL:
		return;
	case AVRO_KIND_BOOLEAN:
		plan_emit(plan, place, (struct plan_step){.op = PLAN_SKIP_BOOLEAN});
		return;
	case AVRO_KIND_INT:
		plan_emit_more(plan, place, PLAN_SKIP_INTS, 1);
		return;
	case AVRO_KIND_LONG:
		plan_emit_more(plan, place, PLAN_SKIP_LONGS, 1);
		return;
	case AVRO_KIND_FLOAT:
	case AVRO_KIND_DOUBLE:
	case AVRO_KIND_FIXED:
		plan_emit_more(plan, place, PLAN_SKIP_BYTES, (uint32_t)node->min_bytes);
		return;
	case AVRO_KIND_BYTES:
	case AVRO_KIND_STRING:
		plan_emit_more(plan, place, PLAN_SKIP_TEXTS, 1);
		return;
	case AVRO_KIND_ENUM:
		plan_emit(
		    plan, place, (struct plan_step){.op = PLAN_SKIP_SYMBOL, .a = node->count});
		return;
	case AVRO_KIND_RECORD:
		skip_record(plan, place, node);
		return;
	case AVRO_KIND_ARRAY:
	case AVRO_KIND_MAP:
		skip_repeated(plan, place, node);
		return;
	case AVRO_KIND_UNION:
		skip_union(plan, place, node);
		return;
	}
}
