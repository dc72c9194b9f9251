/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical change events, one a line. json: read, fully validated, and every
 * key and value added to a sum. json_event: the mapping applied until an event
 * stands there, and every part and value of it added to a sum. The peer is
 * jansson, which refuses duplicate keys too; for the event it looks up the same
 * parts and values in its tree, without making names numbers. What is timed is
 * the same on both sides, and the sums of both must agree.
 *
 *   bench_json [FILE]     lines of FILE instead of made-up ones
 */
#include <jansson.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "bench.h"
#include "decode/decoder.h"

#define LINES 20000

struct lines {
	struct text *items;
	size_t count, capacity;
};

static void
add_line(struct lines *lines, const char *line, size_t size)
{
	memory_grow(&lines->items, &lines->capacity, lines->count + 1, sizeof(*lines->items));
	lines->items[lines->count++] = (struct text){memory_text_n(line, size), size};
}

static void
read_lines(struct lines *lines, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	while (file && lines->count < LINES && (size = getline(&line, &room, file)) > 1)
		add_line(lines, line, (size_t)size - 1);
	free(line);
	if (file)
		fclose(file);
}

/* An update of a ticket: 300 to 500 bytes. */
static void
make_lines(struct lines *lines)
{
	static const char *const changes[] = {"[\"state\",\"New\",\"In progress\"]",
	    "[\"priority\",\"3 - Moderate\",\"2 - High\"]", "[\"reassignments\",1,2]",
	    "[\"sla_met\",true,false]", "[\"assigned_to\",null,\"Resolver 117\"]",
	    "[\"hours\",0.25,1.75]", "[\"category\",\"Category 26\",\"Category 55\"]",
	    "[\"knowledge\",false,true]"};
	char line[1024];
	unsigned i, j;

	for (i = 0; i < LINES; i++) {
		int used = snprintf(line, sizeof(line),
		    "{\"id\":\"T%07u/"
		    "%u\",\"time\":\"2016-%02u-%02uT%02u:%02u\",\"actor\":\"Updated by "
		    "%u\",\"team\":\"Group %u\","
		    "\"system\":\"servicenow\",\"channel\":\"%s\",\"entity\":\"incident/"
		    "T%07u\",\"op\":\"update\",\"changes\":[",
		    i / 4, i % 4, i % 12 + 1, i % 28 + 1, i % 24, i % 60, i * 7 % 840, i % 78,
		    i % 3 ? "Phone" : "Email", i / 4);

		for (j = 0; j < 4 + i % 3; j++)
			used += snprintf(line + used, sizeof(line) - (size_t)used, "%s%s",
			    j ? "," : "", changes[(i + j) % ARRAY_COUNT(changes)]);
		used += snprintf(line + used, sizeof(line) - (size_t)used, "]}");
		add_line(lines, line, (size_t)used);
	}
}

static struct json_reader *reader;

/* Of all that was timed. */
static uint64_t our_total, their_total;

static uint64_t
sum_double(double number)
{
	return (uint64_t)(int64_t)(number * 100);
}

static uint64_t
sum_node(const struct json_node *node)
{
	switch (node->kind) {
	case NODE_TRUE:
		return 1;
	case NODE_LONG:
		return (uint64_t)node->integer;
	case NODE_DOUBLE:
		return sum_double(node->number);
	case NODE_TEXT:
		return node->text.size;
	default:
		return 0;
	}
}

static uint64_t
parse_ours(void *context)
{
	const struct lines *lines = context;
	struct json_document document;
	struct error err;
	uint64_t sum = 0;
	size_t i, k;

	for (i = 0; i < lines->count; i++) {
		if (!json_parse(reader, lines->items[i], &document, &err))
			abort();
		for (k = 0; k < document.count; k++)
			sum += sum_node(&document.nodes[k]);
	}
	our_total += sum;
	return sum;
}

static json_t *
load(struct text line)
{
	json_t *json = json_loadb(line.data, line.size, JSON_REJECT_DUPLICATES, NULL);

	if (!json)
		abort();
	return json;
}

static uint64_t
sum_single(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_TRUE:
		return 1;
	case JSON_INTEGER:
		return (uint64_t)json_integer_value(json);
	case JSON_REAL:
		return sum_double(json_real_value(json));
	case JSON_STRING:
		return json_string_length(json);
	default:
		return 0;
	}
}

static uint64_t
sum_json(json_t *json)
{
	uint64_t sum = 0;
	const char *key;
	json_t *inside;
	size_t i;

	if (json_is_object(json)) {
		json_object_foreach(json, key, inside) sum += strlen(key) + sum_json(inside);
		return sum;
	}
	if (json_is_array(json)) {
		json_array_foreach(json, i, inside) sum += sum_json(inside);
		return sum;
	}
	return sum_single(json);
}

static uint64_t
parse_theirs(void *context)
{
	const struct lines *lines = context;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < lines->count; i++) {
		json_t *json = load(lines->items[i]);

		sum += sum_json(json);
		json_decref(json);
	}
	their_total += sum;
	return sum;
}

