/* SPDX-License-Identifier: Apache-2.0 */
/* What the tracker shows of itself: whether its loop turns, whether it is open, how often what happened. */
#include "board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void
a_loop_that_turns_in_time_lives(void **state)
{
	struct board board;
	int64_t age_ms;

	(void)state;
	board_init(&board, "1");
	board_turn(&board, 10000);
	assert_true(board_lives(&board, &age_ms));
	assert_true(age_ms < 5000);
	board_turn(&board, 20);
	usleep(60000);
	assert_false(board_lives(&board, &age_ms));
	assert_true(age_ms >= 50);
	board_turn(&board, 10000);
	assert_true(board_lives(&board, &age_ms));
	board_fini(&board);
}

static void
it_is_not_open_before_somebody_says_so(void **state)
{
	struct board board;

	(void)state;
	board_init(&board, NULL);
	assert_string_equal(board.version, "");
	assert_false(board.open);
	assert_string_equal(board.trouble, "the store is being opened");
	board_say(&board, true, "");
	assert_true(board.open);
	board_say(&board, false, "no room");
	assert_string_equal(board.trouble, "no room");
	board_fini(&board);
}

static void
reloads_are_numbered_whatever_came_of_them(void **state)
{
	struct board board;

	(void)state;
	board_init(&board, "1");
	assert_int_equal(board_count_reload(&board, RELOAD_DONE), 1);
	assert_int_equal(board_count_reload(&board, RELOAD_REFUSED), 2);
	assert_int_equal(board_count_reload(&board, RELOAD_DONE), 3);
	assert_int_equal(board.reloads[RELOAD_DONE], 2);
	assert_int_equal(board.reloads[RELOAD_FAILED], 0);
	board_fini(&board);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_loop_that_turns_in_time_lives),
	    cmocka_unit_test(it_is_not_open_before_somebody_says_so),
	    cmocka_unit_test(reloads_are_numbered_whatever_came_of_them),
	};

	return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
