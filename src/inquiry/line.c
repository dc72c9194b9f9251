/* SPDX-License-Identifier: Apache-2.0 */
#include "line.h"

#include "base/digest.h"
#include "base/json_print.h"

static void
add_key(struct line *line, const char *key)
{
	if (line->comma)
		buffer_add_byte(&line->text, ',');
	line->comma = true;
	if (key)
		buffer_add_format(&line->text, "\"%s\":", key);
}

void
line_open(struct line *line, const char *key, char bracket)
{
	add_key(line, key);
	buffer_add_byte(&line->text, (uint8_t)bracket);
	line->comma = false;
}

void
line_close(struct line *line, char bracket)
{
	buffer_add_byte(&line->text, (uint8_t)bracket);
	line->comma = true;
}

void
line_text(struct line *line, const char *key, struct text text)
{
	add_key(line, key);
	json_print_text(text, &line->text);
}

void
line_long(struct line *line, const char *key, int64_t number)
{
	add_key(line, key);
	buffer_add_format(&line->text, "%lld", (long long)number);
}

void
line_number(struct line *line, const char *key, double number)
{
	add_key(line, key);
	json_print_number(number, &line->text);
}

void
line_true(struct line *line, const char *key, bool truth)
{
	add_key(line, key);
	buffer_add_text(&line->text, truth ? TEXT("true") : TEXT("false"));
}

void
line_null(struct line *line, const char *key)
{
	line_text(line, key, TEXT_NONE);
}

void
line_hex(struct line *line, const char *key, const void *bytes, size_t size)
{
	char hex[2 * SHA256_BYTES + 1];

	line_text(line, key, text_of(digest_hex(bytes, size, hex)));
}
