/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree against RFC 9162's definition written out naively, against roots
 * computed by Python's hashlib, and its paths against everything that could be
 * altered in them.
 */
#include "ledger/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SMALL 70
#define LARGE (3 * TREE_CHUNK_LEAVES + 17)

static struct tree_hash leaves[LARGE];
static struct tree_hash chunks[LARGE / TREE_CHUNK_LEAVES];
static struct tree_hash roots[LARGE + 1]; /* of the first i leaves */

/* MTH of section 2.1.1, word for word. */
static void
naive_root(uint64_t start, uint64_t end, struct tree_hash *root)
{
	uint8_t node[65];
	struct tree_hash left, right;
	uint64_t k = 1;

	if (end == start) {
		sha256_of("", 0, root->bytes);
		return;
	}
	if (end - start == 1) {
		*root = leaves[start];
		return;
	}
	while (k * 2 < end - start)
		k *= 2;
	naive_root(start, start + k, &left);
	naive_root(start + k, end, &right);
	node[0] = 1;
	memcpy(node + 1, left.bytes, 32);
	memcpy(node + 33, right.bytes, 32);
	sha256_of(node, 65, root->bytes);
}

static int
grow(void **state)
{
	struct tree tree;
	char text[32];
	uint64_t i;

	tree_init(&tree);
	tree_root(&tree, &roots[0]);
	for (i = 0; i < LARGE; i++) {
		snprintf(text, sizeof(text), "leaf %d", (int)i);
		tree_leaf_hash(text_of(text), &leaves[i]);
		assert_int_equal(tree_add(&tree, &leaves[i], &chunks[i / TREE_CHUNK_LEAVES]),
		    i % TREE_CHUNK_LEAVES == TREE_CHUNK_LEAVES - 1);
		tree_root(&tree, &roots[i + 1]);
		assert_true(tree.size == i + 1);
	}
	return 0;
}

static void
roots_are_those_of_the_definition(void **state)
{
	static const struct {
		uint64_t size;
		const char *hex;
	} cases[] = {
	    {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	    {1, "1bb97dcc21635d47e2663efdfd0a174686d98dd701352dd2cd06e8b43fd3d305"},
	    {2, "fc5f6b88ff8554f75bb2f9e6f39c31b1936d44b69276edf7b1205a955b9761e3"},
	    {3, "d4f92c8fbb89720eb3b55677c7d7efaddfeb10d11a1a84a0ba8f1a23337faa95"},
	    {7, "5a61fc2b54f9cfa71774f2432143dd40c6cb2b11947faf65a7d3da5cb65199c8"},
	    {8, "c5c2c820ed342fdda8ce896b6b9cf5b8c00a21cc4b20714cc6e5d3c05c35240b"},
	    {70, "49e2474a6b0428b754c646811dbed945a5e1badfa4906e42f46af6731afe28cc"},
	    {1024, "83fcf4718736e39b5fc22aa44f0978da25b27016840720628fc75e1e9a4ebc6a"},
	    {1025, "0723392959a06450aa4f1229afd7678f27c1a37a70eeb5e935d2417421989686"},
	    {3089, "e96d2f3912a77846edf37351f62f4bbee63651c4c793f2a1d91d00ec66a42acd"},
	};
	struct tree_hash root;
	char hex[65];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++)
		assert_string_equal(digest_hex(roots[cases[i].size].bytes, 32, hex), cases[i].hex);
	for (i = 0; i <= LARGE; i = i < 2 * SMALL ? i + 1 : i + 311) {
		naive_root(0, i, &root);
		assert_memory_equal(root.bytes, roots[i].bytes, 32);
	}
}

static void
leaves_of_any_length_are_hashed_behind_a_zero(void **state)
{
	static const struct {
		size_t size;
		const char *hex;
	} cases[] = {
	    {0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
	    {511, "7299cca5c9e2c04c4c9be0522c34e1883a6e6c2b9e9aa7c92ae1abb9e22dee7b"},
	    {5000, "b509c573962cd061685e5b982933e02fcf58c581d566d4c5474f50e5844a5641"},
	};
	struct tree_hash hash, whole;
	char bytes[5001], hex[65];
	size_t i;

	memset(bytes, 'x', sizeof(bytes));
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		tree_leaf_hash((struct text){bytes, cases[i].size}, &hash);
		assert_string_equal(digest_hex(hash.bytes, 32, hex), cases[i].hex);
	}
	bytes[0] = 0;
	for (i = 0; i <= 5000; i = i < 600 ? i + 1 : i + 100) {
		tree_leaf_hash((struct text){bytes + 1, i}, &hash);
		sha256_of(bytes, i + 1, whole.bytes);
		assert_memory_equal(hash.bytes, whole.bytes, 32);
	}
}

