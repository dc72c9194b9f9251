/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to records, however they arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "frames.h"

/* One record: "'payload' " or "blank " or "!reason'payload' ". */
static void
show(struct buffer *out, const struct frame *frame)
{
	if (frame->kind == MESSAGE_BLANK)
		buffer_add_format(out, "blank ");
	else
		buffer_add_format(out, "%s%s'%.*s' ", frame->kind == MESSAGE_BROKEN ? "!" : "",
		    frame->reason ? frame->reason : "", TEXT_PRINT(frame->payload));
}

/* Feeds the bytes in pieces of `step`; final: the end is the end. */
static void
cut(const struct framing *framing, struct text bytes, size_t step, bool final, struct buffer *out)
{
	size_t start = 0, end = 0, dropped;
	struct framer framer;
	struct frame frame;

	framer_init(&framer, framing);
	for (;;) {
		/* Exactly as long as given, so that a look past it is seen. */
		char *piece = malloc(end - start + 1);
		bool last = final && end == bytes.size;
		bool found;

		memcpy(piece, bytes.data + start, end - start);
		found =
		    framer_next(&framer, (struct text){piece, end - start}, last, &frame, &dropped);
		if (found)
			show(out, &frame);
		start += found ? frame.used : dropped;
		free(piece);
		if (!found && end == bytes.size)
			break;
		if (!found)
			end = end + step < bytes.size ? end + step : bytes.size;
	}
	framer_fini(&framer);
	buffer_add_byte(out, 0);
}

static const struct {
	const char *what;
	enum message_format format;
	const char *bytes;
	size_t limit, lines;
	bool final;
	const char *expected;
} cases[] = {
    {"lines", FORMAT_JSON, "a\nb\n", 10, 9, true, "'a' 'b' "},
    {"carriage returns", FORMAT_JSON, "a\r\nb\r\n", 10, 9, true, "'a' 'b' "},
    {"blank lines", FORMAT_JSON, "\n  \t\r\na\n\n", 10, 9, true, "blank blank 'a' blank "},
    {"an unfinished line waits", FORMAT_JSON, "a\nbc", 10, 9, false, "'a' "},
    {"at the end it is taken", FORMAT_JSON, "a\nbc", 10, 9, true, "'a' 'bc' "},
    {"quotes are nothing to lines", FORMAT_JSON, "\"a\n\"\n", 10, 9, true, "'\"a' '\"' "},
    {"as long as may be", FORMAT_JSON, "12345\n", 5, 9, true, "'12345' "},
    {"as long as may be, with a carriage return", FORMAT_JSON, "12345\r\n", 5, 9, true, "'12345' "},
    {"too long by one", FORMAT_JSON, "123456\nb\n", 5, 9, true, "!record-too-long'12345' 'b' "},
    {"too long by a carriage return", FORMAT_JSON, "12345\r\r\nb\n", 5, 9, true,
	"!record-too-long'12345' 'b' "},
    {"much too long", FORMAT_JSON, "1234567890123456789\nb\n", 5, 9, true,
	"!record-too-long'12345' 'b' "},
    {"too long and unfinished waits", FORMAT_JSON, "1234567890", 5, 9, false, ""},
    {"too long and at the end", FORMAT_JSON, "a\n1234567890", 5, 9, true,
	"'a' !record-too-long'12345' "},

    {"rows", FORMAT_CSV, "a,b\n1,2\r\n", 99, 9, true, "'a,b' '1,2' "},
    {"an empty row is blank", FORMAT_CSV, "a\n\n\r\n \n", 99, 9, true, "'a' blank blank ' ' "},
    {"a quoted line end", FORMAT_CSV, "a,\"b\nc\",d\ne\n", 99, 9, true, "'a,\"b\nc\",d' 'e' "},
    {"a quoted line end with carriage return", FORMAT_CSV, "\"b\r\nc\"\r\ne\r\n", 99, 9, true,
	"'\"b\r\nc\"' 'e' "},
    {"doubled quotes", FORMAT_CSV, "\"a\"\"\n\"\"\",\"\"\nb\n", 99, 9, true,
	"'\"a\"\"\n\"\"\",\"\"' 'b' "},
    {"a quoted last row without line end", FORMAT_CSV, "\"a\nb\"", 99, 9, true, "'\"a\nb\"' "},
    {"the same waits: the quote may be half of two", FORMAT_CSV, "\"a\nb\"", 99, 9, false, ""},
    {"a quoted last row with a carriage return", FORMAT_CSV, "\"a\"\r", 99, 9, true, "'\"a\"' "},
    {"a quote within a value ends with its line", FORMAT_CSV, "5\" pipe,\"x\ny\"\nb\n", 99, 9, true,
	"'5\" pipe,\"x' 'y\"' 'b' "},
    {"a quote behind a space is no opening", FORMAT_CSV, "a, \"b\nc\n", 99, 9, true,
	"'a, \"b' 'c' "},
    {"text behind a closing quote ends with its line", FORMAT_CSV, "\"a\"b,\"c\nd\n", 99, 9, true,
	"'\"a\"b,\"c' 'd' "},
    {"a quote never closed costs one line", FORMAT_CSV, "1,\"a\n2,b\n3,\"c\",d\n4,e\n", 99, 9, true,
	"!csv-malformed'1,\"a' '2,b' '3,\"c\",d' '4,e' "},
    {"a quote never closed, to the end", FORMAT_CSV, "1,\"a\n2,b\n3,c\n", 99, 9, true,
	"!csv-malformed'1,\"a' '2,b' '3,c' "},
    {"a quote never closed, and more may come", FORMAT_CSV, "1,\"a\n2,b\n3,c\n", 99, 9, false, ""},
    {"more lines than a row may span", FORMAT_CSV, "1,\"a\n2\n3\n4\n\",z\nb\n", 99, 3, true,
	"!csv-malformed'1,\"a' '2' '3' '4' !csv-malformed'\",z' 'b' "},
    {"as many lines as a row may span", FORMAT_CSV, "1,\"a\n2\n3\",z\nb\n", 99, 3, true,
	"'1,\"a\n2\n3\",z' 'b' "},
    {"more bytes than a row may have", FORMAT_CSV, "1,\"a\n2345678\n90\"\nb\n", 12, 9, true,
	"!csv-malformed'1,\"a' '2345678' '90\"' 'b' "},
    {"a row too long by one is a line too few", FORMAT_CSV, "\"a\n2345678\"\nb\n", 10, 9, true,
	"!csv-malformed'\"a' '2345678\"' 'b' "},
    {"a row as long as may be", FORMAT_CSV, "\"a\n234567\"\nb\n", 10, 9, true,
	"'\"a\n234567\"' 'b' "},
    {"a line too long in quotes", FORMAT_CSV, "\"34567890123\nb\n", 5, 9, true,
	"!record-too-long'\"3456' 'b' "},
    {"a line too long", FORMAT_CSV, "1,34567890123\nb\n", 5, 9, true,
	"!record-too-long'1,345' 'b' "},
    {"an unfinished quoted line at the end", FORMAT_CSV, "a\n\"b", 99, 9, true,
	"'a' !csv-malformed'\"b' "},
    {"a carriage return alone ends nothing", FORMAT_CSV, "\"a\"\rb\nc\n", 99, 9, true,
	"'\"a\"\rb' 'c' "},
};

