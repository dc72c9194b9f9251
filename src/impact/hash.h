/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and values as 64 keyed bits. Whoever does not know the store's secret cannot
 * make two that meet; of 10 million keys two meet once in 370,000 stores.
 * Private to impact.
 */
#ifndef IMPACT_HASH_H
#define IMPACT_HASH_H

#include "base/keys.h"
#include "model/origin.h"
#include "model/value.h"

#define HASH_SECRET_BYTES 192

struct hash {
	uint8_t secret[HASH_SECRET_BYTES];
	uint64_t null; /* of no value: no text has it but by chance */
};

void hash_init(struct hash *hash, const struct keys *keys);
uint64_t hash_text(const struct hash *hash, struct text text); /* never 0; absent: null */
uint64_t hash_actor(const struct hash *hash, uint32_t actor);  /* never 0; 0, unknown: null */
/* The 32 bits of a pseudonym that actors are keyed by; 0: unknown. */
uint32_t hash_actor_bits(const struct pseudonym *pseudonym);
/* text: as value_text() writes it; of a hashed value its mac counts. */
uint64_t hash_value(const struct hash *hash, const struct value *value, struct text text);
/* The same secret? To be kept with what was hashed. */
uint64_t hash_check(const struct hash *hash);

#endif
