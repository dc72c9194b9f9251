/* SPDX-License-Identifier: Apache-2.0 */
/* Lineages that are read, every mistake with its place and remedy, and the canonical text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "lineage/graph.h"

/* Two lines; `a` has no type, `b` is a category. */
#define DATASET                                                                                    \
	"version: 1\ndatasets: [{name: d, fields: [a, {name: b, type: category}, {name: n, type: " \
	"number}]}]\n"
/* The feature stands in line 4. */
#define FEATURE(rest) DATASET "features:\n  - {name: f, dataset: d, " rest "}\n"
#define GOOD "field: a, encode: numeric, key: entity, aggregate: mean"
#define COUNT "key: none, aggregate: count"
/* The model stands in line 6. */
#define MODEL(rest) FEATURE(GOOD) "models:\n  - {name: m, version: 1, " rest "}\n"
#define INPUT "kind: linear, inputs: [{feature: f, weight: 2}]"

static const struct mistake {
	const char *yaml, *expected;
} mistakes[] = {
    {"", "l.yaml:1:1: the file is empty: a lineage begins with `version: 1`"},
    {"just words", "l.yaml:1:1: a lineage is expected here, as a map of `key: value`"},
    {"version: 2\ndatasets: [{name: d}]",
	"l.yaml:1:10: this program reads version 1 of the format: write `version: 1`"},
    {"datasets: [{name: d}]", "l.yaml:1:1: `version` is missing: write `version: 1`"},
    {"version: 1", "l.yaml:1:1: `datasets` is missing: say which datasets the features read"},
    {"version: 1\ndatasets: []",
	"l.yaml:2:11: an empty list stands where a list of datasets is expected: fill it, or "
	"remove the key"},
    {"version: 1\ndatasets: {name: d}", "l.yaml:2:11: a list of datasets is expected here"},
    {"version: 1\ndatasets: [d]",
	"l.yaml:2:12: a dataset is expected here, as a map of `key: value`"},
    {"version: 1\ndatasets: [{}]", "l.yaml:2:12: `name` is missing: give it one"},
    {"version: 1\ndatasets: [{name: d}]\nfeature: []",
	"l.yaml:3:1: `feature` is not known here: did you mean `features`?"},
    {"version: 1\ndatasets:\n  - name: d\n  - name: d\n",
	"l.yaml:4:11: there is another dataset `d` in line 3: rename one of the two"},
    {"version: 1\ndatasets: [{name: d, fields: [a, b, a]}]",
	"l.yaml:2:37: the field `a` stands in line 2 already: remove one of the two"},
    {"version: 1\ndatasets: [{name: d, fields: [{name: a, type: catgory}]}]",
	"l.yaml:2:47: `catgory` is no type of field: did you mean `category`?"},
    {"version: 1\ndatasets: [{name: d, fields: [{type: text}]}]",
	"l.yaml:2:31: `name` is missing: give the field one"},
    {"version: 1\ndatasets: [{name: d, fields: [[a]]}]",
	"l.yaml:2:31: a field is expected here, as a map of `key: value`"},
    {"version: 1\ndatasets: [{name: \"a\\nb\"}]",
	"l.yaml:2:19: a name has 1 to 200 bytes and no control characters: choose another"},
    {"version: 1\ndatasets: [{name: ''}]",
	"l.yaml:2:19: a name has 1 to 200 bytes and no control characters: choose another"},
    {"version: 1\n\tdatasets: [{name: d}]", "l.yaml:2:1: a tab in the indentation: use spaces"},
    {"version: 1\ndatasets: &x [{name: d}]",
	"l.yaml:2:11: an anchor (&name) is not allowed: remove it, or put text that begins with & "
	"in quotes"},
    /* features */
    {FEATURE("field: a, encode: numeric, key: entity"),
	"l.yaml:4:5: `aggregate` is missing: say how events become its value: mean, last, count, "
	"…"},
    {FEATURE("field: a, encode: numeric, aggregate: mean"),
	"l.yaml:4:5: `key` is missing: say what has one value each: entity, team, system, channel, "
	"actor, field:NAME or none"},
    {FEATURE("field: a, encode: numeric, key: entity, aggregate: maen"),
	"l.yaml:4:78: `maen` is no aggregate: did you mean `mean`?"},
    {FEATURE("field: a, encode: numeric, key: entity, aggregate: average"),
	"l.yaml:4:78: `average` is no aggregate: use one of last, count, sum, mean, min, max, "
	"distinct, share, rate"},
    {FEATURE("field: a, encode: numeric, key: entty, aggregate: mean"),
	"l.yaml:4:59: `entty` is no key: did you mean `entity`?"},
    {FEATURE("field: a, encode: numeric, key: 'field:c', aggregate: mean"),
	"l.yaml:4:59: `c` is no field of the dataset `d`: did you mean `a`?"},
    {FEATURE("field: a, encode: numeric, key: 'field:', aggregate: mean"),
	"l.yaml:4:59: a name has 1 to 200 bytes and no control characters: choose another"},
    {FEATURE("fild: a, encode: numeric, key: entity, aggregate: mean"),
	"l.yaml:4:5: `field` is missing: mean needs the field whose values it looks at (and 1 "
	"more)"},
    {FEATURE("field: x, encode: numeric, key: entity, aggregate: mean"),
	"l.yaml:4:34: `x` is no field of the dataset `d`: did you mean `a`?"},
    {FEATURE("field: a, fields: [b], " COUNT),
	"l.yaml:4:45: `field` and `fields` both stand here: keep one of the two"},
    {FEATURE("fields: [a, b, a], " COUNT),
	"l.yaml:4:42: the field `a` is named twice: remove one of the two"},
    {FEATURE("fields: a, " COUNT), "l.yaml:4:35: a list of names of fields is expected here"},
    {FEATURE("key: entity, aggregate: mean"),
	"l.yaml:4:5: `encode` is missing: mean needs numbers; write `encode: numeric`, or a map of "
	"value: number (and 1 more)"},
    {FEATURE("field: a, key: entity, aggregate: mean"),
	"l.yaml:4:5: `encode` is missing: mean needs numbers; write `encode: numeric`, or a map of "
	"value: number"},
    {FEATURE("field: a, encode: numbers, key: entity, aggregate: mean"),
	"l.yaml:4:45: `encode` is the word numeric or a map of value: number: write one of the "
	"two"},
    {FEATURE("field: a, encode: {}, key: entity, aggregate: mean"),
	"l.yaml:4:45: `encode` is the word numeric or a map of value: number: write one of the "
	"two"},
    {FEATURE("field: a, encode: {x: .nan}, key: entity, aggregate: mean"),
	"l.yaml:4:49: `.nan` stands where a finite number without quotes is expected"},
    {FEATURE("field: a, encode: {x: 1e999}, key: entity, aggregate: mean"),
	"l.yaml:4:49: `1e999` stands where a finite number without quotes is expected"},
    {FEATURE("field: b, encode: numeric, key: entity, aggregate: mean"),
	"l.yaml:4:45: the field `b` is of type category: write a map of value: number instead of "
	"numeric"},
    {FEATURE("field: a, encode: numeric, " COUNT),
	"l.yaml:4:45: `encode` means nothing to count: remove it"},
    {FEATURE("field: a, other: 3, " COUNT),
	"l.yaml:4:44: `other` is for values that `encode` has no number for: add `encode`, or "
	"remove it"},
    {FEATURE(GOOD ", other: none"),
	"l.yaml:4:91: `other` is a number or error-count: write one of the two"},
    {FEATURE(GOOD ", other: .inf"),
	"l.yaml:4:91: `.inf` stands where a finite number without quotes is expected"},
    {FEATURE(GOOD ", value: 3"), "l.yaml:4:91: `value` means nothing to mean: remove it"},
    {FEATURE("field: a, key: entity, aggregate: share"),
	"l.yaml:4:5: `value` is missing: share needs the value whose share it is"},
    {FEATURE("field: a, key: entity, aggregate: share, value: 5.0"),
	"l.yaml:4:75: the number 5.0 is compared as 5: write 5, or \"5.0\" in quotes for that very "
	"text"},
    {FEATURE("field: a, key: entity, aggregate: rate"),
	"l.yaml:4:5: `window` is missing: rate needs a span to count in"},
    {FEATURE(GOOD ", window: {size: 0s, pane: 1d}"),
	"l.yaml:4:99: an empty window holds no events: make it longer, or remove `window`"},
    {FEATURE(GOOD ", window: {size: 7d}"),
	"l.yaml:4:92: `pane` is missing: say in which steps the window moves, as in `pane: 1d`"},
    {FEATURE(GOOD ", window: {size: 7d, pane: 2d}"),
	"l.yaml:4:109: a window of 7d cannot be divided into panes of 2d: choose a pane that "
	"divides it"},
    {FEATURE(GOOD ", window: {size: 7d, pane: 0s}"),
	"l.yaml:4:109: an empty pane divides nothing: make it longer"},
    {FEATURE(GOOD ", window: {size: 7d, pane: 14d}"),
	"l.yaml:4:109: a window of 7d cannot be divided into panes of 14d: choose a pane that "
	"divides it"},
    {FEATURE(GOOD ", window: {size: 100d, pane: 1s}"),
	"l.yaml:4:111: a window of 100d would have more than 10000 panes of 1s: choose a longer "
	"pane"},
    {FEATURE(GOOD ", window: {size: 40000d, pane: 1d}"),
	"l.yaml:4:99: longer than 36525 days: shorten it"},
    {FEATURE(GOOD ", window: {size: a week, pane: 1d}"),
	"l.yaml:4:99: `a week` stands where a duration such as 200ms, 90s, 15m, 36h, 7d or 2w is "
	"expected"},
    {FEATURE(GOOD ", window: {size: 7d, panes: 1d}"),
	"l.yaml:4:92: `pane` is missing: say in which steps the window moves, as in `pane: 1d` "
	"(and 1 more)"},
    {FEATURE(GOOD ", window: 7d"),
	"l.yaml:4:92: a window is expected here, as a map of `key: value`"},
    {FEATURE(GOOD ", filter: {field: a, is: [x]}"),
	"l.yaml:4:92: a list of filters is expected here"},
    {FEATURE(GOOD ", filter: [{field: a}]"),
	"l.yaml:4:93: `is` is missing: list the values that pass"},
    {FEATURE(GOOD ", filter: [{is: [x]}]"),
	"l.yaml:4:93: `field` is missing: say what the filter looks at"},
    {FEATURE(GOOD ", filter: [{field: a, is: x}]"),
	"l.yaml:4:108: a list of values that pass is expected here"},
    {FEATURE(GOOD ", filter: [{field: a, is: []}]"),
	"l.yaml:4:108: an empty list stands where a list of values that pass is expected: fill it, "
	"or remove the key"},
    {FEATURE(GOOD ", filter: [{field: a, is: [1.50]}]"),
	"l.yaml:4:109: the number 1.50 is compared as 1.5: write 1.5, or \"1.50\" in quotes for "
	"that very text"},
    {FEATURE(GOOD ", filter: [{field: a, is: [[x]]}]"),
	"l.yaml:4:109: a list stands where text is expected"},
    {FEATURE(GOOD ", filter: [{field: actor, is: [x]}]"),
	"l.yaml:4:101: a filter looks at team, system, channel, op or a changed field: write "
	"`field:actor` if a field is called that"},
    {FEATURE(GOOD ", filter: [{field: chanel, is: [x]}]"),
	"l.yaml:4:101: `chanel` is no field of the dataset `d`: did you mean `channel`?"},
    {FEATURE(GOOD ", filter: [{field: 'field:team', is: [x]}]"),
	"l.yaml:4:101: `team` is no field of the dataset `d`: add it to the dataset's `fields`"},
    {DATASET "features: [{name: f, dataset: dd, " COUNT "}]",
	"l.yaml:3:31: `dd` is no dataset: did you mean `d`?"},
    {DATASET "features: [{name: f, " COUNT "}]",
	"l.yaml:3:12: `dataset` is missing: say which dataset its events are of"},
    {DATASET "features: [{name: f, dataset: d, " COUNT "}, {name: f, dataset: d, " COUNT "}]",
	"l.yaml:3:71: there is another feature `f` in line 3: rename one of the two"},
    {DATASET "features: [{name: f, feature: g, " COUNT "}]",
	"l.yaml:3:31: `g` is no feature: did you mean `f`?"},
    {DATASET "features: [{name: f, feature: f, " COUNT "}]",
	"l.yaml:3:31: the feature `f` is computed from itself (from `f`): compute one of them from "
	"a field"},
    {DATASET "features: [{name: f, feature: g, " COUNT "}, {name: g, feature: h, " COUNT
	     "}, {name: h, feature: f, " COUNT "}, {name: i, feature: f, " COUNT "}]",
	"l.yaml:3:31: the feature `f` is computed from itself (from `g`, which is from `h`, which "
	"is from `f`): compute one of them from a field"},
    {FEATURE(COUNT) "  - {name: g, feature: f, dataset: d, key: none, aggregate: sum}",
	"l.yaml:5:36: a feature computed from a feature has its `dataset` from there: remove one "
	"of the two"},
    {FEATURE(COUNT) "  - {name: g, feature: f, key: none, aggregate: distinct}",
	"l.yaml:5:49: distinct looks at values of a field, not at a feature's numbers: use another "
	"aggregate, or a field"},
    {FEATURE(COUNT) "  - {name: g, feature: f, key: 'field:a', aggregate: sum}",
	"l.yaml:5:32: a feature computed from a feature has no fields to be keyed by: use entity, "
	"team, system, channel, actor or none"},
    /* models */
    {MODEL("kind: linear"), "l.yaml:6:5: `inputs` is missing: list the features the model reads"},
    {MODEL("inputs: [{feature: f, weight: 2}]"),
	"l.yaml:6:5: `kind` is missing: say how it computes: linear, logistic or opaque"},
    {MODEL("kind: logistc, inputs: [{feature: f, weight: 2}]"),
	"l.yaml:6:33: `logistc` is no kind of model: did you mean `logistic`?"},
    {MODEL("kind: linear, inputs: []"),
	"l.yaml:6:49: an empty list stands where a list of inputs is expected: fill it, or remove "
	"the key"},
    {MODEL("kind: linear, inputs: [f]"),
	"l.yaml:6:50: an input is expected here, as a map of `key: value`"},
    {MODEL("kind: linear, inputs: [{feature: f}]"),
	"l.yaml:6:50: `weight` is missing: the model is a sum of weight times feature"},
    {MODEL("kind: linear, inputs: [{weight: 1}]"),
	"l.yaml:6:50: `feature` is missing: say which feature the input is"},
    {MODEL("kind: linear, inputs: [{feature: ff, weight: 1}]"),
	"l.yaml:6:60: `ff` is no feature: did you mean `f`?"},
    {MODEL("kind: linear, inputs: [{feature: f, weight: .nan}]"),
	"l.yaml:6:71: `.nan` stands where a finite number without quotes is expected"},
    {MODEL("kind: linear, inputs: [{feature: f, weight: -.inf}]"),
	"l.yaml:6:71: `-.inf` stands where a finite number without quotes is expected"},
    {MODEL("kind: linear, inputs: [{feature: f, weight: 1}, {feature: f, weight: 2}]"),
	"l.yaml:6:75: the model reads this feature already: make one input of the two"},
    {MODEL("kind: linear, inputs: [{feature: f, sensitivity: 2}]"),
	"l.yaml:6:76: `sensitivity` is of opaque models: give this one a `weight`"},
    {MODEL("kind: opaque, inputs: [{feature: f, weight: 2}]"),
	"l.yaml:6:71: `weight` is of linear and logistic models: an opaque one may have "
	"`sensitivity`"},
    {MODEL("kind: opaque, inputs: [{feature: f, sensitivity: 2, date: 2020-01-01}]"),
	"l.yaml:6:50: `source` is missing: say what the sensitivity is from, as in `source: mean "
	"|SHAP|`"},
    {MODEL("kind: opaque, inputs: [{feature: f, sensitivity: 2, source: SHAP}]"),
	"l.yaml:6:50: `date` is missing: say of which day the sensitivity is"},
    {MODEL("kind: opaque, inputs: [{feature: f, source: SHAP}]"),
	"l.yaml:6:71: `source` is of a `sensitivity`: add that, or remove it"},
    {MODEL("kind: opaque, inputs: [{feature: f, sensitivity: 2, source: SHAP, date: yesterday}]"),
	"l.yaml:6:99: `yesterday` stands where a time such as 2016-02-29 or 2016-02-29T01:23:00Z "
	"is expected: a year of four digits expected at character 1"},
    {MODEL("kind: opaque, intercept: 1, inputs: [{feature: f}]"),
	"l.yaml:6:52: `intercept` is of linear and logistic models: remove it"},
    {MODEL(INPUT ", intercept: much"),
	"l.yaml:6:87: `much` stands where a finite number without quotes is expected"},
    {MODEL(INPUT ", value-per-unit: 3, currency: EUR"),
	"l.yaml:6:92: `value-per-unit` needs `unit`: say what one unit of the model's output is"},
    {MODEL(INPUT ", unit: hours, value-per-unit: 3"),
	"l.yaml:6:5: `currency` is missing: say in which currency `value-per-unit` is"},
    {MODEL(INPUT ", unit: hours, value-per-unit: 3, currency: euro"),
	"l.yaml:6:118: a currency is three capital letters (ISO 4217): write it as in `currency: "
	"EUR`"},
    {MODEL(INPUT ", unit: hours, currency: EUR"),
	"l.yaml:6:99: `currency` is of `value-per-unit`: add that, or remove it"},
    {MODEL(INPUT ", trained: [{version: 1}]"),
	"l.yaml:6:86: `cut` is missing: say up to when its events are, as in `cut: 2016-06-01`"},
    {MODEL(INPUT ", trained: [{version: 1, cut: 2020-02-30}]"),
	"l.yaml:6:104: `2020-02-30` stands where a time such as 2016-02-29 or 2016-02-29T01:23:00Z "
	"is expected: there is no such date"},
    {MODEL(INPUT ", trained: [{version: 1, cut: 2020-02-01}, {version: 1, cut: 2021-02-01}]"),
	"l.yaml:6:127: this version stands here twice: remove one of the two"},
    {MODEL(INPUT ", scored: {every: 1h}"),
	"l.yaml:6:84: `from` is missing: say when the model was scored first"},
    {MODEL(INPUT ", scored: {every: 0s, from: 2020-01-01}"),
	"l.yaml:6:92: a schedule without a pause is none: make it longer, or name a `topic`"},
    {MODEL(INPUT ", scored: {every: 1h, from: 2020-01-01, topic: t}"),
	"l.yaml:6:84: a model is scored by a schedule or from a topic: write {every, from} or "
	"{topic}"},
    {MODEL(INPUT ", scored: {topic: t, from: 2020-01-01}"),
	"l.yaml:6:101: `from` is of a schedule: remove it, or write `every` instead of `topic`"},
    {MODEL(INPUT ", scored: hourly"),
	"l.yaml:6:84: a schedule {every, from} or {topic} is expected here, as a map of `key: "
	"value`"},
    {MODEL(INPUT "}\n  - {name: m, version: 2, " INPUT),
	"l.yaml:7:12: there is another model `m` in line 6: rename one of the two"},
    {FEATURE(GOOD) "models: [{name: m, " INPUT "}]",
	"l.yaml:5:10: `version` is missing: say which version is in force"},
};

