/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths through the tree: made from the hashes that the caller can give, and
 * checked by whoever has only the path and the roots.
 */
#include <string.h>

#include "tree_node.h"

/* Where a tree of n > 1 leaves is divided: the greatest power of two below n. */
static uint64_t
split(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* The root over leaves [start, end). */
static bool
subtree(const struct tree_reader *reader, uint64_t start, uint64_t end, struct tree_hash *hash,
    struct error *err)
{
	struct tree_hash left, right;
	uint64_t middle;

	if (end - start == 1)
		return reader->leaf(reader->context, start, hash, err);
	if (end - start == TREE_CHUNK_LEAVES && start % TREE_CHUNK_LEAVES == 0)
		return reader->chunk(reader->context, start / TREE_CHUNK_LEAVES, hash, err);
	middle = start + split(end - start);
	if (!subtree(reader, start, middle, &left, err) ||
	    !subtree(reader, middle, end, &right, err))
		return false;
	tree_node_hash(&left, &right, hash);
	return true;
}

/* Appends the root over [start, end) to the path. */
static bool
add_subtree(const struct tree_reader *reader, uint64_t start, uint64_t end, struct tree_path *path,
    struct error *err)
{
	return subtree(reader, start, end, &path->hashes[path->count++], err);
}

/* PATH of RFC 9162 section 2.1.3.1, for the subtree over [start, end). */
static bool
inclusion(const struct tree_reader *reader, uint64_t index, uint64_t start, uint64_t end,
    struct tree_path *path, struct error *err)
{
	uint64_t middle;

	if (end - start == 1)
		return true;
	middle = start + split(end - start);
	if (index < middle)
		return inclusion(reader, index, start, middle, path, err) &&
		    add_subtree(reader, middle, end, path, err);
	return inclusion(reader, index, middle, end, path, err) &&
	    add_subtree(reader, start, middle, path, err);
}

bool
tree_inclusion(const struct tree_reader *reader, uint64_t index, uint64_t size,
    struct tree_path *path, struct error *err)
{
	path->count = 0;
	if (index >= size)
		return error_set(err, ERROR_MISSING, "record %llu is not among the first %llu",
		    (unsigned long long)index, (unsigned long long)size);
	return inclusion(reader, index, 0, size, path, err);
}

/* SUBPROOF of RFC 9162 section 2.1.4.1: whole says that the verifier knows the
 * root over [start, first) already when that is all of [start, end). */
static bool
consistency(const struct tree_reader *reader, uint64_t first, uint64_t start, uint64_t end,
    bool whole, struct tree_path *path, struct error *err)
{
	uint64_t middle;

	if (first == end)
		return whole || add_subtree(reader, start, end, path, err);
	middle = start + split(end - start);
	if (first <= middle)
		return consistency(reader, first, start, middle, whole, path, err) &&
		    add_subtree(reader, middle, end, path, err);
	return consistency(reader, first, middle, end, false, path, err) &&
	    add_subtree(reader, start, middle, path, err);
}

bool
tree_consistency(const struct tree_reader *reader, uint64_t first, uint64_t second,
    struct tree_path *path, struct error *err)
{
	path->count = 0;
	if (!first || first > second)
		return error_set(err, ERROR_MISSING,
		    "no tree of %llu records can be shown to start one of %llu",
		    (unsigned long long)first, (unsigned long long)second);
	return consistency(reader, first, 0, second, true, path, err);
}

static bool
same(const struct tree_hash *a, const struct tree_hash *b)
{
	return memcmp(a->bytes, b->bytes, SHA256_BYTES) == 0;
}

bool
tree_check_inclusion(const struct tree_hash *leaf, uint64_t index, uint64_t size,
    const struct tree_path *path, const struct tree_hash *root)
{
	uint64_t at = index, last = size - 1;
	struct tree_hash hash = *leaf;
	uint32_t i;

	if (index >= size || path->count > TREE_DEPTH_MAX)
		return false;
	for (i = 0; i < path->count; i++) {
		if (!last)
			return false;
		if (at & 1 || at == last) {
			tree_node_hash(&path->hashes[i], &hash, &hash);
			for (; at && !(at & 1); at >>= 1)
				last >>= 1;
		} else {
			tree_node_hash(&hash, &path->hashes[i], &hash);
		}
		at >>= 1;
		last >>= 1;
	}
	return !last && same(&hash, root);
}

/* One step of section 2.1.4.2: both roots that the path leads to. */
static void
climb(uint64_t *at, uint64_t *last, const struct tree_hash *hash, struct tree_hash *first,
    struct tree_hash *second)
{
	if (*at & 1 || *at == *last) {
		tree_node_hash(hash, first, first);
		tree_node_hash(hash, second, second);
		for (; *at && !(*at & 1); *at >>= 1)
			*last >>= 1;
	} else {
		tree_node_hash(second, hash, second);
	}
	*at >>= 1;
	*last >>= 1;
}

bool
tree_check_consistency(uint64_t first, const struct tree_hash *first_root, uint64_t second,
    const struct tree_hash *second_root, const struct tree_path *path)
{
	struct tree_hash our_first, our_second;
	uint64_t at = first - 1, last = second - 1;
	uint32_t i = 0;

	if (!first || first > second || path->count > TREE_DEPTH_MAX)
		return false;
	if (first == second)
		return !path->count && same(first_root, second_root);
	if (!path->count)
		return false;
	for (; at & 1; at >>= 1)
		last >>= 1;
	/* A first tree that is one complete subtree starts the path itself. */
	our_first = our_second = (first & (first - 1)) ? path->hashes[i++] : *first_root;
	for (; i < path->count; i++) {
		if (!last)
			return false;
		climb(&at, &last, &path->hashes[i], &our_first, &our_second);
	}
	return !last && same(&our_first, first_root) && same(&our_second, second_root);
}
