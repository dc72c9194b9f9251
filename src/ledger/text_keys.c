/* SPDX-License-Identifier: Apache-2.0 */
#include "text_keys.h"

#include "base/arena.h"
#include "wire.h"

#define SLOTS 512

struct slot {
	bool used;
	uint32_t dataset, field;
	struct text_key key;
};

struct text_keys {
	const struct keys *keys;
	const struct symbols *names;
	struct slot slots[SLOTS];
};

struct text_keys *
text_keys_open(const struct keys *keys, const struct symbols *names)
{
	struct text_keys *text_keys = memory_get(sizeof(*text_keys));

	text_keys->keys = keys;
	text_keys->names = names;
	return text_keys;
}

void
text_keys_close(struct text_keys *text_keys)
{
	size_t i;

	if (!text_keys)
		return;
	for (i = 0; i < SLOTS; i++)
		if (text_keys->slots[i].used)
			text_key_fini(&text_keys->slots[i].key);
	memory_wipe(text_keys, sizeof(*text_keys));
}

/* The names as the ledger records them, so that whoever reads it finds the same key. */
static void
derive(struct text_keys *text_keys, struct slot *slot)
{
	struct arena scratch;

	arena_init(&scratch);
	keys_text_key(text_keys->keys,
	    recorded_text(symbols_text(text_keys->names, slot->dataset), &scratch),
	    recorded_text(symbols_text(text_keys->names, slot->field), &scratch), &slot->key);
	arena_fini(&scratch);
}

const struct text_key *
text_keys_of(struct text_keys *text_keys, uint32_t dataset, uint32_t field)
{
	struct slot *slot = &text_keys->slots[pair_hash(dataset, field) % SLOTS];

	if (slot->used && slot->dataset == dataset && slot->field == field)
		return &slot->key;
	if (slot->used)
		text_key_fini(&slot->key);
	*slot = (struct slot){.used = true, .dataset = dataset, .field = field};
	derive(text_keys, slot);
	return &slot->key;
}
