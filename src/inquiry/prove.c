/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A proof file: the record's leaf, the path from it to the root of the newest
 * signed checkpoint, and that checkpoint.
 */
#include "private.h"

/* Leaf hashes of the block read last, so that a chunk of leaves costs two or three blocks. */
struct leaves {
	struct inquiry *inquiry;
	uint8_t (*chunks)[CATALOG_HASH_BYTES];
	uint64_t chunk_count;
};

static bool
chunk_hash(void *context, uint64_t chunk, struct tree_hash *hash, struct error *err)
{
	struct leaves *leaves = context;

	if (chunk >= leaves->chunk_count)
		return error_set(err, ERROR_DAMAGED,
		    "the catalog has no hash of records %llu and following",
		    (unsigned long long)chunk * TREE_CHUNK_LEAVES);
	memcpy(hash->bytes, leaves->chunks[chunk], sizeof(hash->bytes));
	return true;
}

static bool
leaf_hash(void *context, uint64_t index, struct tree_hash *hash, struct error *err)
{
	struct leaves *leaves = context;
	const struct record *record = inquiry_record_in_block(leaves->inquiry, index, err);
	struct buffer leaf = {0};

	if (!record)
		return false;
	leaf_encode(record, leaves->inquiry->names, leaves->inquiry->keys, &leaf);
	tree_leaf_hash(buffer_text(&leaf), hash);
	buffer_fini(&leaf);
	return true;
}

bool
inquiry_path(struct inquiry *inquiry, uint64_t index, uint64_t size, struct tree_path *path,
    struct error *err)
{
	struct leaves leaves = {.inquiry = inquiry, .chunk_count = size / TREE_CHUNK_LEAVES};
	struct tree_reader reader = {.context = &leaves, .chunk = chunk_hash, .leaf = leaf_hash};
	bool good;

	leaves.chunks = memory_get_array(leaves.chunk_count + 1, CATALOG_HASH_BYTES);
	good = catalog_chunks(inquiry->catalog, leaves.chunk_count, leaves.chunks, err) &&
	    tree_inclusion(&reader, index, size, path, err);
	memory_free(leaves.chunks);
	return good;
}

/* The store's own answer must hold before it is handed out. */
static bool
holds(const struct proof *proof, struct error *err)
{
	const struct checkpoint *checkpoint = &proof->checkpoint;
	struct tree_hash leaf;

	tree_leaf_hash(proof->leaf, &leaf);
	if (proof->conclusion
		? tree_check_inclusion(&leaf, proof->index, checkpoint->conclusions_size,
		      &proof->path, &checkpoint->conclusions_root)
		: tree_check_inclusion(
		      &leaf, proof->index, checkpoint->size, &proof->path, &checkpoint->root))
		return true;
	return error_set(err, ERROR_DAMAGED,
	    "%s %llu does not lead to the signed root: run `dyetrace verify`",
	    proof->conclusion ? "conclusion" : "record", (unsigned long long)proof->index);
}

static bool
prove_record(struct inquiry *inquiry, uint64_t index, struct proof *proof, struct buffer *leaf,
    struct error *err)
{
	const struct record *record = inquiry_record(inquiry, index, err);

	if (!record)
		return false;
	leaf_encode(record, inquiry->names, inquiry->keys, leaf);
	proof->leaf = buffer_text(leaf);
	proof->index = index;
	return inquiry_path(inquiry, index, proof->checkpoint.size, &proof->path, err);
}

static bool
prove_conclusion(struct inquiry *inquiry, uint64_t record, struct proof *proof, struct buffer *leaf,
    struct error *err)
{
	const struct conclusion *conclusion;

	if (!inquiry_conclusion(inquiry, record, &conclusion, &proof->index, err))
		return false;
	if (!conclusion)
		return error_set(
		    err, ERROR_MISSING, "record %llu moved no feature", (unsigned long long)record);
	conclusion_leaf(conclusion, leaf);
	proof->leaf = buffer_text(leaf);
	proof->conclusion = true;
	return inquiry_conclusion_path(
	    inquiry, proof->index, proof->checkpoint.conclusions_size, &proof->path, err);
}

/* Conclusions of facts that a checkpoint covers are covered, too. */
static bool
is_covered(uint64_t index, const struct checkpoint *checkpoint, struct error *err)
{
	if (index < checkpoint->size)
		return true;
	return error_set(err, ERROR_MISSING,
	    "record %llu is newer than the last signed checkpoint (%llu records): "
	    "`dyetrace keys checkpoint` signs one now",
	    (unsigned long long)index, (unsigned long long)checkpoint->size);
}

bool
inquiry_prove(struct inquiry *inquiry, struct text named, bool influence, struct buffer *out,
    struct error *err)
{
	struct proof proof = {0};
	struct buffer note = {0}, leaf = {0}, verifier = {0};
	uint8_t public_key[KEY_BYTES];
	uint64_t index;
	bool good = false;

	if (!inquiry_find(inquiry, named, &index, err))
		return false;
	if (!inquiry->keys) {
		*err = inquiry->keys_error;
		return error_within(err, "a proof needs the key file");
	}
	if (!inquiry_checkpoint(inquiry, &proof.checkpoint, &note, err)) {
		error_within(err, "a proof stands on a signed checkpoint");
		goto undo;
	}
	keys_public(inquiry->keys, public_key);
	checkpoint_verifier(proof.checkpoint.origin, public_key, &verifier);
	proof.note = buffer_text(&note);
	proof.verifier = buffer_text(&verifier);
	good = is_covered(index, &proof.checkpoint, err) &&
	    (influence ? prove_conclusion(inquiry, index, &proof, &leaf, err)
		       : prove_record(inquiry, index, &proof, &leaf, err)) &&
	    holds(&proof, err) && proof_write(&proof, out, err);
undo:
	buffer_fini(&note);
	buffer_fini(&leaf);
	buffer_fini(&verifier);
	return good;
}
