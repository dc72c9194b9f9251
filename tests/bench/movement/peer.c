/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

struct peer {
	sqlite3 *db;
	sqlite3_stmt *cell, *actor;
};

static void
must(struct peer *peer, int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	fprintf(stderr, "peer: %s\n", sqlite3_errmsg(peer->db));
	exit(1);
}

static void
run(struct peer *peer, const char *sql)
{
	must(peer, sqlite3_exec(peer->db, sql, NULL, NULL, NULL));
}

struct peer *
peer_open(const char *path)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	must(peer, sqlite3_open(path, &peer->db));
	run(peer,
	    "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	    "PRAGMA mmap_size = 0; PRAGMA cache_size = -8192; PRAGMA cache_spill = OFF;"
	    "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF;"
	    "CREATE TABLE cell (subject INTEGER, hour INTEGER, by INTEGER, word INTEGER,"
	    " count INTEGER, magnitude REAL, moved REAL, PRIMARY KEY (subject, hour, by, word))"
	    " WITHOUT ROWID;"
	    "CREATE TABLE actor (subject INTEGER, day INTEGER, actor INTEGER, count INTEGER,"
	    " magnitude REAL, moved REAL, PRIMARY KEY (subject, day, actor)) WITHOUT ROWID;");
	must(peer,
	    sqlite3_prepare_v2(peer->db,
		"INSERT INTO cell VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6)"
		" ON CONFLICT (subject, hour, by, word) DO UPDATE SET count = count + 1,"
		" magnitude = magnitude + ?5, moved = moved + ?6",
		-1, &peer->cell, NULL));
	must(peer,
	    sqlite3_prepare_v2(peer->db,
		"INSERT INTO actor VALUES (?1, ?2, ?3, 1, ?4, ?5)"
		" ON CONFLICT (subject, day, actor) DO UPDATE SET count = count + 1,"
		" magnitude = magnitude + ?4, moved = moved + ?5",
		-1, &peer->actor, NULL));
	return peer;
}

void
peer_close(struct peer *peer)
{
	sqlite3_finalize(peer->cell);
	sqlite3_finalize(peer->actor);
	sqlite3_close(peer->db);
	free(peer);
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

static void
add_cell(struct peer *peer, uint32_t subject, int64_t hour, int by, uint32_t word, double moved)
{
	sqlite3_bind_int64(peer->cell, 1, subject);
	sqlite3_bind_int64(peer->cell, 2, hour);
	sqlite3_bind_int(peer->cell, 3, by);
	sqlite3_bind_int64(peer->cell, 4, word);
	sqlite3_bind_double(peer->cell, 5, fabs(moved));
	sqlite3_bind_double(peer->cell, 6, moved);
	must(peer, sqlite3_step(peer->cell));
	sqlite3_reset(peer->cell);
}

static void
add_actor(struct peer *peer, uint32_t subject, int64_t day, uint32_t actor, double moved)
{
	sqlite3_bind_int64(peer->actor, 1, subject);
	sqlite3_bind_int64(peer->actor, 2, day);
	sqlite3_bind_int64(peer->actor, 3, actor);
	sqlite3_bind_double(peer->actor, 4, fabs(moved));
	sqlite3_bind_double(peer->actor, 5, moved);
	must(peer, sqlite3_step(peer->actor));
	sqlite3_reset(peer->actor);
}

void
peer_add(struct peer *peer, const struct stream_event *event)
{
	const uint32_t words[] = {event->team, event->system, event->channel, event->field};
	int64_t hour = event->time_ms / 3600000;
	uint32_t i, subject;
	int by;

	for (i = 0; i < STREAM_MOVES; i++) {
		subject = event->first_subject + i + 1;
		for (by = 0; by < 4; by++)
			add_cell(peer, subject, hour, by, words[by], event->moved[i]);
		add_actor(peer, subject, hour / 24, event->actor, event->moved[i]);
	}
}

static double
ask(struct peer *peer, const char *sql)
{
	sqlite3_stmt *statement;
	double answer;

	must(peer, sqlite3_prepare_v2(peer->db, sql, -1, &statement, NULL));
	must(peer, sqlite3_step(statement));
	answer = sqlite3_column_double(statement, 0);
	sqlite3_finalize(statement);
	return answer;
}

void
peer_totals(struct peer *peer, double *by_hour, double *by_actor, double *rows)
{
	*by_hour = ask(peer, "SELECT sum(magnitude) FROM cell");
	*by_actor = ask(peer, "SELECT sum(magnitude) FROM actor");
	*rows = ask(peer, "SELECT (SELECT count(*) FROM cell) + (SELECT count(*) FROM actor)");
}