/* From any size, by any number of leaves at once. */
static void
many_leaves_make_the_tree_that_they_make_one_by_one(void **state)
{
	static const uint32_t counts[] = {1, 2, 3, 5, 64, 100, 1000, 1023, 1024};
	struct tree_hash hashes[TREE_CHUNK_LEAVES], chunk, root;
	uint64_t before, complete;
	struct tree tree;
	uint32_t i, from;

	for (i = 0; i < ARRAY_COUNT(counts); i++)
		for (from = 0; from < 70; from++) {
			tree_init(&tree);
			memcpy(hashes, leaves, from * sizeof(*hashes));
			assert_false(tree_add_many(&tree, hashes, from, &chunk));
			while (tree.size + counts[i] <= LARGE) {
				before = tree.size;
				memcpy(hashes, leaves + before, counts[i] * sizeof(*hashes));
				complete = (before + counts[i]) / TREE_CHUNK_LEAVES;
				assert_int_equal(tree_add_many(&tree, hashes, counts[i], &chunk),
				    complete > before / TREE_CHUNK_LEAVES);
				tree_root(&tree, &root);
				assert_memory_equal(
				    root.bytes, roots[before + counts[i]].bytes, 32);
				if (complete > before / TREE_CHUNK_LEAVES)
					assert_memory_equal(
					    chunk.bytes, chunks[complete - 1].bytes, 32);
			}
		}
}

static void
leaves_that_stand_in_a_row_are_hashed_as_one_by_one(void **state)
{
	static const uint32_t ends[] = {0, 7, 7, 300, 301, 2000, 2001, 2050, 4000};
	struct tree_hash hashes[ARRAY_COUNT(ends)], hash;
	uint8_t bytes[4000];
	uint32_t i, from = 0;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	tree_leaf_hashes(bytes, ends, ARRAY_COUNT(ends), hashes);
	for (i = 0; i < ARRAY_COUNT(ends); from = ends[i++]) {
		tree_leaf_hash((struct text){(char *)bytes + from, ends[i] - from}, &hash);
		assert_memory_equal(hashes[i].bytes, hash.bytes, 32);
	}
}

static void
chunks_are_the_roots_of_1024_leaves(void **state)
{
	struct tree_hash root;
	uint64_t i;

	for (i = 0; i < ARRAY_COUNT(chunks); i++) {
		naive_root(i * TREE_CHUNK_LEAVES, (i + 1) * TREE_CHUNK_LEAVES, &root);
		assert_memory_equal(root.bytes, chunks[i].bytes, 32);
	}
}

/* Gives only what the contract promises to ask for. */
struct shelf {
	uint64_t index, size, asked;
	bool empty; /* fails */
};

static bool
give_chunk(void *context, uint64_t chunk, struct tree_hash *hash, struct error *err)
{
	struct shelf *shelf = context;

	assert_true((chunk + 1) * TREE_CHUNK_LEAVES <= shelf->size);
	*hash = chunks[chunk];
	return !shelf->empty || error_set(err, ERROR_IO, "no chunk %d", (int)chunk);
}

static bool
give_leaf(void *context, uint64_t leaf, struct tree_hash *hash, struct error *err)
{
	struct shelf *shelf = context;
	uint64_t chunk = leaf / TREE_CHUNK_LEAVES;

	assert_true(leaf < shelf->size);
	assert_true(
	    chunk == shelf->index / TREE_CHUNK_LEAVES || chunk == shelf->size / TREE_CHUNK_LEAVES);
	*hash = leaves[leaf];
	shelf->asked++;
	return !shelf->empty || error_set(err, ERROR_IO, "no leaf %d", (int)leaf);
}

static struct tree_reader
reader_over(struct shelf *shelf)
{
	return (struct tree_reader){shelf, give_chunk, give_leaf};
}

static void
make_inclusion(uint64_t index, uint64_t size, struct tree_path *path)
{
	struct shelf shelf = {index, size};
	struct tree_reader reader = reader_over(&shelf);
	struct error err = {0};

	assert_true(tree_inclusion(&reader, index, size, path, &err));
}

static void
make_consistency(uint64_t first, uint64_t second, struct tree_path *path)
{
	struct shelf shelf = {first - 1, second};
	struct tree_reader reader = reader_over(&shelf);
	struct error err = {0};

	assert_true(tree_consistency(&reader, first, second, path, &err));
}

