/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies beside a record: source time (8 bytes), framing (4), key, count of
 * headers (4), then name and value of each. A text is its length plus one (4),
 * 0 if it is absent, and its bytes. All big endian.
 */
#include "quarantine_inside.h"

#include "base/timestamp.h"

/* Name and value are at least their lengths. */
#define HEADER_BYTES_MIN 8

bool
beside_is_needed(const struct message *message)
{
	return message->key.data || message->header_count || message->framing ||
	    message->source_time_ms != TIME_NONE;
}

static void
add_text(struct buffer *out, struct text text)
{
	buffer_add_u32(out, text.data ? (uint32_t)text.size + 1 : 0);
	buffer_add_text(out, text);
}

void
beside_add(const struct message *message, struct buffer *out)
{
	size_t i;

	buffer_add_u64(out, (uint64_t)message->source_time_ms);
	buffer_add_u32(out, (uint32_t)message->framing);
	add_text(out, message->key);
	buffer_add_u32(out, (uint32_t)message->header_count);
	for (i = 0; i < message->header_count; i++) {
		add_text(out, message->headers[i].name);
		add_text(out, message->headers[i].value);
	}
}

static struct text
take_text(struct reader *in)
{
	uint32_t size = reader_u32(in);

	return size ? reader_take(in, size - 1) : TEXT_NONE;
}

bool
beside_take(struct reader *in, struct quarantine_raw *raw)
{
	size_t i;

	raw->source_time_ms = (int64_t)reader_u64(in);
	raw->framing = reader_u32(in);
	raw->key = take_text(in);
	raw->header_count = reader_u32(in);
	if (in->bad || raw->header_count > reader_left(in) / HEADER_BYTES_MIN) {
		raw->header_count = 0;
		return false;
	}
	raw->headers = memory_get_array(raw->header_count + 1, sizeof(*raw->headers));
	for (i = 0; i < raw->header_count; i++) {
		raw->headers[i].name = take_text(in);
		raw->headers[i].value = take_text(in);
	}
	return !in->bad && raw->framing <= reader_left(in);
}
