/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value of a field, before or after a change.
 */
#ifndef DYETRACE_MODEL_VALUE_H
#define DYETRACE_MODEL_VALUE_H

#include "base/keys.h"
#include "base/text.h"

enum value_kind {
	VALUE_NULL,
	VALUE_BOOLEAN,
	VALUE_LONG,
	VALUE_DOUBLE, /* finite, or as the source gave it (NaN and infinities from Avro) */
	VALUE_TEXT,   /* UTF-8, borrowed from the batch */
	VALUE_HASHED, /* text known only by its mac: from the ledger, or the old value of a wide row */
};

struct hashed_text {
	uint8_t mac[TEXT_MAC_BYTES];
	uint32_t size; /* bytes of the text */
};

struct value {
	enum value_kind kind;
	union {
		bool boolean;
		int64_t integer;
		double number;
		struct text text;
		struct hashed_text hashed;
	};
};

/*
 * A value as filters, codes and `value` of a lineage are compared: text as it is,
 * whole numbers in decimal, others as the shortest decimal that reads back the
 * same, true, false, null. Absent when only a mac is known. Borrowed from out or value.
 */
#define VALUE_TEXT_BYTES 32
struct text value_text(const struct value *value, char out[VALUE_TEXT_BYTES]);

#endif
