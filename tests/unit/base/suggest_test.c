/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/suggest.h"

static const char *const names[] = {
    "store", "sources", "org-chart", "commit", "checkpoint", "id", NULL};

static const struct {
	const char *typed;
	const char *best; /* NULL: nothing is near enough */
} cases[] = {
    {"stroe", "store"},   /* a swap costs one */
    {"Store", "store"},   /* case costs nothing */
    {"sorce", "sources"}, /* two letters missing; store would be two edits of five letters */
    {"source", "sources"},
    {"orgchart", "org-chart"},
    {"org_chart", "org-chart"},
    {"comit", "commit"},
    {"checkpiont", "checkpoint"},
    {"di", "id"}, /* short names: one change is allowed */
    {"zz", NULL},
    {"colour", NULL},
    {"", NULL},
    {"checkpoint-checkpoint-checkpoint-checkpoint-checkpoint-checkpoint-checkpoint", NULL},
};

static void
the_nearest_name_is_found(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct suggestion suggestion;
		struct text best;

		suggestion_init(&suggestion, text_of(cases[i].typed));
		for (j = 0; names[j]; j++)
			suggestion_try(&suggestion, text_of(names[j]));
		best = suggestion_best(&suggestion);
		if (!text_is(best, cases[i].best))
			fail_msg("%s: %.*s", cases[i].typed, TEXT_PRINT(best));
	}
}

static void
without_candidates_nothing_is_suggested(void **state)
{
	struct suggestion suggestion;

	(void)state;
	suggestion_init(&suggestion, TEXT("store"));
	assert_null(suggestion_best(&suggestion).data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_nearest_name_is_found),
	    cmocka_unit_test(without_candidates_nothing_is_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
