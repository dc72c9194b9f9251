/* SPDX-License-Identifier: Apache-2.0 */
#include "outgoing.h"

void
outgoing_fini(struct outgoing *outgoing)
{
	buffer_fini(&outgoing->bytes);
	memory_free(outgoing->items);
	*outgoing = (struct outgoing){0};
}

void
outgoing_clear(struct outgoing *outgoing)
{
	outgoing->bytes.size = 0;
	outgoing->count = outgoing->next = 0;
}

void
outgoing_begin(struct outgoing *outgoing, const struct outgoing_topic *topic,
    enum produced_kind kind, uint64_t record)
{
	memory_grow(
	    &outgoing->items, &outgoing->capacity, outgoing->count + 1, sizeof(*outgoing->items));
	outgoing->items[outgoing->count++] = (struct outgoing_item){
	    .topic = topic, .kind = kind, .record = record, .key = outgoing->bytes.size};
}

void
outgoing_value(struct outgoing *outgoing)
{
	struct outgoing_item *item = &outgoing->items[outgoing->count - 1];

	item->value = outgoing->bytes.size;
	if (!item->topic->avro)
		return;
	buffer_add_byte(&outgoing->bytes, 0);
	buffer_add_u32(&outgoing->bytes, item->topic->schema);
}

void
outgoing_end(struct outgoing *outgoing)
{
	outgoing->items[outgoing->count - 1].end = outgoing->bytes.size;
}

void
outgoing_undo(struct outgoing *outgoing)
{
	outgoing->bytes.size = outgoing->items[--outgoing->count].key;
}

size_t
outgoing_value_bytes(const struct outgoing *outgoing)
{
	const struct outgoing_item *item = &outgoing->items[outgoing->count - 1];

	return item->end - item->value;
}

bool
outgoing_send(struct outgoing *outgoing, struct producer *producer, bool *all, struct error *err)
{
	const char *bytes = (const char *)outgoing->bytes.data;

	for (; outgoing->next < outgoing->count; outgoing->next++) {
		const struct outgoing_item *item = &outgoing->items[outgoing->next];
		struct produced message = {.topic = item->topic->topic,
		    .partition = RD_KAFKA_PARTITION_UA,
		    .key = {bytes + item->key, item->value - item->key},
		    .value = {bytes + item->value, item->end - item->value},
		    .kind = item->kind,
		    .record = item->record};
		enum sending sending = producer_send(producer, &message, err);

		if (sending == SEND_FAILED)
			return false;
		if (sending == SEND_LATER)
			break;
	}
	*all = outgoing->next == outgoing->count;
	return true;
}
