/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_macs is four-way associative: a 32-bit tag for each text stands in one
 * cache line with its neighbours', the texts stand apart. block_texts is
 * linear probing; the serial of the block empties it at no cost.
 */
#include "text_macs.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define WAYS 4
#define SETS 16384 /* 64k texts of 128 bytes */

struct ledger_macs {
	struct text_keys *keys;
	uint32_t (*tags)[WAYS]; /* [SETS]; 0: free */
	struct known_text (*texts)[WAYS];
	uint32_t turn; /* which way gives place next */
	struct known_text passing;
};

struct ledger_macs *
ledger_macs_open(const struct keys *keys, const struct symbols *names)
{
	struct ledger_macs *macs = memory_get(sizeof(*macs));

	macs->keys = text_keys_open(keys, names);
	macs->tags = memory_get_array(SETS, sizeof(macs->tags[0]));
	macs->texts = memory_get_array(SETS, sizeof(macs->texts[0]));
	return macs;
}

void
ledger_macs_close(struct ledger_macs *macs)
{
	if (!macs)
		return;
	text_keys_close(macs->keys);
	memory_free(macs->tags);
	memory_wipe(macs->texts, SETS * sizeof(macs->texts[0]));
	memory_free(macs);
}

static void
compute(struct ledger_macs *macs, struct known_text *known, struct text text)
{
	text_key_mac(text_keys_of(macs->keys, known->dataset, known->field), text, known->mac);
}

static struct known_text *
learn(struct ledger_macs *macs, uint32_t dataset, uint32_t field, uint64_t hash, struct text text)
{
	size_t set = hash % SETS, way = macs->turn++ % WAYS;
	struct known_text *known = &macs->texts[set][way];

	*known =
	    (struct known_text){.dataset = dataset, .field = field, .size = (uint32_t)text.size};
	if (text.size)
		memcpy(known->text, text.data, text.size);
	compute(macs, known, text);
	macs->tags[set][way] = (uint32_t)(hash >> 32) | 1;
	return known;
}

struct known_text *
ledger_macs_find(
    struct ledger_macs *macs, uint32_t dataset, uint32_t field, uint64_t seed, struct text text)
{
	struct known_text *known;
	uint64_t hash;
	size_t set, way;

	if (text.size > TEXT_MACS_TEXT_MAX) {
		macs->passing = (struct known_text){
		    .dataset = dataset, .field = field, .size = (uint32_t)text.size};
		compute(macs, &macs->passing, text);
		return &macs->passing;
	}
	hash = XXH3_64bits_withSeed(text.data, text.size, seed);
	set = hash % SETS;
	for (way = 0; way < WAYS; way++) {
		if (macs->tags[set][way] != ((uint32_t)(hash >> 32) | 1))
			continue;
		known = &macs->texts[set][way];
		if (known->dataset == dataset && known->field == field &&
		    text_equal((struct text){known->text, known->size}, text))
			return known;
	}
	return learn(macs, dataset, field, hash, text);
}

void
ledger_macs_hide(struct ledger_macs *macs, const struct known_text *known, void *bytes, size_t size)
{
	text_key_cipher(
	    text_keys_of(macs->keys, known->dataset, known->field), known->mac, bytes, size);
}

struct text_entry {
	uint8_t mac[TEXT_MAC_BYTES];
	uint32_t size;
	struct text_place place;
};

struct block_texts {
	struct text_entry *entries;
	uint32_t mask;
	uint32_t block, used; /* used by that block */
};

struct block_texts *
block_texts_open(void)
{
	struct block_texts *texts = memory_get(sizeof(*texts));

	texts->mask = 4095;
	texts->entries = memory_get_array(texts->mask + 1, sizeof(struct text_entry));
	return texts;
}

void
block_texts_close(struct block_texts *texts)
{
	if (!texts)
		return;
	memory_free(texts->entries);
	memory_free(texts);
}

/* The entry of mac and size, or the free one where it belongs. */
static struct text_entry *
probe(struct block_texts *texts, const uint8_t mac[TEXT_MAC_BYTES], uint32_t size)
{
	struct text_entry *entry;
	uint64_t at;

	memcpy(&at, mac, sizeof(at)); /* a mac is as good as random */
	for (;; at++) {
		entry = &texts->entries[at & texts->mask];
		if (entry->place.block != texts->block)
			return entry;
		if (entry->size == size && memcmp(entry->mac, mac, TEXT_MAC_BYTES) == 0)
			return entry;
	}
}

static void
widen(struct block_texts *texts)
{
	struct text_entry *old = texts->entries;
	size_t count = (size_t)texts->mask + 1, i;

	texts->mask = (uint32_t)(count * 2 - 1);
	texts->entries = memory_get_array(count * 2, sizeof(struct text_entry));
	for (i = 0; i < count; i++)
		if (old[i].place.block == texts->block)
			*probe(texts, old[i].mac, old[i].size) = old[i];
	memory_free(old);
}

struct text_place *
block_texts_find(
    struct block_texts *texts, uint32_t block, const uint8_t mac[TEXT_MAC_BYTES], uint32_t size)
{
	struct text_entry *entry;

	if (texts->block != block) {
		texts->block = block;
		texts->used = 0;
	}
	if (texts->used > texts->mask / 2)
		widen(texts);
	entry = probe(texts, mac, size);
	if (entry->place.block != block) {
		memcpy(entry->mac, mac, TEXT_MAC_BYTES);
		entry->size = size;
		texts->used++;
	}
	return &entry->place;
}
