/* SPDX-License-Identifier: Apache-2.0 */
/* CSV records by a mapping. */
#include "decoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct csv_case {
	const char *row, *expected;
};

static void
check_all(const char *mapping, const char *header, const struct csv_case *cases, size_t count)
{
	struct decoding decoding;
	size_t i;

	decoding_open(&decoding, FORMAT_CSV, mapping, NULL);
	decoding_header(&decoding, text_of(header));
	for (i = 0; i < count; i++)
		assert_string_equal(
		    decoding_one(&decoding, text_of(cases[i].row)), cases[i].expected);
	decoding_close(&decoding);
}

#define SIMPLE "dataset: {value: d}\ntime: 't:time'\nid: id\nactor: {field: who, default: nobody}\n"

static void
rows_are_split(void **state)
{
	static const struct csv_case cases[] = {
	    {"1,2016-02-29,anna", "2016-02-29T00:00:00Z d id=1 actor=anna []"},
	    {"1,2016-02-29,anna\r", "2016-02-29T00:00:00Z d id=1 actor=anna []"},
	    {"1,2016-02-29,", "2016-02-29T00:00:00Z d id=1 actor=nobody []"},
	    {",2016-02-29,\"\"", "2016-02-29T00:00:00Z d actor=nobody []"},
	    {"\"1\",\"2016-02-29\",\"a,b\"", "2016-02-29T00:00:00Z d id=1 actor=a,b []"},
	    {"\"a \"\"b\"\"\",2016-02-29,\"x\ny\"\r",
		"2016-02-29T00:00:00Z d id=a \"b\" actor=x\ny []"},
	    {"\"\"\"\",2016-02-29,\"\"\"\"\"\"", "2016-02-29T00:00:00Z d id=\" actor=\"\" []"},
	    {"1 , 2016-02-29,a",
		"quarantined: time-unreadable: time: field t:time: a year of four digits expected "
		"at "
		"character 1"},
	    {"1,2016-02-29,\xc3\xa9", "2016-02-29T00:00:00Z d id=1 actor=\xc3\xa9 []"},
	    {"1,2016-02-29", "quarantined: csv-columns: 2 columns; the header names 3"},
	    {"1,2016-02-29,a,", "quarantined: csv-columns: 4 columns; the header names 3"},
	    {"", "quarantined: csv-columns: 1 columns; the header names 3"},
	    {"1,2016-02-29,\"anna",
		"quarantined: csv-malformed: the quote that opens column 3 is never closed"},
	    {"1,2016-02-29,\"",
		"quarantined: csv-malformed: the quote that opens column 3 is never closed"},
	    {"1,2016-02-29,\"a\"\"",
		"quarantined: csv-malformed: the quote that opens column 3 is never closed"},
	    {"\"1\"2,2016-02-29,a",
		"quarantined: csv-malformed: text behind the closing quote of column 1"},
	    {"1,2016-02-29,a\"b",
		"quarantined: csv-malformed: a quote inside column 3, which does not begin with "
		"one"},
	    {"1,2016-02-29, \"b\"",
		"quarantined: csv-malformed: a quote inside column 3, which does not begin with "
		"one"},
	    {"1,2016-02-29,\xff", "quarantined: not-utf8: bytes that are not UTF-8 at byte 14"},
	    {"1,,a", "quarantined: required-field-missing: time: field t:time is empty"},
	};

	check_all(SIMPLE, "id,t:time,who", cases, ARRAY_COUNT(cases));
}

static void
a_nul_is_refused(void **state)
{
	struct decoding decoding;

	decoding_open(&decoding, FORMAT_CSV, SIMPLE, NULL);
	decoding_header(&decoding, TEXT("id,t:time,who"));
	assert_string_equal(decoding_one(&decoding, TEXT("1,2016-02-29,a\0b")),
	    "quarantined: nul-in-text: a NUL at byte 15");
	decoding_close(&decoding);
}

