/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SQLite file of ours: opened the way the store needs it (write-ahead log,
 * every commit synced, pages with checksums, nothing mapped), asked in prepared
 * statements, with errors of our kinds. The SQL stays in the modules.
 *
 *   ERROR_DAMAGED  a page, the log, the schema or a constraint is not what it should be
 *   ERROR_IO       the disk is full, or refuses; nothing of the transaction is there
 *   ERROR_BUSY     another process held it for longer than we wait
 *
 * A database and its statements are for one thread at a time.
 */
#ifndef DYETRACE_BASE_DATABASE_H
#define DYETRACE_BASE_DATABASE_H

#include "base/error.h"
#include "base/text.h"

struct database;

enum database_mode {
	DATABASE_READ,  /* the file must be there; other processes may write */
	DATABASE_WRITE, /* made if missing, whole or not at all and for its owner alone; migrated */
};

struct database_options {
	const char *path;
	enum database_mode mode;
	uint32_t
	    application; /* what kind of file it is, in its header (PRAGMA application_id), not 0 */
	size_t migration_count; /* SQL scripts; the file's user_version says how many were run */
	const char *const *migrations;
	bool secure_delete;   /* overwrite what is deleted */
	bool empty_is_damage; /* a file of no bytes is not filled: ours are never left so */
	int page_bytes;       /* of a new file, a power of two from 512; 0: 4,096 */
	int busy_ms;          /* how long to wait for another process; 0: 5,000 */
};

/*
 * gives: ended by database_close()
 *
 * ERROR_MISSING  DATABASE_READ and there is no file
 * ERROR_REFUSED  another program's database, another kind of ours, or written by a newer version
 * ERROR_DAMAGED, ERROR_IO, ERROR_BUSY
 */
MUST_USE bool database_open(
    const struct database_options *options, struct database **database, struct error *err);
/* Ends the statements too; a transaction still open is rolled back. Accepts NULL. */
void database_close(struct database *database);

/* Runs SQL text that gives no rows. */
MUST_USE bool database_run(struct database *database, const char *sql, struct error *err);
/* A transaction that may write: takes the writer's lock at once. */
MUST_USE bool database_begin(struct database *database, struct error *err);
/* A transaction that sees one state, for several questions. */
MUST_USE bool database_begin_read(struct database *database, struct error *err);
/* Durable when it returns true; rolled back when false. */
MUST_USE bool database_commit(struct database *database, struct error *err);
/* Nothing if there is no transaction. */
void database_rollback(struct database *database);
/*
 * Copies the log into the file and empties it: the file alone holds all, for a
 * rename or a copy. ERROR_BUSY: a reader is in the way; ERROR_IO
 */
MUST_USE bool database_settle(struct database *database, struct error *err);
/*
 * Reads everything: every page's checksum, used or not, and SQLite's own check
 * of its structure. ERROR_DAMAGED with the first finding.
 */
MUST_USE bool database_check(struct database *database, struct error *err);
/* Rows inserted, changed or deleted by the last statement. */
int64_t database_changes(const struct database *database);
const char *database_path(const struct database *database);

/*
 * A prepared statement. Bind, then either step through the rows and reset, or
 * run it. Indexes of parameters count from 1, of columns from 0.
 */
struct statement;

/* gives: ended by database_close() or earlier by statement_close(); sql is borrowed for the call */
MUST_USE bool statement_open(
    struct database *database, const char *sql, struct statement **statement, struct error *err);
void statement_close(struct statement *statement);

void statement_bind_long(struct statement *statement, int parameter, int64_t value);
void statement_bind_double(struct statement *statement, int parameter,
    double value); /* not NaN, which SQLite makes NULL */
/* Unsigned 64 bits stand in SQLite's signed integer, bit by bit. */
void statement_bind_u64(struct statement *statement, int parameter, uint64_t value);
/* Bytes are borrowed until the statement is reset or bound anew; absent (data NULL) binds NULL. */
void statement_bind_text(struct statement *statement, int parameter, struct text value);
void statement_bind_blob(struct statement *statement, int parameter, struct text value);
void statement_bind_null(struct statement *statement, int parameter);

/* *row: whether there is one. After the last row and after an error the statement is reset. */
MUST_USE bool statement_step(struct statement *statement, bool *row, struct error *err);
/* Steps to the end and resets. */
MUST_USE bool statement_run(struct statement *statement, struct error *err);
/* Leaves rows unread; unbinds everything. */
void statement_reset(struct statement *statement);

/* How many columns, and their names (borrowed until close): known before the first step. */
int statement_columns(struct statement *statement);
const char *statement_column_name(struct statement *statement, int column);
/* Columns of the row; texts and blobs are borrowed until the next step or reset. */
int64_t statement_long(struct statement *statement, int column);
double statement_double(struct statement *statement, int column);
uint64_t statement_u64(struct statement *statement, int column);
struct text
statement_text(struct statement *statement, int column); /* absent for NULL; empty stays present */
bool statement_is_null(struct statement *statement, int column);
/* ERROR_DAMAGED unless the column is a blob of exactly that size. */
MUST_USE bool statement_fixed(
    struct statement *statement, int column, void *out, size_t bytes, struct error *err);

#endif
