/* SPDX-License-Identifier: Apache-2.0 */
/* One table of slots, one list of texts in an arena that never moves. */
#include "base/symbols.h"

#include <assert.h>
#include <xxhash.h>

#include "base/arena.h"
#include "base/memory.h"

struct slot {
	uint32_t tag, symbol; /* symbol 0: empty */
};

struct symbols {
	struct slot *slots;
	uint32_t mask;
	struct text *texts; /* [symbol] */
	size_t count, capacity;
	struct arena arena;
};

struct symbols *
symbols_open(void)
{
	struct symbols *symbols = memory_get(sizeof(*symbols));

	symbols->mask = 255;
	symbols->slots = memory_get_array(symbols->mask + 1, sizeof(struct slot));
	memory_grow(&symbols->texts, &symbols->capacity, 64, sizeof(struct text));
	symbols->texts[0] = TEXT_NONE;
	symbols->count = 1;
	arena_init(&symbols->arena);
	return symbols;
}

void
symbols_close(struct symbols *symbols)
{
	if (!symbols)
		return;
	arena_fini(&symbols->arena);
	memory_free(symbols->slots);
	memory_free(symbols->texts);
	memory_free(symbols);
}

static struct slot *
probe(const struct symbols *symbols, struct text text, uint32_t tag)
{
	uint32_t at = tag & symbols->mask;
	struct slot *slot;

	for (;; at = (at + 1) & symbols->mask) {
		slot = &symbols->slots[at];
		if (!slot->symbol)
			return slot;
		if (slot->tag == tag && text_equal(symbols->texts[slot->symbol], text))
			return slot;
	}
}

static void
widen(struct symbols *symbols)
{
	struct slot *old = symbols->slots;
	uint32_t count = symbols->mask + 1, i, at;

	symbols->mask = count * 2 - 1;
	symbols->slots = memory_get_array((size_t)count * 2, sizeof(struct slot));
	for (i = 0; i < count; i++) {
		if (!old[i].symbol)
			continue;
		for (at = old[i].tag & symbols->mask; symbols->slots[at].symbol;)
			at = (at + 1) & symbols->mask;
		symbols->slots[at] = old[i];
	}
	memory_free(old);
}

uint32_t
symbols_add(struct symbols *symbols, struct text text)
{
	uint32_t tag;
	struct slot *slot;
	char *copy;

	if (!text.data)
		return SYMBOL_NONE;
	tag = (uint32_t)XXH3_64bits(text.data, text.size);
	slot = probe(symbols, text, tag);
	if (slot->symbol)
		return slot->symbol;
	assert(symbols->count < UINT32_MAX / 2);
	if (symbols->count * 3 > (size_t)symbols->mask * 2) {
		widen(symbols);
		slot = probe(symbols, text, tag);
	}
	copy = arena_get(&symbols->arena, text.size + 1);
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	memory_grow(&symbols->texts, &symbols->capacity, symbols->count + 1, sizeof(struct text));
	symbols->texts[symbols->count] = (struct text){copy, text.size};
	*slot = (struct slot){tag, (uint32_t)symbols->count};
	return (uint32_t)symbols->count++;
}

uint32_t
symbols_find(const struct symbols *symbols, struct text text)
{
	if (!text.data)
		return SYMBOL_NONE;
	return probe(symbols, text, (uint32_t)XXH3_64bits(text.data, text.size))->symbol;
}

void
symbols_prefetch(const struct symbols *symbols, struct text text)
{
	if (text.data)
		__builtin_prefetch(
		    &symbols->slots[(uint32_t)XXH3_64bits(text.data, text.size) & symbols->mask]);
}

struct text
symbols_text(const struct symbols *symbols, uint32_t symbol)
{
	return symbol < symbols->count ? symbols->texts[symbol] : TEXT_NONE;
}

uint32_t
symbols_count(const struct symbols *symbols)
{
	return (uint32_t)symbols->count;
}
