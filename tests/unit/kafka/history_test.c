/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs of letters: one as it was recorded, one as the broker has it now. A dot
 * is an offset without a record (a marker, compacted), a small x one that left
 * nothing to compare.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "history.h"

static const struct {
	const char *recorded, *now;
	int64_t start, low;
	enum history_verdict verdict;
	int64_t begins;
} cases[] = {
    {"abcd", "abcd", 0, 0, HISTORY_SAME, 0},
    {"abcd", "abcdefgh", 0, 0, HISTORY_SAME, 0},
    {"", "abc", 0, 0, HISTORY_SAME, 0},
    /* retention took the beginning, or all that was read */
    {"abcd", "..cdef", 0, 2, HISTORY_SAME, 0},
    {"abcd", "......gh", 0, 6, HISTORY_SAME, 0},
    /* the last one left no trace, or was compacted away */
    {"abc.", "abc.", 0, 0, HISTORY_SAME, 0},
    {"abcx", "abcx", 0, 0, HISTORY_SAME, 0},
    {"abcdefgh", "a.......ij", 0, 0, HISTORY_SAME, 0},
    /* nothing at all to compare by */
    {"xxxx", "abcd", 0, 0, HISTORY_SAME, 0},
    /* made anew: longer, shorter, empty, with the same number of records */
    {"abcd", "ABCDEFGH", 0, 0, HISTORY_RECREATED, 0},
    {"abcd", "AB", 0, 0, HISTORY_RECREATED, 0},
    {"abcd", "", 0, 0, HISTORY_RECREATED, 0},
    {"abcd", "ABCD", 0, 0, HISTORY_RECREATED, 0},
    {"abcdefgh", "..CDEFGHIJ", 0, 2, HISTORY_RECREATED, 2},
    /* made anew and read on in the new one before anybody saw */
    {"abcdEFGH", "ABCDEFGH", 0, 0, HISTORY_RECREATED, 0},
    /* read from the middle on: nothing before its start is looked at */
    {"xxcd", "ABcd", 2, 0, HISTORY_SAME, 0},
    {"xxcd", "ABCD", 2, 0, HISTORY_RECREATED, 0},
    {"xxxxef", "AB", 4, 0, HISTORY_RECREATED, 0},
    /* cut, and not written on; written on; to beyond where we were */
    {"abcdefgh", "abcde", 0, 0, HISTORY_CUT, 5},
    {"abcdefgh", "abcdeFGH", 0, 0, HISTORY_CUT, 5},
    {"abcdefgh", "abcdeFG", 0, 0, HISTORY_CUT, 5},
    {"abcdefgh", "aBCDEFGHIJKL", 0, 0, HISTORY_CUT, 1},
    {"abcdefgh", "abcdefgHIJ", 0, 0, HISTORY_CUT, 7},
    {"abcdefgh", "..cdEFGH", 0, 2, HISTORY_CUT, 4},
    /* cut with holes where it begins to differ: a record too many is seen, none too few */
    {"abcdefgh", "abc..FGH", 0, 0, HISTORY_CUT, 3},
    {"abcxxfgh", "abcDEFGH", 0, 0, HISTORY_CUT, 3},
};

/* What a probe finds, and what the store says of it. */
static enum history_answer
ask(size_t number, int64_t from, int64_t *offset)
{
	const char *now = cases[number].now, *recorded = cases[number].recorded;
	int64_t i;

	for (i = from; i < (int64_t)strlen(now); i++) {
		if (now[i] == '.')
			continue;
		*offset = i;
		if (i >= (int64_t)strlen(recorded) || recorded[i] == '.' || recorded[i] == 'x')
			return ANSWER_UNKNOWN;
		return recorded[i] == now[i] ? ANSWER_SAME : ANSWER_DIFFERS;
	}
	return ANSWER_NOTHING;
}

static void
a_log_is_known_again_and_another_one_is_told(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct history history;
		unsigned questions = 0;

		history_begin(&history, cases[i].start, (int64_t)strlen(cases[i].recorded),
		    cases[i].low, (int64_t)strlen(cases[i].now));
		while (history.verdict == HISTORY_OPEN) {
			int64_t offset = 0;
			enum history_answer answer = ask(i, history_question(&history), &offset);

			history_answer(&history, answer, offset);
			if (++questions > 20)
				fail_msg("%s / %s: no end of questions", cases[i].recorded,
				    cases[i].now);
		}
		if (history.verdict != cases[i].verdict || history.start != cases[i].begins)
			fail_msg("%s / %s: verdict %d from %lld, expected %d from %lld",
			    cases[i].recorded, cases[i].now, history.verdict,
			    (long long)history.start, cases[i].verdict, (long long)cases[i].begins);
	}
}

/* A million records are compared by some forty. */
static void
a_long_log_needs_few_questions(void **state)
{
	static const int64_t length = 1000000, cut = 765432;
	struct history history;
	unsigned questions = 0;

	history_begin(&history, 0, length, 0, length + 10);
	while (history.verdict == HISTORY_OPEN) {
		int64_t at = history_question(&history);

		history_answer(&history, at < cut ? ANSWER_SAME : ANSWER_DIFFERS, at);
		questions++;
	}
	assert_int_equal(history.verdict, HISTORY_CUT);
	assert_int_equal(history.start, cut);
	assert_in_range(questions, 10, 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_log_is_known_again_and_another_one_is_told),
	    cmocka_unit_test(a_long_log_needs_few_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
