/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are followed, rotated, cut, deleted; with the process up or down meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "rotation.h"
#include "world.h"

#define ONE "{path: a.log, format: jsonl}"
#define ALL "{path: 'a.log*', format: jsonl}"
#define QUIET 200   /* nothing came for so long: nothing will */
#define LEAVES 1700 /* long enough to leave a rotated file and read on */

static void
follow(struct world *world, const char *yaml)
{
	if (!world_start(world, yaml, false))
		fail_msg("%s", world->err.text);
}

static void
drain(struct world *world, int64_t idle_ms)
{
	if (!world_drain(world, idle_ms))
		fail_msg("%s", world->err.text);
}

static void
waits_for_a_file_and_says_so_once(void **state)
{
	struct world world;

	world_open(&world);
	follow(&world, ONE);
	drain(&world, QUIET);
	world_expect_notice(&world, "a.log does not exist: waiting for it");
	drain(&world, QUIET);
	world_expect_notice(&world, NULL);
	world_write(&world, "a.log", "");
	drain(&world, QUIET);
	world_append(&world, "a.log", "1\n2");
	drain(&world, 700);
	world_expect(&world, "a.log#1 0 1\n");
	world_append(&world, "a.log", "3\n");
	drain(&world, 700);
	world_expect(&world, "a.log#1 1 23\n");
	world_expect_notice(&world, NULL);
	world_close(&world);
}

static void
finds_new_files_of_a_pattern(void **state)
{
	struct world world;

	world_open(&world);
	follow(&world, "{path: '*.log', format: jsonl}");
	world_expect_notice(&world, "no file matches *.log: waiting for one");
	drain(&world, QUIET);
	world_write(&world, "b.log", "1\n");
	world_write(&world, "a.log", "2\n");
	drain(&world, 1200);
	world_expect(&world, "a.log#1 0 2\nb.log#1 0 1\n");
	world_close(&world);
}

static void
reads_a_renamed_file_to_its_end_first(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n2\n");
	follow(&world, ONE);
	drain(&world, QUIET);
	world_rename(&world, "a.log", "a.log.1");
	world_append(&world, "a.log.1", "3\n");
	drain(&world, QUIET);
	world_write(&world, "a.log", "4\n");
	world_append(&world, "a.log.1", "{\"half\":");
	drain(&world, LEAVES);
	world_append(&world, "a.log", "5\n");
	drain(&world, QUIET);
	world_expect(&world,
	    "a.log#1 0 1\na.log#1 1 2\na.log#1 2 3\na.log#1 3 {\"half\":\na.log#2 0 4\na.log#2 1 "
	    "5\n");
	world_expect_notice(&world, NULL);
	world_close(&world);
}

/* logrotate's copytruncate: the file is copied and cut, its inode stays. */
static void
finds_what_a_copy_holds_when_the_file_is_cut(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n2\n");
	follow(&world, ONE);
	drain(&world, QUIET);
	world_append(&world, "a.log", "3\n");
	world_copy(&world, "a.log", "a.log.1");
	world_truncate(&world, "a.log", 0);
	drain(&world, LEAVES);
	world_append(&world, "a.log", "4\n");
	drain(&world, LEAVES);
	world_expect(&world, "a.log#1 0 1\na.log#1 1 2\na.log#1 2 3\na.log#2 0 4\n");
	world_expect_notice(&world, NULL);
	world_close(&world);
}

static void
sees_a_file_written_anew_in_place(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n2\n");
	follow(&world, ONE);
	drain(&world, QUIET);
	/* As long as before, and longer. */
	world_write(&world, "a.log", "3\n4\n");
	drain(&world, 700);
	world_expect_notice(&world,
	    "a.log was cut after 2 records of it were read, and no copy beside it goes on there");
	world_write(&world, "a.log", "5\n6\n7\n");
	drain(&world, 700);
	world_expect(&world,
	    "a.log#1 0 1\na.log#1 1 2\na.log#2 0 3\na.log#2 1 4\na.log#3 0 5\na.log#3 1 6\na.log#3 "
	    "2 7\n");
	world_close(&world);
}