static void
each_mistake_is_said_with_its_place(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(mistakes); i++) {
		struct lineage *lineage = NULL;
		struct error err = {0};

		assert_false(lineage_parse("l.yaml", text_of(mistakes[i].yaml), &lineage, &err));
		assert_string_equal(err.text, mistakes[i].expected);
		assert_null(lineage);
	}
}

static void
check_says_every_mistake_in_the_order_of_the_file(void **state)
{
	static const char *const expected[] = {
	    "l.yaml:4:5: `key` is missing: say what has one value each: entity, team, system, "
	    "channel, "
	    "actor, field:NAME or none",
	    "l.yaml:4:24: `dd` is no dataset: did you mean `d`?",
	    "l.yaml:4:39: `cuont` is no aggregate: did you mean `count`?",
	    "l.yaml:6:33: `logistik` is no kind of model: did you mean `logistic`?",
	    "l.yaml:7:1: `model` is not known here: did you mean `models`?",
	};
	static const char yaml[] =
	    "version: 1\n"
	    "datasets: [{name: d}]\n"
	    "features:\n"
	    "  - {name: f, dataset: dd, aggregate: cuont}\n"
	    "models:\n"
	    "  - {name: m, version: 1, kind: logistik, inputs: [{feature: f, weight: 1}]}\n"
	    "model: []\n";
	char folder[] = "/tmp/lineage_XXXXXX", text[1200], sentence[1200];
	struct yaml_problems problems = {0};
	size_t i;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	file = fopen("l.yaml", "w");
	assert_non_null(file);
	fputs(yaml, file);
	fclose(file);
	lineage_check("l.yaml", &problems);
	for (i = 0; i < problems.count && i < ARRAY_COUNT(expected); i++)
		assert_string_equal(
		    yaml_problem_text(&problems.items[i], sentence, sizeof(sentence)), expected[i]);
	assert_int_equal(problems.count, ARRAY_COUNT(expected));
	yaml_problems_fini(&problems);
	assert_int_equal(unlink("l.yaml"), 0);

	lineage_check("l.yaml", &problems);
	assert_int_equal(problems.count, 1);
	snprintf(text, sizeof(text), "%s",
	    yaml_problem_text(&problems.items[0], sentence, sizeof(sentence)));
	assert_memory_equal(text, "l.yaml: ", 8);
	yaml_problems_fini(&problems);
	assert_int_equal(rmdir(folder), 0);
}

