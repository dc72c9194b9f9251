/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs and the loop that runs them. Records are unfolded where they
 * stand; a recursive or large one is a routine of its own that is called.
 * While compiling, functions call each other as deep as types stand within
 * types, at most AVRO_DEPTH_MAX; while running there is one loop with a stack
 * of fixed size.
 */
#include "base/avro_walk.h"

#include "base/memory.h"

enum op {
	OP_BYTES, /* a: how many, of several types in a row */
	OP_LONGS, /* a: how many integers */
	OP_INTS,  /* a: the same, each within 32 bits */
	OP_BOOLEAN,
	OP_SYMBOL,      /* a: symbols of the enum */
	OP_TEXTS,       /* a: how many strings or bytes */
	OP_NULLABLE,    /* of two branches b is empty: then goes on at a */
	OP_UNION,       /* a: branches; targets[b + i]: where branch i goes on */
	OP_FIXED_ARRAY, /* min: bytes of an item; all items alike */
	OP_ARRAY,       /* min: least bytes of an item; its walk follows; behind OP_NEXT: a */
	OP_NEXT,        /* one item is done */
	OP_CALL,        /* a: order of the record */
	OP_RETURN,
	OP_JUMP, /* a: where to */
};

struct step {
	uint32_t op, a, b;
	uint64_t min;
};

/* A record of at most so many types is unfolded, not called. */
#define UNFOLD_MAX 32

#define ROUTINE_NONE 0
#define ROUTINE_WAITS UINT32_MAX

struct avro_walk {
	enum avro_walk_kind kind;
	struct step *steps;
	uint32_t *targets;
	uint32_t *routines;               /* [order]: where the routine of a record begins */
	uint32_t *entries;                /* [number]: where the walk of that number begins */
	const struct avro_node **waiting; /* records whose routine is still to be compiled */
	size_t count, capacity, target_count, target_capacity, entry_count, entry_capacity,
	    waiting_count, waiting_capacity;
	size_t joint; /* steps below it are not to be lengthened: something goes on behind them */
};

static uint32_t
emit(struct avro_walk *walk, enum op op, uint32_t a, uint32_t b, uint64_t min)
{
	if (walk->count == walk->capacity)
		memory_grow(&walk->steps, &walk->capacity, walk->count + 1, sizeof(*walk->steps));
	walk->steps[walk->count] = (struct step){op, a, b, min};
	return (uint32_t)walk->count++;
}

/* One more of what the step before may be doing already. */
static void
emit_more(struct avro_walk *walk, enum op op, uint32_t a)
{
	struct step *last = walk->count > walk->joint ? &walk->steps[walk->count - 1] : NULL;

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
	emit(walk, OP_CALL, node->order, 0, 0);
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
	uint32_t step = emit(walk, OP_NULLABLE, 0, null, 0);

	mark_joint(walk);
	compile(walk, node->inside[1 - null]);
	walk->steps[step].a = (uint32_t)walk->count;
	mark_joint(walk);
}

static void
compile_union(struct avro_walk *walk, const struct avro_node *node)
{
	size_t first = walk->target_count;
	uint32_t i, jump = UINT32_MAX, next;

	memory_grow(&walk->targets, &walk->target_capacity, first + node->count + 1,
	    sizeof(*walk->targets));
	walk->target_count += node->count;
	emit(walk, OP_UNION, node->count, (uint32_t)first, 0);
	for (i = 0; i < node->count; i++) {
		mark_joint(walk);
		walk->targets[first + i] = (uint32_t)walk->count;
		compile(walk, node->inside[i]);
		/* Until the end is known the jumps are a list, each naming the one before. */
		jump = emit(walk, OP_JUMP, jump, 0, 0);
	}
	for (; jump != UINT32_MAX; jump = next) {
		next = walk->steps[jump].a;
		walk->steps[jump].a = (uint32_t)walk->count;
	}
	mark_joint(walk);
}

/* Items, or a map's keys and values. */
static void
compile_repeated(struct avro_walk *walk, const struct avro_node *node)
{
	const struct avro_node *item = node->inside[0];
	bool map = node->kind == AVRO_KIND_MAP;
	uint32_t step = emit(walk, OP_ARRAY, 0, 0, item->min_bytes + map);
	struct step *body;

	mark_joint(walk);
	if (map)
		emit_more(walk, OP_TEXTS, 1);
	compile(walk, item);
	body = &walk->steps[step + 1];
	if (walk->count == step + 2u && body->op == OP_BYTES && body->a == item->min_bytes) {
		walk->steps[step].op = OP_FIXED_ARRAY;
		walk->count--;
	} else {
		emit(walk, OP_NEXT, 0, 0, 0);
		walk->steps[step].a = (uint32_t)walk->count;
	}
	mark_joint(walk);
}

