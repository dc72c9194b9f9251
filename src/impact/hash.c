/* SPDX-License-Identifier: Apache-2.0 */
/* XXH3 with a secret that is derived piece by piece. Source: https://xxhash.com, library 0.8. */
#include "hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static uint64_t
of_bytes(const struct hash *hash, const void *bytes, size_t size)
{
	uint64_t made = XXH3_64bits_withSecret(bytes, size, hash->secret, sizeof(hash->secret));

	return made + !made;
}

void
hash_init(struct hash *hash, const struct keys *keys)
{
	static const char *const labels[] = {"impact/keys/0", "impact/keys/1", "impact/keys/2",
	    "impact/keys/3", "impact/keys/4", "impact/keys/5"};
	uint8_t null[KEY_BYTES];
	size_t i;

	_Static_assert(sizeof(labels) / sizeof(*labels) * KEY_BYTES == HASH_SECRET_BYTES,
	    "each label gives a part of the secret");
	for (i = 0; i < HASH_SECRET_BYTES / KEY_BYTES; i++)
		keys_derive(keys, text_of(labels[i]), hash->secret + i * KEY_BYTES);
	keys_derive(keys, TEXT("impact/null"), null);
	hash->null = of_bytes(hash, null, sizeof(null));
}

uint64_t
hash_text(const struct hash *hash, struct text text)
{
	return text.data ? of_bytes(hash, text.data, text.size) : hash->null;
}

uint64_t
hash_actor(const struct hash *hash, uint32_t actor)
{
	return actor ? of_bytes(hash, &actor, sizeof(actor)) : hash->null;
}

uint32_t
hash_actor_bits(const struct pseudonym *pseudonym)
{
	const uint8_t *bytes = pseudonym->bytes;

	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	    bytes[3];
}

uint64_t
hash_value(const struct hash *hash, const struct value *value, struct text text)
{
	if (value->kind == VALUE_HASHED)
		return of_bytes(hash, &value->hashed.mac, sizeof(value->hashed.mac));
	return value->kind == VALUE_NULL ? hash->null : hash_text(hash, text);
}

uint64_t
hash_check(const struct hash *hash)
{
	return of_bytes(hash, "impact/check", 12);
}
