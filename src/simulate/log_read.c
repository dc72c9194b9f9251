/* SPDX-License-Identifier: Apache-2.0 */
/* A canonical log from a file; gzip or plain, line by line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/json.h"
#include "base/memory.h"
#include "log.h"

#define LINE_BYTES_MAX ((size_t)16 << 20)

/* The parts of a line, while it is read. */
struct line {
	struct log *log;
	const struct json_document *document;
	const char *why; /* what is wrong */
};

static uint32_t
name_member(struct line *line, const char *key)
{
	const struct json_node *node = json_member(line->document, 0, text_of(key));

	if (!node || node->kind == NODE_NULL)
		return SYMBOL_NONE;
	if (node->kind != NODE_TEXT) {
		line->why =
		    "actor, team, system, channel, entity, op and dataset must be text or null";
		return SYMBOL_NONE;
	}
	return symbols_add(line->log->names, node->text);
}

static bool
value_of(struct log *log, const struct json_node *node, struct value *value)
{
	switch (node->kind) {
	case NODE_NULL:
		*value = (struct value){.kind = VALUE_NULL};
		return true;
	case NODE_FALSE:
	case NODE_TRUE:
		*value = (struct value){.kind = VALUE_BOOLEAN, .boolean = node->kind == NODE_TRUE};
		return true;
	case NODE_LONG:
		*value = (struct value){.kind = VALUE_LONG, .integer = node->integer};
		return true;
	case NODE_DOUBLE:
		*value = (struct value){.kind = VALUE_DOUBLE, .number = node->number};
		return true;
	case NODE_TEXT:
		*value = (struct value){.kind = VALUE_TEXT,
		    .text = symbols_text(log->names, symbols_add(log->names, node->text))};
		return true;
	case NODE_ARRAY:
	case NODE_OBJECT:
		break;
	}
	return false;
}

/* nodes[at] is one [field, old, new]. */
static bool
read_change(
    struct log *log, const struct json_document *document, uint32_t at, struct log_change *change)
{
	const struct json_node *nodes = document->nodes;

	if (nodes[at].kind != NODE_ARRAY || nodes[at].count != 3 || nodes[at + 1].kind != NODE_TEXT)
		return false;
	change->field = symbols_add(log->names, nodes[at + 1].text);
	if (nodes[at + 2].kind == NODE_ARRAY || nodes[at + 2].kind == NODE_OBJECT)
		return false;
	return value_of(log, &nodes[at + 2], &change->old_value) &&
	    value_of(log, &nodes[at + 3], &change->new_value);
}

static bool
read_changes(struct line *line, struct log_event *event)
{
	const struct json_node *list = json_member(line->document, 0, TEXT("changes"));
	uint32_t at, i;

	if (!list || list->kind != NODE_ARRAY)
		return false;
	event->change_count = list->count;
	event->changes =
	    arena_get_zero(&line->log->arena, (list->count + 1) * sizeof(*event->changes));
	at = (uint32_t)(list - line->document->nodes) + 1;
	for (i = 0; i < list->count; i++) {
		if (!read_change(line->log, line->document, at, &event->changes[i]))
			return false;
		at = line->document->nodes[at].next;
	}
	return true;
}

static void
learn_precision(struct log *log, struct text time)
{
	log->zoned = time.size &&
	    (time.data[time.size - 1] == 'Z' || (time.size > 6 && time.data[time.size - 6] == '+'));
	log->precision = time.size <= 10        ? PRECISION_DAY
	    : time.size <= 17                   ? PRECISION_MINUTE
	    : memchr(time.data, '.', time.size) ? PRECISION_MS
						: PRECISION_SECOND;
}

static bool
read_line(struct line *line, struct error *err)
{
	const struct timestamp_rule rule = {.format = TIMESTAMP_ISO8601};
	const struct json_node *time = json_member(line->document, 0, TEXT("time"));
	struct log_event *event;

	if (!time || time->kind != NODE_TEXT)
		return error_set(err, ERROR_MALFORMED, "an event needs a `time` as text");
	if (!line->log->count)
		learn_precision(line->log, time->text);
	event = log_add(line->log, 0);
	if (!timestamp_parse(time->text, &rule, &event->time_ms, err))
		return error_within(err, "time");
	event->dataset = name_member(line, "dataset");
	event->actor = name_member(line, "actor");
	event->team = name_member(line, "team");
	event->system = name_member(line, "system");
	event->channel = name_member(line, "channel");
	event->entity = name_member(line, "entity");
	event->op = name_member(line, "op");
	if (event->dataset)
		line->log->has_dataset = true;
	if (!read_changes(line, event))
		line->why = "`changes` must be a list of [field, old, new]";
	return !line->why || error_set(err, ERROR_MALFORMED, "%s", line->why);
}

static bool
read_lines(struct log *log, gzFile file, struct error *err)
{
	struct json_reader *reader = json_reader_open();
	char *bytes = memory_get(LINE_BYTES_MAX);
	struct json_document document;
	bool good = true;
	long number = 0;

	while (good && gzgets(file, bytes, (int)LINE_BYTES_MAX)) {
		struct line line = {.log = log, .document = &document};
		struct text text = {bytes, strlen(bytes)};

		number++;
		if (text.size <= 1)
			continue;
		good = json_parse(reader, text, &document, err) && read_line(&line, err);
		if (!good)
			error_within(err, "line %ld", number);
	}
	memory_free(bytes);
	json_reader_close(reader);
	return good;
}

bool
log_read(struct log *log, const char *path, struct error *err)
{
	gzFile file = gzopen(path, "rb");
	bool good;
	int number;

	if (!file)
		return error_system(err, errno == ENOENT ? ERROR_MISSING : ERROR_IO, "%s", path);
	log->has_dataset = false;
	good = read_lines(log, file, err);
	if (good && (gzerror(file, &number), number != Z_OK && number != Z_STREAM_END))
		good = error_set(err, ERROR_IO, "the compressed data ends early or is damaged");
	gzclose(file);
	if (!good)
		return error_within(err, "%s", path);
	log_sort(log);
	return true;
}
