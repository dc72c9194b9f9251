/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both are linear probing. ledger_macs keeps its texts in the order in which they
 * were learned, so that those in use lie close together, and forgets all of them
 * when it is full. block_texts is emptied by the serial of the block, at no cost.
 */
#include "text_macs.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define TEXTS_MAX 65536 /* of 224 bytes */
#define FIRST_SLOTS 1024

struct mac_slot {
	uint32_t tag, text; /* text: index + 1; 0: free */
};

struct ledger_macs {
	struct text_keys *keys;
	struct mac_slot *slots; /* at most half of them in use */
	size_t mask;
	struct known_text *texts;
	size_t text_count, text_capacity;
	struct known_text passing;
};

struct ledger_macs *
ledger_macs_open(const struct keys *keys, const struct symbols *names)
{
	struct ledger_macs *macs = memory_get(sizeof(*macs));

	macs->keys = text_keys_open(keys, names);
	macs->mask = FIRST_SLOTS - 1;
	macs->slots = memory_get_array(FIRST_SLOTS, sizeof(struct mac_slot));
	return macs;
}

void
ledger_macs_close(struct ledger_macs *macs)
{
	if (!macs)
		return;
	text_keys_close(macs->keys);
	memory_free(macs->slots);
	memory_wipe(macs->texts, macs->text_capacity * sizeof(struct known_text));
	memory_free(macs);
}

static void
compute(struct ledger_macs *macs, struct known_text *known, struct text text)
{
	text_key_mac(text_keys_of(macs->keys, known->dataset, known->field), text, known->mac);
}

/* Twice the slots; each goes where its tag, the upper half of the hash, says. */
static void
spread(struct ledger_macs *macs)
{
	struct mac_slot *old = macs->slots;
	size_t count = macs->mask + 1, i, at;

	macs->mask = count * 2 - 1;
	macs->slots = memory_get_array(count * 2, sizeof(struct mac_slot));
	for (i = 0; i < count; i++) {
		if (!old[i].text)
			continue;
		for (at = old[i].tag & macs->mask; macs->slots[at].text;)
			at = (at + 1) & macs->mask;
		macs->slots[at] = old[i];
	}
	memory_free(old);
}

static void
forget(struct ledger_macs *macs)
{
	memset(macs->slots, 0, (macs->mask + 1) * sizeof(struct mac_slot));
	macs->text_count = 0;
}

static struct known_text *
learn(struct ledger_macs *macs, uint32_t dataset, uint32_t field, uint32_t tag, struct text text)
{
	struct known_text *known;
	size_t at;

	if (macs->text_count == TEXTS_MAX)
		forget(macs);
	if (macs->text_count > macs->mask / 2)
		spread(macs);
	memory_grow(
	    &macs->texts, &macs->text_capacity, macs->text_count + 1, sizeof(struct known_text));
	known = &macs->texts[macs->text_count++];
	*known =
	    (struct known_text){.dataset = dataset, .field = field, .size = (uint32_t)text.size};
	if (text.size)
		memcpy(known->text, text.data, text.size);
	compute(macs, known, text);
	for (at = tag & macs->mask; macs->slots[at].text;)
		at = (at + 1) & macs->mask;
	macs->slots[at] = (struct mac_slot){tag, (uint32_t)macs->text_count};
	return known;
}

static struct known_text *
pass(struct ledger_macs *macs, uint32_t dataset, uint32_t field, struct text text)
{
	macs->passing =
	    (struct known_text){.dataset = dataset, .field = field, .size = (uint32_t)text.size};
	compute(macs, &macs->passing, text);
	return &macs->passing;
}

struct known_text *
ledger_macs_find(
    struct ledger_macs *macs, uint32_t dataset, uint32_t field, uint64_t seed, struct text text)
{
	struct known_text *known;
	uint32_t tag;
	size_t at;

	if (text.size > TEXT_MACS_TEXT_MAX)
		return pass(macs, dataset, field, text);
	tag = (uint32_t)(XXH3_64bits_withSeed(text.data, text.size, seed) >> 32);
	for (at = tag & macs->mask; macs->slots[at].text; at = (at + 1) & macs->mask) {
		if (macs->slots[at].tag != tag)
			continue;
		known = &macs->texts[macs->slots[at].text - 1];
		if (known->dataset == dataset && known->field == field &&
		    text_equal((struct text){known->text, known->size}, text))
			return known;
	}
	return learn(macs, dataset, field, tag, text);
}

static void
hide(struct ledger_macs *macs, const struct known_text *known, struct text text, uint8_t *out)
{
	memcpy(out, text.data, text.size);
	text_key_cipher(
	    text_keys_of(macs->keys, known->dataset, known->field), known->mac, out, text.size);
}

/* The same text is hidden as the same bytes each time, so that once is enough. */
void
ledger_macs_hide(struct ledger_macs *macs, struct known_text *known, struct text text, uint8_t *out)
{
	if (text.size > TEXT_MACS_TEXT_MAX) {
		hide(macs, known, text, out);
		return;
	}
	if (!known->is_hidden)
		hide(macs, known, text, known->hidden);
	known->is_hidden = true;
	memcpy(out, known->hidden, text.size);
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
