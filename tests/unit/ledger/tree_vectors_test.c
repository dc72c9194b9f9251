/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published vectors of inclusion and consistency proofs, good and altered. The
 * archive is unpacked into a scratch folder; without it the test is skipped.
 * One vector is left out: it expects roots of 11 bytes to be accepted, and here
 * a root that is no hash never reaches the check.
 */
#include "ledger/tree.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "shared_data.h"

static char archive[4096];
#define LEFT_OUT "sizes-are-equal-one-and-proof-is-empty.json"

static int good, refused;

/* Standard base64 of the vectors; more than 64 bytes are cut. */
static size_t
bytes_of(const char *text, uint8_t out[64])
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0, count = 0;
	size_t size = 0;

	for (; *text && *text != '=' && size < 64; text++) {
		bits = bits << 6 | (uint32_t)(strchr(digits, *text) - digits);
		count += 6;
		if (count >= 8)
			out[size++] = (uint8_t)(bits >> (count -= 8));
	}
	return size;
}

/* false when it is no hash at all: such a proof is refused before any check */
static bool
hash_of(const json_t *value, struct tree_hash *hash)
{
	uint8_t bytes[64];

	if (bytes_of(json_string_value(value), bytes) != SHA256_BYTES)
		return false;
	memcpy(hash->bytes, bytes, SHA256_BYTES);
	return true;
}

static bool
path_of(const json_t *value, struct tree_path *path)
{
	path->count = 0;
	if (json_array_size(value) > TREE_DEPTH_MAX)
		return false;
	for (; path->count < json_array_size(value); path->count++)
		if (!hash_of(json_array_get(value, path->count), &path->hashes[path->count]))
			return false;
	return true;
}

/* Numbers above 2^63 are all 2^64 - 1 there; as doubles they are just above it. */
static uint64_t
number(const json_t *vector, const char *name)
{
	double value = json_real_value(json_object_get(vector, name));

	return value >= 0x1p63 ? UINT64_MAX : (uint64_t)value;
}

static bool
inclusion_accepted(const json_t *vector)
{
	struct tree_hash root, leaf;
	struct tree_path path;

	return hash_of(json_object_get(vector, "root"), &root) &&
	    hash_of(json_object_get(vector, "leafHash"), &leaf) &&
	    path_of(json_object_get(vector, "proof"), &path) &&
	    tree_check_inclusion(
		&leaf, number(vector, "leafIdx"), number(vector, "treeSize"), &path, &root);
}

static bool
consistency_accepted(const json_t *vector)
{
	struct tree_hash first, second;
	struct tree_path path;

	return hash_of(json_object_get(vector, "root1"), &first) &&
	    hash_of(json_object_get(vector, "root2"), &second) &&
	    path_of(json_object_get(vector, "proof"), &path) &&
	    tree_check_consistency(
		number(vector, "size1"), &first, number(vector, "size2"), &second, &path);
}

static int
try_vector(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
	json_t *vector;
	bool expected, accepted;

	if (kind != FTW_F || !strstr(path, ".json") || strstr(path, LEFT_OUT))
		return 0;
	vector = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
	assert_non_null(vector);
	expected = !json_boolean_value(json_object_get(vector, "wantErr"));
	accepted = json_object_get(vector, "leafIdx") ? inclusion_accepted(vector)
						      : consistency_accepted(vector);
	if (accepted != expected)
		fail_msg("%s: expected %s", path, expected ? "accepted" : "refused");
	*(expected ? &good : &refused) += 1;
	json_decref(vector);
	return 0;
}

static int
unlink_it(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
	return remove(path);
}

static void
the_published_vectors_hold(void **state)
{
	char folder[] = "/tmp/dyetrace-merkle-XXXXXX", command[8192], part[4096];

	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command), "tar xJf '%s' -C %s", archive, folder);
	assert_int_equal(system(command), 0);
	snprintf(part, sizeof(part), "%s/merkle/testdata/inclusion", folder);
	assert_int_equal(nftw(part, try_vector, 8, FTW_PHYS), 0);
	snprintf(part, sizeof(part), "%s/merkle/testdata/consistency", folder);
	assert_int_equal(nftw(part, try_vector, 8, FTW_PHYS), 0);
	nftw(folder, unlink_it, 8, FTW_DEPTH | FTW_PHYS);
	print_message("%d accepted, %d refused\n", good, refused);
	assert_int_equal(good, 11);
	assert_int_equal(refused, 184);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_published_vectors_hold)};

	shared_data_need("interop/merkle/testdata.tar.xz", archive, sizeof(archive));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
