/* SPDX-License-Identifier: Apache-2.0 */
/* The digest is fetched once and each context only reset: what EVP does best. */
#include "naive_proofs.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HASH_BYTES 32
#define DEPTH_MAX 64
#define RECORD_BYTES_MAX (1 << 20)

struct naive_proofs {
	EVP_MD *sha256;
	EVP_MD_CTX *content, *once;
	uint8_t frontier[DEPTH_MAX][HASH_BYTES];
	uint64_t leaves;
	char *leaf; /* RECORD_BYTES_MAX, the first is 0 */
};

struct naive_proofs *
naive_proofs_open(void)
{
	struct naive_proofs *proofs = calloc(1, sizeof(*proofs));

	proofs->sha256 = EVP_MD_fetch(NULL, "SHA-256", NULL);
	proofs->content = EVP_MD_CTX_new();
	proofs->once = EVP_MD_CTX_new();
	proofs->leaf = calloc(1, RECORD_BYTES_MAX);
	if (!proofs->sha256 || EVP_DigestInit_ex2(proofs->content, proofs->sha256, NULL) != 1 ||
	    EVP_DigestInit_ex2(proofs->once, proofs->sha256, NULL) != 1)
		abort();
	return proofs;
}

static void
hash(struct naive_proofs *proofs, const void *bytes, size_t size, uint8_t *out)
{
	if (EVP_DigestInit_ex2(proofs->once, NULL, NULL) != 1 ||
	    EVP_DigestUpdate(proofs->once, bytes, size) != 1 ||
	    EVP_DigestFinal_ex(proofs->once, out, NULL) != 1)
		abort();
}

static void
add_leaf(struct naive_proofs *proofs, size_t size)
{
	uint8_t hash_now[HASH_BYTES], node[1 + 2 * HASH_BYTES] = {1};
	unsigned depth, top = (unsigned)__builtin_popcountll(proofs->leaves);

	hash(proofs, proofs->leaf, size, hash_now);
	for (depth = 0; proofs->leaves >> depth & 1; depth++) {
		memcpy(node + 1, proofs->frontier[--top], HASH_BYTES);
		memcpy(node + 1 + HASH_BYTES, hash_now, HASH_BYTES);
		hash(proofs, node, sizeof(node), hash_now);
	}
	memcpy(proofs->frontier[top], hash_now, HASH_BYTES);
	proofs->leaves++;
}

void
naive_proofs_add(
    struct naive_proofs *proofs, avro_value_t *record, const char *payload, size_t size)
{
	uint8_t length[4] = {
	    (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};
	avro_writer_t writer = avro_writer_memory(proofs->leaf + 1, RECORD_BYTES_MAX - 1);

	if (avro_value_write(writer, record) != 0)
		abort();
	add_leaf(proofs, 1 + (size_t)avro_writer_tell(writer));
	avro_writer_free(writer);
	if (EVP_DigestUpdate(proofs->content, length, sizeof(length)) != 1 ||
	    EVP_DigestUpdate(proofs->content, payload, size) != 1)
		abort();
}

void
naive_proofs_close(struct naive_proofs *proofs)
{
	if (!proofs)
		return;
	EVP_MD_CTX_free(proofs->content);
	EVP_MD_CTX_free(proofs->once);
	EVP_MD_free(proofs->sha256);
	free(proofs->leaf);
	free(proofs);
}
