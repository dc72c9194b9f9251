/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "settings/table.h"

/* Stands for a connector: knows the members of a file source. */
static void
check_file(const char *file, const struct yaml_node *settings, struct yaml_problems *problems)
{
	static const char *const known[] = {
	    "name", "type", "path", "format", "compression", "csv", "mapping", NULL};

	yaml_check_keys(file, settings, known, problems);
	if (!yaml_find(settings, "format"))
		yaml_problem_add(problems, file, settings, "format is missing: jsonl, csv or avro");
}

/* Stands for decode. */
static void
check_mapping(const char *file, const struct yaml_node *mapping, struct yaml_problems *problems)
{
	if (mapping->kind != YAML_MAP)
		yaml_problem_add(problems, file, mapping, "a mapping is a map");
}

static const struct source_type file_type = {.name = "file", .check = check_file};
/* The program has a second type; nothing here is of it. */
static const struct source_type kafka_type = {.name = "kafka", .check = check_file};
static const struct source_type *const types[] = {&file_type, &kafka_type, NULL};

static struct settings *
opened(const char *path, struct yaml_problems *problems)
{
	struct settings_options options = {path, types, check_mapping};
	struct settings *settings = NULL;
	bool good = settings_open(&options, &settings, problems);

	assert_int_equal(good, problems->count == 0);
	return settings;
}

static void
every_default_is_in_force_without_a_file(void **state)
{
	struct settings *settings = settings_default();

	(void)state;
	assert_string_equal(settings->store, "dyetrace-store");
	assert_string_equal(settings->keys, "dyetrace.key");
	assert_null(settings->lineage);
	assert_int_equal(settings->batch_records, 4096);
	assert_int_equal(settings->batch_bytes, 8 << 20);
	assert_int_equal(settings->commit_every_ms, 200);
	assert_int_equal(settings->deflate, SETTINGS_DEFLATE_AUTO);
	assert_int_equal(settings->payload_digest, SETTINGS_PAYLOAD_XXH3);
	assert_int_equal(settings->actors_max, 10000000);
	assert_int_equal(settings->feature_keys_max, 10000000);
	assert_int_equal(settings->checkpoint_every_ms, 3600000);
	settings_close(settings);
}

static void
what_the_file_says_is_in_force(void **state)
{
	struct yaml_problems problems = {0};
	struct settings *settings = opened("good.yaml", &problems);

	(void)state;
	assert_int_equal(problems.count, 0);
	assert_string_equal(settings->store, "/var/lib/dyetrace/store");
	assert_string_equal(settings->org_chart, "people/org chart.csv");
	assert_int_equal(settings->batch_records, 1);
	assert_int_equal(settings->batch_bytes, 65536);
	assert_int_equal(settings->commit_every_ms, 3600000);
	assert_int_equal(settings->deflate, SETTINGS_DEFLATE_ZLIB);
	assert_int_equal(settings->payload_digest, SETTINGS_PAYLOAD_SHA256);
	assert_int_equal(settings->actors_max, 5000000);
	assert_int_equal(settings->wide_entities_max, 12345);
	assert_int_equal(settings->source_count, 2);
	assert_string_equal(settings->sources[1].name, "orders-2");
	assert_int_equal(settings->sources[1].format, FORMAT_CSV);
	assert_ptr_equal(settings->sources[0].type, &file_type);
	assert_int_equal(settings->sources[0].line, 22);
	assert_ptr_equal(settings_source_find(settings, "tickets"), &settings->sources[0]);
	assert_null(settings_source_find(settings, "nothing"));
	settings_close(settings);
}

static void
paths_start_from_the_folder_of_the_file(void **state)
{
	struct yaml_problems problems = {0};
	struct settings *settings = opened("../settings/good.yaml", &problems);

	(void)state;
	assert_string_equal(settings->folder, "../settings");
	assert_string_equal(settings->store, "/var/lib/dyetrace/store");
	assert_string_equal(settings->keys, "../settings/secrets/dyetrace.key");
	settings_close(settings);
}

static struct settings *
parsed(const char *name, const struct buffer *yaml)
{
	struct settings_options options = {name, types, check_mapping};
	struct yaml_problems problems = {0};
	struct settings *settings = NULL;

	if (!settings_parse(&options, buffer_text(yaml), &settings, &problems))
		fail_msg("%u: %s", problems.items[0].line, problems.items[0].sentence);
	return settings;
}

/* Prints the settings, reads that, and prints again. */
static void
assert_round_trip(const struct settings *settings)
{
	struct buffer first = {0}, second = {0};
	struct settings *again;

	settings_print(settings, SETTINGS_ALL, &first);
	again = parsed(settings->file, &first);
	settings_print(again, SETTINGS_ALL, &second);
	assert_true(text_equal(buffer_text(&first), buffer_text(&second)));
	assert_int_equal(again->batch_bytes, settings->batch_bytes);
	assert_int_equal(again->checkpoint_every_ms, settings->checkpoint_every_ms);
	assert_string_equal(again->keys, settings->keys);
	assert_int_equal(again->source_count, settings->source_count);
	settings_close(again);
	buffer_fini(&first);
	buffer_fini(&second);
}

