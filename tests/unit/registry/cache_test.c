/* SPDX-License-Identifier: Apache-2.0 */
/* Files of kept schemas: what is written is read, and nothing else is believed. */
#include "registry_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"

static const struct schema_key key = {SCHEMA_ID, 0, 12};

static const struct {
	struct schema_key key;
	enum schema_type type;
	struct text text;
	const char *first_line;
} kept[] = {
    {{SCHEMA_ID, 0, 12}, SCHEMA_AVRO, {"\"long\"", 6},
	"dyetrace-schema 1 AVRO id-12 6 "
	"c32c497df6730c97fa07362aa5023f37d49a027ec452360778114cf427965add\n"},
    {{SCHEMA_GUID, 1, 2}, SCHEMA_JSON, {"", 0},
	"dyetrace-schema 1 JSON guid-00000000-0000-0001-0000-000000000002 0 "
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"},
    {{SCHEMA_GLOBAL_ID, 0, UINT64_MAX}, SCHEMA_PROTOBUF, {"a\nb\0c\n", 6},
	"dyetrace-schema 1 PROTOBUF global-18446744073709551615 6 "},
};

static void
what_is_written_is_read(void **state)
{
	struct buffer file = {0};
	enum schema_type type;
	struct text text;
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		file.size = 0;
		registry_cache_write(kept[i].key, kept[i].type, kept[i].text, &file);
		assert_memory_equal(file.data, kept[i].first_line, strlen(kept[i].first_line));
		assert_true(registry_cache_read(buffer_text(&file), kept[i].key, &type, &text));
		assert_int_equal(type, kept[i].type);
		assert_true(text_equal(text, kept[i].text));
	}
	buffer_fini(&file);
}

/* Any one byte changed, cut at any place, one byte more: it is as if it were not there. */
static void
damage_of_any_byte_is_seen(void **state)
{
	struct buffer file = {0};
	enum schema_type type;
	struct text text;
	size_t i;

	registry_cache_write(key, SCHEMA_AVRO, TEXT("\"long\""), &file);
	for (i = 0; i < file.size; i++) {
		file.data[i] ^= 1;
		assert_false(registry_cache_read(buffer_text(&file), key, &type, &text));
		file.data[i] ^= 1;
		assert_false(
		    registry_cache_read((struct text){(char *)file.data, i}, key, &type, &text));
	}
	assert_true(registry_cache_read(buffer_text(&file), key, &type, &text));
	buffer_add_byte(&file, '\n');
	assert_false(registry_cache_read(buffer_text(&file), key, &type, &text));
	buffer_fini(&file);
}

/* A file that was renamed is not another number's. */
static void
a_file_speaks_for_one_key(void **state)
{
	static const struct schema_key others[] = {
	    {SCHEMA_ID, 0, 13}, {SCHEMA_ID, 0, 1}, {SCHEMA_GLOBAL_ID, 0, 12}, {SCHEMA_GUID, 0, 12}};
	struct buffer file = {0};
	enum schema_type type;
	struct text text;
	size_t i;

	registry_cache_write(key, SCHEMA_AVRO, TEXT("\"long\""), &file);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(registry_cache_read(buffer_text(&file), others[i], &type, &text));
	buffer_fini(&file);
}

static void
a_folder_keeps_and_finds(void **state)
{
	char cache[] = "/tmp/dyetrace-cache-XXXXXX", path[256], command[64];
	struct buffer text = {0};
	enum schema_type type;
	struct error err = {0};
	struct stat info;
	char *folder;

	assert_non_null(mkdtemp(cache));
	assert_true(registry_cache_folder(cache, "http://a", &folder, &err));
	assert_false(registry_cache_find(folder, key, &type, &text));
	assert_true(registry_cache_keep(folder, key, SCHEMA_AVRO, TEXT("\"long\""), &err));
	assert_true(registry_cache_find(folder, key, &type, &text));
	assert_true(text_is(buffer_text(&text), "\"long\""));
	snprintf(path, sizeof(path), "%s/id-12.schema", folder);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_true(file_replace(path, TEXT("dyetrace-schema 1 AVRO"), 0600, &err));
	assert_false(registry_cache_find(folder, key, &type, &text));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(registry_cache_find(folder, key, &type, &text));
	assert_false(registry_cache_keep(folder, key, SCHEMA_AVRO, TEXT("x"), &err));
	assert_int_equal(err.kind, ERROR_IO);
	memory_free(folder);
	buffer_fini(&text);
	snprintf(command, sizeof(command), "rm -r '%s'", cache);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(damage_of_any_byte_is_seen),
	    cmocka_unit_test(a_file_speaks_for_one_key),
	    cmocka_unit_test(a_folder_keeps_and_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
