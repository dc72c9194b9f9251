/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of features against single events, values as text, and what models read after an event. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "lineage/reach.h"
#include "lineage/uses.h"

static const char yaml[] =
    "version: 1\n"
    "datasets: [{name: d}]\n"
    "features:\n"
    "  - {name: plain, dataset: d, field: a, key: none, aggregate: count}\n"
    "  - {name: counted, dataset: d, key: none, aggregate: count}\n"
    "  - {name: phoned, dataset: d, field: a, key: none, aggregate: count, filter: [{field: "
    "channel, is: [Phone]}]}\n"
    "  - {name: teamed, dataset: d, key: none, aggregate: count,\n"
    "     filter: [{field: team, is: [north, null]}, {field: op, is: [update]}]}\n"
    "  - {name: valued, dataset: d, key: none, aggregate: count, filter: [{field: b, is: [open, 5, "
    "true, 0.5, null]}]}\n"
    "  - {name: keyed, dataset: d, field: a, key: 'field:k', aggregate: count}\n"
    "  - {name: derived, feature: phoned, key: none, aggregate: max}\n"
    "  - {name: systemic, dataset: d, key: none, aggregate: count, filter: [{field: system, is: "
    "[crm]}]}\n";

static const struct {
	const char *feature, *dataset, *fields; /* of one letter each, those that changed */
	const char *channel, *team, *op, *system;
	struct value value; /* of each field */
	enum lineage_answer expected;
} cases[] = {
    {"plain", "d", "a", .expected = REACHES_YES},
    {"plain", "d", "ba", .expected = REACHES_YES},
    {"plain", "d", "b", .expected = REACHES_NO},
    {"plain", "d", "", .expected = REACHES_NO},
    {"plain", "e", "a", .expected = REACHES_NO},
    {"plain", NULL, "a", .expected = REACHES_NO},
    {"counted", "d", "", .expected = REACHES_YES},
    {"counted", "e", "", .expected = REACHES_NO},
    {"phoned", "d", "a", .channel = "Phone", .expected = REACHES_YES},
    {"phoned", "d", "a", .channel = "phone", .expected = REACHES_NO},
    {"phoned", "d", "a", .expected = REACHES_NO},
    {"derived", "d", "a", .channel = "Phone", .expected = REACHES_YES},
    {"derived", "d", "a", .channel = "Email", .expected = REACHES_NO},
    {"teamed", "d", "", .team = "north", .op = "update", .expected = REACHES_YES},
    {"teamed", "d", "", .team = "north", .op = "create", .expected = REACHES_NO},
    {"teamed", "d", "", .team = "south", .op = "update", .expected = REACHES_NO},
    {"teamed", "d", "", .op = "update", .expected = REACHES_YES}, /* null: no team known */
    {"systemic", "d", "", .system = "crm", .expected = REACHES_YES},
    {"systemic", "d", "", .expected = REACHES_NO},
    {"keyed", "d", "a", .expected = REACHES_NO},
    {"keyed", "d", "ka", .expected = REACHES_YES},
    {"valued", "d", "a", .expected = REACHES_NO},
    {"valued", "d", "b", .value = {VALUE_NULL}, .expected = REACHES_YES},
    {"valued", "d", "b", .value = {VALUE_TEXT, .text = {"open", 4}}, .expected = REACHES_YES},
    {"valued", "d", "b", .value = {VALUE_TEXT, .text = {"5", 1}}, .expected = REACHES_YES},
    {"valued", "d", "b", .value = {VALUE_TEXT, .text = {"null", 4}}, .expected = REACHES_NO},
    {"valued", "d", "b", .value = {VALUE_TEXT, .text = {"shut", 4}}, .expected = REACHES_NO},
    {"valued", "d", "b", .value = {VALUE_LONG, .integer = 5}, .expected = REACHES_YES},
    {"valued", "d", "b", .value = {VALUE_LONG, .integer = 6}, .expected = REACHES_NO},
    {"valued", "d", "b", .value = {VALUE_DOUBLE, .number = 5}, .expected = REACHES_YES},
    {"valued", "d", "b", .value = {VALUE_DOUBLE, .number = 0.5}, .expected = REACHES_YES},
    {"valued", "d", "b", .value = {VALUE_BOOLEAN, .boolean = true}, .expected = REACHES_YES},
    {"valued", "d", "b", .value = {VALUE_BOOLEAN, .boolean = false}, .expected = REACHES_NO},
    {"valued", "d", "b", .value = {VALUE_HASHED, .hashed = {.size = 4}},
	.expected = REACHES_UNKNOWN},
    {"valued", "d", "b", .value = {VALUE_HASHED, .hashed = {.size = 9}}, .expected = REACHES_NO},
};

static struct lineage *
parse(const char *text)
{
	struct lineage *lineage = NULL;
	struct error err = {0};

	if (!lineage_parse("l.yaml", text_of(text), &lineage, &err))
		fail_msg("%s", err.text);
	return lineage;
}

static void
an_event_reaches_a_feature_when_all_filters_pass(void **state)
{
	struct lineage *lineage = parse(yaml);
	struct symbols *names = symbols_open();
	struct change changes[8];
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		const struct lineage_feature *feature =
		    lineage_find_feature(lineage, text_of(cases[i].feature));
		struct event event = {.changes = changes,
		    .dataset = symbols_add(names, text_of(cases[i].dataset)),
		    .channel = symbols_add(names, text_of(cases[i].channel)),
		    .system = symbols_add(names, text_of(cases[i].system)),
		    .op = symbols_add(names, text_of(cases[i].op)),
		    .change_count = (uint32_t)strlen(cases[i].fields)};
		struct origin origin = {.team = symbols_add(names, text_of(cases[i].team))};

		for (j = 0; j < event.change_count; j++)
			changes[j] = (struct change){
			    .field = symbols_add(names, (struct text){cases[i].fields + j, 1}),
			    .new_value = cases[i].value};
		assert_int_equal(lineage_reaches(lineage, (uint32_t)(feature - lineage->features),
				     &event, &origin, names),
		    cases[i].expected);
	}
	lineage_close(lineage);
	symbols_close(names);
}

