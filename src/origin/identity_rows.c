/* SPDX-License-Identifier: Apache-2.0 */
/* Every statement is prepared once and stands in one table with its text. */
#include "identity_rows.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/database.h"
#include "base/memory.h"

#define APPLICATION 0x64796569 /* "dyei" */

/* schemas/identity, embedded by the build */
extern const char identity_1[], identity_2[], identity_3[];

enum {
	GET_META,
	SET_META,
	GET,
	NEXT,
	FIND_ERASED,
	NEXT_ERASED,
	ADD,
	GET_BUCKET,
	SET_BUCKET,
	NEXT_SHORTS,
	ADD_SHORTS,
	RESEAL,
	DELETE,
	BURY,
	CUT_LOG,
	COUNTS_HOLD,
	STATEMENT_COUNT
};

#define COLUMNS "SELECT i.number, i.lookup, i.pseudonym, i.sealed FROM "

/* Text by text, since a list of strings that are put together looks like one with a comma missing. */
static const char set_meta_sql[] =
    "INSERT OR REPLACE INTO meta(id, key_check, last_number, indexed_to, rows, buckets)"
    " VALUES(1, ?1, ?2, ?3, ?4, ?5)";
static const char get_sql[] = COLUMNS "identity i WHERE i.number = ?1";
static const char next_sql[] = COLUMNS "identity i WHERE i.number > ?1 ORDER BY i.number LIMIT 1";
static const char next_erased_sql[] =
    "SELECT short FROM erased WHERE short > ?1 ORDER BY short LIMIT 1";
static const char next_shorts_sql[] =
    "SELECT last, entries FROM shorts WHERE last > ?1 ORDER BY last LIMIT 1";
static const char counts_sql[] = "SELECT rows = (SELECT count(*) FROM identity)"
				 " AND last_number >= (SELECT ifnull(max(number), 0) FROM identity)"
				 " AND indexed_to <= last_number FROM meta";

static const char *const texts[STATEMENT_COUNT] = {
    [GET_META] = "SELECT key_check, last_number, indexed_to, rows, buckets FROM meta",
    [SET_META] = set_meta_sql,
    [GET] = get_sql,
    [NEXT] = next_sql,
    [FIND_ERASED] = "SELECT pseudonym FROM erased WHERE short = ?1",
    [NEXT_ERASED] = next_erased_sql,
    [ADD] = "INSERT INTO identity(number, lookup, pseudonym, sealed) VALUES(?1, ?2, ?3, ?4)",
    [GET_BUCKET] = "SELECT entries FROM by_lookup WHERE bucket = ?1",
    [SET_BUCKET] = "INSERT OR REPLACE INTO by_lookup(bucket, entries) VALUES(?1, ?2)",
    [NEXT_SHORTS] = next_shorts_sql,
    [ADD_SHORTS] = "INSERT INTO shorts(last, entries) VALUES(?1, ?2)",
    [RESEAL] = "UPDATE identity SET sealed = ?2 WHERE number = ?1",
    [DELETE] = "DELETE FROM identity WHERE number = ?1",
    [BURY] = "INSERT OR IGNORE INTO erased(short, pseudonym) VALUES(?1, ?2)",
    [CUT_LOG] = "PRAGMA wal_checkpoint(TRUNCATE)",
    [COUNTS_HOLD] = counts_sql,
};

struct identity_rows {
	struct database *database;
	struct statement *statements[STATEMENT_COUNT];
	struct buffer sealed; /* of the row found last: an open statement would hold the log */
	bool begun;
};

#define REMEDY "restore it from a copy; a new one would give everybody a new pseudonym"

/* Says what damage asks for. Returns false. */
static bool
explain(struct error *err)
{
	struct error what;

	if (!err || err->kind != ERROR_DAMAGED)
		return error_within(err, "identity table");
	what = *err;
	return error_set(err, ERROR_DAMAGED, "identity table: %.700s: " REMEDY, what.text);
}

