/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/yaml.h"

static const struct {
	const char *yaml;
	const char *sentence;
} refused[] = {
    {"a: &x 1\n",
	"f:1:4: an anchor (&name) is not allowed: remove it, or put text that begins with & in "
	"quotes"},
    {"a: &x [1]\n",
	"f:1:4: an anchor (&name) is not allowed: remove it, or put text that begins with & in "
	"quotes"},
    {"&x a: 1\n",
	"f:1:1: an anchor (&name) is not allowed: remove it, or put text that begins with & in "
	"quotes"},
    {"a: 1\nb: *x\n",
	"f:2:4: an alias (*name) is not allowed: write the value again, or put text that begins "
	"with * in quotes"},
    {"path: *.jsonl\n", "f:1:7: text that begins with * needs quotes: write \"*…\""},
    {"a: !!int 5\n",
	"f:1:4: a tag (!name) is not allowed: remove it, or put text that begins with ! in quotes"},
    {"a: !mine {b: 1}\n",
	"f:1:4: a tag (!name) is not allowed: remove it, or put text that begins with ! in quotes"},
    {"a:\n  <<: {b: 1}\n", "f:2:3: a merge key (<<) is not allowed: write the members out"},
    {"a: 1\n\tb: 2\n", "f:2:1: a tab in the indentation: use spaces"},
    {"a:\n  \tb: 2\n", "f:2:3: a tab in the indentation: use spaces"},
    {"store: a\nkeys: b\nstore: c\n",
	"f:3:1: `store` is already set in line 1: keep one of the two"},
    {"a: {b: 1, c: 2, b: 3}\n", "f:1:17: `b` is already set in line 1: keep one of the two"},
    {"a: 1\n---\nb: 2\n",
	"f:2:1: a second document is not allowed: remove what follows `---`, or use another file"},
    {"%YAML 1.1\n---\na: 1\n", "f:1:1: a directive (%YAML, %TAG) is not allowed: remove the line"},
    {"? [a, b]\n: 1\n", "f:1:3: a list or map as a key is not allowed: a key is text"},
    {"?\n: 1\n", "f:1:2: a key is missing: write `key: value`"},
    {"a: \"x\\0y\"\n", "f:1:4: a NUL character in text is not allowed: remove the \\0"},
    {"a: b: c\n",
	"f:1:5: a `:` where no key can stand: put text with a colon in quotes, or check the "
	"indentation"},
    {"a: 1\nb\nc: 2\n", "f:2:1: a key without `:`: write `key: value`"},
    {"a: \"open\nb: 2\n", "f:1:4: a quote that is never closed: add the closing quote"},
    {"a: \"C:\\data\"\n",
	"f:1:7: a backslash that begins no escape: use single quotes for text with backslashes"},
    {"a: @b\n",
	"f:1:4: a character that cannot begin a value (@, `, % or a tab): put the text in quotes"},
    {"a:\n  b: 1\n c: 2\n",
	"f:3:2: the indentation does not fit: members of one map begin in the same column"},
    {"a: [1, 2\nb: 3\n",
	"f:1:4: a `[` list that is not well closed: separate items by `,` and end with `]`"},
    {"a: {b: 1\n",
	"f:1:4: a `{` map that is not well closed: separate members by `,` and end with `}`"},
    {"a: \xff\n", "f:1:4: bytes that are not UTF-8: save the file as UTF-8"},
    {"gr\xc3\xbc\xc3\x9f: \xc3\n", "f:1:7: bytes that are not UTF-8: save the file as UTF-8"},
    {"a: b\x01\n", "f:1:5: a control character: this is no text file, or the character must go"},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	"f:1:34: nested deeper than 32 levels: flatten it"},
};

static void
what_is_not_allowed_is_named_with_its_place(void **state)
{
	size_t i;
	int bad = 0;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(refused); i++) {
		struct yaml_document *document = NULL;
		struct error err = {0};

		assert_false(yaml_parse("f", text_of(refused[i].yaml), &document, &err));
		if (!text_is(text_of(err.text), refused[i].sentence))
			bad += printf("%s=> %s\n", refused[i].yaml, err.text) > 0;
		assert_int_equal(err.kind, ERROR_MALFORMED);
		assert_null(document);
	}
	assert_int_equal(bad, 0);
}

static struct yaml_document *
parsed(const char *yaml)
{
	struct yaml_document *document = NULL;
	struct error err = {0};

	if (!yaml_parse("f", text_of(yaml), &document, &err))
		fail_msg("%s", err.text);
	return document;
}