static void
settings_print_themselves_and_read_back(void **state)
{
	struct yaml_problems problems = {0};
	struct settings *settings = opened("good.yaml", &problems);
	struct buffer out = {0}, expected = {0};

	(void)state;
	settings_print(settings, SETTINGS_ALL, &out);
	assert_true(file_read("good.printed", 1 << 20, &expected, NULL));
	buffer_add_byte(&out, 0);
	buffer_add_byte(&expected, 0);
	assert_string_equal((char *)out.data, (char *)expected.data);
	assert_round_trip(settings);
	settings_close(settings);
	buffer_fini(&out);
	buffer_fini(&expected);
}

static void
what_facts_depend_on_leaves_batches_and_paths_out(void **state)
{
	struct settings *settings = settings_default();
	struct buffer out = {0};

	(void)state;
	settings_print(settings, SETTINGS_FACTS, &out);
	buffer_add_byte(&out, 0);
	assert_string_equal((char *)out.data,
	    "ledger:\n  payload-digest: xxh3\nlimits:\n  record: 16M\n  changes: 512\n  actors: "
	    "10M\n  wide-entities: 2M\n  feature-keys: 10M\n"
	    "sources: []\n");
	settings_close(settings);
	buffer_fini(&out);
}

static void
the_template_says_the_defaults(void **state)
{
	struct settings *settings, *plain = settings_default();
	struct buffer out = {0};
	const struct setting *row;

	(void)state;
	settings_template(&out);
	settings = parsed("folder/template.yaml", &out);
	assert_round_trip(settings);
	assert_int_equal(settings->source_count, 1);
	for (row = settings_table; row->path; row++) {
		struct buffer said = {0}, meant = {0};
		struct text sentence = text_of(row->help);

		if (row->kind != SETTING_PATH && setting_print(row, settings, &said) &&
		    setting_print(row, plain, &meant))
			assert_true(text_equal(buffer_text(&said), buffer_text(&meant)));
		/* Its explanation stands there, at least its beginning. */
		assert_non_null(memmem(
		    out.data, out.size, sentence.data, sentence.size < 20 ? sentence.size : 20));
		buffer_fini(&said);
		buffer_fini(&meant);
	}
	settings_close(settings);
	settings_close(plain);
	buffer_fini(&out);
}

static const char *const broken[] = {"alias_pattern", "anchor", "duplicate_key", "empty", "gzip",
    "indentation", "latin1", "list", "no_sources", "out_of_range", "sources", "sources_scalar",
    "tab", "two_documents", "type_misspelt", "unclosed_quote", "unknown_keys", "windows_path",
    "wrong_types", "missing"};

/* NAME.problems holds what is to be said of NAME.yaml, a line each. */
static int
compare(const char *name)
{
	struct yaml_problems problems = {0};
	struct buffer said = {0}, expected = {0};
	char path[128], line[2048];
	struct settings *settings;
	bool same;
	size_t i;

	snprintf(path, sizeof(path), "%s.yaml", name);
	settings = opened(path, &problems);
	assert_true(problems.count > 0);
	for (i = 0; i < problems.count; i++)
		buffer_add_format(
		    &said, "%s\n", yaml_problem_text(&problems.items[i], line, sizeof(line)));
	snprintf(path, sizeof(path), "%s.problems", name);
	same = file_read(path, 1 << 20, &expected, NULL) &&
	    text_equal(buffer_text(&said), buffer_text(&expected));
	if (!same)
		printf("--- %s says\n%.*s", name, TEXT_PRINT(buffer_text(&said)));
	settings_close(settings);
	yaml_problems_fini(&problems);
	buffer_fini(&said);
	buffer_fini(&expected);
	return !same;
}

static void
every_mistake_is_said_with_its_place_and_remedy(void **state)
{
	size_t i;
	int bad = 0;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(broken); i++)
		bad += compare(broken[i]);
	assert_int_equal(bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_default_is_in_force_without_a_file),
	    cmocka_unit_test(what_the_file_says_is_in_force),
	    cmocka_unit_test(paths_start_from_the_folder_of_the_file),
	    cmocka_unit_test(settings_print_themselves_and_read_back),
	    cmocka_unit_test(what_facts_depend_on_leaves_batches_and_paths_out),
	    cmocka_unit_test(the_template_says_the_defaults),
	    cmocka_unit_test(every_mistake_is_said_with_its_place_and_remedy),
	};

	if (chdir(TEST_FIXTURES "/settings") != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
