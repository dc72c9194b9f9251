/* SPDX-License-Identifier: Apache-2.0 */
/* The sentence is built in place; what does not fit is cut with an ellipsis. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
mark_cut(struct error *err)
{
	memcpy(err->text + sizeof(err->text) - 4, "...", 4);
}

bool
error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
	va_list args;
	int size;

	if (!err)
		return false;
	err->kind = kind;
	va_start(args, format);
	size = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	if (size < 0 || (size_t)size >= sizeof(err->text))
		mark_cut(err);
	return false;
}

bool
error_system(struct error *err, enum error_kind kind, const char *format, ...)
{
	int number = errno;
	va_list args;
	int size;

	if (!err)
		return false;
	err->kind = kind;
	va_start(args, format);
	size = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	if (size < 0 || (size_t)size >= sizeof(err->text)) {
		mark_cut(err);
		return false;
	}
	snprintf(err->text + size, sizeof(err->text) - (size_t)size, ": %s", strerror(number));
	return false;
}

bool
error_within(struct error *err, const char *format, ...)
{
	char where[sizeof(err->text)], whole[sizeof(err->text) * 2 + 2];
	va_list args;

	if (!err)
		return false;
	va_start(args, format);
	vsnprintf(where, sizeof(where), format, args);
	va_end(args);
	snprintf(whole, sizeof(whole), "%s: %s", where, err->text);
	if (strlen(whole) >= sizeof(err->text)) {
		memcpy(err->text, whole, sizeof(err->text) - 1);
		mark_cut(err);
	} else {
		memcpy(err->text, whole, strlen(whole) + 1);
	}
	return false;
}
