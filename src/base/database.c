/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new file is made in this order: reserved bytes, application id, then the
 * write-ahead log. So whatever a crash leaves is an empty file or one that says
 * whose it is. The header is looked at through SQLite's own handle: opening and
 * closing the file beside it would drop SQLite's POSIX locks.
 */
#include "database_inside.h"
#include "page_checksum.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define CHECKPOINT_PAGES 1000
#define HEADER_BYTES 100               /* of a database file; fileformat2, section 1.3 */
#define HEADER_MAGIC "SQLite format 3" /* with its NUL */
#define HEADER_RESERVED 20
#define HEADER_APPLICATION 68

/* --- errors --------------------------------------------------------------------------- */

static enum error_kind
kind_of(int rc)
{
	if (rc == SQLITE_IOERR_DATA)
		return ERROR_DAMAGED;
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERROR_BUSY;
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_PROTOCOL:
	case SQLITE_INTERRUPT:
		return ERROR_IO;
	/* SQLITE_ERROR: our SQL does not fit the tables, so they are not ours. */
	default:
		return ERROR_DAMAGED;
	}
}

/* What the system said last about a file of the database: SQLite clears errno on its way up. */
static int
errno_of(struct database *database, int pointer)
{
	sqlite3_file *file = NULL;
	int number = 0;

	sqlite3_file_control(database->db, "main", pointer, &file);
	if (file && file->pMethods)
		file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
	return number;
}

static int
system_errno(struct database *database)
{
	int number = errno_of(database, SQLITE_FCNTL_JOURNAL_POINTER); /* the log */

	if (!number)
		number = errno_of(database, SQLITE_FCNTL_FILE_POINTER);
	return number ? number : sqlite3_system_errno(database->db);
}

