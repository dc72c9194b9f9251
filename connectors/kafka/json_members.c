/* SPDX-License-Identifier: Apache-2.0 */
#include "json_members.h"

#include "base/json_print.h"

void
members_key(struct buffer *out, const char *key)
{
	bool is_first = !out->size || out->data[out->size - 1] == '{';

	buffer_add_format(out, "%s\"%s\":", is_first ? "" : ",", key);
}

void
members_text(struct buffer *out, const char *key, struct text text)
{
	members_key(out, key);
	json_print_text(text, out);
}

void
members_long(struct buffer *out, const char *key, int64_t value)
{
	members_key(out, key);
	buffer_add_format(out, "%lld", (long long)value);
}

void
members_number(struct buffer *out, const char *key, double value)
{
	members_key(out, key);
	json_print_number(value, out);
}

void
members_true(struct buffer *out, const char *key, bool value)
{
	members_key(out, key);
	buffer_add_text(out, value ? TEXT("true") : TEXT("false"));
}
