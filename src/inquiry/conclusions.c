/* SPDX-License-Identifier: Apache-2.0 */
/* The conclusions of a fact: found by the catalog, read from their block, proved by their tree. */
#include "private.h"

#include "store/store.h"

bool
inquiry_open_conclusions(struct inquiry *inquiry, struct error *err)
{
	char *path = store_path(inquiry->settings->store, STORE_CONCLUSIONS);
	bool good =
	    ledger_reader_open_as(path, ledger_conclusions_schema, &inquiry->conclusions, err);

	/* A store of a version that concluded nothing has no such folder. */
	if (!good && err->kind == ERROR_MISSING && !inquiry->state.conclusions) {
		*err = (struct error){0};
		good = true;
	}
	memory_free(path);
	return good;
}

bool
inquiry_conclusion_block(
    struct inquiry *inquiry, const struct catalog_conclusions *row, struct error *err)
{
	struct block_place place = {
	    row->segment, row->offset, row->bytes, row->records, row->identity};
	struct text body;
	uint32_t count;

	if (row->number == inquiry->conclusion_row.number)
		return true;
	inquiry->conclusion_row.number = 0;
	arena_reset(&inquiry->conclusion_arena);
	if (!inquiry->conclusions)
		return error_set(err, ERROR_DAMAGED, "the store's conclusions are missing");
	if (!ledger_reader_block(inquiry->conclusions, &place, &body, err) ||
	    !conclusion_block_read(body, row->records, UINT64_MAX, &inquiry->conclusion_arena,
		&inquiry->conclusion_items, &count, err))
		return error_within(
		    err, "conclusions of block %llu", (unsigned long long)row->number);
	inquiry->conclusion_row = *row;
	return true;
}

/* The first item that is not of a fact before the record. */
static uint32_t
position_of(const struct inquiry *inquiry, uint64_t record)
{
	uint32_t low = 0, high = inquiry->conclusion_row.records;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (inquiry->conclusion_items[middle].record < record)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
inquiry_conclusion(struct inquiry *inquiry, uint64_t record, const struct conclusion **conclusion,
    uint64_t *index, struct error *err)
{
	struct catalog_conclusions row;
	uint32_t at;
	bool found;

	*conclusion = NULL;
	if (!catalog_conclusions_of_fact(inquiry->catalog, record, &row, &found, err))
		return false;
	if (!found)
		return true;
	if (!inquiry_conclusion_block(inquiry, &row, err))
		return false;
	at = position_of(inquiry, record);
	if (at == row.records || inquiry->conclusion_items[at].record != record)
		return true;
	*conclusion = &inquiry->conclusion_items[at];
	*index = row.first_conclusion + at;
	return true;
}

struct conclusion_leaves {
	struct inquiry *inquiry;
	uint8_t (*chunks)[CATALOG_HASH_BYTES];
	uint64_t chunk_count;
};

static bool
chunk_hash(void *context, uint64_t chunk, struct tree_hash *hash, struct error *err)
{
	struct conclusion_leaves *leaves = context;

	if (chunk >= leaves->chunk_count)
		return error_set(err, ERROR_DAMAGED,
		    "the catalog has no hash of conclusions %llu and following",
		    (unsigned long long)chunk * TREE_CHUNK_LEAVES);
	memcpy(hash->bytes, leaves->chunks[chunk], sizeof(hash->bytes));
	return true;
}

static bool
leaf_hash(void *context, uint64_t index, struct tree_hash *hash, struct error *err)
{
	struct inquiry *inquiry = ((struct conclusion_leaves *)context)->inquiry;
	struct catalog_conclusions row;
	struct buffer leaf = {0};
	bool found;

	if (!catalog_conclusions_at(inquiry->catalog, index, &row, &found, err))
		return false;
	if (!found)
		return error_set(err, ERROR_DAMAGED, "conclusion %llu is in no block",
		    (unsigned long long)index);
	if (!inquiry_conclusion_block(inquiry, &row, err))
		return false;
	conclusion_leaf(&inquiry->conclusion_items[index - row.first_conclusion], &leaf);
	tree_leaf_hash(buffer_text(&leaf), hash);
	buffer_fini(&leaf);
	return true;
}

bool
inquiry_conclusion_path(struct inquiry *inquiry, uint64_t index, uint64_t size,
    struct tree_path *path, struct error *err)
{
	struct conclusion_leaves leaves = {
	    .inquiry = inquiry, .chunk_count = size / TREE_CHUNK_LEAVES};
	struct tree_reader reader = {.context = &leaves, .chunk = chunk_hash, .leaf = leaf_hash};
	bool good;

	leaves.chunks = memory_get_array(leaves.chunk_count + 1, CATALOG_HASH_BYTES);
	good =
	    catalog_conclusion_chunks(inquiry->catalog, leaves.chunk_count, leaves.chunks, err) &&
	    tree_inclusion(&reader, index, size, path, err);
	memory_free(leaves.chunks);
	return good;
}
