/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 stands on libcrypto's block function, which uses the processor's SHA
 * instructions; the state is ours so that it can be saved in the middle, and so
 * that no context is allocated per record (half of an EVP call's cost).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <openssl/sha.h>
#include <xxhash.h>

uint64_t
digest_identity(struct text bytes)
{
	return XXH3_64bits(bytes.data, bytes.size);
}

void
sha256_init(struct sha256 *sha)
{
	static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(sha->state, start, sizeof(start));
	sha->bytes = 0;
}

static void
to_library(const struct sha256 *sha, SHA256_CTX *library)
{
	memset(library, 0, sizeof(*library));
	memcpy(library->h, sha->state, sizeof(sha->state));
	library->Nl = (SHA_LONG)(sha->bytes << 3);
	library->Nh = (SHA_LONG)(sha->bytes >> 29);
	library->num = (unsigned)(sha->bytes % 64);
	library->md_len = SHA256_DIGEST_LENGTH;
	memcpy(library->data, sha->block, library->num);
}

void
sha256_add(struct sha256 *sha, const void *data, size_t bytes)
{
	size_t have = sha->bytes % 64;
	SHA256_CTX library;

	sha->bytes += bytes;
	if (have + bytes < 64) {
		if (bytes)
			memcpy(sha->block + have, data, bytes);
		return;
	}
	sha->bytes -= bytes;
	to_library(sha, &library);
	SHA256_Update(&library, data, bytes);
	sha->bytes += bytes;
	memcpy(sha->state, library.h, sizeof(sha->state));
	memcpy(sha->block, library.data, library.num);
}

void
sha256_now(const struct sha256 *sha, uint8_t digest[SHA256_BYTES])
{
	SHA256_CTX library;

	to_library(sha, &library);
	SHA256_Final(digest, &library);
}

void
sha256_of(const void *data, size_t bytes, uint8_t digest[SHA256_BYTES])
{
	SHA256_CTX library;

	SHA256_Init(&library);
	SHA256_Update(&library, data, bytes);
	SHA256_Final(digest, &library);
}

void
sha256_save(const struct sha256 *sha, uint8_t saved[SHA256_SAVED_BYTES])
{
	int i, j;

	memset(saved, 0, SHA256_SAVED_BYTES);
	for (i = 0; i < 8; i++)
		for (j = 0; j < 4; j++)
			saved[4 * i + j] = (uint8_t)(sha->state[i] >> (24 - 8 * j));
	for (j = 0; j < 8; j++)
		saved[32 + j] = (uint8_t)(sha->bytes >> (56 - 8 * j));
	memcpy(saved + 40, sha->block, sha->bytes % 64);
}

void
sha256_load(struct sha256 *sha, const uint8_t saved[SHA256_SAVED_BYTES])
{
	int i, j;

	memset(sha, 0, sizeof(*sha));
	for (i = 0; i < 8; i++)
		for (j = 0; j < 4; j++)
			sha->state[i] = sha->state[i] << 8 | saved[4 * i + j];
	for (j = 0; j < 8; j++)
		sha->bytes = sha->bytes << 8 | saved[32 + j];
	memcpy(sha->block, saved + 40, 64);
}

void
hmac_key_init(struct hmac_key *key, const void *secret, size_t bytes)
{
	uint8_t block[64] = {0}, padded[64];
	int i;

	if (bytes > sizeof(block))
		sha256_of(secret, bytes, block);
	else
		memcpy(block, secret, bytes);
	for (i = 0; i < 64; i++)
		padded[i] = block[i] ^ 0x36;
	sha256_init(&key->inner);
	sha256_add(&key->inner, padded, sizeof(padded));
	for (i = 0; i < 64; i++)
		padded[i] = block[i] ^ 0x5c;
	sha256_init(&key->outer);
	sha256_add(&key->outer, padded, sizeof(padded));
}

void
hmac_of(const struct hmac_key *key, const void *data, size_t bytes, uint8_t mac[SHA256_BYTES])
{
	SHA256_CTX library;
	uint8_t digest[SHA256_BYTES];

	to_library(&key->inner, &library);
	SHA256_Update(&library, data, bytes);
	SHA256_Final(digest, &library);
	to_library(&key->outer, &library);
	SHA256_Update(&library, digest, sizeof(digest));
	SHA256_Final(mac, &library);
}

char *
digest_hex(const void *data, size_t bytes, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < bytes; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * bytes] = '\0';
	return out;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
digest_from_hex(struct text text, void *out, size_t bytes)
{
	uint8_t *p = out;
	size_t i;

	if (text.size != 2 * bytes)
		return false;
	for (i = 0; i < bytes; i++) {
		int high = hex_digit(text.data[2 * i]), low = hex_digit(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		p[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
