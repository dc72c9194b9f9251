/* SPDX-License-Identifier: Apache-2.0 */
/* Values of logical types that are no number of the machine: decimals, UUIDs. */
#include "avro_plan.h"

#include <math.h>
#include <stdio.h>

#include "base/digest.h"

/* Two's complement of at most so many bytes: 154 digits. */
#define DECIMAL_BYTES_MAX 64
#define DECIMAL_DIGITS_MAX 155
/* A power of ten up to here is a double, and so is a whole number of 15 digits:
 * their quotient is the double nearest to the decimal, and reads back as it. */
#define SCALE_EXACT_MAX 22
#define UNSCALED_EXACT_MAX 999999999999999

/* A scale that text is written with; beyond it would be mostly zeros. */
#define SCALE_MAX 1000

static bool
fits_long(struct text bytes, int64_t *value)
{
	const uint8_t *p = (const uint8_t *)bytes.data;
	uint64_t bits = p[0] & 0x80 ? UINT64_MAX : 0;
	size_t i;

	/* Leading bytes that only repeat the sign do not count. */
	for (i = 0; bytes.size - i > 8; i++)
		if (p[i] != (uint8_t)bits || (p[i + 1] & 0x80) != (uint8_t)(bits & 0x80))
			return false;
	for (; i < bytes.size; i++)
		bits = bits << 8 | p[i];
	*value = (int64_t)bits;
	return true;
}

/* The digits of the magnitude, most significant first, none of it a leading
 * zero; by long division by ten, which 64 bytes bound. */
static size_t
digits_of(struct text bytes, bool *negative, char digits[DECIMAL_DIGITS_MAX])
{
	uint8_t rest[DECIMAL_BYTES_MAX];
	size_t first = 0, count = 0, i;
	unsigned carry = 1;

	memcpy(rest, bytes.data, bytes.size);
	*negative = rest[0] & 0x80;
	for (i = bytes.size; *negative && i > 0; i--) {
		carry += (uint8_t)~rest[i - 1];
		rest[i - 1] = (uint8_t)carry;
		carry >>= 8;
	}
	for (;;) {
		unsigned remainder = 0;

		while (first < bytes.size && !rest[first])
			first++;
		if (first == bytes.size)
			break;
		for (i = first; i < bytes.size; i++) {
			remainder = remainder << 8 | rest[i];
			rest[i] = (uint8_t)(remainder / 10);
			remainder %= 10;
		}
		digits[count++] = (char)('0' + remainder);
	}
	for (i = 0; i < count / 2; i++) {
		char digit = digits[i];

		digits[i] = digits[count - 1 - i];
		digits[count - 1 - i] = digit;
	}
	return count;
}

/* "-123.4500": as many digits behind the point as the scale says. */
static struct text
decimal_text(struct text bytes, uint32_t scale, struct arena *arena)
{
	char digits[DECIMAL_DIGITS_MAX], *text, *p;
	bool negative;
	size_t count = digits_of(bytes, &negative, digits),
	       zeros = count > scale ? 0 : scale + 1 - count, i;

	p = text = arena_get(arena, count + zeros + 2);
	if (negative)
		*p++ = '-';
	for (i = 0; i < zeros + count; i++) {
		if (scale && zeros + count - i == scale)
			*p++ = '.';
		*p++ = i < zeros ? '0' : digits[i - zeros];
	}
	return (struct text){text, (size_t)(p - text)};
}

bool
avro_decimal_cell(struct text big_endian, uint32_t scale, struct arena *arena, struct cell *cell)
{
	static const double powers[SCALE_EXACT_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
	    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	int64_t value = 0;
	bool small;

	if (!big_endian.size || big_endian.size > DECIMAL_BYTES_MAX || scale > SCALE_MAX)
		return false;
	small = fits_long(big_endian, &value);
	if (small && !scale) {
		cell->kind = CELL_LONG;
		cell->integer = value;
	} else if (small && scale <= SCALE_EXACT_MAX && value >= -UNSCALED_EXACT_MAX &&
	    value <= UNSCALED_EXACT_MAX) {
		cell->kind = CELL_DOUBLE;
		cell->number = (double)value / powers[scale];
	} else {
		cell->kind = CELL_TEXT;
		cell->text = decimal_text(big_endian, scale, arena);
	}
	return true;
}

void
avro_uuid_cell(const uint8_t *bytes, struct arena *arena, struct cell *cell)
{
	static const uint8_t groups[] = {4, 2, 2, 2, 6};
	char *text = arena_get(arena, 40), *p = text;
	size_t i, at = 0;

	for (i = 0; i < sizeof(groups); i++) {
		if (i)
			*p++ = '-';
		digest_hex(bytes + at, groups[i], p);
		p += 2 * groups[i];
		at += groups[i];
	}
	cell->kind = CELL_TEXT;
	cell->text = (struct text){text, (size_t)(p - text)};
}
