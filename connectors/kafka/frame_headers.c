/* SPDX-License-Identifier: Apache-2.0 */
#include "frame_headers.h"

static uint64_t
big_endian(const char *bytes, size_t count)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < count; i++)
		value = value << 8 | (uint8_t)bytes[i];
	return value;
}

/* 01 and a GUID, or 00 and an id. */
static enum frame_header
read_confluent(struct text value, struct schema_key *key)
{
	if (value.size == 17 && value.data[0] == 1)
		*key = (struct schema_key){
		    SCHEMA_GUID, big_endian(value.data + 1, 8), big_endian(value.data + 9, 8)};
	else if (value.size == 5 && value.data[0] == 0)
		*key = (struct schema_key){SCHEMA_ID, 0, big_endian(value.data + 1, 4)};
	else
		return FRAME_HEADER_BROKEN;
	return FRAME_HEADER_KEY;
}

static enum frame_header
read_number(struct text value, enum schema_key_kind kind, struct schema_key *key)
{
	if (value.size != 8 || value.data[0] & 0x80)
		return FRAME_HEADER_BROKEN;
	*key = (struct schema_key){kind, 0, big_endian(value.data, 8)};
	return FRAME_HEADER_KEY;
}

static enum frame_header
read_encoding(struct text value)
{
	return text_is(value, "JSON") ? FRAME_HEADER_PLAIN : FRAME_HEADER_NONE;
}

static enum frame_header
read_one(const struct message_header *header, struct schema_key *key)
{
	if (text_equal(header->name, TEXT("__value_schema_id")))
		return read_confluent(header->value, key);
	if (text_equal(header->name, TEXT("apicurio.value.globalId")))
		return read_number(header->value, SCHEMA_GLOBAL_ID, key);
	if (text_equal(header->name, TEXT("apicurio.value.contentId")))
		return read_number(header->value, SCHEMA_ID, key);
	if (text_equal(header->name, TEXT("apicurio.value.encoding")))
		return read_encoding(header->value);
	return FRAME_HEADER_NONE;
}

/* That the value is JSON is all that is needed of it; of two headers of one name the last counts, as
 * Kafka's clients have it. */
enum frame_header
frame_headers_read(
    const struct message *message, struct schema_key *key, const struct message_header **broken)
{
	enum frame_header all = FRAME_HEADER_NONE, one;
	size_t i;

	for (i = 0; i < message->header_count; i++) {
		one = read_one(&message->headers[i], key);
		if (one == FRAME_HEADER_BROKEN)
			*broken = &message->headers[i];
		if (one > FRAME_HEADER_NONE && all != FRAME_HEADER_PLAIN)
			all = one;
		if (one == FRAME_HEADER_PLAIN)
			all = one;
	}
	return all;
}
