/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unions within the loop of avro_run.c: which branch it is differs by record,
 * and what a processor cannot foresee costs it more than a value does. Where it
 * can be, the branch is a number to calculate with. Private to decode.
 */
#ifndef DYETRACE_DECODE_AVRO_UNION_H
#define DYETRACE_DECODE_AVRO_UNION_H

#include "avro_fill.h"

/*
 * The short way of a union of text and null, taken where both a branch and the
 * longest text with a size of one byte are there: what is null is text without
 * its size, of no bytes.
 */
#define TEXT_OR_NULL_ROOM 65

struct text_or_null {
	const uint8_t *data; /* NULL: not the short way */
	size_t size;
	bool null;
};

static inline struct text_or_null
text_or_null_at(const struct plan_step *step, const uint8_t *p, const uint8_t *end)
{
	struct text_or_null found = {NULL, 0, false};
	uint8_t size;

	if (UNLIKELY(end - p < TEXT_OR_NULL_ROOM || (*p & ~2u)))
		return found;
	found.null = *p >> 1u == step->b;
	size = p[1] & (uint8_t)(found.null - 1);
	if (UNLIKELY(!avro_is_small(size)))
		return found;
	found.size = size >> 1;
	found.data = p + 2 - found.null;
	return found;
}

static inline struct avro_piece
skip_text_or_null(const struct plan_step *step, const uint8_t *p, const uint8_t *end)
{
	struct text_or_null found = text_or_null_at(step, p, end);
	struct avro_piece branch;

	if (LIKELY(found.data))
		return (struct avro_piece){found.data + found.size, 0};
	branch = avro_index(p, end, 2, AVRO_FAULT_BRANCH);
	if (!branch.next || branch.value == step->b)
		return branch;
	return avro_text(branch.next, end);
}

/* A union of something and null; *next: where the program goes on behind null. */
static inline struct avro_piece
nullable(const struct avro_reading *reading, const struct plan_step *step, const uint8_t *p,
    const uint8_t *end, const struct plan_step **next)
{
	struct avro_piece piece = avro_index(p, end, 2, AVRO_FAULT_BRANCH);

	if (piece.next && piece.value == step->b)
		*next = &reading->plan->steps[step->a];
	return piece;
}

static inline struct avro_piece
any_union(const struct avro_reading *reading, const struct plan_step *step, const uint8_t *p,
    const uint8_t *end, const struct plan_step **next)
{
	struct avro_piece piece = avro_index(p, end, step->a, AVRO_FAULT_BRANCH);
	const struct plan *plan = reading->plan;

	if (piece.next)
		*next = &plan->steps[plan->targets[step->b + piece.value]];
	return piece;
}

static inline struct avro_piece
text_or_null(struct avro_reading *reading, const struct plan_step *step, const uint8_t *p,
    const uint8_t *end)
{
	struct avro_piece branch = avro_index(p, end, 2, AVRO_FAULT_BRANCH);

	if (!branch.next || branch.value == step->b) {
		fill_null(reading, step);
		return branch;
	}
	return avro_at(
	    reading, branch.next, fill_text(reading, step, avro_text(branch.next, end), end));
}

static inline struct avro_piece
branch_of_plain(struct avro_reading *reading, const struct plan_step *step, enum plan_op op,
    const uint8_t *p, const uint8_t *end)
{
	switch (op) {
	case PLAN_TEXT:
		return fill_text(reading, step, avro_text(p, end), end);
	case PLAN_LONG:
		return fill_integer(reading, step, avro_long_wide(p, end));
	case PLAN_DOUBLE:
		return fill_double(reading, step, avro_bytes(p, end, 8));
	case PLAN_INT:
		return fill_integer(reading, step, avro_int(p, end));
	case PLAN_FLOAT:
		return fill_float(reading, step, avro_bytes(p, end, 4));
	case PLAN_BOOLEAN:
		return fill_boolean(reading, step, avro_boolean(p, end));
	default:
		fill_null(reading, step);
		return (struct avro_piece){p, 0};
	}
}