bool
identity_rows_damaged(struct identity_rows *rows, const char *how, struct error *err)
{
	error_set(err, ERROR_DAMAGED, "%s: %s", database_path(rows->database), how);
	return explain(err);
}

static bool
step(struct identity_rows *rows, int which, bool *row, struct error *err)
{
	return statement_step(rows->statements[which], row, err) || explain(err);
}

static bool
run(struct identity_rows *rows, int which, struct error *err)
{
	return statement_run(rows->statements[which], err) || explain(err);
}

static bool
take_bytes(
    struct identity_rows *rows, int which, int column, void *out, size_t size, struct error *err)
{
	return statement_fixed(rows->statements[which], column, out, size, err) || explain(err);
}

static void
bind_bytes(struct identity_rows *rows, int which, int parameter, const void *bytes, size_t size)
{
	statement_bind_blob(rows->statements[which], parameter, (struct text){bytes, size});
}

static void
bind_number(struct identity_rows *rows, int which, int parameter, uint64_t number)
{
	statement_bind_u64(rows->statements[which], parameter, number);
}

/* One that is gone is not made anew in silence. */
static bool
check_there(const char *path, struct error *err)
{
	struct stat status;

	if (stat(path, &status) == 0 && status.st_size)
		return true;
	if (stat(path, &status) != 0 && errno == ENOENT)
		return error_set(
		    err, ERROR_MISSING, "identity table: %s: not there: " REMEDY, path);
	if (stat(path, &status) != 0)
		return error_system(err, ERROR_IO, "identity table: %s", path);
	error_set(err, ERROR_DAMAGED, "%s: it is empty", path);
	return explain(err);
}

static bool
prepare(struct identity_rows *rows, struct error *err)
{
	int i;

	for (i = 0; i < STATEMENT_COUNT; i++)
		if (!statement_open(rows->database, texts[i], &rows->statements[i], err))
			return explain(err);
	return true;
}

bool
identity_rows_open(const char *path, bool create, struct identity_rows **rows, struct error *err)
{
	const char *const migrations[] = {identity_1, identity_2, identity_3};
	struct database_options options = {
	    .path = path,
	    .mode = DATABASE_WRITE,
	    .application = APPLICATION,
	    .migration_count = ARRAY_COUNT(migrations),
	    .migrations = migrations,
	    .secure_delete = true,
	};
	struct identity_rows *made;

	if (!create && !check_there(path, err))
		return false;
	made = memory_get(sizeof(*made));
	if (!database_open(&options, &made->database, err)) {
		identity_rows_close(made);
		return explain(err);
	}
	if (!prepare(made, err)) {
		identity_rows_close(made);
		return false;
	}
	*rows = made;
	return true;
}

void
identity_rows_close(struct identity_rows *rows)
{
	if (!rows)
		return;
	database_close(rows->database);
	buffer_fini(&rows->sealed);
	memory_free(rows);
}

bool
identity_rows_meta(
    struct identity_rows *rows, struct identity_meta *meta, bool *found, struct error *err)
{
	struct statement *statement = rows->statements[GET_META];
	bool done;

	if (!step(rows, GET_META, found, err))
		return false;
	if (!*found)
		return true;
	done = take_bytes(rows, GET_META, 0, meta->key_check, LOOKUP_BYTES, err);
	meta->last_number = (uint32_t)statement_long(statement, 1);
	meta->indexed_to = (uint32_t)statement_long(statement, 2);
	meta->rows = statement_u64(statement, 3);
	meta->buckets = (uint32_t)statement_long(statement, 4);
	statement_reset(statement);
	return done &&
	    (meta->buckets || identity_rows_damaged(rows, "its head names no buckets", err));
}

