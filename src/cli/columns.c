/* SPDX-License-Identifier: Apache-2.0 */
/* How wide characters are. */
#include "cli/screen.h"

struct range {
	uint32_t first, last;
};

/* Ascending; the blocks that occur in names, not every last historic script. */
static const struct range narrow[] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
    {0x0610, 0x061a}, {0x064b, 0x065f}, {0x06d6, 0x06dc}, {0x0900, 0x0902}, {0x093c, 0x093c},
    {0x0941, 0x0948}, {0x094d, 0x094d}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x2064},
    {0x20d0, 0x20f0}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};
static const struct range wide[] = {{0x1100, 0x115f}, {0x231a, 0x231b}, {0x2e80, 0x303e},
    {0x3041, 0x33ff}, {0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0xa000, 0xa4cf}, {0xa960, 0xa97c},
    {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff01, 0xff60}, {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

static bool
within(uint32_t point, const struct range *ranges, size_t count)
{
	size_t i;

	for (i = 0; i < count && ranges[i].first <= point; i++)
		if (point <= ranges[i].last)
			return true;
	return false;
}

/* The code point at p and its bytes; a stray byte is U+FFFD of one byte. */
static uint32_t
decode(const unsigned char *p, size_t left, size_t *size)
{
	uint32_t point;
	size_t i;

	*size = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (*size > left || !text_is_utf8((struct text){(const char *)p, *size})) {
		*size = 1;
		return 0xfffd;
	}
	point = *size == 1 ? p[0] : p[0] & (0xffu >> (*size + 1));
	for (i = 1; i < *size; i++)
		point = point << 6 | (p[i] & 0x3f);
	return point;
}

size_t
text_columns(struct text text)
{
	size_t at, size, columns = 0;

	for (at = 0; at < text.size; at += size) {
		uint32_t point =
		    decode((const unsigned char *)text.data + at, text.size - at, &size);

		if (within(point, wide, ARRAY_COUNT(wide)))
			columns += 2;
		else
			columns += !within(point, narrow, ARRAY_COUNT(narrow));
	}
	return columns;
}
