/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines for the operator on standard error: logfmt, one line an event, no
 * payloads and no names of people. Only the faces and the routes write here.
 */
#ifndef DYETRACE_BASE_LOG_H
#define DYETRACE_BASE_LOG_H

#include "base/compiler.h"

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG
};

/* Default LOG_INFO. */
void log_set_level(enum log_level level);
/* Writes `time=… level=… msg="…"`; quotes and control characters in the message are escaped. */
void log_line(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
