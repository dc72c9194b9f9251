/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distinct, since ever: the first value lies in the column, up to DISTINCT_EXACT of
 * them in an open-addressed set of hashes, more in a HyperLogLog whose estimate is
 * kept until a register changes.
 */
#include "base/hyperloglog.h"
#include "column_inside.h"

struct distinct {
	struct weighed weighed; /* by observations */
	union {
		uint64_t only;   /* count is 1 */
		double estimate; /* is_log */
	};
	place piece; /* the set or the HyperLogLog; 0: no value, or one */
	uint16_t count;
	uint8_t shift; /* of the set: it has 1 << shift slots */
	bool is_log;
};

enum {
	SHIFT_MIN = 2
};

static double
ever_value(const struct image *image, const struct column_plan *plan, const void *at)
{
	const struct distinct *distinct = at;

	return distinct->is_log ? distinct->estimate : distinct->count;
}

static bool
ever_is_estimated(const void *at)
{
	return ((const struct distinct *)at)->is_log;
}

static bool
ever_is_empty(const void *at)
{
	return ((const struct distinct *)at)->weighed.weight == 0;
}

/* --- the set ---------------------------------------------------------------------------- */

static size_t
set_bytes(uint8_t shift)
{
	return sizeof(uint64_t) << shift;
}

static uint64_t *
slot_of(uint64_t *slots, uint8_t shift, uint64_t value)
{
	uint32_t mask = ((uint32_t)1 << shift) - 1, at = (uint32_t)(value >> (64 - shift));

	while (slots[at] && slots[at] != value)
		at = (at + 1) & mask;
	return &slots[at];
}

/* The next size; from none: a small set with the first value. */
static void
grow(struct image *image, struct distinct *distinct)
{
	uint8_t shift = distinct->piece ? (uint8_t)(distinct->shift + 1) : SHIFT_MIN;
	place piece = image_get(image, set_bytes(shift));
	uint64_t *to = image_at(image, piece), *from = image_at(image, distinct->piece);
	uint32_t i;

	if (!distinct->piece)
		*slot_of(to, shift, distinct->only) = distinct->only;
	for (i = 0; distinct->piece && i < (uint32_t)1 << distinct->shift; i++)
		if (from[i])
			*slot_of(to, shift, from[i]) = from[i];
	if (distinct->piece)
		image_give(image, distinct->piece, set_bytes(distinct->shift));
	distinct->piece = piece;
	distinct->shift = shift;
}

/* Beyond the bound: from now on an estimate. */
static void
to_log(struct image *image, struct distinct *distinct)
{
	place piece = image_get(image, sizeof(struct hyperloglog));
	struct hyperloglog *log = image_at(image, piece);
	const uint64_t *slots = image_at(image, distinct->piece);
	uint32_t i;

	for (i = 0; i < (uint32_t)1 << distinct->shift; i++)
		if (slots[i])
			hyperloglog_add(log, slots[i]);
	image_give(image, distinct->piece, set_bytes(distinct->shift));
	distinct->piece = piece;
	distinct->is_log = true;
}

static void
add_to_log(struct image *image, struct distinct *distinct, uint64_t value)
{
	struct hyperloglog *log = image_touch(image, distinct->piece);

	if (hyperloglog_add(log, value))
		distinct->estimate = hyperloglog_estimate(log);
}

static void
add_to_set(struct image *image, struct distinct *distinct, uint64_t value)
{
	uint64_t *slot = NULL;

	if (distinct->count == 1 && !distinct->piece) {
		if (distinct->only == value)
			return;
		grow(image, distinct);
	}
	slot = slot_of(image_at(image, distinct->piece), distinct->shift, value);
	if (*slot)
		return;
	if (distinct->count == DISTINCT_EXACT) {
		to_log(image, distinct);
		add_to_log(image, distinct, value);
		/* Even when no register changed. */
		distinct->estimate = hyperloglog_estimate(image_at(image, distinct->piece));
		return;
	}
	if ((distinct->count + 1u) * 4 > 3u << distinct->shift) {
		grow(image, distinct);
		slot = slot_of(image_at(image, distinct->piece), distinct->shift, value);
	}
	image_touch(image, distinct->piece);
	*slot = value;
	distinct->count++;
}

static void
ever_observe(struct columns *columns, const struct column_plan *plan, place row, void *at,
    const struct observation *observation)
{
	struct image *image = columns->image;
	struct distinct *distinct = at;
	uint64_t value = distinct_value(observation);

	weighed_add(image, &distinct->weighed, observation->actor, 1);
	if (distinct->is_log) {
		add_to_log(image, distinct, value);
	} else if (distinct->count) {
		add_to_set(image, distinct, value);
	} else {
		distinct->only = value;
		distinct->count = 1;
	}
}

static void
ever_drop(struct columns *columns, const struct column_plan *plan, void *at)
{
	struct distinct *distinct = at;

	weighed_drop(columns->image, &distinct->weighed);
	if (distinct->piece)
		image_give(columns->image, distinct->piece,
		    distinct->is_log ? sizeof(struct hyperloglog) : set_bytes(distinct->shift));
}

static void
ever_whose(const struct image *image, const struct column_plan *plan, const void *at,
    struct impact_value *value)
{
	weighed_show(image, &((const struct distinct *)at)->weighed, value);
}

const struct column_kind column_ever_distinct = {
    .bytes = sizeof(struct distinct),
    .value = ever_value,
    .observe = ever_observe,
    .is_empty = ever_is_empty,
    .drop = ever_drop,
    .is_estimated = ever_is_estimated,
    .whose = ever_whose,
};
