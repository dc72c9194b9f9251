/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a schema and the wanted paths to the program. The compiling functions
 * call each other along wanted paths, at most PLAN_SEGMENTS_MAX names deep,
 * and through unfolded small types; whatever else is not wanted becomes one
 * walk of base/avro_walk.h.
 */
#include "avro_plan.h"

#include "base/memory.h"
#include "base/suggest.h"
#include "model/message.h"
#include "model/reason.h"

/* A record of at most so many types is passed over in the program itself. */
#define UNFOLD_MAX 32

/* One wanted cell, seen from a node on its path. */
struct want {
	struct text path; /* what is left of it; empty: the node's own value */
	uint32_t base, offset;
	bool list; /* the list of changes */
	bool soft; /* of the rest: left absent where there is no single value */
};

struct wants {
	struct want *items;
	size_t count;
};

static uint32_t
place_add(struct plan *plan, uint32_t up, struct text name)
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

static uint32_t
emit(struct plan *plan, uint32_t place, struct plan_step step)
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

/* One more of what the step before may be passing over already. */
static void
emit_more(struct plan *plan, uint32_t place, enum plan_op op, uint32_t a)
{
	struct plan_step *last = plan->count > plan->joint ? &plan->steps[plan->count - 1] : NULL;

	if (last && last->op == op && last->a <= UINT32_MAX - a) {
		last->a += a;
		piece_add(plan, place);
	} else {
		emit(plan, place, (struct plan_step){.op = op, .a = a});
	}
}

static void
mark_joint(struct plan *plan)
{
	plan->joint = plan->count;
}

static void
compile(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants);

static uint32_t
walk_over(struct plan *plan, const struct avro_node *node)
{
	if (!plan->walks[node->order])
		plan->walks[node->order] = avro_walk_add(plan->walk, node) + 1;
	return plan->walks[node->order] - 1;
}

/* The branch of a union of two that is null, 2 if it is no such union. */
static uint32_t
null_of_two(const struct avro_node *node)
{
	if (node->kind != AVRO_KIND_UNION || node->count != 2)
		return 2;
	if (node->inside[0]->kind == AVRO_KIND_NULL)
		return 0;
	return node->inside[1]->kind == AVRO_KIND_NULL ? 1 : 2;
}

static bool
is_text(const struct avro_node *node)
{
	return node->kind == AVRO_KIND_STRING || node->kind == AVRO_KIND_BYTES;
}

static void
skip(struct plan *plan, uint32_t place, const struct avro_node *node)
{
	uint32_t i, step;

	if (!node->min_bytes) /* each value of it is empty */
		return;
	switch (node->kind) {
	case AVRO_KIND_BOOLEAN:
		emit(plan, place, (struct plan_step){.op = PLAN_SKIP_BOOLEAN});
		return;
	case AVRO_KIND_INT:
		emit_more(plan, place, PLAN_SKIP_INTS, 1);
		return;
	case AVRO_KIND_LONG:
		emit_more(plan, place, PLAN_SKIP_LONGS, 1);
		return;
	case AVRO_KIND_FLOAT:
	case AVRO_KIND_DOUBLE:
	case AVRO_KIND_FIXED:
		emit_more(plan, place, PLAN_SKIP_BYTES, (uint32_t)node->min_bytes);
		return;
	case AVRO_KIND_BYTES:
	case AVRO_KIND_STRING:
		emit_more(plan, place, PLAN_SKIP_TEXTS, 1);
		return;
	case AVRO_KIND_ENUM:
		emit(plan, place, (struct plan_step){.op = PLAN_SKIP_SYMBOL, .a = node->count});
		return;
	case AVRO_KIND_RECORD:
		if (node->recursive || node->expanded > UNFOLD_MAX)
			break;
		for (i = 0; i < node->count; i++)
			skip(plan, place_add(plan, place, node->fields[i].name),
			    node->fields[i].type);
		return;
	case AVRO_KIND_ARRAY:
	case AVRO_KIND_MAP:
		if (!is_text(node->inside[0]))
			break;
		emit(plan, place,
		    (struct plan_step){
			.op = PLAN_SKIP_TEXT_LIST, .a = node->kind == AVRO_KIND_MAP ? 2 : 1});
		return;
	default:
		i = null_of_two(node);
		if (i != 2 && is_text(node->inside[1 - i])) {
			emit(plan, place, (struct plan_step){.op = PLAN_SKIP_TEXT_OR_NULL, .b = i});
			return;
		}
		if (i == 2 || node->inside[1 - i]->kind >= AVRO_KIND_ARRAY)
			break;
		step = emit(plan, place, (struct plan_step){.op = PLAN_NULLABLE, .b = i});
		mark_joint(plan);
		skip(plan, place, node->inside[1 - i]);
		plan->steps[step].a = (uint32_t)plan->count;
		mark_joint(plan);
		return;
	}
	emit(plan, place, (struct plan_step){.op = PLAN_WALK, .a = walk_over(plan, node)});
}

