/* SPDX-License-Identifier: Apache-2.0 */
/* Containers and reals are ours, the rest jansson's. */
#include "base/json_print.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

static int
append(const char *data, size_t size, void *out)
{
	buffer_add(out, data, size);
	return 0;
}

/* With a point or an exponent, so that it is read as a real again. */
static void
print_real(double number, struct buffer *out)
{
	char text[NUMBER_BYTES];

	number_text(number, text);
	buffer_add_format(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void
print_break(int indent, int depth, struct buffer *out)
{
	if (indent)
		buffer_add_format(out, "\n%*s", indent * depth, "");
}

static void print_value(const json_t *value, int indent, int depth, struct buffer *out);

static void
print_object(json_t *object, int indent, int depth, struct buffer *out)
{
	const char *key, *comma = "";
	json_t *name, *member;

	json_object_foreach(object, key, member)
	{
		buffer_add_format(out, "%s", comma);
		print_break(indent, depth + 1, out);
		name = json_string(key);
		print_value(name, 0, 0, out);
		json_decref(name);
		buffer_add_format(out, indent ? ": " : ":");
		print_value(member, indent, depth + 1, out);
		comma = ",";
	}
}

static void
print_array(const json_t *array, int indent, int depth, struct buffer *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		if (i)
			buffer_add_byte(out, ',');
		print_break(indent, depth + 1, out);
		print_value(item, indent, depth + 1, out);
	}
}

static void
print_value(const json_t *value, int indent, int depth, struct buffer *out)
{
	bool object = json_is_object(value);
	size_t count = object ? json_object_size(value) : json_array_size(value);

	if (json_is_real(value)) {
		print_real(json_real_value(value), out);
		return;
	}
	if (!object && !json_is_array(value)) {
		json_dump_callback(value, append, out, JSON_ENCODE_ANY);
		return;
	}
	buffer_add_byte(out, object ? '{' : '[');
	if (object)
		print_object((json_t *)value, indent, depth, out);
	else
		print_array(value, indent, depth, out);
	if (count)
		print_break(indent, depth, out);
	buffer_add_byte(out, object ? '}' : ']');
}

void
json_print(const json_t *value, int indent, struct buffer *out)
{
	print_value(value, indent, 0, out);
}

/* One byte that a string may not hold as it is. */
static void
print_escape(unsigned char byte, struct buffer *out)
{
	static const char names[] = {
	    ['"'] = '"', ['\\'] = '\\', ['\n'] = 'n', ['\t'] = 't', ['\r'] = 'r'};

	if (byte >= 0x80)
		buffer_add_format(out, "\\\\x%02x", byte);
	else if (byte < sizeof(names) && names[byte])
		buffer_add_format(out, "\\%c", names[byte]);
	else
		buffer_add_format(out, "\\u%04x", byte);
}

static bool
is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f;
}

void
json_print_text(struct text text, struct buffer *out)
{
	size_t at = 0, good = 0, i;

	if (!text.data) {
		buffer_add(out, "null", 4);
		return;
	}
	buffer_add_byte(out, '"');
	while (at < text.size) {
		/* Up to good it is UTF-8; a byte there that is not plain is ASCII, the one at it is none. */
		if (at >= good)
			good = at + text_utf8_size((struct text){text.data + at, text.size - at});
		for (i = at; i < good && is_plain((unsigned char)text.data[i]);)
			i++;
		buffer_add(out, text.data + at, i - at);
		if (i < text.size)
			print_escape((unsigned char)text.data[i++], out);
		at = i;
	}
	buffer_add_byte(out, '"');
}

void
json_print_number(double number, struct buffer *out)
{
	char text[NUMBER_BYTES];

	if (isfinite(number))
		buffer_add_text(out, text_of(number_text(number, text)));
	else
		buffer_add(out, "null", 4);
}
