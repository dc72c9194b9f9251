/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/compiler.h"

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
