/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What others wrote, as they say it is: Debezium's sample events, each compared
 * with what jansson reads of it, and the scenarios of CloudEvents' conformance
 * tests for Kafka, whose tables are read here.
 */
#include "decoding.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "shared_data.h"

/* --- debezium ------------------------------------------------------------------------- */

static const json_t *
row_of(const json_t *event, const char *name)
{
	const json_t *row = json_object_get(event, name);

	return json_is_object(row) ? row : NULL;
}

static bool
is_snapshot(const json_t *event)
{
	const json_t *snapshot = json_object_get(json_object_get(event, "source"), "snapshot");

	return strcmp(json_string_value(json_object_get(event, "op")), "r") == 0 ||
	    json_is_true(snapshot) ||
	    (json_is_string(snapshot) && strcmp(json_string_value(snapshot), "true") == 0);
}

/* The columns that differ, as a sentence that decoding_show() would end with. */
static void
add_differences(const json_t *event, struct buffer *out)
{
	const json_t *before = row_of(event, "before"), *after = row_of(event, "after");
	const char *column;
	json_t *now;
	int count = 0;

	json_object_foreach((json_t *)after, column, now)
	{
		json_t *old = json_object_get(before, column);

		if (old && json_equal(old, now))
			continue;
		buffer_add_format(out, "%s%s ", count++ ? ", " : "", column);
		if (json_is_string(old))
			buffer_add_format(out, "'%s' -> ", json_string_value(old));
		else
			buffer_add_format(out, "null -> ");
		if (json_is_string(now))
			buffer_add_format(out, "'%s'", json_string_value(now));
		else
			buffer_add_format(out, "%lld", (long long)json_integer_value(now));
	}
}

static void
expect_event(const json_t *event, struct buffer *out)
{
	const json_t *source = json_object_get(event, "source");
	const char *op = json_string_value(json_object_get(event, "op"));
	const char *within = json_string_value(json_object_get(source, "schema"));
	char time[TIMESTAMP_TEXT_BYTES];

	out->size = 0;
	if (is_snapshot(event)) {
		buffer_add_format(out, "filtered: snapshot-read: ");
		return;
	}
	timestamp_text(json_integer_value(json_object_get(source, "ts_ms")), time);
	buffer_add_format(out, "%s %s.%s op=%s [", time,
	    within ? within : json_string_value(json_object_get(source, "db")),
	    json_string_value(json_object_get(source, "table")),
	    op[0] == 'c' ? "create" : "update");
	add_differences(event, out);
	buffer_add_format(out, "]");
}

/* As it is, and with the schema that JsonConverter puts around. */
static void
decode_both_ways(struct decoding *decoding, json_t *event, const char *expected)
{
	char *bare = json_dumps(event, JSON_COMPACT);
	json_t *wrapped = json_pack("{s:{s:s}, s:O}", "schema", "type", "struct", "payload", event);
	char *whole = json_dumps(wrapped, JSON_COMPACT);

	assert_string_equal(decoding_one(decoding, text_of(bare)), expected);
	assert_string_equal(decoding_one(decoding, text_of(whole)), expected);
	json_decref(wrapped);
	free(whole);
	free(bare);
}

static void
debeziums_sample_events(void **state)
{
	static char line[1 << 16];
	struct decoding decoding;
	struct buffer expected = {0};
	char path[4096];
	int events = 0, acts = 0;
	FILE *file;

	assert_true(
	    shared_data_find("interop/debezium/sample_change_events.jsonl", path, sizeof(path)));
	file = fopen(path, "r");
	assert_non_null(file);
	decoding_open(
	    &decoding, FORMAT_JSON, "envelope: debezium\nchanges: {columns: all}\n", NULL);
	while (fgets(line, sizeof(line), file)) {
		json_t *whole = json_loads(line, 0, NULL);
		json_t *event = json_object_get(whole, "event");

		assert_non_null(event);
		expect_event(event, &expected);
		buffer_add_byte(&expected, 0);
		decode_both_ways(&decoding, event, (const char *)expected.data);
		acts += !is_snapshot(event);
		events++;
		json_decref(whole);
	}
	assert_true(events >= 11 && acts >= 2);
	buffer_fini(&expected);
	decoding_close(&decoding);
	fclose(file);
}

/* --- cloudevents ---------------------------------------------------------------------- */

#define CELLS 8
#define TEXT_ROOM 4096

struct table {
	size_t count;
	char keys[CELLS][128], values[CELLS][256];
};

/* One scenario; an outline is one for each of its examples. */
struct scenario {
	char payload[TEXT_ROOM], data[TEXT_ROOM];
	struct table headers, attributes, examples;
	int run;
};

static char *
trimmed(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	return text;
}

