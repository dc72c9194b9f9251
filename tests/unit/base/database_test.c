/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, refusing, migrating, committing and failing, sentence by sentence. */
#include "base/database.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/file.h"

#define APPLICATION 0x64796574u

static const char *const tables[] = {
    "CREATE TABLE thing (number INTEGER PRIMARY KEY, body BLOB NOT NULL UNIQUE);"
    "INSERT INTO thing VALUES (1, 'first');",
    "ALTER TABLE thing ADD COLUMN color TEXT; UPDATE thing SET color = 'red';",
};
static const char *const broken[] = {
    "CREATE TABLE thing (number INTEGER PRIMARY KEY, body BLOB NOT NULL UNIQUE);",
    "CREATE TABLE other (number INTEGER PRIMARY KEY); INSERT INTO nowhere VALUES (1);",
};

static char folder[] = "/tmp/dyetrace-database-XXXXXX";
static char path[96];

static struct database_options
options(enum database_mode mode, size_t migrations)
{
	return (struct database_options){
	    .path = path,
	    .mode = mode,
	    .application = APPLICATION,
	    .migration_count = migrations,
	    .migrations = tables,
	    .busy_ms = 50,
	};
}

static void
well(bool done, const struct error *err)
{
	if (!done)
		fail_msg("%s", err->text);
}

static struct database *
open_well(enum database_mode mode, size_t migrations)
{
	const struct database_options opening = options(mode, migrations);
	struct database *database = NULL;
	struct error err = {0};

	well(database_open(&opening, &database, &err), &err);
	return database;
}

static void
refuses(const struct database_options *opening, enum error_kind kind, const char *sentence)
{
	struct database *database = NULL;
	struct error err = {0};
	char expected[512];

	assert_false(database_open(opening, &database, &err));
	snprintf(expected, sizeof(expected), "%s: %s", path, sentence);
	assert_string_equal(err.text, expected);
	assert_int_equal(err.kind, kind);
}

static int64_t
ask(struct database *database, const char *sql)
{
	struct statement *statement;
	struct error err = {0};
	int64_t value;
	bool row;

	well(statement_open(database, sql, &statement, &err), &err);
	well(statement_step(statement, &row, &err), &err);
	assert_true(row);
	value = statement_long(statement, 0);
	statement_close(statement);
	return value;
}

static int
clear(void **state)
{
	static const char *const behind[] = {
	    "", "-wal", "-shm", "-journal", ".new", ".new-wal", ".new-shm", ".new-journal"};
	char name[128];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(behind); i++) {
		snprintf(name, sizeof(name), "%s%s", path, behind[i]);
		unlink(name);
	}
	return 0;
}

static int
set_up(void **state)
{
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/store.db", folder);
	return 0;
}

static int
tear_down(void **state)
{
	clear(state);
	return rmdir(folder);
}

static void
put(const char *bytes, size_t size)
{
	struct error err = {0};

	well(file_replace(path, (struct text){bytes, size}, 0600, &err), &err);
}

