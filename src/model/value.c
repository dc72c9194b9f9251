/* SPDX-License-Identifier: Apache-2.0 */
#include "model/value.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/number.h"

struct text
value_text(const struct value *value, char out[VALUE_TEXT_BYTES])
{
	switch (value->kind) {
	case VALUE_NULL:
		return TEXT("null");
	case VALUE_BOOLEAN:
		return value->boolean ? TEXT("true") : TEXT("false");
	case VALUE_LONG:
		snprintf(out, VALUE_TEXT_BYTES, "%" PRId64, value->integer);
		return text_of(out);
	case VALUE_DOUBLE:
		return text_of(number_text(value->number, out));
	case VALUE_TEXT:
		return value->text;
	case VALUE_HASHED:
		break;
	}
	return TEXT_NONE;
}
