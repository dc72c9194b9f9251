/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commits that are cut off, refused or read while they happen: what is there
 * afterwards is the old state or the new one, whole.
 */
#include "scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fault.h"
#include "base/memory.h"
#include "fake_ledger.h"

#define FIRST 20 /* blocks of the first commit */

static struct fake_ledger ledger;

static int
set_up(void **state)
{
	fake_ledger_make(&ledger, 31, 100000, 1024);
	return scratch_begin(state);
}

static int
tear_down(void **state)
{
	fake_ledger_fini(&ledger);
	scratch_remove("catalog.db");
	scratch_remove("expected.db");
	return scratch_end(state);
}

static int
clear(void **state)
{
	scratch_remove("catalog.db");
	scratch_remove("expected.db");
	return 0;
}

/* Holds what blocks [0, to) leave, and nothing of later ones. */
static void
expect_blocks(const char *name, size_t to)
{
	struct catalog *catalog = scratch_catalog(name, CATALOG_WRITE);
	struct catalog *expected = scratch_catalog("expected.db", CATALOG_WRITE);
	struct buffer difference = {0};
	struct error err = {0};
	bool equal;

	well(catalog_check(catalog, &err), &err);
	if (to)
		well(fake_commit(expected, &ledger, 0, to, &err), &err);
	well(catalog_equal(catalog, expected, &equal, &difference, &err), &err);
	if (!equal)
		fail_msg("%.*s", TEXT_PRINT(buffer_text(&difference)));
	buffer_fini(&difference);
	catalog_close(catalog);
	catalog_close(expected);
	scratch_remove("expected.db");
}

