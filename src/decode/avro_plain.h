/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether text is ASCII without NUL, which most texts are and which needs no
 * closer look: sixteen bytes at once, in what any compiler makes of a vector.
 * As a signed number such a byte is above 0. Private to decode.
 */
#ifndef DYETRACE_DECODE_AVRO_PLAIN_H
#define DYETRACE_DECODE_AVRO_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef int8_t avro_sixteen __attribute__((vector_size(16)));

/* Of each of the sixteen bytes at p whether it is plain: -1 or 0. */
static inline avro_sixteen
avro_plain_16(const uint8_t *p)
{
	avro_sixteen bytes;

	memcpy(&bytes, p, 16);
	return bytes > (avro_sixteen){0};
}

#ifdef __SSE2__
static inline bool
avro_all_plain(avro_sixteen plain)
{
	return _mm_movemask_epi8((__m128i)plain) == 0xffff;
}

static inline bool
avro_first_plain(avro_sixteen plain, size_t count)
{
	return !(~(unsigned)_mm_movemask_epi8((__m128i)plain) & ((1u << count) - 1));
}
#else
static inline bool
avro_all_plain(avro_sixteen plain)
{
	uint64_t halves[2];

	memcpy(halves, &plain, 16);
	return (halves[0] & halves[1]) == UINT64_MAX;
}

static inline bool
avro_first_plain(avro_sixteen plain, size_t count)
{
	const avro_sixteen place = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

	return avro_all_plain(plain | (place >= (int8_t)count + (avro_sixteen){0}));
}
#endif

/* More than sixteen bytes; the last sixteen may overlap those before. */
static inline bool
avro_is_plain_long(const uint8_t *p, size_t size)
{
	avro_sixteen plain = avro_plain_16(p) & avro_plain_16(p + size - 16);
	size_t at;

	for (at = 16; at + 16 < size; at += 16)
		plain &= avro_plain_16(p + at);
	return avro_all_plain(plain);
}

/* Reads sixteen bytes where they are there up to end, so that a short text
 * needs no branch by its size. */
static inline bool
avro_is_plain(const uint8_t *p, size_t size, const uint8_t *end)
{
	if (size > 16)
		return avro_is_plain_long(p, size);
	if (end - p >= 16)
		return avro_first_plain(avro_plain_16(p), size);
	while (size && (int8_t)p[size - 1] > 0)
		size--;
	return !size;
}

#endif
