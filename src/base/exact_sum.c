/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact sums: a double is an integer of 53 bits, shifted; it is added where its
 * bits belong, and nothing is rounded before the value is asked for.
 */
#include "base/exact_sum.h"

#include <float.h>
#include <string.h>

#define MANTISSA_BITS 52
#define EXPONENT_MAX 0x7ff
#define SUM_POINT 64           /* bits behind the point of the narrow sum */
#define SUM_MAGNITUDE_BITS 126 /* of one term: |x| < 2^62 */
#define WIDE_UNIT 1074         /* bits behind the point of the wide sum */

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

/* |x| = mantissa * 2^(shift - 1074), 0 <= shift */
struct parts {
	uint64_t mantissa;
	int shift;
	bool negative;
};

static inline struct parts
parts_of(double x)
{
	struct parts parts;
	uint64_t bits;
	int exponent;

	memcpy(&bits, &x, sizeof(bits));
	exponent = (int)(bits >> MANTISSA_BITS) & EXPONENT_MAX;
	parts.mantissa = bits & (((uint64_t)1 << MANTISSA_BITS) - 1);
	if (exponent > 0)
		parts.mantissa |= (uint64_t)1 << MANTISSA_BITS;
	parts.shift = exponent > 0 ? exponent - 1 : 0;
	parts.negative = bits >> 63;
	return parts;
}

/* --- 128 bits ------------------------------------------------------------------------- */

static inline int128
sum_number(const struct exact_sum *sum)
{
	return (int128)((uint128)(uint64_t)sum->high << 64 | sum->low);
}

static inline bool
sum_add(struct exact_sum *sum, int128 number, bool negative)
{
	int128 result;

	if (negative ? __builtin_sub_overflow(sum_number(sum), number, &result)
		     : __builtin_add_overflow(sum_number(sum), number, &result))
		return false;
	sum->low = (uint64_t)result;
	sum->high = (int64_t)(result >> 64);
	return true;
}

/* The magnitude in units of 2^-64; false: it is no multiple of them, or too great. */
static inline bool
fixed_of(const struct parts *parts, int128 *number)
{
	int shift = parts->shift - (WIDE_UNIT - SUM_POINT);

	if (shift >= 0) {
		if (shift >= SUM_MAGNITUDE_BITS - MANTISSA_BITS)
			return false;
		*number = (int128)((uint128)parts->mantissa << shift);
		return true;
	}
	if (shift < -MANTISSA_BITS) {
		*number = 0;
		return parts->mantissa == 0;
	}
	*number = (int128)(parts->mantissa >> -shift);
	return (parts->mantissa & (((uint64_t)1 << -shift) - 1)) == 0;
}

bool
exact_add(struct exact_sum *sum, double x, int sign)
{
	struct parts parts = parts_of(x);
	int128 number;

	return fixed_of(&parts, &number) && sum_add(sum, number, parts.negative != (sign < 0));
}

bool
exact_merge(struct exact_sum *sum, const struct exact_sum *other, int sign)
{
	return sum_add(sum, sum_number(other), sign < 0);
}

/*
 * An integer becomes a double by rounding to nearest, ties to even (C17, F.3 and IEEE 754); the scale is exact.
 * Most sums are of few bits on either side of the point: then both halves are doubles, and their sum is rounded once.
 */
double
exact_value(const struct exact_sum *sum)
{
	const int64_t most = (int64_t)1 << (MANTISSA_BITS + 1);

	if (sum->high >= -most && sum->high <= most && (sum->low & 0x7ff) == 0)
		return (double)sum->high + (double)(int64_t)(sum->low >> 11) * 0x1p-53;
	return (double)sum_number(sum) * 0x1p-64;
}

/* --- all doubles ---------------------------------------------------------------------- */

/* words += number * 2^(64 * at), modulo the width */
static void
words_add(uint64_t *words, int at, uint128 number)
{
	uint128 carry = number;

	for (; carry != 0 && at < EXACT_WIDE_WORDS; at++) {
		uint128 word = (uint128)words[at] + (uint64_t)carry;

		words[at] = (uint64_t)word;
		carry = (carry >> 64) + (word >> 64);
	}
}

static void
words_subtract(uint64_t *words, int at, uint128 number)
{
	uint128 borrow = number;

	for (; borrow != 0 && at < EXACT_WIDE_WORDS; at++) {
		uint64_t word = words[at];

		words[at] = word - (uint64_t)borrow;
		borrow = (borrow >> 64) + (word < (uint64_t)borrow);
	}
}

void
exact_wide_add(struct exact_wide *wide, double x, int sign)
{
	struct parts parts = parts_of(x);
	uint128 number = (uint128)parts.mantissa << (parts.shift % 64);

	if (parts.negative != (sign < 0))
		words_subtract(wide->words, parts.shift / 64, number);
	else
		words_add(wide->words, parts.shift / 64, number);
}