static void
killed_child(const char *fault)
{
	struct catalog *catalog;
	struct error err = {0};
	int status;
	pid_t child = fork();

	if (child == 0) {
		setenv("DYETRACE_FAULT", fault, 1);
		fault_init();
		catalog = scratch_catalog("catalog.db", CATALOG_WRITE);
		if (fake_commit(catalog, &ledger, 0, FIRST, &err) &&
		    fake_commit(catalog, &ledger, FIRST, ledger.block_count, &err))
			_exit(0);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
a_killed_commit_is_there_or_not(void **state)
{
	static const struct {
		const char *fault;
		size_t first, all; /* which blocks are there: the first commit's, all */
	} cases[] = {
	    {"catalog-open", 0, 0},
	    {"catalog-committed", 1, 0},
	    {"catalog-open:2", 1, 0},
	    {"catalog-committed:2", 0, 1},
	};
	size_t i, blocks;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		killed_child(cases[i].fault);
		blocks = cases[i].all ? ledger.block_count : cases[i].first ? FIRST : 0;
		expect_blocks("catalog.db", blocks);
		clear(state);
	}
}

/* At any moment, not only at the named ones. */
static void
killed_at_random_times(void **state)
{
	struct catalog *catalog;
	struct catalog_state at;
	struct error err = {0};
	uint64_t random = 4;
	int round, status;
	pid_t child;

	for (round = 0; round < 12; round++) {
		child = fork();
		if (child == 0) {
			catalog = scratch_catalog("catalog.db", CATALOG_WRITE);
			well(catalog_state(catalog, &at, &err), &err);
			fake_commit_all(catalog, &ledger, at.blocks, (uint64_t)round, 3);
			_exit(0);
		}
		usleep((useconds_t)(fake_random(&random) % 40000));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		catalog = scratch_catalog("catalog.db", CATALOG_WRITE);
		well(catalog_state(catalog, &at, &err), &err);
		catalog_close(catalog);
		expect_blocks("catalog.db", at.blocks);
	}
	catalog = scratch_catalog("catalog.db", CATALOG_WRITE);
	well(catalog_state(catalog, &at, &err), &err);
	fake_commit_all(catalog, &ledger, at.blocks, 1, 3);
	catalog_close(catalog);
	expect_blocks("catalog.db", ledger.block_count);
}

/* --- a full disk ---------------------------------------------------------------------- */

/* Commits until one fails; that one is tried again, and again fails. Returns its first block. */
static size_t
commit_until_full(struct catalog *catalog, const char *sentence)
{
	struct error err = {0};
	size_t at;

	for (at = 0; at < ledger.block_count; at++)
		if (!fake_commit(catalog, &ledger, at, at + 1, &err))
			break;
	assert_true(at > 2 && at < ledger.block_count);
	assert_int_equal(err.kind, ERROR_IO);
	if (!strstr(err.text, sentence))
		fail_msg("%s", err.text);
	assert_false(fake_commit(catalog, &ledger, at, at + 1, &err));
	return at;
}

/* false where this process may not mount */
static bool
mount_small(const char *folder, const char *size)
{
	return mkdir(folder, 0700) == 0 && mount("none", folder, "tmpfs", 0, size) == 0;
}

static void
a_full_disk_leaves_the_last_commit(void **state)
{
	char folder[SCRATCH_PATH_BYTES], path[SCRATCH_PATH_BYTES];
	struct catalog *catalog = NULL;
	struct error err = {0};
	size_t at;

	scratch_path("small", folder);
	if (!mount_small(folder, "size=2m")) {
		rmdir(folder);
		skip();
	}
	well(catalog_open(scratch_path("small/catalog.db", path), CATALOG_WRITE, &catalog, &err),
	    &err);
	at = commit_until_full(
	    catalog, "small/catalog.db: no space left on the disk: free some, then start again");
	catalog_close(catalog);
	assert_int_equal(mount("none", folder, "tmpfs", MS_REMOUNT, "size=50m"), 0);
	expect_blocks("small/catalog.db", at);
	catalog = scratch_catalog("small/catalog.db", CATALOG_WRITE);
	fake_commit_all(catalog, &ledger, at, 1, 5);
	catalog_close(catalog);
	expect_blocks("small/catalog.db", ledger.block_count);
	scratch_remove("small/catalog.db");
	assert_int_equal(umount(folder), 0);
	rmdir(folder);
}

static void
a_limit_on_growth_leaves_the_last_commit(void **state)
{
	struct rlimit limit = {.rlim_cur = 1200000, .rlim_max = 1200000};
	struct catalog *catalog;
	struct catalog_state at;
	struct error err = {0};
	int status;
	pid_t child = fork();

	if (child == 0) {
		catalog = scratch_catalog("catalog.db", CATALOG_WRITE);
		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(255);
		_exit((int)commit_until_full(catalog, "the limit on a file's size is reached"));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	catalog = scratch_catalog("catalog.db", CATALOG_READ);
	well(catalog_state(catalog, &at, &err), &err);
	catalog_close(catalog);
	assert_int_equal(at.blocks, WEXITSTATUS(status));
	expect_blocks("catalog.db", at.blocks);
}

/* --- readers -------------------------------------------------------------------------- */

static bool
is_record(void *context, uint64_t record)
{
	uint64_t *wanted = context;

	if (record == *wanted)
		*wanted = UINT64_MAX;
	return true;
}

/* What one state says must be there by every question asked after it. */
static bool
read_once(struct catalog *catalog, uint64_t *random, bool *all)
{
	struct catalog_state at;
	struct catalog_block block;
	struct error err = {0};
	uint8_t hash[CATALOG_HASH_BYTES];
	uint64_t wanted;
	bool found;
	size_t i;

	well(catalog_state(catalog, &at, &err), &err);
	*all = at.blocks == ledger.block_count;
	if (!at.records)
		return true;
	well(catalog_block_of_record(catalog, at.records - 1, &block, &found, &err), &err);
	if (!found || block.number < at.blocks)
		return false;
	if (at.records >= 1024) {
		well(catalog_chunk(catalog, at.records / 1024 - 1, hash, &found, &err), &err);
		if (!found)
			return false;
	}
	i = (size_t)(fake_random(random) % ledger.id_count);
	wanted = ledger.ids[i].record;
	if (wanted >= at.records)
		return true;
	well(
	    catalog_records_of_id(catalog, ledger.ids[i].identity, is_record, &wanted, &err), &err);
	return wanted == UINT64_MAX;
}

static int
read_until_all(uint64_t seed)
{
	struct catalog *catalog;
	bool all = false;
	int rounds, i;

	for (rounds = 0; !all && rounds < 20000; rounds++) {
		catalog = scratch_catalog("catalog.db", CATALOG_READ);
		for (i = 0; !all && i < 50; i++)
			if (!read_once(catalog, &seed, &all))
				return 1;
		catalog_close(catalog);
	}
	return all && rounds > 1 ? 0 : 2;
}

static void
readers_see_whole_commits(void **state)
{
	struct catalog *catalog = scratch_catalog("catalog.db", CATALOG_WRITE);
	pid_t readers[2];
	int i, status;

	for (i = 0; i < 2; i++) {
		readers[i] = fork();
		if (readers[i] == 0)
			_exit(read_until_all((uint64_t)i));
	}
	fake_commit_all(catalog, &ledger, 0, 3, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
		assert_int_equal(status, 0);
	}
	catalog_close(catalog);
	expect_blocks("catalog.db", ledger.block_count);
}

/* --- what does not follow ------------------------------------------------------------- */

#define SPOILERS(SPOILER)                                                                          \
	SPOILER(number, ledger.blocks[3].row.number++,                                             \
	    "block 5 at record 937, segment 1, byte 28790 does not follow block 3")                \
	SPOILER(record, ledger.blocks[3].row.first_record--,                                       \
	    "block 4 at record 936, segment 1, byte 28790 does not follow block 3")                \
	SPOILER(place, ledger.blocks[3].row.offset += 7,                                           \
	    "block 4 at record 937, segment 1, byte 28797 does not follow block 3")                \
	SPOILER(segment, ledger.blocks[3].row.segment += 2,                                        \
	    "block 4 at record 937, segment 3, byte 28790 does not follow block 3")                \
	SPOILER(id, ledger.ids[ledger.blocks[3].ids + 1].record = 0,                               \
	    "the id of record 0 is out of order")                                                  \
	SPOILER(conclusion,                                                                        \
	    ledger.conclusion_blocks[ledger.blocks[3].conclusions].first_conclusion++,             \
	    "do not follow")                                                                       \
	SPOILER(conclusion_place, ledger.conclusion_blocks[ledger.blocks[3].conclusions].offset++, \
	    "do not follow")                                                                       \
	SPOILER(conclusion_block, ledger.conclusion_blocks[ledger.blocks[3].conclusions].number--, \
	    "do not follow")                                                                       \
	SPOILER(fact, ledger.conclusion_blocks[ledger.blocks[3].conclusions].last_fact += 9,       \
	    "do not follow")                                                                       \
	SPOILER(conclusions, ledger.conclusion_blocks[ledger.blocks[3].conclusions].records--,     \
	    "do not follow")                                                                       \
	SPOILER(span, ledger.spans[ledger.blocks[3].spans].first_offset = 0,                       \
	    "UNIQUE constraint failed")

#define DEFINE(name, statement, sentence)                                                          \
	static void spoil_##name(void)                                                             \
	{                                                                                          \
		statement;                                                                         \
	}
SPOILERS(DEFINE)

static void
what_does_not_follow_is_refused(void **state)
{
#define CASE(name, statement, sentence) {spoil_##name, sentence},
	static const struct {
		void (*spoil)(void);
		const char *sentence;
	} cases[] = {SPOILERS(CASE)};
	struct catalog *catalog;
	struct error err;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		fake_ledger_fini(&ledger);
		fake_ledger_make(&ledger, 31, 5000, 1024);
		catalog = scratch_catalog("catalog.db", CATALOG_WRITE);
		err = (struct error){0};
		well(fake_commit(catalog, &ledger, 0, 3, &err), &err);
		cases[i].spoil();
		assert_false(fake_commit(catalog, &ledger, 3, 5, &err));
		assert_int_equal(err.kind, ERROR_DAMAGED);
		if (!strstr(err.text, cases[i].sentence))
			fail_msg("case %zu: %s", i, err.text);
		catalog_close(catalog);
		fake_ledger_fini(&ledger);
		fake_ledger_make(&ledger, 31, 5000, 1024);
		expect_blocks("catalog.db", 3);
		clear(state);
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_killed_commit_is_there_or_not),
	    TEST(killed_at_random_times),
	    TEST(a_full_disk_leaves_the_last_commit),
	    TEST(a_limit_on_growth_leaves_the_last_commit),
	    TEST(readers_see_whole_commits),
	    TEST(what_does_not_follow_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
