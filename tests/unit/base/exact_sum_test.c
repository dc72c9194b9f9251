/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact sums against enumerated cases, and against another way to sum exactly: an
 * expansion of doubles that do not overlap (J. R. Shewchuk, "Adaptive precision
 * floating-point arithmetic", 1997), rounded once at the end.
 */
#include "base/exact_sum.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

#define TERMS 300
#define TINY 0x1p-1074

static uint64_t seed = 1;

/* xorshift64*: S. Vigna, 2016 */
static uint64_t
draw(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545F4914F6CDD1Dull;
}

static void
assert_same(double a, double b)
{
	if (memcmp(&a, &b, sizeof(a)) != 0)
		fail_msg("%a is not %a", a, b);
}

/* --- a sum as those who use it keep it: narrow, then wide ------------------------------ */

struct either {
	bool is_wide;
	struct exact_sum sum;
	struct exact_wide wide;
};

static void
add(struct either *either, double x, int sign)
{
	if (!either->is_wide && !exact_add(&either->sum, x, sign)) {
		exact_widen(&either->wide, &either->sum);
		either->is_wide = true;
	}
	if (either->is_wide)
		exact_wide_add(&either->wide, x, sign);
}

static double
value_of(const struct either *either)
{
	return either->is_wide ? exact_wide_value(&either->wide) : exact_value(&either->sum);
}

/* --- the other way --------------------------------------------------------------------- */

struct expansion {
	double parts[64]; /* ascending magnitudes that do not overlap */
	int count;
};

static void
expansion_add(struct expansion *expansion, double x)
{
	int i, left = 0;

	for (i = 0; i < expansion->count; i++) {
		double y = expansion->parts[i], sum = x + y, rest;

		rest = fabs(x) < fabs(y) ? x - (sum - y) : y - (sum - x);
		if (rest != 0)
			expansion->parts[left++] = rest;
		x = sum;
	}
	assert_true(left < 64);
	expansion->parts[left++] = x;
	expansion->count = left;
}

/* The greatest, and what the rest says about a tie. */
static double
expansion_value(const struct expansion *expansion)
{
	int i = expansion->count - 1;
	double high, low = 0, twice;

	if (i < 0)
		return 0;
	high = expansion->parts[i--];
	while (i >= 0 && low == 0) {
		double before = high, part = expansion->parts[i--];

		high = before + part;
		low = part - (high - before);
	}
	if (i >= 0 &&
	    ((low < 0 && expansion->parts[i] < 0) || (low > 0 && expansion->parts[i] > 0))) {
		twice = low * 2;
		if (twice == (high + twice) - high)
			high += twice;
	}
	return high + 0.0;
}

/* --- terms ----------------------------------------------------------------------------- */

static double
cents(void)
{
	return (double)(int64_t)(draw() % 2000001 - 1000000) / 100;
}

static double
counts(void)
{
	return (double)(int64_t)(draw() >> 30) - 0x1p33;
}

/* Of any exponent below 2^1000, subnormals too, so that the expansion cannot overflow. */
static double
any(void)
{
	uint64_t bits = draw();
	double x;

	bits = (bits & ~((uint64_t)0x7ff << 52)) | (draw() % 2024) << 52;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

static double
subnormals(void)
{
	return any() * 0x1p-1030;
}

/* Few exponents, few bits: ties happen. */
static double
ties(void)
{
	double x = ldexp((double)(1 + draw() % 3), (int)(draw() % 60) - 5);

	return draw() % 2 ? x : -x;
}

static double
around_the_edge(void)
{
	double x = ldexp((double)(1 + draw() % 5), draw() % 2 ? 60 : -66);

	return draw() % 2 ? x : -x;
}

static double (*const kinds[])(void) = {cents, counts, any, subnormals, ties, around_the_edge};

static void
shuffle(double *terms, int *signs, int count)
{
	int i;

	for (i = count - 1; i > 0; i--) {
		int at = (int)(draw() % (uint64_t)(i + 1)), sign = signs[i];
		double term = terms[i];

		terms[i] = terms[at];
		signs[i] = signs[at];
		terms[at] = term;
		signs[at] = sign;
	}
}

/* --- tests ----------------------------------------------------------------------------- */

static const struct {
	double terms[4];
	bool narrow; /* fits 128 bits throughout */
	double expected;
} cases[] = {
    {{0}, true, 0},
    {{-0.0}, true, 0},
    {{0.1, 0.1, 0.1}, true, 0.30000000000000004}, /* 0.1 is a little more than a tenth */
    {{0.1, 0.2, -0.3}, true, 0x1p-55},
    {{19.99, -19.99, 5}, true, 5},
    {{-7, 3}, true, -4},
    {{0x1p61, 0x1p-64}, true, 0x1p61},
    {{0x1p61, 0x1p-64, -0x1p61}, true, 0x1p-64},
    {{0x1.fffffffffffffp61, 0x1.fffffffffffffp61}, true, 0x1.fffffffffffffp62},
    {{0x1.fffffffffffffp61, 0x1.fffffffffffffp61, 0x1p61}, false, 0x1.4p63}, /* a tie, up to even */
    {{0x1p62}, false, 0x1p62},
    {{0x1p-65}, false, 0x1p-65},
    {{0x1p-65, 0x1p61, -0x1p61}, false, 0x1p-65},
    /* ties: to even, both ways, and both signs */
    {{0x1p53, 1}, true, 0x1p53},
    {{0x1p53, 3}, true, 0x1.0000000000002p53},
    {{-0x1p53, -1}, true, -0x1p53},
    {{-0x1p53, -3}, true, -0x1.0000000000002p53},
    {{0x1p53, 1, 0x1p-64}, true, 0x1.0000000000001p53},
    {{0x1p53, 1, -0x1p-64}, true, 0x1p53},
    {{0x1p53, 1, TINY}, false, 0x1.0000000000001p53},
    {{0x1p53, 1, -TINY}, false, 0x1p53},
    {{-0x1p53, -1, -TINY}, false, -0x1.0000000000001p53},
    /* far apart */
    {{1e308, 1e308, -1e308}, false, 1e308},
    {{1e308, 1, -1e308}, false, 1},
    {{1e308, TINY, -1e308}, false, TINY},
    {{TINY, TINY, TINY}, false, 3 * TINY},
    {{-TINY, TINY}, false, 0},
    {{0x1p-1022, -TINY}, false, 0x0.fffffffffffffp-1022},
    {{0x0.fffffffffffffp-1022, TINY}, false, 0x1p-1022},
    {{0x1.fffffffffffffp-1022, TINY}, false, 0x1p-1021},
    {{0x1p-1021, TINY}, false,
	0x1p-1021}, /* a tie between 2^-1021 and the next, whose last bit is odd */
    {{0x1p-1021, TINY, TINY, TINY}, false, 0x1.0000000000002p-1021},
    /* beyond the range */
    {{DBL_MAX, DBL_MAX}, false, DBL_MAX},
    {{-DBL_MAX, -DBL_MAX}, false, -DBL_MAX},
    {{DBL_MAX, DBL_MAX, -DBL_MAX, -DBL_MAX}, false, 0},
    {{DBL_MAX, 0x1p969}, false, DBL_MAX},
    {{DBL_MAX, 0x1p970}, false, DBL_MAX}, /* half of a last place: would be infinite */
    {{-DBL_MAX, -DBL_MAX, DBL_MAX}, false, -DBL_MAX},
};

static void
cases_are_summed(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct either either = {0};
		struct exact_wide wide = {{0}};
		double narrow, whole;

		for (k = 0; k < 4; k++) {
			add(&either, cases[i].terms[k], 1);
			exact_wide_add(&wide, cases[i].terms[k], 1);
		}
		narrow = value_of(&either);
		whole = exact_wide_value(&wide);
		if (either.is_wide == cases[i].narrow)
			fail_msg("case %zu: narrow or wide?", i);
		if (narrow != cases[i].expected || whole != cases[i].expected ||
		    signbit(whole) != signbit(narrow))
			fail_msg(
			    "case %zu: %a, wide %a, not %a", i, narrow, whole, cases[i].expected);
	}
}

static void
nothing_is_plus_zero(void **state)
{
	struct either either = {0};
	struct exact_wide wide = {{0}};

	(void)state;
	add(&either, -0.0, 1);
	exact_wide_add(&wide, -TINY, 1);
	exact_wide_add(&wide, -TINY, -1);
	assert_same(value_of(&either), 0.0);
	assert_same(exact_wide_value(&wide), 0.0);
}

static void
the_other_way_finds_the_same(void **state)
{
	size_t kind;
	int round, i;

	(void)state;
	for (kind = 0; kind < ARRAY_COUNT(kinds); kind++)
		for (round = 0; round < 200; round++) {
			struct expansion expansion = {{0}, 0};
			struct either either = {0};
			struct exact_wide wide = {{0}};

			for (i = 0; i < (int)(draw() % TERMS); i++) {
				double x = kinds[kind]();

				expansion_add(&expansion, x);
				add(&either, x, 1);
				exact_wide_add(&wide, x, 1);
				assert_same(value_of(&either), expansion_value(&expansion));
				assert_same(exact_wide_value(&wide), expansion_value(&expansion));
			}
		}
}

static void
neither_order_nor_what_was_taken_away_leaves_a_trace(void **state)
{
	double terms[3 * TERMS];
	int signs[3 * TERMS], round, i;

	(void)state;
	for (round = 0; round < 100; round++) {
		struct either direct = {0}, other = {0};
		size_t mix = draw();

		for (i = 0; i < TERMS; i++) {
			terms[i] = kinds[mix % 7 < 6 ? mix % 7 : draw() % ARRAY_COUNT(kinds)]();
			terms[TERMS + i] = terms[2 * TERMS + i] = any();
			signs[i] = signs[TERMS + i] = 1;
			signs[2 * TERMS + i] = -1;
			add(&direct, terms[i], 1);
		}
		shuffle(terms, signs, 3 * TERMS);
		for (i = 0; i < 3 * TERMS; i++)
			add(&other, terms[i], signs[i]);
		assert_same(value_of(&other), value_of(&direct));
	}
}

static void
merged_sums_are_the_sum_of_all(void **state)
{
	int round, i;

	(void)state;
	for (round = 0; round < 200; round++) {
		struct exact_sum whole = {0}, parts[3] = {{0}};
		struct exact_wide wide = {{0}}, wides[3] = {{{0}}}, widened;

		for (i = 0; i < TERMS; i++) {
			double x = cents();

			assert_true(exact_add(&whole, x, 1));
			assert_true(exact_add(&parts[i % 3], x, 1));
			x = any();
			exact_wide_add(&wide, x, 1);
			exact_wide_add(&wides[i % 3], x, 1);
		}
		assert_true(exact_merge(&parts[0], &parts[1], 1));
		assert_true(exact_merge(&parts[0], &parts[2], 1));
		assert_memory_equal(&parts[0], &whole, sizeof(whole));
		exact_wide_merge(&wides[0], &wides[1], 1);
		exact_wide_merge(&wides[0], &wides[2], 1);
		assert_memory_equal(&wides[0], &wide, sizeof(wide));
		exact_wide_merge(&wides[0], &wides[2], -1);
		exact_wide_merge(&wides[0], &wides[1], -1);
		exact_wide_merge(&wide, &wides[0], -1);
		exact_wide_merge(&wide, &wides[1], -1);
		exact_wide_merge(&wide, &wides[2], -1);
		assert_same(exact_wide_value(&wide), 0.0);
		exact_widen(&widened, &whole);
		assert_same(exact_wide_value(&widened), exact_value(&whole));
	}
}

static const struct {
	double terms[4];
	int count;
	double expected;
} means[] = {
    {{1, 2, 6}, 3, 3},
    {{DBL_MAX, DBL_MAX}, 2, DBL_MAX},
    {{-DBL_MAX, -DBL_MAX, -DBL_MAX}, 3, -DBL_MAX},
    {{1e308, 1e308, 1e308, -1e308}, 4, 5e307},
    {{DBL_MAX}, 1, DBL_MAX},
    {{-TINY}, 2, 0},
    /* 2^1024 and half of a last place: a tie, until the least number breaks it */
    {{0x1p1023, 0x1p1023, 0x1p971}, 4, 0x1p1022},
    {{0x1p1023, 0x1p1023, 0x1p971, TINY}, 4, 0x1.0000000000001p1022},
    {{0x1p1023, 0x1p1023, 0x1p971, -TINY}, 4, 0x1p1022},
    {{-0x1p1023, -0x1p1023, -0x1p971, -TINY}, 4, -0x1.0000000000001p1022},
    {{-0x1p1023, -0x1p1023, -0x1p971, TINY}, 4, -0x1p1022},
};

static void
means_are_of_the_sum_however_great(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(means); i++) {
		struct exact_wide wide = {{0}};

		for (k = 0; k < 4; k++)
			exact_wide_add(&wide, means[i].terms[k], 1);
		assert_same(exact_wide_mean(&wide, (uint64_t)means[i].count), means[i].expected);
	}
}

