/* SPDX-License-Identifier: Apache-2.0 */
/* From SQLite's result codes and the system's errno to our kinds and sentences. */
#include "database_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

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

/* Of what SQLite's code says; a journal that is closed already has no errno to ask for. */
static const char *
operation(int rc)
{
	switch (rc) {
	case SQLITE_IOERR_READ:
	case SQLITE_IOERR_SHORT_READ:
		return " to read";
	case SQLITE_IOERR_WRITE:
		return " to write";
	case SQLITE_IOERR_FSYNC:
	case SQLITE_IOERR_DIR_FSYNC:
		return " to sync";
	case SQLITE_IOERR_TRUNCATE:
		return " to cut";
	default:
		return "";
	}
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
	/* SQLite then tries to read the file beside it, and forgets why it could not make it. */
	if ((rc & 0xff) == SQLITE_CANTOPEN && number == ENOENT)
		return error_set(err, ERROR_IO,
		    "%s: a file beside it cannot be made: look at the space and the inodes that "
		    "are left "
		    "on the disk, and at who may write to the folder",
		    database->path);
	if ((rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY)
		return error_set(err, ERROR_IO, "%s: cannot be opened for %s: %s", database->path,
		    (rc & 0xff) == SQLITE_READONLY ? "writing" : "use",
		    number ? strerror(number) : sqlite3_errstr(rc));
	return error_set(err, ERROR_IO, "%s: the disk refuses%s: %s (SQLite %d)", database->path,
	    operation(rc), strerror(number ? number : EIO), rc);
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
