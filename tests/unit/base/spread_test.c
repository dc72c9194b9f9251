/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantiles against sorted values, within half a bucket, however often
 * neighbours were joined; and that the order in which values came does not matter.
 */
#include "base/spread.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

#define VALUES 20000

static uint64_t seed = 1;
static double values[VALUES], sorted[VALUES];

static uint64_t
draw(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545F4914F6CDD1Dull;
}

static double
unit(void)
{
	return (double)(draw() >> 11) * 0x1p-53;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* --- what is spread: each octave takes 32 buckets, so octaves and signs decide how often they are joined */

static const struct kind {
	int octaves;
	bool both_signs;
	uint32_t joined; /* expected */
} kinds[] = {
    {1, false, 0},
    {15, false, 0},
    {16, false, 1}, /* 512 buckets and zero */
    {7, true, 0},
    {9, true, 1},
    {30, false, 1},
    {30, true, 2},
    {60, true, 3},
    {120, true, 4},
    {250, true, 5}, /* an octave is one bucket */
    {500, true, 6},
    {1000, true, 7},
    {2000, true, 8},
};

static double
draw_value(const struct kind *kind)
{
	double x = ldexp(1 + unit(), (int)(draw() % (uint64_t)kind->octaves) - kind->octaves / 2);

	if (draw() % 100 == 0)
		return draw() % 2 ? 0.0 : -0.0;
	return kind->both_signs && draw() % 2 ? -x : x;
}

/* Half of a bucket: its octaves' lower end, at worst, over 64, as often doubled as joined. */
static void
assert_within_half_a_bucket(double found, double value, uint32_t joined, size_t kind)
{
	double error = fabs(found - value), low = fabs(value);
	uint32_t octaves = joined > 5 ? 1u << (joined - 5) : 1, i;
	double bound = 0;

	if (joined <= 5) {
		if (low > 0)
			bound = ldexp(1, ilogb(low)) / 64 * (double)(1 << joined);
	} else {
		/* the bucket spans whole octaves: its ends are 2^octaves apart */
		for (i = 0, bound = low; i < octaves; i++)
			bound *= 2;
	}
	if (value == 0 ? found != 0 : error > bound || signbit(found) != signbit(value))
		fail_msg("kind %zu: %g instead of %g", kind, found, value);
}

static void
quantiles_are_within_half_a_bucket(void **state)
{
	static const double qs[] = {0, 0.01, 0.1, 0.25, 0.333, 0.5, 0.75, 0.9, 0.999, 1};
	size_t kind, i;

	(void)state;
	for (kind = 0; kind < ARRAY_COUNT(kinds); kind++) {
		struct spread spread = {0};

		for (i = 0; i < VALUES; i++) {
			sorted[i] = values[i] = draw_value(&kinds[kind]);
			spread_add(&spread, values[i]);
		}
		if (spread.joined != kinds[kind].joined)
			fail_msg("kind %zu: joined %u times", kind, spread.joined);
		assert_int_equal(spread.count, VALUES);
		qsort(sorted, VALUES, sizeof(sorted[0]), compare);
		for (i = 0; i < ARRAY_COUNT(qs); i++) {
			int rank = (int)ceil(qs[i] * VALUES);

			assert_within_half_a_bucket(spread_quantile(&spread, qs[i]),
			    sorted[rank > 0 ? rank - 1 : 0], spread.joined, kind);
		}
	}
}

static void
order_does_not_matter(void **state)
{
	size_t kind, i;

	(void)state;
	for (kind = 0; kind < ARRAY_COUNT(kinds); kind++) {
		struct spread forth = {0}, up = {0}, down = {0};

		for (i = 0; i < VALUES; i++)
			sorted[i] = values[i] = draw_value(&kinds[kind]);
		qsort(sorted, VALUES, sizeof(sorted[0]), compare);
		for (i = 0; i < VALUES; i++) {
			spread_add(&forth, values[i]);
			spread_add(&up, sorted[i]);
			spread_add(&down, sorted[VALUES - 1 - i]);
		}
		assert_memory_equal(&up, &forth, sizeof(up));
		assert_memory_equal(&down, &forth, sizeof(up));
	}
}

static void
hints_change_nothing(void **state)
{
	size_t kind, i;

	(void)state;
	for (kind = 0; kind < ARRAY_COUNT(kinds); kind++) {
		struct spread plain = {0}, near = {0};
		uint16_t hints[SPREAD_HINTS];

		for (i = 0; i < SPREAD_HINTS; i++)
			hints[i] = (uint16_t)(i * 40503); /* anything */
		for (i = 0; i < VALUES; i++) {
			double value = draw_value(&kinds[kind]);

			spread_add(&plain, value);
			spread_add_near(&near, value, hints);
		}
		assert_memory_equal(&near, &plain, sizeof(plain));
	}
}

static void
buckets_ascend_with_values(void **state)
{
	static const double ascending[] = {-DBL_MAX, -1e300, -2, -1.5, -1, -1e-300, -0x1p-1022,
	    -0x1p-1030, 0, 0x1p-1030, 0x1p-1022, 1e-300, 1, 1.5, 2, 1e300, DBL_MAX};
	struct spread spread = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(ascending); i++)
		spread_add(&spread, ascending[i]);
	assert_int_equal(spread.used, ARRAY_COUNT(ascending));
	for (i = 0; i < ARRAY_COUNT(ascending); i++) {
		double found =
		    spread_quantile(&spread, (double)(i + 1) / ARRAY_COUNT(ascending) - 1e-9);

		if (fabs(found - ascending[i]) > fabs(ascending[i]) / 60 + 0x1p-1028 ||
		    !isfinite(found))
			fail_msg("%g instead of %g", found, ascending[i]);
	}
}

