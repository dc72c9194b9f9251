/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening and making. The header is looked at through SQLite's own handle: opening
 * and closing the file beside it would drop SQLite's POSIX locks.
 */
#include "database_inside.h"
#include "page_checksum.h"

#include "base/file.h"
#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECKPOINT_PAGES 1000
#define PAGE_BYTES 4096
#define HEADER_BYTES 100               /* of a database file; fileformat2, section 1.3 */
#define HEADER_MAGIC "SQLite format 3" /* with its NUL */
#define HEADER_RESERVED 20
#define HEADER_APPLICATION 68

/* Reads the first bytes as they are. */
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
open_handle(struct database *database, int flags, struct error *err)
{
	int rc = page_checksum_register();

	if (rc != SQLITE_OK)
		return error_set(err, ERROR_IO, "SQLite cannot start: %s", sqlite3_errstr(rc));
	rc = sqlite3_open_v2(
	    database->path, &database->db, SQLITE_OPEN_NOMUTEX | flags, PAGE_CHECKSUM_VFS);
	if (!database->db)
		rc = SQLITE_NOMEM;
	if (rc != SQLITE_OK)
		return database_fail(database, rc, err);
	sqlite3_extended_result_codes(database->db, 1);
	sqlite3_busy_timeout(database->db, database->busy_ms);
	return true;
}

static struct database *
new_database(const char *path, const struct database_options *options)
{
	struct database *database = memory_get(sizeof(*database));

	database->path = memory_text(path);
	database->busy_ms = options->busy_ms ? options->busy_ms : 5000;
	return database;
}

/* --- a new file ----------------------------------------------------------------------- */

static void
remove_files(const char *path)
{
	static const char *const behind[] = {"", "-journal", "-wal", "-shm"};
	struct buffer name = {0};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(behind); i++) {
		name.size = 0;
		buffer_add_format(&name, "%s%s", path, behind[i]);
		buffer_add_byte(&name, 0);
		unlink((char *)name.data);
	}
	buffer_fini(&name);
}

/* SQLite makes files that all may read; ours are their owner's, and the log takes after them. */
static bool
make_empty(const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_system(err, ERROR_IO, "%s: cannot be made", path);
	close(fd);
	return true;
}

static bool
fill_new(struct database *database, const struct database_options *options, struct error *err)
{
	int reserve = PAGE_CHECKSUM_BYTES, rc;

	if (!make_empty(database->path, err) || !open_handle(database, SQLITE_OPEN_READWRITE, err))
		return false;
	rc = sqlite3_file_control(database->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	if (rc != SQLITE_OK)
		return database_fail(database, rc, err);
	return run_pragma(database, err, "PRAGMA page_size = %d",
		   options->page_bytes ? options->page_bytes : PAGE_BYTES) &&
	    run_pragma(
		database, err, "PRAGMA application_id = %d", (int32_t)options->application) &&
	    set_up(database, options, err) && migrate(database, options, err) &&
	    database_settle(database, err);
}

/* Under another name until it is whole: a file of the right name is never half made. */
static bool
make_new(const struct database_options *options, struct error *err)
{
	struct buffer path = {0};
	struct database *database;
	bool done;

	buffer_add_format(&path, "%s.new", options->path);
	buffer_add_byte(&path, 0);
	remove_files((char *)path.data);
	database = new_database((char *)path.data, options);
	done = fill_new(database, options, err);
	database_close(database);
	if (done && rename((char *)path.data, options->path) != 0)
		done = error_system(err, ERROR_IO, "%s", options->path);
	done = done && file_sync_folder_of(options->path, err);
	if (!done)
		remove_files((char *)path.data);
	buffer_fini(&path);
	return done;
}

/* --- opening -------------------------------------------------------------------------- */

static bool
open_there(struct database *database, const struct database_options *options, struct error *err)
{
	bool write = options->mode == DATABASE_WRITE;
	unsigned char header[HEADER_BYTES];
	int64_t size = 0;

	if (!open_handle(database, write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, err) ||
	    !read_header(database, header, &size, err))
		return false;
	if (size == 0)
		return error_set(err, ERROR_DAMAGED, "%s: it is empty", database->path);
	return check_owner(database, options->application, header, err) &&
	    set_up(database, options, err) && migrate(database, options, err);
}

/* Whether there is nothing yet that could be opened. */
static bool
is_new(const struct database_options *options, bool *new, struct error *err)
{
	struct stat status = {0};

	if (stat(options->path, &status) == 0) {
		*new = status.st_size == 0 && options->mode == DATABASE_WRITE &&
		    !options->empty_is_damage;
		return true;
	}
	*new = true;
	if (errno == ENOENT && options->mode == DATABASE_WRITE)
		return true;
	return error_system(err, errno == ENOENT ? ERROR_MISSING : ERROR_IO, "%s", options->path);
}

bool
database_open(const struct database_options *options, struct database **out, struct error *err)
{
	struct database *database;
	bool new = false;

	assert(options->application != 0);
	if (!is_new(options, &new, err) || (new && !make_new(options, err)))
		return false;
	database = new_database(options->path, options);
	if (!open_there(database, options, err)) {
		database_close(database);
		return false;
	}
	*out = database;
	return true;
}