static void
cuts_records(void **state)
{
	struct buffer out = {0};
	size_t i, step;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct framing framing = {cases[i].format, ',', cases[i].limit, cases[i].lines};

		for (step = 1; step < 64; step++) {
			out.size = 0;
			cut(&framing, text_of(cases[i].bytes), step, cases[i].final, &out);
			if (strcmp((char *)out.data, cases[i].expected) != 0)
				fail_msg("%s, in pieces of %zu: %s, expected %s", cases[i].what,
				    step, (char *)out.data, cases[i].expected);
		}
	}
	buffer_fini(&out);
}

/* A line of 100 MB passes in pieces and is never held. */
static void
holds_no_more_than_the_limit(void **state)
{
	struct framing framing = {FORMAT_JSON, ',', (size_t)1 << 20, 1};
	size_t size = (size_t)1 << 16, total = 0, held = 0, dropped, i;
	struct buffer window = {0};
	struct framer framer;
	struct frame frame;
	bool found = false;

	framer_init(&framer, &framing);
	for (i = 0; i < 1600; i++, total += size) {
		buffer_reserve(&window, size);
		memset(window.data + window.size, 'x', size);
		window.size += size;
		assert_false(framer_next(&framer, buffer_text(&window), false, &frame, &dropped));
		memmove(window.data, window.data + dropped, window.size - dropped);
		window.size -= dropped;
		held = window.size > held ? window.size : held;
	}
	assert_true(held <= framing.record_bytes_max + size);
	buffer_add(&window, "\nb\n", 3);
	found = framer_next(&framer, buffer_text(&window), false, &frame, &dropped);
	assert_true(found);
	assert_int_equal(frame.kind, MESSAGE_BROKEN);
	assert_int_equal(frame.payload.size, FRAME_KEPT_BYTES);
	assert_int_equal(frame.whole_bytes, total);
	assert_int_equal(frame.used, 1);
	framer_fini(&framer);
	buffer_fini(&window);
}

/* Quotes in the most hostile places cost a few looks at each byte, not one for each row. */
static void
looks_at_bytes_a_few_times(void **state)
{
	static const char *const rows[] = {"1,\"\n", "x\",\"z\n", "\"\"\"x\n", "a,\"\"\"\"\"\n"};
	struct framing framing = {FORMAT_CSV, ',', (size_t)16 << 20, 1000000};
	size_t r, i;

	for (r = 0; r < ARRAY_COUNT(rows); r++) {
		struct buffer bytes = {0};
		struct framer framer;
		struct frame frame;
		size_t at = 0, dropped, count = 0;

		buffer_add_format(&bytes, "1,\"never closed\n");
		for (i = 0; i < 200000; i++)
			buffer_add_format(&bytes, "%s", rows[r]);
		framer_init(&framer, &framing);
		while (framer_next(&framer, (struct text){(char *)bytes.data + at, bytes.size - at},
		    true, &frame, &dropped)) {
			at += frame.used;
			count++;
		}
		assert_int_equal(at, bytes.size);
		assert_true(count > 1000);
		framer_fini(&framer);
		buffer_fini(&bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cuts_records),
	    cmocka_unit_test(holds_no_more_than_the_limit),
	    cmocka_unit_test(looks_at_bytes_a_few_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
