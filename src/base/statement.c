/* SPDX-License-Identifier: Apache-2.0 */
/* Statements know their database, so that closing it ends them. */
#include "database_inside.h"

#include "base/memory.h"

#include <assert.h>

struct statement {
	struct database *database;
	sqlite3_stmt *stmt;
	struct statement *next, **link;
};

bool
statement_open(
    struct database *database, const char *sql, struct statement **out, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	struct statement *statement;
	int rc = sqlite3_prepare_v3(database->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

	if (rc != SQLITE_OK)
		return database_fail(database, rc, err);
	statement = memory_get(sizeof(*statement));
	statement->database = database;
	statement->stmt = stmt;
	statement->next = database->statements;
	statement->link = &database->statements;
	if (statement->next)
		statement->next->link = &statement->next;
	database->statements = statement;
	*out = statement;
	return true;
}

void
statement_close(struct statement *statement)
{
	if (!statement)
		return;
	sqlite3_finalize(statement->stmt);
	*statement->link = statement->next;
	if (statement->next)
		statement->next->link = statement->link;
	memory_free(statement);
}

/* A bind fails only for a parameter that the SQL does not have, or a statement amid its rows. */
static void
bound(int rc)
{
	assert(rc == SQLITE_OK);
	(void)rc;
}

void
statement_bind_long(struct statement *statement, int parameter, int64_t value)
{
	bound(sqlite3_bind_int64(statement->stmt, parameter, value));
}

void
statement_bind_double(struct statement *statement, int parameter, double value)
{
	bound(sqlite3_bind_double(statement->stmt, parameter, value));
}

void
statement_bind_u64(struct statement *statement, int parameter, uint64_t value)
{
	statement_bind_long(statement, parameter, (int64_t)value);
}

void
statement_bind_text(struct statement *statement, int parameter, struct text value)
{
	bound(sqlite3_bind_text64(
	    statement->stmt, parameter, value.data, value.size, SQLITE_STATIC, SQLITE_UTF8));
}

void
statement_bind_blob(struct statement *statement, int parameter, struct text value)
{
	bound(
	    sqlite3_bind_blob64(statement->stmt, parameter, value.data, value.size, SQLITE_STATIC));
}

void
statement_bind_null(struct statement *statement, int parameter)
{
	bound(sqlite3_bind_null(statement->stmt, parameter));
}

bool
statement_step(struct statement *statement, bool *row, struct error *err)
{
	int rc = sqlite3_step(statement->stmt);

	*row = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		database_fail(statement->database, rc, err);
	statement_reset(statement);
	return rc == SQLITE_DONE;
}

bool
statement_run(struct statement *statement, struct error *err)
{
	bool row;

	do {
		if (!statement_step(statement, &row, err))
			return false;
	} while (row);
	return true;
}

void
statement_reset(struct statement *statement)
{
	sqlite3_reset(statement->stmt);
	sqlite3_clear_bindings(statement->stmt);
}

int
statement_columns(struct statement *statement)
{
	return sqlite3_column_count(statement->stmt);
}

const char *
statement_column_name(struct statement *statement, int column)
{
	return sqlite3_column_name(statement->stmt, column);
}

int64_t
statement_long(struct statement *statement, int column)
{
	return sqlite3_column_int64(statement->stmt, column);
}

double
statement_double(struct statement *statement, int column)
{
	return sqlite3_column_double(statement->stmt, column);
}

uint64_t
statement_u64(struct statement *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement->stmt, column);
}

struct text
statement_text(struct statement *statement, int column)
{
	const char *data;

	if (sqlite3_column_type(statement->stmt, column) == SQLITE_NULL)
		return TEXT_NONE;
	data = sqlite3_column_blob(statement->stmt, column);
	return (struct text){
	    data ? data : "", (size_t)sqlite3_column_bytes(statement->stmt, column)};
}

bool
statement_is_null(struct statement *statement, int column)
{
	return sqlite3_column_type(statement->stmt, column) == SQLITE_NULL;
}

bool
statement_fixed(struct statement *statement, int column, void *out, size_t bytes, struct error *err)
{
	struct text value = statement_text(statement, column);

	if (value.size != bytes)
		return error_set(err, ERROR_DAMAGED, "%s: %zu bytes where %zu belong",
		    statement->database->path, value.size, bytes);
	memcpy(out, value.data, bytes);
	return true;
}