static void
a_file_that_is_not_there_is_missing(void **state)
{
	struct lineage *lineage = NULL;
	struct error err = {0};

	(void)state;
	assert_false(lineage_open(TEST_FIXTURES "/lineage/none.yaml", &lineage, &err));
	assert_int_equal(err.kind, ERROR_MISSING);
	assert_null(lineage);
}

static struct lineage *
parse(const char *yaml)
{
	struct lineage *lineage = NULL;
	struct error err = {0};

	if (!lineage_parse("l.yaml", text_of(yaml), &lineage, &err))
		fail_msg("%s", err.text);
	return lineage;
}

/* gives: NUL-terminated, ended by free() */
static char *
printed(const struct lineage *lineage)
{
	struct buffer out = {0};
	char *text;

	lineage_print(lineage, &out);
	text = memory_text_n((const char *)out.data, out.size);
	buffer_fini(&out);
	return text;
}

static char *
canonical(const char *yaml)
{
	struct lineage *lineage = parse(yaml);
	char *text = printed(lineage);

	lineage_close(lineage);
	return text;
}

static void
the_canonical_text_is_as_it_was_and_reads_back(void **state)
{
	struct lineage *lineage = NULL;
	struct buffer expected = {0};
	struct error err = {0};
	char *first, *second;

	(void)state;
	assert_true(lineage_open(TEST_FIXTURES "/lineage/everything.yaml", &lineage, &err));
	assert_true(
	    file_read(TEST_FIXTURES "/lineage/everything.canonical.yaml", 65536, &expected, &err));
	buffer_add_byte(&expected, 0);
	first = printed(lineage);
	assert_string_equal(first, (const char *)expected.data);
	second = canonical(first);
	assert_string_equal(second, first);
	memory_free(first);
	memory_free(second);
	buffer_fini(&expected);
	lineage_close(lineage);
}

