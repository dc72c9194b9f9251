/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A borrowed run of bytes: a name, a payload, a cell. Not NUL-terminated;
 * {NULL, 0} is absent, {"", 0} is present and empty. Print with
 * "%.*s", TEXT_PRINT(text).
 */
#ifndef DYETRACE_BASE_TEXT_H
#define DYETRACE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	const char *data;
	size_t size; /* bytes */
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})
#define TEXT_NONE ((struct text){NULL, 0})
#define TEXT_PRINT(text) (int)(text).size, (text).data ? (text).data : ""

static inline struct text
text_of(const char *terminated)
{
	return (struct text){terminated, terminated ? strlen(terminated) : 0};
}

/* The bits in which the 8 (4) bytes at a and b differ. */
static inline uint64_t
text_differ8(const char *a, const char *b)
{
	uint64_t x, y;

	memcpy(&x, a, 8);
	memcpy(&y, b, 8);
	return x ^ y;
}

static inline uint32_t
text_differ4(const char *a, const char *b)
{
	uint32_t x, y;

	memcpy(&x, a, 4);
	memcpy(&y, b, 4);
	return x ^ y;
}

/* 0..255 of the size and three bytes: tells most names of one record or source apart. */
static inline unsigned
text_mark(struct text text)
{
	uint32_t mix = (uint32_t)text.size;

	if (text.size)
		mix |= (uint32_t)(unsigned char)text.data[0] << 8 |
		    (uint32_t)(unsigned char)text.data[text.size - 1] << 16 |
		    (uint32_t)(unsigned char)text.data[text.size / 2] << 24;
	return mix * 0x9e3779b1u >> 24;
}

/* Names are short, and a call of memcmp() costs more than looking at two words that overlap. */
static inline bool
text_equal(struct text a, struct text b)
{
	size_t size = a.size;

	if (size != b.size)
		return false;
	if (size > 16)
		return memcmp(a.data, b.data, size) == 0;
	if (size >= 8)
		return !(text_differ8(a.data, b.data) |
		    text_differ8(a.data + size - 8, b.data + size - 8));
	if (size >= 4)
		return !(text_differ4(a.data, b.data) |
		    text_differ4(a.data + size - 4, b.data + size - 4));
	return !size ||
	    (a.data[0] == b.data[0] && a.data[size / 2] == b.data[size / 2] &&
		a.data[size - 1] == b.data[size - 1]);
}

static inline bool
text_is(struct text a, const char *terminated)
{
	return text_equal(a, text_of(terminated));
}

/* Bytewise order, the shorter first where one starts the other. */
static inline int
text_compare(struct text a, struct text b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size ? memcmp(a.data, b.data, size) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool text_is_utf8(struct text text);
/* How many bytes at its beginning are: text.size, or where the first bad byte is. */
size_t text_utf8_size(struct text text);

/*
 * Writes text as it may be shown on a terminal or in a log: control characters,
 * bytes that are no UTF-8, and everything past `limit` source bytes are
 * replaced by \xNN or "...". Returns out.
 */
const char *text_show(struct text text, size_t limit, char *out, size_t out_bytes);

#endif