static void
headers_name_columns(void **state)
{
	static const struct {
		const char *header, *row, *expected;
	} cases[] = {
	    {"\xef\xbb\xbfid,t:time,who\r", "1,2016-02-29,a",
		"2016-02-29T00:00:00Z d id=1 actor=a []"},
	    {"who,\"id\",x,x,\"t:time\"", "a,1,2,3,2016-02-29",
		"2016-02-29T00:00:00Z d id=1 actor=a []"},
	    {"id,t:time", "1,2016-02-29", "2016-02-29T00:00:00Z d id=1 actor=nobody []"},
	    {"id,t:tme,who", "1,2016-02-29,a",
		"quarantined: csv-header: no column is named t:time; did you mean t:tme?"},
	    {"number,t:time,who", "1,2016-02-29,a",
		"quarantined: csv-header: no column is named id"},
	    {"id,t:time,id", "1,2016-02-29,a",
		"quarantined: csv-header: columns 1 and 3 are both named id"},
	    {"id,t:time,\"who", "1,2016-02-29,a",
		"quarantined: csv-header: the quote that opens column 3 is never closed"},
	};
	struct decoding decoding;
	size_t i, round;

	decoding_open(&decoding, FORMAT_CSV, SIMPLE, NULL);
	/* Twice, since plans are kept. */
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		decoding_header(&decoding, text_of(cases[i].header));
		for (round = 0; round < 2; round++)
			assert_string_equal(
			    decoding_one(&decoding, text_of(cases[i].row)), cases[i].expected);
	}
	decoding_close(&decoding);
}

static void
many_headers_take_turns(void **state)
{
	struct decoding decoding;
	int i;

	decoding_open(&decoding, FORMAT_CSV, SIMPLE, NULL);
	for (i = 0; i < 1000; i++) {
		decoding.schema.id = 2 + (uint64_t)i * 7 % 150;
		decoding.schema.text =
		    decoding.schema.id % 2 ? TEXT("id,t:time,who") : TEXT("t:time,who,id");
		assert_string_equal(
		    decoding_one(&decoding,
			decoding.schema.id % 2 ? TEXT("1,2016-02-29,a") : TEXT("2016-02-29,a,1")),
		    "2016-02-29T00:00:00Z d id=1 actor=a []");
	}
	decoding_close(&decoding);
}

static void
columns_may_have_no_names(void **state)
{
	struct decoding decoding;

	decoding_open(
	    &decoding, FORMAT_CSV, "dataset: {value: d}\ntime: '2'\nid: '1'\nactor: '4'\n", NULL);
	assert_string_equal(
	    decoding_one(&decoding, TEXT("1,2016-02-29")), "2016-02-29T00:00:00Z d id=1 []");
	assert_string_equal(decoding_one(&decoding, TEXT("1,2016-02-29,x,a")),
	    "2016-02-29T00:00:00Z d id=1 actor=a []");
	assert_string_equal(decoding_one(&decoding, TEXT("1")),
	    "quarantined: required-field-missing: time: field 2 is absent");
	/* So the file source says that there is no header. */
	decoding_header(&decoding, TEXT(""));
	assert_string_equal(
	    decoding_one(&decoding, TEXT("1,2016-02-29")), "2016-02-29T00:00:00Z d id=1 []");
	decoding_close(&decoding);
}

static void
delimiters_differ(void **state)
{
	struct decoding decoding;

	decoding_open(&decoding, FORMAT_CSV, SIMPLE, NULL);
	decoding.schema.delimiter = ';';
	decoding_header(&decoding, TEXT("id;t:time;who"));
	assert_string_equal(decoding_one(&decoding, TEXT("1;2016-02-29;a,b")),
	    "2016-02-29T00:00:00Z d id=1 actor=a,b []");
	decoding_close(&decoding);
}

