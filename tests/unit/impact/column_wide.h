/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of any finite doubles by school arithmetic, to compare with. */
#ifndef TESTS_COLUMN_WIDE_H
#define TESTS_COLUMN_WIDE_H

#include <stdint.h>

struct school {             /* zeroed: 0 */
	int64_t digits[72]; /* of 2^32, the first one 2^-1074; signed, carried when asked */
};

void school_add(struct school *school, double x);
/* Rounded once to 53 bits (or to the denormals' unit): mantissa * 2^exponent. */
void school_value(const struct school *school, double *mantissa, int *exponent);
double school_sum(const struct school *school); /* at most DBL_MAX */
/* Never -0, however small the quotient. */
double school_mean(const struct school *school, double count);

#endif
