/* SPDX-License-Identifier: Apache-2.0 */
/* Every statement is prepared once and stands in one table with its text. */
#include "identity_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/database.h"
#include "base/memory.h"

#define APPLICATION 0x64796569 /* "dyei" */

static const char schema[] = "CREATE TABLE meta("
			     " id INTEGER PRIMARY KEY CHECK(id = 1),"
			     " key_check BLOB NOT NULL,"
			     " last_number INTEGER NOT NULL,"
			     " rows INTEGER NOT NULL);"
			     "CREATE TABLE identity("
			     " number INTEGER PRIMARY KEY,"
			     " lookup BLOB NOT NULL UNIQUE,"
			     " pseudonym BLOB NOT NULL,"
			     " short INTEGER NOT NULL UNIQUE,"
			     " sealed BLOB NOT NULL);"
			     "CREATE TABLE erased("
			     " short INTEGER PRIMARY KEY,"
			     " pseudonym BLOB NOT NULL);";

static const char *const migrations[] = {schema};

enum {
	GET_META,
	SET_META,
	FIND,
	FIND_SHORT,
	FIND_ERASED,
	NEXT,
	ADD,
	RESEAL,
	DELETE,
	BURY,
	CUT_LOG,
	COUNTS_HOLD,
	STATEMENT_COUNT
};

#define ROW "SELECT number, lookup, pseudonym, sealed FROM identity WHERE "

/* A short pseudonym belongs to one person only, and stays the erased one's. */
static const char add_sql[] =
    "INSERT INTO identity(number, lookup, pseudonym, short, sealed) SELECT ?1, ?2, ?3, ?4, ?5"
    " WHERE NOT EXISTS(SELECT 1 FROM identity WHERE short = ?4)"
    " AND NOT EXISTS(SELECT 1 FROM erased WHERE short = ?4)";

static const char counts_sql[] =
    "SELECT rows = (SELECT count(*) FROM identity)"
    " AND last_number >= (SELECT ifnull(max(number), 0) FROM identity) FROM meta";

static const char *const texts[STATEMENT_COUNT] = {
    [GET_META] = "SELECT key_check, last_number, rows FROM meta",
    [SET_META] =
	"INSERT OR REPLACE INTO meta(id, key_check, last_number, rows) VALUES(1, ?1, ?2, ?3)",
    [FIND] = ROW "lookup = ?1",
    [FIND_SHORT] = ROW "short = ?1",
    [FIND_ERASED] = "SELECT pseudonym FROM erased WHERE short = ?1",
    [NEXT] = ROW "number > ?1 ORDER BY number LIMIT 1",
    [ADD] = add_sql,
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

/* SQLite makes files that all may read; this one is its owner's, and the log takes after it. */
static bool
make_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_system(err, ERROR_IO, "identity table: %s", path);
	close(fd);
	return true;
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
	struct database_options options = {
	    .path = path,
	    .mode = DATABASE_WRITE,
	    .application = APPLICATION,
	    .migration_count = ARRAY_COUNT(migrations),
	    .migrations = migrations,
	    .secure_delete = true,
	};
	struct identity_rows *made;

	if (create ? !make_file(path, err) : !check_there(path, err))
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
	meta->rows = statement_u64(statement, 2);
	statement_reset(statement);
	return done;
}

bool
identity_rows_set_meta(
    struct identity_rows *rows, const struct identity_meta *meta, struct error *err)
{
	bind_bytes(rows, SET_META, 1, meta->key_check, LOOKUP_BYTES);
	bind_number(rows, SET_META, 2, meta->last_number);
	bind_number(rows, SET_META, 3, meta->rows);
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

static bool
take_row(
    struct identity_rows *rows, int which, struct identity_row *row, bool *found, struct error *err)
{
	struct statement *statement = rows->statements[which];
	bool done;

	if (!step(rows, which, found, err))
		return false;
	if (!*found)
		return true;
	row->number = (uint32_t)statement_long(statement, 0);
	done = take_bytes(rows, which, 1, row->lookup, LOOKUP_BYTES, err) &&
	    take_bytes(rows, which, 2, row->pseudonym.bytes, PSEUDONYM_BYTES, err);
	rows->sealed.size = 0;
	buffer_add_text(&rows->sealed, statement_text(statement, 3));
	row->sealed = buffer_text(&rows->sealed);
	statement_reset(statement);
	return done;
}

bool
identity_rows_find(struct identity_rows *rows, const uint8_t lookup[LOOKUP_BYTES],
    struct identity_row *row, bool *found, struct error *err)
{
	bind_bytes(rows, FIND, 1, lookup, LOOKUP_BYTES);
	return take_row(rows, FIND, row, found, err);
}

bool
identity_rows_find_short(struct identity_rows *rows, uint32_t short_bits, struct identity_row *row,
    bool *found, struct error *err)
{
	bind_number(rows, FIND_SHORT, 1, short_bits);
	return take_row(rows, FIND_SHORT, row, found, err);
}

bool
identity_rows_next(struct identity_rows *rows, uint32_t number, struct identity_row *row,
    bool *found, struct error *err)
{
	bind_number(rows, NEXT, 1, number);
	return take_row(rows, NEXT, row, found, err);
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
identity_rows_add(
    struct identity_rows *rows, const struct identity_row *row, bool *added, struct error *err)
{
	bind_number(rows, ADD, 1, row->number);
	bind_bytes(rows, ADD, 2, row->lookup, LOOKUP_BYTES);
	bind_bytes(rows, ADD, 3, row->pseudonym.bytes, PSEUDONYM_BYTES);
	bind_number(rows, ADD, 4, pseudonym_short(&row->pseudonym));
	bind_bytes(rows, ADD, 5, row->sealed.data, row->sealed.size);
	if (!run(rows, ADD, err))
		return false;
	*added = database_changes(rows->database) == 1;
	return true;
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
	bind_number(rows, DELETE, 1, row->number);
	bind_number(rows, BURY, 1, pseudonym_short(&row->pseudonym));
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
	error_set(err, ERROR_DAMAGED, "%s: it does not hold as many rows as it says",
	    database_path(rows->database));
	return explain(err);
}
