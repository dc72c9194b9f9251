/* SPDX-License-Identifier: Apache-2.0 */
/* Every mistake in a source's map is told, with what to write instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "file/file_source.h"
#include "settings.h"

static const struct {
	const char *yaml, *expected; /* line:column sentence, one a line */
} cases[] = {
    {"{name: x, type: file, path: a, format: jsonl, compression: gzip, mapping: {}}", ""},
    {"{path: [a, 'b*', '-'], format: csv, csv: {delimiter: \"\\t\", header: false, lines: 5}}", ""},
    {"{path: a, format: avro}", ""},
    {"{format: jsonl}",
	"1:1 path is missing: a file, a pattern like events/*.jsonl, a list of them, or \"-\" for "
	"standard input\n"},
    {"{path: a}", "1:1 format is missing: jsonl, csv or avro\n"},
    {"{path: [], format: jsonl}", "1:8 path is an empty list: name at least one file\n"},
    {"{path: \"\", format: jsonl}",
	"1:8 path is empty: name a file, a pattern, or \"-\" for standard input\n"},
    {"{path: a, format: josnl}",
	"1:19 format is jsonl, csv or avro, not 'josnl': did you mean 'jsonl'?\n"},
    {"{path: a, format: parquet}", "1:19 format is jsonl, csv or avro, not 'parquet'\n"},
    {"{path: a, format: jsonl, compression: gzp}",
	"1:39 compression is auto, none or gzip, not 'gzp': did you mean 'gzip'?\n"},
    {"{path: a, format: jsonl, csv: {header: true}}",
	"1:31 csv settings, but format is jsonl: set `format: csv` or leave csv out\n"},
    {"{path: a, format: csv, csv: semicolon}",
	"1:29 csv is a map: {delimiter: \",\", header: true}\n"},
    {"path: a\nformat: csv\ncsv:\n  delimiter: ';;'\n  lines: 0\n",
	"4:14 delimiter is one character, as \",\" \";\" \"|\" or \"\\t\", no quote and no line "
	"end\n"
	"5:10 0 is out of range: write a number from 1 to 1000000\n"},
    {"{path: a, format: csv, csv: {delimiter: '\"'}}",
	"1:41 delimiter is one character, as \",\" \";\" \"|\" or \"\\t\", no quote and no line "
	"end\n"},
};

static void
tells_every_mistake(void **state)
{
	size_t i, k;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct yaml_problems problems = {0};
		struct yaml_document *document;
		struct buffer said = {0};
		struct error err = {0};

		if (!yaml_parse("x.yaml", text_of(cases[i].yaml), &document, &err))
			fail_msg("%s", err.text);
		file_source.check("x.yaml", document->root, &problems);
		for (k = 0; k < problems.count; k++)
			buffer_add_format(&said, "%u:%u %s\n", problems.items[k].line,
			    problems.items[k].column, problems.items[k].sentence);
		buffer_add_byte(&said, 0);
		if (strcmp((char *)said.data, cases[i].expected) != 0)
			fail_msg("%s: %s", cases[i].yaml, (char *)said.data);
		buffer_fini(&said);
		yaml_problems_fini(&problems);
		yaml_close(document);
	}
}

static void
suggests_the_key_that_was_meant(void **state)
{
	struct yaml_problems problems = {0};
	struct yaml_document *document;

	assert_true(yaml_parse("x.yaml",
	    TEXT("{path: a, fromat: csv, format: csv, csv: {delimeter: ','}}"), &document, NULL));
	file_source.check("x.yaml", document->root, &problems);
	assert_int_equal(problems.count, 2);
	assert_non_null(strstr(problems.items[0].sentence, "format"));
	assert_non_null(strstr(problems.items[1].sentence, "delimiter"));
	yaml_problems_fini(&problems);
	yaml_close(document);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_every_mistake),
	    cmocka_unit_test(suggests_the_key_that_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
