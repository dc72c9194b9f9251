/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <assert.h>

#include "base/compiler.h"
#include "base/memory.h"

void
programs_init(struct programs *programs)
{
	*programs = (struct programs){0};
	arena_init(&programs->arena);
}

void
programs_fini(struct programs *programs)
{
	memory_free(programs->by_class);
	arena_fini(&programs->arena);
}

/* Numbers of classes go on over epochs: the table begins behind the greatest of those before. */
void
programs_forget(struct programs *programs)
{
	programs->first += programs->count;
	programs->count = 0;
	arena_reset(&programs->arena);
}

static uint32_t
find_change(const struct trace_class *class, uint32_t field)
{
	uint32_t i;

	for (i = 0; i < class->field_count; i++)
		if (class->fields[i] == field)
			return i;
	return PROGRAM_NONE;
}

/* Both lists ascend by text: so do the changes that are found. */
static void
make_observations(struct program_step *step, const struct trace_class *class, struct arena *arena)
{
	const struct plan_feature *feature = step->feature;
	uint32_t *list = arena_get(arena, (feature->field_count + 1) * sizeof(*list)), i, change;

	for (i = 0; i < feature->field_count; i++) {
		change = find_change(class, feature->fields[i]);
		if (change != PROGRAM_NONE &&
		    !(step->observation_count && list[step->observation_count - 1] == change))
			list[step->observation_count++] = change;
	}
	step->observations = list;
}

static void
make_step(struct program_step *step, struct plan_feature *feature, const struct trace_class *class,
    struct arena *arena)
{
	uint32_t *filters = arena_get(arena, (feature->filter_count + 1) * sizeof(*filters)), i;

	*step = (struct program_step){.feature = feature, .key = PROGRAM_NONE, .filters = filters};
	if (feature->lineage->key == SUBJECT_FIELD)
		step->key = find_change(class, feature->key_field);
	for (i = 0; i < feature->filter_count; i++)
		filters[i] = find_change(class, feature->filters[i].field);
	make_observations(step, class, arena);
}

static void
make_steps(struct program *program, const struct plan *plan, const struct trace_class *class,
    struct arena *arena)
{
	struct plan_feature *feature;
	uint32_t i;

	program->steps = arena_get(arena, (class->feature_count + 1) * sizeof(*program->steps));
	for (i = 0; i < class->feature_count; i++) {
		assert(class->features[i] < plan->feature_count);
		feature = &plan->features[class->features[i]];
		if (!feature->chain)
			make_step(&program->steps[program->step_count++], feature, class, arena);
	}
}

static void
make_memories(struct program *program, const struct plan *plan, const struct trace_class *class,
    struct arena *arena)
{
	uint32_t i, change;

	program->memories = arena_get(arena, (plan->memory_count + 1) * sizeof(*program->memories));
	for (i = 0; i < plan->memory_count; i++) {
		if (plan->memories[i].dataset != class->dataset)
			continue;
		change = find_change(class, plan->memories[i].field);
		if (change != PROGRAM_NONE)
			program->memories[program->memory_count++] =
			    (struct program_memory){&plan->memories[i], change};
	}
}

static void
make_model(struct program_model *model, const struct plan *plan, uint32_t index,
    const struct trace_class *class, struct arena *arena)
{
	const struct plan_model *planned = &plan->models[index];
	uint32_t *keys = arena_get(arena, (planned->input_count + 1) * sizeof(*keys)), i;
	const struct plan_feature *feature;

	for (i = 0; i < planned->input_count; i++) {
		feature = &plan->features[planned->inputs[i].feature];
		keys[i] = PROGRAM_NONE;
		if (feature->key_field && feature->dataset == class->dataset)
			keys[i] = find_change(class, feature->key_field);
	}
	*model = (struct program_model){index, planned->input_count, keys};
}

static void
make_models(struct program *program, const struct plan *plan, const struct trace_class *class,
    struct arena *arena)
{
	uint32_t i;

	program->models = arena_get(arena, (class->model_count + 1) * sizeof(*program->models));
	for (i = 0; i < class->model_count; i++)
		make_model(
		    &program->models[program->model_count++], plan, class->models[i], class, arena);
}

static struct program *
make_program(const struct plan *plan, const struct trace_class *class, struct arena *arena)
{
	struct program *program = arena_get_zero(arena, sizeof(*program));

	make_steps(program, plan, class, arena);
	make_memories(program, plan, class, arena);
	make_models(program, plan, class, arena);
	return program;
}

/* Room for the class's program, NULL: it is of an epoch before, or has no number. */
static struct program **
find_room(struct programs *programs, const struct trace_class *class)
{
	size_t count = programs->count, at = class->number - programs->first;

	if (!class->number || class->number < programs->first)
		return NULL;
	if (at >= count) {
		programs->count = at + 1;
		memory_grow(&programs->by_class, &programs->capacity, programs->count,
		    sizeof(*programs->by_class));
		memset(programs->by_class + count, 0,
		    (programs->count - count) * sizeof(*programs->by_class));
	}
	return &programs->by_class[at];
}

const struct program *
programs_find(struct programs *programs, const struct plan *plan, const struct trace_class *class,
    struct arena *arena)
{
	struct program **room = find_room(programs, class);

	if (!room)
		return make_program(plan, class, arena);
	if (LIKELY(*room != NULL))
		return *room;
	if (programs->arena.bytes > PROGRAMS_BYTES_MAX) {
		arena_reset(&programs->arena);
		memset(programs->by_class, 0, programs->count * sizeof(*programs->by_class));
	}
	*room = make_program(plan, class, &programs->arena);
	return *room;
}