/* How many of a moment's units are in a millisecond; 0: it is no moment. */
static uint32_t
units_of(enum avro_logical logical)
{
	switch (logical) {
	case AVRO_LOGICAL_TIMESTAMP_MILLIS:
		return 1;
	case AVRO_LOGICAL_TIMESTAMP_MICROS:
		return 1000;
	case AVRO_LOGICAL_TIMESTAMP_NANOS:
		return 1000000;
	default:
		return 0;
	}
}

static void
cell_of_fixed(const struct avro_node *node, struct plan_step *step)
{
	step->a = node->size_bytes;
	step->b = node->scale;
	if (node->logical == AVRO_LOGICAL_DECIMAL)
		step->op = PLAN_DECIMAL_FIXED;
	else
		step->op = node->logical == AVRO_LOGICAL_UUID ? PLAN_UUID_FIXED : PLAN_FIXED;
}

/* By kind: how a value without a logical type fills a cell. */
static const enum plan_op plain[] = {
    PLAN_NULL, PLAN_BOOLEAN, PLAN_INT, PLAN_LONG, PLAN_FLOAT, PLAN_DOUBLE, PLAN_TEXT, PLAN_TEXT};

/* A value that is one cell. */
static void
compile_cell(
    struct plan *plan, uint32_t place, const struct avro_node *node, const struct want *want)
{
	struct plan_step step = {
	    .base = (uint16_t)want->base, .offset = want->offset, .b = node->scale};

	if (node->kind == AVRO_KIND_ENUM) {
		step.op = PLAN_SYMBOL;
		step.a = node->count;
		step.symbols = node->symbols;
	} else if (node->kind == AVRO_KIND_FIXED)
		cell_of_fixed(node, &step);
	else if (node->logical == AVRO_LOGICAL_DECIMAL)
		step.op = PLAN_DECIMAL;
	else if (node->logical == AVRO_LOGICAL_DATE)
		step.op = PLAN_DATE;
	else if ((step.a = units_of(node->logical)))
		step.op = PLAN_TIME;
	else
		step.op = (uint16_t)plain[node->kind];
	emit(plan, place, step);
}

static bool
leads_through(struct text path, struct text name)
{
	if (path.size < name.size || !path.size || memcmp(path.data, name.data, name.size) != 0)
		return false;
	return path.size == name.size || path.data[name.size] == '.';
}

/* The wants that lead through a name, each without it; with room for one more. */
static struct wants
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

/* The want of the node's own value, or of its list; NULL: none. */
static const struct want *
want_here(struct wants wants, bool list)
{
	size_t i;

	for (i = 0; i < wants.count; i++)
		if (!wants.items[i].path.size && wants.items[i].list == list)
			return &wants.items[i];
	return NULL;
}

static bool
is_single(const struct avro_node *node)
{
	return node->kind != AVRO_KIND_RECORD && node->kind < AVRO_KIND_ARRAY;
}

