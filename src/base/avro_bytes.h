/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest pieces of Avro's binary encoding, read within bounds. Inline
 * and by value, because walks over data are made of them and keep their place
 * in a register.
 * Source: Apache Avro 1.11.1 Specification, "Binary Encoding".
 */
#ifndef DYETRACE_BASE_AVRO_BYTES_H
#define DYETRACE_BASE_AVRO_BYTES_H

#include "base/text.h"

/* What can be wrong with bytes. */
enum avro_fault {
	AVRO_FAULT_NONE,
	AVRO_FAULT_CUT,      /* the bytes end inside a value */
	AVRO_FAULT_OVERLONG, /* an integer of more than ten bytes or 64 bits */
	AVRO_FAULT_INT,      /* an int beyond 32 bits */
	AVRO_FAULT_BOOLEAN,  /* neither 0 nor 1 */
	AVRO_FAULT_LENGTH,   /* negative, or more bytes than are left */
	AVRO_FAULT_SYMBOL,   /* no symbol of the enum */
	AVRO_FAULT_BRANCH,   /* no branch of the union */
	AVRO_FAULT_COUNT,    /* more items than the bytes that are left can hold */
	AVRO_FAULT_BLOCK,    /* items do not fill the bytes their block says */
	AVRO_FAULT_EMPTY,    /* too many items that take no bytes */
	AVRO_FAULT_DEPTH,    /* values within values too deep */
	AVRO_FAULT_TRAILING, /* bytes behind the value */
	AVRO_FAULT_KINDS
};

/* "an integer of more than 64 bits" */
const char *avro_fault_sentence(enum avro_fault fault);

/* What was read at p: its value, and the place behind it. next NULL: the bytes
 * are wrong, and value is the enum avro_fault. */
struct avro_piece {
	const uint8_t *next;
	int64_t value;
};

static inline struct avro_piece
avro_wrong(enum avro_fault fault)
{
	return (struct avro_piece){NULL, fault};
}

/* An integer of more than one byte; out of the way of the short ones. */
struct avro_piece avro_long_slow(const uint8_t *p, const uint8_t *end);

static inline struct avro_piece
avro_long(const uint8_t *p, const uint8_t *end)
{
	if (p < end && *p < 0x80)
		return (struct avro_piece){p + 1, (*p >> 1) ^ -(*p & 1)};
	return avro_long_slow(p, end);
}

static inline struct avro_piece
avro_int(const uint8_t *p, const uint8_t *end)
{
	struct avro_piece piece = avro_long(p, end);

	if (piece.next && piece.value != (int32_t)piece.value)
		return avro_wrong(AVRO_FAULT_INT);
	return piece;
}

/* The number of a symbol or branch; it is below count. */
static inline struct avro_piece
avro_index(const uint8_t *p, const uint8_t *end, uint32_t count, enum avro_fault fault)
{
	struct avro_piece piece = avro_long(p, end);

	if (piece.next && (uint64_t)piece.value >= count)
		return avro_wrong(fault);
	return piece;
}

static inline struct avro_piece
avro_boolean(const uint8_t *p, const uint8_t *end)
{
	if (p == end)
		return avro_wrong(AVRO_FAULT_CUT);
	return *p > 1 ? avro_wrong(AVRO_FAULT_BOOLEAN) : (struct avro_piece){p + 1, *p};
}

/* string, bytes: value is the size; the text stands before next. */
static inline struct avro_piece
avro_text(const uint8_t *p, const uint8_t *end)
{
	struct avro_piece piece = avro_long(p, end);

	if (!piece.next)
		return piece;
	if ((uint64_t)piece.value > (uint64_t)(end - piece.next))
		return avro_wrong(AVRO_FAULT_LENGTH);
	return (struct avro_piece){piece.next + piece.value, piece.value};
}

/* So many bytes in a row. */
static inline struct avro_piece
avro_bytes(const uint8_t *p, const uint8_t *end, size_t bytes)
{
	if ((size_t)(end - p) < bytes)
		return avro_wrong(AVRO_FAULT_CUT);
	return (struct avro_piece){p + bytes, (int64_t)bytes};
}

/* Over count values of one type; the value is of no use. */
static inline struct avro_piece
avro_longs(const uint8_t *p, const uint8_t *end, uint32_t count)
{
	struct avro_piece piece = {p, 0};

	for (; count && piece.next; count--)
		piece = avro_long(piece.next, end);
	return piece;
}

static inline struct avro_piece
avro_ints(const uint8_t *p, const uint8_t *end, uint32_t count)
{
	struct avro_piece piece = {p, 0};

	for (; count && piece.next; count--)
		piece = avro_int(piece.next, end);
	return piece;
}

static inline struct avro_piece
avro_texts(const uint8_t *p, const uint8_t *end, uint32_t count)
{
	struct avro_piece piece = {p, 0};

	for (; count && piece.next; count--)
		piece = avro_text(piece.next, end);
	return piece;
}

#define AVRO_EMPTY_MAX 65536 /* items without bytes (null, empty records) in one block */

/*
 * What begins a block of an array or map: value is the count, 0 at the end;
 * *block_end: where the block says it ends, NULL if it does not say. Checked:
 * so many items, each of min_bytes at least, can be in what is left.
 */
struct avro_piece
avro_block(const uint8_t *p, const uint8_t *end, uint64_t min_bytes, const uint8_t **block_end);

/* Little endian, as all numbers of fixed size. */
static inline uint64_t
avro_little(const uint8_t *p, unsigned bytes)
{
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < bytes; i++)
		value |= (uint64_t)p[i] << (8 * i);
	return value;
}

#endif
