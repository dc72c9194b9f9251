/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of which keys are wanted, and the list of changes: a program for an item. */
#include "avro_compile.h"

#include "base/memory.h"

static uint32_t
loop_add(struct plan *plan, struct plan_loop loop)
{
	memory_grow(&plan->loops, &plan->loop_capacity, plan->loop_count + 1, sizeof(*plan->loops));
	plan->loops[plan->loop_count] = loop;
	return (uint32_t)plan->loop_count++;
}

static void
key_add(struct plan *plan, struct text name)
{
	memory_grow(&plan->keys, &plan->key_capacity, plan->key_count + 1, sizeof(*plan->keys));
	plan->keys[plan->key_count++] = (struct plan_key){name, 0};
}

/* The keys that wants may go through, each once: of a.b both "a" and "a.b". */
static uint32_t
keys_of(struct plan *plan, struct wants wants)
{
	size_t first = plan->key_count, i, k, size;

	for (i = 0; i < wants.count; i++) {
		struct text path = wants.items[i].path;

		for (size = 1; size <= path.size; size++) {
			struct text name = {path.data, size};

			if (size < path.size && path.data[size] != '.')
				continue;
			for (k = first;
			     k < plan->key_count && !text_equal(plan->keys[k].name, name); k++)
				;
			if (k == plan->key_count)
				key_add(plan, name);
		}
	}
	plan->too_large = plan->too_large || plan->key_count - first > PLAN_KEYS_MAX;
	return (uint32_t)(plan->key_count - first);
}

void
plan_compile_map(
    struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	const struct avro_node *value = node->inside[0];
	uint32_t first = (uint32_t)plan->key_count, count = keys_of(plan, wants), i;
	uint32_t loop = loop_add(plan,
	    (struct plan_loop){value->min_bytes + 1, plan_walk_over(plan, value), first, count});
	uint32_t pc = plan_emit(plan, place, (struct plan_step){.op = PLAN_MAP, .b = loop});

	for (i = first; i < first + count; i++) {
		struct text name = plan->keys[i].name;

		plan_mark_joint(plan);
		plan->keys[i].pc = (uint32_t)plan->count;
		plan_compile(plan, plan_place_add(plan, place, name), value,
		    wants_through(plan, wants, name));
		plan_emit(plan, place, (struct plan_step){.op = PLAN_MAP_NEXT});
	}
	plan->steps[pc].a = (uint32_t)plan->count;
	plan_mark_joint(plan);
}

void
plan_compile_list(struct plan *plan, uint32_t place, const struct avro_node *node)
{
	struct want parts[] = {
	    {.path = TEXT("field"), .base = BASE_FIELD},
	    {.path = TEXT("old"),
		.base = BASE_CHANGE,
		.offset = offsetof(struct cell_change, old_value)},
	    {.path = TEXT("new"),
		.base = BASE_CHANGE,
		.offset = offsetof(struct cell_change, new_value)},
	};
	uint32_t loop = loop_add(plan, (struct plan_loop){.min_bytes = node->inside[0]->min_bytes});
	uint32_t pc = plan_emit(plan, place, (struct plan_step){.op = PLAN_LIST, .b = loop});

	plan_mark_joint(plan);
	plan_compile(plan, place, node->inside[0], (struct wants){parts, ARRAY_COUNT(parts)});
	plan_emit(plan, place, (struct plan_step){.op = PLAN_LIST_NEXT});
	plan->steps[pc].a = (uint32_t)plan->count;
	plan_mark_joint(plan);
}
