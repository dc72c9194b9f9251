/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger of conclusions against itself, the catalog and each signed checkpoint,
 * as verify.c has it of the facts.
 */
#include "verify.h"

struct walk {
	struct verify *verify;
	struct tree tree;
	uint64_t blocks, chunks_wrong;
	/* The row that the next block must be; found = false: there are no more. */
	struct catalog_conclusions next;
	bool found;
	uint8_t (*chunks)[CATALOG_HASH_BYTES];
};

static void
meet(struct walk *walk)
{
	struct verify *verify = walk->verify;
	struct tree_hash root;
	size_t i;

	tree_root(&walk->tree, &root);
	for (i = 0; i < verify->stated_count; i++) {
		struct stated *stated = &verify->stated[i];

		if (stated->checkpoint.conclusions_size != walk->tree.size)
			continue;
		stated->conclusions_met = true;
		stated->conclusions_differ =
		    memcmp(&root, &stated->checkpoint.conclusions_root, sizeof(root)) != 0;
	}
}

static bool
find_next(struct walk *walk, struct error *err)
{
	return catalog_conclusions_at(
	    walk->verify->inquiry->catalog, walk->tree.size, &walk->next, &walk->found, err);
}

static bool
is_the_row(const struct catalog_conclusions *row, const struct block_place *place,
    const struct conclusion *conclusions, uint32_t count)
{
	return row->segment == place->segment && row->offset == place->offset &&
	    row->bytes == place->bytes && row->identity == place->identity &&
	    row->records == count && row->first_fact == conclusions[0].record &&
	    row->last_fact == conclusions[count - 1].record;
}

static void
hash_all(struct walk *walk, const struct conclusion *conclusions, uint32_t count)
{
	struct tree_hash leaf, chunk;
	struct buffer bytes = {0};
	uint32_t i;

	for (i = 0; i < count; i++) {
		bytes.size = 0;
		conclusion_leaf(&conclusions[i], &bytes);
		tree_leaf_hash(buffer_text(&bytes), &leaf);
		if (tree_add(&walk->tree, &leaf, &chunk) &&
		    memcmp(walk->chunks[walk->tree.size / TREE_CHUNK_LEAVES - 1], chunk.bytes,
			sizeof(chunk.bytes)) != 0)
			walk->chunks_wrong++;
	}
	buffer_fini(&bytes);
}

static bool
visit(void *context, const struct block_place *place, struct text body, struct error *err)
{
	struct walk *walk = context;
	struct inquiry *inquiry = walk->verify->inquiry;
	struct conclusion *conclusions;
	uint32_t count;

	/* What the tracker wrote since this verify began is not its subject. */
	if (walk->tree.size == inquiry->state.conclusions || !find_next(walk, err))
		return false;
	arena_reset(&inquiry->conclusion_arena);
	if (!conclusion_block_read(body, place->objects, UINT64_MAX, &inquiry->conclusion_arena,
		&conclusions, &count, err))
		return error_within(
		    err, "segment %06u byte %lld", place->segment, (long long)place->offset);
	if (!walk->found || !is_the_row(&walk->next, place, conclusions, count))
		return error_set(err, ERROR_DAMAGED,
		    "segment %06u byte %lld: the catalog has another block there, or its bytes "
		    "were "
		    "changed after it was written",
		    place->segment, (long long)place->offset);
	hash_all(walk, conclusions, count);
	walk->blocks++;
	meet(walk);
	return true;
}

static bool
walk_all(struct walk *walk, struct error *err)
{
	struct inquiry *inquiry = walk->verify->inquiry;
	struct block_place end;
	int64_t torn;

	inquiry->conclusion_row.number = 0;
	if (!inquiry->conclusions)
		return true;
	return ledger_reader_walk(inquiry->conclusions, visit, walk, &end, &torn, err);
}

static void
conclude_root(struct walk *walk)
{
	struct buffer saved = {0};
	struct tree known;
	struct tree_hash ours, theirs;
	struct error err = {0};
	bool good;

	tree_init(&known);
	good = catalog_conclusion_frontier(walk->verify->inquiry->catalog, &saved, &err) &&
	    (!saved.size || tree_load(&known, buffer_text(&saved), &err));
	tree_root(&walk->tree, &ours);
	tree_root(&known, &theirs);
	if (!good)
		verify_conclude(walk->verify, "conclusions' tree", false, "%s", err.text);
	else if (memcmp(&ours, &theirs, sizeof(ours)) != 0 || walk->chunks_wrong)
		verify_conclude(walk->verify, "conclusions' tree", false,
		    "the conclusions do not give the root that the catalog holds");
	buffer_fini(&saved);
}

void
verify_conclusions(struct verify *verify)
{
	uint64_t expected = verify->inquiry->state.conclusions;
	struct walk walk = {.verify = verify};
	struct error err = {0};

	tree_init(&walk.tree);
	walk.chunks = memory_get_array(expected / TREE_CHUNK_LEAVES + 1, CATALOG_HASH_BYTES);
	meet(&walk);
	if (!catalog_conclusion_chunks(
		verify->inquiry->catalog, expected / TREE_CHUNK_LEAVES, walk.chunks, &err) ||
	    !walk_all(&walk, &err) || err.kind != ERROR_NONE)
		verify_conclude(verify, "conclusions", false, "%s", err.text);
	else if (walk.tree.size != expected)
		verify_conclude(verify, "conclusions", false, "%llu, the catalog says %llu",
		    (unsigned long long)walk.tree.size, (unsigned long long)expected);
	else
		verify_conclude(verify, "conclusions", true,
		    "%llu in %llu blocks, each readable and unchanged",
		    (unsigned long long)walk.tree.size, (unsigned long long)walk.blocks);
	if (err.kind == ERROR_NONE && walk.tree.size == expected)
		conclude_root(&walk);
	verify->conclusions = walk.tree.size;
	tree_root(&walk.tree, &verify->conclusions_root);
	memory_free(walk.chunks);
}
