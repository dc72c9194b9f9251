/* SPDX-License-Identifier: Apache-2.0 */
/* Doubles as JSON has none of some: those are strings. */
#ifndef LEDGER_JSON_NUMBER_H
#define LEDGER_JSON_NUMBER_H

#include <jansson.h>
#include <math.h>

static inline json_t *
json_number_of(double number)
{
	if (isnan(number))
		return json_string("NaN");
	if (isinf(number))
		return json_string(number < 0 ? "-Infinity" : "Infinity");
	return json_real(number);
}

#endif