/* rsync and atomic exports put a longer copy in the place of the file. */
static void
goes_on_in_a_longer_copy(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n2\n3");
	follow(&world, ONE);
	drain(&world, QUIET);
	world_write(&world, "b", "1\n2\n34\n5\n");
	world_rename(&world, "b", "a.log");
	drain(&world, LEAVES);
	world_expect(&world, "a.log#1 0 1\na.log#1 1 2\na.log#1 2 34\na.log#1 3 5\n");
	world_expect_notice(&world, NULL);
	world_close(&world);
}

static void
lets_a_deleted_file_go_and_takes_the_next(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n2");
	follow(&world, ONE);
	drain(&world, QUIET);
	world_remove(&world, "a.log");
	drain(&world, 6000);
	world_expect(&world, "a.log#1 0 1\na.log#1 1 2\n");
	world_write(&world, "a.log", "3\n");
	drain(&world, 700);
	world_expect(&world, "a.log#2 0 3\n");
	world_close(&world);
}

static void
reads_two_rotations_between_two_looks(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n");
	world_touch(&world, "a.log", -300);
	follow(&world, ONE);
	drain(&world, QUIET);
	world_append(&world, "a.log", "2\n");
	world_touch(&world, "a.log", -200);
	world_rename(&world, "a.log", "a.log.2");
	world_write(&world, "a.log.1", "3\n");
	world_touch(&world, "a.log.1", -100);
	world_write(&world, "a.log", "4\n");
	drain(&world, LEAVES);
	world_expect(&world, "a.log#1 0 1\na.log#1 1 2\na.log#2 0 3\na.log#3 0 4\n");
	world_expect_notice(&world, NULL);
	world_close(&world);
}

/* --- while the process was down ------------------------------------------- */

static void
finishes_what_was_rotated_while_down(void **state)
{
	const char *const packed[] = {"1\n2\n3\n", NULL};
	struct world world;
	int kind;

	for (kind = 0; kind < 4; kind++) {
		world_open(&world);
		world_write(&world, "a.log", "1\n2\n");
		assert_true(world_run(&world, ONE));
		world_append(&world, "a.log", "3\n");
		if (kind == 0) {
			world_rename(&world, "a.log", "a.log.1");
		} else if (kind == 1) {
			world_rename(&world, "a.log", "a-20160301.log");
		} else if (kind == 2) {
			world_write_gzip(&world, "a.log.1.gz", packed);
		} else {
			world_copy(&world, "a.log", "a.log.1");
			world_truncate(&world, "a.log", 0);
		}
		world_touch(&world,
		    kind == 1       ? "a-20160301.log"
			: kind == 2 ? "a.log.1.gz"
				    : "a.log.1",
		    -100);
		/* An older one, which has nothing to do with it. */
		world_write(&world, "a.log.7", "0\n");
		world_touch(&world, "a.log.7", -1000);
		world_write(&world, "a.log", "4\n");
		assert_true(world_run(&world, ONE));
		world_expect(&world, "a.log#1 0 1\na.log#1 1 2\na.log#1 2 3\na.log#2 0 4\n");
		world_expect_notice(&world, NULL);
		world_close(&world);
	}
}

static void
reads_all_rotations_missed_while_down(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n");
	assert_true(world_run(&world, ONE));
	world_write(&world, "a.log.3", "1\n2\n");
	world_touch(&world, "a.log.3", -300);
	world_write(&world, "a.log.2", "3\n");
	world_touch(&world, "a.log.2", -200);
	world_write(&world, "a.log.1", "4\n{\"half\":");
	world_touch(&world, "a.log.1", -100);
	world_write(&world, "a.log.bak", "x\n");
	world_write(&world, "a.log", "5\n");
	assert_true(world_run(&world, ONE));
	world_expect(&world,
	    "a.log#1 0 1\na.log#1 1 2\na.log#2 0 3\na.log#3 0 4\na.log#3 1 {\"half\":\na.log#4 0 "
	    "5\n");
	/* All of that is behind us. */
	world_append(&world, "a.log", "6\n");
	assert_true(world_run(&world, ONE));
	world_expect(&world, "a.log#4 1 6\n");
	world_close(&world);
}