bool
identity_rows_set_meta(
    struct identity_rows *rows, const struct identity_meta *meta, struct error *err)
{
	bind_bytes(rows, SET_META, 1, meta->key_check, LOOKUP_BYTES);
	bind_number(rows, SET_META, 2, meta->last_number);
	bind_number(rows, SET_META, 3, meta->indexed_to);
	bind_number(rows, SET_META, 4, meta->rows);
	bind_number(rows, SET_META, 5, meta->buckets);
	return run(rows, SET_META, err);
}

bool
identity_rows_begin(struct identity_rows *rows, struct error *err)
{
	if (!rows->begun && !database_begin(rows->database, err))
		return explain(err);
	rows->begun = true;
	return true;
}

bool
identity_rows_commit(struct identity_rows *rows, struct error *err)
{
	if (!rows->begun)
		return true;
	rows->begun = false;
	return database_commit(rows->database, err) || explain(err);
}

/* Readers are not waited for: the route would stand still meanwhile. */
bool
identity_rows_cut_log(struct identity_rows *rows, bool *done, struct error *err)
{
	bool row, asked;

	if (!database_run(rows->database, "PRAGMA busy_timeout = 0", err))
		return explain(err);
	asked = step(rows, CUT_LOG, &row, err);
	*done = asked && row && statement_long(rows->statements[CUT_LOG], 0) == 0;
	if (asked)
		statement_reset(rows->statements[CUT_LOG]);
	if (!database_run(rows->database, "PRAGMA busy_timeout = 5000", asked ? err : NULL) &&
	    asked)
		return explain(err);
	return asked;
}

/* The row that a statement stands at; it is reset. */
static bool
take_row(struct identity_rows *rows, int which, struct identity_row *row, struct error *err)
{
	struct statement *statement = rows->statements[which];
	bool done;

	row->number = (uint32_t)statement_long(statement, 0);
	done = take_bytes(rows, which, 1, row->lookup, LOOKUP_BYTES, err) &&
	    take_bytes(rows, which, 2, row->pseudonym.bytes, PSEUDONYM_BYTES, err);
	rows->sealed.size = 0;
	buffer_add_text(&rows->sealed, statement_text(statement, 3));
	row->sealed = buffer_text(&rows->sealed);
	statement_reset(statement);
	return done;
}

/* The first row of a statement, if there is one. */
static bool
step_to_row(
    struct identity_rows *rows, int which, struct identity_row *row, bool *found, struct error *err)
{
	return step(rows, which, found, err) && (!*found || take_row(rows, which, row, err));
}

bool
identity_rows_get(struct identity_rows *rows, uint32_t number, struct identity_row *row,
    bool *found, struct error *err)
{
	bind_number(rows, GET, 1, number);
	return step_to_row(rows, GET, row, found, err);
}

bool
identity_rows_next(struct identity_rows *rows, uint32_t number, struct identity_row *row,
    bool *found, struct error *err)
{
	bind_number(rows, NEXT, 1, number);
	return step_to_row(rows, NEXT, row, found, err);
}

bool
identity_rows_next_erased(struct identity_rows *rows, int64_t *last, bool *found, struct error *err)
{
	statement_bind_long(rows->statements[NEXT_ERASED], 1, *last);
	if (!step(rows, NEXT_ERASED, found, err))
		return false;
	if (!*found)
		return true;
	*last = statement_long(rows->statements[NEXT_ERASED], 0);
	statement_reset(rows->statements[NEXT_ERASED]);
	return true;
}

bool
identity_rows_find_erased(struct identity_rows *rows, uint32_t short_bits,
    struct pseudonym *pseudonym, bool *found, struct error *err)
{
	bool done;

	bind_number(rows, FIND_ERASED, 1, short_bits);
	if (!step(rows, FIND_ERASED, found, err))
		return false;
	if (!*found)
		return true;
	done = take_bytes(rows, FIND_ERASED, 0, pseudonym->bytes, PSEUDONYM_BYTES, err);
	statement_reset(rows->statements[FIND_ERASED]);
	return done;
}

