/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a name or a sentence holds, a line of the exposition stays one line of the format. */
#include "exposition.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void
a_label_and_a_value_are_written_as_the_format_wants(void **state)
{
	static const struct {
		const char *label;
		double value;
		const char *line;
	} cases[] = {
	    {"orders/0", 12, "m{partition=\"orders/0\"} 12\n"},
	    {"", 0.5, "m{partition=\"\"} 0.5\n"},
	    {"a\"b\\c", 1e300, "m{partition=\"a\\\"b\\\\c\"} 1e+300\n"},
	    {"two\nlines", 9007199254740991, "m{partition=\"two\\\\x0alines\"} 9007199254740991\n"},
	    {"not\xffutf8", -1, "m{partition=\"not\\\\xffutf8\"} -1\n"},
	    {"gr\xc3\xbc\xc3\x9f", (double)INFINITY, "m{partition=\"gr\xc3\xbc\xc3\x9f\"} +Inf\n"},
	    {"x", -(double)INFINITY, "m{partition=\"x\"} -Inf\n"},
	    {"x", (double)NAN, "m{partition=\"x\"} NaN\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		const struct sample_label labels[] = {{"partition", cases[i].label}, {NULL, NULL}};
		struct buffer out = {0};

		exposition_sample("m", "", labels, cases[i].value, &out);
		buffer_add_byte(&out, 0);
		assert_string_equal((char *)out.data, cases[i].line);
		buffer_fini(&out);
	}
}

static void
two_names_that_are_too_long_stay_two(void **state)
{
	char one[1001], other[1001];
	struct sample_label labels[] = {{"p", one}, {NULL, NULL}};
	struct buffer first = {0}, second = {0};

	(void)state;
	memset(one, 'x', 1000);
	one[1000] = '\0';
	memcpy(other, one, sizeof(one));
	other[999] = 'y';
	exposition_sample("m", "", labels, 1, &first);
	labels[0].value = other;
	exposition_sample("m", "", labels, 1, &second);
	assert_true(first.size < 2 * EXPOSITION_LABEL_BYTES);
	assert_false(text_equal(buffer_text(&first), buffer_text(&second)));
	buffer_fini(&first);
	buffer_fini(&second);
}

static void
help_is_one_line_and_keeps_its_quotes(void **state)
{
	struct buffer out = {0};

	(void)state;
	exposition_head("m_total", METRIC_COUNTER, "a \"word\"\nand \\", &out);
	buffer_add_byte(&out, 0);
	assert_string_equal(
	    (char *)out.data, "# HELP m_total a \"word\"\\nand \\\\\n# TYPE m_total counter\n");
	buffer_fini(&out);
}

static void
a_name_holds_letters_digits_and_underscores(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = {{"registry_errors_total", true}, {"_x9", true}, {"", false}, {"9x", false},
	    {"a-b", false}, {"a b", false}, {"a\"", false}, {"gr\xc3\xbc", false}};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++)
		assert_int_equal(exposition_name_good(cases[i].name), cases[i].good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_label_and_a_value_are_written_as_the_format_wants),
	    cmocka_unit_test(two_names_that_are_too_long_stay_two),
	    cmocka_unit_test(help_is_one_line_and_keeps_its_quotes),
	    cmocka_unit_test(a_name_holds_letters_digits_and_underscores),
	};

	return cmocka_run_group_tests_name("exposition", tests, NULL, NULL);
}
