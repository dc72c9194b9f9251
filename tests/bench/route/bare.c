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
