/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions, the check of all, and the end. */
#include "database_inside.h"
#include "page_checksum.h"

#include "base/memory.h"

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

bool
database_settle(struct database *database, struct error *err)
{
	int rc =
	    sqlite3_wal_checkpoint_v2(database->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	return rc == SQLITE_OK || database_fail(database, rc, err);
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
	bool done;

	if (!database_begin_read(database, err))
		return false;
	done = database_run(database, "PRAGMA user_version", err) && check_pages(database, err) &&
	    check_structure(database, err);
	database_rollback(database);
	return done;
}
