/* SPDX-License-Identifier: Apache-2.0 */
/* Commits by how long they took, partitions by what is committed of them, counters that go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "commit_count.h"

static void
a_commit_counts_in_every_bucket_that_holds_it(void **state)
{
	struct commit_count count = {0};
	size_t i;

	(void)state;
	commit_count_time(&count, 0.003);
	commit_count_time(&count, 0.1); /* a bound itself */
	commit_count_time(&count, 60);
	assert_int_equal(count.figures.count, 3);
	for (i = 0; i < COMMIT_BOUNDS; i++) {
		assert_int_equal(count.figures.within[i],
		    (commit_bounds[i] >= 0.003) + (commit_bounds[i] >= 0.1));
		assert_true(!i || commit_bounds[i] > commit_bounds[i - 1]);
	}
	assert_true(count.figures.seconds > 60.1 && count.figures.seconds < 60.2);
	commit_count_fini(&count);
}

static void
a_partition_is_known_by_its_number_and_sums_up(void **state)
{
	struct commit_count count = {0};
	struct partition partition = {.number = 3,
	    .start = 100,
	    .next_offset = 120,
	    .recorded = 10,
	    .quarantined = 4,
	    .filtered = 1,
	    .gaps = 5};

	(void)state;
	commit_count_mark(&count, &partition);
	assert_int_equal(count.mark_count, 3);
	assert_int_equal(count.marks[0].next_offset, 0);
	assert_int_equal(partition_unexplained(&count.marks[2]), 0);
	partition.next_offset++;
	commit_count_mark(&count, &partition);
	assert_int_equal(partition_unexplained(&count.marks[2]), 1);
	partition.number = 0; /* not begun */
	commit_count_mark(&count, &partition);
	assert_int_equal(count.mark_count, 3);
	commit_count_fini(&count);
}

static void
counters_go_on_for_sources_of_the_same_name(void **state)
{
	struct source_figures before_sources[] = {
	    {.name = "a", .counts = {.recorded = 5}}, {.name = "gone", .counts = {.recorded = 7}}};
	struct source_figures now_sources[] = {
	    {.name = "new", .counts = {.recorded = 1}}, {.name = "a", .counts = {.recorded = 2}}};
	struct ingest_figures before = {.source_count = 2,
	    .sources = before_sources,
	    .counts = {.recorded = 12, .payload_bytes = 100},
	    .dropped = {.keys = 3},
	    .commits = {.count = 4, .within = {1}, .seconds = 0.5, .waited_s = 2}};
	struct ingest_figures now = {.source_count = 2,
	    .sources = now_sources,
	    .counts = {.recorded = 3, .payload_bytes = 10},
	    .commits = {.count = 1, .within = {1}, .seconds = 0.25, .waited_s = 1}};

	(void)state;
	figures_continue(&now, &before);
	assert_int_equal(now.counts.recorded, 15);
	assert_int_equal(now.counts.payload_bytes, 110);
	assert_int_equal(now_sources[0].counts.recorded, 1);
	assert_int_equal(now_sources[1].counts.recorded, 7);
	assert_int_equal(now.dropped.keys, 3);
	assert_int_equal(now.commits.count, 5);
	assert_int_equal(now.commits.within[0], 2);
	assert_true(now.commits.waited_s > 2.9);
}

/* The arena gives bytes without an end. */
static void
texts_that_are_kept_end(void **state)
{
	struct ingest_figures figures;
	const char *one, *other;

	(void)state;
	figures_init(&figures);
	one = figures_keep(&figures, "12345678");
	other = figures_keep(&figures, "behind it");
	assert_string_equal(one, "12345678");
	assert_string_equal(other, "behind it");
	figures_fini(&figures);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_commit_counts_in_every_bucket_that_holds_it),
	    cmocka_unit_test(a_partition_is_known_by_its_number_and_sums_up),
	    cmocka_unit_test(counters_go_on_for_sources_of_the_same_name),
	    cmocka_unit_test(texts_that_are_kept_end),
	};

	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
