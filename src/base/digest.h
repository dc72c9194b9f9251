/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests. Identity is XXH3 (fast, not against an adversary); evidence is
 * SHA-256; keyed equality is HMAC-SHA-256.
 */
#ifndef DYETRACE_BASE_DIGEST_H
#define DYETRACE_BASE_DIGEST_H

#include "base/buffer.h"
#include "base/text.h"

#define SHA256_BYTES 32

/* XXH3, 64 bits, seed 0. Source: https://xxhash.com, specification 0.1.1 and library 0.8. */
uint64_t digest_identity(struct text bytes);

/* A running SHA-256 (FIPS 180-4) that can be written down in the middle and taken up again. */
struct sha256 {
	uint32_t state[8];
	uint64_t bytes;    /* fed so far */
	uint8_t block[64]; /* what does not fill a block yet: bytes % 64 of it */
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t bytes);
/* Leaves sha as it is: the digest of what was fed so far. */
void sha256_now(const struct sha256 *sha, uint8_t digest[SHA256_BYTES]);
void sha256_of(const void *data, size_t bytes, uint8_t digest[SHA256_BYTES]);
/*
 * SHA-256 of two messages, each behind one byte; the digests may overwrite the
 * messages. Short ones are hashed in step where the processor has the
 * instructions, which takes little longer than one of them.
 */
void sha256_two(uint8_t prefix, struct text first, struct text second,
    uint8_t first_digest[SHA256_BYTES], uint8_t second_digest[SHA256_BYTES]);
/* 104 bytes: state and length big endian, then the open block. */
#define SHA256_SAVED_BYTES 104
void sha256_save(const struct sha256 *sha, uint8_t saved[SHA256_SAVED_BYTES]);
void sha256_load(struct sha256 *sha, const uint8_t saved[SHA256_SAVED_BYTES]);

/* HMAC-SHA-256 (RFC 2104) with the key's two blocks hashed beforehand. */
struct hmac_key {
	struct sha256 inner, outer;
};
void hmac_key_init(struct hmac_key *key, const void *secret, size_t bytes);
void hmac_of(const struct hmac_key *key, const void *data, size_t bytes, uint8_t mac[SHA256_BYTES]);

/* Lower-case hex with a NUL; out holds 2 * bytes + 1. Returns out. */
char *digest_hex(const void *data, size_t bytes, char *out);
/* false unless text is exactly 2 * bytes hex digits */
bool digest_from_hex(struct text text, void *out, size_t bytes);

#endif
