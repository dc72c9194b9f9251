/* SPDX-License-Identifier: Apache-2.0 */
/* What it does per event is what our route does, less proofs, encryption and quarantine. */
#include "naive.h"

#include <avro.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define COMMIT_EVENTS 1000

/* A name and its number: actors and teams, or a field and how many features read it. */
struct name {
	UT_hash_handle hh;
	int number;
	char text[];
};

struct naive {
	struct name *names;
	int next;
	sqlite3 *database;
	sqlite3_stmt *insert;
	avro_schema_t schema;
	avro_file_writer_t writer;
	avro_value_iface_t *iface;
	avro_value_t record;
};

static const char schema_text[] =
    "{\"type\":\"record\",\"name\":\"Event\",\"fields\":["
    "{\"name\":\"offset\",\"type\":\"long\"},{\"name\":\"time\",\"type\":\"string\"},{\"name\":"
    "\"id\",\"type\":\"string\"},"
    "{\"name\":\"actor\",\"type\":\"int\"},{\"name\":\"team\",\"type\":\"int\"},{\"name\":"
    "\"system\",\"type\":\"int\"},"
    "{\"name\":\"channel\",\"type\":\"int\"},{\"name\":\"dataset\",\"type\":\"int\"},{\"name\":"
    "\"entity\",\"type\":\"string\"},"
    "{\"name\":\"op\",\"type\":\"int\"},"
    "{\"name\":\"changes\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
    "\"Change\",\"fields\":["
    "{\"name\":\"field\",\"type\":\"int\"},{\"name\":\"old\",\"type\":\"string\"},{\"name\":"
    "\"new\",\"type\":\"string\"}]}}}]}";

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "naive: %s: %s\n", what, avro_strerror());
	exit(1);
}

static int
number_of(struct naive *naive, const char *text)
{
	struct name *name;

	if (!text)
		return 0;
	HASH_FIND_STR(naive->names, text, name);
	if (name)
		return name->number;
	name = malloc(sizeof(*name) + strlen(text) + 1);
	strcpy(name->text, text);
	name->number = ++naive->next;
	HASH_ADD_STR(naive->names, text, name);
	return name->number;
}

static const char *
member(const json_t *event, const char *key)
{
	return json_string_value(json_object_get(event, key));
}

static void
set_int(avro_value_t *record, const char *field, int number)
{
	avro_value_t value;

	avro_value_get_by_name(record, field, &value, NULL);
	avro_value_set_int(&value, number);
}

static void
set_string(avro_value_t *record, const char *field, const char *text)
{
	avro_value_t value;

	avro_value_get_by_name(record, field, &value, NULL);
	avro_value_set_string(&value, text ? text : "");
}

static void
append_changes(struct naive *naive, const json_t *changes)
{
	avro_value_t list, item;
	const json_t *change;
	size_t i;

	avro_value_get_by_name(&naive->record, "changes", &list, NULL);
	json_array_foreach(changes, i, change)
	{
		char *old = json_dumps(json_array_get(change, 1), JSON_ENCODE_ANY);
		char *new = json_dumps(json_array_get(change, 2), JSON_ENCODE_ANY);

		avro_value_append(&list, &item, NULL);
		set_int(
		    &item, "field", number_of(naive, json_string_value(json_array_get(change, 0))));
		set_string(&item, "old", old);
		set_string(&item, "new", new);
		free(old);
		free(new);
	}
}

