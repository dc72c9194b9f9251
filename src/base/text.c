/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as RFC 3629 defines it, and text made safe to show. */
#include "base/text.h"

#include <stdio.h>

/* Length of the well-formed sequence at p, 0 if there is none.
 * Source: RFC 3629 section 4, the UTF8-octets grammar. */
static size_t
sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t size, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		size = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		size = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		size = 4;
	else
		return 0;
	if (left < size)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < size; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return size;
}

size_t
text_utf8_size(struct text text)
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t at = 0, size;

	while (at < text.size) {
		/* Eight ASCII bytes at a time. */
		if (text.size - at >= 8) {
			uint64_t word;

			memcpy(&word, p + at, 8);
			if (!(word & 0x8080808080808080u)) {
				at += 8;
				continue;
			}
		}
		size = sequence(p + at, text.size - at);
		if (!size)
			break;
		at += size;
	}
	return at;
}

bool
text_is_utf8(struct text text)
{
	return text_utf8_size(text) == text.size;
}

const char *
text_show(struct text text, size_t limit, char *out, size_t out_bytes)
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t at = 0, used = 0, size;

	if (!out_bytes)
		return out;
	while (at < text.size && at < limit && used + 8 < out_bytes) {
		size = sequence(p + at, text.size - at);
		/* C0, DEL and C1 controls could move the cursor or change colours. */
		if (size == 1 && (p[at] < 0x20 || p[at] == 0x7f))
			size = 0;
		if (size == 2 && p[at] == 0xc2 && p[at + 1] < 0xa0)
			size = 0;
		if (size) {
			memcpy(out + used, p + at, size);
			used += size;
			at += size;
		} else {
			used += (size_t)snprintf(out + used, out_bytes - used, "\\x%02x", p[at]);
			at++;
		}
	}
	if (at < text.size && used + 4 <= out_bytes) {
		memcpy(out + used, "...", 3);
		used += 3;
	}
	out[used] = '\0';
	return out;
}