static void
tells_when_the_rest_is_nowhere(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n2\n");
	assert_true(world_run(&world, ONE));
	world_remove(&world, "a.log");
	world_write(&world, "a.log", "3\n");
	follow(&world, ONE);
	drain(&world, QUIET);
	world_expect(&world, "a.log#1 0 1\na.log#1 1 2\na.log#2 0 3\n");
	world_expect_notice(&world,
	    "a.log was replaced since 2 records (4 bytes) of it were read, and no rotated file "
	    "beside "
	    "it goes on there: what came behind is lost if it was more; the file is read as a new "
	    "one");
	world_close(&world);
}

static void
waits_for_the_name_after_finishing_what_was_rotated(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n");
	assert_true(world_run(&world, ONE));
	world_append(&world, "a.log", "2\n");
	world_rename(&world, "a.log", "a.log.1");
	follow(&world, ONE);
	drain(&world, QUIET);
	world_append(&world, "a.log.1", "3\n");
	drain(&world, QUIET);
	world_write(&world, "a.log", "4\n");
	drain(&world, LEAVES);
	world_expect(&world, "a.log#1 0 1\na.log#1 1 2\na.log#1 2 3\na.log#2 0 4\n");
	world_close(&world);
}

/* --- patterns that match rotated names too -------------------------------- */

static void
reads_nothing_twice_where_the_pattern_matches_rotated_files(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log.1", "1\n2\n");
	world_write(&world, "a.log", "3\n");
	assert_true(world_run(&world, ALL));
	world_expect(&world, "a.log#1 0 3\na.log.1#1 0 1\na.log.1#1 1 2\n");
	/* Everything moves on by one. */
	world_append(&world, "a.log", "4\n");
	world_rename(&world, "a.log.1", "a.log.2");
	world_touch(&world, "a.log.2", -200);
	world_rename(&world, "a.log", "a.log.1");
	world_touch(&world, "a.log.1", -100);
	world_write(&world, "a.log", "5\n");
	assert_true(world_run(&world, ALL));
	world_expect(&world, "a.log#1 1 4\na.log#2 0 5\n");
	assert_true(world_run(&world, ALL));
	world_expect(&world, "");
	/* And while it is followed. */
	follow(&world, ALL);
	drain(&world, QUIET);
	world_append(&world, "a.log", "6\n");
	world_rename(&world, "a.log.2", "a.log.3");
	world_rename(&world, "a.log.1", "a.log.2");
	world_rename(&world, "a.log", "a.log.1");
	world_write(&world, "a.log", "7\n");
	drain(&world, 3000);
	world_append(&world, "a.log", "8\n");
	drain(&world, 1500);
	world_expect(&world, "a.log#2 1 6\na.log#3 0 7\na.log#3 1 8\n");
	world_close(&world);
}

static void
a_renamed_file_of_a_pattern_goes_on_as_what_it_was(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "1\n2\n");
	assert_true(world_run(&world, ALL));
	world_append(&world, "a.log", "3\n");
	world_rename(&world, "a.log", "a.log.1");
	assert_true(world_run(&world, ALL));
	world_expect_notice(
	    &world, "a.log.1 goes on as a.log: it holds what was read under that name");
	world_write(&world, "a.log", "4\n");
	assert_true(world_run(&world, ALL));
	world_expect(&world, "a.log#1 0 1\na.log#1 1 2\na.log#1 2 3\na.log#2 0 4\n");
	world_close(&world);
}

/* Files that merely begin alike are files of their own. */
static void
files_that_begin_alike_are_not_one(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "s1.log", "start\n1\n");
	world_write(&world, "s2.log", "start\n2\n");
	world_write(&world, "s.log.1", "start\n3\n");
	world_write(&world, "s.log.2", "start\n4\n");
	assert_true(world_run(&world, "{path: 's*', format: jsonl}"));
	world_expect(&world,
	    "s.log.1#1 0 start\ns.log.1#1 1 3\ns.log.2#1 0 start\ns.log.2#1 1 4\n"
	    "s1.log#1 0 start\ns1.log#1 1 1\ns2.log#1 0 start\ns2.log#1 1 2\n");
	assert_true(world_run(&world, "{path: 's*', format: jsonl}"));
	world_expect(&world, "");
	world_close(&world);
}