/* "| key | value |"; the row of titles is left out. */
static void
add_row(struct table *table, char *line)
{
	char *key = trimmed(strtok(line, "|")), *value = strtok(NULL, "|");

	value = value ? trimmed(value) : NULL;
	if (strcmp(key, "key") == 0 || key[0] == '<' || strcmp(key, "contentType") == 0)
		return;
	assert_true(table->count < CELLS);
	snprintf(table->keys[table->count], sizeof(table->keys[0]), "%s", key);
	snprintf(table->values[table->count++], sizeof(table->values[0]), "%s", value ? value : "");
}

static const char *
value_in(const struct table *table, const char *key)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (strcmp(table->keys[i], key) == 0)
			return table->values[i];
	return NULL;
}

static void
decode_scenario(struct decoding *decoding, const struct scenario *scenario, const char *example)
{
	struct buffer aside = {0}, expected = {0};
	json_t *data = json_loads(scenario->data, 0, NULL);
	size_t i;

	for (i = 0; i < scenario->headers.count; i++)
		buffer_add_format(&aside, "%s: %s\n", scenario->headers.keys[i],
		    scenario->headers.values[i][0] == '<' ? example : scenario->headers.values[i]);
	buffer_add_byte(&aside, 0);
	buffer_add_format(&expected,
	    "%s %s id=%s channel=%s entity=%s op=%s [message null -> '%s']",
	    value_in(&scenario->attributes, "time"), value_in(&scenario->attributes, "type"),
	    value_in(&scenario->attributes, "id"),
	    value_in(&scenario->attributes, "datacontenttype"),
	    value_in(&scenario->attributes, "source"),
	    value_in(&scenario->attributes, "specversion"),
	    json_string_value(json_object_get(data, "message")));
	buffer_add_byte(&expected, 0);
	assert_string_equal(
	    decoding_one_beside(decoding, (const char *)aside.data, text_of(scenario->payload)),
	    (const char *)expected.data);
	json_decref(data);
	buffer_fini(&aside);
	buffer_fini(&expected);
}

static int
run_scenario(struct decoding *decoding, const struct scenario *scenario)
{
	size_t i;

	if (!scenario->headers.count)
		return 0;
	for (i = 0; i < scenario->examples.count; i++)
		decode_scenario(decoding, scenario, scenario->examples.keys[i]);
	if (!scenario->examples.count)
		decode_scenario(decoding, scenario, "");
	return scenario->examples.count ? (int)scenario->examples.count : 1;
}

/* Where the lines that follow go. */
struct reading {
	struct scenario scenario;
	struct table *table;
	char *text; /* of a text in three quotes */
	bool inside;
};

static void
read_line(struct reading *reading, char *line)
{
	char *words = trimmed(line);

	if (strcmp(words, "\"\"\"") == 0) {
		reading->inside = !reading->inside;
	} else if (reading->inside) {
		strncat(reading->text, words, TEXT_ROOM - strlen(reading->text) - 1);
	} else if (strstr(words, "payload:")) {
		reading->text = reading->scenario.payload;
	} else if (strstr(words, "the data is")) {
		reading->text = reading->scenario.data;
	} else if (strstr(words, "headers:")) {
		reading->table = &reading->scenario.headers;
	} else if (strstr(words, "attributes are:")) {
		reading->table = &reading->scenario.attributes;
	} else if (strstr(words, "Examples:")) {
		reading->table = &reading->scenario.examples;
	} else if (words[0] == '|') {
		add_row(reading->table, words);
	}
}

static void
cloudevents_conformance_scenarios(void **state)
{
	static struct reading reading;
	struct decoding decoding;
	char path[4096], command[5000], line[1024];
	int events = 0;
	FILE *feature;

	assert_true(
	    shared_data_find("interop/cloudevents/conformance_2022.tar.xz", path, sizeof(path)));
	snprintf(command, sizeof(command), "tar -xJOf '%s' features/kafka-protocol-binding.feature",
	    path);
	feature = popen(command, "r");
	assert_non_null(feature);
	decoding_open(&decoding, FORMAT_JSON,
	    "envelope: cloudevents\ndataset: type\nentity: source\nop: specversion\nchannel: "
	    "datacontenttype\nchanges: {new: [message], new-prefix: data.}\n",
	    NULL);
	while (fgets(line, sizeof(line), feature)) {
		if (!reading.inside && strstr(line, "Scenario")) {
			events += run_scenario(&decoding, &reading.scenario);
			reading = (struct reading){0};
		}
		read_line(&reading, line);
	}
	events += run_scenario(&decoding, &reading.scenario);
	assert_int_equal(pclose(feature), 0);
	assert_int_equal(events, 3);
	decoding_close(&decoding);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(debeziums_sample_events),
	    cmocka_unit_test(cloudevents_conformance_scenarios),
	};
	char path[4096];

	shared_data_need("interop/debezium/sample_change_events.jsonl", path, sizeof(path));
	shared_data_need("interop/cloudevents/conformance_2022.tar.xz", path, sizeof(path));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