static void
everything_is_read_as_it_is_written(void **state)
{
	const struct lineage_feature *feature;
	const struct lineage_model *model;
	struct lineage *lineage = NULL;
	struct error err = {0};

	(void)state;
	assert_true(lineage_open(TEST_FIXTURES "/lineage/everything.yaml", &lineage, &err));
	assert_int_equal(lineage->dataset_count, 2);
	assert_false(lineage->datasets[1].listed);
	assert_int_equal(
	    lineage_find_field(&lineage->datasets[0], TEXT("reopen_count"))->type, TYPE_NUMBER);

	feature = lineage_find_feature(lineage, TEXT("incident_priority"));
	assert_int_equal(feature->encoding, ENCODING_CODES);
	assert_true(text_is(feature->codes[0].value, "1 - Critical"));
	assert_true(feature->codes[0].number == 4 && feature->has_other && feature->other == 0);
	assert_int_equal(feature->filters[0].subject, SUBJECT_CHANNEL);
	assert_int_equal(feature->filters[0].value_count, 2);
	assert_true(text_is(feature->filters[0].values[0], "Email"));
	assert_int_equal(feature->filters[1].subject, SUBJECT_FIELD);
	assert_true(feature->filters[1].null);
	assert_int_equal(feature->filters[2].subject, SUBJECT_FIELD);
	assert_true(text_is(feature->filters[2].field, "team"));

	feature = lineage_find_feature(lineage, TEXT("reopened"));
	assert_int_equal(feature->key, SUBJECT_FIELD);
	assert_true(text_is(feature->key_field, "assignment_group"));
	assert_true(feature->size_ms == 14 * 86400000ll && feature->pane_ms == 86400000);
	assert_int_equal(feature->lateness_ms, 90 * 60000);

	feature = lineage_find_feature(lineage, TEXT("busiest_team"));
	assert_true(text_is(lineage->features[feature->root].name, "activity"));
	assert_int_equal(feature->dataset, 0);

	model = lineage_find_model(lineage, TEXT("sla_breach"));
	assert_true(model->intercept == -1.2 && model->inputs[1].weight == -3);
	assert_true(text_is(model->cuts[0].version, "2016.1"));
	assert_int_equal(model->every_ms, 3600000);
	model = lineage_find_model(lineage, TEXT("triage"));
	assert_true(model->inputs[0].has_sensitivity && !model->inputs[1].has_sensitivity);
	assert_true(text_is(model->topic, "tickets.scored"));
	assert_null(lineage_find_model(lineage, TEXT("tirage")));
	lineage_close(lineage);
}

