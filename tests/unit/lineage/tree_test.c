/* SPDX-License-Identifier: Apache-2.0 */
/* The lineage as people see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lineage/tree.h"

static const char yaml[] =
    "version: 1\n"
    "datasets: [{name: tickets, fields: [priority, state, note]}, {name: orders}]\n"
    "features:\n"
    "  - {name: urgent, dataset: tickets, field: priority, key: entity, aggregate: share, value: "
    "high,\n"
    "     filter: [{field: state, is: [open]}], window: {size: 7d, pane: 1d}}\n"
    "  - {name: worst, feature: urgent, key: none, aggregate: max}\n"
    "  - {name: activity, dataset: tickets, key: team, aggregate: count}\n"
    "  - {name: amount, dataset: orders, field: total, encode: numeric, key: 'field:city', "
    "aggregate: sum}\n"
    "models:\n"
    "  - {name: breach, version: 2, kind: linear, inputs: [{feature: worst, weight: -0.5}, "
    "{feature: activity, weight: 3}]}\n"
    "  - {name: demand, version: b, kind: opaque, inputs: [{feature: amount, sensitivity: 2, "
    "source: SHAP, date: 2020-01-01}]}\n";

#define TICKETS "tickets\n"
#define EVENTS                                                                                     \
	"  (any event)\n"                                                                          \
	"    activity: count by team\n"                                                            \
	"      breach 2: linear, weight 3\n"
#define PRIORITY                                                                                   \
	"  priority\n"                                                                             \
	"    urgent: share of `high` by entity over 7d, filtered\n"                                \
	"      worst: max\n"                                                                       \
	"        breach 2: linear, weight -0.5\n"
#define STATE                                                                                      \
	"  state\n"                                                                                \
	"    urgent: share of `high` by entity over 7d, filtered (by its filter)\n"                \
	"      worst: max\n"                                                                       \
	"        breach 2: linear, weight -0.5\n"
#define NOTE "  note: no feature reads it\n"
#define ORDERS                                                                                     \
	"orders\n"                                                                                 \
	"  total\n"                                                                                \
	"    amount: sum by field city\n"                                                          \
	"      demand b: opaque, sensitivity 2 (SHAP)\n"                                           \
	"  city\n"                                                                                 \
	"    amount: sum by field city (by its key)\n"                                             \
	"      demand b: opaque, sensitivity 2 (SHAP)\n"

static void
the_tree_shows_the_branches_that_a_name_is_on(void **state)
{
	static const struct {
		const char *only,
		    *expected; /* NULL: everything; expected NULL: nothing has that name */
	} cases[] = {
	    {NULL, TICKETS EVENTS PRIORITY STATE NOTE ORDERS},
	    {"tickets", TICKETS EVENTS PRIORITY STATE NOTE},
	    {"priority", TICKETS PRIORITY},
	    {"note", TICKETS NOTE},
	    {"activity", TICKETS EVENTS},
	    {"worst", TICKETS PRIORITY STATE},
	    {"breach", TICKETS EVENTS PRIORITY STATE},
	    {"demand", ORDERS},
	    {"nothing", NULL},
	};
	struct lineage *lineage = NULL;
	struct error err = {0};
	size_t i;

	(void)state;
	assert_true(lineage_parse("l.yaml", text_of(yaml), &lineage, &err));
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct buffer out = {0};

		assert_int_equal(
		    lineage_tree(lineage, text_of(cases[i].only), &out), cases[i].expected != NULL);
		buffer_add_byte(&out, 0);
		assert_string_equal(
		    (const char *)out.data, cases[i].expected ? cases[i].expected : "");
		buffer_fini(&out);
	}
	lineage_close(lineage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_tree_shows_the_branches_that_a_name_is_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
