/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>

#define CLOCK "2016-02-29T01:23"

struct parse_case {
	const char *text;
	enum timestamp_format format;
	const char *pattern;
	int zone_minutes;
	const char *expected; /* the time as timestamp_text() writes it, or the error's sentence */
};

static const struct parse_case parse_cases[] = {
    /* ISO 8601, the quick way and the slow one */
    {CLOCK, TIMESTAMP_ISO8601, NULL, 0, "2016-02-29T01:23:00Z"},
    {"2016-02-29 01:23", TIMESTAMP_ISO8601, NULL, 0, "2016-02-29T01:23:00Z"},
    {"2016-02-29T01:23:45", TIMESTAMP_ISO8601, NULL, 0, "2016-02-29T01:23:45Z"},
    {"2016-02-29T01:23:45Z", TIMESTAMP_ISO8601, NULL, 60, "2016-02-29T01:23:45Z"},
    {"2016-02-29t01:23:45z", TIMESTAMP_ISO8601, NULL, 60, "2016-02-29T01:23:45Z"},
    {"2016-02-29T01:23:45.6", TIMESTAMP_ISO8601, NULL, 0, "2016-02-29T01:23:45.600Z"},
    {"2016-02-29T01:23:45,678", TIMESTAMP_ISO8601, NULL, 0, "2016-02-29T01:23:45.678Z"},
    {"2016-02-29T01:23:45.6789999Z", TIMESTAMP_ISO8601, NULL, 0, "2016-02-29T01:23:45.678Z"},
    {"2010-10-02T09:20:39.266+02:00", TIMESTAMP_ISO8601, NULL, 0, "2010-10-02T07:20:39.266Z"},
    {"2010-10-02T09:20:39+0200", TIMESTAMP_ISO8601, NULL, 0, "2010-10-02T07:20:39Z"},
    {"2010-10-02T09:20:39-05", TIMESTAMP_ISO8601, NULL, 0, "2010-10-02T14:20:39Z"},
    {"2010-10-02T09:20-00:30", TIMESTAMP_ISO8601, NULL, 0, "2010-10-02T09:50:00Z"},
    {"2000-01-01", TIMESTAMP_ISO8601, NULL, 0, "2000-01-01T00:00:00Z"},
    {"2000-01-01T00:00:00+01:00", TIMESTAMP_ISO8601, NULL, 0, "1999-12-31T23:00:00Z"},
    /* no zone: the rule's */
    {CLOCK, TIMESTAMP_ISO8601, NULL, 120, "2016-02-28T23:23:00Z"},
    {"2000-01-01", TIMESTAMP_ISO8601, NULL, -300, "2000-01-01T05:00:00Z"},
    {"2000-01-01T10:00:00+01:00", TIMESTAMP_ISO8601, NULL, -300, "2000-01-01T09:00:00Z"},
    /* the edges of time */
    {"1970-01-01T00:00", TIMESTAMP_ISO8601, NULL, 0, "1970-01-01T00:00:00Z"},
    {"1969-12-31T23:59:59.999", TIMESTAMP_ISO8601, NULL, 0, "1969-12-31T23:59:59.999Z"},
    {"2100-02-28T23:59", TIMESTAMP_ISO8601, NULL, 0, "2100-02-28T23:59:00Z"},
    {"2100-03-01", TIMESTAMP_ISO8601, NULL, 0, "2100-03-01T00:00:00Z"},
    {"2100-02-29", TIMESTAMP_ISO8601, NULL, 0, "there is no such date"},
    {"2000-02-29", TIMESTAMP_ISO8601, NULL, 0, "2000-02-29T00:00:00Z"},
    {"1900-01-01", TIMESTAMP_ISO8601, NULL, 0, "1900-01-01T00:00:00Z"},
    {"2200-01-01", TIMESTAMP_ISO8601, NULL, 0, "2200-01-01T00:00:00Z"},
    {"1899-12-31T23:59", TIMESTAMP_ISO8601, NULL, 0, "a time outside 1900-01-01 to 2200-01-01"},
    {"2200-01-01T00:00:00.001", TIMESTAMP_ISO8601, NULL, 0,
	"a time outside 1900-01-01 to 2200-01-01"},
    {"0001-01-01", TIMESTAMP_ISO8601, NULL, 0, "a time outside 1900-01-01 to 2200-01-01"},
    {"0000-01-01", TIMESTAMP_ISO8601, NULL, 0, "there is no such date"},
    {"0000-01-01T00:00", TIMESTAMP_ISO8601, NULL, 0, "there is no such date"},
    /* a leap second */
    {"2016-12-31T23:59:60Z", TIMESTAMP_ISO8601, NULL, 0, "2017-01-01T00:00:00Z"},
    {"2016-12-31T23:59:60", TIMESTAMP_ISO8601, NULL, 0, "2017-01-01T00:00:00Z"},
    {"2016-12-31T18:59:60.75-05:00", TIMESTAMP_ISO8601, NULL, 0, "2017-01-01T00:00:00Z"},
    {"2016-12-31T23:59:61Z", TIMESTAMP_ISO8601, NULL, 0,
	"a second (00 to 60) expected at character 18"},
    /* mistakes */
    {"", TIMESTAMP_ISO8601, NULL, 0, "a time expected, not an empty text"},
    {"yesterday", TIMESTAMP_ISO8601, NULL, 0, "a year of four digits expected at character 1"},
    {"2016-13-01T00:00", TIMESTAMP_ISO8601, NULL, 0, "a month (01 to 12) expected at character 6"},
    {"2016-00-01", TIMESTAMP_ISO8601, NULL, 0, "a month (01 to 12) expected at character 6"},
    {"2016-02-30T01:23", TIMESTAMP_ISO8601, NULL, 0, "there is no such date"},
    {"2016-02-00T01:23", TIMESTAMP_ISO8601, NULL, 0, "a day (01 to 31) expected at character 9"},
    {"2016-02-32", TIMESTAMP_ISO8601, NULL, 0, "a day (01 to 31) expected at character 9"},
    {"2016-2-29", TIMESTAMP_ISO8601, NULL, 0, "a month (01 to 12) expected at character 6"},
    {"20160229", TIMESTAMP_ISO8601, NULL, 0, "'-' expected at character 5"},
    {"2016-02-29X01:23", TIMESTAMP_ISO8601, NULL, 0, "'T' or the end expected at character 11"},
    {"2016-02-29T24:00", TIMESTAMP_ISO8601, NULL, 0, "an hour (00 to 23) expected at character 12"},
    {"2016-02-29T01:60", TIMESTAMP_ISO8601, NULL, 0,
	"a minute (00 to 59) expected at character 15"},
    {"2016-02-29T01", TIMESTAMP_ISO8601, NULL, 0, "':' expected at character 14"},
    {"2016-02-29T01:23:", TIMESTAMP_ISO8601, NULL, 0,
	"a second (00 to 60) expected at character 18"},
    {"2016-02-29T01:23:45.", TIMESTAMP_ISO8601, NULL, 0,
	"a digit of the fraction expected at character 21"},
    {"2016-02-29T01:23:45+24:00", TIMESTAMP_ISO8601, NULL, 0,
	"zone hours (00 to 23) expected at character 21"},
    {"2016-02-29T01:23:45+01:", TIMESTAMP_ISO8601, NULL, 0,
	"zone minutes (00 to 59) expected at character 24"},
    {"2016-02-29T01:23:45+01:60", TIMESTAMP_ISO8601, NULL, 0,
	"zone minutes (00 to 59) expected at character 24"},
    {"2016-02-29T01:23:45Zx", TIMESTAMP_ISO8601, NULL, 0, "the end expected at character 21"},
    {"2016-02-29T01:23:45 UTC", TIMESTAMP_ISO8601, NULL, 0,
	"a zone (Z or +hh:mm) expected at character 20"},
    {"2016-02-29T01:2\xc3", TIMESTAMP_ISO8601, NULL, 0,
	"a minute (00 to 59) expected at character 15"},
    /* unix */
    {"0", TIMESTAMP_UNIX_S, NULL, 0, "1970-01-01T00:00:00Z"},
    {"1456709025", TIMESTAMP_UNIX_S, NULL, 0, "2016-02-29T01:23:45Z"},
    {"1456709025.6789", TIMESTAMP_UNIX_S, NULL, 0, "2016-02-29T01:23:45.678Z"},
    {"-1", TIMESTAMP_UNIX_S, NULL, 0, "1969-12-31T23:59:59Z"},
    {"-1.5", TIMESTAMP_UNIX_S, NULL, 0, "1969-12-31T23:59:58.500Z"},
    {"-0.25", TIMESTAMP_UNIX_S, NULL, 0, "1969-12-31T23:59:59.750Z"},
    {"-2208988800", TIMESTAMP_UNIX_S, NULL, 0, "1900-01-01T00:00:00Z"},
    {"-2208988801", TIMESTAMP_UNIX_S, NULL, 0, "a time outside 1900-01-01 to 2200-01-01"},
    {"1456709025678", TIMESTAMP_UNIX_MS, NULL, 0, "2016-02-29T01:23:45.678Z"},
    {"-1", TIMESTAMP_UNIX_MS, NULL, 0, "1969-12-31T23:59:59.999Z"},
    {"1456709025678", TIMESTAMP_UNIX_S, NULL, 0, "a time outside 1900-01-01 to 2200-01-01"},
    {"1456709025678901", TIMESTAMP_UNIX_US, NULL, 0, "2016-02-29T01:23:45.678Z"},
    {"-1000", TIMESTAMP_UNIX_US, NULL, 0, "1969-12-31T23:59:59.999Z"},
    {"99999999999999999999999", TIMESTAMP_UNIX_US, NULL, 0,
	"a time outside 1900-01-01 to 2200-01-01"},
    {"1.5", TIMESTAMP_UNIX_MS, NULL, 0, "the end expected at character 2"},
    {"1.", TIMESTAMP_UNIX_S, NULL, 0, "a digit of the fraction expected at character 3"},
    {"-", TIMESTAMP_UNIX_S, NULL, 0, "a digit expected at character 2"},
    {"+1", TIMESTAMP_UNIX_S, NULL, 0, "a digit expected at character 1"},
    {"1e9", TIMESTAMP_UNIX_S, NULL, 0, "the end expected at character 2"},
    /* patterns */
    {"29/2/2016 01:23", TIMESTAMP_PATTERN, "%d/%m/%Y %H:%M", 0, "2016-02-29T01:23:00Z"},
    {"29.02.16", TIMESTAMP_PATTERN, "%d.%m.%y", 0, "2016-02-29T00:00:00Z"},
    {"01.01.69", TIMESTAMP_PATTERN, "%d.%m.%y", 0, "1969-01-01T00:00:00Z"},
    {"01.01.68", TIMESTAMP_PATTERN, "%d.%m.%y", 0, "2068-01-01T00:00:00Z"},
    {"20160229012345", TIMESTAMP_PATTERN, "%Y%m%d%H%M%S", 0, "2016-02-29T01:23:45Z"},
    {"29/Feb/2016:01:23:45 +0100", TIMESTAMP_PATTERN, "%d/%b/%Y:%H:%M:%S %z", 0,
	"2016-02-29T00:23:45Z"},
    {"february 29, 2016", TIMESTAMP_PATTERN, "%b %d, %Y", 0, "2016-02-29T00:00:00Z"},
    {"MAY 1 2016", TIMESTAMP_PATTERN, "%b %d %Y", 0, "2016-05-01T00:00:00Z"},
    {"2016-02-29 01:23:45.6789", TIMESTAMP_PATTERN, "%Y-%m-%d %H:%M:%S.%f", 60,
	"2016-02-29T00:23:45.678Z"},
    {"31/12/2016 23:59:60", TIMESTAMP_PATTERN, "%d/%m/%Y %H:%M:%S", 0, "2017-01-01T00:00:00Z"},
    {"100% 1.1.2016", TIMESTAMP_PATTERN, "100%% %d.%m.%Y", 0, "2016-01-01T00:00:00Z"},
    {"29-2-2016", TIMESTAMP_PATTERN, "%d/%m/%Y", 0, "'/' expected at character 3"},
    {"29/2/2016 ", TIMESTAMP_PATTERN, "%d/%m/%Y", 0, "the end expected at character 10"},
    {"29/2/16", TIMESTAMP_PATTERN, "%d/%m/%Y", 0, "a year of four digits expected at character 6"},
    {"29/Fex/2016", TIMESTAMP_PATTERN, "%d/%b/%Y", 0,
	"the name of a month expected at character 4"},
    {"29/2", TIMESTAMP_PATTERN, "%d/%m/%Y", 0, "'/' expected at character 5"},
    {"31/4/2016", TIMESTAMP_PATTERN, "%d/%m/%Y", 0, "there is no such date"},
};

