/* SPDX-License-Identifier: Apache-2.0 */
/* What it does per event is what our route does, less encryption, lineage and quarantine. */
#include "naive.h"

#include <avro.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

#include "naive_influence.h"
#include "naive_proofs.h"

/* Our route's rule, `commit: {blocks: 64, every: 200ms}`. */
#define COMMIT_EVENTS 65536
#define COMMIT_MS 200

/* A name and its number. */
struct name {
	UT_hash_handle hh;
	int number;
	char text[];
};

enum {
	ACTOR,
	TEAM,
	SYSTEM,
	CHANNEL,
	DATASET,
	OP,
	NAMES
};
static const char *const name_keys[NAMES] = {"actor", "team", "system", "channel", "dataset", "op"};

/* What the ledger and the row both need of an event. */
struct parts {
	const char *time, *id, *entity;
	int names[NAMES];
};

struct naive {
	struct name *names;
	int next;
	sqlite3 *database;
	sqlite3_stmt *insert;
	avro_schema_t schema;
	FILE *file;
	avro_file_writer_t writer;
	avro_value_iface_t *iface;
	avro_value_t record;
	int64_t uncommitted, since_ms;
	struct naive_proofs *proofs;
	struct naive_influence *influence;
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
    "{\"name\":\"field\",\"type\":\"int\"},"
    "{\"name\":\"old\",\"type\":[\"null\",\"boolean\",\"long\",\"double\",\"string\"]},"
    "{\"name\":\"new\",\"type\":[\"null\",\"boolean\",\"long\",\"double\",\"string\"]}]}}}]}";

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
take_parts(struct naive *naive, const json_t *event, struct parts *parts)
{
	int i;

	parts->time = member(event, "time");
	parts->id = member(event, "id");
	parts->entity = member(event, "entity");
	for (i = 0; i < NAMES; i++)
		parts->names[i] = number_of(naive, member(event, name_keys[i]));
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
set_value(avro_value_t *change, const char *field, const json_t *json)
{
	avro_value_t value, branch;

	avro_value_get_by_name(change, field, &value, NULL);
	if (json_is_string(json)) {
		avro_value_set_branch(&value, 4, &branch);
		avro_value_set_string(&branch, json_string_value(json));
	} else if (json_is_integer(json)) {
		avro_value_set_branch(&value, 2, &branch);
		avro_value_set_long(&branch, json_integer_value(json));
	} else if (json_is_real(json)) {
		avro_value_set_branch(&value, 3, &branch);
		avro_value_set_double(&branch, json_real_value(json));
	} else if (json_is_boolean(json)) {
		avro_value_set_branch(&value, 1, &branch);
		avro_value_set_boolean(&branch, json_is_true(json));
	} else {
		avro_value_set_branch(&value, 0, &branch);
		avro_value_set_null(&branch);
	}
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
		avro_value_append(&list, &item, NULL);
		set_int(
		    &item, "field", number_of(naive, json_string_value(json_array_get(change, 0))));
		set_value(&item, "old", json_array_get(change, 1));
		set_value(&item, "new", json_array_get(change, 2));
	}
}

static void
write_ledger(struct naive *naive, const json_t *event, const struct parts *parts, int64_t offset)
{
	avro_value_t value;
	int i;

	avro_value_reset(&naive->record);
	avro_value_get_by_name(&naive->record, "offset", &value, NULL);
	avro_value_set_long(&value, offset);
	set_string(&naive->record, "time", parts->time);
	set_string(&naive->record, "id", parts->id);
	set_string(&naive->record, "entity", parts->entity);
	for (i = 0; i < NAMES; i++)
		set_int(&naive->record, name_keys[i], parts->names[i]);
	append_changes(naive, json_object_get(event, "changes"));
	must(avro_file_writer_append_value(naive->writer, &naive->record) == 0, "append");
}

static void
bind_text(sqlite3_stmt *insert, int column, const char *text)
{
	sqlite3_bind_text(insert, column, text, -1, SQLITE_STATIC);
}

static void
write_row(struct naive *naive, const struct parts *parts, int64_t offset)
{
	sqlite3_stmt *insert = naive->insert;

	sqlite3_bind_int64(insert, 1, offset);
	bind_text(insert, 2, parts->id);
	bind_text(insert, 3, parts->time);
	sqlite3_bind_int(insert, 4, parts->names[ACTOR]);
	sqlite3_bind_int(insert, 5, parts->names[TEAM]);
	sqlite3_bind_int(insert, 6, parts->names[DATASET]);
	bind_text(insert, 7, parts->entity);
	must(sqlite3_step(insert) == SQLITE_DONE, "insert");
	sqlite3_reset(insert);
}

/* Its own time, so that a machine with other work to do does not make it commit more often. */
static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
commit(struct naive *naive)
{
	if (naive->influence)
		naive_influence_commit(naive->influence);
	must(avro_file_writer_flush(naive->writer) == 0 && fsync(fileno(naive->file)) == 0,
	    "sync the events");
	must(sqlite3_exec(naive->database, "COMMIT; BEGIN", NULL, NULL, NULL) == SQLITE_OK,
	    "commit the rows");
	naive->uncommitted = 0;
	naive->since_ms = now_ms();
}

/* The clock is looked at as often as our route has a block. */
static void
commit_if_due(struct naive *naive)
{
	if (++naive->uncommitted == COMMIT_EVENTS ||
	    (naive->uncommitted % 1024 == 0 && now_ms() - naive->since_ms >= COMMIT_MS))
		commit(naive);
}

static void
open_database(struct naive *naive, const char *path)
{
	must(sqlite3_open(path, &naive->database) == SQLITE_OK, path);
	/* As our catalog has them. */
	sqlite3_exec(naive->database,
	    "PRAGMA cache_size=-8192; PRAGMA cache_spill=OFF; PRAGMA temp_store=MEMORY;"
	    "PRAGMA secure_delete=OFF; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    "CREATE TABLE event(position INTEGER PRIMARY KEY, id TEXT, time TEXT, actor INT, team "
	    "INT, dataset INT, entity TEXT);"
	    "CREATE INDEX by_id ON event(id); CREATE INDEX by_actor ON event(actor, time); CREATE "
	    "INDEX by_entity ON event(entity);"
	    "BEGIN",
	    NULL, NULL, NULL);
	must(sqlite3_prepare_v2(naive->database, "INSERT INTO event VALUES(?,?,?,?,?,?,?)", -1,
		 &naive->insert, NULL) == SQLITE_OK,
	    "prepare");
}

static void
open_naive(struct naive *naive, const char *folder, bool proofs, const struct lineage *lineage,
    double *magnitudes)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/naive.db", folder);
	open_database(naive, path);
	must(
	    avro_schema_from_json_length(schema_text, sizeof(schema_text) - 1, &naive->schema) == 0,
	    "schema");
	snprintf(path, sizeof(path), "%s/naive.avro", folder);
	naive->file = fopen(path, "wb");
	must(naive->file != NULL, path);
	must(avro_file_writer_create_with_codec_fp(
		 naive->file, path, 0, naive->schema, &naive->writer, "deflate", 65536) == 0,
	    path);
	naive->iface = avro_generic_class_from_schema(naive->schema);
	avro_generic_value_new(naive->iface, &naive->record);
	naive->since_ms = now_ms();
	if (proofs)
		naive->proofs = naive_proofs_open();
	if (lineage)
		naive->influence =
		    naive_influence_open(lineage, folder, naive->database, magnitudes);
}

static void
close_naive(struct naive *naive)
{
	struct name *name, *next;

	commit(naive);
	if (naive->influence)
		naive_influence_close(naive->influence);
	avro_file_writer_close(naive->writer);
	fclose(naive->file);
	sqlite3_exec(naive->database, "COMMIT", NULL, NULL, NULL);
	sqlite3_finalize(naive->insert);
	sqlite3_close(naive->database);
	avro_value_decref(&naive->record);
	avro_value_iface_decref(naive->iface);
	avro_schema_decref(naive->schema);
	naive_proofs_close(naive->proofs);
	HASH_ITER(hh, naive->names, name, next)
	{
		HASH_DEL(naive->names, name);
		free(name);
	}
}

static void
add_event(struct naive *naive, const char *line, size_t size, int64_t offset)
{
	struct parts parts;
	json_error_t why;
	json_t *event = json_loadb(line, size, JSON_REJECT_DUPLICATES, &why);

	must(event != NULL, "JSON");
	take_parts(naive, event, &parts);
	write_ledger(naive, event, &parts, offset);
	write_row(naive, &parts, offset);
	if (naive->proofs)
		naive_proofs_add(naive->proofs, &naive->record, line, size);
	if (naive->influence)
		naive_influence_add(naive->influence, event, offset, parts.names[ACTOR]);
	commit_if_due(naive);
	json_decref(event);
}

uint64_t
naive_run(const char *events, const char *folder, bool proofs, const struct lineage *lineage,
    double *magnitudes)
{
	struct naive naive = {0};
	FILE *file = fopen(events, "r");
	char *line = NULL;
	size_t capacity = 0;
	int64_t offset = 0;
	ssize_t size;

	must(file != NULL, events);
	open_naive(&naive, folder, proofs, lineage, magnitudes);
	while ((size = getline(&line, &capacity, file)) > 0)
		add_event(&naive, line, (size_t)size, offset++);
	free(line);
	fclose(file);
	close_naive(&naive);
	return (uint64_t)offset;
}

static uint64_t
count_rows(const char *path)
{
	sqlite3 *database;
	sqlite3_stmt *count = NULL;
	uint64_t rows;

	must(sqlite3_open(path, &database) == SQLITE_OK &&
		sqlite3_prepare_v2(database, "SELECT count(*) FROM event", -1, &count, NULL) ==
		    SQLITE_OK &&
		sqlite3_step(count) == SQLITE_ROW,
	    path);
	rows = (uint64_t)sqlite3_column_int64(count, 0);
	sqlite3_finalize(count);
	sqlite3_close(database);
	return rows;
}

static uint64_t
count_records(const char *path)
{
	avro_file_reader_t reader;
	avro_value_iface_t *iface;
	avro_value_t record;
	avro_schema_t schema;
	uint64_t records = 0;

	must(avro_file_reader(path, &reader) == 0, path);
	schema = avro_file_reader_get_writer_schema(reader);
	iface = avro_generic_class_from_schema(schema);
	avro_generic_value_new(iface, &record);
	for (; avro_file_reader_read_value(reader, &record) == 0; records++)
		avro_value_reset(&record);
	avro_file_reader_close(reader);
	avro_value_decref(&record);
	avro_value_iface_decref(iface);
	avro_schema_decref(schema);
	return records;
}

uint64_t
naive_count(const char *folder)
{
	char path[4096];
	uint64_t rows, records;

	snprintf(path, sizeof(path), "%s/naive.db", folder);
	rows = count_rows(path);
	snprintf(path, sizeof(path), "%s/naive.avro", folder);
	records = count_records(path);
	return rows == records ? rows : 0;
}