static void
a_bad_file_does_not_stop_the_others(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.log", "PK\x03\x04");
	world_write(&world, "b.log", "1\n");
	follow(&world, "{path: '*.log', format: jsonl}");
	drain(&world, QUIET);
	world_expect(&world, "b.log#1 0 1\n");
	world_expect_notice(&world,
	    "a.log: is no text, as `format: jsonl` needs: it looks like a zip archive: unpack it "
	    "and "
	    "name the file inside (looked at again when the file changes)");
	world_write(&world, "a.log", "2\n3\n");
	drain(&world, 700);
	world_expect(&world, "a.log#1 0 2\na.log#1 1 3\n");
	world_close(&world);
}

static void
follows_gzip_that_grows(void **state)
{
	const char *const one[] = {"1\n2\n", NULL}, *const two[] = {"1\n2\n", "3\n", NULL};
	struct world world;

	world_open(&world);
	world_write_gzip(&world, "b", one);
	world_write_gzip(&world, "c", two);
	world_copy(&world, "c", "a.log");
	world_truncate(&world, "a.log", 30);
	follow(&world, ONE);
	drain(&world, 1300);
	world_expect_notice(&world, "a.log ends inside its gzip stream: waiting for the rest");
	/* The rest arrives: same inode, same beginning. */
	world_copy(&world, "c", "a.log");
	drain(&world, 700);
	world_expect(&world, "a.log#1 0 1\na.log#1 1 2\na.log#1 2 3\n");
	world_close(&world);
}

/* More files than there may be descriptors. */
static void
follows_more_files_than_it_holds_open(void **state)
{
	struct world world;
	char name[32], line[32];
	int i;

	world_open(&world);
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "f%03d", i);
		snprintf(line, sizeof(line), "%d\n", i);
		world_write(&world, name, i < 50 ? line : "");
	}
	follow(&world, "{path: 'f*', format: jsonl}");
	drain(&world, QUIET);
	world.given.size = 0;
	world_append(&world, "f007", "x\n");
	world_append(&world, "f299", "y\n");
	drain(&world, 800);
	world_expect(&world, "f007#1 1 x\nf299#1 0 y\n");
	world_close(&world);
}

static const struct {
	const char *a, *b;
	bool kin;
} names[] = {
    {"a.log", "a.log.1", true},
    {"a.log.2", "a.log.1", true},
    {"a.log", "a.log-20160301.gz", true},
    {"a.log.2016-03-01", "a.log", true},
    {"a.log", "b.log", false},
    {"s1.log", "s2.log", false},
    {"a.log", "a.log.bak", false},
    {"1", "2", false},
    {"x/a.log", "y/a.log", false},
};

static void
knows_kin_by_name(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(names); i++)
		if (rotation_is_kin(names[i].a, names[i].b) != names[i].kin)
			fail_msg("%s and %s", names[i].a, names[i].b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(waits_for_a_file_and_says_so_once),
	    cmocka_unit_test(finds_new_files_of_a_pattern),
	    cmocka_unit_test(reads_a_renamed_file_to_its_end_first),
	    cmocka_unit_test(finds_what_a_copy_holds_when_the_file_is_cut),
	    cmocka_unit_test(sees_a_file_written_anew_in_place),
	    cmocka_unit_test(goes_on_in_a_longer_copy),
	    cmocka_unit_test(lets_a_deleted_file_go_and_takes_the_next),
	    cmocka_unit_test(reads_two_rotations_between_two_looks),
	    cmocka_unit_test(finishes_what_was_rotated_while_down),
	    cmocka_unit_test(reads_all_rotations_missed_while_down),
	    cmocka_unit_test(tells_when_the_rest_is_nowhere),
	    cmocka_unit_test(waits_for_the_name_after_finishing_what_was_rotated),
	    cmocka_unit_test(reads_nothing_twice_where_the_pattern_matches_rotated_files),
	    cmocka_unit_test(a_renamed_file_of_a_pattern_goes_on_as_what_it_was),
	    cmocka_unit_test(files_that_begin_alike_are_not_one),
	    cmocka_unit_test(a_bad_file_does_not_stop_the_others),
	    cmocka_unit_test(follows_gzip_that_grows),
	    cmocka_unit_test(follows_more_files_than_it_holds_open),
	    cmocka_unit_test(knows_kin_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