static void
times_are_read_or_refused(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(parse_cases); i++) {
		const struct parse_case *c = &parse_cases[i];
		struct timestamp_rule rule = {c->format, c->pattern, c->zone_minutes};
		struct error err = {0};
		char out[TIMESTAMP_TEXT_BYTES];
		int64_t time_ms = 0;
		/* Exactly as long as it is, so that a sanitizer sees a read behind it. */
		size_t size = strlen(c->text);
		char *copy = test_malloc(size + 1);

		memcpy(copy + 1, c->text, size);
		if (timestamp_parse((struct text){copy + 1, size}, &rule, &time_ms, &err))
			assert_string_equal(timestamp_text(time_ms, out), c->expected);
		else
			assert_string_equal(err.text, c->expected);
		test_free(copy);
	}
}

/* Every day of three centuries, against the C library. */
static void
each_day_is_the_library_s(void **state)
{
	const struct timestamp_rule rule = {TIMESTAMP_ISO8601, NULL, 0};
	struct error err = {0};
	int64_t day, time_ms;

	for (day = TIME_MIN / 86400000; day <= TIME_MAX / 86400000; day++) {
		time_t seconds = (time_t)(day * 86400);
		char expected[TIMESTAMP_TEXT_BYTES], out[TIMESTAMP_TEXT_BYTES];
		struct tm tm;

		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
		assert_string_equal(timestamp_text(day * 86400000, out), expected);
		assert_true(timestamp_parse(text_of(expected), &rule, &time_ms, &err));
		assert_true(time_ms == day * 86400000);
		expected[10] = '\0';
		assert_true(timestamp_parse(text_of(expected), &rule, &time_ms, &err));
		assert_true(time_ms == day * 86400000);
	}
}

