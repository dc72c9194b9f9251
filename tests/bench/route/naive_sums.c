/* SPDX-License-Identifier: Apache-2.0 */
#include "naive_sums.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define HOUR_MS 3600000
#define WORD_BYTES 48

struct key {
	uint32_t subject, by; /* by: 0 team, 1 system, 2 channel, 3 field, 4 actor and day */
	int64_t hour;
	char word[WORD_BYTES]; /* the rest zero */
};

struct cell {
	UT_hash_handle hh;
	struct key key;
	int64_t count;
	double magnitude, moved;
};

struct naive_sums {
	struct cell *cells; /* since the last commit */
	sqlite3_stmt *upsert;
};

static struct text
word(const json_t *event, const char *name)
{
	return text_of(json_string_value(json_object_get(event, name)));
}

struct naive_words
naive_words_of(const json_t *event, int64_t time_ms, int actor)
{
	return (struct naive_words){.time_ms = time_ms,
	    .team = word(event, "team"),
	    .system = word(event, "system"),
	    .channel = word(event, "channel"),
	    .actor = actor};
}

struct naive_sums *
naive_sums_open(const struct lineage *lineage, sqlite3 *database)
{
	struct naive_sums *sums = calloc(1, sizeof(*sums));

	(void)lineage;
	if (sqlite3_exec(database,
		"CREATE TABLE movement(subject INT, by INT, hour INT, word TEXT, count INT, "
		"magnitude REAL, moved REAL, PRIMARY KEY(subject, by, hour, word)) WITHOUT ROWID",
		NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(database,
		"INSERT INTO movement VALUES(?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
		"count = count + excluded.count, magnitude = magnitude + excluded.magnitude, "
		"moved = moved + excluded.moved",
		-1, &sums->upsert, NULL) != SQLITE_OK) {
		fprintf(stderr, "naive: %s\n", sqlite3_errmsg(database));
		exit(1);
	}
	return sums;
}

static void
add(struct naive_sums *sums, const struct key *key, double movement)
{
	struct cell *cell;

	HASH_FIND(hh, sums->cells, key, sizeof(*key), cell);
	if (!cell) {
		cell = calloc(1, sizeof(*cell));
		cell->key = *key;
		HASH_ADD(hh, sums->cells, key, sizeof(cell->key), cell);
	}
	cell->count++;
	cell->magnitude += fabs(movement);
	cell->moved += movement;
}

static struct key
key_of(uint32_t subject, uint32_t by, int64_t hour, struct text text)
{
	struct key key;

	memset(&key, 0, sizeof(key));
	key.subject = subject;
	key.by = by;
	key.hour = hour;
	if (text.size)
		memcpy(key.word, text.data, text.size < WORD_BYTES ? text.size : WORD_BYTES - 1);
	return key;
}

void
naive_sums_add(
    struct naive_sums *sums, uint32_t subject, const struct naive_words *words, double movement)
{
	const struct text *by[] = {&words->team, &words->system, &words->channel, &words->field};
	int64_t hour = words->time_ms / HOUR_MS;
	struct key key;
	uint32_t i;

	for (i = 0; i < 4; i++) {
		if (!by[i]->data)
			continue;
		key = key_of(subject, i, hour, *by[i]);
		add(sums, &key, movement);
	}
	key = key_of(subject, 4, hour / 24, TEXT_NONE);
	memcpy(key.word, &words->actor, sizeof(words->actor));
	add(sums, &key, movement);
}

static void
write_cell(sqlite3_stmt *upsert, const struct cell *cell)
{
	sqlite3_bind_int64(upsert, 1, cell->key.subject);
	sqlite3_bind_int64(upsert, 2, cell->key.by);
	sqlite3_bind_int64(upsert, 3, cell->key.hour);
	sqlite3_bind_blob(upsert, 4, cell->key.word,
	    cell->key.by == 4 ? (int)sizeof(int) : (int)strlen(cell->key.word), SQLITE_STATIC);
	sqlite3_bind_int64(upsert, 5, cell->count);
	sqlite3_bind_double(upsert, 6, cell->magnitude);
	sqlite3_bind_double(upsert, 7, cell->moved);
	if (sqlite3_step(upsert) != SQLITE_DONE) {
		fprintf(stderr, "naive: a sum cannot be written\n");
		exit(1);
	}
	sqlite3_reset(upsert);
}

void
naive_sums_commit(struct naive_sums *sums)
{
	struct cell *cell, *next;

	HASH_ITER(hh, sums->cells, cell, next)
	{
		write_cell(sums->upsert, cell);
		HASH_DEL(sums->cells, cell);
		free(cell);
	}
}

void
naive_sums_close(struct naive_sums *sums)
{
	naive_sums_commit(sums);
	sqlite3_finalize(sums->upsert);
	free(sums);
}
