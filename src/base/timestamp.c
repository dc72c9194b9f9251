/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to milliseconds and back. Every reader walks a cursor that stops at the
 * first character that is not what was expected; the sentence names the
 * character, never its text (it may be anybody's).
 */
#include "base/timestamp.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

#define SECOND_MS ((int64_t)1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

struct cursor {
	const char *start, *next, *end;
	struct error *err;
};

/* What was read so far; fields that a pattern does not name stay as they begin. */
struct moment {
	unsigned year, month, day, hour, minute, second, ms;
	int32_t zone_minutes;
};

static const char *const months[] = {"january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december"};

static bool
expected(const struct cursor *cursor, const char *what)
{
	return error_set(cursor->err, ERROR_MALFORMED, "%s expected at character %td", what,
	    cursor->next - cursor->start + 1);
}

static bool
out_of_range(struct error *err)
{
	return error_set(err, ERROR_LIMIT, "a time outside 1900-01-01 to 2200-01-01");
}

static bool
in_range(int64_t value, int64_t *time_ms, struct error *err)
{
	if (value < TIME_MIN || value > TIME_MAX)
		return out_of_range(err);
	*time_ms = value;
	return true;
}

static unsigned
digit_at(const char *p)
{
	return (unsigned)(unsigned char)*p - '0';
}

static bool
at_digit(const struct cursor *cursor)
{
	return cursor->next < cursor->end && digit_at(cursor->next) <= 9;
}

static bool
at_any(const struct cursor *cursor, const char *characters)
{
	return cursor->next < cursor->end && *cursor->next && strchr(characters, *cursor->next);
}

/* A number of least..most digits in low..high. */
static bool
number(struct cursor *cursor, unsigned least, unsigned most, unsigned low, unsigned high,
    const char *what, unsigned *value)
{
	const char *start = cursor->next;
	unsigned sum = 0, digits = 0;

	while (digits < most && at_digit(cursor)) {
		sum = sum * 10 + digit_at(cursor->next++);
		digits++;
	}
	if (digits < least || sum < low || sum > high) {
		cursor->next = start;
		return expected(cursor, what);
	}
	*value = sum;
	return true;
}

static bool
literal(struct cursor *cursor, const char *characters, const char *what)
{
	if (!at_any(cursor, characters))
		return expected(cursor, what);
	cursor->next++;
	return true;
}

/* The digits behind a decimal point; those past the third are cut. */
static bool
fraction(struct cursor *cursor, unsigned *ms)
{
	unsigned unit = 100;

	*ms = 0;
	if (!at_digit(cursor))
		return expected(cursor, "a digit of the fraction");
	for (; at_digit(cursor); cursor->next++, unit /= 10)
		*ms += digit_at(cursor->next) * unit;
	return true;
}

/* Z, +hh, +hhmm or +hh:mm; RFC 3339 bounds the hours by 23. */
static bool
zone(struct cursor *cursor, int32_t *minutes)
{
	unsigned hours = 0, rest = 0;
	bool west;

	if (at_any(cursor, "Zz")) {
		cursor->next++;
		*minutes = 0;
		return true;
	}
	west = at_any(cursor, "-");
	if (!literal(cursor, "+-", "a zone (Z or +hh:mm)") ||
	    !number(cursor, 2, 2, 0, 23, "zone hours (00 to 23)", &hours))
		return false;
	if (at_any(cursor, ":")) {
		cursor->next++;
		if (!at_digit(cursor))
			return expected(cursor, "zone minutes (00 to 59)");
	}
	if (at_digit(cursor) && !number(cursor, 2, 2, 0, 59, "zone minutes (00 to 59)", &rest))
		return false;
	*minutes = (int32_t)(hours * 60 + rest) * (west ? -1 : 1);
	return true;
}

static bool
finished(const struct cursor *cursor)
{
	return cursor->next == cursor->end || expected(cursor, "the end");
}

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days in the months before `month` (1-based) of a common year. */
static const uint16_t days_before[] = {
    0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static unsigned
days_in(int64_t year, unsigned month)
{
	return days_before[month + 1] - days_before[month] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to January 1st of year, in the proleptic Gregorian
 * calendar: 365 a year, and the leap days between (719,162 = days of 0001..1969). */
static int64_t
days_to_year(int64_t year)
{
	int64_t past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400 - 719162;
}

static int64_t
days_to_date(unsigned year, unsigned month, unsigned day)
{
	return days_to_year(year) + days_before[month] + (month > 2 && is_leap(year)) + day - 1;
}

/* Second 60 gives the first moment of the next minute. */
static bool
moment_ms(const struct moment *moment, const struct cursor *cursor, int64_t *time_ms)
{
	int64_t value;

	if (moment->year < 1 || moment->day > days_in(moment->year, moment->month))
		return error_set(cursor->err, ERROR_MALFORMED, "there is no such date");
	value = days_to_date(moment->year, moment->month, moment->day) * DAY_MS +
	    moment->hour * HOUR_MS + moment->minute * MINUTE_MS + moment->second * SECOND_MS -
	    moment->zone_minutes * MINUTE_MS;
	if (moment->second < 60)
		value += moment->ms;
	return in_range(value, time_ms, cursor->err);
}

static bool
iso_date(struct cursor *cursor, struct moment *moment)
{
	return number(cursor, 4, 4, 0, 9999, "a year of four digits", &moment->year) &&
	    literal(cursor, "-", "'-'") &&
	    number(cursor, 2, 2, 1, 12, "a month (01 to 12)", &moment->month) &&
	    literal(cursor, "-", "'-'") &&
	    number(cursor, 2, 2, 1, 31, "a day (01 to 31)", &moment->day);
}

static bool
iso_clock(struct cursor *cursor, struct moment *moment)
{
	if (!literal(cursor, "Tt ", "'T' or the end") ||
	    !number(cursor, 2, 2, 0, 23, "an hour (00 to 23)", &moment->hour) ||
	    !literal(cursor, ":", "':'") ||
	    !number(cursor, 2, 2, 0, 59, "a minute (00 to 59)", &moment->minute))
		return false;
	if (at_any(cursor, ":")) {
		cursor->next++;
		if (!number(cursor, 2, 2, 0, 60, "a second (00 to 60)", &moment->second))
			return false;
		if (at_any(cursor, ".,")) {
			cursor->next++;
			if (!fraction(cursor, &moment->ms))
				return false;
		}
	}
	return cursor->next == cursor->end || zone(cursor, &moment->zone_minutes);
}

static bool
iso_slow(struct cursor *cursor, struct moment *moment, int64_t *time_ms)
{
	if (!iso_date(cursor, moment) ||
	    (cursor->next < cursor->end && !iso_clock(cursor, moment)) || !finished(cursor))
		return false;
	return moment_ms(moment, cursor, time_ms);
}

/*
 * "YYYY-MM-DDThh:mm", ":ss", "Z" or nothing behind: what nearly all logs hold.
 * Looks at all digits at once and leaves everything unusual, mistakes
 * included, to the slow way.
 */
static bool
iso_fast(const char *p, size_t size, struct moment *moment)
{
	unsigned d[14], worst = 0, i;
	static const uint8_t places[14] = {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18};
	unsigned digits = size >= 19 ? 14 : 12;

	if ((size != 16 && size != 19 && !(size == 20 && p[19] == 'Z')) || p[4] != '-' ||
	    p[7] != '-' || (p[10] != 'T' && p[10] != ' ') || p[13] != ':' ||
	    (size >= 19 && p[16] != ':'))
		return false;
	d[12] = d[13] = 0;
	for (i = 0; i < digits; i++) {
		d[i] = digit_at(p + places[i]);
		worst |= d[i] > 9;
	}
	moment->year = d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3];
	moment->month = d[4] * 10 + d[5];
	moment->day = d[6] * 10 + d[7];
	moment->hour = d[8] * 10 + d[9];
	moment->minute = d[10] * 10 + d[11];
	moment->second = d[12] * 10 + d[13];
	if (size == 20)
		moment->zone_minutes = 0;
	return !worst && moment->month - 1 < 12 && moment->day - 1 < 31 && moment->hour < 24 &&
	    moment->minute < 60 && moment->second < 60;
}

static bool
iso_parse(struct cursor *cursor, int32_t zone_minutes, int64_t *time_ms)
{
	struct moment moment = {.zone_minutes = zone_minutes};

	if (iso_fast(cursor->start, (size_t)(cursor->end - cursor->start), &moment))
		return moment_ms(&moment, cursor, time_ms);
	moment = (struct moment){.zone_minutes = zone_minutes};
	return iso_slow(cursor, &moment, time_ms);
}

/* English, abbreviated to three letters or written out, in any case. */
static bool
month_name(struct cursor *cursor, unsigned *month)
{
	size_t left = (size_t)(cursor->end - cursor->next), size;
	unsigned i;

	for (i = 0; i < 12; i++) {
		size = strlen(months[i]);
		if (left < size || strncasecmp(cursor->next, months[i], size) != 0)
			size = 3;
		if (left < size || strncasecmp(cursor->next, months[i], size) != 0)
			continue;
		cursor->next += size;
		*month = i + 1;
		return true;
	}
	return expected(cursor, "the name of a month");
}

/* 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068. Source: POSIX.1-2017, strptime(), %y. */
static bool
short_year(struct cursor *cursor, unsigned *year)
{
	if (!number(cursor, 2, 2, 0, 99, "a year of two digits", year))
		return false;
	*year += *year < 69 ? 2000 : 1900;
	return true;
}

static bool
conversion(struct cursor *cursor, char kind, struct moment *moment)
{
	switch (kind) {
	case 'Y':
		return number(cursor, 4, 4, 0, 9999, "a year of four digits", &moment->year);
	case 'y':
		return short_year(cursor, &moment->year);
	case 'm':
		return number(cursor, 1, 2, 1, 12, "a month (1 to 12)", &moment->month);
	case 'b':
		return month_name(cursor, &moment->month);
	case 'd':
		return number(cursor, 1, 2, 1, 31, "a day (1 to 31)", &moment->day);
	case 'H':
		return number(cursor, 1, 2, 0, 23, "an hour (0 to 23)", &moment->hour);
	case 'M':
		return number(cursor, 1, 2, 0, 59, "a minute (0 to 59)", &moment->minute);
	case 'S':
		return number(cursor, 1, 2, 0, 60, "a second (0 to 60)", &moment->second);
	case 'f':
		return fraction(cursor, &moment->ms);
	case 'z':
		return zone(cursor, &moment->zone_minutes);
	default:
		return literal(cursor, "%", "'%'");
	}
}

static bool
pattern_parse(struct cursor *cursor, const struct timestamp_rule *rule, int64_t *time_ms)
{
	struct moment moment = {.zone_minutes = rule->zone_minutes};
	const char *p;

	for (p = rule->pattern; *p; p++) {
		char what[] = {'\'', *p, '\'', '\0'}, one[] = {*p, '\0'};

		if (*p != '%') {
			if (!literal(cursor, one, what))
				return false;
		} else if (!conversion(cursor, *++p, &moment)) {
			return false;
		}
	}
	return finished(cursor) && moment_ms(&moment, cursor, time_ms);
}

bool
timestamp_pattern_check(const char *pattern, struct error *err)
{
	const char *p, *at;
	char seen[256] = {0};

	for (p = pattern; *p; p++) {
		if (*p != '%')
			continue;
		at = p++;
		if (!*p || !strchr("YymbdHMSfz%", *p))
			return error_set(err, ERROR_USAGE,
			    "the pattern has %.2s; known are %%Y %%y %%m %%b %%d %%H %%M %%S %%f "
			    "%%z %%%%",
			    at);
		if (*p != '%' && seen[(unsigned char)*p]++)
			return error_set(err, ERROR_USAGE, "the pattern names %%%c twice", *p);
	}
	if (seen['Y'] + seen['y'] != 1)
		return error_set(err, ERROR_USAGE, "the pattern needs a year: either %%Y or %%y");
	if (seen['m'] + seen['b'] != 1)
		return error_set(err, ERROR_USAGE, "the pattern needs a month: either %%m or %%b");
	if (!seen['d'])
		return error_set(err, ERROR_USAGE, "the pattern needs a day: %%d");
	return true;
}

/* How many units of the format a second has; 0 for the formats of text. */
static int64_t
units_a_second(enum timestamp_format format)
{
	switch (format) {
	case TIMESTAMP_UNIX_S:
		return 1;
	case TIMESTAMP_UNIX_MS:
		return 1000;
	case TIMESTAMP_UNIX_US:
		return 1000000;
	default:
		return 0;
	}
}

bool
timestamp_from_long(
    int64_t value, enum timestamp_format format, int64_t *time_ms, struct error *err)
{
	int64_t units = units_a_second(format);

	if (!units)
		return error_set(err, ERROR_MALFORMED, "a number where the format expects text");
	if (units <= 1000 && (value > TIME_MAX || value < TIME_MIN))
		return out_of_range(err);
	return in_range(units <= 1000 ? value * (1000 / units) : value / 1000, time_ms, err);
}

/* Doubles of today's seconds are 2.4e-7 s apart, so the microsecond that was
 * written is the nearest one; what is finer than a millisecond is then cut. */
bool
timestamp_from_double(
    double value, enum timestamp_format format, int64_t *time_ms, struct error *err)
{
	int64_t units = units_a_second(format);
	double us;

	if (!units)
		return error_set(err, ERROR_MALFORMED, "a number where the format expects text");
	us = value * (1e6 / (double)units);
	if (!(us >= (double)TIME_MIN * 1e3 && us <= (double)TIME_MAX * 1e3))
		return out_of_range(err);
	return in_range(llround(us) / 1000, time_ms, err);
}

/* Decimal text: sign, digits, and of seconds a fraction. */
static bool
unix_parse(struct cursor *cursor, enum timestamp_format format, int64_t *time_ms)
{
	bool negative = at_any(cursor, "-");
	unsigned ms = 0;
	int64_t sum = 0;

	cursor->next += negative;
	if (!at_digit(cursor))
		return expected(cursor, "a digit");
	for (; at_digit(cursor); cursor->next++) {
		sum = sum * 10 + digit_at(cursor->next);
		if (sum > TIME_MAX * 1000)
			return out_of_range(cursor->err);
	}
	if (format == TIMESTAMP_UNIX_S && at_any(cursor, ".")) {
		cursor->next++;
		if (!fraction(cursor, &ms))
			return false;
	}
	if (!finished(cursor) ||
	    !timestamp_from_long(negative ? -sum : sum, format, &sum, cursor->err))
		return false;
	return in_range(negative ? sum - ms : sum + ms, time_ms, cursor->err);
}

bool
timestamp_parse(
    struct text text, const struct timestamp_rule *rule, int64_t *time_ms, struct error *err)
{
	struct cursor cursor = {text.data, text.data, text.data + text.size, err};

	if (!text.size)
		return error_set(err, ERROR_MALFORMED, "a time expected, not an empty text");
	switch (rule->format) {
	case TIMESTAMP_ISO8601:
		return iso_parse(&cursor, rule->zone_minutes, time_ms);
	case TIMESTAMP_PATTERN:
		return pattern_parse(&cursor, rule, time_ms);
	default:
		return unix_parse(&cursor, rule->format, time_ms);
	}
}

bool
timestamp_zone_parse(struct text text, int32_t *zone_minutes, struct error *err)
{
	struct cursor cursor = {text.data, text.data, text.data + text.size, err};

	if (text_is(text, "UTC") || text_is(text, "utc")) {
		*zone_minutes = 0;
		return true;
	}
	return zone(&cursor, zone_minutes) && finished(&cursor);
}

/* The largest year whose first day is not behind `days`; 146,097 days are 400 years. */
static int64_t
year_of(int64_t days)
{
	int64_t year = 1970 + days * 400 / 146097;

	while (days_to_year(year) > days)
		year--;
	while (days_to_year(year + 1) <= days)
		year++;
	return year;
}

const char *
timestamp_text(int64_t time_ms, char out[TIMESTAMP_TEXT_BYTES])
{
	int64_t days, rest, year;
	unsigned month = 1, day, ms;
	int used;

	/* Years 1 to 9999; nothing else is an event's time. */
	if (time_ms < days_to_year(1) * DAY_MS || time_ms >= days_to_year(10000) * DAY_MS) {
		strcpy(out, "unknown");
		return out;
	}
	days = time_ms / DAY_MS - (time_ms % DAY_MS < 0);
	rest = time_ms - days * DAY_MS;
	year = year_of(days);
	for (day = (unsigned)(days - days_to_year(year)); day >= days_in(year, month); month++)
		day -= days_in(year, month);
	ms = (unsigned)(rest % SECOND_MS);
	used = snprintf(out, TIMESTAMP_TEXT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u",
	    (unsigned)year % 10000, month, day + 1, (unsigned)(rest / HOUR_MS) % 24,
	    (unsigned)(rest / MINUTE_MS % 60), (unsigned)(rest / SECOND_MS % 60));
	if (ms)
		snprintf(out + used, TIMESTAMP_TEXT_BYTES - (size_t)used, ".%03uZ", ms);
	else
		strcpy(out + used, "Z");
	return out;
}

static const struct {
	const char *name;
	int64_t ms;
} duration_units[] = {
    {"ms", 1},
    {"s", SECOND_MS},
    {"m", MINUTE_MS},
    {"h", HOUR_MS},
    {"d", DAY_MS},
    {"w", 7 * DAY_MS},
};

bool
duration_parse(struct text text, int64_t *duration_ms, struct error *err)
{
	struct cursor cursor = {text.data, text.data, text.data + text.size, err};
	struct text unit;
	int64_t sum = 0;
	size_t i;

	for (; at_digit(&cursor) && sum < INT64_MAX / 100; cursor.next++)
		sum = sum * 10 + digit_at(cursor.next);
	unit = (struct text){cursor.next, (size_t)(cursor.end - cursor.next)};
	for (i = 0; i < ARRAY_COUNT(duration_units) && cursor.next > cursor.start; i++) {
		if (!text_is(unit, duration_units[i].name))
			continue;
		if (sum > INT64_MAX / duration_units[i].ms)
			break;
		*duration_ms = sum * duration_units[i].ms;
		return true;
	}
	return error_set(err, ERROR_MALFORMED, "a duration expected, like 90s, 15m, 36h, 7d or 2w");
}

const char *
period_text(int64_t duration_ms, char out[TIMESTAMP_TEXT_BYTES])
{
	static const struct {
		int64_t ms;
		const char *one, *many;
	} units[] = {
	    {86400000, "day", "days"},
	    {3600000, "hour", "h"},
	    {60000, "minute", "min"},
	    {1000, "second", "s"},
	    {1, "millisecond", "ms"},
	};
	size_t i = duration_ms ? 0 : 3;

	while (i + 1 < ARRAY_COUNT(units) && duration_ms % units[i].ms)
		i++;
	if (duration_ms == units[i].ms)
		snprintf(out, TIMESTAMP_TEXT_BYTES, "%s", units[i].one);
	else
		snprintf(out, TIMESTAMP_TEXT_BYTES, "%lld %s",
		    (long long)(duration_ms / units[i].ms), units[i].many);
	return out;
}

int64_t
timestamp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

double
monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
