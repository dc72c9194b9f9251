/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A catalog with a byte changed or its end cut at every 512 bytes never gives
 * another row; rows that contradict each other are found by the check; files of
 * other versions are refused.
 */
#include "scratch.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "fake_ledger.h"

static struct fake_ledger ledger;
static struct catalog *good;

static int
set_up(void **state)
{
	scratch_begin(state);
	fake_ledger_make(&ledger, 17, 70000, 1000);
	good = scratch_catalog("good.db", CATALOG_WRITE);
	fake_commit_all(good, &ledger, 0, 1, 30);
	return 0;
}

static int
tear_down(void **state)
{
	catalog_close(good);
	fake_ledger_fini(&ledger);
	scratch_remove("good.db");
	return scratch_end(state);
}

/* A second catalog of the same rows, closed: one file, no log. */
static size_t
make_copy(struct buffer *bytes)
{
	char path[SCRATCH_PATH_BYTES];
	struct catalog *copy = scratch_catalog("copy.db", CATALOG_WRITE);
	struct error err = {0};

	fake_commit_all(copy, &ledger, 0, 1, 30);
	catalog_close(copy);
	if (bytes)
		well(file_read(scratch_path("copy.db", path), (size_t)1 << 30, bytes, &err), &err);
	return bytes ? bytes->size : 0;
}

static int
remove_copy(void **state)
{
	scratch_remove("copy.db");
	return 0;
}

/* Reads all rows beside the good ones, then runs the check, which must see it. Returns whether rows could be read. */
static bool
read_damaged(size_t at)
{
	char path[SCRATCH_PATH_BYTES];
	struct buffer difference = {0};
	struct catalog *copy = NULL;
	struct error err = {0}, check = {0};
	bool equal = false, done;

	done = catalog_open(scratch_path("copy.db", path), CATALOG_READ, &copy, &err);
	if (done) {
		done = catalog_equal(good, copy, &equal, &difference, &err);
		if (done && !equal)
			fail_msg("byte %zu: %.*s", at, TEXT_PRINT(buffer_text(&difference)));
		if (catalog_check(copy, &check))
			fail_msg("byte %zu: the check does not see it", at);
		assert_int_equal(check.kind, ERROR_DAMAGED);
		catalog_close(copy);
	}
	if (!done && err.kind != ERROR_DAMAGED)
		fail_msg("byte %zu: %s", at, err.text);
	buffer_fini(&difference);
	return done;
}

static void
put_byte(size_t at, uint8_t byte)
{
	char path[SCRATCH_PATH_BYTES];
	int fd = open(scratch_path("copy.db", path), O_WRONLY | O_CLOEXEC);

	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	close(fd);
}

static void
one_changed_byte_at_every_512(void **state)
{
	struct buffer bytes = {0};
	size_t size = make_copy(&bytes), step, at, damaged = 0;
	uint64_t random = 1;

	for (step = 0; step < size; step += 512) {
		at = step + (size_t)(fake_random(&random) % 512);
		put_byte(at, bytes.data[at] ^ (uint8_t)(1 + fake_random(&random) % 255));
		damaged += !read_damaged(at);
		put_byte(at, bytes.data[at]);
	}
	assert_true(damaged > size / 512 / 2);
	buffer_fini(&bytes);
}

static void
cut_at_every_512(void **state)
{
	char path[SCRATCH_PATH_BYTES];
	struct buffer bytes = {0};
	size_t at;

	scratch_path("copy.db", path);
	for (at = (make_copy(&bytes) - 1) / 512 * 512; at > 0; at -= 512) {
		assert_int_equal(truncate(path, (off_t)at), 0);
		read_damaged(at);
	}
	buffer_fini(&bytes);
}

