/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a schema to the program of a walk. Functions call each other as deep as
 * types stand within types, at most AVRO_DEPTH_MAX.
 */
#include "base/avro_walk.h"

#include "avro_walk_steps.h"
#include "base/memory.h"

/* A record of at most so many types is unfolded, not called. */
#define UNFOLD_MAX 32

#define ROUTINE_NONE 0
#define ROUTINE_WAITS UINT32_MAX

static uint32_t
emit(struct avro_walk *walk, enum walk_op op, uint32_t a, uint32_t b, uint64_t min)
{
	if (walk->count == walk->capacity)
		memory_grow(&walk->steps, &walk->capacity, walk->count + 1, sizeof(*walk->steps));
	walk->steps[walk->count] = (struct walk_step){op, a, b, min};
	return (uint32_t)walk->count++;
}

/* One more of what the step before may be doing already. */
static void
emit_more(struct avro_walk *walk, enum walk_op op, uint32_t a)
{
	struct walk_step *last = walk->count > walk->joint ? &walk->steps[walk->count - 1] : NULL;

	if (!a)
		return;
	if (last && last->op == op && last->a <= UINT32_MAX - a)
		last->a += a;
	else
		emit(walk, op, a, 0, 0);
}

static void
mark_joint(struct avro_walk *walk)
{
	walk->joint = walk->count;
}

static void compile(struct avro_walk *walk, const struct avro_node *node);

static void
compile_record(struct avro_walk *walk, const struct avro_node *node)
{
	uint32_t i;

	if (!node->recursive && node->expanded <= UNFOLD_MAX) {
		for (i = 0; i < node->count; i++)
			compile(walk, node->fields[i].type);
		return;
	}
	emit(walk, WALK_CALL, node->order, 0, 0);
	if (walk->routines[node->order] != ROUTINE_NONE)
		return;
	walk->routines[node->order] = ROUTINE_WAITS;
	memory_grow(&walk->waiting, &walk->waiting_capacity, walk->waiting_count + 1,
	    sizeof(*walk->waiting));
	walk->waiting[walk->waiting_count++] = node;
}

static void
compile_nullable(struct avro_walk *walk, const struct avro_node *node, uint32_t null)
{
	uint32_t step = emit(walk, WALK_NULLABLE, 0, null, 0);

	mark_joint(walk);
	compile(walk, node->inside[1 - null]);
	walk->steps[step].a = (uint32_t)walk->count;
	mark_joint(walk);
}

static void
compile_branches(struct avro_walk *walk, const struct avro_node *node)
{
	size_t first = walk->target_count;
	uint32_t i, jump = UINT32_MAX, next;

	memory_grow(&walk->targets, &walk->target_capacity, first + node->count + 1,
	    sizeof(*walk->targets));
	walk->target_count += node->count;
	emit(walk, WALK_UNION, node->count, (uint32_t)first, 0);
	for (i = 0; i < node->count; i++) {
		mark_joint(walk);
		walk->targets[first + i] = (uint32_t)walk->count;
		compile(walk, node->inside[i]);
		/* Until the end is known the jumps are a list, each naming the one before. */
		jump = emit(walk, WALK_JUMP, jump, 0, 0);
	}
	for (; jump != UINT32_MAX; jump = next) {
		next = walk->steps[jump].a;
		walk->steps[jump].a = (uint32_t)walk->count;
	}
	mark_joint(walk);
}

static void
compile_union(struct avro_walk *walk, const struct avro_node *node)
{
	if (node->count == 2 && node->inside[0]->kind == AVRO_KIND_NULL)
		compile_nullable(walk, node, 0);
	else if (node->count == 2 && node->inside[1]->kind == AVRO_KIND_NULL)
		compile_nullable(walk, node, 1);
	else
		compile_branches(walk, node);
}

