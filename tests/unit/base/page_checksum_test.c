/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A database of several thousand rows with one byte changed, or its end cut, at
 * every 512 bytes: a full read gives the right answer or ERROR_DAMAGED, never
 * another answer; a full check sees every change, in unused pages as well.
 */
#include "base/database.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "database_sample.h"

#define ROWS 6000

static const char tables[] =
    "CREATE TABLE thing (number INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL);"
    "CREATE INDEX thing_name ON thing (name);"
    "CREATE TABLE gone (number INTEGER PRIMARY KEY, body BLOB NOT NULL);";

static char folder[40];
static char original[96], copy[96], copy_log[96], copy_shm[96];

/* By table and by index. */
static const char *const questions[] = {
    "SELECT number, name, body FROM thing ORDER BY number",
    "SELECT number, name, name FROM thing INDEXED BY thing_name ORDER BY name",
    "SELECT number, body, body FROM gone ORDER BY number",
    NULL,
};

static struct database *
open_well(const char *path, enum database_mode mode)
{
	struct error err = {0};
	struct database *database = NULL;

	if (!sample_open(path, tables, mode, &database, &err))
		fail_msg("%s", err.text);
	return database;
}

/* Names of different lengths; every hundredth body needs overflow pages. */
static void
add_rows(struct database *database, const char *table, int first, int count)
{
	struct error err = {0};
	struct statement *statement;
	char sql[96], name[32], *body = malloc(20000);
	int i;

	assert_non_null(body);
	snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES (?, %s?)", table,
	    table[0] == 't' ? "?, " : "");
	well(statement_open(database, sql, &statement, &err), &err);
	for (i = first; i < first + count; i++) {
		int column = 2, bytes = i % 100 == 0 ? 12000 + i : i % 50;

		memset(body, 'a' + i % 26, (size_t)bytes);
		snprintf(name, sizeof(name), "name %d", i * 7919 % 10007);
		statement_bind_long(statement, 1, i);
		if (table[0] == 't')
			statement_bind_text(statement, column++, text_of(name));
		statement_bind_blob(statement, column, (struct text){body, (size_t)bytes});
		well(statement_run(statement, &err), &err);
	}
	statement_close(statement);
	free(body);
}

/* Not while SQLite has the file open here: closing would drop its locks. */
static void
put_byte(const char *path, size_t at, uint8_t byte)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	close(fd);
}

static void
remove_copies(void)
{
	unlink(copy);
	unlink(copy_log);
	unlink(copy_shm);
}

/* Half of what was there is deleted again, so that there are unused pages. */
static void
make_original(void)
{
	struct database *database = open_well(original, DATABASE_WRITE);
	struct error err = {0};

	well(database_begin(database, &err), &err);
	add_rows(database, "gone", 0, 3000);
	add_rows(database, "thing", 0, ROWS);
	well(database_commit(database, &err), &err);
	well(database_run(database, "DELETE FROM gone WHERE number >= 500", &err), &err);
	database_close(database);
}

