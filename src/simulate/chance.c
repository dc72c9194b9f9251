/* SPDX-License-Identifier: Apache-2.0 */
/* Exact operations in a fixed order, so that a seed means the same bytes everywhere. */
#include "chance.h"

#include <math.h>

#define LN2 0.693147180559945309417

static uint64_t
rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

/* Source: S. Vigna, splitmix64, the seeding that xoshiro's authors recommend. */
static uint64_t
split(uint64_t *x)
{
	uint64_t z = *x += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void
chance_init(struct chance *chance, uint64_t seed, uint64_t stream)
{
	uint64_t x = seed ^ stream * 0xd1342543de82ef95u;
	int i;

	for (i = 0; i < 4; i++)
		chance->state[i] = split(&x);
}

uint64_t
chance_bits(struct chance *chance)
{
	uint64_t *s = chance->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint32_t
chance_below(struct chance *chance, uint32_t below)
{
	uint64_t bits, limit;

	if (!below)
		return 0;
	limit = UINT32_MAX - UINT32_MAX % below;
	do
		bits = chance_bits(chance) >> 32;
	while (bits >= limit);
	return (uint32_t)(bits % below);
}

int64_t
chance_between(struct chance *chance, int64_t low, int64_t high)
{
	return low + (int64_t)(chance_unit(chance) * (double)(high - low + 1));
}

double
chance_unit(struct chance *chance)
{
	return (double)(chance_bits(chance) >> 11) * 0x1p-53;
}

bool
chance_is(struct chance *chance, double share)
{
	return chance_unit(chance) < share;
}

double
chance_normal(struct chance *chance)
{
	double sum = -6;
	int i;

	for (i = 0; i < 12; i++)
		sum += chance_unit(chance);
	return sum;
}

double
power_of_two(double x)
{
	double whole = floor(x), y = (x - whole) * LN2, term = 1, sum = 1;
	int i;

	for (i = 1; i < 18; i++) {
		term *= y / i;
		sum += term;
	}
	return ldexp(sum, (int)whole);
}

double
chance_spread(struct chance *chance, double median, double spread)
{
	return median * power_of_two(spread * chance_normal(chance));
}

/* Source: D. E. Knuth, The Art of Computer Programming 2, section 3.4.1, F. */
int
chance_count(struct chance *chance, double mean)
{
	double limit, product = 1;
	int count = 0;

	if (mean > 30) {
		double value = mean + sqrt(mean) * chance_normal(chance);

		return value < 0 ? 0 : (int)(value + 0.5);
	}
	limit = power_of_two(-mean / LN2);
	while ((product *= chance_unit(chance)) > limit)
		count++;
	return count;
}

uint32_t
chance_weighted(struct chance *chance, const double *weights, uint32_t count)
{
	double sum = 0, at;
	uint32_t i;

	for (i = 0; i < count; i++)
		sum += weights[i];
	at = chance_unit(chance) * sum;
	for (i = 0; i + 1 < count; i++) {
		at -= weights[i];
		if (at < 0)
			return i;
	}
	return count ? count - 1 : 0;
}