static void
a_tree_knows_lines_and_columns(void **state)
{
	struct yaml_document *document = parsed("\xef\xbb\xbfstore: x # said\n"
						"sources:\n"
						"  - name: 't 1'\n"
						"    csv: {delimiter: \";\", header: true}\n"
						"  -\n");
	const struct yaml_node *sources = yaml_find(document->root, "sources"), *csv;

	(void)state;
	assert_int_equal(document->root->kind, YAML_MAP);
	assert_int_equal(document->root->count, 2);
	assert_string_equal(yaml_find(document->root, "store")->text.data, "x");
	assert_int_equal(yaml_find(document->root, "store")->column, 8);
	assert_int_equal(sources->kind, YAML_LIST);
	assert_int_equal(sources->count, 2);
	assert_true(yaml_is_null(sources->items[1]));
	assert_true(yaml_find(sources->items[0], "name")->quoted);
	assert_string_equal(yaml_find(sources->items[0], "name")->text.data, "t 1");
	csv = yaml_find(sources->items[0], "csv");
	assert_int_equal(csv->line, 4);
	assert_int_equal(csv->members[1].line, 4);
	assert_int_equal(csv->members[1].column, 27);
	assert_null(yaml_find(csv, "nothing"));
	assert_null(yaml_find(sources, "name"));
	assert_null(yaml_find(NULL, "name"));
	yaml_close(document);
}

static void
an_empty_file_is_an_empty_tree(void **state)
{
	static const char *const empty[] = {"", "# only a remark\n", "\n\n", "---\n", "---\n...\n"};
	struct yaml_document *document;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(empty); i++) {
		document = parsed(empty[i]);
		assert_true(!document->root || yaml_is_null(document->root));
		yaml_close(document);
	}
	assert_true(yaml_parse("f", TEXT_NONE, &document, NULL));
	yaml_close(document);
}

