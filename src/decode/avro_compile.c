/* SPDX-License-Identifier: Apache-2.0 */
/* Which steps a type needs, by what is wanted of it. */
#include "avro_compile.h"

#define NO_REST UINT32_MAX

/* Whether fields of the record at a place may be of the rest: which of its paths, or NO_REST. */
static uint32_t
rest_at(const struct plan *plan, uint32_t place)
{
	const struct wanted *wanted = plan->wanted;
	uint32_t i;

	if (!wanted->rest)
		return NO_REST;
	if (!wanted->rest_path_count)
		return place ? NO_REST : 0;
	for (i = 0; place && i < wanted->rest_path_count; i++)
		if (!plan->places[place].up &&
		    text_equal(plan->places[place].name, wanted->rest_paths[i]))
			return i;
	return NO_REST;
}

static void
compile_record(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	uint32_t rest = rest_at(plan, place), i;

	for (i = 0; i < node->count; i++) {
		const struct avro_field *field = &node->fields[i];
		struct wants through = wants_through(plan, wants, field->name);

		if (rest != NO_REST && !wants_here(through, false) && !wants_here(through, true))
			wants_rest(plan, field, rest, &through);
		plan_compile(plan, plan_place_add(plan, place, field->name), field->type, through);
	}
}

/* A record, array or map, which may also stand where one value is wanted. */
static void
compile_inside(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	const struct want *here = wants_here(wants, false);

	if (here && !here->soft)
		plan_emit(plan, place,
		    (struct plan_step){
			.op = PLAN_OTHER, .base = (uint16_t)here->base, .offset = here->offset});
	if (node->kind == AVRO_KIND_RECORD)
		compile_record(plan, place, node, wants);
	else if (node->kind == AVRO_KIND_MAP)
		plan_compile_map(plan, place, node, wants);
	else if (wants_here(wants, true))
		plan_compile_list(plan, place, node);
	else
		plan_skip(plan, place, node);
}

/* Nothing in it is wanted: neither by a path nor for the rest of the row. */
static bool
is_nobodys(
    const struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	if (!wants.count)
		return rest_at(plan, place) == NO_REST;
	return wants.count == 1 && wants.items[0].soft && node->kind != AVRO_KIND_UNION &&
	    !plan_is_single(node);
}

void
plan_compile(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	const struct want *here = wants_here(wants, false);
	uint32_t null = plan_null_of_two(node);

	plan->too_large = plan->too_large || plan->count + plan->place_count > PLAN_SIZE_MAX;
	if (plan->too_large)
		return;
	if (here && here->base == BASE_CELLS)
		plan->found[here->offset / sizeof(struct cell)] = true;
	if (is_nobodys(plan, place, node, wants))
		plan_skip(plan, place, node);
	else if (null != 2 && here && plan_is_text(node->inside[1 - null]))
		plan_compile_nullable(plan, place, node, null, wants);
	else if (node->kind == AVRO_KIND_UNION &&
	    plan_compile_plain_union(plan, place, node, wants))
		return;
	else if (null != 2)
		plan_compile_nullable(plan, place, node, null, wants);
	else if (node->kind == AVRO_KIND_UNION)
		plan_compile_union(plan, place, node, wants);
	else if (wants_here(wants, true) && node->kind != AVRO_KIND_ARRAY &&
	    node->kind != AVRO_KIND_NULL)
		plan_emit(plan, place, (struct plan_step){.op = PLAN_REFUSE_LIST});
	else if (plan_is_single(node) && here)
		plan_compile_cell(plan, place, node, here);
	else if (plan_is_single(node))
		plan_skip(plan, place, node);
	else
		compile_inside(plan, place, node, wants);
}
