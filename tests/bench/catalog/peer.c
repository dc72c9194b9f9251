/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum question {
	ADD,
	BY_RECORD,
	BY_ID,
	BY_POSITION,
	QUESTIONS
};

#define ROW "SELECT record, id, partition, offset, actor, content FROM event WHERE "

static const char *const texts[QUESTIONS] = {
    [ADD] = "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [BY_RECORD] = ROW "record = ?1",
    [BY_ID] = ROW "id = ?1",
    [BY_POSITION] = ROW "partition = ?1 AND offset = ?2",
};

#define INDEX_ID "CREATE INDEX event_id ON event (id);"
#define INDEX_POSITION "CREATE UNIQUE INDEX event_position ON event (partition, offset);"
#define INDEX_ACTOR "CREATE INDEX event_actor ON event (actor);"

struct peer {
	sqlite3 *db;
	sqlite3_stmt *statements[QUESTIONS];
};

static void
must(struct peer *peer, bool good)
{
	if (good)
		return;
	fprintf(stderr, "peer: %s\n", peer->db ? sqlite3_errmsg(peer->db) : "cannot be opened");
	exit(1);
}

static void
run(struct peer *peer, const char *sql)
{
	must(peer, sqlite3_exec(peer->db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void
make_tables(struct peer *peer, enum peer_indexes indexes)
{
	run(peer,
	    "CREATE TABLE event (record INTEGER PRIMARY KEY, id TEXT, partition INTEGER,"
	    " offset INTEGER, actor BLOB, content BLOB);");
	if (indexes >= PEER_TWO)
		run(peer, INDEX_ID INDEX_POSITION);
	if (indexes == PEER_THREE)
		run(peer, INDEX_ACTOR);
}

struct peer *
peer_open(const char *path, bool make, enum peer_indexes indexes)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	int flags = make ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;

	must(
	    peer, sqlite3_open_v2(path, &peer->db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK);
	run(peer,
	    "PRAGMA mmap_size = 0; PRAGMA cache_size = -8192; PRAGMA cache_spill = OFF;"
	    "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = OFF;");
	if (make) {
		run(peer, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
		make_tables(peer, indexes);
	}
	return peer;
}

void
peer_close(struct peer *peer)
{
	int i;

	for (i = 0; i < QUESTIONS; i++)
		sqlite3_finalize(peer->statements[i]);
	sqlite3_close(peer->db);
	free(peer);
}

static sqlite3_stmt *
statement(struct peer *peer, enum question question)
{
	sqlite3_stmt **prepared = &peer->statements[question];

	if (!*prepared)
		must(peer,
		    sqlite3_prepare_v3(peer->db, texts[question], -1, SQLITE_PREPARE_PERSISTENT,
			prepared, NULL) == SQLITE_OK);
	sqlite3_reset(*prepared);
	return *prepared;
}

void
peer_begin(struct peer *peer)
{
	run(peer, "BEGIN IMMEDIATE");
}

void
peer_commit(struct peer *peer)
{
	run(peer, "COMMIT");
}

void
peer_add(struct peer *peer, const struct peer_row *row)
{
	sqlite3_stmt *add = statement(peer, ADD);

	sqlite3_bind_int64(add, 1, (sqlite3_int64)row->record);
	sqlite3_bind_text(add, 2, row->id.data, (int)row->id.size, SQLITE_STATIC);
	sqlite3_bind_int64(add, 3, row->partition);
	sqlite3_bind_int64(add, 4, row->offset);
	sqlite3_bind_blob(add, 5, row->actor.data, (int)row->actor.size, SQLITE_STATIC);
	sqlite3_bind_blob(add, 6, row->content.data, (int)row->content.size, SQLITE_STATIC);
	must(peer, sqlite3_step(add) == SQLITE_DONE);
}

/* After the rows: sorting is much cheaper than keeping three trees in order. */
void
peer_index(struct peer *peer)
{
	run(peer, "PRAGMA cache_size = -1000000; PRAGMA temp_store = FILE;");
	run(peer, INDEX_ID INDEX_POSITION INDEX_ACTOR);
	run(peer, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static struct text
blob(sqlite3_stmt *from, int column)
{
	const char *data = sqlite3_column_blob(from, column);

	return (struct text){data, (size_t)sqlite3_column_bytes(from, column)};
}

static bool
answer(struct peer *peer, sqlite3_stmt *asked, struct peer_row *row)
{
	int rc = sqlite3_step(asked);

	must(peer, rc == SQLITE_ROW || rc == SQLITE_DONE);
	if (rc == SQLITE_DONE)
		return false;
	row->record = (uint64_t)sqlite3_column_int64(asked, 0);
	row->id = blob(asked, 1);
	row->partition = (uint32_t)sqlite3_column_int64(asked, 2);
	row->offset = sqlite3_column_int64(asked, 3);
	row->actor = blob(asked, 4);
	row->content = blob(asked, 5);
	return true;
}

bool
peer_by_record(struct peer *peer, uint64_t record, struct peer_row *row)
{
	sqlite3_stmt *ask = statement(peer, BY_RECORD);

	sqlite3_bind_int64(ask, 1, (sqlite3_int64)record);
	return answer(peer, ask, row);
}

bool
peer_by_id(struct peer *peer, struct text id, struct peer_row *row)
{
	sqlite3_stmt *ask = statement(peer, BY_ID);

	sqlite3_bind_text(ask, 1, id.data, (int)id.size, SQLITE_STATIC);
	return answer(peer, ask, row);
}

bool
peer_by_position(struct peer *peer, uint32_t partition, int64_t offset, struct peer_row *row)
{
	sqlite3_stmt *ask = statement(peer, BY_POSITION);

	sqlite3_bind_int64(ask, 1, partition);
	sqlite3_bind_int64(ask, 2, offset);
	return answer(peer, ask, row);
}
