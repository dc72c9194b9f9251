/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How wide characters are: as the C library's wcwidth() says, which terminals go
 * by, in the one locale that is everywhere. The program's own locale stays unset.
 */
#include "cli/screen.h"

#include <locale.h>
#include <wchar.h>

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

/* Never freed: one for the process. (locale_t)0 if there is none: then a character is one wide. */
static locale_t
character_locale(void)
{
	static locale_t locale;
	static bool tried;

	if (!tried) {
		tried = true;
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	}
	return locale;
}

size_t
text_columns(struct text text)
{
	locale_t locale = character_locale(), before = uselocale(locale);
	size_t at, size, columns = 0;

	for (at = 0; at < text.size; at += size) {
		uint32_t point =
		    decode((const unsigned char *)text.data + at, text.size - at, &size);
		int width = point < 0x7f || !locale ? 1 : wcwidth((wchar_t)point);

		columns += width < 0 ? 1 : (size_t)width;
	}
	uselocale(before);
	return columns;
}
