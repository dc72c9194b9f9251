/* SPDX-License-Identifier: Apache-2.0 */
/* Escapes in strings. Source: RFC 8259 section 7. */
#include "json_token.h"

/* Four hex digits, -1 if they are none. */
static int
hex4(const char *p, const char *end)
{
	int value = 0, i;

	if (end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		char low = (char)(p[i] | 0x20);

		if (json_is_digit(p[i]))
			value = value << 4 | (p[i] - '0');
		else if (low >= 'a' && low <= 'f')
			value = value << 4 | (low - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* Source: RFC 3629 section 3. */
static char *
put_utf8(char *out, unsigned code)
{
	unsigned shift = code < 0x80 ? 0 : code < 0x800 ? 6 : code < 0x10000 ? 12 : 18;
	static const unsigned char lead[] = {[0] = 0, [6] = 0xc0, [12] = 0xe0, [18] = 0xf0};

	*out++ = (char)(lead[shift] | code >> shift);
	while (shift) {
		shift -= 6;
		*out++ = (char)(0x80 | (code >> shift & 0x3f));
	}
	return out;
}

static bool
is_high(int code)
{
	return code >= 0xd800 && code <= 0xdbff;
}

static bool
is_low(int code)
{
	return code >= 0xdc00 && code <= 0xdfff;
}

/* *p stands at "\u"; a high surrogate takes along the low one that must follow. */
static bool
unicode(const char **p, const char *end, char **out, struct json_mistake *mistake)
{
	const char *start = *p;
	int code = hex4(start + 2, end), low = -1;

	if (code < 0)
		return json_mistaken(mistake, JSON_SYNTAX, "\\u without four hex digits", start);
	if (code == 0)
		return json_mistaken(mistake, JSON_NUL, "a NUL (\\u0000)", start);
	*p += 6;
	if (is_high(code) && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u')
		low = hex4(*p + 2, end);
	if (is_low(code) || (is_high(code) && !is_low(low)))
		return json_mistaken(mistake, JSON_NOT_UTF8, "half of a surrogate pair", start);
	if (is_high(code)) {
		*p += 6;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	*out = put_utf8(*out, (unsigned)code);
	return true;
}

/* '\0' of an unknown one */
static char
simple_escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return '\0';
	}
}

/* A backslash is never the last byte: it would have escaped the closing quote. */
static bool
escape(const char **p, const char *end, char **out, struct json_mistake *mistake)
{
	char c;

	if ((*p)[1] == 'u')
		return unicode(p, end, out, mistake);
	c = simple_escape((*p)[1]);
	if (!c)
		return json_mistaken(mistake, JSON_SYNTAX, "an unknown escape", *p);
	*(*out)++ = c;
	*p += 2;
	return true;
}

bool
json_unescape(struct text *text, struct arena *arena, struct json_mistake *mistake)
{
	const char *p = text->data, *end = p + text->size, *stop;
	/* No escape is shorter than what it stands for. */
	char *start = arena_get(arena, text->size), *out = start;

	while ((stop = memchr(p, '\\', (size_t)(end - p)))) {
		memcpy(out, p, (size_t)(stop - p));
		out += stop - p;
		p = stop;
		if (!escape(&p, end, &out, mistake))
			return false;
	}
	memcpy(out, p, (size_t)(end - p));
	out += end - p;
	arena_trim(arena, start, text->size, (size_t)(out - start));
	*text = (struct text){start, (size_t)(out - start)};
	return true;
}
