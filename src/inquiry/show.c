/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of documents; one way to write a time, a value, a position everywhere. */
#include "private.h"

#include <math.h>
#include <stdio.h>

json_t *
show_text(struct text text)
{
	char safe[4096];

	if (!text.data)
		return json_null();
	if (text_is_utf8(text))
		return json_stringn(text.data, text.size);
	return json_string(text_show(text, 1000, safe, sizeof(safe)));
}

json_t *
show_symbol(const struct inquiry *inquiry, uint32_t symbol)
{
	return show_text(symbols_text(inquiry->names, symbol));
}

json_t *
show_time(int64_t time_ms)
{
	char text[TIMESTAMP_TEXT_BYTES];

	return time_ms == TIME_NONE ? json_null() : json_string(timestamp_text(time_ms, text));
}

json_t *
show_hash(const void *bytes, size_t size)
{
	char hex[2 * 64 + 1];

	return json_string(digest_hex(bytes, size, hex));
}

static json_t *
show_number(double number)
{
	char text[32];

	if (isfinite(number))
		return json_real(number);
	snprintf(text, sizeof(text), "%g", number);
	return json_string(text);
}

json_t *
show_value(const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		break;
	case VALUE_BOOLEAN:
		return json_boolean(value->boolean);
	case VALUE_LONG:
		return json_integer(value->integer);
	case VALUE_DOUBLE:
		return show_number(value->number);
	case VALUE_TEXT:
		return show_text(value->text);
	case VALUE_HASHED:
		return json_pack("{s:o, s:i}", "mac", show_hash(value->hashed.mac, TEXT_MAC_BYTES),
		    "bytes", (int)value->hashed.size);
	}
	return json_null();
}

json_t *
show_position(const struct record *record)
{
	json_t *position = json_pack("{s:o, s:o, s:i, s:I}", "source", show_text(record->source),
	    "partition", show_text(record->partition), "incarnation", (int)record->incarnation,
	    "offset", (json_int_t)record->offset);

	if (record->source_time_ms != TIME_NONE)
		json_object_set_new(position, "source_time", show_time(record->source_time_ms));
	return position;
}

void
show_payload(const struct record *record, json_t *document)
{
	uint64_t identity = __builtin_bswap64(record->payload);

	if (record->payload_sha256)
		json_object_set_new(
		    document, "payload_sha256", show_hash(record->payload_sha256, SHA256_BYTES));
	else if (record->kind == RECORD_EVENT || record->kind == RECORD_QUARANTINED)
		json_object_set_new(
		    document, "payload_xxh3", show_hash(&identity, sizeof(identity)));
}