static void
write_ledger(struct naive *naive, const json_t *event, int64_t offset)
{
	static const char *const names[] = {"actor", "team", "system", "channel", "dataset", "op"};
	avro_value_t value;
	size_t i;

	avro_value_reset(&naive->record);
	avro_value_get_by_name(&naive->record, "offset", &value, NULL);
	avro_value_set_long(&value, offset);
	set_string(&naive->record, "time", member(event, "time"));
	set_string(&naive->record, "id", member(event, "id"));
	set_string(&naive->record, "entity", member(event, "entity"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		set_int(&naive->record, names[i], number_of(naive, member(event, names[i])));
	append_changes(naive, json_object_get(event, "changes"));
	must(avro_file_writer_append_value(naive->writer, &naive->record) == 0, "append");
}

static void
write_row(struct naive *naive, const json_t *event, int64_t offset)
{
	sqlite3_stmt *insert = naive->insert;

	sqlite3_bind_int64(insert, 1, offset);
	sqlite3_bind_text(insert, 2, member(event, "id"), -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(insert, 3, member(event, "time"), -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(insert, 4, number_of(naive, member(event, "actor")));
	sqlite3_bind_int(insert, 5, number_of(naive, member(event, "team")));
	sqlite3_bind_int(insert, 6, number_of(naive, member(event, "dataset")));
	sqlite3_bind_text(insert, 7, member(event, "entity"), -1, SQLITE_TRANSIENT);
	must(sqlite3_step(insert) == SQLITE_DONE, "insert");
	sqlite3_reset(insert);
	if (offset % COMMIT_EVENTS == COMMIT_EVENTS - 1)
		sqlite3_exec(naive->database, "COMMIT; BEGIN", NULL, NULL, NULL);
}

static void
open_naive(struct naive *naive, const char *folder)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/naive.db", folder);
	remove(path);
	must(sqlite3_open(path, &naive->database) == SQLITE_OK, path);
	sqlite3_exec(naive->database,
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    "CREATE TABLE event(position INTEGER PRIMARY KEY, id TEXT, time TEXT, actor INT, team "
	    "INT, dataset INT, entity TEXT);"
	    "CREATE INDEX by_id ON event(id); CREATE INDEX by_actor ON event(actor, time); CREATE "
	    "INDEX by_entity ON event(entity);"
	    "BEGIN",
	    NULL, NULL, NULL);
	must(sqlite3_prepare_v2(naive->database, "INSERT INTO event VALUES(?,?,?,?,?,?,?)", -1,
		 &naive->insert, NULL) == SQLITE_OK,
	    "prepare");
	must(
	    avro_schema_from_json_length(schema_text, sizeof(schema_text) - 1, &naive->schema) == 0,
	    "schema");
	snprintf(path, sizeof(path), "%s/naive.avro", folder);
	remove(path);
	must(avro_file_writer_create_with_codec(
		 path, naive->schema, &naive->writer, "deflate", 65536) == 0,
	    path);
	naive->iface = avro_generic_class_from_schema(naive->schema);
	avro_generic_value_new(naive->iface, &naive->record);
}

static void
close_naive(struct naive *naive)
{
	struct name *name, *next;

	avro_file_writer_close(naive->writer);
	sqlite3_exec(naive->database, "COMMIT", NULL, NULL, NULL);
	sqlite3_finalize(naive->insert);
	sqlite3_close(naive->database);
	avro_value_decref(&naive->record);
	avro_value_iface_decref(naive->iface);
	avro_schema_decref(naive->schema);
	HASH_ITER(hh, naive->names, name, next)
	{
		HASH_DEL(naive->names, name);
		free(name);
	}
}

uint64_t
naive_run(const char *events, const char *folder)
{
	struct naive naive = {0};
	FILE *file = fopen(events, "r");
	char *line = NULL;
	size_t capacity = 0;
	int64_t offset = 0;
	json_error_t why;
	ssize_t size;

	must(file != NULL, events);
	open_naive(&naive, folder);
	while ((size = getline(&line, &capacity, file)) > 0) {
		json_t *event = json_loadb(line, (size_t)size, JSON_REJECT_DUPLICATES, &why);

		must(event != NULL, "JSON");
		write_ledger(&naive, event, offset);
		write_row(&naive, event, offset);
		json_decref(event);
		offset++;
	}
	free(line);
	fclose(file);
	close_naive(&naive);
	return (uint64_t)offset;
}
