/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas of Avro's own test suite: what it accepts and refuses, we do. */
#include "base/avro_schema.h"
#include "base/avro_walk.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/file.h"
#include "shared_data.h"

static char folder[4096], vectors[4096];

static bool
is_read(struct text text)
{
	struct avro_schema *schema;
	struct error err = {0};

	if (!avro_schema_open(text, &schema, &err))
		return false;
	/* Whatever is read can be walked, too. */
	{
		struct avro_walk *walk = avro_walk_open(schema, AVRO_WALK_CHECKS);

		avro_walk_add(walk, avro_schema_root(schema));
		avro_walk_close(walk);
	}
	avro_schema_close(schema);
	return true;
}

static void
check_folder(const char *name, bool expected, int count)
{
	char path[8192];
	struct dirent *entry;
	DIR *files;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	files = opendir(path);
	assert_non_null(files);
	while ((entry = readdir(files))) {
		struct buffer text = {0};

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", folder, name, entry->d_name);
		assert_true(file_read(path, 1 << 20, &text, NULL));
		if (is_read(buffer_text(&text)) != expected)
			print_message("%s\n", path);
		assert_int_equal(is_read(buffer_text(&text)), expected);
		buffer_fini(&text);
		count--;
	}
	closedir(files);
	assert_int_equal(count, 0);
}

static void
agrees_on_schemas(void **state)
{
	check_folder("pass", true, 28);
	check_folder("fail", false, 12);
}

/* <<INPUT schema, or <<INPUT, the schema's lines, INPUT */
static void
reads_the_canonical_form_vectors(void **state)
{
	struct buffer text = {0};
	const char *at;
	int count = 0;

	assert_true(file_read(vectors, 1 << 20, &text, NULL));
	buffer_add_byte(&text, 0);
	for (at = strstr((char *)text.data, "\n<<INPUT"); at; at = strstr(at, "\n<<INPUT")) {
		const char *end;

		at += strlen("\n<<INPUT");
		end = *at == '\n' ? strstr(at, "\nINPUT") : strchr(at, '\n');
		assert_true(is_read((struct text){at, (size_t)(end - at)}));
		count++;
	}
	assert_int_equal(count, 34);
	buffer_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees_on_schemas),
	    cmocka_unit_test(reads_the_canonical_form_vectors),
	};

	shared_data_need("interop/avro/lang/c/tests/schema_tests", folder, sizeof(folder));
	shared_data_need("interop/avro/share/test/data/schema-tests.txt", vectors, sizeof(vectors));
	return cmocka_run_group_tests_name("avro schemas of others", tests, NULL, NULL);
}