/* Items, or a map's keys and values. */
static void
compile_repeated(struct avro_walk *walk, const struct avro_node *node)
{
	const struct avro_node *item = node->inside[0];
	bool map = node->kind == AVRO_KIND_MAP;
	uint32_t step = emit(walk, WALK_ARRAY, 0, 0, item->min_bytes + map);
	struct walk_step *body;

	mark_joint(walk);
	if (map)
		emit_more(walk, WALK_TEXTS, 1);
	compile(walk, item);
	body = &walk->steps[step + 1];
	if (walk->count == step + 2u && body->op == WALK_BYTES && body->a == item->min_bytes) {
		walk->steps[step].op = WALK_FIXED_ARRAY;
		walk->count--;
	} else {
		emit(walk, WALK_NEXT, 0, 0, 0);
		walk->steps[step].a = (uint32_t)walk->count;
	}
	mark_joint(walk);
}

/* Of these not every value that can be framed is one of the type. */
static void
compile_limited(struct avro_walk *walk, const struct avro_node *node)
{
	if (walk->kind == AVRO_WALK_FRAMES)
		emit_more(walk, node->kind == AVRO_KIND_BOOLEAN ? WALK_BYTES : WALK_LONGS, 1);
	else if (node->kind == AVRO_KIND_INT)
		emit_more(walk, WALK_INTS, 1);
	else if (node->kind == AVRO_KIND_BOOLEAN)
		emit(walk, WALK_BOOLEAN, 0, 0, 0);
	else
		emit(walk, WALK_SYMBOL, node->count, 0, 0);
}

static void
compile(struct avro_walk *walk, const struct avro_node *node)
{
	if (!node->min_bytes) /* each value of it is empty */
		return;
	switch (node->kind) {
	case AVRO_KIND_NULL:
		return;
	case AVRO_KIND_INT:
	case AVRO_KIND_BOOLEAN:
	case AVRO_KIND_ENUM:
		compile_limited(walk, node);
		return;
	case AVRO_KIND_LONG:
		emit_more(walk, WALK_LONGS, 1);
		return;
	case AVRO_KIND_FLOAT:
	case AVRO_KIND_DOUBLE:
	case AVRO_KIND_FIXED:
		emit_more(walk, WALK_BYTES, (uint32_t)node->min_bytes);
		return;
	case AVRO_KIND_BYTES:
	case AVRO_KIND_STRING:
		emit_more(walk, WALK_TEXTS, 1);
		return;
	case AVRO_KIND_RECORD:
		compile_record(walk, node);
		return;
	case AVRO_KIND_ARRAY:
	case AVRO_KIND_MAP:
		compile_repeated(walk, node);
		return;
	case AVRO_KIND_UNION:
		compile_union(walk, node);
		return;
	}
}

static void
compile_routine(struct avro_walk *walk, const struct avro_node *record)
{
	uint32_t i;

	mark_joint(walk);
	walk->routines[record->order] = (uint32_t)walk->count;
	for (i = 0; i < record->count; i++)
		compile(walk, record->fields[i].type);
	emit(walk, WALK_RETURN, 0, 0, 0);
}

struct avro_walk *
avro_walk_open(const struct avro_schema *schema, enum avro_walk_kind kind)
{
	struct avro_walk *walk = memory_get(sizeof(*walk));

	walk->kind = kind;
	walk->routines = memory_get_array(avro_schema_count(schema), sizeof(*walk->routines));
	/* Step 0 is nobody's, so that ROUTINE_NONE names no routine. */
	emit(walk, WALK_RETURN, 0, 0, 0);
	return walk;
}

void
avro_walk_close(struct avro_walk *walk)
{
	if (!walk)
		return;
	memory_free(walk->steps);
	memory_free(walk->targets);
	memory_free(walk->routines);
	memory_free(walk->entries);
	memory_free(walk->waiting);
	memory_free(walk);
}

uint32_t
avro_walk_add(struct avro_walk *walk, const struct avro_node *node)
{
	mark_joint(walk);
	memory_grow(
	    &walk->entries, &walk->entry_capacity, walk->entry_count + 1, sizeof(*walk->entries));
	walk->entries[walk->entry_count] = (uint32_t)walk->count;
	compile(walk, node);
	emit(walk, WALK_RETURN, 0, 0, 0);
	while (walk->waiting_count)
		compile_routine(walk, walk->waiting[--walk->waiting_count]);
	return (uint32_t)walk->entry_count++;
}
