/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three public logs that are not part of the project: incidents as JSON lines,
 * permits and traffic fines as CSV. Each event is compared with what a simple
 * reader of the same line says.
 */
#include "decoding.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include <cmocka.h>

#include "shared_data.h"

#define COLUMNS_MAX 32

static gzFile
open_log(const char *name)
{
	char path[4096];
	gzFile file;

	shared_data_need(name, path, sizeof(path));
	file = gzopen(path, "rb");
	assert_true(file != NULL);
	return file;
}

/* Without its line end; NULL at the end of the log. */
static char *
read_line(gzFile log, char *line, int room)
{
	if (!gzgets(log, line, room))
		return NULL;
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

static void
same_text(struct text text, json_t *value)
{
	const char *expected = json_string_value(value);

	assert_int_equal(text.data != NULL, expected && *expected);
	if (text.data)
		assert_true(text_is(text, expected));
}

static void
same_value(const struct value *value, json_t *expected)
{
	switch (json_typeof(expected)) {
	case JSON_NULL:
		assert_int_equal(value->kind, VALUE_NULL);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		assert_int_equal(value->kind, VALUE_BOOLEAN);
		assert_int_equal(value->boolean, json_is_true(expected));
		break;
	case JSON_INTEGER:
		assert_int_equal(value->kind, VALUE_LONG);
		assert_true(value->integer == json_integer_value(expected));
		break;
	case JSON_REAL:
		assert_int_equal(value->kind, VALUE_DOUBLE);
		assert_true(value->number == json_real_value(expected));
		break;
	default:
		assert_int_equal(value->kind, VALUE_TEXT);
		assert_true(text_is(value->text, json_string_value(expected)));
	}
}

static void
same_event(const struct decoding *decoding, const struct event *event, const char *line)
{
	json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL), *changes;
	char time[TIMESTAMP_TEXT_BYTES];
	size_t i;

	assert_non_null(json);
	/* The log's times are to the minute. */
	assert_memory_equal(timestamp_text(event->time_ms, time),
	    json_string_value(json_object_get(json, "time")), 16);
	same_text(event->id, json_object_get(json, "id"));
	same_text(event->actor, json_object_get(json, "actor"));
	same_text(event->entity, json_object_get(json, "entity"));
	same_text(symbols_text(decoding->names, event->team), json_object_get(json, "team"));
	same_text(symbols_text(decoding->names, event->channel), json_object_get(json, "channel"));
	same_text(symbols_text(decoding->names, event->op), json_object_get(json, "op"));
	changes = json_object_get(json, "changes");
	assert_int_equal(event->change_count, json_array_size(changes));
	for (i = 0; i < event->change_count; i++) {
		json_t *change = json_array_get(changes, i);

		same_text(symbols_text(decoding->names, event->changes[i].field),
		    json_array_get(change, 0));
		same_value(&event->changes[i].old_value, json_array_get(change, 1));
		same_value(&event->changes[i].new_value, json_array_get(change, 2));
	}
	json_decref(json);
}

static void
incidents_are_what_jansson_reads(void **state)
{
	static const char mapping[] =
	    "dataset: {value: servicenow.incident}\nid: id\ntime: time\nactor: actor\nteam: team\n"
	    "system: system\nchannel: channel\nentity: entity\nop: op\nchanges: {list: changes}\n";
	static char line[65536];
	struct decoding decoding;
	gzFile log = open_log("uci_incidents/demo_first8000.jsonl");
	size_t count = 0;

	decoding_open(&decoding, FORMAT_JSON, mapping, NULL);
	while (read_line(log, line, sizeof(line))) {
		decoding_one(&decoding, text_of(line));
		assert_int_equal(decoding.batch.outcomes[0].disposition, DISPOSITION_RECORDED);
		same_event(&decoding, &decoding.batch.events[0], line);
		count++;
	}
	assert_int_equal(count, 8000);
	gzclose(log);
	decoding_close(&decoding);
}

/* Neither log has a quote, so commas are enough. */
static size_t
split(char *line, char *cells[COLUMNS_MAX])
{
	size_t count = 0;

	do {
		assert_true(count < COLUMNS_MAX);
		cells[count++] = strsep(&line, ",");
	} while (line);
	return count;
}

