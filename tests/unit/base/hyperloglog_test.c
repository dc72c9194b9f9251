/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates against known numbers, from none to a million, and merging against adding. */
#include "base/hyperloglog.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

#define STANDARD_ERROR 0.023 /* 1.04 / sqrt(2048) */
#define TRIALS 30

/* SplitMix64: one to one on 64 bits, so numbers that differ have hashes that differ. */
static uint64_t
hash_of(uint64_t number)
{
	number += 0x9e3779b97f4a7c15ull;
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ull;
	number = (number ^ number >> 27) * 0x94d049bb133111ebull;
	return number ^ number >> 31;
}

static double
estimate_of(uint64_t first, uint64_t count)
{
	struct hyperloglog log = {{0}};
	uint64_t i;

	for (i = 0; i < count; i++)
		hyperloglog_add(&log, hash_of(first + i));
	return hyperloglog_estimate(&log);
}

static const uint64_t counts[] = {
    513, 1000, 2000, 3000, 5000, 10000, 20000, 50000, 100000, 1000000};

/* Each within 3 standard errors; their mean, and how far they lie apart, as theory says. */
static void
estimates_are_as_good_as_stated(void **state)
{
	size_t i;
	uint64_t trial;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(counts); i++) {
		double n = (double)counts[i], sum = 0, squares = 0;
		uint64_t trials = counts[i] > 100000 ? 5 : TRIALS;

		for (trial = 0; trial < trials; trial++) {
			double error = estimate_of(trial << 32, counts[i]) / n - 1;

			if (fabs(error) > 3 * STANDARD_ERROR)
				fail_msg("%.0f: off by %.2f %%", n, 100 * error);
			sum += error;
			squares += error * error;
		}
		if (fabs(sum / (double)trials) > 3 * STANDARD_ERROR / sqrt((double)trials))
			fail_msg("%.0f: biased by %.2f %%", n, 100 * sum / (double)trials);
		if (sqrt(squares / (double)trials) > 1.5 * STANDARD_ERROR)
			fail_msg("%.0f: lie too far apart", n);
	}
}

static void
none_is_zero_and_one_is_nearly_one(void **state)
{
	struct hyperloglog log = {{0}};

	(void)state;
	assert_true(hyperloglog_estimate(&log) == 0);
	assert_true(hyperloglog_add(&log, hash_of(1)));
	assert_false(hyperloglog_add(&log, hash_of(1)));
	assert_true(fabs(hyperloglog_estimate(&log) - 1) < 0.001);
}

/* Two of few may share a register. */
static void
few_are_off_by_two_at_most(void **state)
{
	uint64_t count;

	(void)state;
	for (count = 1; count <= 50; count++)
		assert_true(fabs(estimate_of(count << 32, count) - (double)count) < 2);
}

static void
merged_is_as_if_all_were_added(void **state)
{
	struct hyperloglog whole = {{0}}, parts[3] = {{{0}}};
	uint64_t i;

	(void)state;
	for (i = 0; i < 30000; i++) {
		hyperloglog_add(&whole, hash_of(i));
		hyperloglog_add(&parts[i % 3], hash_of(i));
		if (i % 7 == 0)
			hyperloglog_add(&parts[(i + 1) % 3], hash_of(i));
	}
	hyperloglog_merge(&parts[0], &parts[1]);
	hyperloglog_merge(&parts[0], &parts[2]);
	assert_memory_equal(&parts[0], &whole, sizeof(whole));
}

/* A hash whose lower 53 bits are all zero has the greatest rank, 54; with all registers there, the estimate has no end. */
static void
ends_of_the_range_are_counted(void **state)
{
	struct hyperloglog log = {{0}};
	uint64_t i;

	(void)state;
	hyperloglog_add(&log, 0);
	hyperloglog_add(&log, UINT64_MAX);
	assert_int_equal(log.registers[0], 54);
	assert_int_equal(log.registers[2047], 1);
	assert_true(fabs(hyperloglog_estimate(&log) - 2) < 0.01);
	for (i = 0; i < HYPERLOGLOG_REGISTERS / 2; i++)
		hyperloglog_add(&log, i << 53);
	assert_true(isfinite(hyperloglog_estimate(&log)));
}

/* Bit for bit, as the same algorithm written in Python computes them. */
static void
estimates_are_the_same_everywhere(void **state)
{
	(void)state;
	assert_true(estimate_of(0, 1000) == 0x1.f2f1bafd5f009p+9);
	assert_true(estimate_of(0, 100000) == 0x1.8bb8eb337ac27p+16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(estimates_are_as_good_as_stated),
	    cmocka_unit_test(none_is_zero_and_one_is_nearly_one),
	    cmocka_unit_test(few_are_off_by_two_at_most),
	    cmocka_unit_test(merged_is_as_if_all_were_added),
	    cmocka_unit_test(ends_of_the_range_are_counted),
	    cmocka_unit_test(estimates_are_the_same_everywhere),
	};

	return cmocka_run_group_tests_name("base/hyperloglog", tests, NULL, NULL);
}