static void
what_does_not_fit_changes_nothing(void **state)
{
	struct exact_sum sum = {0}, same, half = {0};
	int i;

	(void)state;
	assert_true(exact_add(&sum, 12.5, 1));
	same = sum;
	assert_false(exact_add(&sum, 0x1p62, 1));
	assert_false(exact_add(&sum, -0x1p-65, 1));
	assert_false(exact_add(&sum, 0x1.0000000000001p-13, -1));
	assert_false(exact_add(&sum, TINY, -1));
	assert_memory_equal(&sum, &same, sizeof(sum));
	for (i = 0; i < 3; i++)
		assert_true(exact_add(&half, -0x1p61, 1));
	assert_true(exact_add(&half, -0x1p61, 1)); /* -2^63: the last that fits */
	same = half;
	assert_false(exact_add(&half, -0x1p-64, 1));
	assert_false(exact_add(&half, 0x1p-64, -1));
	assert_false(exact_merge(&half, &half, 1));
	assert_memory_equal(&half, &same, sizeof(half));
	assert_same(exact_value(&half), -0x1p63);
	assert_true(exact_merge(&half, &same, -1));
	assert_same(exact_value(&half), 0.0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cases_are_summed),
	    cmocka_unit_test(nothing_is_plus_zero),
	    cmocka_unit_test(the_other_way_finds_the_same),
	    cmocka_unit_test(neither_order_nor_what_was_taken_away_leaves_a_trace),
	    cmocka_unit_test(merged_sums_are_the_sum_of_all),
	    cmocka_unit_test(means_are_of_the_sum_however_great),
	    cmocka_unit_test(what_does_not_fit_changes_nothing),
	};

	return cmocka_run_group_tests_name("base/exact_sum", tests, NULL, NULL);
}
