/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a killed writer leaves, with a byte of its log changed or the log cut at
 * every 512 bytes: whoever opens it gets the state behind one of its commits,
 * whole, or ERROR_DAMAGED; never commits that were synced silently gone, and
 * never pages of two states side by side.
 */
#include "base/database.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "database_sample.h"

#define COMMITS 12
#define FRAME_BYTES (24 + 4096)

static const char tables[] =
    "CREATE TABLE thing (number INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL);"
    "CREATE INDEX thing_name ON thing (name);"
    "CREATE TABLE sum (one INTEGER PRIMARY KEY, things INTEGER NOT NULL);"
    "INSERT INTO sum VALUES (1, 0);";

static char folder[40], path[96], log_path[96], shm_path[96];
static struct buffer database_bytes, log_bytes;
/* shared with the child that is killed */
static uint8_t (*states)[SHA256_BYTES]; /* behind each commit, [0]: before the first */
static size_t *log_ends;                /* bytes of the log behind each commit */

static const char *const questions[] = {
    "SELECT number, name, body FROM thing ORDER BY number",
    "SELECT number, name, name FROM thing INDEXED BY thing_name ORDER BY name, number",
    "SELECT things, '', '' FROM sum",
    NULL,
};

/* New rows, changed rows, deleted ones: pages of many kinds. */
static void
commit_one(struct database *database, int number)
{
	struct error err = {0};
	char sql[512];

	snprintf(sql, sizeof(sql),
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
	    "INSERT INTO thing SELECT %d * 100 + i, 'name ' || (i * 37 %% 61), zeroblob(i * %d) "
	    "FROM n;"
	    "UPDATE thing SET name = name || '.' WHERE number %% 7 = %d;"
	    "DELETE FROM thing WHERE number %% 11 = %d;"
	    "UPDATE sum SET things = %d;",
	    number, number % 3 ? 1 : 20, number % 7, number, number);
	well(database_begin(database, &err), &err);
	well(database_run(database, sql, &err), &err);
	well(database_commit(database, &err), &err);
}

static size_t
log_size(void)
{
	struct buffer bytes = {0};
	size_t size;

	sample_get(log_path, &bytes);
	size = bytes.size;
	buffer_fini(&bytes);
	return size;
}

/* Keeps a checkpoint from copying what comes after: ended with the process. */
static void
begin_reading(void)
{
	uint8_t digest[SHA256_BYTES];
	struct database *reader = NULL;
	struct error err = {0};

	well(sample_open(path, tables, DATABASE_READ, &reader, &err), &err);
	well(database_begin_read(reader, &err), &err);
	well(sample_digest(reader, questions, digest, &err), &err);
}