void
exact_wide_merge(struct exact_wide *wide, const struct exact_wide *other, int sign)
{
	uint64_t carry = 0, mask = sign < 0 ? UINT64_MAX : 0;
	int i;

	carry = mask & 1; /* -x = ~x + 1 */
	for (i = 0; i < EXACT_WIDE_WORDS; i++) {
		uint128 word = (uint128)wide->words[i] + (other->words[i] ^ mask) + carry;

		wide->words[i] = (uint64_t)word;
		carry = (uint64_t)(word >> 64);
	}
}

void
exact_widen(struct exact_wide *wide, const struct exact_sum *sum)
{
	enum {
		WORD = (WIDE_UNIT - SUM_POINT) / 64,
		BIT = (WIDE_UNIT - SUM_POINT) % 64
	};
	int i;

	memset(wide->words, 0, WORD * sizeof(wide->words[0]));
	wide->words[WORD] = sum->low << BIT;
	wide->words[WORD + 1] = sum->low >> (64 - BIT) | (uint64_t)sum->high << BIT;
	wide->words[WORD + 2] = (uint64_t)(sum->high >> (64 - BIT));
	for (i = WORD + 3; i < EXACT_WIDE_WORDS; i++)
		wide->words[i] = sum->high < 0 ? UINT64_MAX : 0;
}

/* The 53 bits from bit `from` on. */
static uint64_t
bits_from(const uint64_t *words, int from)
{
	int word = from / 64, bit = from % 64;
	uint64_t bits = words[word] >> bit;

	if (bit > 0 && word + 1 < EXACT_WIDE_WORDS)
		bits |= words[word + 1] << (64 - bit);
	return bits & (((uint64_t)1 << (MANTISSA_BITS + 1)) - 1);
}

/* Whether what stands below bit `from` rounds up, when the bits from there on are odd or even. */
static bool
rounds_up(const uint64_t *words, int from, bool odd)
{
	int half = from - 1, i;

	if (!(words[half / 64] >> (half % 64) & 1))
		return false;
	if (odd || (words[half / 64] & (((uint64_t)1 << (half % 64)) - 1)) != 0)
		return true;
	for (i = 0; i < half / 64; i++)
		if (words[i] != 0)
			return true;
	return false;
}

/*
 * In units of 2^-1074 a number below 2^53 is its own bit pattern as a double; above, the exponent
 * counts by how much the first bit stands higher. A carry out of the mantissa moves on into the exponent as it should.
 */
static double
magnitude_value(const uint64_t *words, int top)
{
	int from = top - MANTISSA_BITS;
	uint64_t bits;
	double value;

	if (from > EXPONENT_MAX)
		return DBL_MAX;
	bits = bits_from(words, from > 0 ? from : 0);
	if (from > 0)
		bits += ((uint64_t)from << MANTISSA_BITS) + rounds_up(words, from, bits & 1);
	if (bits >= (uint64_t)EXPONENT_MAX << MANTISSA_BITS)
		return DBL_MAX;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

double
exact_wide_value(const struct exact_wide *wide)
{
	static const struct exact_wide zero;
	bool negative = wide->words[EXACT_WIDE_WORDS - 1] >> 63;
	struct exact_wide magnitude = negative ? zero : *wide;
	int top = EXACT_WIDE_WORDS - 1;
	double value;

	if (negative)
		exact_wide_merge(&magnitude, wide, -1);
	while (top > 0 && magnitude.words[top] == 0)
		top--;
	if (magnitude.words[top] == 0)
		return 0;
	value =
	    magnitude_value(magnitude.words, top * 64 + 63 - __builtin_clzll(magnitude.words[top]));
	return negative ? -value : value;
}

/* By a word less, of a sum beyond the range of a double. Its last bit stands for all that was cut off. */
static double
value_less(const struct exact_wide *wide)
{
	struct exact_wide less;

	memcpy(less.words, wide->words + 1, sizeof(less.words) - sizeof(less.words[0]));
	less.words[EXACT_WIDE_WORDS - 1] = wide->words[EXACT_WIDE_WORDS - 1] >> 63 ? UINT64_MAX : 0;
	less.words[0] |= wide->words[0] != 0;
	return exact_wide_value(&less);
}

double
exact_wide_mean(const struct exact_wide *wide, uint64_t count)
{
	double sum = exact_wide_value(wide);

	if (sum == DBL_MAX || sum == -DBL_MAX)
		return value_less(wide) / (double)count * 0x1p64;
	return sum / (double)count + 0.0; /* a quotient that is too small is 0 of either sign */
}
