/* SPDX-License-Identifier: Apache-2.0 */
/* A plan from its schema and the mapping's paths to its end. */
#include "avro_plan.h"

#include "avro_compile.h"
#include "base/memory.h"
#include "base/suggest.h"
#include "model/message.h"
#include "model/reason.h"

/* The path of a place, in the arena. */
static struct text
path_of(struct plan *plan, uint32_t place)
{
	size_t size = 0;
	uint32_t up;
	char *path;

	for (up = place; up; up = plan->places[up].up)
		size += plan->places[up].name.size + 1;
	path = arena_get(&plan->arena, size);
	path[0] = '\0';
	for (up = place, path += size; up; up = plan->places[up].up) {
		*--path = '.';
		path -= plan->places[up].name.size;
		memcpy(path, plan->places[up].name.data, plan->places[up].name.size);
	}
	return (struct text){path, size ? size - 1 : 0};
}

/* Places that are looked through for a name like the one that is missing. */
#define SUGGESTED_MAX 2000

static bool
lacks(struct plan *plan, struct text path, struct row_problem *problem)
{
	struct suggestion suggestion;
	char shown[NAME_SHOWN_BYTES];
	struct text best;
	uint32_t i;

	suggestion_init(&suggestion, path);
	for (i = 1; i < plan->place_count && i < SUGGESTED_MAX; i++)
		suggestion_try(&suggestion, path_of(plan, i));
	best = suggestion_best(&suggestion);
	text_show(path, NAME_SHOWN, shown, sizeof(shown));
	if (!best.data)
		return row_problem_set(
		    problem, REASON_AVRO_SCHEMA, "the schema has no field %s", shown);
	return row_problem_set(problem, REASON_AVRO_SCHEMA,
	    "the schema has no field %s; did you mean %.*s?", shown,
	    (int)(best.size < NAME_SHOWN ? best.size : NAME_SHOWN), best.data);
}

static bool
check_lacking(struct plan *plan, struct row_problem *problem)
{
	const struct wanted *wanted = plan->wanted;
	size_t i;

	for (i = 0; i < wanted->count; i++)
		if (!plan->found[i] && wanted_of_record(wanted, i) &&
		    !(wanted->may_lack && wanted->may_lack[i]))
			return lacks(plan, wanted->paths[i], problem);
	return true;
}

static bool
compile_plan(struct plan *plan, struct row_problem *problem)
{
	size_t i;

	for (i = 0; i < plan->wanted->count; i++)
		if (wanted_of_record(plan->wanted, i) &&
		    !wants_check(plan->wanted->paths[i], problem))
			return false;
	if (!wants_check(plan->wanted->changes_path, problem))
		return false;
	plan->found = memory_get_array(plan->wanted->count + 1, sizeof(*plan->found));
	plan_place_add(plan, 0, TEXT(""));
	plan_compile(plan, 0, avro_schema_root(plan->schema), wants_of_mapping(plan));
	arena_reset(&plan->arena);
	if (plan->too_large)
		return row_problem_set(problem, REASON_AVRO_SCHEMA,
		    "the paths of the mapping lead through too many types of this schema");
	plan_emit(plan, 0, (struct plan_step){.op = PLAN_END});
	plan_link_steps(plan);
	if (plan->rest_varies)
		plan->rest = memory_get_array(plan->slot_count + 1, sizeof(*plan->rest));
	return check_lacking(plan, problem);
}

static void
close_plan(struct plan *plan)
{
	if (!plan)
		return;
	avro_walk_close(plan->walk);
	avro_schema_close(plan->schema);
	arena_fini(&plan->arena);
	memory_free(plan->found);
	memory_free(plan->steps);
	memory_free(plan->step_pieces);
	memory_free(plan->pieces);
	memory_free(plan->places);
	memory_free(plan->targets);
	memory_free(plan->walks);
	memory_free(plan->loops);
	memory_free(plan->keys);
	memory_free(plan->slots);
	memory_free(plan->rest);
	memory_free(plan->changes);
	memory_free(plan);
}

static bool
open_plan(const struct message_schema *schema, const struct wanted *wanted, size_t changes_max,
    struct plan **plan, struct row_problem *problem)
{
	struct plan *made = memory_get(sizeof(*made));
	struct error err = {0};
	bool done = false;

	arena_init(&made->arena);
	made->wanted = wanted;
	made->changes_max = changes_max;
	made->rest_varies = wanted->rest_path_count > 0;
	if (!avro_schema_open(schema->text, &made->schema, &err)) {
		row_problem_set(problem, REASON_AVRO_SCHEMA, "%s", err.text);
		goto undo;
	}
	made->walk = avro_walk_open(made->schema, AVRO_WALK_CHECKS);
	made->walks = memory_get_array(avro_schema_count(made->schema), sizeof(*made->walks));
	done = compile_plan(made, problem);
undo:
	if (done)
		*plan = made;
	else
		close_plan(made);
	return done;
}

const struct format_reader avro_reader_format = {
    .open = open_plan,
    .read = avro_plan_read,
    .close = close_plan,
};