/* Changes the copy by SQL, with right checksums: what only the rules can see. */
static void
change(const char *sql)
{
	char path[SCRATCH_PATH_BYTES];
	sqlite3 *db;

	assert_int_equal(
	    sqlite3_open_v2(scratch_path("copy.db", path), &db, SQLITE_OPEN_READWRITE, "dyetrace"),
	    SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

struct contradiction {
	const char *sql, *sentence;
	bool when_opened;
};

static void
expect_seen(const struct contradiction *cases, size_t count)
{
	char path[SCRATCH_PATH_BYTES];
	struct catalog *copy;
	struct error err;
	size_t i;
	bool done;

	scratch_path("copy.db", path);
	for (i = 0; i < count; i++) {
		make_copy(NULL);
		change(cases[i].sql);
		err = (struct error){0};
		copy = NULL;
		done = catalog_open(path, CATALOG_READ, &copy, &err);
		if (done == cases[i].when_opened)
			fail_msg("%s: opened %d: %s", cases[i].sql, done, err.text);
		if (done && catalog_check(copy, &err))
			fail_msg("%s: not seen", cases[i].sql);
		catalog_close(copy);
		assert_int_equal(err.kind, ERROR_DAMAGED);
		if (!strstr(err.text, cases[i].sentence))
			fail_msg("%s: %s", cases[i].sql, err.text);
		remove_copy(NULL);
	}
}

static void
rows_that_contradict_each_other(void **state)
{
	static const struct contradiction cases[] = {
	    {"DELETE FROM state", "it has no state", true},
	    {"UPDATE state SET records = records - 1", "its state says ", true},
	    {"UPDATE state SET segment_bytes = segment_bytes + 1", "its state says ", true},
	    {"DELETE FROM chunk WHERE number = (SELECT max(number) FROM chunk)",
		"67 chunks of the tree for 70", true},
	    {"DELETE FROM block WHERE number = (SELECT max(number) FROM block)", "its state says ",
		true},
	    {"DELETE FROM chunk WHERE number = 7", "chunk 7 of the tree is missing", false},
	    {"DELETE FROM block WHERE number = 7", "block 8 does not follow block 6", false},
	    {"UPDATE block SET offset = offset + 1 WHERE number = 7",
		"block 7 does not follow block 6", false},
	    {"UPDATE block SET first_record = first_record + 1 WHERE number = 7",
		"block 7 does not follow block 6", false},
	    {"UPDATE block SET events = records + 1 WHERE number = 7", "block 7: ", false},
	    {"UPDATE partition SET recorded = recorded + 1 WHERE number = 2", "accounted for",
		false},
	    {"UPDATE partition SET recorded = recorded + 1, next_offset = next_offset + 1 WHERE "
	     "number = 2",
		"partition 2: blocks hold it up to ", false},
	    {"DELETE FROM partition WHERE number = 3", "spans of partition 3, which is not there",
		false},
	    {"DELETE FROM span WHERE partition = 1 AND block = 7", "partition 1: ", false},
	    {"UPDATE span SET end_record = 5000 WHERE partition = 1 AND block = 7",
		"which does not reach so far", false},
	    {"UPDATE span SET block = 70000 WHERE partition = 1 AND block = 7",
		"stands in block 70000, which does not reach so far", false},
	    {"INSERT INTO id_tail VALUES (90000, x'00000001ffff')", "which is not there", false},
	    {"DELETE FROM quarantined WHERE record = (SELECT min(record) FROM quarantined WHERE "
	     "replay_record IS NULL)",
		"positions in quarantine, ", false},
	    {"UPDATE state SET conclusions = conclusions - 1", "its state says ", true},
	    {"UPDATE state SET conclusion_bytes = conclusion_bytes + 1", "its state says ", true},
	    {"DELETE FROM conclusion_block WHERE number = (SELECT max(number) FROM "
	     "conclusion_block)",
		"its state says ", true},
	    {"DELETE FROM conclusion_chunk WHERE number = 7",
		"chunk 7 of the tree of conclusions is missing", false},
	    {"DELETE FROM conclusion_block WHERE first_conclusion = (SELECT first_conclusion FROM "
	     "conclusion_block LIMIT 1 OFFSET 9)",
		"do not follow", false},
	    {"UPDATE conclusion_block SET offset = offset + 1 WHERE number = (SELECT number FROM "
	     "conclusion_block LIMIT 1 OFFSET 9)",
		"do not follow", false},
	    {"UPDATE conclusion_block SET last_fact = last_fact + 5000 WHERE number = (SELECT "
	     "number FROM conclusion_block LIMIT 1 OFFSET 9)",
		"do not follow", false},
	    {"DELETE FROM epoch WHERE number = 2", "lineage epochs break off at ", false},
	    {"UPDATE epoch SET record = 100000 WHERE number = 3", "lineage epochs break off at ",
		false},
	};

	expect_seen(cases, ARRAY_COUNT(cases));
}

/* It takes a complete group, which no other test here needs. */
static void
rows_of_ids_that_contradict_each_other(void **state)
{
	static const struct contradiction cases[] = {
	    {"UPDATE id_bucket SET pairs = CAST(pairs || pairs AS BLOB) WHERE number = 5",
		"two ids of record ", false},
	    {"UPDATE id_bucket SET pairs = x'ffffffff0001' WHERE number = 5",
		"ids of group 0 out of order", false},
	    {"UPDATE id_bucket SET number = number + 51200 WHERE number = 5",
		"a group of ids that is not complete: 100", false},
	};
	struct fake_ledger small = ledger;

	fake_ledger_make(&ledger, 17, 270000, 1000);
	expect_seen(cases, ARRAY_COUNT(cases));
	fake_ledger_fini(&ledger);
	ledger = small;
}

static void
refuses(enum error_kind kind, const char *sentence)
{
	char path[SCRATCH_PATH_BYTES], expected[512];
	struct catalog *copy = NULL;
	struct error err = {0};

	assert_false(catalog_open(scratch_path("copy.db", path), CATALOG_READ, &copy, &err));
	snprintf(expected, sizeof(expected), "%s: %s", path, sentence);
	assert_string_equal(err.text, expected);
	assert_int_equal(err.kind, kind);
}

static void
put_empty(void)
{
	char path[SCRATCH_PATH_BYTES];
	int fd = open(scratch_path("copy.db", path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void
other_versions_are_refused(void **state)
{
	refuses(ERROR_MISSING, "No such file or directory");
	put_empty();
	refuses(ERROR_DAMAGED, "it is empty");
	remove_copy(state);
	make_copy(NULL);
	change("PRAGMA user_version = 99");
	refuses(ERROR_REFUSED,
	    "written by a newer version of dyetrace (schema 99, this one knows 3): use that "
	    "version");
	change("PRAGMA user_version = 0");
	refuses(ERROR_REFUSED,
	    "written by an older version of dyetrace (schema 0, this one knows 3): "
	    "let `dyetrace run` bring it up to date");
}

/* A table that is gone is damage to whoever asks it. */
static void
a_missing_table_is_damage(void **state)
{
	struct catalog *copy;
	struct error err = {0};
	uint32_t number;
	uint64_t note;
	bool found;

	make_copy(NULL);
	change("DROP TABLE epoch");
	copy = scratch_catalog("copy.db", CATALOG_READ);
	assert_false(catalog_epoch_at(copy, 5, &number, &note, &found, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	assert_non_null(strstr(err.text, "copy.db: no such table: epoch"));
	catalog_close(copy);
}

#define TEST(name) cmocka_unit_test_teardown(name, remove_copy)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(one_changed_byte_at_every_512),
	    TEST(cut_at_every_512),
	    TEST(rows_that_contradict_each_other),
	    TEST(rows_of_ids_that_contradict_each_other),
	    TEST(other_versions_are_refused),
	    TEST(a_missing_table_is_damage),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