static const char mapping[] =
    "dataset: {value: servicenow.incident}\nid: id\ntime: time\nactor: actor\nteam: team\n"
    "system: system\nchannel: channel\nentity: entity\nop: op\nchanges: {list: changes}\n";
static struct decoder *decoder;
static struct batch batch;

static struct symbols *names;

static uint64_t
sum_value(const struct value *value)
{
	switch (value->kind) {
	case VALUE_BOOLEAN:
		return value->boolean;
	case VALUE_LONG:
		return (uint64_t)value->integer;
	case VALUE_DOUBLE:
		return sum_double(value->number);
	case VALUE_TEXT:
		return value->text.size;
	default:
		return 0;
	}
}

static uint64_t
sum_event(const struct event *event)
{
	const uint32_t symbols[] = {event->op, event->team, event->system, event->channel};
	uint64_t sum =
	    (uint64_t)event->time_ms + event->id.size + event->actor.size + event->entity.size;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(symbols); i++)
		sum += symbols_text(names, symbols[i]).size;
	for (i = 0; i < event->change_count; i++)
		sum += symbols_text(names, event->changes[i].field).size +
		    2 * sum_value(&event->changes[i].old_value) +
		    3 * sum_value(&event->changes[i].new_value);
	return sum;
}

static uint64_t
event_ours(void *context)
{
	const struct lines *lines = context;
	uint64_t sum = 0;
	size_t i = 0, j;

	while (i < lines->count) {
		batch_reset(&batch);
		for (; i < lines->count && !batch_full(&batch); i++)
			batch_add(&batch)->payload = lines->items[i];
		decoder_batch(decoder, &batch);
		for (j = 0; j < batch.count; j++) {
			if (batch.outcomes[j].disposition != DISPOSITION_RECORDED)
				abort();
			sum += sum_event(&batch.events[j]);
		}
	}
	our_total += sum;
	return sum;
}

static uint64_t
sum_changes(const json_t *changes)
{
	uint64_t sum = 0;
	size_t i, k;

	for (i = 0; i < json_array_size(changes); i++)
		for (k = 0; k < 3; k++)
			sum += (k + 1) * sum_single(json_array_get(json_array_get(changes, i), k));
	return sum;
}

static uint64_t
event_theirs(void *context)
{
	static const char *const parts[] = {
	    "id", "actor", "team", "system", "channel", "entity", "op"};
	static const struct timestamp_rule rule = {TIMESTAMP_ISO8601, NULL, 0};
	const struct lines *lines = context;
	uint64_t sum = 0;
	size_t i, j;

	for (i = 0; i < lines->count; i++) {
		json_t *json = load(lines->items[i]);
		int64_t time_ms = 0;
		struct error err;

		if (!timestamp_parse(text_of(json_string_value(json_object_get(json, "time"))),
			&rule, &time_ms, &err))
			abort();
		for (j = 0; j < ARRAY_COUNT(parts); j++)
			sum += sum_single(json_object_get(json, parts[j]));
		sum += sum_changes(json_object_get(json, "changes")) + (uint64_t)time_ms;
		json_decref(json);
	}
	their_total += sum;
	return sum;
}

static void
agree(void)
{
	if (our_total == their_total)
		return;
	fprintf(stderr, "bench_json: the two readers do not agree\n");
	exit(1);
}

static struct keys *
make_keys(void)
{
	char path[64];
	struct keys *keys = NULL;
	struct error err = {0};

	snprintf(path, sizeof(path), "/tmp/dyetrace-bench-%ld.key", (long)getpid());
	if (!keys_create(path, &err) || !keys_open(path, &keys, &err))
		abort();
	unlink(path);
	return keys;
}

static void
open_decoder(void)
{
	struct decoder_options options = {.settings_file = "bench",
	    .source = "bench",
	    .format = FORMAT_JSON,
	    .names = names = symbols_open(),
	    .keys = make_keys(),
	    .changes_max = 512};
	struct yaml_document *document;
	struct error err = {0};

	if (!yaml_parse("bench", text_of(mapping), &document, &err))
		abort();
	options.mapping = document->root;
	if (!decoder_open(&options, &decoder, &err))
		abort();
	yaml_close(document);
	batch_init(&batch, 4096, (size_t)8 << 20);
}

int
main(int argc, char **argv)
{
	struct lines lines = {0};

	if (argc > 1)
		read_lines(&lines, argv[1]);
	else
		make_lines(&lines);
	if (!lines.count)
		return 1;
	reader = json_reader_open();
	open_decoder();
	bench_pair(
	    "json", (double)lines.count, parse_ours, &lines, "jansson", parse_theirs, &lines);
	agree();
	bench_pair(
	    "json_event", (double)lines.count, event_ours, &lines, "jansson", event_theirs, &lines);
	agree();
	return 0;
}
