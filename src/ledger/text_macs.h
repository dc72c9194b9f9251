/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two tables that spare the writer work on texts that come again.
 *
 * struct ledger_macs: (dataset, field, text) to its mac, over all blocks. Holds a
 * bounded number of texts of bounded length; what it forgets is computed again.
 * struct block_texts: mac to the number that a text has in the open block. Holds
 * all of that block's.
 */
#ifndef LEDGER_TEXT_MACS_H
#define LEDGER_TEXT_MACS_H

#include "text_keys.h"

/* Where a text stands in a block. */
struct text_place {
	uint32_t block;  /* serial of the block; 0: none */
	uint32_t number; /* times 2, plus 1 if it is sealed there */
};

#define TEXT_MACS_TEXT_MAX 92

struct known_text {
	uint32_t dataset, field, size;
	uint8_t mac[TEXT_MAC_BYTES];
	struct text_place place; /* may be out of date: then block is another */
	char text[TEXT_MACS_TEXT_MAX];
	bool is_hidden; /* `hidden` is filled */
	uint8_t hidden[TEXT_MACS_TEXT_MAX];
};

struct ledger_macs;

struct ledger_macs *ledger_macs_open(const struct keys *keys, const struct symbols *names);
void ledger_macs_close(struct ledger_macs *macs); /* accepts NULL */
/*
 * The text with its mac; borrowed until the next call. seed: pair_hash() of
 * dataset and field. The text itself is not in what comes back if it is too long.
 */
struct known_text *ledger_macs_find(
    struct ledger_macs *macs, uint32_t dataset, uint32_t field, uint64_t seed, struct text text);
/* Writes the text, known's own, hidden under its field's key. */
void ledger_macs_hide(
    struct ledger_macs *macs, struct known_text *known, struct text text, uint8_t *out);

struct block_texts;

struct block_texts *block_texts_open(void);
void block_texts_close(struct block_texts *texts); /* accepts NULL */
/*
 * Where the open block (its serial) holds mac and size; its `block` is another
 * serial if it does not yet: then the caller fills it. Borrowed until the next call.
 */
struct text_place *block_texts_find(
    struct block_texts *texts, uint32_t block, const uint8_t mac[TEXT_MAC_BYTES], uint32_t size);

#endif
