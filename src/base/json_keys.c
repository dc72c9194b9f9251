/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an object names a key twice: quick where it is small, linear where it is not. */
#include <sys/random.h>
#include <xxhash.h>

#include "base/memory.h"
#include "json_token.h"

/* Up to here marks are enough; further up they would meet too often. */
#define FEW_KEYS 32

void
json_keys_init(struct json_keys *keys)
{
	*keys = (struct json_keys){0};
	/* Only speed depends on it, so without randomness 0 will do. */
	if (getrandom(&keys->seed, sizeof(keys->seed), 0) < 0)
		keys->seed = 0;
}

void
json_keys_fini(struct json_keys *keys)
{
	memory_free(keys->slots);
	keys->slots = NULL;
	keys->capacity = 0;
}

/* The key behind the value of this one. */
static inline uint32_t
key_after(const struct json_node *nodes, uint32_t key)
{
	return nodes[key + 1].next;
}

static bool
is_among(const struct json_node *nodes, uint32_t first, uint32_t count, uint32_t key)
{
	for (; count--; first = key_after(nodes, first))
		if (text_equal(nodes[first].text, nodes[key].text))
			return true;
	return false;
}

/* A key whose mark is new is new; the others are compared with all before them. */
static bool
few_differ(const struct json_node *nodes, uint32_t first, uint32_t count)
{
	uint64_t marks[4] = {0, 0, 0, 0};
	uint32_t key = first, i;

	for (i = 0; i < count; i++, key = key_after(nodes, key)) {
		unsigned mark = text_mark(nodes[key].text);
		uint64_t bit = (uint64_t)1 << (mark & 63);

		if (marks[mark >> 6] & bit && is_among(nodes, first, i, key))
			return false;
		marks[mark >> 6] |= bit;
	}
	return true;
}

static bool
many_differ(struct json_keys *keys, const struct json_node *nodes, uint32_t first, uint32_t count)
{
	size_t slots = 64, at;
	uint32_t key = first, i;

	while (slots < (size_t)count * 2)
		slots *= 2;
	memory_grow(&keys->slots, &keys->capacity, slots, sizeof(*keys->slots));
	memset(keys->slots, 0, slots * sizeof(*keys->slots));
	for (i = 0; i < count; i++, key = key_after(nodes, key)) {
		struct text text = nodes[key].text;

		at = XXH3_64bits_withSeed(text.data, text.size, keys->seed) & (slots - 1);
		for (; keys->slots[at]; at = (at + 1) & (slots - 1))
			if (text_equal(nodes[keys->slots[at]].text, text))
				return false;
		keys->slots[at] = key;
	}
	return true;
}

bool
json_keys_differ(
    struct json_keys *keys, const struct json_node *nodes, uint32_t first, uint32_t count)
{
	return count <= FEW_KEYS ? few_differ(nodes, first, count)
				 : many_differ(keys, nodes, first, count);
}
