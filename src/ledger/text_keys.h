/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of (dataset, field) pairs, derived on demand. A bounded number is
 * kept: a pair that meets another one in its slot is derived again.
 */
#ifndef LEDGER_TEXT_KEYS_H
#define LEDGER_TEXT_KEYS_H

#include "base/keys.h"
#include "base/symbols.h"

struct text_keys;

/* gives: ended (and wiped) by text_keys_close() */
struct text_keys *text_keys_open(const struct keys *keys, const struct symbols *names);
void text_keys_close(struct text_keys *text_keys); /* accepts NULL */
/* Borrowed until the next call. */
const struct text_key *text_keys_of(struct text_keys *text_keys, uint32_t dataset, uint32_t field);

/* Spreads a pair of symbols over 64 bits. */
static inline uint64_t
pair_hash(uint32_t a, uint32_t b)
{
	uint64_t hash = ((uint64_t)a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);

	return hash ^ hash >> 29;
}

#endif
