/* SPDX-License-Identifier: Apache-2.0 */
/* Mistakes in a mapping, each with its place and what to do. */
#include "decode/decoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/buffer.h"

#define NEEDED "dataset: {value: d}\ntime: t\n"

static const struct {
	const char *mapping;
	const char *expected; /* all problems, a line each; "" when there is none */
} cases[] = {
    {NEEDED, ""},
    {("dataset: d\ntime: {field: t, format: iso8601, zone: UTC}\nid: {field: id, keep: hash, "
      "default: x}\n"
      "actor: {template: \"{a}@{b}\", map: {a: b, c: ~}}\nentity: e\nop: {value: x}\n"
      "changes: {wide: all, except: [x, y], empty: null}\nwhere: [{field: a, is: [b, 1, null]}, "
      "{field: c, is: d}]\n"),
	""},
    {NEEDED "changes: {new: [a], old-prefix: before., new-prefix: after.}\n", ""},
    {"id: id\n",
	("dyetrace.yaml:1:1: the mapping needs `time`: when it happened, e.g. `time: {field: "
	 "changed_at, format: "
	 "iso8601}`\n"
	 "dyetrace.yaml:1:1: the mapping needs `dataset`: what the events belong to, e.g. "
	 "`dataset: {value: "
	 "crm.ticket}`\n")},
    {"[a]\n",
	"dyetrace.yaml:1:1: a source needs a `mapping`: where an event's time, dataset, actor and "
	"changes are\n"},
    {NEEDED "actr: x\n", "dyetrace.yaml:3:1: `actr` is not known here: did you mean `actor`?\n"},
    {NEEDED "actor:\n",
	"dyetrace.yaml:3:7: nothing stands where text is expected: write it, or remove the key\n"},
    {NEEDED "actor: \"\"\n", "dyetrace.yaml:3:8: a text of 1 to 1024 bytes is expected\n"},
    {NEEDED "actor: [a]\n", "dyetrace.yaml:3:8: a list stands where text is expected\n"},
    {NEEDED "team: {feild: a}\n",
	("dyetrace.yaml:3:8: `feild` is not known here: did you mean `field`?\n"
	 "dyetrace.yaml:3:7: `team` needs one of `field`, `value` and `template`\n")},
    {NEEDED "team: {field: a, value: b}\n",
	"dyetrace.yaml:3:25: `team` has both `field` and `value`: keep one\n"},
    {NEEDED "team: {field: a, keep: hash}\n",
	"dyetrace.yaml:3:18: `keep` is not known here: remove it, or use one of `field`, `value`, "
	"`template`, `default`, `map`\n"},
    {NEEDED "id: {field: a, keep: secret}\n",
	"dyetrace.yaml:3:22: `keep` can only be `hash`; without it the text is kept as it is\n"},
    {NEEDED "team: {field: a, default: \"\"}\n",
	"dyetrace.yaml:3:27: a text of 1 to 1024 bytes is expected\n"},
    {NEEDED "team: {field: a, map: [a]}\n",
	"dyetrace.yaml:3:23: `map` is a map from what the source writes to what is meant: {from: "
	"to}\n"},
    {NEEDED "team: {field: a, map: {b: [c]}}\n",
	"dyetrace.yaml:3:27: a list stands where text is expected\n"},
    {NEEDED "entity: {template: \"a\"}\n",
	"dyetrace.yaml:3:20: a template without a {field} is always the same: use `value`\n"},
    {NEEDED "entity: {template: \"a/{b\"}\n",
	"dyetrace.yaml:3:20: braces that do not hold a field's name: write {number}, or {{ and }} "
	"for braces\n"},
    {NEEDED "entity: {template: \"a}/{b}\"}\n",
	"dyetrace.yaml:3:20: braces that do not hold a field's name: write {number}, or {{ and }} "
	"for braces\n"},
    {NEEDED "entity: {template: \"{}\"}\n",
	"dyetrace.yaml:3:20: braces that do not hold a field's name: write {number}, or {{ and }} "
	"for braces\n"},
    /* times */
    {"dataset: d\ntime: {format: iso8601}\n", "dyetrace.yaml:2:7: `time` needs `field`\n"},
    {"dataset: d\ntime: {field: t, format: iso8606}\n",
	"dyetrace.yaml:2:26: `iso8606` is no format of times: did you mean `iso8601`?\n"},
    {"dataset: d\ntime: {field: t, format: rfc}\n",
	("dyetrace.yaml:2:26: `rfc` is no format of times: use iso8601, unix-s, unix-ms, unix-us "
	 "or a pattern such as "
	 "\"%d/%m/%Y %H:%M\"\n")},
    {"dataset: d\ntime: {field: t, format: \"%d/%m %H:%M\"}\n",
	"dyetrace.yaml:2:26: the pattern needs a year: either %Y or %y\n"},
    {"dataset: d\ntime: {field: t, format: \"%Y-%m-%d %I\"}\n",
	"dyetrace.yaml:2:26: the pattern has %I; known are %Y %y %m %b %d %H %M %S %f %z %%\n"},
    {"dataset: d\ntime: {field: t, zone: Europe/Rome}\n",
	("dyetrace.yaml:2:24: `zone` is UTC or an offset such as \"+01:00\"; zones with summer "
	 "time are not known here\n")},
    {"dataset: d\ntime: {field: t, default: 0}\n",
	"dyetrace.yaml:2:18: `default` is not known here: remove it, or use one of `field`, "
	"`format`, `zone`\n"},
    /* changes */
    {NEEDED "changes: list\n",
	"dyetrace.yaml:3:10: `changes` needs one of `list: FIELD`, `wide: [COLUMNS]` and `new: "
	"[COLUMNS]`\n"},
    {NEEDED "changes: {list: a, new: [b]}\n",
	"dyetrace.yaml:3:10: `changes` needs one of `list: FIELD`, `wide: [COLUMNS]` and `new: "
	"[COLUMNS]`\n"},
    {NEEDED "changes: {list: [a]}\n", "dyetrace.yaml:3:17: a list stands where text is expected\n"},
    {NEEDED "changes: {list: a, empty: null}\n",
	"dyetrace.yaml:3:27: `empty` does not go with `list`\n"},
    {NEEDED "changes: {wide: [a, b]}\n",
	"dyetrace.yaml:3:10: `wide` compares a row with the last one of its entity: the mapping "
	"needs `entity`\n"},
    {NEEDED "entity: e\nchanges: {wide: some}\n",
	"dyetrace.yaml:4:17: `wide` is a list of columns, or `all` of those that the mapping does "
	"not name\n"},
    {NEEDED "entity: e\nchanges: {wide: [a, b, a]}\n",
	"dyetrace.yaml:4:24: `a` is in the list twice\n"},
    {NEEDED "entity: e\nchanges: {wide: [a], except: [b]}\n",
	"dyetrace.yaml:4:30: `except` goes with `wide: all` only\n"},
    {NEEDED "entity: e\nchanges: {wide: all, old-prefix: b}\n",
	"dyetrace.yaml:4:34: `old-prefix` does not go with `wide`\n"},
    {NEEDED "entity: e\nchanges: {wide: all, empty: nothing}\n",
	"dyetrace.yaml:4:29: `empty` is `absent` (an empty cell says nothing) or `null` (it is a "
	"value)\n"},
    {NEEDED "changes: {new: []}\n", "dyetrace.yaml:3:16: `new` is a list of names: [a, b]\n"},
    {NEEDED "changes: {new: [a], old-prefix: x, new-prefix: x}\n",
	"dyetrace.yaml:3:33: old and new values cannot have the same prefix\n"},
    {NEEDED "changes: {news: [a]}\n",
	("dyetrace.yaml:3:11: `news` is not known here: did you mean `new`?\n"
	 "dyetrace.yaml:3:10: `changes` needs one of `list: FIELD`, `wide: [COLUMNS]` and "
	 "`new: [COLUMNS]`\n")},
    /* where */
    {NEEDED "where: {field: a, is: b}\n",
	"dyetrace.yaml:3:8: `where` is a list of conditions: [{field: status, is: [complete]}]\n"},
    {NEEDED "where: [{field: a}]\n",
	"dyetrace.yaml:3:9: a condition has a `field` and what it `is`: {field: status, is: "
	"[complete]}\n"},
    {NEEDED "where: [{field: a, is: []}]\n",
	"dyetrace.yaml:3:24: an empty `is` holds for nothing: name the values that count\n"},
    {NEEDED "where: [{field: a, is: [b], not: [c]}]\n",
	"dyetrace.yaml:3:29: `not` is not known here: remove it, or use one of `field`, `is`\n"},
    /* beside the record */
    {NEEDED "id: $key\nactor: $header.user\nentity: {template: \"{$topic}/{$header.a.b}\"}\n", ""},
    {NEEDED "id: $keys\n", "dyetrace.yaml:3:5: `$keys` is not known here: did you mean `$key`?\n"},
    {NEEDED "id: $header\n",
	"dyetrace.yaml:3:5: `$header` names no header: write `$header.NAME`\n"},
    {NEEDED "id: $header.\n",
	"dyetrace.yaml:3:5: `$header.` names no header: write `$header.NAME`\n"},
    {NEEDED "id: {template: \"a/{$partition}\"}\n",
	("dyetrace.yaml:3:16: `$partition` is not known here: beside the record there are `$key`, "
	 "`$timestamp`, `$topic` and `$header.NAME`\n")},
    /* envelopes */
    {"envelope: debezium\n", ""},
    {"envelope: debezium\nactor: after.updated_by\nteam: before.team\nid: "
     "transaction.id\nsystem: source.name\nop: op\ntime: {field: ts_ms, format: unix-ms}\n"
     "changes: {columns: all, except: [mail]}\n",
	""},
    {"envelope: cloudevents\ndataset: type\nactor: data.user\nteam: dept\nentity: subject\n"
     "changes: {wide: [data.a, data.b]}\n",
	""},
    {"envelope: debezum\n" NEEDED,
	"dyetrace.yaml:1:11: `debezum` is no envelope: did you mean `debezium`?\n"},
    {"envelope: debezum\n",
	"dyetrace.yaml:1:11: `debezum` is no envelope: did you mean `debezium`?\n"},
    {"envelope: avro\n" NEEDED,
	("dyetrace.yaml:1:11: `avro` is no envelope: use `debezium` or `cloudevents`, or leave it "
	 "out\n")},
    {"envelope: debezium\nactor: updated_by\n",
	("dyetrace.yaml:2:8: `updated_by` is not in a change event: a column is "
	 "`after.updated_by`; others begin with before, source or transaction\n")},
    {"envelope: debezium\nactor: afer.updated_by\n",
	("dyetrace.yaml:2:8: `afer.updated_by` is not in a change event: did you mean "
	 "`after.updated_by`?\n")},
    {"envelope: debezium\nactor: payload.after.by\n",
	("dyetrace.yaml:2:8: `payload.after.by`: leave `payload.` out, a change event is found "
	 "with it and without\n")},
    {"envelope: debezium\nactor: after\nid: transaction\n",
	("dyetrace.yaml:3:5: `transaction` is no single value: name a member of it, such as "
	 "`transaction.id`\n"
	 "dyetrace.yaml:2:8: `after` is no single value: name a column of it, such as "
	 "`after.updated_by`\n")},
    {"envelope: debezium\nactor: op.x\n",
	("dyetrace.yaml:2:8: `op.x` is not in a change event: a column is `after.NAME`; others "
	 "begin with before, source or transaction\n")},
    {"envelope: debezium\nchanges: {new: [after.a]}\n",
	("dyetrace.yaml:2:10: `changes` of Debezium's events are `columns: [COLUMNS]` or "
	 "`columns: all`\n")},
    {"envelope: debezium\nchanges: {columns: some}\n",
	("dyetrace.yaml:2:20: `columns` is a list of columns, or `all` of those that the mapping "
	 "does not name\n")},
    {"envelope: debezium\nchanges: {columns: [a, b, a], except: [c]}\n",
	("dyetrace.yaml:2:27: `a` is in the list twice\n"
	 "dyetrace.yaml:2:39: `except` goes with `columns: all` only\n")},
    {NEEDED "changes: {columns: [a]}\n",
	"dyetrace.yaml:3:10: `columns` goes with `envelope: debezium` only\n"},
    {"envelope: cloudevents\n",
	("dyetrace.yaml:1:1: the mapping needs `dataset`: what the events belong to, e.g. "
	 "`dataset: {value: crm.ticket}`\n")},
    {"envelope: cloudevents\ndataset: type\nactor: user_id\nteam: ce_dept\nid: data_base64\n",
	("dyetrace.yaml:5:5: `data_base64` is read as `data`: name what is in it, `data.NAME`\n"
	 "dyetrace.yaml:3:8: `user_id` is no attribute of a CloudEvent (small letters and "
	 "digits): did you mean `data.user_id`?\n"
	 "dyetrace.yaml:4:7: `ce_dept` is not known here: did you mean `dept`? Attributes are "
	 "named without `ce_`\n")},
    {"envelope: cloudevents\ndataset: type\nchanges: {list: changes}\n",
	("dyetrace.yaml:3:17: a CloudEvent's changes are in its data: `list: data.NAME`\n")},
    {"envelope: cloudevents\ndataset: type\nentity: subject\nchanges: {wide: all}\n",
	"dyetrace.yaml:4:17: `wide` is a list of columns in an envelope: [data.a, data.b]\n"},
    /* all at once */
    {"time: {field: t, zone: X}\nteam: {}\nwhere: 5\n",
	("dyetrace.yaml:1:24: `zone` is UTC or an offset such as \"+01:00\"; zones with summer "
	 "time are not known here\n"
	 "dyetrace.yaml:1:1: the mapping needs `dataset`: what the events belong to, e.g. "
	 "`dataset: {value: crm.ticket}`\n"
	 "dyetrace.yaml:2:7: `team` needs one of `field`, `value` and `template`\n"
	 "dyetrace.yaml:3:8: `where` is a list of conditions: [{field: status, is: "
	 "[complete]}]\n")},
};