/* Every kind of change to a path; each must be refused. */
static void
each_alteration(const struct tree_path *path, bool (*holds)(const struct tree_path *path))
{
	struct tree_path other;
	uint32_t i;

	for (i = 0; i < path->count; i++) {
		other = *path;
		other.hashes[i].bytes[i % 32] ^= (uint8_t)(1 << i % 8);
		assert_false(holds(&other));
		if (i && memcmp(&path->hashes[i], &path->hashes[i - 1], 32) != 0) {
			other = *path;
			other.hashes[i] = path->hashes[i - 1];
			other.hashes[i - 1] = path->hashes[i];
			assert_false(holds(&other));
		}
		other = *path;
		memmove(&other.hashes[i], &other.hashes[i + 1],
		    sizeof(struct tree_hash) * (--other.count - i));
		assert_false(holds(&other));
	}
	for (i = 0; i <= path->count; i++) {
		other = *path;
		memmove(&other.hashes[i + 1], &other.hashes[i],
		    sizeof(struct tree_hash) * (other.count++ - i));
		assert_false(holds(&other));
	}
}

static uint64_t this_index, this_size;

static bool
inclusion_holds(const struct tree_path *path)
{
	return tree_check_inclusion(
	    &leaves[this_index], this_index, this_size, path, &roots[this_size]);
}

static bool
consistency_holds(const struct tree_path *path)
{
	return tree_check_consistency(
	    this_index, &roots[this_index], this_size, &roots[this_size], path);
}

static void
every_leaf_of_every_tree_is_shown_to_be_in_it(void **state)
{
	struct tree_path path;
	uint64_t other;

	for (this_size = 1; this_size <= SMALL; this_size++)
		for (this_index = 0; this_index < this_size; this_index++) {
			make_inclusion(this_index, this_size, &path);
			assert_true(inclusion_holds(&path));
			each_alteration(&path, inclusion_holds);
			for (other = 0; other < SMALL; other++) {
				assert_int_equal(tree_check_inclusion(&leaves[this_index], other,
						     this_size, &path, &roots[this_size]),
				    other == this_index);
				assert_int_equal(tree_check_inclusion(&leaves[other], this_index,
						     this_size, &path, &roots[this_size]),
				    other == this_index);
				assert_int_equal(tree_check_inclusion(&leaves[this_index],
						     this_index, this_size, &path, &roots[other]),
				    other == this_size);
			}
		}
}

static void
every_tree_is_shown_to_be_the_start_of_every_longer_one(void **state)
{
	struct tree_path path;
	uint64_t other;

	for (this_size = 1; this_size <= SMALL; this_size++)
		for (this_index = 1; this_index <= this_size; this_index++) {
			make_consistency(this_index, this_size, &path);
			assert_true(consistency_holds(&path));
			each_alteration(&path, consistency_holds);
			for (other = 0; other < SMALL; other++) {
				assert_int_equal(tree_check_consistency(this_index, &roots[other],
						     this_size, &roots[this_size], &path),
				    other == this_index);
				assert_int_equal(
				    tree_check_consistency(this_index, &roots[this_index],
					this_size, &roots[other], &path),
				    other == this_size);
			}
		}
}

static void
paths_through_chunks_read_only_their_own_leaves(void **state)
{
	static const uint64_t places[] = {0, 1, 1023, 1024, 1500, 2047, 2048, 3071, 3072, 3088};
	static const uint64_t sizes[] = {1024, 1025, 2048, 2049, 3072, 3073, LARGE};
	struct tree_path path;
	size_t i, j;

	for (i = 0; i < ARRAY_COUNT(sizes); i++)
		for (j = 0; j < ARRAY_COUNT(places); j++) {
			this_size = sizes[i];
			if (places[j] < this_size) {
				this_index = places[j];
				make_inclusion(this_index, this_size, &path);
				assert_true(inclusion_holds(&path));
			}
			if (places[j] && places[j] <= this_size) {
				this_index = places[j];
				make_consistency(this_index, this_size, &path);
				assert_true(consistency_holds(&path));
			}
		}
}