static void
values_have_one_text(void **state)
{
	static const struct {
		struct value value;
		const char *expected;
	} values[] = {
	    {{VALUE_NULL}, "null"},
	    {{VALUE_BOOLEAN, .boolean = true}, "true"},
	    {{VALUE_BOOLEAN, .boolean = false}, "false"},
	    {{VALUE_LONG, .integer = INT64_MIN}, "-9223372036854775808"},
	    {{VALUE_LONG, .integer = 42}, "42"},
	    {{VALUE_DOUBLE, .number = 42}, "42"},
	    {{VALUE_DOUBLE, .number = 0.1}, "0.1"},
	    {{VALUE_DOUBLE, .number = 0.1 + 0.2}, "0.30000000000000004"},
	    {{VALUE_DOUBLE, .number = -0.0}, "-0"},
	    {{VALUE_DOUBLE, .number = 1e300}, "1e+300"},
	    {{VALUE_DOUBLE, .number = 0x1p60}, "1.152921504606847e+18"},
	    {{VALUE_DOUBLE, .number = INFINITY}, "inf"},
	    {{VALUE_TEXT, .text = {"Phone", 5}}, "Phone"},
	    {{VALUE_TEXT, .text = {"", 0}}, ""},
	    {{VALUE_HASHED}, NULL},
	};
	char out[VALUE_TEXT_BYTES];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(values); i++)
		assert_true(
		    text_equal(value_text(&values[i].value, out), text_of(values[i].expected)));
}

static const char models[] =
    "version: 1\n"
    "datasets: [{name: d}]\n"
    "features: [{name: f, dataset: d, key: none, aggregate: count}]\n"
    "models:\n"
    "  - {name: cuts, version: 9, kind: opaque, inputs: [{feature: f}], trained: [{version: b, "
    "cut: 2020-02-01},\n"
    "     {version: a, cut: 2020-01-01}]}\n"
    "  - {name: hourly, version: 9, kind: opaque, inputs: [{feature: f}], scored: {every: 1h, "
    "from: 2020-01-01},\n"
    "     trained: [{version: a, cut: 2020-01-01}]}\n"
    "  - {name: topic, version: 9, kind: opaque, inputs: [{feature: f}], scored: {topic: t}}\n"
    "  - {name: silent, version: 9, kind: opaque, inputs: [{feature: f}]}\n";

/* "trained a 2020-01-01T00:00:00Z; scored 9 …; topic t" */
static void
describe(const struct lineage_model *model, const char *time, char *out, size_t bytes)
{
	static const struct timestamp_rule rule = {.format = TIMESTAMP_ISO8601};
	struct lineage_use uses[8];
	char when[TIMESTAMP_TEXT_BYTES];
	size_t count, used = 0, i;
	int64_t time_ms;

	assert_true(timestamp_parse(text_of(time), &rule, &time_ms, NULL));
	count = lineage_versions_after(model, time_ms, uses, ARRAY_COUNT(uses));
	for (i = 0, *out = '\0'; i < count; i++) {
		static const char *const kinds[] = {"trained", "scored", "topic"};
		const char *what = "t";

		if (uses[i].kind == USE_TOPIC)
			assert_true(text_is(uses[i].topic, "t"));
		else
			what = uses[i].time_ms == TIME_NONE ? "never"
							    : timestamp_text(uses[i].time_ms, when);

		used += (size_t)snprintf(out + used, bytes - used, "%s%s %.*s %s", i ? "; " : "",
		    kinds[uses[i].kind], TEXT_PRINT(uses[i].version), what);
	}
}

static void
models_say_what_they_read_after_an_event(void **state)
{
	static const struct {
		const char *model, *time, *expected;
	} uses[] = {
	    {"cuts", "2019-12-31T23:59:59",
		"trained a 2020-01-01T00:00:00Z; trained b 2020-02-01T00:00:00Z"},
	    {"cuts", "2020-01-01", "trained b 2020-02-01T00:00:00Z"}, /* a's data ends before it */
	    {"cuts", "2020-02-01", ""},
	    {"hourly", "2019-07-01",
		"trained a 2020-01-01T00:00:00Z; scored 9 2020-01-01T00:00:00Z"},
	    {"hourly", "2020-01-01", "scored 9 2020-01-01T01:00:00Z"},
	    {"hourly", "2020-01-01T00:59:59.999", "scored 9 2020-01-01T01:00:00Z"},
	    {"hourly", "2020-03-05T10:00:01", "scored 9 2020-03-05T11:00:00Z"},
	    {"hourly", "2199-12-31T23:30", "scored 9 2200-01-01T00:00:00Z"},
	    {"hourly", "2200-01-01", "scored 9 never"},
	    {"topic", "2020-01-01", "topic 9 t"},
	    {"silent", "2020-01-01", ""},
	};
	struct lineage *lineage = parse(models);
	char text[400];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(uses); i++) {
		describe(lineage_find_model(lineage, text_of(uses[i].model)), uses[i].time, text,
		    sizeof(text));
		assert_string_equal(text, uses[i].expected);
	}
	assert_int_equal(lineage_versions_after(&lineage->models[0], TIME_MIN, NULL, 0), 2);
	lineage_close(lineage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_event_reaches_a_feature_when_all_filters_pass),
	    cmocka_unit_test(values_have_one_text),
	    cmocka_unit_test(models_say_what_they_read_after_an_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
