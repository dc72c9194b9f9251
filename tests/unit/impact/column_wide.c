/* SPDX-License-Identifier: Apache-2.0 */
#include "column_wide.h"

#include <float.h>
#include <math.h>

#define DIGITS 72

void
school_add(struct school *school, double x)
{
	int exponent, at, part;
	double fraction = frexp(fabs(x), &exponent);
	uint64_t mantissa = (uint64_t)ldexp(fraction, 53);
	__extension__ unsigned __int128 shifted = mantissa;

	for (exponent += 1074 - 53; exponent < 0; exponent++)
		shifted >>= 1;
	at = exponent / 32;
	shifted <<= exponent % 32;
	for (part = 0; part < 3; part++, shifted >>= 32)
		school->digits[at + part] +=
		    x < 0 ? -(int64_t)(uint32_t)shifted : (int64_t)(uint32_t)shifted;
}

/* Digits of the magnitude, 0 to 2^32 - 1; whether it is negative. */
static int
magnitude(const struct school *school, int64_t digits[DIGITS])
{
	int64_t sign = 1, carry;
	int i;

	for (;; sign = -1) {
		carry = 0;
		for (i = 0; i < DIGITS; i++) {
			carry += sign * school->digits[i];
			digits[i] = carry & 0xffffffff;
			carry >>= 32;
		}
		if (carry >= 0)
			return sign < 0;
	}
}

static int
bit(const int64_t digits[DIGITS], int at)
{
	return at >= 0 && digits[at / 32] >> at % 32 & 1;
}

void
school_value(const struct school *school, double *mantissa, int *exponent)
{
	int64_t digits[DIGITS];
	int negative = magnitude(school, digits), top = DIGITS * 32 - 1, low, i, sticky = 0;
	double value = 0;

	while (top > 0 && !bit(digits, top))
		top--;
	low = top > 52 ? top - 52 : 0;
	for (i = top; i >= low; i--)
		value = value * 2 + bit(digits, i);
	for (i = 0; i < low - 1; i++)
		sticky |= bit(digits, i);
	if (bit(digits, low - 1) && (sticky || bit(digits, low)))
		value += 1;
	*mantissa = negative ? -value : value;
	*exponent = low - 1074;
}

double
school_sum(const struct school *school)
{
	double mantissa, sum;
	int exponent;

	school_value(school, &mantissa, &exponent);
	sum = ldexp(mantissa, exponent);
	return isfinite(sum) ? sum + 0 : copysign(DBL_MAX, sum);
}

double
school_mean(const struct school *school, double count)
{
	double mantissa;
	int exponent;

	school_value(school, &mantissa, &exponent);
	if (isfinite(ldexp(mantissa, exponent)))
		return ldexp(mantissa, exponent) / count + 0;
	return ldexp(mantissa / count, exponent);
}