static int
set_up(void **state)
{
	/* In memory where that can be: thousands of small changes. */
	snprintf(folder, sizeof(folder), "%s/dyetrace-pages-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(folder));
	snprintf(original, sizeof(original), "%s/original.db", folder);
	snprintf(copy, sizeof(copy), "%s/copy.db", folder);
	snprintf(copy_log, sizeof(copy_log), "%s/copy.db-wal", folder);
	snprintf(copy_shm, sizeof(copy_shm), "%s/copy.db-shm", folder);
	make_original();
	return 0;
}

static int
tear_down(void **state)
{
	remove_copies();
	unlink(original);
	rmdir(folder);
	return 0;
}

/* Returns whether the copy could be opened and read; then the answer was the right one. */
static bool
reads_right_or_damaged(
    const uint8_t expected[SHA256_BYTES], const char *what, size_t at, bool *check_sees)
{
	struct database *database = NULL;
	struct error err = {0}, check_err = {0};
	uint8_t digest[SHA256_BYTES];
	bool done;

	if (!sample_open(copy, tables, DATABASE_READ, &database, &err)) {
		if (err.kind != ERROR_DAMAGED)
			fail_msg("%s at %zu: opening says: %s", what, at, err.text);
		*check_sees = true;
		return false;
	}
	done = sample_digest(database, questions, digest, &err);
	*check_sees = !database_check(database, &check_err);
	database_close(database);
	if (done && memcmp(digest, expected, SHA256_BYTES) != 0)
		fail_msg("%s at %zu: another answer", what, at);
	if (!done && err.kind != ERROR_DAMAGED)
		fail_msg("%s at %zu: reading says: %s", what, at, err.text);
	if (*check_sees && check_err.kind != ERROR_DAMAGED)
		fail_msg("%s at %zu: the check says: %s", what, at, check_err.text);
	return done;
}

static void
an_unchanged_copy_is_well(void **state)
{
	struct database *database = open_well(original, DATABASE_READ);
	struct error err = {0};

	well(database_check(database, &err), &err);
	database_close(database);
}

static void
one_changed_byte_at_every_512(void **state)
{
	uint8_t expected[SHA256_BYTES];
	struct buffer bytes = {0};
	struct database *database = open_well(original, DATABASE_READ);
	struct error err = {0};
	int right = 0, damaged = 0;
	size_t at;
	bool seen;

	well(sample_digest(database, questions, expected, &err), &err);
	database_close(database);
	sample_get(original, &bytes);
	sample_put(copy, &bytes, bytes.size);
	srand(1);
	for (at = 0; at < bytes.size; at += 512) {
		size_t place = at + (size_t)rand() % 512, step = at / 512 % 3;
		/* the first byte of the step, any byte, any byte by one bit */
		uint8_t change =
		    step == 2 ? (uint8_t)(1 << rand() % 8) : (uint8_t)(1 + rand() % 255);

		if (step == 0)
			place = at;
		put_byte(copy, place, bytes.data[place] ^ change);
		if (reads_right_or_damaged(expected, "a byte", place, &seen))
			right++;
		else
			damaged++;
		if (!seen)
			fail_msg("a byte at %zu: the full check does not see it", place);
		put_byte(copy, place, bytes.data[place]);
	}
	/* Unused pages are a good part of the file: both must have happened often. */
	assert_true(right > 50);
	assert_true(damaged > 500);
	remove_copies();
	buffer_fini(&bytes);
}

/* The header decides whose file it is: every bit of it. */
static void
every_byte_of_the_header(void **state)
{
	uint8_t expected[SHA256_BYTES];
	struct buffer bytes = {0};
	struct database *database = open_well(original, DATABASE_READ), *changed;
	struct error err = {0};
	size_t at;

	well(sample_digest(database, questions, expected, &err), &err);
	database_close(database);
	sample_get(original, &bytes);
	sample_put(copy, &bytes, bytes.size);
	for (at = 0; at < 100; at++) {
		put_byte(copy, at, bytes.data[at] ^ (uint8_t)(1 << at % 8));
		err = (struct error){0};
		if (sample_open(copy, tables, DATABASE_READ, &changed, &err)) {
			database_close(changed);
			fail_msg("byte %zu: opened", at);
		}
		if (err.kind != ERROR_DAMAGED)
			fail_msg("byte %zu: %s", at, err.text);
		put_byte(copy, at, bytes.data[at]);
	}
	remove_copies();
	buffer_fini(&bytes);
}

static void
cut_at_every_512(void **state)
{
	uint8_t expected[SHA256_BYTES];
	struct buffer bytes = {0};
	struct database *database = open_well(original, DATABASE_READ);
	struct error err = {0};
	size_t at;
	bool seen;

	well(sample_digest(database, questions, expected, &err), &err);
	database_close(database);
	sample_get(original, &bytes);
	sample_put(copy, &bytes, bytes.size);
	for (at = (bytes.size - 1) / 512 * 512; at > 0; at -= 512) {
		assert_int_equal(truncate(copy, (off_t)at), 0);
		reads_right_or_damaged(expected, "cut", at, &seen);
		if (!seen)
			fail_msg("cut at %zu: the full check does not see it", at);
	}
	remove_copies();
	buffer_fini(&bytes);
}

/* Two pages exchanged: both checksums are right, their places are not. */
static void
exchanged_pages_are_seen(void **state)
{
	uint8_t expected[SHA256_BYTES], page[4096];
	struct buffer bytes = {0};
	struct database *database = open_well(original, DATABASE_READ);
	struct error err = {0};
	bool seen;

	well(sample_digest(database, questions, expected, &err), &err);
	database_close(database);
	sample_get(original, &bytes);
	memcpy(page, bytes.data + 20 * 4096, 4096);
	memcpy(bytes.data + 20 * 4096, bytes.data + 21 * 4096, 4096);
	memcpy(bytes.data + 21 * 4096, page, 4096);
	sample_put(copy, &bytes, bytes.size);
	reads_right_or_damaged(expected, "exchange", 20, &seen);
	assert_true(seen);
	remove_copies();
	buffer_fini(&bytes);
}

/* The log of a living writer: what a reader finds there is checked as well. */
static void
changed_log_of_a_living_writer(void **state)
{
	uint8_t expected[SHA256_BYTES], digest[SHA256_BYTES];
	struct buffer log = {0};
	struct database *writer, *reader;
	struct error err = {0};
	int fd, damaged = 0;
	size_t at;

	writer = open_well(copy, DATABASE_WRITE);
	add_rows(writer, "thing", 0, 40);
	well(database_begin(writer, &err), &err);
	add_rows(writer, "thing", 40, 1500);
	well(database_commit(writer, &err), &err);
	well(sample_digest(writer, questions, expected, &err), &err);
	sample_get(copy_log, &log);
	assert_true(log.size > 100000);
	fd = open(copy_log, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (at = 32; at < log.size; at += 512) {
		uint8_t changed = log.data[at + 9] ^ 0x10;
		bool done;

		assert_int_equal(pwrite(fd, &changed, 1, (off_t)at + 9), 1);
		err = (struct error){0};
		done = sample_open(copy, tables, DATABASE_READ, &reader, &err);
		if (done) {
			done = sample_digest(reader, questions, digest, &err);
			database_close(reader);
		}
		assert_int_equal(pwrite(fd, log.data + at + 9, 1, (off_t)at + 9), 1);
		if (done && memcmp(digest, expected, SHA256_BYTES) != 0)
			fail_msg("log at %zu: another answer", at);
		if (!done && err.kind != ERROR_DAMAGED)
			fail_msg("log at %zu: %s", at, err.text);
		damaged += !done;
	}
	assert_true(damaged > 20);
	close(fd);
	database_close(writer);
	remove_copies();
	buffer_fini(&log);
}

/* A writer that was killed leaves its log; the next one recovers it and checkpoints. */
static void
a_killed_writers_log_is_recovered(void **state)
{
	uint8_t expected[SHA256_BYTES], digest[SHA256_BYTES];
	struct database *database;
	struct error err = {0};
	int channel[2], status;
	pid_t child;

	assert_int_equal(pipe(channel), 0);
	child = fork();
	if (child == 0) {
		database = open_well(copy, DATABASE_WRITE);
		add_rows(database, "thing", 0, 300);
		well(sample_digest(database, questions, expected, &err), &err);
		_exit(write(channel[1], expected, sizeof(expected)) == sizeof(expected) ? 0 : 1);
	}
	assert_int_equal(read(channel[0], expected, sizeof(expected)), sizeof(expected));
	assert_int_equal(waitpid(child, &status, 0), child);
	close(channel[0]);
	close(channel[1]);
	database = open_well(copy, DATABASE_READ);
	well(sample_digest(database, questions, digest, &err), &err);
	assert_memory_equal(digest, expected, SHA256_BYTES);
	database_close(database);
	database = open_well(copy, DATABASE_WRITE);
	add_rows(database, "thing", 300, 300);
	database_close(database);
	database = open_well(copy, DATABASE_READ);
	well(database_check(database, &err), &err);
	database_close(database);
	remove_copies();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_unchanged_copy_is_well),
	    cmocka_unit_test(one_changed_byte_at_every_512),
	    cmocka_unit_test(every_byte_of_the_header),
	    cmocka_unit_test(cut_at_every_512),
	    cmocka_unit_test(exchanged_pages_are_seen),
	    cmocka_unit_test(changed_log_of_a_living_writer),
	    cmocka_unit_test(a_killed_writers_log_is_recovered),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