static void
what_cannot_be_shown_is_said(void **state)
{
	static const struct {
		bool consistency, empty;
		uint64_t a, b;
		const char *sentence;
	} cases[] = {
	    {false, false, 7, 7, "record 7 is not among the first 7"},
	    {false, false, 0, 0, "record 0 is not among the first 0"},
	    {true, false, 0, 5, "no tree of 0 records can be shown to start one of 5"},
	    {true, false, 6, 5, "no tree of 6 records can be shown to start one of 5"},
	    {false, true, 3, 5, "no leaf 2"},
	    {false, true, 2048, LARGE, "no leaf 2049"},
	    {true, true, 1024, LARGE, "no chunk 1"},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct shelf shelf = {
		    cases[i].a - cases[i].consistency, cases[i].b, 0, cases[i].empty};
		struct tree_reader reader = reader_over(&shelf);
		struct tree_path path;
		struct error err = {0};

		if (cases[i].consistency)
			assert_false(
			    tree_consistency(&reader, cases[i].a, cases[i].b, &path, &err));
		else
			assert_false(tree_inclusion(&reader, cases[i].a, cases[i].b, &path, &err));
		assert_string_equal(err.text, cases[i].sentence);
	}
}

static void
a_path_longer_than_any_tree_is_refused(void **state)
{
	struct tree_path path = {.count = TREE_DEPTH_MAX + 1};

	assert_false(tree_check_inclusion(&leaves[0], 0, UINT64_MAX, &path, &roots[1]));
	assert_false(tree_check_consistency(1, &roots[1], UINT64_MAX, &roots[2], &path));
	path.count = TREE_DEPTH_MAX;
	assert_false(tree_check_inclusion(&leaves[0], 0, UINT64_MAX, &path, &roots[1]));
	assert_false(tree_check_consistency(1, &roots[1], UINT64_MAX, &roots[2], &path));
}

static void
a_saved_tree_grows_on(void **state)
{
	struct tree tree, other;
	struct buffer saved = {0};
	struct tree_hash root, chunk;
	struct error err = {0};
	uint64_t i;

	tree_init(&tree);
	for (i = 0; i < LARGE; i++) {
		saved.size = 0;
		tree_save(&tree, &saved);
		assert_true(saved.size <= TREE_SAVED_BYTES);
		memset(&other, 0xee, sizeof(other));
		assert_true(tree_load(&other, buffer_text(&saved), &err));
		tree_root(&other, &root);
		assert_memory_equal(root.bytes, roots[i].bytes, 32);
		tree_add(&other, &leaves[i], &chunk);
		tree = other;
	}
	buffer_fini(&saved);
}

static void
a_saved_tree_of_another_length_is_refused(void **state)
{
	static const struct {
		uint64_t size;
		size_t bytes;
		const char *sentence;
	} cases[] = {
	    {0, 0, "saved tree: 0 bytes, a tree of 0 leaves has 8"},
	    {0, 7, "saved tree: 7 bytes, a tree of 0 leaves has 8"},
	    {0, 9, "saved tree: 9 bytes, a tree of 0 leaves has 8"},
	    {5, 8, "saved tree: 8 bytes, a tree of 5 leaves has 72"},
	    {5, 71, "saved tree: 71 bytes, a tree of 5 leaves has 72"},
	    {5, 104, "saved tree: 104 bytes, a tree of 5 leaves has 72"},
	    {UINT64_MAX, 72,
		"saved tree: 72 bytes, a tree of 18446744073709551615 leaves has 2056"},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		uint8_t bytes[128] = {0};
		struct buffer head = {0};
		struct tree tree;
		struct error err = {0};

		buffer_add_u64(&head, cases[i].size);
		memcpy(bytes, head.data, 8);
		buffer_fini(&head);
		assert_false(tree_load(&tree, (struct text){(char *)bytes, cases[i].bytes}, &err));
		assert_int_equal(err.kind, ERROR_DAMAGED);
		assert_string_equal(err.text, cases[i].sentence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(roots_are_those_of_the_definition),
	    cmocka_unit_test(leaves_of_any_length_are_hashed_behind_a_zero),
	    cmocka_unit_test(many_leaves_make_the_tree_that_they_make_one_by_one),
	    cmocka_unit_test(leaves_that_stand_in_a_row_are_hashed_as_one_by_one),
	    cmocka_unit_test(chunks_are_the_roots_of_1024_leaves),
	    cmocka_unit_test(every_leaf_of_every_tree_is_shown_to_be_in_it),
	    cmocka_unit_test(every_tree_is_shown_to_be_the_start_of_every_longer_one),
	    cmocka_unit_test(paths_through_chunks_read_only_their_own_leaves),
	    cmocka_unit_test(what_cannot_be_shown_is_said),
	    cmocka_unit_test(a_path_longer_than_any_tree_is_refused),
	    cmocka_unit_test(a_saved_tree_grows_on),
	    cmocka_unit_test(a_saved_tree_of_another_length_is_refused),
	};

	return cmocka_run_group_tests(tests, grow, NULL);
}
