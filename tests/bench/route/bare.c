/* SPDX-License-Identifier: Apache-2.0 */
/* ld --wrap: a call of f from another file is one of __wrap_f, and __real_f is f. */
#include "bare.h"

#include <string.h>

#include "base/digest.h"

bool bare_route;

void __real_sha256_of(const void *data, size_t bytes, uint8_t digest[SHA256_BYTES]);
void __wrap_sha256_of(const void *data, size_t bytes, uint8_t digest[SHA256_BYTES]);
void __real_sha256_add(struct sha256 *sha, const void *data, size_t bytes);
void __wrap_sha256_add(struct sha256 *sha, const void *data, size_t bytes);

void __real_sha256_two(uint8_t prefix, struct text first, struct text second,
    uint8_t first_digest[SHA256_BYTES], uint8_t second_digest[SHA256_BYTES]);
void __wrap_sha256_two(uint8_t prefix, struct text first, struct text second,
    uint8_t first_digest[SHA256_BYTES], uint8_t second_digest[SHA256_BYTES]);

void
__wrap_sha256_of(const void *data, size_t bytes, uint8_t digest[SHA256_BYTES])
{
	if (bare_route)
		memset(digest, 0, SHA256_BYTES);
	else
		__real_sha256_of(data, bytes, digest);
}

void
__wrap_sha256_add(struct sha256 *sha, const void *data, size_t bytes)
{
	if (!bare_route)
		__real_sha256_add(sha, data, bytes);
}

void
__wrap_sha256_two(uint8_t prefix, struct text first, struct text second,
    uint8_t first_digest[SHA256_BYTES], uint8_t second_digest[SHA256_BYTES])
{
	if (!bare_route) {
		__real_sha256_two(prefix, first, second, first_digest, second_digest);
		return;
	}
	memset(first_digest, 0, SHA256_BYTES);
	memset(second_digest, 0, SHA256_BYTES);
}
