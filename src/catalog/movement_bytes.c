/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the bytes of movement's rows, item by item. */
#include "catalog/movement.h"

#include <endian.h>
#include <math.h>

static bool
damaged(struct error *err, const char *what, size_t number, const char *problem)
{
	return error_set(err, ERROR_DAMAGED, "%s %zu %s", what, number, problem);
}

static bool
take_long_number(struct reader *bytes, unsigned bytes_max, uint64_t *number)
{
	unsigned i;

	*number = 0;
	for (i = 0; i < bytes_max && bytes->next < bytes->end; i++) {
		*number |= (uint64_t)(*bytes->next & 127) << 7 * i;
		if (*bytes->next++ < 128)
			return i < 9 || bytes->next[-1] < 2;
	}
	return false;
}

/* Unsigned LEB128, at most so many bytes; mostly it is one. */
static inline bool
take_number(struct reader *bytes, unsigned bytes_max, uint64_t *number)
{
	if (UNLIKELY(bytes->next == bytes->end || *bytes->next >= 128))
		return take_long_number(bytes, bytes_max, number);
	*number = *bytes->next++;
	return true;
}

/* Up to 32 bits. */
static inline bool
take_short(struct reader *bytes, uint32_t *number)
{
	uint64_t wide;

	if (!take_number(bytes, 5, &wide) || wide > UINT32_MAX)
		return false;
	*number = (uint32_t)wide;
	return true;
}

static inline bool
take_double(struct reader *bytes, double *number)
{
	uint64_t bits;

	if (UNLIKELY(reader_left(bytes) < sizeof(bits)))
		return false;
	memcpy(&bits, bytes->next, sizeof(bits));
	bits = le64toh(bits);
	bytes->next += sizeof(bits);
	memcpy(number, &bits, sizeof(*number));
	return isfinite(*number);
}

static inline bool
take_actor(struct reader *bytes, uint32_t *actor)
{
	uint32_t bits;

	if (UNLIKELY(reader_left(bytes) < sizeof(bits)))
		return false;
	memcpy(&bits, bytes->next, sizeof(bits));
	*actor = le32toh(bits);
	bytes->next += sizeof(bits);
	return true;
}

/* NULL: they are well. */
static inline const char *
take_sums(struct reader *bytes, struct movement_sums *sums)
{
	if (!take_number(bytes, 10, &sums->count) || !take_double(bytes, &sums->magnitude) ||
	    !take_double(bytes, &sums->moved))
		return "is cut off, or holds what is no number";
	if (!sums->count || sums->count > INT64_MAX || sums->magnitude < 0)
		return "counts nothing";
	return NULL;
}

/* Strictly ascending; 0 is before all. */
static bool
follows(struct movement_reader *reader, uint64_t key)
{
	bool after = !reader->number || key > reader->last;

	reader->last = key;
	reader->number++;
	return after;
}

bool
movement_read_cell(
    struct movement_reader *reader, struct movement_cell_read *cell, bool *more, struct error *err)
{
	uint64_t word;
	const char *problem;

	*more = reader_left(&reader->bytes) > 0;
	if (!*more)
		return true;
	if (!take_short(&reader->bytes, &cell->hour) || cell->hour > 23 ||
	    !take_short(&reader->bytes, &cell->by) || cell->by >= MOVEMENT_BY_COUNT)
		return damaged(err, "cell", reader->number, "is of no hour or kind of name");
	if (!take_number(&reader->bytes, 5, &word) || word > UINT32_MAX)
		return damaged(err, "cell", reader->number, "is of no word");
	cell->word = (uint32_t)(word - 1);
	problem = take_sums(&reader->bytes, &cell->sums);
	if (problem)
		return damaged(err, "cell", reader->number, problem);
	if (!follows(reader, (uint64_t)cell->hour << 40 | (uint64_t)cell->by << 36 | word))
		return damaged(err, "cell", reader->number - 1, "is out of order");
	return true;
}

bool
movement_read_top(
    struct movement_reader *reader, struct movement_top_read *actor, bool *more, struct error *err)
{
	const char *problem;
	double weight, before = reader->last_weight;

	*more = reader_left(&reader->bytes) > 0;
	if (!*more)
		return true;
	if (reader->number >= MOVEMENT_TOP || !take_actor(&reader->bytes, &actor->actor))
		return damaged(err, "actor", reader->number, "is cut off, or one too many");
	problem = take_sums(&reader->bytes, &actor->sums);
	if (problem)
		return damaged(err, "actor", reader->number, problem);
	weight = actor->sums.magnitude;
	if (reader->number &&
	    (weight > before || (weight == before && actor->actor <= reader->last)))
		return damaged(err, "actor", reader->number, "is out of order");
	reader->last_weight = weight;
	reader->last = actor->actor;
	reader->number++;
	return true;
}

bool
movement_read_actor(struct movement_reader *reader, struct movement_actor_read *actor, bool *more,
    struct error *err)
{
	*more = reader_left(&reader->bytes) > 0;
	if (!*more)
		return true;
	actor->last = 0;
	if (!take_actor(&reader->bytes, &actor->actor) ||
	    !take_short(&reader->bytes, &actor->subjects) || !actor->subjects)
		return damaged(err, "actor", reader->number, "is cut off, or moves nothing");
	if (!follows(reader, actor->actor))
		return damaged(err, "actor", reader->number - 1, "is out of order");
	return true;
}

bool
movement_read_subject(struct movement_reader *reader, struct movement_actor_read *actor,
    uint32_t *subject, struct movement_sums *sums, struct error *err)
{
	const char *problem;

	if (!take_short(&reader->bytes, subject) || *subject <= actor->last)
		return damaged(err, "actor", reader->number - 1, "has its subjects out of order");
	actor->last = *subject;
	problem = take_sums(&reader->bytes, sums);
	if (problem)
		return damaged(err, "actor", reader->number - 1, problem);
	return true;
}

bool
movement_pass_subjects(
    struct movement_reader *reader, struct movement_actor_read *actor, struct error *err)
{
	const size_t sums = 2 * sizeof(double);
	uint64_t subject, count;

	for (; actor->subjects; actor->subjects--) {
		if (!take_number(&reader->bytes, 5, &subject) ||
		    !take_number(&reader->bytes, 10, &count) || reader_left(&reader->bytes) < sums)
			return damaged(err, "actor", reader->number - 1, "is cut off");
		reader->bytes.next += sums;
	}
	return true;
}
