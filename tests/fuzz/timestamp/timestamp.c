/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a time by every rule, as a duration, a zone and a pattern; a
 * time that was read is written and read again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct timestamp_rule rules[] = {
    {TIMESTAMP_ISO8601, NULL, 0},
    {TIMESTAMP_ISO8601, NULL, -330},
    {TIMESTAMP_UNIX_S, NULL, 0},
    {TIMESTAMP_UNIX_MS, NULL, 0},
    {TIMESTAMP_UNIX_US, NULL, 0},
    {TIMESTAMP_PATTERN, "%d/%m/%Y %H:%M", 60},
    {TIMESTAMP_PATTERN, "%b %d %y %H:%M:%S.%f %z", 0},
    {TIMESTAMP_PATTERN, "%Y%m%d%%", 0},
};

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static void
read_again(int64_t time_ms)
{
	char out[TIMESTAMP_TEXT_BYTES];
	int64_t again;
	struct error err;

	must(time_ms >= TIME_MIN && time_ms <= TIME_MAX, "in range");
	must(timestamp_parse(text_of(timestamp_text(time_ms, out)), &rules[0], &again, &err),
	    "what is written is read");
	must(again == time_ms, "the same moment");
}

/* The first line is the pattern, the rest the time. */
static void
try_pattern(struct text bytes)
{
	const char *end = memchr(bytes.data, '\n', bytes.size);
	struct timestamp_rule rule = {TIMESTAMP_PATTERN, NULL, 0};
	char pattern[64];
	struct error err;
	int64_t time_ms;
	size_t size;

	if (!end || (size_t)(end - bytes.data) >= sizeof(pattern))
		return;
	size = (size_t)(end - bytes.data);
	memcpy(pattern, bytes.data, size);
	pattern[size] = '\0';
	rule.pattern = pattern;
	if (!timestamp_pattern_check(pattern, &err))
		return;
	if (timestamp_parse((struct text){end + 1, bytes.size - size - 1}, &rule, &time_ms, &err))
		read_again(time_ms);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct text bytes = {(const char *)data, size};
	int64_t value;
	int32_t zone;
	struct error err;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(rules); i++) {
		err.text[0] = '\0';
		if (timestamp_parse(bytes, &rules[i], &value, &err))
			read_again(value);
		else
			must(err.text[0] != '\0', "a refusal says why");
	}
	if (duration_parse(bytes, &value, &err))
		must(value >= 0, "no duration is negative");
	if (timestamp_zone_parse(bytes, &zone, &err))
		must(zone > -1440 && zone < 1440, "a zone is less than a day");
	if (size)
		try_pattern(bytes);
	if (size >= 8) {
		memcpy(&value, data, 8);
		timestamp_text(value, (char[TIMESTAMP_TEXT_BYTES]){0});
	}
	return 0;
}