static void
migrates_step_by_step(void **state)
{
	struct database *database = open_well(DATABASE_WRITE, 1);

	assert_int_equal(ask(database, "PRAGMA user_version"), 1);
	assert_int_equal(ask(database, "SELECT count(*) FROM pragma_table_info('thing')"), 2);
	database_close(database);
	database = open_well(DATABASE_WRITE, 2);
	assert_int_equal(ask(database, "PRAGMA user_version"), 2);
	assert_int_equal(ask(database, "SELECT count(*) FROM thing WHERE color = 'red'"), 1);
	assert_int_equal(ask(database, "PRAGMA application_id"), APPLICATION);
	assert_int_equal(ask(database, "PRAGMA synchronous"), 2);
	assert_int_equal(ask(database, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
	database_close(database);
	database = open_well(DATABASE_READ, 2);
	assert_int_equal(ask(database, "SELECT count(*) FROM thing"), 1);
	database_close(database);
}

static void
a_failing_migration_leaves_the_old_tables(void **state)
{
	struct database_options opening = options(DATABASE_WRITE, 2);
	struct database *database = NULL;
	struct error err = {0};

	database_close(open_well(DATABASE_WRITE, 1));
	opening.migrations = broken;
	assert_false(database_open(&opening, &database, &err));
	assert_non_null(strstr(err.text, "schema 2: "));
	assert_non_null(strstr(err.text, "no such table: nowhere"));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	database = open_well(DATABASE_READ, 1);
	assert_int_equal(
	    ask(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'other'"), 0);
	database_close(database);
}

static void
refuses_what_is_not_ours(void **state)
{
	struct database_options reading = options(DATABASE_READ, 2),
				writing = options(DATABASE_WRITE, 2);
	char noise[8192];
	sqlite3 *db;

	refuses(&reading, ERROR_MISSING, "No such file or directory");
	put("", 0);
	refuses(&reading, ERROR_DAMAGED, "it is empty");
	writing.empty_is_damage = true;
	refuses(&writing, ERROR_DAMAGED, "it is empty");
	memset(noise, 'x', sizeof(noise));
	put(noise, sizeof(noise));
	refuses(&reading, ERROR_DAMAGED, "its header is not that of a database of ours");
	refuses(&writing, ERROR_DAMAGED, "its header is not that of a database of ours");
	put(noise, 7);
	refuses(&writing, ERROR_DAMAGED, "its header is not that of a database of ours");
	clear(state);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE a (b)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	refuses(&writing, ERROR_REFUSED,
	    "a database of another program: its pages have no room for our checksums");
	clear(state);
	database_close(open_well(DATABASE_WRITE, 2));
	writing.application = APPLICATION + 1;
	refuses(&writing, ERROR_REFUSED,
	    "not the kind of database that belongs here (0x64796574, not 0x64796575)");
}

static void
refuses_other_versions(void **state)
{
	struct database_options reading = options(DATABASE_READ, 2);
	struct database_options older = options(DATABASE_WRITE, 1);

	database_close(open_well(DATABASE_WRITE, 1));
	refuses(&reading, ERROR_REFUSED,
	    "written by an older version of dyetrace (schema 1, this one knows 2): "
	    "let `dyetrace run` bring it up to date");
	database_close(open_well(DATABASE_WRITE, 2));
	refuses(&older, ERROR_REFUSED,
	    "written by a newer version of dyetrace (schema 2, this one knows 1): use that "
	    "version");
}

/* What another program writes lacks our checksums. */
static void
another_programs_change_is_damage(void **state)
{
	struct database_options reading = options(DATABASE_READ, 2);
	struct database *database = NULL;
	struct error err = {0};
	sqlite3 *db;

	database_close(open_well(DATABASE_WRITE, 2));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "UPDATE thing SET color = 'blue'", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	well(database_open(&reading, &database, &err), &err);
	assert_false(database_check(database, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	database_close(database);
}

/* Killed at any time while it is made: nothing is there, or all of it. */
static void
a_file_is_made_whole_or_not_at_all(void **state)
{
	struct database *database = NULL;
	struct database_options reading = options(DATABASE_READ, 2);
	struct error err = {0};
	char beside[128];
	int round, status;
	pid_t child;

	for (round = 0; round < 60; round++) {
		child = fork();
		if (child == 0) {
			database_close(open_well(DATABASE_WRITE, 2));
			_exit(0);
		}
		usleep((useconds_t)(round * 50));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (access(path, F_OK) != 0)
			continue;
		well(database_open(&reading, &database, &err), &err);
		well(database_check(database, &err), &err);
		database_close(database);
		if (round % 4)
			clear(state);
	}
	clear(state);
	put("", 0); /* an empty one is filled unless that is asked to be damage */
	database = open_well(DATABASE_WRITE, 2);
	assert_int_equal(ask(database, "SELECT count(*) FROM thing"), 1);
	database_close(database);
	snprintf(beside, sizeof(beside), "%s.new", path);
	assert_int_not_equal(access(beside, F_OK), 0);
}

static void
settles_into_one_file(void **state)
{
	struct database *database = open_well(DATABASE_WRITE, 2);
	struct error err = {0};
	struct stat status;
	char log[128];

	well(database_run(database, "INSERT INTO thing (number, body) VALUES (9, 'nine')", &err),
	    &err);
	snprintf(log, sizeof(log), "%s-wal", path);
	assert_int_equal(stat(log, &status), 0);
	assert_true(status.st_size > 0);
	well(database_settle(database, &err), &err);
	assert_int_equal(stat(log, &status), 0);
	assert_int_equal(status.st_size, 0);
	database_close(database);
}

static void
commits_and_rolls_back(void **state)
{
	struct database *database = open_well(DATABASE_WRITE, 2);
	struct error err = {0};

	well(database_begin(database, &err), &err);
	well(database_run(database, "INSERT INTO thing VALUES (2, 'second', NULL)", &err), &err);
	assert_int_equal(database_changes(database), 1);
	database_rollback(database);
	database_rollback(database);
	assert_int_equal(ask(database, "SELECT count(*) FROM thing"), 1);
	well(database_begin(database, &err), &err);
	well(database_run(database, "INSERT INTO thing VALUES (2, 'second', NULL)", &err), &err);
	well(database_commit(database, &err), &err);
	assert_int_equal(ask(database, "SELECT count(*) FROM thing"), 2);
	assert_false(database_run(database, "INSERT INTO thing VALUES (3, 'second', NULL)", &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	assert_non_null(strstr(err.text, "UNIQUE constraint failed: thing.body"));
	database_close(database);
}

static void
binds_and_reads_back(void **state)
{
	struct database *database = open_well(DATABASE_WRITE, 2);
	struct statement *statement;
	struct error err = {0};
	uint8_t fixed[4];
	bool row;

	well(statement_open(database, "SELECT ?, ?, ?, ?, ? AS five", &statement, &err), &err);
	statement_bind_u64(statement, 1, UINT64_MAX - 1);
	statement_bind_text(statement, 2, TEXT("a\0b"));
	statement_bind_blob(statement, 3, TEXT(""));
	statement_bind_text(statement, 4, TEXT_NONE);
	statement_bind_blob(statement, 5, TEXT("four"));
	well(statement_step(statement, &row, &err), &err);
	assert_true(row);
	assert_int_equal(statement_columns(statement), 5);
	assert_string_equal(statement_column_name(statement, 4), "five");
	assert_int_equal(statement_u64(statement, 0), UINT64_MAX - 1);
	assert_true(text_equal(statement_text(statement, 1), TEXT("a\0b")));
	assert_non_null(statement_text(statement, 2).data);
	assert_int_equal(statement_text(statement, 2).size, 0);
	assert_true(statement_is_null(statement, 3));
	assert_null(statement_text(statement, 3).data);
	well(statement_fixed(statement, 4, fixed, 4, &err), &err);
	assert_memory_equal(fixed, "four", 4);
	assert_false(statement_fixed(statement, 4, fixed, 3, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	well(statement_step(statement, &row, &err), &err);
	assert_false(row);
	/* unbound again by the end */
	well(statement_step(statement, &row, &err), &err);
	assert_true(statement_is_null(statement, 0));
	database_close(database);
}

static void
a_second_writer_waits_then_says_so(void **state)
{
	struct database *first = open_well(DATABASE_WRITE, 2),
			*second = open_well(DATABASE_WRITE, 2);
	struct error err = {0};

	well(database_begin(first, &err), &err);
	assert_false(database_begin(second, &err));
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_non_null(strstr(err.text, "another process is writing to it"));
	database_rollback(first);
	well(database_begin(second, &err), &err);
	database_close(second);
	database_close(first);
}

/* In a child whose files may not grow: the same as a full disk, one errno apart. */
static void
child_hits_the_limit(void)
{
	struct database *database = open_well(DATABASE_WRITE, 2);
	struct rlimit limit = {.rlim_cur = 100000, .rlim_max = 100000};
	struct error err = {0};
	int i;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(2);
	for (i = 10; i < 200; i++) {
		char sql[128];

		snprintf(sql, sizeof(sql),
		    "INSERT INTO thing (number, body) VALUES (%d, randomblob(2000))", i);
		if (!database_begin(database, &err) || !database_run(database, sql, &err) ||
		    !database_commit(database, &err))
			break;
	}
	_exit(err.kind == ERROR_IO && strstr(err.text, "the limit on a file's size is reached") &&
		    i > 11
		? 0
		: 1);
}

static void
a_full_disk_leaves_the_last_commit(void **state)
{
	struct database *database;
	struct error err = {0};
	int status;
	pid_t child;

	database_close(open_well(DATABASE_WRITE, 2));
	child = fork();
	if (child == 0)
		child_hits_the_limit();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 0);
	database = open_well(DATABASE_WRITE, 2);
	well(database_check(database, &err), &err);
	assert_int_equal(ask(database, "SELECT max(number) - 10 + 2 - count(*) FROM thing"), 0);
	well(database_run(database, "INSERT INTO thing (number, body) VALUES (500, 'again')", &err),
	    &err);
	database_close(database);
}

static void
a_folder_that_cannot_be_written_is_said(void **state)
{
	struct database_options writing = options(DATABASE_WRITE, 2);
	struct database *database = NULL;
	struct error err = {0};

	writing.path = "/proc/dyetrace.db";
	assert_false(database_open(&writing, &database, &err));
	assert_int_equal(err.kind, ERROR_IO);
	assert_non_null(strstr(err.text, "/proc/dyetrace.db.new: cannot be made: "));
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(migrates_step_by_step),
	    TEST(a_failing_migration_leaves_the_old_tables),
	    TEST(refuses_what_is_not_ours),
	    TEST(refuses_other_versions),
	    TEST(another_programs_change_is_damage),
	    TEST(a_file_is_made_whole_or_not_at_all),
	    TEST(settles_into_one_file),
	    TEST(commits_and_rolls_back),
	    TEST(binds_and_reads_back),
	    TEST(a_second_writer_waits_then_says_so),
	    TEST(a_full_disk_leaves_the_last_commit),
	    TEST(a_folder_that_cannot_be_written_is_said),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
