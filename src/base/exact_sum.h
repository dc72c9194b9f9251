/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact sums of finite doubles: what is added and taken away again leaves no
 * trace, the order does not matter, and the value is rounded once, when it is
 * asked for. A fixed-point number of 128 bits (64 of them behind the point) while
 * all terms fit it, which prices, counts and codes do; else a wide one that holds
 * every double. No pointers: a sum may lie in an image (base/image.h).
 *
 * Source of the idea: R. Neal, "Fast exact summation using small and large
 * superaccumulators", arXiv:1505.05571, 2015.
 */
#ifndef DYETRACE_BASE_EXACT_SUM_H
#define DYETRACE_BASE_EXACT_SUM_H

#include <stdbool.h>
#include <stdint.h>

struct exact_sum { /* all zero: 0 */
	uint64_t low;
	int64_t high; /* two's complement of 128 bits, unit 2^-64 */
};

#define EXACT_WIDE_WORDS 35
struct exact_wide { /* all zero: 0; two's complement, unit 2^-1074, least word first */
	uint64_t words[EXACT_WIDE_WORDS];
};

/* sum += sign * x, sign +1 or -1; false (and nothing changed) when x or the sum does not fit: go on wide. x is finite. */
bool exact_add(struct exact_sum *sum, double x, int sign);
bool exact_merge(struct exact_sum *sum, const struct exact_sum *other, int sign); /* the same */
/* Nearest, ties to even; +0 for zero. */
double exact_value(const struct exact_sum *sum);

void exact_widen(struct exact_wide *wide, const struct exact_sum *sum); /* wide = sum */
void exact_wide_add(struct exact_wide *wide, double x, int sign);
void exact_wide_merge(struct exact_wide *wide, const struct exact_wide *other, int sign);
/* The same rounding; beyond the range of a double: +-DBL_MAX. */
double exact_wide_value(const struct exact_wide *wide);
/* The sum of count terms, rounded to 53 bits however great it is, divided by count; +0 for zero. */
double exact_wide_mean(const struct exact_wide *wide, uint64_t count);

#endif
