/* SPDX-License-Identifier: Apache-2.0 */
/* Locale is never set by the program, so that printf writes a decimal point. */
#include "base/number.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *
number_text(double number, char out[NUMBER_BYTES])
{
	int digits;

	if (fabs(number) < 0x1p53 && number == (double)(int64_t)number &&
	    !(signbit(number) && number == 0)) {
		snprintf(out, NUMBER_BYTES, "%" PRId64, (int64_t)number);
		return out;
	}
	/* Fewer than 15 come out as such, but for the subnormal; 17 tell any two apart. */
	for (digits = fabs(number) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
		snprintf(out, NUMBER_BYTES, "%.*g", digits, number);
		if (strtod(out, NULL) == number)
			break;
	}
	return out;
}
