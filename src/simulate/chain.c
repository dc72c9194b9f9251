/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the log backwards with one table from (entity, field) to its latest change. */
#include "chain.h"

#include "base/memory.h"

struct slot {
	uint64_t key; /* entity << 32 | field; 0: empty */
	struct link link;
};

static uint64_t
spread(uint64_t key)
{
	key *= 0x9e3779b97f4a7c15u;
	return key ^ key >> 29;
}

static struct slot *
find(struct slot *slots, size_t mask, uint64_t key)
{
	size_t at = spread(key) & mask;

	while (slots[at].key && slots[at].key != key)
		at = (at + 1) & mask;
	return &slots[at];
}

void
chain_open(struct chain *chain, const struct log *log)
{
	size_t changes = 0, mask = 1023, i;
	struct slot *slots;
	uint32_t j;

	chain->first = memory_get_array(log->count + 1, sizeof(*chain->first));
	for (i = 0; i < log->count; i++) {
		chain->first[i] = (uint32_t)changes;
		changes += log->events[i].change_count;
	}
	while (mask < changes * 2)
		mask = mask * 2 + 1;
	chain->next = memory_get_array(changes + 1, sizeof(*chain->next));
	slots = memory_get_array(mask + 1, sizeof(*slots));
	for (i = log->count; i-- > 0;) {
		const struct log_event *event = &log->events[i];

		for (j = 0; j < event->change_count; j++) {
			uint64_t key = (uint64_t)event->entity << 32 | event->changes[j].field;
			struct slot *slot = find(slots, mask, key);

			chain->next[chain->first[i] + j] =
			    slot->key ? slot->link : (struct link){UINT32_MAX, 0};
			*slot = (struct slot){key, {(uint32_t)i, j}};
		}
	}
	memory_free(slots);
}

void
chain_close(struct chain *chain)
{
	memory_free(chain->first);
	memory_free(chain->next);
}

struct link
chain_next(const struct chain *chain, uint32_t event, uint32_t change)
{
	return chain->next[chain->first[event] + change];
}
