/* SPDX-License-Identifier: Apache-2.0 */
#include "conclusions_again.h"

#include "store/store.h"

struct standing {
	struct block_place place;
	uint64_t first_fact;
};

struct conclusions_again {
	struct ledger_reader *reader; /* NULL: there are no segments */
	struct standing *blocks;
	size_t count, capacity, next;
	int64_t bytes;
};

/* The first object's record is no difference to another. */
static bool
stand(void *context, const struct block_place *place, struct text body, struct error *err)
{
	struct conclusions_again *again = context;
	struct reader bytes = reader_of(body);
	int64_t first = reader_long(&bytes);

	if (bytes.bad || first < 0)
		return error_set(err, ERROR_DAMAGED,
		    "conclusions: segment %06u byte %lld: malformed", place->segment,
		    (long long)place->offset);
	memory_grow(&again->blocks, &again->capacity, again->count + 1, sizeof(*again->blocks));
	again->blocks[again->count++] = (struct standing){*place, (uint64_t)first};
	again->bytes += place->bytes;
	return true;
}

bool
conclusions_again_open(
    const char *store, const char *name, struct conclusions_again **out, struct error *err)
{
	struct conclusions_again *again = memory_get(sizeof(*again));
	char *folder = store_path(store, name);
	struct block_place end;
	int64_t torn;
	bool good = true;

	if (ledger_reader_open_as(folder, ledger_conclusions_schema, &again->reader, err)) {
		good = ledger_reader_walk(again->reader, stand, again, &end, &torn, err) ||
		    error_within(err,
			"conclusions (`dyetrace rebuild --conclusions` makes them again from the "
			"facts)");
	} else {
		good = err->kind == ERROR_MISSING;
		*err = good ? (struct error){0} : *err;
	}
	memory_free(folder);
	if (good)
		*out = again;
	else
		conclusions_again_close(again);
	return good;
}

void
conclusions_again_close(struct conclusions_again *again)
{
	if (!again)
		return;
	ledger_reader_close(again->reader);
	memory_free(again->blocks);
	memory_free(again);
}

int64_t
conclusions_again_bytes(const struct conclusions_again *again)
{
	return again->bytes;
}

static struct conclusion_block *
block_again(const struct conclusion *conclusions, uint32_t count)
{
	struct conclusion_block *block = memory_get(sizeof(*block));
	uint32_t i;

	for (i = 0; i < count; i++) {
		conclusion_leaf(&conclusions[i], &block->leaves);
		block->leaf_ends[i] = (uint32_t)block->leaves.size;
	}
	block->records = count;
	block->first_fact = conclusions[0].record;
	block->last_fact = conclusions[count - 1].record;
	return block;
}

static bool
read_block(struct conclusions_again *again, const struct block_place *place,
    struct conclusion_block **block, struct error *err)
{
	struct conclusion *conclusions;
	struct arena arena;
	struct text body;
	uint32_t count;
	bool good;

	arena_init(&arena);
	good = ledger_reader_block(again->reader, place, &body, err) &&
	    conclusion_block_read(
		body, place->objects, UINT64_MAX, &arena, &conclusions, &count, err);
	if (good)
		*block = block_again(conclusions, count);
	arena_fini(&arena);
	return good ||
	    error_within(err, "conclusions: segment %06u byte %lld", place->segment,
		(long long)place->offset);
}

bool
conclusions_again_next(struct conclusions_again *again, uint64_t first_record, uint32_t records,
    struct conclusion_block **block, struct block_place *place, struct error *err)
{
	const struct standing *next = &again->blocks[again->next];

	*block = NULL;
	if (again->next == again->count || next->first_fact >= first_record + records)
		return true;
	*place = next->place;
	again->next++;
	if (!read_block(again, place, block, err))
		return false;
	if ((*block)->first_fact >= first_record && (*block)->last_fact < first_record + records)
		return true;
	error_set(err, ERROR_DAMAGED,
	    "conclusions: segment %06u byte %lld: of the facts %llu to %llu, where %llu to %llu "
	    "are one block: restore the segments from a backup",
	    place->segment, (long long)place->offset, (unsigned long long)(*block)->first_fact,
	    (unsigned long long)(*block)->last_fact, (unsigned long long)first_record,
	    (unsigned long long)(first_record + records - 1));
	conclusion_block_free(*block);
	*block = NULL;
	return false;
}
