/* SPDX-License-Identifier: Apache-2.0 */
/* One line in one of its forms (log.h). */
#ifndef DYETRACE_BASE_LOG_FORM_H
#define DYETRACE_BASE_LOG_FORM_H

#include "base/buffer.h"
#include "base/log.h"

struct log_entry {
	int64_t time_ms; /* since 1970 */
	enum log_level level;
	const char *component;
	const char *message;            /* any bytes */
	const struct log_field *fields; /* NULL: none */
	uint64_t repeated;              /* 0: not said */
	uint64_t dropped;               /* lines before this one; 0: not said */
};

/* Appends it with its line feed. LOG_FORMAT_AUTO is none of the forms. */
void log_form(const struct log_entry *entry, enum log_format format, struct buffer *out);

#endif
