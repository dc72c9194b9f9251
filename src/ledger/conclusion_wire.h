/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pieces that a conclusion's object in a block and its leaf have in common:
 * the numbers before and after. One number has one encoding.
 */
#ifndef LEDGER_CONCLUSION_WIRE_H
#define LEDGER_CONCLUSION_WIRE_H

#include "ledger/conclusions.h"
#include "wire.h"

enum {
	MOVED_NULL,
	MOVED_LONG,
	MOVED_DOUBLE
};

/* A block is full above this many influences. */
#define INFLUENCES_FULL (256 * 1024)
#define INFLUENCES_MAX (INFLUENCES_FULL + CONCLUSION_INFLUENCES_MAX)

#define MOVED_BYTES (1 + LONG_BYTES)   /* of one number at most */
#define WHOLE_BOUND 9007199254740992.0 /* 2^53 */

/* The two numbers of an influence that has any. */
static inline bool
is_counted(uint32_t status)
{
	return status <= INFLUENCE_ESTIMATED;
}

/* -0 is a double: it would not come back. */
static inline bool
is_whole(double number, int64_t *whole)
{
	if (!(number > -WHOLE_BOUND && number < WHOLE_BOUND))
		return false;
	*whole = (int64_t)number;
	return (double)*whole == number && (*whole || !signbit(number));
}

static inline uint8_t *
put_moved(uint8_t *p, double number)
{
	int64_t whole;

	if (is_whole(number, &whole)) {
		*p++ = branch(MOVED_LONG);
		return put_long(p, whole);
	}
	if (isnan(number)) {
		*p++ = branch(MOVED_NULL);
		return p;
	}
	*p++ = branch(MOVED_DOUBLE);
	return put_double(p, number);
}

/* Takes only what put_moved() makes. from: what a whole number is the difference to. */
static inline double
take_moved(struct reader *bytes, int64_t from)
{
	double number;
	int64_t whole;

	switch (take_branch(bytes, MOVED_DOUBLE + 1)) {
	case MOVED_LONG:
		whole = wrapping_add(take_long(bytes), from);
		number = (double)whole;
		if (!(number > -WHOLE_BOUND && number < WHOLE_BOUND))
			bytes->bad = true;
		return number;
	case MOVED_DOUBLE:
		number = take_double(bytes);
		if (isnan(number) || is_whole(number, &whole))
			bytes->bad = true;
		return number;
	default:
		return INFLUENCE_NONE;
	}
}

/* What a leaf takes at most. */
static inline size_t
leaf_room(const struct influences *influences)
{
	return 5 * LONG_BYTES + (size_t)influences->count * (LONG_BYTES + 1 + 2 * MOVED_BYTES) +
	    (size_t)influences->score_count * (LONG_BYTES + 16);
}

static inline uint8_t *
put_scores(uint8_t *p, const struct influences *influences)
{
	uint32_t i;

	if (influences->score_count)
		p = put_long(p, influences->score_count);
	for (i = 0; i < influences->score_count; i++) {
		p = put_long(p, influences->scores[i].model);
		p = put_double(p, influences->scores[i].before);
		p = put_double(p, influences->scores[i].movement);
	}
	*p++ = 0;
	return p;
}

/* In a block `after` is a difference where both are whole: most move by little. */
static inline uint8_t *
put_pair(uint8_t *p, const struct influence *item)
{
	int64_t before, after;

	if (is_whole(item->before, &before) && is_whole(item->after, &after)) {
		*p++ = branch(MOVED_LONG);
		p = put_long(p, before);
		*p++ = branch(MOVED_LONG);
		return put_long(p, after - before);
	}
	return put_moved(put_moved(p, item->before), item->after);
}

static inline uint8_t *
put_leaf(uint8_t *p, const struct conclusion *conclusion)
{
	const struct influences *influences = &conclusion->influences;
	uint32_t i;

	p = put_long(p, (int64_t)conclusion->record);
	p = put_long(p, conclusion->epoch);
	p = put_long(p, influences->count);
	for (i = 0; i < influences->count; i++) {
		const struct influence *item = &influences->items[i];

		p = put_long(p, item->feature);
		*p++ = branch(item->status);
		if (is_counted(item->status)) {
			p = put_moved(put_moved(p, item->before), item->after);
		} else {
			*p++ = branch(MOVED_NULL);
			*p++ = branch(MOVED_NULL);
		}
	}
	*p++ = 0;
	return put_scores(p, influences);
}

#endif
