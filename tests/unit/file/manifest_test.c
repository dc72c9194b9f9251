/* SPDX-License-Identifier: Apache-2.0 */
/* connectors/file/connector.yaml says what settings.c reads, and the manual page has it all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "settings.h"
#include "settings/table.h"

static struct yaml_document *manifest;

static int
read_manifest(void **state)
{
	struct error err = {0};

	if (!yaml_open(TEST_SOURCE "/connectors/file/connector.yaml", &manifest, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int
close_manifest(void **state)
{
	yaml_close(manifest);
	return 0;
}

static const char *
member(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_find(map, key);

	if (!node || node->kind != YAML_SCALAR)
		fail_msg("line %u: %s is missing", map->line, key);
	return node->text.data;
}

static const struct yaml_node *
setting(const char *name)
{
	const struct yaml_node *settings = yaml_find(manifest->root, "settings");
	size_t i;

	for (i = 0; i < settings->count; i++)
		if (strcmp(member(settings->items[i], "name"), name) == 0)
			return settings->items[i];
	fail_msg("the manifest lacks %s", name);
	return NULL;
}

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static void
names_every_setting_and_no_other(void **state)
{
	static const char *const of_any_source[] = {"name", "type", "mapping", "csv", NULL};
	const struct yaml_node *settings = yaml_find(manifest->root, "settings");
	size_t i, count = 0;
	char name[64];

	for (i = 0; file_source_keys[i]; i++)
		if (!is_one_of(file_source_keys[i], of_any_source)) {
			setting(file_source_keys[i]);
			count++;
		}
	for (i = 0; file_csv_keys[i]; i++, count++) {
		snprintf(name, sizeof(name), "csv.%s", file_csv_keys[i]);
		setting(name);
	}
	assert_int_equal(settings->count, count);
}

static void
describes_each_as_kafka_connect_does(void **state)
{
	static const char *const types[] = {"string", "list", "boolean", "int", "long", NULL};
	static const char *const importances[] = {"high", "medium", "low", NULL};
	const struct yaml_node *settings = yaml_find(manifest->root, "settings");
	size_t i;

	for (i = 0; i < settings->count; i++) {
		assert_true(is_one_of(member(settings->items[i], "type"), types));
		assert_true(is_one_of(member(settings->items[i], "importance"), importances));
		assert_true(strlen(member(settings->items[i], "documentation")) > 20);
	}
}

static void
has_the_defaults_that_are_read(void **state)
{
	struct yaml_document *least;
	struct yaml_problems problems = {0};
	struct file_settings read;
	struct error err = {0};

	assert_true(yaml_parse("least", TEXT("{path: a, format: csv}"), &least, &err));
	assert_true(file_settings_read("least", least->root, &read, &problems));
	assert_int_equal(read.compression, COMPRESSION_AUTO);
	assert_string_equal(member(setting("compression"), "default"), "auto");
	assert_int_equal(read.framing.delimiter, *member(setting("csv.delimiter"), "default"));
	assert_true(read.header);
	assert_string_equal(member(setting("csv.header"), "default"), "true");
	assert_int_equal(read.framing.row_lines_max, atoi(member(setting("csv.lines"), "default")));
	assert_null(yaml_find(setting("path"), "default"));
	assert_null(yaml_find(setting("format"), "default"));
	file_settings_fini(&read);
	yaml_close(least);
}

/* valid-values are all accepted, and a word that is not among them is not. */
static void
has_the_words_that_are_read(void **state)
{
	static const char *const names[] = {"format", "compression"};
	size_t i, j;

	for (i = 0; i < ARRAY_COUNT(names); i++) {
		const struct yaml_node *words = yaml_find(setting(names[i]), "valid-values");

		for (j = 0; j <= words->count; j++) {
			const char *word = j < words->count ? words->items[j]->text.data : "other";
			struct yaml_problems problems = {0};
			struct yaml_document *document;
			struct file_settings read;
			struct error err = {0};
			char text[96];

			snprintf(text, sizeof(text), "{path: a, %s%s: %s}",
			    i ? "format: jsonl, " : "", names[i], word);
			assert_true(yaml_parse("words", text_of(text), &document, &err));
			assert_int_equal(
			    file_settings_read("words", document->root, &read, &problems),
			    j < words->count);
			yaml_problems_fini(&problems);
			file_settings_fini(&read);
			yaml_close(document);
		}
	}
}

static void
is_explained_by_init_and_the_manual(void **state)
{
	const struct yaml_node *settings = yaml_find(manifest->root, "settings");
	size_t i;

	for (i = 0; i < settings->count; i++) {
		const char *name = member(settings->items[i], "name");
		const struct setting *row = settings_source_table;

		while (row->path && strcmp(row->path, name) != 0)
			row++;
		if (!row->path)
			fail_msg("dyetrace.yaml(5) lacks %s", name);
	}
}

static void
has_the_project_s_version(void **state)
{
	struct buffer text = {0};
	struct error err = {0};
	char wanted[64];

	assert_true(file_read(TEST_SOURCE "/CMakeLists.txt", 1 << 20, &text, &err));
	buffer_add_byte(&text, 0);
	snprintf(wanted, sizeof(wanted), "project(dyetrace VERSION %s ",
	    member(manifest->root, "version"));
	assert_non_null(strstr((char *)text.data, wanted));
	buffer_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_every_setting_and_no_other),
	    cmocka_unit_test(describes_each_as_kafka_connect_does),
	    cmocka_unit_test(has_the_defaults_that_are_read),
	    cmocka_unit_test(has_the_words_that_are_read),
	    cmocka_unit_test(is_explained_by_init_and_the_manual),
	    cmocka_unit_test(has_the_project_s_version),
	};

	return cmocka_run_group_tests(tests, read_manifest, close_manifest);
}