/* Every bucket that there is: more joining than that is not needed, and nothing is refused. */
static void
all_exponents_fit(void **state)
{
	struct spread spread = {0};
	uint64_t bits, step = (uint64_t)1 << 47;
	double value, found;

	(void)state;
	for (bits = 0; bits < (uint64_t)0x7ff << 52; bits += step) {
		memcpy(&value, &bits, sizeof(value));
		spread_add(&spread, value);
		spread_add(&spread, -value);
	}
	assert_int_equal(spread.joined, 9);
	assert_int_equal(spread.count, 2 * 65504);
	found = spread_quantile(&spread, 1);
	assert_true(found > 1e300 && found <= DBL_MAX);
	assert_true(spread_quantile(&spread, 0) == -found);
	assert_true(spread_quantile(&spread, 0.5) == 0);
	assert_true(isfinite(spread_scale(&spread)));
}

/* Enough for 64-bit floats of a normal distribution: the sum of 12 even ones less 6 has deviation 1. */
static void
the_scale_of_a_normal_distribution_is_its_deviation(void **state)
{
	struct spread spread = {0};
	int i, k;

	(void)state;
	for (i = 0; i < 5 * VALUES; i++) {
		double sum = -6;

		for (k = 0; k < 12; k++)
			sum += unit();
		spread_add(&spread, 50 + 10 * sum);
	}
	if (fabs(spread_scale(&spread) - 10) > 0.5)
		fail_msg("%g", spread_scale(&spread));
}

static const struct {
	double values[5];
	int count;
	double low, high; /* of the scale */
} scales[] = {
    {{0}, 0, 0, 0},
    {{0, 0, 0}, 3, 1e-9, 1e-9},
    {{1e-300, 1e-300}, 2, 1e-9, 1e-9},
    {{1000, 1000, 1000}, 3, 1 - 1. / 64, 1 + 1. / 64}, /* a thousandth of the median */
    {{-1000, -1000, -1000}, 3, 1 - 1. / 64, 1 + 1. / 64},
    {{-1000, 0, 0, 0, 0}, 5, 1e-9, 1e-9}, /* the median of the magnitudes is 0 */
    {{-1000, 1000, -1000, 0}, 4, 1000 / 1.349 * (1 - 1. / 64), 1000 / 1.349 * (1 + 1. / 64)},
    {{-DBL_MAX, DBL_MAX, -DBL_MAX, DBL_MAX}, 4, DBL_MAX / 1.35, DBL_MAX / 1.34},
};

static void
scales_have_a_least(void **state)
{
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(scales); i++) {
		struct spread spread = {0};
		double scale;

		for (k = 0; k < scales[i].count; k++)
			spread_add(&spread, scales[i].values[k]);
		scale = spread_scale(&spread);
		if (scale < scales[i].low || scale > scales[i].high)
			fail_msg("case %zu: %g", i, scale);
	}
}

static void
counts_saturate(void **state)
{
	struct spread spread = {0};

	(void)state;
	spread_add(&spread, 1);
	spread_add(&spread, 2);
	spread.counts[0] = UINT32_MAX;
	spread.count = (uint64_t)UINT32_MAX * 2;
	spread_add(&spread, 1);
	assert_int_equal(spread.counts[0], UINT32_MAX);
	assert_int_equal(spread.count, (uint64_t)UINT32_MAX * 2 + 1);
	assert_true(fabs(spread_quantile(&spread, 0.9) - 2) < 0.1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quantiles_are_within_half_a_bucket),
	    cmocka_unit_test(order_does_not_matter),
	    cmocka_unit_test(hints_change_nothing),
	    cmocka_unit_test(buckets_ascend_with_values),
	    cmocka_unit_test(all_exponents_fit),
	    cmocka_unit_test(the_scale_of_a_normal_distribution_is_its_deviation),
	    cmocka_unit_test(scales_have_a_least),
	    cmocka_unit_test(counts_saturate),
	};

	return cmocka_run_group_tests_name("base/spread", tests, NULL, NULL);
}
