/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "simulate/simulate.h"

static void
must(bool good, const struct error *err)
{
	if (good)
		return;
	fprintf(stderr, "bench_impact: %s\n", err->text);
	exit(1);
}

static void
begin(struct load *load, const char *yaml)
{
	static char source[] = "bench", name[] = "events";
	char path[] = "/tmp/dyetrace-bench-XXXXXX";
	struct error err = {0};

	*load = (struct load){.names = symbols_open(),
	    .partition = {.number = 1, .source = source, .name = name, .incarnation = 1}};
	arena_init(&load->arena);
	close(mkstemp(path));
	unlink(path);
	must(keys_create(path, &err) && keys_open(path, &load->keys, &err), &err);
	unlink(path);
	must(lineage_parse("lineage", text_of(yaml), &load->lineage, &err), &err);
	load->tracer = tracer_open(load->names);
	tracer_set(load->tracer, load->lineage, 1);
}

static struct event *
add(struct load *load)
{
	if (load->count == load->capacity) {
		load->capacity = load->capacity ? load->capacity * 2 : 65536;
		load->events = memory_resize(load->events, load->capacity * sizeof(*load->events));
		load->origins =
		    memory_resize(load->origins, load->capacity * sizeof(*load->origins));
		load->traces = memory_resize(load->traces, load->capacity * sizeof(*load->traces));
	}
	load->events[load->count] = (struct event){0};
	load->origins[load->count] = (struct origin){0};
	return &load->events[load->count++];
}

static void
trace_all(struct load *load)
{
	size_t i;

	for (i = 0; i < load->count; i++)
		load->traces[i] = lineage_event(load->tracer, &load->events[i], &load->arena);
}

/* --- the company ------------------------------------------------------------------------------ */

static uint32_t
symbol(struct load *load, const json_t *object, const char *key)
{
	return symbols_add(load->names, text_of(json_string_value(json_object_get(object, key))));
}

static struct value
value_of(struct load *load, const json_t *json)
{
	if (json_is_string(json))
		return (struct value){
		    VALUE_TEXT, .text = arena_text(&load->arena, text_of(json_string_value(json)))};
	if (json_is_integer(json))
		return (struct value){VALUE_LONG, .integer = json_integer_value(json)};
	if (json_is_real(json))
		return (struct value){VALUE_DOUBLE, .number = json_real_value(json)};
	if (json_is_boolean(json))
		return (struct value){VALUE_BOOLEAN, .boolean = json_is_true(json)};
	return (struct value){VALUE_NULL};
}

static void
add_changes(struct load *load, struct event *event, const json_t *changes)
{
	const json_t *change;
	size_t i;

	event->change_count = (uint32_t)json_array_size(changes);
	event->changes =
	    arena_get_zero(&load->arena, (event->change_count + 1) * sizeof(struct change));
	json_array_foreach(changes, i, change)
	{
		event->changes[i].field =
		    symbols_add(load->names, text_of(json_string_value(json_array_get(change, 0))));
		event->changes[i].new_value = value_of(load, json_array_get(change, 2));
	}
}

static void
set_actor(struct origin *origin, uint64_t hash)
{
	memcpy(origin->actor.bytes, &hash, sizeof(hash));
}

static void
add_line(struct load *load, const char *line)
{
	json_t *json = json_loads(line, 0, NULL);
	struct event *event = add(load);
	struct origin *origin = &load->origins[load->count - 1];
	const char *time = json_string_value(json_object_get(json, "time"));
	const struct timestamp_rule rule = {.format = TIMESTAMP_ISO8601};
	struct error err = {0};

	must(timestamp_parse(text_of(time), &rule, &event->time_ms, &err), &err);
	event->dataset = symbols_add(load->names, TEXT("company"));
	event->entity =
	    arena_text(&load->arena, text_of(json_string_value(json_object_get(json, "entity"))));
	event->op = symbol(load, json, "op");
	event->system = symbol(load, json, "system");
	event->channel = symbol(load, json, "channel");
	origin->team = symbol(load, json, "team");
	set_actor(
	    origin, digest_identity(text_of(json_string_value(json_object_get(json, "actor")))));
	add_changes(load, event, json_object_get(json, "changes"));
	json_decref(json);
}

void
load_company(struct load *load, const char *yaml, const char *folder, int people, int days)
{
	struct simulate_options options = {
	    .folder = folder, .people = people, .days = days, .seed = 7};
	struct simulate_result result;
	struct error err = {0};
	char path[300], *line = NULL;
	size_t capacity = 0;
	FILE *file;

	begin(load, yaml);
	must(simulate(&options, &result, &err), &err);
	snprintf(path, sizeof(path), "%s/events.jsonl", folder);
	file = fopen(path, "r");
	while (file && getline(&line, &capacity, file) > 0)
		add_line(load, line);
	free(line);
	if (file)
		fclose(file);
	trace_all(load);
}

/* --- many actors ------------------------------------------------------------------------------- */

static uint64_t
mixed(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static void
add_actor_event(struct load *load, size_t i, uint32_t actors)
{
	uint64_t chance = mixed(i), pick = chance >> 8;
	uint32_t actor = (uint32_t)(chance & 1 ? pick % (actors / 10) : pick % actors);
	struct event *event = add(load);
	char name[16];

	event->time_ms = (int64_t)1700000000000 + (int64_t)i * 100;
	event->dataset = symbols_add(load->names, TEXT("company"));
	snprintf(name, sizeof(name), "t%u", actor % 40);
	load->origins[i].team = symbols_add(load->names, text_of(name));
	event->change_count = 1;
	event->changes = arena_get_zero(&load->arena, sizeof(struct change));
	event->changes[0].field = symbols_add(load->names, TEXT("amount"));
	event->changes[0].new_value =
	    (struct value){VALUE_LONG, .integer = (int64_t)(chance >> 50)};
	set_actor(&load->origins[i], mixed(actor));
}

void
load_actors(struct load *load, const char *yaml, size_t count, uint32_t actors)
{
	size_t i;

	begin(load, yaml);
	for (i = 0; i < count; i++)
		add_actor_event(load, i, actors);
	trace_all(load);
}

void
load_fini(struct load *load)
{
	tracer_close(load->tracer);
	keys_close(load->keys);
	symbols_close(load->names);
	memory_free(load->events);
	memory_free(load->origins);
	memory_free(load->traces);
	arena_fini(&load->arena);
}
