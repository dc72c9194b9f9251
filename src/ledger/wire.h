/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Avro's binary encoding for the writer's hot path, where room was made once
 * for a whole record, and for a reader that takes nothing but the one encoding
 * that the writer makes: shortest integers, booleans 0 and 1, UTF-8.
 */
#ifndef LEDGER_WIRE_H
#define LEDGER_WIRE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "ledger/block.h"
#include "model/record.h"

/* Bytes that a long takes at most. */
#define LONG_BYTES 10

/* The branches of the unions in facts.avsc and leaf.avsc. */
enum {
	OBJECT_EVENT,
	OBJECT_QUARANTINED,
	OBJECT_FILTERED,
	OBJECT_GAP,
	OBJECT_NOTE,
	OBJECT_MARK,
	OBJECT_RELAYED, /* an event that says where it was before */
	OBJECT_COUNT
};
/* Leaves have no marks. */
#define LEAF_RELAYED OBJECT_MARK
enum {
	OPTION_NULL,
	OPTION_SOME
};
enum {
	REFERENCE_NUMBER,
	REFERENCE_NEW
}; /* partition, shape, origin, reason */
enum {
	NAME_NULL,
	NAME_NUMBER,
	NAME_NEW
};
enum {
	FACT_NULL,
	FACT_BOOLEAN,
	FACT_LONG,
	FACT_DOUBLE,
	FACT_SEALED,
	FACT_HASHED,
	FACT_SEALED_AGAIN,
	FACT_HASHED_AGAIN,
};
enum {
	PAYLOAD_BRIEF, /* of a filtered position nothing, else its identity */
	PAYLOAD_SHA256
};
enum {
	LEAF_NULL,
	LEAF_BOOLEAN,
	LEAF_LONG,
	LEAF_DOUBLE,
	LEAF_TEXT
};

/* Branches below 64 are one byte. */
static inline uint8_t
branch(unsigned number)
{
	return (uint8_t)(number << 1);
}

/* Where the next bytes go; the caller may write `bytes` of them, then wire_done(). */
static inline uint8_t *
wire_room(struct buffer *out, size_t bytes)
{
	buffer_reserve(out, bytes);
	return out->data + out->size;
}

static inline void
wire_done(struct buffer *out, const uint8_t *end)
{
	out->size = (size_t)(end - out->data);
}

static inline uint8_t *
put_long(uint8_t *p, int64_t value)
{
	uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

	for (; rest >= 0x80; rest >>= 7)
		*p++ = (uint8_t)(rest | 0x80);
	*p++ = (uint8_t)rest;
	return p;
}

static inline uint8_t *
put_bytes(uint8_t *p, const void *data, size_t bytes)
{
	if (bytes)
		memcpy(p, data, bytes);
	return p + bytes;
}

static inline uint8_t *
put_text(uint8_t *p, struct text text)
{
	return put_bytes(put_long(p, (int64_t)text.size), text.data, text.size);
}

/* ["null", "string"] */
static inline uint8_t *
put_optional_text(uint8_t *p, struct text text)
{
	*p++ = branch(text.data ? OPTION_SOME : OPTION_NULL);
	return text.data ? put_text(p, text) : p;
}

static inline uint8_t *
put_optional_time(uint8_t *p, int64_t time_ms)
{
	*p++ = branch(time_ms == TIME_NONE ? OPTION_NULL : OPTION_SOME);
	return time_ms == TIME_NONE ? p : put_long(p, time_ms);
}

static inline uint8_t *
put_identity(uint8_t *p, uint64_t identity)
{
	identity = __builtin_bswap64(identity);
	return put_bytes(p, &identity, sizeof(identity));
}

#define PAYLOAD_BYTES (1 + SHA256_BYTES)

/* What is kept of the payload of a record that is no gap and no note; the same in both schemas. */
static inline uint8_t *
put_payload(uint8_t *p, const struct record *record)
{
	if (record->payload_sha256) {
		*p++ = branch(PAYLOAD_SHA256);
		return put_bytes(p, record->payload_sha256, SHA256_BYTES);
	}
	*p++ = branch(PAYLOAD_BRIEF);
	return record->kind == RECORD_FILTERED ? p : put_identity(p, record->payload);
}

/* Little endian, bit for bit. Source: Avro 1.11 specification, double. */
static inline uint8_t *
put_double(uint8_t *p, double number)
{
	return put_bytes(p, &number, sizeof(number));
}

/* null, boolean, long and double have the same branches in both schemas. */
static inline uint8_t *
put_scalar(uint8_t *p, const struct value *value)
{
	switch (value->kind) {
	case VALUE_BOOLEAN:
		*p++ = branch(FACT_BOOLEAN);
		*p++ = value->boolean;
		return p;
	case VALUE_LONG:
		*p++ = branch(FACT_LONG);
		return put_long(p, value->integer);
	case VALUE_DOUBLE:
		*p++ = branch(FACT_DOUBLE);
		return put_double(p, value->number);
	default:
		*p++ = branch(FACT_NULL);
		return p;
	}
}

/* Sums that wrap, as differences in the format do. */
static inline int64_t
wrapping_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static inline int64_t
wrapping_subtract(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* Every take_ gives 0 or absent once the reader is bad. */
int64_t take_long_of_many(struct reader *reader);
static inline int64_t
take_long(struct reader *reader)
{
	const uint8_t *next = reader->next;
	uint32_t value;

	/* Most are one byte: branches, numbers within the block, small differences; or two. */
	if (!reader->bad && next < reader->end && next[0] < 0x80) {
		reader->next++;
		return (next[0] >> 1) ^ -(next[0] & 1);
	}
	if (!reader->bad && reader->end - next >= 2 && next[1] && next[1] < 0x80) {
		value = (uint32_t)(next[0] & 0x7f) | (uint32_t)next[1] << 7;
		reader->next += 2;
		return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
	}
	return take_long_of_many(reader);
}
/* 0 ≤ and ≤ max */
static inline uint64_t
take_count(struct reader *reader, uint64_t max)
{
	int64_t value = take_long(reader);

	if (value < 0 || (uint64_t)value > max)
		reader->bad = true;
	return reader->bad ? 0 : (uint64_t)value;
}
/* Which of `branches` branches; 0 when bad. */
static inline unsigned
take_branch(struct reader *reader, unsigned branches)
{
	return (unsigned)take_count(reader, branches - 1);
}
bool take_boolean(struct reader *reader);
double take_double(struct reader *reader);
struct text take_string(struct reader *reader);
struct text take_optional_string(struct reader *reader);

#endif