/* Two spellings and whether they are the same lineage. */
static void
only_what_it_says_is_its_identity(void **state)
{
	static const struct {
		const char *one, *other;
		bool same;
	} cases[] = {
	    {FEATURE("field: a, encode: {x: 1, y: 2}, key: none, aggregate: sum"),
		FEATURE(
		    "aggregate: sum, encode: {y: 2.0, \"x\": 1e0}, fields: [a], key: none, other: "
		    "error-count"),
		true},
	    {FEATURE(GOOD ", window: {size: 1d, pane: 1h}"),
		FEATURE(GOOD ", window: {size: 24h, pane: 60m, lateness: 0s}"), true},
	    {FEATURE(GOOD ", filter: [{field: a, is: [x, y]}]"),
		FEATURE(GOOD ", filter: [{field: 'field:a', is: [y, x, y]}]"), true},
	    {FEATURE(GOOD), FEATURE(GOOD ", other: 0"), false},
	    {FEATURE(GOOD ", filter: [{field: a, is: [null]}]"),
		FEATURE(GOOD ", filter: [{field: a, is: ['null']}]"), false},
	    {FEATURE(GOOD ", filter: [{field: team, is: [x]}]"),
		FEATURE(GOOD ", filter: [{field: channel, is: [x]}]"), false},
	    {MODEL(INPUT), MODEL("kind: linear, intercept: 0, inputs: [{feature: f, weight: 2.0}]"),
		true},
	    {MODEL(INPUT),
		MODEL("kind: linear, inputs: [{feature: f, weight: 2.0000000000000004}]"), false},
	    {MODEL(INPUT), MODEL("kind: logistic, inputs: [{feature: f, weight: 2}]"), false},
	    {MODEL(INPUT ", trained: [{version: 1, cut: 2020-01-01}]"),
		MODEL(INPUT ", trained: [{version: \"1\", cut: 2020-01-01T01:00+01:00}]"), true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		char *one = canonical(cases[i].one), *other = canonical(cases[i].other);

		assert_int_equal(strcmp(one, other) == 0, cases[i].same);
		memory_free(one);
		memory_free(other);
	}
}

/* The longest codes, all of bytes that must be escaped, stay within what YAML takes as a key. */
static void
the_longest_names_read_back(void **state)
{
	struct buffer yaml = {0};
	char *first, *second;
	int i;

	(void)state;
	buffer_add_format(&yaml,
	    "%sfeatures:\n  - {name: f, dataset: d, field: a, key: none, aggregate: sum, encode: "
	    "{\"",
	    DATASET);
	for (i = 0; i < LINEAGE_NAME_BYTES; i++)
		buffer_add_format(&yaml, "\\x01");
	buffer_add_format(&yaml, "\": 1}, filter: [{field: a, is: [\"");
	for (i = 0; i < LINEAGE_NAME_BYTES / 2; i++)
		buffer_add_format(&yaml, "\\x85");
	buffer_add_format(&yaml, "\", \"%0200d\"]}]}\n", 7);
	buffer_add_byte(&yaml, 0);
	first = canonical((const char *)yaml.data);
	second = canonical(first);
	assert_string_equal(first, second);
	memory_free(first);
	memory_free(second);
	buffer_fini(&yaml);
}

static void
a_name_that_does_not_exist_has_a_nearest(void **state)
{
	static const struct {
		enum lineage_noun noun;
		const char *typed, *best; /* NULL: none */
	} cases[] = {
	    {NOUN_FEATURE, "incident_prioriti", "incident_priority"},
	    {NOUN_MODEL, "sla_brech", "sla_breach"},
	    {NOUN_FIELD, "imapct", "impact"},
	    {NOUN_FIELD, "stat", "state"},
	    {NOUN_DATASET, "servicenow.incidents", "servicenow.incident"},
	    {NOUN_ANY, "triag", "triage"},
	    {NOUN_MODEL, "incident_prioriti", NULL},
	    {NOUN_ANY, "weather", NULL},
	};
	struct lineage *lineage = NULL;
	struct error err = {0};
	size_t i;

	(void)state;
	assert_true(lineage_open(TEST_FIXTURES "/lineage/everything.yaml", &lineage, &err));
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct text best = lineage_suggest(lineage, cases[i].noun, text_of(cases[i].typed));

		assert_true(text_equal(best, text_of(cases[i].best)));
	}
	lineage_close(lineage);
}

