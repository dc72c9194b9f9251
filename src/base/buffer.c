/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of buffer and reader that are too long to stand in a header. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>

void
buffer_add_format(struct buffer *buffer, const char *format, ...)
{
	va_list args, again;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size > 0) {
		buffer_reserve(buffer, (size_t)size + 1);
		vsnprintf((char *)buffer->data + buffer->size, (size_t)size + 1, format, again);
		buffer->size += (size_t)size;
	}
	va_end(again);
}

void
buffer_add_u32(struct buffer *buffer, uint32_t value)
{
	uint8_t bytes[4] = {
	    (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};

	buffer_add(buffer, bytes, sizeof(bytes));
}

void
buffer_add_u64(struct buffer *buffer, uint64_t value)
{
	buffer_add_u32(buffer, (uint32_t)(value >> 32));
	buffer_add_u32(buffer, (uint32_t)value);
}

void
buffer_fini(struct buffer *buffer)
{
	memory_free(buffer->data);
	*buffer = (struct buffer){0};
}

int64_t
reader_long(struct reader *reader)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t byte;

	do {
		if (reader->bad || reader->next == reader->end || shift > 63)
			goto bad;
		byte = *reader->next++;
		if (shift == 63 && byte > 1)
			goto bad;
		value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
bad:
	reader->bad = true;
	return 0;
}

struct text
reader_take(struct reader *reader, size_t bytes)
{
	struct text text;

	if (reader->bad || reader_left(reader) < bytes) {
		reader->bad = true;
		return TEXT_NONE;
	}
	text = (struct text){(const char *)reader->next, bytes};
	reader->next += bytes;
	return text;
}

struct text
reader_string(struct reader *reader)
{
	int64_t size = reader_long(reader);

	if (size < 0 || (uint64_t)size > reader_left(reader))
		reader->bad = true;
	return reader_take(reader, reader->bad ? 0 : (size_t)size);
}

uint32_t
reader_u32(struct reader *reader)
{
	struct text four = reader_take(reader, 4);
	const uint8_t *p = (const uint8_t *)four.data;

	if (!p)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t
reader_u64(struct reader *reader)
{
	uint64_t high = reader_u32(reader);

	return high << 32 | reader_u32(reader);
}
