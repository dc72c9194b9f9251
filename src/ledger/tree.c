/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing tree kept as its frontier: the roots of the complete subtrees that
 * the set bits of its size stand for.
 */
#include "ledger/tree.h"

#include <assert.h>

#include "tree_node.h"

static_assert(TREE_CHUNK_LEAVES == 1 << TREE_CHUNK_DEPTH, "a chunk is a subtree");

void
tree_node_hash(const struct tree_hash *left, const struct tree_hash *right, struct tree_hash *hash)
{
	uint8_t node[1 + 2 * SHA256_BYTES];

	node[0] = 0x01;
	memcpy(node + 1, left->bytes, SHA256_BYTES);
	memcpy(node + 1 + SHA256_BYTES, right->bytes, SHA256_BYTES);
	sha256_of(node, sizeof(node), hash->bytes);
}

void
tree_init(struct tree *tree)
{
	*tree = (struct tree){0};
}

void
tree_leaf_hash(struct text leaf, struct tree_hash *hash)
{
	struct sha256 sha;
	uint8_t small[512];

	small[0] = 0x00;
	if (leaf.size < sizeof(small)) {
		if (leaf.size)
			memcpy(small + 1, leaf.data, leaf.size);
		sha256_of(small, 1 + leaf.size, hash->bytes);
		return;
	}
	sha256_init(&sha);
	sha256_add(&sha, small, 1);
	sha256_add(&sha, leaf.data, leaf.size);
	sha256_now(&sha, hash->bytes);
}

void
tree_leaf_hashes(
    const uint8_t *leaves, const uint32_t *ends, uint32_t count, struct tree_hash *hashes)
{
	uint32_t i, from = 0;

	for (i = 0; i + 1 < count; i += 2) {
		struct text first = {(const char *)leaves + from, ends[i] - from};
		struct text second = {(const char *)leaves + ends[i], ends[i + 1] - ends[i]};

		sha256_two(0x00, first, second, hashes[i].bytes, hashes[i + 1].bytes);
		from = ends[i + 1];
	}
	if (i < count)
		tree_leaf_hash(
		    (struct text){(const char *)leaves + from, ends[i] - from}, &hashes[i]);
}

/* Adds a complete subtree of 2^depth leaves, of which the tree's size is a multiple. */
static bool
add_subtree(
    struct tree *tree, const struct tree_hash *root, uint32_t depth, struct tree_hash *chunk)
{
	struct tree_hash hash = *root;
	bool completed = depth == TREE_CHUNK_DEPTH;
	uint64_t leaves = (uint64_t)1 << depth;

	assert(tree->size <= UINT64_MAX - leaves);
	if (completed)
		*chunk = hash;
	/* Every set bit that the count carries through is a pair to be joined. */
	for (; tree->size >> depth & 1; depth++) {
		tree_node_hash(&tree->frontier[--tree->frontier_count], &hash, &hash);
		if (depth + 1 == TREE_CHUNK_DEPTH) {
			*chunk = hash;
			completed = true;
		}
	}
	tree->frontier[tree->frontier_count++] = hash;
	tree->size += leaves;
	return completed;
}

bool
tree_add(struct tree *tree, const struct tree_hash *leaf, struct tree_hash *chunk)
{
	return add_subtree(tree, leaf, 0, chunk);
}

/* The nodes above `count` hashes, an even number, in the place of the first half of these. */
static void
join_pairs(struct tree_hash *hashes, uint32_t count)
{
	uint32_t i;

	for (i = 0; i + 2 < count; i += 4)
		sha256_two(0x01, (struct text){(const char *)hashes[i].bytes, 2 * SHA256_BYTES},
		    (struct text){(const char *)hashes[i + 2].bytes, 2 * SHA256_BYTES},
		    hashes[i / 2].bytes, hashes[i / 2 + 1].bytes);
	if (i < count)
		tree_node_hash(&hashes[i], &hashes[i + 1], &hashes[i / 2]);
}

bool
tree_add_many(struct tree *tree, struct tree_hash *hashes, uint32_t count, struct tree_hash *chunk)
{
	bool completed = false;
	uint32_t depth, level;

	assert(count <= TREE_CHUNK_LEAVES);
	for (; count; hashes += (uint32_t)1 << depth, count -= (uint32_t)1 << depth) {
		/* The largest subtree that may stand here and of which all leaves are there. */
		for (depth = 0; count >> (depth + 1) && !(tree->size >> depth & 1); depth++)
			;
		for (level = depth; level; level--)
			join_pairs(hashes, (uint32_t)1 << level);
		completed |= add_subtree(tree, hashes, depth, chunk);
	}
	return completed;
}

void
tree_root(const struct tree *tree, struct tree_hash *root)
{
	uint32_t left = tree->frontier_count;

	if (!left) {
		sha256_of("", 0, root->bytes);
		return;
	}
	*root = tree->frontier[--left];
	while (left)
		tree_node_hash(&tree->frontier[--left], root, root);
}

void
tree_save(const struct tree *tree, struct buffer *out)
{
	buffer_add_u64(out, tree->size);
	buffer_add(out, tree->frontier, tree->frontier_count * sizeof(struct tree_hash));
}

bool
tree_load(struct tree *tree, struct text saved, struct error *err)
{
	struct reader reader = reader_of(saved);
	uint64_t size = reader_u64(&reader);
	uint32_t count = (uint32_t)__builtin_popcountll(size);

	if (reader.bad || reader_left(&reader) != count * sizeof(struct tree_hash))
		return error_set(err, ERROR_DAMAGED,
		    "saved tree: %zu bytes, a tree of %llu leaves has %zu", saved.size,
		    (unsigned long long)size, 8 + count * sizeof(struct tree_hash));
	tree_init(tree);
	tree->size = size;
	tree->frontier_count = count;
	if (count)
		memcpy(tree->frontier, reader.next, count * sizeof(struct tree_hash));
	return true;
}