/* The first block of code in the page that documents the format. */
static void
the_documented_example_is_a_lineage(void **state)
{
	struct buffer page = {0};
	struct lineage *lineage = NULL;
	struct error err = {0};
	char *start, *end;

	(void)state;
	assert_true(file_read(TEST_SOURCE "/schemas/lineage.md", 65536, &page, &err));
	buffer_add_byte(&page, 0);
	start = strstr((char *)page.data, "```yaml\n");
	assert_non_null(start);
	start += 8;
	end = strstr(start, "```");
	assert_non_null(end);
	if (!lineage_parse(
		"schemas/lineage.md", (struct text){start, (size_t)(end - start)}, &lineage, &err))
		fail_msg("%s", err.text);
	assert_int_equal(lineage->feature_count, 3);
	lineage_close(lineage);
	buffer_fini(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_mistake_is_said_with_its_place),
	    cmocka_unit_test(check_says_every_mistake_in_the_order_of_the_file),
	    cmocka_unit_test(a_file_that_is_not_there_is_missing),
	    cmocka_unit_test(the_canonical_text_is_as_it_was_and_reads_back),
	    cmocka_unit_test(everything_is_read_as_it_is_written),
	    cmocka_unit_test(only_what_it_says_is_its_identity),
	    cmocka_unit_test(the_longest_names_read_back),
	    cmocka_unit_test(a_name_that_does_not_exist_has_a_nearest),
	    cmocka_unit_test(the_documented_example_is_a_lineage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