bool
identity_rows_add(struct identity_rows *rows, const struct identity_row *row, struct error *err)
{
	bind_number(rows, ADD, 1, row->number);
	bind_bytes(rows, ADD, 2, row->lookup, LOOKUP_BYTES);
	bind_bytes(rows, ADD, 3, row->pseudonym.bytes, PSEUDONYM_BYTES);
	bind_bytes(rows, ADD, 4, row->sealed.data, row->sealed.size);
	return run(rows, ADD, err);
}

/* A column of entries of one size; the statement is reset. */
static bool
take_entries(struct identity_rows *rows, int which, int column, size_t bytes_each,
    struct buffer *entries, struct error *err)
{
	buffer_add_text(entries, statement_text(rows->statements[which], column));
	statement_reset(rows->statements[which]);
	return entries->size % bytes_each == 0 ||
	    identity_rows_damaged(rows, "an index has half an entry", err);
}

bool
identity_rows_bucket(
    struct identity_rows *rows, uint32_t bucket, struct buffer *entries, struct error *err)
{
	bool found;

	entries->size = 0;
	bind_number(rows, GET_BUCKET, 1, bucket);
	return step(rows, GET_BUCKET, &found, err) &&
	    (!found || take_entries(rows, GET_BUCKET, 0, BUCKET_ENTRY_BYTES, entries, err));
}

static bool
run_entries(
    struct identity_rows *rows, int which, uint32_t key, struct text entries, struct error *err)
{
	bind_number(rows, which, 1, key);
	bind_bytes(rows, which, 2, entries.data, entries.size);
	return run(rows, which, err);
}

bool
identity_rows_set_bucket(
    struct identity_rows *rows, uint32_t bucket, struct text entries, struct error *err)
{
	return run_entries(rows, SET_BUCKET, bucket, entries, err);
}

bool
identity_rows_next_shorts(struct identity_rows *rows, uint32_t *last, struct buffer *entries,
    bool *found, struct error *err)
{
	entries->size = 0;
	bind_number(rows, NEXT_SHORTS, 1, *last);
	if (!step(rows, NEXT_SHORTS, found, err))
		return false;
	if (!*found)
		return true;
	*last = (uint32_t)statement_long(rows->statements[NEXT_SHORTS], 0);
	return take_entries(rows, NEXT_SHORTS, 1, SHORTS_ENTRY_BYTES, entries, err);
}

bool
identity_rows_add_shorts(
    struct identity_rows *rows, uint32_t last, struct text entries, struct error *err)
{
	return run_entries(rows, ADD_SHORTS, last, entries, err);
}

bool
identity_rows_reseal(
    struct identity_rows *rows, uint32_t number, struct text sealed, struct error *err)
{
	bind_number(rows, RESEAL, 1, number);
	bind_bytes(rows, RESEAL, 2, sealed.data, sealed.size);
	return run(rows, RESEAL, err);
}

bool
identity_rows_erase(struct identity_rows *rows, const struct identity_row *row, struct error *err)
{
	uint32_t short_bits = pseudonym_short(&row->pseudonym);

	bind_number(rows, DELETE, 1, row->number);
	bind_number(rows, BURY, 1, short_bits);
	bind_bytes(rows, BURY, 2, row->pseudonym.bytes, PSEUDONYM_BYTES);
	return run(rows, DELETE, err) && run(rows, BURY, err);
}

bool
identity_rows_check(struct identity_rows *rows, struct error *err)
{
	bool row, holds;

	if (!database_check(rows->database, err))
		return explain(err);
	if (!step(rows, COUNTS_HOLD, &row, err))
		return false;
	holds = row && statement_long(rows->statements[COUNTS_HOLD], 0) == 1;
	if (row)
		statement_reset(rows->statements[COUNTS_HOLD]);
	if (holds)
		return true;
	return identity_rows_damaged(rows, "it does not hold as many rows as it says", err);
}
