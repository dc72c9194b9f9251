/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that runs a walk. It is one function, so that the place in the bytes
 * and the place in the program stay in registers, with a stack of fixed size.
 */
#include "avro_walk_steps.h"

/* A record that was called, or a list that is being walked. */
struct frame {
	const struct walk_step *step; /* where to return to; the list's WALK_ARRAY */
	uint64_t left;                /* items of the block */
};

struct stack {
	struct frame *top; /* the next that is free */
	struct frame frames[AVRO_NESTING_MAX];
};

static inline struct avro_piece
nothing(const uint8_t *p)
{
	return (struct avro_piece){p, 0};
}

static inline bool
push(struct stack *stack, const struct walk_step *step, uint64_t left)
{
	if (stack->top == stack->frames + AVRO_NESTING_MAX)
		return false;
	*stack->top++ = (struct frame){step, left};
	return true;
}

/* Blocks until one must be walked item by item; value is 0 behind the last. */
static struct avro_piece
next_block(const struct walk_step *step, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *block_end;
	struct avro_piece piece;

	for (;;) {
		piece = avro_block(p, end, step->min, &block_end);
		if (!piece.next || !piece.value)
			return piece;
		if (block_end)
			p = block_end;
		else if (step->op == WALK_FIXED_ARRAY)
			p = piece.next + (uint64_t)piece.value * step->min;
		else if (!step->min)
			p = piece.next;
		else
			return piece;
	}
}

static inline struct avro_piece
array_begin(struct stack *stack, const struct avro_walk *walk, const struct walk_step *step,
    const uint8_t *p, const uint8_t *end, const struct walk_step **next)
{
	struct avro_piece piece = next_block(step, p, end);

	if (!piece.next)
		return piece;
	if (!piece.value)
		*next = &walk->steps[step->a];
	else if (!push(stack, step, (uint64_t)piece.value))
		return avro_wrong(AVRO_FAULT_DEPTH);
	return piece;
}

/* One item is done: on to the next, the next block, or behind the list. */
static inline struct avro_piece
array_next(struct stack *stack, const struct avro_walk *walk, const uint8_t *p, const uint8_t *end,
    const struct walk_step **next)
{
	struct frame *frame = stack->top - 1;
	struct avro_piece piece = nothing(p);

	*next = frame->step + 1;
	if (--frame->left)
		return piece;
	piece = next_block(frame->step, p, end);
	frame->left = (uint64_t)piece.value;
	if (!piece.value) {
		*next = &walk->steps[frame->step->a];
		stack->top--;
	}
	return piece;
}

static inline struct avro_piece
call(struct stack *stack, const struct avro_walk *walk, const struct walk_step *step,
    const uint8_t *p, const struct walk_step **next)
{
	if (!push(stack, *next, 0))
		return avro_wrong(AVRO_FAULT_DEPTH);
	*next = &walk->steps[walk->routines[step->a]];
	return nothing(p);
}

static inline struct avro_piece
nullable(const struct avro_walk *walk, const struct walk_step *step, const uint8_t *p,
    const uint8_t *end, const struct walk_step **next)
{
	struct avro_piece piece = avro_index(p, end, 2, AVRO_FAULT_BRANCH);

	if (piece.value == step->b)
		*next = &walk->steps[step->a];
	return piece;
}

static inline struct avro_piece
any_union(const struct avro_walk *walk, const struct walk_step *step, const uint8_t *p,
    const uint8_t *end, const struct walk_step **next)
{
	struct avro_piece piece = avro_index(p, end, step->a, AVRO_FAULT_BRANCH);

	if (piece.next)
		*next = &walk->steps[walk->targets[step->b + piece.value]];
	return piece;
}

const uint8_t *
avro_walk_run(const struct avro_walk *walk, uint32_t number, const uint8_t *p, const uint8_t *end,
    struct avro_spot *spot)
{
	const struct walk_step *next = &walk->steps[walk->entries[number]], *step;
	struct avro_piece piece;
	struct stack stack;

	for (stack.top = stack.frames;; p = piece.next) {
		step = next++;
		switch ((enum walk_op)step->op) {
		case WALK_BYTES:
			piece = avro_bytes(p, end, step->a);
			break;
		case WALK_LONGS:
			piece = avro_longs(p, end, step->a);
			break;
		case WALK_INTS:
			piece = avro_ints(p, end, step->a);
			break;
		case WALK_BOOLEAN:
			piece = avro_boolean(p, end);
			break;
		case WALK_SYMBOL:
			piece = avro_index(p, end, step->a, AVRO_FAULT_SYMBOL);
			break;
		case WALK_TEXTS:
			piece = avro_texts(p, end, step->a);
			break;
		case WALK_NULLABLE:
			piece = nullable(walk, step, p, end, &next);
			break;
		case WALK_UNION:
			piece = any_union(walk, step, p, end, &next);
			break;
		case WALK_FIXED_ARRAY:
			piece = next_block(step, p, end);
			break;
		case WALK_ARRAY:
			piece = array_begin(&stack, walk, step, p, end, &next);
			break;
		case WALK_NEXT:
			piece = array_next(&stack, walk, p, end, &next);
			break;
		case WALK_CALL:
			piece = call(&stack, walk, step, p, &next);
			break;
		case WALK_RETURN:
			if (stack.top == stack.frames)
				return p;
			piece = nothing(p);
			next = (--stack.top)->step;
			break;
		case WALK_JUMP:
			piece = nothing(p);
			next = &walk->steps[step->a];
			break;
		default:
			__builtin_unreachable();
		}
		if (UNLIKELY(!piece.next))
			break;
	}
	*spot = (struct avro_spot){p, (enum avro_fault)piece.value};
	return NULL;
}