/* Whether a field can have a single value at all, and whether it always has. */
static bool
can_be_single(const struct avro_node *node, bool *always)
{
	bool can = false;
	uint32_t i;

	*always = node->kind != AVRO_KIND_UNION && is_single(node);
	if (node->kind != AVRO_KIND_UNION)
		return *always;
	*always = node->count > 0;
	for (i = 0; i < node->count; i++) {
		*always = *always && is_single(node->inside[i]);
		can =
		    can || (is_single(node->inside[i]) && node->inside[i]->kind != AVRO_KIND_NULL);
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

/* A field that nothing names, for the rest of the row. */
static void
want_rest(struct plan *plan, const struct avro_field *field, struct wants *wants)
{
	uint32_t offset =
	    (uint32_t)(plan->slot_count * sizeof(*plan->slots) + offsetof(struct named_cell, cell));
	bool always;

	if (is_excepted(plan->wanted, field->name) || !can_be_single(field->type, &always))
		return;
	plan->rest_varies = plan->rest_varies || !always;
	memory_grow(&plan->slots, &plan->slot_capacity, plan->slot_count + 1, sizeof(*plan->slots));
	plan->slots[plan->slot_count++] = (struct named_cell){field->name, {.kind = CELL_ABSENT}};
	if (!wants->items)
		wants->items = arena_get(&plan->arena, sizeof(*wants->items));
	wants->items[wants->count++] =
	    (struct want){.base = BASE_REST, .offset = offset, .soft = true};
}

static void
compile_record(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	uint32_t i;

	for (i = 0; i < node->count; i++) {
		const struct avro_field *field = &node->fields[i];
		struct wants through = wants_through(plan, wants, field->name);

		if (plan->wanted->rest && !place && !want_here(through, false) &&
		    !want_here(through, true))
			want_rest(plan, field, &through);
		compile(plan, place_add(plan, place, field->name), field->type, through);
	}
}

static void
compile_nullable(struct plan *plan, uint32_t place, const struct avro_node *node, uint32_t null,
    struct wants wants)
{
	const struct want *here = want_here(wants, false);
	struct plan_step step = {.op = here ? PLAN_NULL_OR : PLAN_NULLABLE, .b = null};
	uint32_t pc;

	if (here) {
		step.base = (uint16_t)here->base;
		step.offset = here->offset;
	}
	if (here && is_text(node->inside[1 - null]) &&
	    node->inside[1 - null]->logical != AVRO_LOGICAL_DECIMAL) {
		step.op = PLAN_TEXT_OR_NULL;
		emit(plan, place, step);
		return;
	}
	pc = emit(plan, place, step);
	mark_joint(plan);
	compile(plan, place, node->inside[1 - null], wants);
	plan->steps[pc].a = (uint32_t)plan->count;
	mark_joint(plan);
	plan->rest_varies = plan->rest_varies || !place;
}

/* Ends a branch of a union: the last step of its own goes on behind the union.
 * Until that place is known these steps are a list, each naming the one before. */
static uint32_t
end_branch(struct plan *plan, size_t begin, uint32_t place, uint32_t before)
{
	/* A step that goes elsewhere cannot be sent on; neither can none. */
	if (plan->count == begin || plan->joint == plan->count)
		emit(plan, place, (struct plan_step){.op = PLAN_SKIP_BYTES});
	plan->steps[plan->count - 1].next = before;
	return (uint32_t)plan->count - 1;
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

/* A union of plain values, all for one cell, is a step of its own. */
static bool
compile_plain_union(
    struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	const struct want *here = want_here(wants, false);
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
		plan->targets[plan->target_count++] = plain[node->inside[i]->kind];
	emit(plan, place,
	    (struct plan_step){.op = words ? PLAN_ONE_OF_WORDS : PLAN_ONE_OF,
		.base = (uint16_t)here->base,
		.offset = here->offset,
		.a = node->count,
		.b = (uint32_t)first});
	return true;
}

static void
compile_union(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	size_t first = plan->target_count;
	uint32_t i, last = UINT32_MAX, before;

	memory_grow(&plan->targets, &plan->target_capacity, first + node->count + 1,
	    sizeof(*plan->targets));
	plan->target_count += node->count;
	emit(plan, place,
	    (struct plan_step){.op = PLAN_UNION, .a = node->count, .b = (uint32_t)first});
	for (i = 0; i < node->count && !plan->too_large; i++) {
		size_t begin = plan->count;

		mark_joint(plan);
		plan->targets[first + i] = (uint32_t)begin;
		compile(plan, place, node->inside[i], wants);
		last = end_branch(plan, begin, place, last);
	}
	for (; last != UINT32_MAX; last = before) {
		before = plan->steps[last].next;
		plan->steps[last].next = (uint32_t)plan->count;
	}
	mark_joint(plan);
	/* Records of a union at the top share the row: which slots are filled differs. */
	plan->rest_varies = plan->rest_varies || !place;
}

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

static void
compile_map(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	const struct avro_node *value = node->inside[0];
	uint32_t first = (uint32_t)plan->key_count, count = keys_of(plan, wants), i;
	uint32_t loop = loop_add(
	    plan, (struct plan_loop){value->min_bytes + 1, walk_over(plan, value), first, count});
	uint32_t pc = emit(plan, place, (struct plan_step){.op = PLAN_MAP, .b = loop});

	for (i = first; i < first + count; i++) {
		struct text name = plan->keys[i].name;

		mark_joint(plan);
		plan->keys[i].pc = (uint32_t)plan->count;
		compile(
		    plan, place_add(plan, place, name), value, wants_through(plan, wants, name));
		emit(plan, place, (struct plan_step){.op = PLAN_MAP_NEXT});
	}
	plan->steps[pc].a = (uint32_t)plan->count;
	mark_joint(plan);
}

static void
compile_list(struct plan *plan, uint32_t place, const struct avro_node *node)
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
	uint32_t pc = emit(plan, place, (struct plan_step){.op = PLAN_LIST, .b = loop});

	mark_joint(plan);
	compile(plan, place, node->inside[0], (struct wants){parts, ARRAY_COUNT(parts)});
	emit(plan, place, (struct plan_step){.op = PLAN_LIST_NEXT});
	plan->steps[pc].a = (uint32_t)plan->count;
	mark_joint(plan);
}

/* A record, array or map, which may also stand where one value is wanted. */
static void
compile_inside(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	const struct want *here = want_here(wants, false);

	if (here && !here->soft)
		emit(plan, place,
		    (struct plan_step){
			.op = PLAN_OTHER, .base = (uint16_t)here->base, .offset = here->offset});
	if (node->kind == AVRO_KIND_RECORD)
		compile_record(plan, place, node, wants);
	else if (node->kind == AVRO_KIND_MAP)
		compile_map(plan, place, node, wants);
	else if (want_here(wants, true))
		compile_list(plan, place, node);
	else
		skip(plan, place, node);
}

/* Nothing in it is wanted: neither by a path nor for the rest of the row. */
static bool
is_nobodys(
    const struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	if (!wants.count)
		return place || !plan->wanted->rest;
	return wants.count == 1 && wants.items[0].soft && node->kind != AVRO_KIND_UNION &&
	    !is_single(node);
}

static void
compile(struct plan *plan, uint32_t place, const struct avro_node *node, struct wants wants)
{
	const struct want *here = want_here(wants, false);
	uint32_t null = null_of_two(node);

	plan->too_large = plan->too_large || plan->count + plan->place_count > PLAN_SIZE_MAX;
	if (plan->too_large)
		return;
	if (here && here->base == BASE_CELLS)
		plan->found[here->offset / sizeof(struct cell)] = true;
	if (is_nobodys(plan, place, node, wants))
		skip(plan, place, node);
	else if (null != 2 && here && is_text(node->inside[1 - null]))
		compile_nullable(plan, place, node, null, wants);
	else if (node->kind == AVRO_KIND_UNION && compile_plain_union(plan, place, node, wants))
		return;
	else if (null != 2)
		compile_nullable(plan, place, node, null, wants);
	else if (node->kind == AVRO_KIND_UNION)
		compile_union(plan, place, node, wants);
	else if (want_here(wants, true) && node->kind != AVRO_KIND_ARRAY &&
	    node->kind != AVRO_KIND_NULL)
		emit(plan, place, (struct plan_step){.op = PLAN_REFUSE_LIST});
	else if (is_single(node) && here)
		compile_cell(plan, place, node, here);
	else if (is_single(node))
		skip(plan, place, node);
	else
		compile_inside(plan, place, node, wants);
}

static bool
path_check(struct text path, struct row_problem *problem)
{
	size_t names = 1, i;

	for (i = 0; i < path.size; i++)
		names += path.data[i] == '.';
	if (names <= PLAN_SEGMENTS_MAX)
		return true;
	return row_problem_set(problem, REASON_AVRO_SCHEMA,
	    "a path of %zu names; at most %d are followed", names, PLAN_SEGMENTS_MAX);
}

static struct wants
wants_of(struct plan *plan)
{
	const struct wanted *wanted = plan->wanted;
	struct wants wants = {
	    arena_get(&plan->arena, (wanted->count + 1) * sizeof(*wants.items)), 0};
	size_t i;

	for (i = 0; i < wanted->count; i++)
		wants.items[wants.count++] = (struct want){.path = wanted->paths[i],
		    .base = BASE_CELLS,
		    .offset = (uint32_t)(i * sizeof(struct cell))};
	if (wanted->changes_path.data)
		wants.items[wants.count++] =
		    (struct want){.path = wanted->changes_path, .list = true};
	return wants;
}

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
		if (!plan->found[i] && !(wanted->may_lack && wanted->may_lack[i]))
			return lacks(plan, wanted->paths[i], problem);
	return true;
}

/* The steps stay where they are from now on. */
static void
link_steps(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		plan->steps[i].after = &plan->steps[plan->steps[i].next];
}

bool
avro_plan_compile(struct plan *plan, struct row_problem *problem)
{
	size_t i;

	for (i = 0; i < plan->wanted->count; i++)
		if (!path_check(plan->wanted->paths[i], problem))
			return false;
	if (!path_check(plan->wanted->changes_path, problem))
		return false;
	plan->found = memory_get_array(plan->wanted->count + 1, sizeof(*plan->found));
	place_add(plan, 0, TEXT(""));
	compile(plan, 0, avro_schema_root(plan->schema), wants_of(plan));
	arena_reset(&plan->arena);
	if (plan->too_large)
		return row_problem_set(problem, REASON_AVRO_SCHEMA,
		    "the paths of the mapping lead through too many types of this schema");
	emit(plan, 0, (struct plan_step){.op = PLAN_END});
	link_steps(plan);
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
	if (!avro_schema_open(schema->text, &made->schema, &err)) {
		row_problem_set(problem, REASON_AVRO_SCHEMA, "%s", err.text);
		goto undo;
	}
	made->walk = avro_walk_open(made->schema, AVRO_WALK_CHECKS);
	made->walks = memory_get_array(avro_schema_count(made->schema), sizeof(*made->walks));
	done = avro_plan_compile(made, problem);
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