static void
mistakes_are_pointed_at(void **state)
{
	size_t i, j;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct yaml_problems problems = {0};
		struct yaml_document *document;
		struct buffer shown = {0};
		struct error err = {0};
		char line[1024];

		if (!yaml_parse("dyetrace.yaml", text_of(cases[i].mapping), &document, &err))
			fail_msg("%s", err.text);
		mapping_check("dyetrace.yaml", document->root, &problems);
		for (j = 0; j < problems.count; j++)
			buffer_add_format(&shown, "%s\n",
			    yaml_problem_text(&problems.items[j], line, sizeof(line)));
		buffer_add_byte(&shown, '\0');
		assert_string_equal((char *)shown.data, cases[i].expected);
		buffer_fini(&shown);
		yaml_problems_fini(&problems);
		yaml_close(document);
	}
}

static void
a_missing_mapping_is_a_mistake(void **state)
{
	struct yaml_problems problems = {0};

	mapping_check("dyetrace.yaml", NULL, &problems);
	assert_int_equal(problems.count, 1);
	yaml_problems_fini(&problems);
}

static void
a_decoder_refuses_them(void **state)
{
	struct decoder_options options = {.settings_file = "dyetrace.yaml", .format = FORMAT_CSV};
	struct yaml_document *document;
	struct decoder *decoder;
	struct error err = {0};

	assert_true(
	    yaml_parse("dyetrace.yaml", TEXT(NEEDED "changes: {list: a}\n"), &document, &err));
	options.mapping = document->root;
	assert_false(decoder_open(&options, &decoder, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_string_equal(err.text,
	    "dyetrace.yaml:3:10: a CSV row has no list of changes: use `wide: [COLUMNS]` or `new: "
	    "[COLUMNS]`");
	yaml_close(document);
	assert_true(yaml_parse("dyetrace.yaml", TEXT("envelope: debezium\n"), &document, &err));
	options.mapping = document->root;
	assert_false(decoder_open(&options, &decoder, &err));
	assert_string_equal(err.text, "dyetrace.yaml:1:11: a CSV row is in no envelope: remove it");
	yaml_close(document);
	options.mapping = NULL;
	assert_false(decoder_open(&options, &decoder, &err));
	assert_string_equal(err.text,
	    "dyetrace.yaml: a source needs a `mapping`: where an event's time, dataset, actor and "
	    "changes are");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mistakes_are_pointed_at),
	    cmocka_unit_test(a_missing_mapping_is_a_mistake),
	    cmocka_unit_test(a_decoder_refuses_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
