/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Merkle tree over the leaves of a ledger: append only, SHA-256.
 * Source: RFC 9162 section 2.1 (leaf 0x00, node 0x01; inclusion 2.1.3, consistency 2.1.4).
 *
 * What is kept: the roots of complete chunks of 1,024 leaves (in the catalog),
 * and the frontier, the roots of the complete subtrees of the rest.
 */
#ifndef DYETRACE_LEDGER_TREE_H
#define DYETRACE_LEDGER_TREE_H

#include "base/digest.h"
#include "base/error.h"

#define TREE_CHUNK_LEAVES 1024
#define TREE_DEPTH_MAX 64

struct tree_hash {
	uint8_t bytes[SHA256_BYTES];
};

/* Compact: one hash per set bit of size, the largest subtree first. */
struct tree {
	uint64_t size; /* leaves */
	struct tree_hash frontier[TREE_DEPTH_MAX];
	uint32_t frontier_count;
};

void tree_init(struct tree *tree);
void tree_leaf_hash(struct text leaf, struct tree_hash *hash);
/* Returns true when the leaf completed a chunk of 1,024; its root is then in *chunk. */
bool tree_add(struct tree *tree, const struct tree_hash *leaf, struct tree_hash *chunk);
/*
 * The same for many: leaf i ends at ends[i] of `leaves` and begins where the one
 * before ends. Adding takes at most 1,024 and overwrites the hashes.
 */
void tree_leaf_hashes(
    const uint8_t *leaves, const uint32_t *ends, uint32_t count, struct tree_hash *hashes);
bool
tree_add_many(struct tree *tree, struct tree_hash *hashes, uint32_t count, struct tree_hash *chunk);
/* SHA-256 of nothing for an empty tree. */
void tree_root(const struct tree *tree, struct tree_hash *root);
#define TREE_SAVED_BYTES (8 + TREE_DEPTH_MAX * SHA256_BYTES)
/* Size, then the frontier: as long as the frontier is. */
void tree_save(const struct tree *tree, struct buffer *out);
/* ERROR_DAMAGED */
MUST_USE bool tree_load(struct tree *tree, struct text saved, struct error *err);

/*
 * An audit path for leaf `index` in a tree of `size` leaves. The caller gives
 * the hashes it can: chunk(i) for complete chunks, leaf(i) for the leaves of
 * index's own chunk and of the last, incomplete one. Of a consistency path
 * the chunk that holds leaf `first` - 1 is the own one.
 *
 * ERROR_MISSING  index is not below size; first is 0 or above second
 * and what chunk() and leaf() say
 */
struct tree_reader {
	void *context;
	bool (*chunk)(void *context, uint64_t chunk, struct tree_hash *hash, struct error *err);
	bool (*leaf)(void *context, uint64_t leaf, struct tree_hash *hash, struct error *err);
};
struct tree_path {
	uint32_t count;
	struct tree_hash hashes[TREE_DEPTH_MAX]; /* from the leaf upwards */
};
MUST_USE bool tree_inclusion(const struct tree_reader *reader, uint64_t index, uint64_t size,
    struct tree_path *path, struct error *err);
bool tree_check_inclusion(const struct tree_hash *leaf, uint64_t index, uint64_t size,
    const struct tree_path *path, const struct tree_hash *root);
/* That a tree of `first` leaves (at least one: an empty tree starts any) is the start of one of `second`. */
MUST_USE bool tree_consistency(const struct tree_reader *reader, uint64_t first, uint64_t second,
    struct tree_path *path, struct error *err);
bool tree_check_consistency(uint64_t first, const struct tree_hash *first_root, uint64_t second,
    const struct tree_hash *second_root, const struct tree_path *path);

#endif
