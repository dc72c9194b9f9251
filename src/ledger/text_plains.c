/* SPDX-License-Identifier: Apache-2.0 */
/* Direct-mapped by the mac, which is as good as random: the last that came stands in a slot. */
#include "text_plains.h"

#include "base/memory.h"

#define SLOTS 1024
#define TEXT_MAX 100

struct slot {
	uint32_t dataset, field, size; /* dataset and field 0: empty */
	uint8_t mac[TEXT_MAC_BYTES];
	char hidden[TEXT_MAX], plain[TEXT_MAX];
};

struct text_plains {
	struct slot slots[SLOTS];
};

struct text_plains *
text_plains_open(void)
{
	return memory_get(sizeof(struct text_plains));
}

void
text_plains_close(struct text_plains *plains)
{
	if (plains)
		memory_wipe(plains, sizeof(*plains));
}

static size_t
slot_of(const uint8_t mac[TEXT_MAC_BYTES])
{
	uint64_t start;

	memcpy(&start, mac, sizeof(start));
	return start % SLOTS;
}

struct text
text_plains_find(const struct text_plains *plains, uint32_t dataset, uint32_t field,
    const uint8_t mac[TEXT_MAC_BYTES], struct text hidden)
{
	const struct slot *slot = &plains->slots[slot_of(mac)];

	if (slot->dataset != dataset || slot->field != field || slot->size != hidden.size ||
	    !slot->field || memcmp(slot->mac, mac, TEXT_MAC_BYTES) != 0 ||
	    !text_equal((struct text){slot->hidden, slot->size}, hidden))
		return TEXT_NONE;
	return (struct text){slot->plain, slot->size};
}

void
text_plains_keep(struct text_plains *plains, uint32_t dataset, uint32_t field,
    const uint8_t mac[TEXT_MAC_BYTES], struct text hidden, struct text plain)
{
	struct slot *slot = &plains->slots[slot_of(mac)];

	if (hidden.size > TEXT_MAX || hidden.size != plain.size)
		return;
	slot->dataset = dataset;
	slot->field = field;
	slot->size = (uint32_t)hidden.size;
	memcpy(slot->mac, mac, TEXT_MAC_BYTES);
	if (hidden.size) {
		memcpy(slot->hidden, hidden.data, hidden.size);
		memcpy(slot->plain, plain.data, plain.size);
	}
}
