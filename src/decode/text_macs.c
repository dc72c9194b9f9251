/* SPDX-License-Identifier: Apache-2.0 */
/* A direct-mapped table of field keys; a key that is pushed out is derived again. */
#include "text_macs.h"

#include "base/memory.h"

#define KEPT 512

struct field_key {
	uint32_t dataset, field; /* SYMBOL_NONE: free */
	struct text_key key;
};

struct text_macs {
	const struct keys *keys;
	const struct symbols *symbols;
	struct field_key kept[KEPT];
};

struct text_macs *
text_macs_open(const struct keys *keys, const struct symbols *symbols)
{
	struct text_macs *macs = memory_get(sizeof(*macs));

	macs->keys = keys;
	macs->symbols = symbols;
	return macs;
}

void
text_macs_close(struct text_macs *macs)
{
	size_t i;

	if (!macs)
		return;
	for (i = 0; i < KEPT; i++)
		if (macs->kept[i].field)
			text_key_fini(&macs->kept[i].key);
	memory_free(macs);
}

void
text_mac(struct text_macs *macs, uint32_t dataset, uint32_t field, struct text text,
    uint8_t mac[TEXT_MAC_BYTES])
{
	struct field_key *kept = &macs->kept[(dataset * 31 + field) % KEPT];

	if (kept->dataset != dataset || kept->field != field) {
		if (kept->field)
			text_key_fini(&kept->key);
		keys_text_key(macs->keys, symbols_text(macs->symbols, dataset),
		    symbols_text(macs->symbols, field), &kept->key);
		kept->dataset = dataset;
		kept->field = field;
	}
	text_key_mac(&kept->key, text, mac);
}
