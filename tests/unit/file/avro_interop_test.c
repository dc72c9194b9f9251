/* SPDX-License-Identifier: Apache-2.0 */
/* Container files that other writers made, good, damaged and of other codecs, read down to their fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "avro_case.h"
#include "avro_file.h"
#include "base/file.h"
#include "shared_data.h"

static char folder[4096];

static void
read_shared(const char *name, struct buffer *bytes)
{
	char path[8192];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_true(file_read(path, 1 << 20, bytes, NULL));
}

/* Each record's fields on a line; what is no record as in avro_file.h. */
static void
show_rows(struct text bytes, const char *words, struct buffer *lines)
{
	struct memory_file file = {bytes, 0, 0, false, false};
	struct avro_container *container = container_of_file(&file, 1000);
	struct avro_frame frame;
	struct buffer schema = {0}, line = {0};
	struct error err = {0};
	bool found = true;

	while (found) {
		if (!avro_container_next(container, true, &frame, &found, &err)) {
			buffer_add_format(lines, "error: %s\n", err.text);
			break;
		}
		if (found && frame.kind != MESSAGE_PAYLOAD) {
			buffer_add_format(
			    lines, "%s: %.*s\n", frame.reason, TEXT_PRINT(frame.detail));
			continue;
		}
		if (!found)
			break;
		schema.size = 0;
		buffer_add_text(&schema, avro_container_schema(container));
		buffer_add_byte(&schema, 0);
		line.size = 0;
		case_read((char *)schema.data, words, frame.payload, &line);
		buffer_add_format(lines, "%s\n", (char *)line.data);
	}
	buffer_add_byte(lines, 0);
	avro_container_close(container);
	buffer_fini(&schema);
	buffer_fini(&line);
}

#define WEATHER                                                                                    \
	"station='011990-99999' time=-619524000000 temp=0\nstation='011990-99999' "                \
	"time=-619506000000 temp=22\n"                                                             \
	"station='011990-99999' time=-619484400000 temp=-11\nstation='012650-99999' "              \
	"time=-655531200000 temp=111\n"                                                            \
	"station='012650-99999' time=-655509600000 temp=78\n"
#define NOT_READ(codec)                                                                            \
	"error: its blocks are packed with \"" codec                                               \
	"\", which is not read: write it with the codec deflate or null "                          \
	"(`avro-tools recodec --codec deflate IN OUT` rewrites a file)\n"

static void
reads_files_of_others(void **state)
{
	static const struct {
		const char *name, *wanted, *rows;
	} cases[] = {
	    {"share/test/data/weather.avro", "station time temp", WEATHER},
	    {"share/test/data/weather-deflate.avro", "station time temp", WEATHER},
	    {"share/test/data/weather-sorted.avro", "temp",
		"temp=111\ntemp=78\ntemp=0\ntemp=22\ntemp=-11\n"},
	    {"share/test/data/weather-snappy.avro", "temp", NOT_READ("snappy")},
	    {"share/test/data/weather-zstd.avro", "temp", NOT_READ("zstandard")},
	    {"share/test/data/test.avro12", "",
		"error: an Avro container of version 0; only version 1 is read\n"},
	    {"share/test/data/schemas/simple/data.avro", "*",
		"| rest text='hello'\n| rest text='bonjour'\n| rest text='guten tag'\n"},
	    {"share/test/data/schemas/withUnion/data.avro", "data1 data2 data2.d1",
		"data1='textValue' data2=null\ndata1=123 data2=other data2.d1=false\n"
		"data1=3 data2=other data2.d1='text value'\n"},
	    {"lang/c/tests/avro-1237-good.avro", "*", "| rest\n| rest\n"},
	    {"lang/c/tests/avro-1237-bad-union-discriminant.avro", "*",
		"| rest\n"
		"avro-block-damaged: the block at byte 83: a number that is no branch of the union "
		"(byte 1 of the record); "
		"0 records behind it are lost\navro-block-damaged: the file ends inside the block "
		"at byte 105\n"},
	    {"lang/c/tests/avro-1238-truncated.avro", "*",
		"avro-block-damaged: the file ends inside the block of 2 records at byte 83\n"
		"avro-block-damaged: 1 records of a damaged block\n"},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct buffer bytes = {0}, lines = {0};

		read_shared(cases[i].name, &bytes);
		show_rows(buffer_text(&bytes), cases[i].wanted, &lines);
		assert_string_equal((char *)lines.data, cases[i].rows);
		buffer_fini(&bytes);
		buffer_fini(&lines);
	}
}

static void
counts_records_of_others(void **state)
{
	static const struct {
		const char *name;
		int64_t count;
	} cases[] = {
	    {"share/test/data/syncInMeta.avro", 6001},
	    {"lang/c/tests/avro-1279-codec.avro", 3},
	    {"lang/c/tests/avro-1279-no-codec.avro", 3},
	    {"lang/c/tests/avro-1238-good.avro", 2},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct buffer bytes = {0}, lines = {0};
		int64_t count = 0;
		char *line;

		read_shared(cases[i].name, &bytes);
		show_rows(buffer_text(&bytes), "*", &lines);
		assert_null(strstr((char *)lines.data, "avro-"));
		for (line = strchr((char *)lines.data, '\n'); line; line = strchr(line + 1, '\n'))
			count++;
		if (count != cases[i].count)
			print_message("%s\n", cases[i].name);
		assert_int_equal(count, cases[i].count);
		buffer_fini(&bytes);
		buffer_fini(&lines);
	}
}

/* A single object: two bytes and the schema's fingerprint, then the datum. */
static void
reads_the_datum_of_a_message(void **state)
{
	struct buffer schema = {0}, bytes = {0}, line = {0};

	read_shared("share/test/data/messageV1/test_schema.avsc", &schema);
	buffer_add_byte(&schema, 0);
	read_shared("share/test/data/messageV1/test_message.bin", &bytes);
	case_read((char *)schema.data, "id name tags",
	    (struct text){(char *)bytes.data + 10, bytes.size - 10}, &line);
	assert_string_equal((char *)line.data, "id=42 name='Bill' tags=other");
	buffer_fini(&schema);
	buffer_fini(&bytes);
	buffer_fini(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_files_of_others),
	    cmocka_unit_test(counts_records_of_others),
	    cmocka_unit_test(reads_the_datum_of_a_message),
	};

	shared_data_need("interop/avro", folder, sizeof(folder));
	return cmocka_run_group_tests_name("avro files of others", tests, NULL, NULL);
}
