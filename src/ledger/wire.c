/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken from bytes that nobody vouches for. */
#include "wire.h"

#include <assert.h>

static_assert(sizeof(double) == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "doubles are written as they stand in memory");

int64_t
take_long_of_many(struct reader *reader)
{
	const uint8_t *start = reader->next;
	int64_t value = reader_long(reader);

	/* A last byte of 0 adds nothing: the shortest form has none. */
	if (!reader->bad && reader->next - start > 1 && !reader->next[-1])
		reader->bad = true;
	return reader->bad ? 0 : value;
}

bool
take_boolean(struct reader *reader)
{
	struct text byte = reader_take(reader, 1);

	if (!byte.data)
		return false;
	if (byte.data[0] != 0 && byte.data[0] != 1)
		reader->bad = true;
	return byte.data[0] == 1;
}

double
take_double(struct reader *reader)
{
	struct text eight = reader_take(reader, 8);
	double number = 0;

	if (eight.data)
		memcpy(&number, eight.data, 8);
	return number;
}

struct text
take_string(struct reader *reader)
{
	uint64_t size = take_count(reader, reader_left(reader));
	struct text text = reader_take(reader, size);

	if (!text_is_utf8(text))
		reader->bad = true;
	return reader->bad ? TEXT_NONE : text;
}

struct text
take_optional_string(struct reader *reader)
{
	return take_branch(reader, 2) == OPTION_SOME ? take_string(reader) : TEXT_NONE;
}

/* Length of the well-formed sequence at the start, 0 if there is none. */
static size_t
sequence(const char *p, size_t left)
{
	size_t size;

	for (size = 1; size <= 4 && size <= left; size++)
		if (text_is_utf8((struct text){p, size}))
			return size;
	return 0;
}

static struct text
escape(struct text text, struct arena *arena)
{
	static const char digits[] = "0123456789abcdef";
	char *copy = arena_get(arena, text.size * 4), *out = copy;
	size_t at = 0, size;

	while (at < text.size) {
		size = sequence(text.data + at, text.size - at);
		if (size) {
			memcpy(out, text.data + at, size);
			out += size;
		} else {
			*out++ = '\\';
			*out++ = 'x';
			*out++ = digits[(uint8_t)text.data[at] >> 4];
			*out++ = digits[text.data[at] & 15];
			size = 1;
		}
		at += size;
	}
	return (struct text){copy, (size_t)(out - copy)};
}

struct text
recorded_text(struct text text, struct arena *arena)
{
	if (!text.data || text_is_utf8(text))
		return text;
	return escape(text, arena);
}
