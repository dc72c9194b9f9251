/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the message holds, the line stays one line and cannot steer a terminal. */
#include "log_form.h"

#include <ctype.h>
#include <stdio.h>

#include "base/json_print.h"
#include "base/timestamp.h"

#define MESSAGE_BYTES_MAX 1024
#define FIELD_BYTES_MAX 256

static const char *const level_names[] = {"error", "warn", "info", "debug"};

struct form {
	void (*begin)(const struct log_entry *entry, struct buffer *out);
	void (*text)(const char *key, struct text value, struct buffer *out);
	void (*number)(const char *key, int64_t value, struct buffer *out);
	const char *end;
};

/* "2016-02-29T01:23:00.007Z": with milliseconds, always. */
static void
add_time(int64_t time_ms, struct buffer *out)
{
	char text[TIMESTAMP_TEXT_BYTES];

	timestamp_text(time_ms - time_ms % 1000, text);
	buffer_add_format(out, "%.19s.%03dZ", text, (int)(time_ms % 1000));
}

/* --- logfmt --------------------------------------------------------------------------- */

static bool
is_plain(struct text value)
{
	size_t i;

	for (i = 0; i < value.size; i++)
		if (!isalnum((unsigned char)value.data[i]) && !strchr("-_./:+", value.data[i]))
			return false;
	return value.size;
}

static void
logfmt_text(const char *key, struct text value, struct buffer *out)
{
	size_t i;

	buffer_add_format(out, " %s=", key);
	if (is_plain(value)) {
		buffer_add_text(out, value);
		return;
	}
	buffer_add_byte(out, '"');
	for (i = 0; i < value.size; i++) {
		if (value.data[i] == '"' || value.data[i] == '\\')
			buffer_add_byte(out, '\\');
		buffer_add_byte(out, (uint8_t)value.data[i]);
	}
	buffer_add_byte(out, '"');
}

static void
logfmt_number(const char *key, int64_t value, struct buffer *out)
{
	buffer_add_format(out, " %s=%lld", key, (long long)value);
}

static void
logfmt_begin(const struct log_entry *entry, struct buffer *out)
{
	char shown[MESSAGE_BYTES_MAX * 4 + 16];

	buffer_add_text(out, TEXT("time="));
	add_time(entry->time_ms, out);
	buffer_add_format(
	    out, " level=%s component=%s", level_names[entry->level], entry->component);
	text_show(text_of(entry->message), MESSAGE_BYTES_MAX, shown, sizeof(shown));
	buffer_add_format(out, " msg=\"");
	for (const char *p = shown; *p; p++) {
		if (*p == '"')
			buffer_add_byte(out, '\\');
		buffer_add_byte(out, (uint8_t)*p);
	}
	buffer_add_byte(out, '"');
}

/* --- JSON ----------------------------------------------------------------------------- */

static void
json_text_field(const char *key, struct text value, struct buffer *out)
{
	buffer_add_format(out, ",\"%s\":", key);
	json_print_text(value, out);
}

static void
json_number_field(const char *key, int64_t value, struct buffer *out)
{
	buffer_add_format(out, ",\"%s\":%lld", key, (long long)value);
}

static void
json_begin(const struct log_entry *entry, struct buffer *out)
{
	char shown[MESSAGE_BYTES_MAX * 4 + 16];

	buffer_add_text(out, TEXT("{\"time\":\""));
	add_time(entry->time_ms, out);
	buffer_add_format(out, "\",\"level\":\"%s\"", level_names[entry->level]);
	json_text_field("component", text_of(entry->component), out);
	text_show(text_of(entry->message), MESSAGE_BYTES_MAX, shown, sizeof(shown));
	json_text_field("message", text_of(shown), out);
}

/* --- people --------------------------------------------------------------------------- */

static void
people_begin(const struct log_entry *entry, struct buffer *out)
{
	char shown[MESSAGE_BYTES_MAX * 4 + 16];
	size_t at = out->size;

	add_time(entry->time_ms, out);
	/* The clock alone: 01:23:00. */
	memmove(out->data + at, out->data + at + 11, 8);
	out->size = at + 8;
	text_show(text_of(entry->message), MESSAGE_BYTES_MAX, shown, sizeof(shown));
	buffer_add_format(out, " %-5s %s: %s", level_names[entry->level], entry->component, shown);
}

/* --- all ------------------------------------------------------------------------------ */

static const struct form forms[] = {
    [LOG_FORMAT_LOGFMT] = {logfmt_begin, logfmt_text, logfmt_number, "\n"},
    [LOG_FORMAT_JSON] = {json_begin, json_text_field, json_number_field, "}\n"},
    [LOG_FORMAT_PEOPLE] = {people_begin, logfmt_text, logfmt_number, "\n"},
};

void
log_form(const struct log_entry *entry, enum log_format format, struct buffer *out)
{
	const struct form *form = &forms[format];
	const struct log_field *field;
	char shown[FIELD_BYTES_MAX * 4 + 16];

	form->begin(entry, out);
	for (field = entry->fields; field && field->key; field++) {
		if (!field->text) {
			form->number(field->key, field->number, out);
			continue;
		}
		text_show(text_of(field->text), FIELD_BYTES_MAX, shown, sizeof(shown));
		form->text(field->key, text_of(shown), out);
	}
	if (entry->repeated)
		form->number("repeated", (int64_t)entry->repeated, out);
	if (entry->dropped)
		form->number("dropped", (int64_t)entry->dropped, out);
	buffer_add_text(out, text_of(form->end));
}
