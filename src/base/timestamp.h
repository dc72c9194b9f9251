/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moments: milliseconds since 1970-01-01T00:00:00Z, no leap seconds (POSIX).
 * Organs know event time only; the wall clock is asked for by the faces.
 */
#ifndef DYETRACE_BASE_TIMESTAMP_H
#define DYETRACE_BASE_TIMESTAMP_H

#include "base/error.h"
#include "base/text.h"

#define TIME_NONE INT64_MIN /* no time known */
/* What an event may claim: 1900-01-01 and 2200-01-01. */
#define TIME_MIN (-2208988800000)
#define TIME_MAX 7258118400000

enum timestamp_format {
	TIMESTAMP_ISO8601, /* 2016-02-29[T| ]01:23[:45[.678…]][Z|±hh[[:]mm]]; date alone is midnight */
	TIMESTAMP_UNIX_S, /* decimal seconds, fraction allowed */
	TIMESTAMP_UNIX_MS,
	TIMESTAMP_UNIX_US,
	TIMESTAMP_PATTERN, /* strptime-like: %Y %m %d %H %M %S %f %z %b %y %% and literals;
				 * all but %Y and %y may have one digit */
};

/* How a mapping says times are written. */
struct timestamp_rule {
	enum timestamp_format format;
	const char *pattern;  /* with TIMESTAMP_PATTERN; borrowed */
	int32_t zone_minutes; /* east of UTC; for text that names no zone */
};

/*
 * A leap second (…:60) is read as the first moment of the next minute.
 * Finer than a millisecond is cut, not rounded.
 *
 * ERROR_MALFORMED  with what was expected at which character
 * ERROR_LIMIT      outside TIME_MIN..TIME_MAX
 */
MUST_USE bool timestamp_parse(
    struct text text, const struct timestamp_rule *rule, int64_t *time_ms, struct error *err);

/* A number of one of the three unix formats. The others are text: ERROR_MALFORMED. */
MUST_USE bool timestamp_from_long(
    int64_t value, enum timestamp_format format, int64_t *time_ms, struct error *err);
MUST_USE bool timestamp_from_double(
    double value, enum timestamp_format format, int64_t *time_ms, struct error *err);

/* Looks whether a pattern can be read with: known conversions, each once, a whole date. ERROR_USAGE. */
MUST_USE bool timestamp_pattern_check(const char *pattern, struct error *err);
/* "UTC", "Z" or "+01:00" to minutes east of UTC. ERROR_MALFORMED. */
MUST_USE bool timestamp_zone_parse(struct text text, int32_t *zone_minutes, struct error *err);

#define TIMESTAMP_TEXT_BYTES 32
/* "2016-02-29T01:23:00Z", with ".678" where milliseconds are not zero; "unknown" of
 * TIME_NONE and of what is no year from 1 to 9999. Returns out. */
const char *timestamp_text(int64_t time_ms, char out[TIMESTAMP_TEXT_BYTES]);

/* "200ms", "90s", "15m", "36h", "7d", "2w" to milliseconds. ERROR_MALFORMED. */
MUST_USE bool duration_parse(struct text text, int64_t *duration_ms, struct error *err);

/* What stands behind "every": "day", "90 min", "2 h", "7 days". Returns out. */
const char *period_text(int64_t duration_ms, char out[TIMESTAMP_TEXT_BYTES]);

/* The wall clock; for faces and routes only. */
int64_t timestamp_now(void);
/* Milliseconds that only ever go on, for waiting and due times; not of the day. */
int64_t monotonic_ms(void);
/* The same in seconds, finer. */
double monotonic_seconds(void);

#endif
