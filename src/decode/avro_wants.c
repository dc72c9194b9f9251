/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, name by name; and the fields that none of them names. */
#include "avro_wants.h"

#include "avro_compile.h"
#include "base/memory.h"
#include "model/reason.h"

bool
wants_check(struct text path, struct row_problem *problem)
{
	size_t names = 1, i;

	for (i = 0; i < path.size; i++)
		names += path.data[i] == '.';
	if (names <= PLAN_SEGMENTS_MAX)
		return true;
	return row_problem_set(problem, REASON_AVRO_SCHEMA,
	    "a path of %zu names; at most %d are followed", names, PLAN_SEGMENTS_MAX);
}

struct wants
wants_of_mapping(struct plan *plan)
{
	const struct wanted *wanted = plan->wanted;
	struct wants wants = {
	    arena_get(&plan->arena, (wanted->count + 1) * sizeof(*wants.items)), 0};
	size_t i;

	for (i = 0; i < wanted->count; i++)
		if (wanted_of_record(wanted, i))
			wants.items[wants.count++] = (struct want){.path = wanted->paths[i],
			    .base = BASE_CELLS,
			    .offset = (uint32_t)(i * sizeof(struct cell))};
	if (wanted->changes_path.data)
		wants.items[wants.count++] =
		    (struct want){.path = wanted->changes_path, .list = true};
	return wants;
}

static bool
leads_through(struct text path, struct text name)
{
	if (path.size < name.size || !path.size || memcmp(path.data, name.data, name.size) != 0)
		return false;
	return path.size == name.size || path.data[name.size] == '.';
}

struct wants
wants_through(struct plan *plan, struct wants wants, struct text name)
{
	struct wants through = {NULL, 0};
	size_t i;

	for (i = 0; i < wants.count; i++) {
		struct want want = wants.items[i];

		if (!leads_through(want.path, name))
			continue;
		if (!through.items)
			through.items =
			    arena_get(&plan->arena, (wants.count - i + 1) * sizeof(*through.items));
		want.path.data += name.size + (want.path.size > name.size);
		want.path.size -= name.size + (want.path.size > name.size);
		through.items[through.count++] = want;
	}
	return through;
}

const struct want *
wants_here(struct wants wants, bool list)
{
	size_t i;

	for (i = 0; i < wants.count; i++)
		if (!wants.items[i].path.size && wants.items[i].list == list)
			return &wants.items[i];
	return NULL;
}

/* Whether a field can have a single value at all, and whether it always has. */
static bool
can_be_single(const struct avro_node *node, bool *always)
{
	bool can = false;
	uint32_t i;

	*always = node->kind != AVRO_KIND_UNION && plan_is_single(node);
	if (node->kind != AVRO_KIND_UNION)
		return *always;
	*always = node->count > 0;
	for (i = 0; i < node->count; i++) {
		*always = *always && plan_is_single(node->inside[i]);
		can = can ||
		    (plan_is_single(node->inside[i]) && node->inside[i]->kind != AVRO_KIND_NULL);
	}
	return can;
}

static bool
is_excepted(const struct wanted *wanted, struct text name)
{
	size_t i;

	for (i = 0; i < wanted->except_count; i++)
		if (text_equal(wanted->except[i], name))
			return true;
	return false;
}

void
wants_rest(struct plan *plan, const struct avro_field *field, uint32_t of, struct wants *wants)
{
	uint32_t offset =
	    (uint32_t)(plan->slot_count * sizeof(*plan->slots) + offsetof(struct named_cell, cell));
	bool always;

	if (is_excepted(plan->wanted, field->name) || !can_be_single(field->type, &always))
		return;
	plan->rest_varies = plan->rest_varies || !always;
	memory_grow(&plan->slots, &plan->slot_capacity, plan->slot_count + 1, sizeof(*plan->slots));
	plan->slots[plan->slot_count++] = (struct named_cell){.name = field->name, .of = of};
	if (!wants->items)
		wants->items = arena_get(&plan->arena, sizeof(*wants->items));
	wants->items[wants->count++] =
	    (struct want){.base = BASE_REST, .offset = offset, .soft = true};
}