static void
numbers_are_times(void **state)
{
	struct error err = {0};
	int64_t ms;

	assert_true(timestamp_from_long(-1, TIMESTAMP_UNIX_S, &ms, &err) && ms == -1000);
	assert_true(timestamp_from_long(1456709025678, TIMESTAMP_UNIX_MS, &ms, &err) &&
	    ms == 1456709025678);
	assert_true(timestamp_from_long(1456709025678901, TIMESTAMP_UNIX_US, &ms, &err) &&
	    ms == 1456709025678);
	assert_true(timestamp_from_double(1456709025.678, TIMESTAMP_UNIX_S, &ms, &err) &&
	    ms == 1456709025678);
	assert_true(timestamp_from_double(0.001, TIMESTAMP_UNIX_S, &ms, &err) && ms == 1);
	assert_true(timestamp_from_double(-1.5, TIMESTAMP_UNIX_S, &ms, &err) && ms == -1500);
	assert_true(timestamp_from_double(7.9, TIMESTAMP_UNIX_MS, &ms, &err) && ms == 7);
	assert_false(timestamp_from_long(INT64_MAX, TIMESTAMP_UNIX_S, &ms, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_false(timestamp_from_long(INT64_MIN, TIMESTAMP_UNIX_US, &ms, &err));
	assert_false(timestamp_from_double(1e300, TIMESTAMP_UNIX_MS, &ms, &err));
	assert_false(timestamp_from_double((double)NAN, TIMESTAMP_UNIX_S, &ms, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_false(timestamp_from_long(5, TIMESTAMP_ISO8601, &ms, &err));
	assert_string_equal(err.text, "a number where the format expects text");
}

static void
what_is_no_time_has_a_text(void **state)
{
	char out[TIMESTAMP_TEXT_BYTES];

	assert_string_equal(timestamp_text(TIME_NONE, out), "unknown");
	assert_string_equal(timestamp_text(INT64_MAX, out), "unknown");
	assert_string_equal(timestamp_text(-62135596800000, out), "0001-01-01T00:00:00Z");
	assert_string_equal(timestamp_text(253402300799999, out), "9999-12-31T23:59:59.999Z");
	assert_string_equal(timestamp_text(253402300800000, out), "unknown");
}

static void
patterns_are_checked(void **state)
{
	static const struct {
		const char *pattern, *expected;
	} cases[] = {
	    {"%d/%m/%Y %H:%M", NULL},
	    {"%b %d %y", NULL},
	    {"%Y-%m", "the pattern needs a day: %d"},
	    {"%H:%M", "the pattern needs a year: either %Y or %y"},
	    {"%Y %y %m %d", "the pattern needs a year: either %Y or %y"},
	    {"%Y %d", "the pattern needs a month: either %m or %b"},
	    {"%Y %m %b %d", "the pattern needs a month: either %m or %b"},
	    {"%Y-%m-%d %d", "the pattern names %d twice"},
	    {"%Y-%m-%d %I", "the pattern has %I; known are %Y %y %m %b %d %H %M %S %f %z %%"},
	    {"%Y-%m-%d%", "the pattern has %; known are %Y %y %m %b %d %H %M %S %f %z %%"},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct error err = {0};

		assert_int_equal(
		    timestamp_pattern_check(cases[i].pattern, &err), !cases[i].expected);
		assert_string_equal(err.text, cases[i].expected ? cases[i].expected : "");
	}
}

static void
zones_are_read(void **state)
{
	struct error err = {0};
	int32_t minutes;

	assert_true(timestamp_zone_parse(TEXT("UTC"), &minutes, &err) && minutes == 0);
	assert_true(timestamp_zone_parse(TEXT("Z"), &minutes, &err) && minutes == 0);
	assert_true(timestamp_zone_parse(TEXT("+05:30"), &minutes, &err) && minutes == 330);
	assert_true(timestamp_zone_parse(TEXT("-0800"), &minutes, &err) && minutes == -480);
	assert_false(timestamp_zone_parse(TEXT("Europe/Rome"), &minutes, &err));
	assert_string_equal(err.text, "a zone (Z or +hh:mm) expected at character 1");
	assert_false(timestamp_zone_parse(TEXT("+1"), &minutes, &err));
	assert_false(timestamp_zone_parse(TEXT(""), &minutes, &err));
}

static void
durations_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} cases[] = {
	    {"200ms", 200},
	    {"90s", 90000},
	    {"15m", 900000},
	    {"36h", 129600000},
	    {"7d", 604800000},
	    {"2w", 1209600000},
	    {"0s", 0},
	    {"", -1},
	    {"s", -1},
	    {"5", -1},
	    {"-5s", -1},
	    {"1.5h", -1},
	    {"5 s", -1},
	    {"5S", -1},
	    {"5y", -1},
	    {"99999999999999999999s", -1},
	    {"9223372036854775807w", -1},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct error err = {0};
		int64_t ms = -1;
		bool good = duration_parse(text_of(cases[i].text), &ms, &err);

		assert_int_equal(good, cases[i].ms >= 0);
		assert_true(ms == cases[i].ms);
		if (!good)
			assert_string_equal(
			    err.text, "a duration expected, like 90s, 15m, 36h, 7d or 2w");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_are_read_or_refused),
	    cmocka_unit_test(each_day_is_the_library_s),
	    cmocka_unit_test(numbers_are_times),
	    cmocka_unit_test(what_is_no_time_has_a_text),
	    cmocka_unit_test(patterns_are_checked),
	    cmocka_unit_test(zones_are_read),
	    cmocka_unit_test(durations_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