static COLD struct avro_piece
one_of_plain(struct avro_reading *reading, const struct plan_step *step, const uint8_t *p,
    const uint8_t *end)
{
	struct avro_piece branch = avro_index(p, end, step->a, AVRO_FAULT_BRANCH);
	const uint32_t *ops = &reading->plan->targets[step->b];

	if (UNLIKELY(!branch.next))
		return branch;
	return avro_at(reading, branch.next,
	    branch_of_plain(reading, step, (enum plan_op)ops[branch.value], branch.next, end));
}

/*
 * How a value's bytes fill the two words of a cell, where it is null, an int, a
 * long, a double or text: so that one way serves all, without a branch that
 * nobody can foresee. A value is an integer, which text has behind it so many
 * bytes of, or eight bytes, or nothing.
 */
struct word_shape {
	uint8_t kind;
	uint8_t integer; /* its bytes count: 0xff, else 0 */
	uint8_t bytes;   /* of what is no integer */
	bool text;
	uint64_t range; /* what an integer is below, once the least is added */
};

#define WORDS_ROOM 32 /* the integer and the text, as they are loaded */
#define WORDS_TEXT_MAX 16
#define INT_LEAST 0x80000000u

static const struct word_shape word_shapes[] = {
    [PLAN_NULL] = {CELL_NULL, 0, 0, false, UINT64_MAX},
    [PLAN_INT] = {CELL_LONG, 0xff, 0, false, UINT32_MAX},
    [PLAN_LONG] = {CELL_LONG, 0xff, 0, false, UINT64_MAX},
    [PLAN_DOUBLE] = {CELL_DOUBLE, 0, 8, false, UINT64_MAX},
    [PLAN_TEXT] = {CELL_TEXT, 0xff, 0, true, UINT64_MAX},
};

_Static_assert(sizeof(char *) == 8 && sizeof(double) == 8, "a cell holds two words");

/* next NULL: it is not as most are, and says nothing about what is wrong. */
static inline struct avro_piece
fill_words(
    struct cell *cell, const struct word_shape *shape, const uint8_t *p, struct avro_piece integer)
{
	const uint8_t *data = p + (((uint64_t)(integer.next - p) & shape->integer) | shape->bytes);
	uint64_t size = (uint64_t)integer.value & -(uint64_t)shape->text, word;

	if (UNLIKELY((uint64_t)integer.value + INT_LEAST > shape->range || size > WORDS_TEXT_MAX ||
		!avro_first_plain(avro_plain_16(data), size)))
		return avro_wrong(AVRO_FAULT_NONE);
	word = shape->bytes ? avro_load_8(p) : (uint64_t)integer.value;
	word = shape->text ? (uint64_t)(uintptr_t)data : word;
	cell->kind = shape->kind;
	memcpy(&cell->text.data, &word, sizeof(word));
	cell->text.size = size;
	return (struct avro_piece){data + size, 0};
}

static inline struct avro_piece
one_of_words(struct avro_reading *reading, const struct plan_step *step, const uint8_t *p,
    const uint8_t *end)
{
	const uint32_t *ops = &reading->plan->targets[step->b];
	struct avro_piece piece = {NULL, 0};
	uint64_t word, stop;

	if (LIKELY(end - p >= WORDS_ROOM && avro_is_small(*p) && *p >> 1u < step->a)) {
		word = avro_load_8(p + 1);
		stop = avro_long_stop(word);
		if (LIKELY(stop))
			piece = fill_words(avro_cell_of(reading, step), &word_shapes[ops[*p >> 1]],
			    p + 1, avro_long_unpack(p + 1, word, stop));
	}
	return LIKELY(piece.next) ? piece : one_of_plain(reading, step, p, end);
}

#endif
