/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON line an event, keys in the canonical order; labels beside. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "log.h"

static void
add_json_text(struct buffer *out, struct text text)
{
	size_t i;

	if (!text.data) {
		buffer_add(out, "null", 4);
		return;
	}
	buffer_add_byte(out, '"');
	for (i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c == '"' || c == '\\') {
			buffer_add_byte(out, '\\');
			buffer_add_byte(out, c);
		} else if (c < 0x20) {
			buffer_add_format(out, "\\u%04x", c);
		} else {
			buffer_add_byte(out, c);
		}
	}
	buffer_add_byte(out, '"');
}

/* The shortest decimal that reads back the same. */
static void
add_number(struct buffer *out, double number)
{
	char text[40];
	int digits;

	for (digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	buffer_add(out, text, strlen(text));
	if (fabs(number) < 1e15 && !strpbrk(text, ".e"))
		buffer_add(out, ".0", 2);
}

static void
add_value(struct buffer *out, const struct value *value)
{
	switch (value->kind) {
	case VALUE_BOOLEAN:
		buffer_add_format(out, "%s", value->boolean ? "true" : "false");
		break;
	case VALUE_LONG:
		buffer_add_format(out, "%lld", (long long)value->integer);
		break;
	case VALUE_DOUBLE:
		add_number(out, value->number);
		break;
	case VALUE_TEXT:
		add_json_text(out, value->text);
		break;
	case VALUE_NULL:
	case VALUE_HASHED:
		buffer_add(out, "null", 4);
		break;
	}
}

static void
add_time(const struct log *log, struct buffer *out, int64_t time_ms)
{
	static const size_t lengths[] = {
	    [PRECISION_DAY] = 10, [PRECISION_MINUTE] = 16, [PRECISION_SECOND] = 19};
	char text[TIMESTAMP_TEXT_BYTES];

	timestamp_text(time_ms, text);
	if (log->precision == PRECISION_MS)
		text[strlen(text) - 1] = '\0';
	else
		text[lengths[log->precision]] = '\0';
	buffer_add_format(
	    out, "\"%s%s\"", text, log->zoned && log->precision != PRECISION_DAY ? "Z" : "");
}

static void
add_member(const struct log *log, struct buffer *out, const char *key, uint32_t symbol)
{
	buffer_add_format(out, ",\"%s\":", key);
	add_json_text(out, symbols_text(log->names, symbol));
}

static void
add_event(const struct log *log, struct buffer *out, size_t number)
{
	const struct log_event *event = &log->events[number];
	uint32_t i;

	buffer_add_format(out, "{\"id\":\"e%07zu\",\"time\":", number);
	add_time(log, out, event->time_ms);
	if (log->has_dataset)
		add_member(log, out, "dataset", event->dataset);
	add_member(log, out, "actor", event->actor);
	add_member(log, out, "team", event->team);
	add_member(log, out, "system", event->system);
	add_member(log, out, "channel", event->channel);
	add_member(log, out, "entity", event->entity);
	add_member(log, out, "op", event->op);
	buffer_add(out, ",\"changes\":[", 12);
	for (i = 0; i < event->change_count; i++) {
		buffer_add_format(out, "%s[", i ? "," : "");
		add_json_text(out, symbols_text(log->names, event->changes[i].field));
		buffer_add_byte(out, ',');
		add_value(out, &event->changes[i].old_value);
		buffer_add_byte(out, ',');
		add_value(out, &event->changes[i].new_value);
		buffer_add_byte(out, ']');
	}
	buffer_add(out, "]}\n", 3);
}

/* RFC 4180: quoted where it must be. */
static void
add_cell(struct buffer *out, const char *text)
{
	const char *p;

	if (!strpbrk(text, ",\"\r\n")) {
		buffer_add(out, text, strlen(text));
		return;
	}
	buffer_add_byte(out, '"');
	for (p = text; *p; p++) {
		if (*p == '"')
			buffer_add_byte(out, '"');
		buffer_add_byte(out, (uint8_t)*p);
	}
	buffer_add_byte(out, '"');
}

static void
add_label(const struct log *log, struct buffer *out, size_t number)
{
	const struct log_event *event = &log->events[number];
	const struct label *label = &event->label;

	buffer_add_format(out, "e%07zu,%s,%u,", number, label->pattern, label->campaign);
	add_cell(out, log_text(log, event->actor));
	buffer_add_byte(out, ',');
	add_cell(out, label->field ? log_text(log, label->field) : "event");
	buffer_add_format(out, ",%d,%d\n", label->malicious, label->first);
}

static bool
replace(const char *folder, const char *name, struct buffer *bytes, struct error *err)
{
	char *path = file_join(folder, name);
	bool done = file_replace(path, buffer_text(bytes), 0644, err);

	memory_free(path);
	buffer_fini(bytes);
	return done;
}

bool
log_write(const struct log *log, const char *folder, struct error *err)
{
	struct buffer events = {0}, labels = {0};
	size_t i;

	buffer_add_format(&labels, "event_id,pattern,campaign,actor,field,malicious,first\n");
	for (i = 0; i < log->count; i++) {
		add_event(log, &events, i);
		if (log->events[i].label.pattern)
			add_label(log, &labels, i);
	}
	if (!replace(folder, "events.jsonl", &events, err)) {
		buffer_fini(&labels);
		return false;
	}
	return replace(folder, "labels.csv", &labels, err);
}