static bool
fail_system(struct database *database, int rc, struct error *err)
{
	int number = system_errno(database);

	if ((rc & 0xff) == SQLITE_FULL || number == ENOSPC || number == EDQUOT)
		return error_set(err, ERROR_IO,
		    "%s: no space left on the disk: free some, then start again", database->path);
	if (number == EFBIG)
		return error_set(err, ERROR_IO,
		    "%s: it may not grow: the limit on a file's size is reached", database->path);
	if ((rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY)
		return error_set(err, ERROR_IO, "%s: cannot be opened for %s: %s", database->path,
		    (rc & 0xff) == SQLITE_READONLY ? "writing" : "use",
		    number ? strerror(number) : sqlite3_errstr(rc));
	return error_set(err, ERROR_IO, "%s: the disk refuses: %s (SQLite %d)", database->path,
	    number ? strerror(number) : sqlite3_errstr(rc), rc);
}

bool
database_fail(struct database *database, int rc, struct error *err)
{
	if (rc == SQLITE_NOMEM || rc == SQLITE_IOERR_NOMEM) {
		fprintf(stderr, "dyetrace: the system refuses memory for %s\n", database->path);
		abort();
	}
	assert(rc != SQLITE_MISUSE && rc != SQLITE_RANGE);
	switch (kind_of(rc)) {
	case ERROR_IO:
		return fail_system(database, rc, err);
	case ERROR_BUSY:
		return error_set(
		    err, ERROR_BUSY, "%s: another process is writing to it", database->path);
	default:
		break;
	}
	if (rc == SQLITE_IOERR_DATA)
		return error_set(err, ERROR_DAMAGED,
		    "%s: a page is not what was written (checksum)", database->path);
	return error_set(
	    err, ERROR_DAMAGED, "%s: %s", database->path, sqlite3_errmsg(database->db));
}

/* --- opening -------------------------------------------------------------------------- */

/* Reads the first bytes as they are. *size 0: nothing is there yet. */
static bool
read_header(
    struct database *database, unsigned char header[HEADER_BYTES], int64_t *size, struct error *err)
{
	sqlite3_file *file = NULL;
	sqlite3_int64 bytes = 0;
	int rc;

	memset(header, 0, HEADER_BYTES);
	if ((rc = sqlite3_file_control(database->db, "main", SQLITE_FCNTL_FILE_POINTER, &file)) !=
		SQLITE_OK ||
	    (rc = file->pMethods->xFileSize(file, &bytes)) != SQLITE_OK)
		return database_fail(database, rc, err);
	*size = bytes;
	rc = file->pMethods->xRead(file, header, HEADER_BYTES, 0);
	if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
		return database_fail(database, rc, err);
	return true;
}

/* Whether page 1 is what was written; its size is what the header says. */
static bool
first_page_matches(struct database *database, const unsigned char header[HEADER_BYTES])
{
	unsigned char page[65536];
	int bytes = header[16] << 8 | header[17];
	sqlite3_file *file = NULL;

	sqlite3_file_control(database->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	return bytes >= 512 && file->pMethods->xRead(file, page, bytes, 0) == SQLITE_OK;
}

/* One changed byte must not make our file look like another's: two marks of three tell it. */
static bool
check_owner(struct database *database, uint32_t application,
    const unsigned char header[HEADER_BYTES], struct error *err)
{
	const unsigned char *id = header + HEADER_APPLICATION;
	uint32_t written =
	    (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
	bool magic = memcmp(header, HEADER_MAGIC, sizeof(HEADER_MAGIC)) == 0;
	bool reserved = header[HEADER_RESERVED] == PAGE_CHECKSUM_BYTES,
	     ours = written == application;

	if (magic && reserved && ours)
		return true;
	if (magic && !reserved && !ours)
		return error_set(err, ERROR_REFUSED,
		    "%s: a database of another program: its pages have no room for our checksums",
		    database->path);
	if (magic && reserved && first_page_matches(database, header))
		return error_set(err, ERROR_REFUSED,
		    "%s: not the kind of database that belongs here (0x%08x, not 0x%08x)",
		    database->path, written, application);
	return error_set(
	    err, ERROR_DAMAGED, "%s: its header is not that of a database of ours", database->path);
}

static bool
run_pragma(struct database *database, struct error *err, const char *format, ...)
{
	char sql[128];
	va_list args;
	int rc;

	va_start(args, format);
	vsnprintf(sql, sizeof(sql), format, args);
	va_end(args);
	rc = sqlite3_exec(database->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK || database_fail(database, rc, err);
}

static bool
make_file(struct database *database, uint32_t application, struct error *err)
{
	int reserve = PAGE_CHECKSUM_BYTES, rc;

	rc = sqlite3_file_control(database->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	if (rc != SQLITE_OK)
		return database_fail(database, rc, err);
	return run_pragma(database, err, "PRAGMA application_id = %d", (int32_t)application);
}

static bool
run_pragmas(struct database *database, const char *const *pragmas, struct error *err)
{
	for (; *pragmas; pragmas++)
		if (!database_run(database, *pragmas, err))
			return false;
	return true;
}

/*
 * After a commit that made the log long: copies it into the database file and, if
 * no reader is in the way, empties it; so a log that was copied seldom lies about.
 * Waits for nobody. The commit stands whatever becomes of this.
 */
static int
copy_log(void *context, sqlite3 *db, const char *name, int pages)
{
	struct database *database = context;

	if (pages < CHECKPOINT_PAGES)
		return SQLITE_OK;
	sqlite3_busy_timeout(db, 0);
	sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(db, database->busy_ms);
	return SQLITE_OK;
}

/*
 * No spilling of the cache: pages go to the log by a commit and not before, which
 * the log's checksums rely on.
 */
static bool
set_up(struct database *database, const struct database_options *options, struct error *err)
{
	static const char *const for_all[] = {
	    "PRAGMA mmap_size = 0",
	    "PRAGMA cache_size = -8192", /* KiB */
	    "PRAGMA cache_spill = OFF",
	    "PRAGMA temp_store = MEMORY",
	    "PRAGMA trusted_schema = OFF",
	    NULL,
	};
	static const char *const for_writers[] = {
	    "PRAGMA journal_mode = WAL",
	    "PRAGMA synchronous = FULL",
	    "PRAGMA journal_size_limit = 67108864", /* what a slow reader made grow is cut again */
	    NULL,
	};

	sqlite3_wal_hook(database->db, copy_log, database);
	return run_pragmas(database, for_all, err) &&
	    run_pragma(database, err, "PRAGMA secure_delete = %s",
		options->secure_delete ? "ON" : "OFF") &&
	    (options->mode == DATABASE_READ || run_pragmas(database, for_writers, err));
}

static bool
read_version(struct database *database, int64_t *version, struct error *err)
{
	struct statement *statement;
	bool row, done;

	if (!statement_open(database, "PRAGMA user_version", &statement, err))
		return false;
	done = statement_step(statement, &row, err);
	*version = done && row ? statement_long(statement, 0) : 0;
	statement_close(statement);
	return done;
}

static bool
migrate_one(struct database *database, const char *script, size_t version, struct error *err)
{
	if (!database_begin(database, err))
		return false;
	if (!database_run(database, script, err) ||
	    !run_pragma(database, err, "PRAGMA user_version = %zu", version) ||
	    !database_commit(database, err)) {
		database_rollback(database);
		return error_within(err, "schema %zu", version);
	}
	return true;
}

static bool
migrate(struct database *database, const struct database_options *options, struct error *err)
{
	int64_t version, known = (int64_t)options->migration_count;

	if (!read_version(database, &version, err))
		return false;
	if (version > known)
		return error_set(err, ERROR_REFUSED,
		    "%s: written by a newer version of dyetrace (schema %lld, this one knows "
		    "%lld): use that version",
		    database->path, (long long)version, (long long)known);
	if (options->mode == DATABASE_READ && version == 0)
		return error_set(err, ERROR_MISSING, "%s: it is not set up yet", database->path);
	if (options->mode == DATABASE_READ && version < known)
		return error_set(err, ERROR_REFUSED,
		    "%s: written by an older version of dyetrace (schema %lld, this one knows "
		    "%lld): let `dyetrace run` bring it up to date",
		    database->path, (long long)version, (long long)known);
	for (; version < known; version++)
		if (!migrate_one(database, options->migrations[version], (size_t)version + 1, err))
			return false;
	return true;
}

static bool
open_file(struct database *database, const struct database_options *options, struct error *err)
{
	bool write = options->mode == DATABASE_WRITE;
	struct stat status;
	int rc = page_checksum_register();

	if (rc != SQLITE_OK)
		return error_set(err, ERROR_IO, "SQLite cannot start: %s", sqlite3_errstr(rc));
	if (!write && stat(options->path, &status) != 0)
		return error_system(
		    err, errno == ENOENT ? ERROR_MISSING : ERROR_IO, "%s", options->path);
	rc = sqlite3_open_v2(options->path, &database->db,
	    SQLITE_OPEN_NOMUTEX |
		(write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY),
	    PAGE_CHECKSUM_VFS);
	if (!database->db)
		rc = SQLITE_NOMEM;
	if (rc != SQLITE_OK)
		return database_fail(database, rc, err);
	sqlite3_extended_result_codes(database->db, 1);
	database->busy_ms = options->busy_ms ? options->busy_ms : 5000;
	sqlite3_busy_timeout(database->db, database->busy_ms);
	return true;
}

/*
 * A first commit that was cut short left a page and a journal that takes it back:
 * it is, before the header is believed.
 */
static bool
take_back(struct database *database, const struct database_options *options,
    unsigned char header[HEADER_BYTES], int64_t *size, struct error *err)
{
	if (*size == 0 || options->mode == DATABASE_READ)
		return true;
	sqlite3_exec(database->db, "PRAGMA schema_version", NULL, NULL, NULL);
	return read_header(database, header, size, err);
}

bool
database_open(const struct database_options *options, struct database **out, struct error *err)
{
	struct database *database = memory_get(sizeof(*database));
	unsigned char header[HEADER_BYTES];
	int64_t size = 0;

	assert(options->application != 0);
	database->path = memory_text(options->path);
	if (!open_file(database, options, err) || !read_header(database, header, &size, err) ||
	    !take_back(database, options, header, &size, err))
		goto undo;
	if (size == 0 && options->mode == DATABASE_READ) {
		error_set(err, ERROR_MISSING, "%s: it is empty", database->path);
		goto undo;
	}
	if (size == 0 ? !make_file(database, options->application, err)
		      : !check_owner(database, options->application, header, err))
		goto undo;
	if (!set_up(database, options, err) || !migrate(database, options, err))
		goto undo;
	*out = database;
	return true;
undo:
	database_close(database);
	return false;
}

void
database_close(struct database *database)
{
	if (!database)
		return;
	while (database->statements)
		statement_close(database->statements);
	sqlite3_close_v2(database->db);
	memory_free(database->path);
	memory_free(database);
}

const char *
database_path(const struct database *database)
{
	return database->path;
}

int64_t
database_changes(const struct database *database)
{
	return sqlite3_changes64(database->db);
}

/* --- transactions --------------------------------------------------------------------- */

bool
database_run(struct database *database, const char *sql, struct error *err)
{
	int rc = sqlite3_exec(database->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK || database_fail(database, rc, err);
}

bool
database_begin(struct database *database, struct error *err)
{
	return database_run(database, "BEGIN IMMEDIATE", err);
}

bool
database_begin_read(struct database *database, struct error *err)
{
	return database_run(database, "BEGIN", err);
}

bool
database_commit(struct database *database, struct error *err)
{
	if (database_run(database, "COMMIT", err))
		return true;
	database_rollback(database);
	return false;
}

void
database_rollback(struct database *database)
{
	if (!sqlite3_get_autocommit(database->db))
		sqlite3_exec(database->db, "ROLLBACK", NULL, NULL, NULL);
}

static bool
check_structure(struct database *database, struct error *err)
{
	struct statement *statement;
	struct text finding;
	bool row, done;

	if (!statement_open(database, "PRAGMA integrity_check(1)", &statement, err))
		return false;
	done = statement_step(statement, &row, err);
	if (done && row) {
		finding = statement_text(statement, 0);
		if (!text_is(finding, "ok"))
			done = error_set(
			    err, ERROR_DAMAGED, "%s: %.*s", database->path, TEXT_PRINT(finding));
	}
	statement_close(statement);
	return done;
}

static bool
check_pages(struct database *database, struct error *err)
{
	uint64_t bad_page;
	int rc = page_checksum_scan(database->db, &bad_page);

	if (rc != SQLITE_OK)
		return database_fail(database, rc, err);
	if (bad_page)
		return error_set(err, ERROR_DAMAGED,
		    "%s: page %llu is not what was written (checksum)", database->path,
		    (unsigned long long)bad_page);
	return true;
}

/* In a transaction, so that the log stays as it is: no writer begins it anew. */
bool
database_check(struct database *database, struct error *err)
{
	int64_t version;
	bool done;

	if (!database_begin_read(database, err))
		return false;
	done = read_version(database, &version, err) && check_pages(database, err) &&
	    check_structure(database, err);
	database_rollback(database);
	return done;
}