static void
compile_checked(struct avro_walk *walk, const struct avro_node *node)
{
	if (node->kind == AVRO_KIND_INT)
		emit_more(walk, OP_INTS, 1);
	else if (node->kind == AVRO_KIND_BOOLEAN)
		emit(walk, OP_BOOLEAN, 0, 0, 0);
	else
		emit(walk, OP_SYMBOL, node->count, 0, 0);
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
		if (walk->kind == AVRO_WALK_CHECKS)
			compile_checked(walk, node);
		else
			emit_more(walk, node->kind == AVRO_KIND_BOOLEAN ? OP_BYTES : OP_LONGS, 1);
		return;
	case AVRO_KIND_LONG:
		emit_more(walk, OP_LONGS, 1);
		return;
	case AVRO_KIND_FLOAT:
	case AVRO_KIND_DOUBLE:
	case AVRO_KIND_FIXED:
		emit_more(walk, OP_BYTES, (uint32_t)node->min_bytes);
		return;
	case AVRO_KIND_BYTES:
	case AVRO_KIND_STRING:
		emit_more(walk, OP_TEXTS, 1);
		return;
	case AVRO_KIND_RECORD:
		compile_record(walk, node);
		return;
	case AVRO_KIND_ARRAY:
	case AVRO_KIND_MAP:
		compile_repeated(walk, node);
		return;
	case AVRO_KIND_UNION:
		if (node->count == 2 && node->inside[0]->kind == AVRO_KIND_NULL)
			compile_nullable(walk, node, 0);
		else if (node->count == 2 && node->inside[1]->kind == AVRO_KIND_NULL)
			compile_nullable(walk, node, 1);
		else
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
	emit(walk, OP_RETURN, 0, 0, 0);
}

struct avro_walk *
avro_walk_open(const struct avro_schema *schema, enum avro_walk_kind kind)
{
	struct avro_walk *walk = memory_get(sizeof(*walk));

	walk->kind = kind;
	walk->routines = memory_get_array(avro_schema_count(schema), sizeof(*walk->routines));
	/* Step 0 is nobody's, so that ROUTINE_NONE names no routine. */
	emit(walk, OP_RETURN, 0, 0, 0);
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
	emit(walk, OP_RETURN, 0, 0, 0);
	while (walk->waiting_count)
		compile_routine(walk, walk->waiting[--walk->waiting_count]);
	return (uint32_t)walk->entry_count++;
}

struct frame {
	uint32_t pc;   /* of a call: where to return to; of a list: its OP_ARRAY */
	uint64_t left; /* items of the block */
};

/* Blocks until one must be walked item by item; value is 0 behind the last. */
static struct avro_piece
next_block(const struct step *step, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *block_end;
	struct avro_piece piece;

	for (;;) {
		piece = avro_block(p, end, step->min, &block_end);
		if (!piece.next || !piece.value)
			return piece;
		if (block_end)
			p = block_end;
		else if (step->op == OP_FIXED_ARRAY)
			p = piece.next + (uint64_t)piece.value * step->min;
		else if (!step->min)
			p = piece.next;
		else
			return piece;
	}
}

/* One loop rather than many functions: the place in the bytes and the place in
 * the program stay in registers. */
const uint8_t *
avro_walk_run(const struct avro_walk *walk, uint32_t number, const uint8_t *p, const uint8_t *end,
    struct avro_spot *spot)
{
	struct frame frames[AVRO_NESTING_MAX],
	    *frame = frames, *const last = frames + AVRO_NESTING_MAX;
	uint32_t pc = walk->entries[number];
	const struct step *step;
	struct avro_piece piece;

	for (;; p = piece.next) {
		step = &walk->steps[pc++];
		switch ((enum op)step->op) {
		case OP_BYTES:
			piece = avro_bytes(p, end, step->a);
			break;
		case OP_LONGS:
			piece = avro_longs(p, end, step->a);
			break;
		case OP_INTS:
			piece = avro_ints(p, end, step->a);
			break;
		case OP_BOOLEAN:
			piece = avro_boolean(p, end);
			break;
		case OP_SYMBOL:
			piece = avro_index(p, end, step->a, AVRO_FAULT_SYMBOL);
			break;
		case OP_TEXTS:
			piece = avro_texts(p, end, step->a);
			break;
		case OP_NULLABLE:
			piece = avro_index(p, end, 2, AVRO_FAULT_BRANCH);
			pc = piece.value == step->b ? step->a : pc;
			break;
		case OP_UNION:
			piece = avro_index(p, end, step->a, AVRO_FAULT_BRANCH);
			if (piece.next)
				pc = walk->targets[step->b + piece.value];
			break;
		case OP_FIXED_ARRAY:
			piece = next_block(step, p, end);
			break;
		case OP_ARRAY:
			piece = next_block(step, p, end);
			if (piece.next && !piece.value)
				pc = step->a;
			else if (piece.next && frame == last)
				piece = avro_wrong(AVRO_FAULT_DEPTH);
			else if (piece.next)
				*frame++ = (struct frame){pc - 1, (uint64_t)piece.value};
			break;
		case OP_NEXT:
			piece = (struct avro_piece){p, 0};
			pc = frame[-1].pc + 1;
			if (--frame[-1].left)
				break;
			piece = next_block(step = &walk->steps[pc - 1], p, end);
			frame[-1].left = (uint64_t)piece.value;
			if (!piece.value) {
				frame--;
				pc = step->a;
			}
			break;
		case OP_CALL:
			piece = frame == last ? avro_wrong(AVRO_FAULT_DEPTH)
					      : (struct avro_piece){p, 0};
			if (!piece.next)
				break;
			*frame++ = (struct frame){pc, 0};
			pc = walk->routines[step->a];
			break;
		case OP_RETURN:
			if (frame == frames)
				return p;
			piece = (struct avro_piece){p, 0};
			pc = (--frame)->pc;
			break;
		case OP_JUMP:
			piece = (struct avro_piece){p, 0};
			pc = step->a;
			break;
		}
		if (!piece.next)
			break;
	}
	*spot = (struct avro_spot){p, (enum avro_fault)piece.value};
	return NULL;
}
