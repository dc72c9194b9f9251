/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 of two messages in step. The processor's rounds wait for each other
 * within one message, so that two take little longer than one.
 * Source: FIPS 180-4 section 6.2; Intel SDM volume 2, SHA256RNDS2, SHA256MSG1, SHA256MSG2.
 */
#include "base/digest.h"

#include <string.h>

static void
one(uint8_t prefix, struct text message, uint8_t digest[SHA256_BYTES])
{
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, &prefix, 1);
	sha256_add(&sha, message.data, message.size);
	sha256_now(&sha, digest);
}

#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>

#define SHA_TARGET __attribute__((target("sha,sse4.1")))
#define SHORT_BYTES 1024 /* of a message that is laid out on the stack */

/* A short message behind its prefix, padded. Source: FIPS 180-4 section 5.1.1. */
struct padded {
	uint8_t bytes[SHORT_BYTES + 64];
	size_t blocks;
};

static void
pad(struct padded *padded, uint8_t prefix, struct text message)
{
	size_t used = 1 + message.size, end = (used + 8) / 64 * 64 + 64;
	uint64_t bits = __builtin_bswap64((uint64_t)used * 8);

	padded->bytes[0] = prefix;
	if (message.size)
		memcpy(padded->bytes + 1, message.data, message.size);
	padded->bytes[used] = 0x80;
	memset(padded->bytes + used + 1, 0, end - 8 - used - 1);
	memcpy(padded->bytes + end - 8, &bits, 8);
	padded->blocks = end / 64;
}

/* The eight words of a state as the instructions want them, the first the highest. */
struct lane {
	__m128i abef, cdgh;
	__m128i words[4]; /* the last sixteen of the schedule */
};

static const uint32_t constants[64] __attribute__((aligned(16))) = {0x428a2f98, 0x71374491,
    0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
    0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138,
    0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f,
    0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

SHA_TARGET static inline __m128i
big_endian(__m128i words)
{
	return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

SHA_TARGET static inline void
begin(struct lane *lane)
{
	lane->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
	lane->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
}

SHA_TARGET static inline void
take(struct lane *lane, const uint8_t *block)
{
	int i;

	for (i = 0; i < 4; i++)
		lane->words[i] =
		    big_endian(_mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i)));
}

/* Four rounds, and the four words of the schedule that take the place of those used. */
SHA_TARGET static inline void
rounds(struct lane *lane, int step)
{
	__m128i *w = lane->words;
	__m128i sum = _mm_add_epi32(
	    w[step % 4], _mm_load_si128((const __m128i *)(const void *)(constants + 4 * step)));

	lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, sum);
	lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(sum, 0x0e));
	if (step < 12)
		w[step % 4] = _mm_sha256msg2_epu32(
		    _mm_add_epi32(_mm_sha256msg1_epu32(w[step % 4], w[(step + 1) % 4]),
			_mm_alignr_epi8(w[(step + 3) % 4], w[(step + 2) % 4], 4)),
		    w[(step + 3) % 4]);
}

SHA_TARGET static void
add_block(struct lane *lane, const uint8_t *block)
{
	__m128i abef = lane->abef, cdgh = lane->cdgh;

	take(lane, block);
#pragma GCC unroll 16
	for (int step = 0; step < 16; step++)
		rounds(lane, step);
	lane->abef = _mm_add_epi32(lane->abef, abef);
	lane->cdgh = _mm_add_epi32(lane->cdgh, cdgh);
}

SHA_TARGET static void
add_blocks(struct lane *first, const uint8_t *first_block, struct lane *second,
    const uint8_t *second_block)
{
	struct lane a = *first, b = *second;

	take(&a, first_block);
	take(&b, second_block);
#pragma GCC unroll 16
	for (int step = 0; step < 16; step++) {
		rounds(&a, step);
		rounds(&b, step);
	}
	first->abef = _mm_add_epi32(first->abef, a.abef);
	first->cdgh = _mm_add_epi32(first->cdgh, a.cdgh);
	second->abef = _mm_add_epi32(second->abef, b.abef);
	second->cdgh = _mm_add_epi32(second->cdgh, b.cdgh);
}

SHA_TARGET static void
finish(const struct lane *lane, uint8_t digest[SHA256_BYTES])
{
	__m128i abef = _mm_shuffle_epi32(lane->abef, 0x1b);
	__m128i cdgh = _mm_shuffle_epi32(lane->cdgh, 0x1b);
	__m128i *out = (__m128i *)(void *)digest;

	_mm_storeu_si128(out, big_endian(_mm_unpacklo_epi64(abef, cdgh)));
	_mm_storeu_si128(out + 1, big_endian(_mm_unpackhi_epi64(abef, cdgh)));
}

SHA_TARGET static void
in_step(const struct padded padded[2], uint8_t first[SHA256_BYTES], uint8_t second[SHA256_BYTES])
{
	struct lane lanes[2];
	size_t i, both = padded[0].blocks;

	if (padded[1].blocks < both)
		both = padded[1].blocks;
	begin(&lanes[0]);
	begin(&lanes[1]);
	for (i = 0; i < both; i++)
		add_blocks(
		    &lanes[0], padded[0].bytes + 64 * i, &lanes[1], padded[1].bytes + 64 * i);
	for (i = both; i < padded[0].blocks; i++)
		add_block(&lanes[0], padded[0].bytes + 64 * i);
	for (i = both; i < padded[1].blocks; i++)
		add_block(&lanes[1], padded[1].bytes + 64 * i);
	finish(&lanes[0], first);
	finish(&lanes[1], second);
}

/* Source: Intel SDM volume 2, CPUID: leaf 1 ECX bits 9 and 19, leaf 7 EBX bit 29. */
static bool
has_instructions(void)
{
	static int known; /* 1: no, 2: yes; threads that both ask write the same */
	unsigned a, b, c, d, basic;

	if (!__atomic_load_n(&known, __ATOMIC_RELAXED)) {
		basic = __get_cpuid(1, &a, &b, &c, &d) ? c : 0;
		if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
			b = 0;
		__atomic_store_n(&known, 1 + (basic >> 9 & 1 && basic >> 19 & 1 && b >> 29 & 1),
		    __ATOMIC_RELAXED);
	}
	return __atomic_load_n(&known, __ATOMIC_RELAXED) == 2;
}

static bool
two_short(uint8_t prefix, struct text first, struct text second, uint8_t first_digest[SHA256_BYTES],
    uint8_t second_digest[SHA256_BYTES])
{
	struct padded padded[2];

	if (first.size > SHORT_BYTES - 64 || second.size > SHORT_BYTES - 64 || !has_instructions())
		return false;
	pad(&padded[0], prefix, first);
	pad(&padded[1], prefix, second);
	in_step(padded, first_digest, second_digest);
	return true;
}

#else

static bool
two_short(uint8_t prefix, struct text first, struct text second, uint8_t first_digest[SHA256_BYTES],
    uint8_t second_digest[SHA256_BYTES])
{
	return false;
}

#endif

void
sha256_two(uint8_t prefix, struct text first, struct text second,
    uint8_t first_digest[SHA256_BYTES], uint8_t second_digest[SHA256_BYTES])
{
	uint8_t digest[SHA256_BYTES];

	if (two_short(prefix, first, second, first_digest, second_digest))
		return;
	one(prefix, first, digest);
	one(prefix, second, second_digest);
	memcpy(first_digest, digest, SHA256_BYTES);
}
