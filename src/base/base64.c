/* SPDX-License-Identifier: Apache-2.0 */
/* Three bytes are four letters. */
#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_add(struct buffer *out, const void *bytes, size_t size)
{
	const uint8_t *p = bytes;
	size_t at;

	for (at = 0; at < size; at += 3) {
		size_t left = size - at;
		uint32_t bits = (uint32_t)p[at] << 16 | (left > 1 ? (uint32_t)p[at + 1] << 8 : 0) |
		    (left > 2 ? p[at + 2] : 0);

		buffer_add_byte(out, (uint8_t)letters[bits >> 18]);
		buffer_add_byte(out, (uint8_t)letters[bits >> 12 & 63]);
		buffer_add_byte(out, left > 1 ? (uint8_t)letters[bits >> 6 & 63] : '=');
		buffer_add_byte(out, left > 2 ? (uint8_t)letters[bits & 63] : '=');
	}
}

static int
value_of(char c)
{
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? (int)(at - letters) : -1;
}

/* The last group may be padded, and then its unused bits are zero. */
static bool
read_group(const char *p, bool last, struct buffer *out)
{
	int a = value_of(p[0]), b = value_of(p[1]), c = value_of(p[2]), d = value_of(p[3]);

	if (a < 0 || b < 0)
		return false;
	buffer_add_byte(out, (uint8_t)(a << 2 | b >> 4));
	if (last && p[2] == '=' && p[3] == '=')
		return !(b & 15);
	if (c < 0)
		return false;
	buffer_add_byte(out, (uint8_t)(b << 4 | c >> 2));
	if (last && p[3] == '=')
		return !(c & 3);
	if (d < 0)
		return false;
	buffer_add_byte(out, (uint8_t)(c << 6 | d));
	return true;
}

bool
base64_read(struct text text, struct buffer *out)
{
	size_t at;

	if (text.size % 4)
		return false;
	for (at = 0; at < text.size; at += 4)
		if (!read_group(text.data + at, at + 4 == text.size, out))
			return false;
	return true;
}
