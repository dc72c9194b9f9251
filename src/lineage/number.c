/* SPDX-License-Identifier: Apache-2.0 */
/* Locale is never set by the program, so that printf writes a decimal point. */
#include "number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/compiler.h"

const char *
number_text(double number, char out[NUMBER_BYTES])
{
	int digits;

	if (fabs(number) < 0x1p53 && number == (double)(int64_t)number &&
	    !(signbit(number) && number == 0)) {
		snprintf(out, NUMBER_BYTES, "%" PRId64, (int64_t)number);
		return out;
	}
	/* 17 digits tell any two doubles apart. */
	for (digits = 15; digits <= 17; digits++) {
		snprintf(out, NUMBER_BYTES, "%.*g", digits, number);
		if (strtod(out, NULL) == number)
			break;
	}
	return out;
}

const char *
span_text(int64_t ms, char out[NUMBER_BYTES])
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};
	size_t i = ms ? 0 : 3;

	while (i + 1 < ARRAY_COUNT(units) && ms % units[i].ms)
		i++;
	snprintf(out, NUMBER_BYTES, "%" PRId64 "%s", ms / units[i].ms, units[i].unit);
	return out;
}
