/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing run of bytes, and the variable-length integers that Avro and our
 * formats write into it.
 */
#ifndef DYETRACE_BASE_BUFFER_H
#define DYETRACE_BASE_BUFFER_H

#include "base/compiler.h"
#include "base/memory.h"
#include "base/text.h"

struct buffer {
	uint8_t *data;
	size_t size, capacity; /* bytes */
};

static inline void
buffer_reserve(struct buffer *buffer, size_t more)
{
	if (buffer->capacity - buffer->size < more)
		memory_grow(&buffer->data, &buffer->capacity, buffer->size + more, 1);
}

static inline void
buffer_add(struct buffer *buffer, const void *data, size_t bytes)
{
	if (!bytes)
		return;
	buffer_reserve(buffer, bytes);
	memcpy(buffer->data + buffer->size, data, bytes);
	buffer->size += bytes;
}

static inline void
buffer_add_byte(struct buffer *buffer, uint8_t byte)
{
	buffer_reserve(buffer, 1);
	buffer->data[buffer->size++] = byte;
}

static inline void
buffer_add_text(struct buffer *buffer, struct text text)
{
	buffer_add(buffer, text.data, text.size);
}

static inline struct text
buffer_text(const struct buffer *buffer)
{
	return (struct text){buffer->data ? (const char *)buffer->data : "", buffer->size};
}

void buffer_add_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
/* Big endian, as digests and keys are shown. */
void buffer_add_u32(struct buffer *buffer, uint32_t value);
void buffer_add_u64(struct buffer *buffer, uint64_t value);
void buffer_fini(struct buffer *buffer);

/* Zig-zag, then seven bits a byte, lowest first.
 * Source: Avro 1.11 specification, "Binary encoding", int and long. */
static inline void
buffer_add_long(struct buffer *buffer, int64_t value)
{
	uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
	uint8_t *p;

	buffer_reserve(buffer, 10);
	p = buffer->data + buffer->size;
	while (rest >= 0x80) {
		*p++ = (uint8_t)(rest | 0x80);
		rest >>= 7;
	}
	*p++ = (uint8_t)rest;
	buffer->size = (size_t)(p - buffer->data);
}

/* Avro's double: its eight bytes, little endian. */
static inline void
buffer_add_double(struct buffer *buffer, double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bits = __builtin_bswap64(bits);
#endif
	buffer_add(buffer, &bits, sizeof(bits));
}

/* Avro's string and bytes: length, then the bytes. */
static inline void
buffer_add_string(struct buffer *buffer, struct text text)
{
	buffer_add_long(buffer, (int64_t)text.size);
	buffer_add(buffer, text.data, text.size);
}

/* A bounded reader over bytes from outside; after any failure `bad` stays set
 * and every read gives 0 or absent, so that a walk may check once at its end. */
struct reader {
	const uint8_t *next, *end;
	bool bad;
};

static inline struct reader
reader_of(struct text bytes)
{
	return (struct reader){
	    (const uint8_t *)bytes.data, (const uint8_t *)bytes.data + bytes.size, false};
}

static inline size_t
reader_left(const struct reader *reader)
{
	return (size_t)(reader->end - reader->next);
}

/* Refuses more than ten bytes and bits past the 64th. */
int64_t reader_long(struct reader *reader);
/* borrows from the reader's bytes */
struct text reader_take(struct reader *reader, size_t bytes);
struct text reader_string(struct reader *reader);
uint32_t reader_u32(struct reader *reader);
uint64_t reader_u64(struct reader *reader);

#endif