static void
size_and_number_of_values_are_bounded(void **state)
{
	struct yaml_document *document = NULL;
	struct buffer many = {0};
	struct error err = {0};
	int i;

	(void)state;
	for (i = 0; i < YAML_NODES_MAX; i++)
		buffer_add_text(&many, TEXT("- 1\n"));
	assert_false(yaml_parse("f", buffer_text(&many), &document, &err));
	assert_string_equal(err.text, "f:200000:3: more than 200000 values in one file: divide it");
	while (many.size <= YAML_BYTES_MAX)
		buffer_add_text(&many, TEXT("- 1\n"));
	assert_false(yaml_parse("f", buffer_text(&many), &document, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_string_equal(err.text, "f: longer than 4194304 bytes: divide it");
	buffer_fini(&many);
}

static void
a_missing_file_is_said(void **state)
{
	struct yaml_document *document = NULL;
	struct error err = {0};

	(void)state;
	assert_false(yaml_open(TEST_FIXTURES "/no-such.yaml", &document, &err));
	assert_int_equal(err.kind, ERROR_MISSING);
}

enum look {
	LOOK_TEXT,
	LOOK_LONG,
	LOOK_DOUBLE,
	LOOK_BOOLEAN,
	LOOK_SIZE,
	LOOK_DURATION,
	LOOK_TIME
};

static const struct {
	enum look look;
	const char *yaml;
	double value;         /* where it holds */
	const char *sentence; /* else */
} looks[] = {
    {LOOK_LONG, "42", 42, NULL},
    {LOOK_LONG, "-3", -3, NULL},
    {LOOK_LONG, "101", 0, "101 is out of range: write a number from -5 to 100"},
    {LOOK_LONG, "\"42\"", 0, "`42` stands where a whole number without quotes is expected"},
    {LOOK_LONG, "4.0", 0, "`4.0` stands where a whole number without quotes is expected"},
    {LOOK_LONG, "0x10", 0, "`0x10` stands where a whole number without quotes is expected"},
    {LOOK_LONG, "99999999999999999999", 0,
	"`99999999999999999999` stands where a whole number without quotes is expected"},
    {LOOK_LONG, "[1]", 0, "a list stands where a whole number without quotes is expected"},
    {LOOK_LONG, "", 0,
	"nothing stands where a whole number without quotes is expected: write it, or remove the "
	"key"},
    {LOOK_DOUBLE, "-1.5e3", -1500, NULL},
    {LOOK_DOUBLE, "7", 7, NULL},
    {LOOK_DOUBLE, ".nan", 0, "`.nan` stands where a finite number without quotes is expected"},
    {LOOK_DOUBLE, "nan", 0, "`nan` stands where a finite number without quotes is expected"},
    {LOOK_DOUBLE, "1e999", 0, "`1e999` stands where a finite number without quotes is expected"},
    {LOOK_DOUBLE, "0x1p3", 0, "`0x1p3` stands where a finite number without quotes is expected"},
    {LOOK_BOOLEAN, "true", 1, NULL},
    {LOOK_BOOLEAN, "false", 0, NULL},
    {LOOK_BOOLEAN, "yes", 0, "`yes` stands where true or false is expected"},
    {LOOK_BOOLEAN, "\"true\"", 0, "`true` stands where true or false is expected"},
    {LOOK_SIZE, "64k", 65536, NULL},
    {LOOK_SIZE, "16M", 16777216, NULL},
    {LOOK_SIZE, "1G", 1073741824, NULL},
    {LOOK_SIZE, "512", 512, NULL},
    {LOOK_SIZE, "-1", 0, "`-1` stands where a size such as 64k, 16M or 1G is expected"},
    {LOOK_SIZE, "16MB", 0, "`16MB` stands where a size such as 64k, 16M or 1G is expected"},
    {LOOK_SIZE, "9999999999T", 0,
	"`9999999999T` stands where a size such as 64k, 16M or 1G is expected"},
    {LOOK_SIZE, "M", 0, "`M` stands where a size such as 64k, 16M or 1G is expected"},
    {LOOK_DURATION, "200ms", 200, NULL},
    {LOOK_DURATION, "7d", 604800000, NULL},
    {LOOK_DURATION, "7 days", 0,
	"`7 days` stands where a duration such as 200ms, 90s, 15m, 36h, 7d or 2w is expected"},
    {LOOK_DURATION, "[]", 0, "a duration such as 200ms, 90s, 15m, 36h, 7d or 2w is expected"},
    {LOOK_TIME, "2016-02-29", 1456704000000, NULL},
    {LOOK_TIME, "", 0, "a time such as 2016-02-29 or 2016-02-29T01:23:00Z is expected"},
    {LOOK_TEXT, "abc", 3, NULL},
    {LOOK_TEXT, "\"\"", 0, NULL},
    {LOOK_TEXT, "null", 0, "nothing stands where text is expected: write it, or remove the key"},
    {LOOK_TEXT, "{a: 1}", 0, "a map stands where text is expected"},
};

static bool
look(enum look look, const struct yaml_node *node, double *value, struct yaml_problems *problems)
{
	struct text text = TEXT_NONE;
	int64_t number = 0;
	bool flag = false, held = false;

	switch (look) {
	case LOOK_TEXT:
		held = yaml_text("f", node, &text, problems);
		number = (int64_t)text.size;
		break;
	case LOOK_LONG:
		held = yaml_long("f", node, -5, 100, &number, problems);
		break;
	case LOOK_DOUBLE:
		return yaml_double("f", node, value, problems);
	case LOOK_BOOLEAN:
		held = yaml_boolean("f", node, &flag, problems);
		number = flag;
		break;
	case LOOK_SIZE:
		held = yaml_size("f", node, &number, problems);
		break;
	case LOOK_DURATION:
		held = yaml_duration("f", node, &number, problems);
		break;
	case LOOK_TIME:
		held = yaml_time("f", node, &number, problems);
		break;
	}
	*value = (double)number;
	return held;
}

static void
a_scalar_is_read_as_a_type_or_the_type_is_named(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(looks); i++) {
		struct yaml_problems problems = {0};
		struct yaml_document *document;
		char yaml[128];
		double value = 0;

		snprintf(yaml, sizeof(yaml), "a: %s\n", looks[i].yaml);
		document = parsed(yaml);
		if (look(looks[i].look, yaml_find(document->root, "a"), &value, &problems)) {
			assert_null(looks[i].sentence);
			assert_true(value == looks[i].value);
			assert_int_equal(problems.count, 0);
		} else {
			assert_non_null(looks[i].sentence);
			assert_int_equal(problems.count, 1);
			assert_string_equal(problems.items[0].sentence, looks[i].sentence);
			assert_int_equal(problems.items[0].line, 1);
		}
		yaml_problems_fini(&problems);
		yaml_close(document);
	}
}

static void
an_absent_node_is_no_problem(void **state)
{
	struct yaml_problems problems = {0};
	struct text text;
	int64_t number;

	(void)state;
	assert_false(yaml_text("f", NULL, &text, &problems));
	assert_false(yaml_long("f", NULL, 0, 1, &number, &problems));
	assert_int_equal(problems.count, 0);
}

static void
unknown_keys_are_problems_with_a_suggestion(void **state)
{
	static const char *const known[] = {"store", "sources", NULL};
	struct yaml_document *document = parsed("stroe: x\nsources: []\ncolour: red\n");
	struct yaml_problems problems = {0};
	struct error err = {0};
	char shown[256];

	(void)state;
	assert_true(yaml_problems_check(&problems, &err));
	yaml_check_keys("f", document->root, known, &problems);
	assert_int_equal(problems.count, 2);
	assert_string_equal(yaml_problem_text(&problems.items[0], shown, sizeof(shown)),
	    "f:1:1: `stroe` is not known here: did you mean `store`?");
	assert_string_equal(yaml_problem_text(&problems.items[1], shown, sizeof(shown)),
	    "f:3:1: `colour` is not known here: remove it, or use one of `store`, `sources`");
	assert_false(yaml_problems_check(&problems, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_string_equal(
	    err.text, "f:1:1: `stroe` is not known here: did you mean `store`? (and 1 more)");
	yaml_problems_fini(&problems);
	yaml_close(document);
}

static void
an_error_becomes_a_problem_with_its_place(void **state)
{
	struct yaml_problems problems = {0};
	struct error err = {0};

	(void)state;
	error_set(&err, ERROR_MALFORMED, "a/f.yaml:12:3: something: 4:5: else");
	yaml_problem_add_error(&problems, "a/f.yaml", &err);
	assert_int_equal(problems.items[0].line, 12);
	assert_int_equal(problems.items[0].column, 3);
	assert_string_equal(problems.items[0].sentence, "something: 4:5: else");
	error_set(&err, ERROR_MISSING, "a/f.yaml: No such file");
	yaml_problem_add_error(&problems, "a/f.yaml", &err);
	assert_int_equal(problems.items[1].line, 0);
	assert_string_equal(problems.items[1].sentence, "No such file");
	yaml_problems_fini(&problems);
}

static void
a_tree_is_written_so_that_it_reads_back(void **state)
{
	static const struct {
		const char *yaml, *written;
	} cases[] = {
	    {"a: 1\n", "a: 1\n"},
	    {"a: \"1\"\n", "a: \"1\"\n"},
	    {"a: ~\nb:\nc: ''\n", "a: ~\nb:\nc: \"\"\n"},
	    {"a: [1, [2, 3], {b: c, d: []}, {}]\n",
		"a:\n  - 1\n  - - 2\n    - 3\n  - b: c\n    d: []\n  - {}\n"},
	    {"'a: b': -5\n\"#\": x # y\n", "\"a: b\": -5\n\"#\": x\n"},
	    {"a: |\n  two\n  lines\n", "a: \"two\\nlines\\n\"\n"},
	    {"a: '%d/%m/%Y'\nb: \"\\u2028\\x85 \\\\\"\n",
		"a: \"%d/%m/%Y\"\nb: \"\\u2028\\x85 \\\\\"\n"},
	    {"[]\n", "[]\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct yaml_document *document = parsed(cases[i].yaml);
		struct buffer out = {0};

		yaml_write(document->root, 0, &out);
		buffer_add_byte(&out, 0);
		assert_string_equal((char *)out.data, cases[i].written);
		yaml_close(document);
		document = parsed((char *)out.data);
		out.size = 0;
		yaml_write(document->root, 0, &out);
		assert_true(text_is(buffer_text(&out), cases[i].written));
		yaml_close(document);
		buffer_fini(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_not_allowed_is_named_with_its_place),
	    cmocka_unit_test(a_tree_knows_lines_and_columns),
	    cmocka_unit_test(an_empty_file_is_an_empty_tree),
	    cmocka_unit_test(size_and_number_of_values_are_bounded),
	    cmocka_unit_test(a_missing_file_is_said),
	    cmocka_unit_test(a_scalar_is_read_as_a_type_or_the_type_is_named),
	    cmocka_unit_test(an_absent_node_is_no_problem),
	    cmocka_unit_test(unknown_keys_are_problems_with_a_suggestion),
	    cmocka_unit_test(a_tree_is_written_so_that_it_reads_back),
	    cmocka_unit_test(an_error_becomes_a_problem_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
