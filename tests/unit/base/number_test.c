/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/json_print.h"
#include "base/timestamp.h"

static void
numbers_have_no_more_digits_than_they_need(void **state)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = {
	    {0, "0"},
	    {5, "5"},
	    {-3, "-3"},
	    {0.1, "0.1"},
	    {0.1 + 0.2, "0.30000000000000004"},
	    {-0.25, "-0.25"},
	    {12.5, "12.5"},
	    {1e300, "1e+300"},
	    {5e-324, "5e-324"},
	    {1.0 / 3, "0.3333333333333333"},
	    {9007199254740992.0, "9007199254740992"},
	    {123456789.123456789, "123456789.12345679"},
	};
	char text[NUMBER_BYTES];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++)
		assert_string_equal(number_text(cases[i].number, text), cases[i].text);
}

static void
every_number_reads_back(void **state)
{
	char text[NUMBER_BYTES];
	uint64_t bits = 88172645463325252u;
	double number;
	int i;

	for (i = 0; i < 100000; i++) {
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&number, &bits, sizeof(number));
		if (number - number != 0)
			continue;
		assert_true(strtod(number_text(number, text), NULL) == number);
	}
}

static void
documents_are_written_as_jansson_does_but_for_reals(void **state)
{
	static const struct {
		const char *text;
		int indent;
		const char *printed;
	} cases[] = {
	    {"{\"b\":0.1,\"a\":[1,2.0,-0.0,1e300],\"c\":{},\"d\":[]}", 0,
		"{\"b\":0.1,\"a\":[1,2.0,-0.0,1e+300],\"c\":{},\"d\":[]}"},
	    {"{\"b\":[true,null],\"a\":{\"x\":\"\\\"é\\n\"}}", 2,
		"{\n  \"b\": [\n    true,\n    null\n  ],\n  \"a\": {\n    \"x\": \"\\\"é\\n\"\n  "
		"}\n}"},
	    {"\"t\"", 2, "\"t\""},
	    {"0.3", 0, "0.3"},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		json_t *value = json_loads(cases[i].text, JSON_DECODE_ANY, NULL);
		struct buffer out = {0};

		json_print(value, cases[i].indent, &out);
		buffer_add_byte(&out, 0);
		assert_string_equal((char *)out.data, cases[i].printed);
		buffer_fini(&out);
		json_decref(value);
	}
}

static void
pieces_of_lines_are_json(void **state)
{
	static const struct {
		struct text text;
		const char *printed;
	} cases[] = {
	    {{NULL, 0}, "null"},
	    {{"", 0}, "\"\""},
	    {{"caf\xc3\xa9 \"x\" \\", 11}, "\"caf\xc3\xa9 \\\"x\\\" \\\\\""},
	    {{"a\nb\tc\rd\x01\x7f", 9}, "\"a\\nb\\tc\\rd\\u0001\\u007f\""},
	    {{"\0", 1}, "\"\\u0000\""},
	    {{"a\xff\xc3", 3}, "\"a\\\\xff\\\\xc3\""},
	    {{"\xffzzzzzzzzzzzz\xc3\xa9", 15}, "\"\\\\xffzzzzzzzzzzzz\xc3\xa9\""},
	};
	struct buffer out = {0};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		out.size = 0;
		json_print_text(cases[i].text, &out);
		buffer_add_byte(&out, 0);
		assert_string_equal((char *)out.data, cases[i].printed);
	}
	out.size = 0;
	json_print_number(0.1, &out);
	json_print_number(NAN, &out);
	json_print_number(-5, &out);
	buffer_add_byte(&out, 0);
	assert_string_equal((char *)out.data, "0.1null-5");
	buffer_fini(&out);
}

static void
periods_read_as_people_say_them(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
	    {86400000, "day"},
	    {7 * 86400000LL, "7 days"},
	    {3600000, "hour"},
	    {36 * 3600000LL, "36 h"},
	    {60000, "minute"},
	    {90 * 60000, "90 min"},
	    {1000, "second"},
	    {45000, "45 s"},
	    {1500, "1500 ms"},
	};
	char text[TIMESTAMP_TEXT_BYTES];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++)
		assert_string_equal(period_text(cases[i].ms, text), cases[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_have_no_more_digits_than_they_need),
	    cmocka_unit_test(every_number_reads_back),
	    cmocka_unit_test(documents_are_written_as_jansson_does_but_for_reals),
	    cmocka_unit_test(pieces_of_lines_are_json),
	    cmocka_unit_test(periods_read_as_people_say_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
