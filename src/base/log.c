/* SPDX-License-Identifier: Apache-2.0 */
/* One write per line, so that lines of two threads do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

static enum log_level max_level = LOG_INFO;

void
log_set_level(enum log_level level)
{
	max_level = level;
}

void
log_line(enum log_level level, const char *format, ...)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};
	char message[1024], safe[2048], quoted[3072], line[4096];
	size_t from, to = 0;
	struct timespec now;
	struct tm utc;
	va_list args;
	int size;

	if (level > max_level)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	text_show(text_of(message), sizeof(message), safe, sizeof(safe));
	for (from = 0; safe[from] && to + 2 < sizeof(quoted); from++) {
		if (safe[from] == '"')
			quoted[to++] = '\\';
		quoted[to++] = safe[from];
	}
	quoted[to] = '\0';
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size = snprintf(line, sizeof(line),
	    "time=%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ level=%s msg=\"%s\"\n", utc.tm_year + 1900,
	    utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000,
	    names[level], quoted);
	if (size > 0 && write(STDERR_FILENO, line, (size_t)size) < 0)
		return;
}