/* What reads as a number of JSON is one; the rest stays text. */
static void
values_are_numbers_or_text(void **state)
{
	static const struct csv_case cases[] = {
	    {"2016-02-29,5,4", "2016-02-29T00:00:00Z d [n 4 -> 5]"},
	    {"2016-02-29,-5.50,4", "2016-02-29T00:00:00Z d [n 4 -> -5.5d]"},
	    {"2016-02-29,1e3,0", "2016-02-29T00:00:00Z d [n 0 -> 1000d]"},
	    {"2016-02-29,007,0", "2016-02-29T00:00:00Z d [n 0 -> '007']"},
	    {"2016-02-29,+7,0", "2016-02-29T00:00:00Z d [n 0 -> '+7']"},
	    {"2016-02-29,7 ,0", "2016-02-29T00:00:00Z d [n 0 -> '7 ']"},
	    {"2016-02-29,.5,0", "2016-02-29T00:00:00Z d [n 0 -> '.5']"},
	    {"2016-02-29,true,0", "2016-02-29T00:00:00Z d [n 0 -> 'true']"},
	    {"2016-02-29,9223372036854775807,0",
		"2016-02-29T00:00:00Z d [n 0 -> 9223372036854775807]"},
	    {"2016-02-29,9223372036854775808,0",
		"2016-02-29T00:00:00Z d [n 0 -> '9223372036854775808']"},
	    {"2016-02-29,1e999,0", "2016-02-29T00:00:00Z d [n 0 -> '1e999']"},
	    {"2016-02-29,5,5", "2016-02-29T00:00:00Z d []"},
	    {"2016-02-29,5.0,5", "2016-02-29T00:00:00Z d [n 5 -> 5d]"},
	    {"2016-02-29,5,", "2016-02-29T00:00:00Z d [n null -> 5]"},
	    {"2016-02-29,,5", "2016-02-29T00:00:00Z d [n 5 -> null]"},
	    {"2016-02-29,,", "2016-02-29T00:00:00Z d []"},
	};
	static const struct csv_case absent_cases[] = {
	    {"2016-02-29,,5", "2016-02-29T00:00:00Z d []"},
	    {"2016-02-29,5,", "2016-02-29T00:00:00Z d [n null -> 5]"},
	};

	check_all(
	    "dataset: {value: d}\ntime: t\nchanges: {new: [n], old-prefix: old_, empty: null}\n",
	    "t,n,old_n", cases, ARRAY_COUNT(cases));
	check_all(
	    "dataset: {value: d}\ntime: t\nchanges: {new: [n], old-prefix: old_, empty: absent}\n",
	    "t,n,old_n", absent_cases, ARRAY_COUNT(absent_cases));
	check_all("dataset: {value: d}\ntime: t\nchanges: {new: [n], old-prefix: old_}\n",
	    "t,n,old_n", absent_cases, ARRAY_COUNT(absent_cases));
}

static void
old_values_may_be_unknown(void **state)
{
	static const struct csv_case cases[] = {
	    {"2016-02-29,5,x", "2016-02-29T00:00:00Z d [n null -> 5, m null -> 'x']"},
	    {"2016-02-29,,x", "2016-02-29T00:00:00Z d [m null -> 'x']"},
	};

	check_all("dataset: {value: d}\ntime: t\nchanges: {new: [n, m]}\n", "t,n,m", cases,
	    ARRAY_COUNT(cases));
}

static void
unix_times_are_text_too(void **state)
{
	static const struct csv_case cases[] = {
	    {"1456709025678", "2016-02-29T01:23:45.678Z d []"},
	    {"1456709025678.9",
		"quarantined: time-unreadable: time: field t: the end expected at character 14"},
	};

	check_all("dataset: {value: d}\ntime: {field: t, format: unix-ms}\n", "t", cases,
	    ARRAY_COUNT(cases));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_split),
	    cmocka_unit_test(a_nul_is_refused),
	    cmocka_unit_test(headers_name_columns),
	    cmocka_unit_test(many_headers_take_turns),
	    cmocka_unit_test(columns_may_have_no_names),
	    cmocka_unit_test(delimiters_differ),
	    cmocka_unit_test(values_are_numbers_or_text),
	    cmocka_unit_test(old_values_may_be_unknown),
	    cmocka_unit_test(unix_times_are_text_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