static void
permits_are_read(void **state)
{
	static const char mapping[] =
	    "dataset: {value: permits}\ntime: 'time:timestamp'\nentity: case\nactor: "
	    "'org:resource'\n"
	    "team: 'org:group'\nchannel: 'case:channel'\nop: 'concept:name'\n"
	    "where: [{field: 'lifecycle:transition', is: complete}]\n";
	static char line[65536], copy[65536];
	struct decoding decoding;
	gzFile log = open_log("receipt_permits/events.csv.gz");
	char *cells[COLUMNS_MAX], time[TIMESTAMP_TEXT_BYTES];
	static char header[4096];
	size_t count = 0;

	decoding_open(&decoding, FORMAT_CSV, mapping, NULL);
	decoding_header(&decoding, text_of(read_line(log, header, sizeof(header))));
	while (read_line(log, line, sizeof(line))) {
		const struct event *event = &decoding.batch.events[0];
		int64_t time_ms;
		int hour;

		strcpy(copy, line);
		assert_int_equal(split(copy, cells), 15);
		decoding_one(&decoding, text_of(line));
		assert_int_equal(decoding.batch.outcomes[0].disposition, DISPOSITION_RECORDED);
		assert_true(text_is(event->entity, cells[0]));
		assert_true(text_is(event->actor, cells[11]));
		assert_true(text_is(symbols_text(decoding.names, event->op), cells[12]));
		/* In its own zone the moment has the clock that is written. */
		hour = atoi(cells[13] + strlen(cells[13]) - 6);
		time_ms = event->time_ms + hour * 3600000;
		assert_memory_equal(timestamp_text(time_ms, time), cells[13], 19);
		count++;
	}
	assert_int_equal(count, 8577);
	gzclose(log);
	decoding_close(&decoding);
}

/* The last text of each column of each case, by "case,column". */
struct last_rows {
	struct symbols *keys, *texts;
	uint32_t *last; /* [key] of texts */
	size_t capacity;
};

/* Whether the cell differs from the last one, which it becomes. */
static bool
differs(struct last_rows *rows, const char *row_case, size_t column, const char *text)
{
	char key_text[256];
	uint32_t key, before, now;

	snprintf(key_text, sizeof(key_text), "%s,%zu", row_case, column);
	key = symbols_add(rows->keys, text_of(key_text));
	if (key >= rows->capacity) {
		size_t old = rows->capacity;

		rows->capacity = key * 2 + 64;
		rows->last = realloc(rows->last, rows->capacity * sizeof(*rows->last));
		assert_non_null(rows->last);
		memset(rows->last + old, 0, (rows->capacity - old) * sizeof(*rows->last));
	}
	before = rows->last[key];
	now = symbols_add(rows->texts, text_of(text));
	rows->last[key] = now;
	return before != now;
}

static void
fines_change_where_a_cell_differs(void **state)
{
	static const char mapping[] =
	    "dataset: {value: fines}\ntime: 'time:timestamp'\nentity: {template: 'fine/{case}'}\n"
	    "actor: 'org:resource'\nop: 'concept:name'\n"
	    "changes: {wide: all, except: ['lifecycle:transition']}\n";
	/* What is no part: amount, dismissal, vehicleClass, … */
	static const size_t columns[] = {1, 3, 5, 6, 9, 10, 11, 12, 13, 14, 15};
	const struct decoder_options limits = {.wide_entities_max = 2000000};
	static char line[65536], copy[65536], header[4096];
	struct last_rows rows = {symbols_open(), symbols_open(), NULL, 0};
	struct decoding decoding;
	gzFile log = open_log("road_fines/events.csv.gz");
	char *cells[COLUMNS_MAX];
	size_t count = 0, unknown = 0, changes = 0, i;

	decoding_open(&decoding, FORMAT_CSV, mapping, &limits);
	decoding_header(&decoding, text_of(read_line(log, header, sizeof(header))));
	while (read_line(log, line, sizeof(line))) {
		const struct event *event = &decoding.batch.events[0];
		uint32_t expected = 0;

		strcpy(copy, line);
		assert_int_equal(split(copy, cells), 16);
		for (i = 0; i < ARRAY_COUNT(columns); i++)
			if (*cells[columns[i]])
				expected += differs(&rows, cells[0], columns[i], cells[columns[i]]);
		decoding_one(&decoding, text_of(line));
		assert_int_equal(decoding.batch.outcomes[0].disposition, DISPOSITION_RECORDED);
		assert_int_equal(event->change_count, expected);
		unknown += !event->actor.data;
		changes += expected;
		count++;
	}
	assert_int_equal(count, 561470);
	/* Only who creates a fine or takes an appeal is named. */
	assert_int_equal(unknown, 561470 - 150925);
	assert_true(changes > 1000000);
	assert_int_equal(decoder_forgotten(decoding.decoder), 0);
	gzclose(log);
	free(rows.last);
	symbols_close(rows.keys);
	symbols_close(rows.texts);
	decoding_close(&decoding);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(incidents_are_what_jansson_reads),
	    cmocka_unit_test(permits_are_read),
	    cmocka_unit_test(fines_change_where_a_cell_differs),
	};

	char path[4096];

	shared_data_need("road_fines/events.csv.gz", path, sizeof(path));
	shared_data_need("receipt_permits/events.csv.gz", path, sizeof(path));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
