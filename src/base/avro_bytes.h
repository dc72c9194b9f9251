/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest pieces of Avro's binary encoding, read within bounds. Inline
 * and by value, because walks over data are made of them and keep their place
 * in a register.
 * Source: Apache Avro 1.11.1 Specification, "Binary Encoding".
 */
#ifndef DYETRACE_BASE_AVRO_BYTES_H
#define DYETRACE_BASE_AVRO_BYTES_H

#include "base/compiler.h"
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

/* Little endian, as all numbers of fixed size: one load. */
static inline uint64_t
avro_load_8(const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap64(value);
#endif
	return value;
}

static inline uint32_t
avro_load_4(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap32(value);
#endif
	return value;
}

static inline int64_t
avro_unzigzag(uint64_t bits)
{
	return (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
}

/* An integer of any length; out of the way of the short ones. */
struct avro_piece avro_long_slow(const uint8_t *p, const uint8_t *end);

/* Where an integer of at most eight bytes ends: the first high bit not set; 0: it is longer. */
static inline uint64_t
avro_long_stop(uint64_t word)
{
	return ~word & 0x8080808080808080u;
}

/* The integer in a word, without a branch by its length: groups of 7 bits move
 * together to 14, 28, 56. */
static inline struct avro_piece
avro_long_unpack(const uint8_t *p, uint64_t word, uint64_t stop)
{
	word &= (stop ^ (stop - 1)) & 0x7f7f7f7f7f7f7f7fu;
	word = (word & 0x007f007f007f007fu) | (word & 0x7f007f007f007f00u) >> 1;
	word = (word & 0x00003fff00003fffu) | (word & 0x3fff00003fff0000u) >> 2;
	word = (word & 0x000000000fffffffu) | (word & 0x0fffffff00000000u) >> 4;
	return (struct avro_piece){p + (__builtin_ctzll(stop) >> 3) + 1, avro_unzigzag(word)};
}

/* An integer of any length; out of the way of the short ones. */
struct avro_piece avro_long_slow(const uint8_t *p, const uint8_t *end);

/* For places where most integers are long. */
static inline struct avro_piece
avro_long_wide(const uint8_t *p, const uint8_t *end)
{
	uint64_t word, stop;

	if (UNLIKELY(end - p < 8))
		return avro_long_slow(p, end);
	word = avro_load_8(p);
	stop = avro_long_stop(word);
	return LIKELY(stop) ? avro_long_unpack(p, word, stop) : avro_long_slow(p, end);
}

/* For places where most are short. */
static inline struct avro_piece
avro_long(const uint8_t *p, const uint8_t *end)
{
	if (LIKELY(p < end && *p < 0x80))
		return (struct avro_piece){p + 1, avro_unzigzag(*p)};
	return avro_long_slow(p, end);
}

/* Whether a byte is all of an integer, and that is not negative: its half. */
static inline bool
avro_is_small(uint8_t byte)
{
	return !(byte & 0x81);
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
	struct avro_piece piece;

	if (LIKELY(p < end && avro_is_small(*p) && *p >> 1u < count))
		return (struct avro_piece){p + 1, *p >> 1};
	piece = avro_long_slow(p, end);
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
	struct avro_piece piece;

	if (LIKELY(p < end && avro_is_small(*p)))
		piece = (struct avro_piece){p + 1, *p >> 1};
	else
		piece = avro_long_slow(p, end);
	if (!piece.next)
		return piece;
	if (UNLIKELY((uint64_t)piece.value > (uint64_t)(end - piece.next)))
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

struct avro_piece avro_block_slow(
    const uint8_t *p, const uint8_t *end, uint64_t min_bytes, const uint8_t **block_end);

/*
 * What begins a block of an array or map: value is the count, 0 at the end;
 * *block_end: where the block says it ends, NULL if it does not say. Checked:
 * so many items, each of min_bytes at least, can be in what is left.
 */
static inline struct avro_piece
avro_block(const uint8_t *p, const uint8_t *end, uint64_t min_bytes, const uint8_t **block_end)
{
	/* The end, or few items whose bytes no-one counted; 64 times any min_bytes is a number. */
	if (LIKELY(p < end && avro_is_small(*p) && (!*p || min_bytes) &&
		(*p >> 1) * min_bytes <= (uint64_t)(end - p - 1))) {
		*block_end = NULL;
		return (struct avro_piece){p + 1, *p >> 1};
	}
	return avro_block_slow(p, end, min_bytes, block_end);
}

#endif