/* In the child. copied: up to which commit the database file has all, 0: none */
static void
write_and_die(int copied)
{
	struct database *database = NULL;
	struct error err = {0};
	int i;

	well(sample_open(path, tables, DATABASE_WRITE, &database, &err), &err);
	well(database_run(
		 database, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0", &err),
	    &err);
	well(sample_digest(database, questions, states[0], &err), &err);
	for (i = 1; i <= COMMITS; i++) {
		commit_one(database, i);
		well(sample_digest(database, questions, states[i], &err), &err);
		log_ends[i] = log_size();
		if (i == copied)
			begin_reading();
	}
	if (copied)
		well(database_run(database, "PRAGMA wal_checkpoint(PASSIVE)", &err), &err);
	_exit(0);
}

static void
remove_files(void)
{
	unlink(path);
	unlink(log_path);
	unlink(shm_path);
}

static void
make_remains(int copied)
{
	int status;
	pid_t child;

	remove_files();
	child = fork();
	if (child == 0)
		write_and_die(copied);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	sample_get(path, &database_bytes);
	sample_get(log_path, &log_bytes);
	assert_int_equal(log_bytes.size, log_ends[COMMITS]);
}

/* Puts the remains and opens them. Returns which commit's state is there, -1: damaged. */
static int
recover(size_t log_size_now, enum database_mode mode, const char *what, size_t at)
{
	struct database *database = NULL;
	uint8_t digest[SHA256_BYTES];
	struct error err = {0};
	bool done;
	int i;

	remove_files();
	sample_put(path, &database_bytes, database_bytes.size);
	sample_put(log_path, &log_bytes, log_size_now);
	done = sample_open(path, tables, mode, &database, &err);
	if (done) {
		done = sample_digest(database, questions, digest, &err);
		done = done && database_check(database, &err);
		database_close(database);
	}
	if (!done && err.kind != ERROR_DAMAGED)
		fail_msg("%s at %zu: %s", what, at, err.text);
	if (!done)
		return -1;
	for (i = COMMITS; i >= 0; i--)
		if (memcmp(digest, states[i], SHA256_BYTES) == 0)
			return i;
	fail_msg("%s at %zu: a state that never was", what, at);
	return -1;
}

static void
unchanged_remains_are_the_last_commit(void **state)
{
	int copied;

	for (copied = 0; copied <= COMMITS; copied += 4) {
		make_remains(copied);
		assert_int_equal(recover(log_bytes.size, DATABASE_READ, "nothing", 0), COMMITS);
		assert_int_equal(recover(log_bytes.size, DATABASE_WRITE, "nothing", 0), COMMITS);
	}
}

static void
changed_bytes(int copied)
{
	size_t at, place;
	int found, last = 0;

	make_remains(copied);
	srand((unsigned)copied);
	for (at = 0; at < log_bytes.size; at += 512) {
		uint8_t change = (uint8_t)(1 + rand() % 255);

		/* every other time in a frame's header, where its salts and sums are */
		place = at + (size_t)rand() % 512;
		if (at % 1024 == 0 && at > 0)
			place = 32 + (at - 32) / FRAME_BYTES * FRAME_BYTES + (size_t)rand() % 24;
		if (place >= log_bytes.size)
			continue;
		log_bytes.data[place] ^= change;
		found = recover(log_bytes.size, DATABASE_READ, "a byte", place);
		log_bytes.data[place] ^= change;
		/* Only the last commit may be gone, and only before it was copied. */
		if (found >= 0 && found < COMMITS - 1)
			fail_msg("a byte at %zu: back at commit %d", place, found);
		if (found >= 0 && place < log_ends[COMMITS - 1])
			fail_msg("a byte at %zu of %zu: not seen, commit %d, copied %d", place,
			    log_ends[COMMITS - 1], found, copied);
		last += found >= 0;
	}
	if (copied == COMMITS)
		assert_int_equal(last, 0);
}

static void
a_changed_byte_anywhere_in_the_log(void **state)
{
	changed_bytes(0);
	changed_bytes(COMMITS);
	changed_bytes(COMMITS - 3);
}

static void
cut_log(int copied)
{
	size_t size;

	make_remains(copied);
	for (size = 512; size < log_bytes.size; size += 512)
		recover(size, DATABASE_READ, "cut", size);
}

static void
a_log_cut_anywhere(void **state)
{
	cut_log(0);
	cut_log(COMMITS);
	cut_log(COMMITS - 3);
}

/* The tail of a commit that a power cut tore is forgotten, and the store goes on. */
static void
a_torn_commit_is_forgotten(void **state)
{
	size_t torn;

	make_remains(COMMITS - 3);
	for (torn = log_ends[COMMITS - 1] + 100; torn < log_bytes.size; torn += 3000) {
		assert_int_equal(recover(torn, DATABASE_WRITE, "torn", torn), COMMITS - 1);
		/* blocks that never reached the disk in the midst of it */
		memset(log_bytes.data + torn, 0,
		    torn + 512 < log_bytes.size ? 512 : log_bytes.size - torn);
		assert_int_equal(
		    recover(log_bytes.size, DATABASE_WRITE, "hole", torn), COMMITS - 1);
	}
	/* the first commit of all, whose bytes never reached the disk */
	make_remains(0);
	memset(log_bytes.data, 0, log_bytes.size);
	assert_int_equal(recover(log_bytes.size, DATABASE_WRITE, "zeros", 0), 0);
}

static int
set_up(void **state)
{
	size_t bytes = (COMMITS + 1) * (SHA256_BYTES + sizeof(size_t));

	/* In memory where that can be: thousands of files are written. */
	snprintf(folder, sizeof(folder), "%s/dyetrace-log-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/store.db", folder);
	snprintf(log_path, sizeof(log_path), "%s/store.db-wal", folder);
	snprintf(shm_path, sizeof(shm_path), "%s/store.db-shm", folder);
	log_ends = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(log_ends != MAP_FAILED);
	states = (uint8_t(*)[SHA256_BYTES])(log_ends + COMMITS + 1);
	return 0;
}

static int
tear_down(void **state)
{
	buffer_fini(&database_bytes);
	buffer_fini(&log_bytes);
	remove_files();
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unchanged_remains_are_the_last_commit),
	    cmocka_unit_test(a_changed_byte_anywhere_in_the_log),
	    cmocka_unit_test(a_log_cut_anywhere),
	    cmocka_unit_test(a_torn_commit_is_forgotten),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
