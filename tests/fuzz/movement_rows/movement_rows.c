/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of movement from anybody. First byte: which form. What is read to the end is in
 * order, within its limits and finite; what is not says which item is damaged.
 */
#include "catalog/movement.h"

#include <assert.h>
#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_sums(const struct movement_sums *sums)
{
	assert(sums->count > 0 && isfinite(sums->magnitude) && isfinite(sums->moved));
	assert(sums->magnitude >= 0);
}

static bool
read_cells(struct movement_reader *reader, struct error *err)
{
	struct movement_cell_read cell, before = {0};
	bool more;

	for (;;) {
		if (!movement_read_cell(reader, &cell, &more, err))
			return false;
		if (!more)
			return true;
		assert(cell.hour < 24 && cell.by < MOVEMENT_BY_COUNT);
		assert(cell.hour >= before.hour);
		check_sums(&cell.sums);
		before = cell;
	}
}

static bool
read_top(struct movement_reader *reader, struct error *err)
{
	struct movement_top_read actor, before = {.sums.magnitude = INFINITY};
	size_t count = 0;
	bool more;

	for (;;) {
		if (!movement_read_top(reader, &actor, &more, err))
			return false;
		if (!more)
			return true;
		assert(++count <= MOVEMENT_TOP);
		assert(actor.sums.magnitude <= before.sums.magnitude);
		check_sums(&actor.sums);
		before = actor;
	}
}

static bool
read_actors(struct movement_reader *reader, struct error *err)
{
	struct movement_actor_read actor;
	struct movement_sums sums;
	int64_t last = -1, last_subject;
	uint32_t subject;
	bool more;

	for (;;) {
		if (!movement_read_actor(reader, &actor, &more, err))
			return false;
		if (!more)
			return true;
		assert(actor.actor > last && actor.subjects > 0);
		last = actor.actor;
		for (last_subject = 0; actor.subjects; actor.subjects--) {
			if (!movement_read_subject(reader, &actor, &subject, &sums, err))
				return false;
			assert(subject > last_subject);
			last_subject = subject;
			check_sums(&sums);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool (*const forms[])(struct movement_reader * reader, struct error * err) = {
	    read_cells, read_top, read_actors};
	struct movement_reader reader;
	struct error err = {0};

	if (!size)
		return 0;
	reader = (struct movement_reader){
	    .bytes = reader_of((struct text){(const char *)data + 1, size - 1})};
	if (forms[data[0] % 3](&reader, &err))
		assert(reader_left(&reader.bytes) == 0);
	else
		assert(err.kind == ERROR_DAMAGED && err.text[0]);
	return 0;
}
