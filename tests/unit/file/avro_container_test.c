/* SPDX-License-Identifier: Apache-2.0 */
/* Container files, whole and damaged: every ordinal is accounted for, alike however the bytes arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "avro_file.h"

/* Shows a file read at once, in pieces and with pauses; all must agree. */
static void
expect(const struct buffer *file, bool final, const char *expected)
{
	static const size_t pieces[] = {0, 1, 7, 100};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(pieces) * 2; i++) {
		struct buffer lines = {0};

		show_file(buffer_text(file), pieces[i / 2], i % 2, final, &lines);
		assert_string_equal((char *)lines.data, expected);
		buffer_fini(&lines);
	}
}

static void
strings(struct buffer *data, const char *first, unsigned count)
{
	char word[16];
	unsigned i;

	for (i = 0; i < count; i++) {
		snprintf(word, sizeof(word), "%s%u", first, i);
		buffer_add_string(data, text_of(word));
	}
}

/* Three blocks of three, two and one record. */
static void
three_blocks(struct buffer *file, const char *codec)
{
	static const unsigned counts[] = {3, 2, 1};
	unsigned i;

	file_header(file, "\"string\"", codec);
	for (i = 0; i < 3; i++) {
		struct buffer data = {0}, packed = {0};
		char first[2] = {(char)('a' + i), 0};

		strings(&data, first, counts[i]);
		if (codec && strcmp(codec, "deflate") == 0)
			file_deflate(buffer_text(&data), &packed);
		else
			buffer_add_text(&packed, buffer_text(&data));
		file_block(file, counts[i], buffer_text(&packed));
		buffer_fini(&data);
		buffer_fini(&packed);
	}
}

#define ALL "0 '\\x04a0'\n1 '\\x04a1'\n2 '\\x04a2'\n3 '\\x04b0'\n4 '\\x04b1'\n5 '\\x04c0'"

static void
reads_whole_files(void **state)
{
	static const char *const codecs[] = {NULL, "null", "deflate"};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(codecs); i++) {
		struct buffer file = {0};

		three_blocks(&file, codecs[i]);
		expect(&file, false, ALL);
		expect(&file, true, ALL);
		buffer_fini(&file);
	}
}

static void
reads_unusual_headers(void **state)
{
	struct buffer file = {0};

	/* Metadata in two blocks, one of them with its size; unknown keys. */
	buffer_add(&file, "Obj\1", 4);
	buffer_add_long(&file, -1);
	buffer_add_long(&file, 21);
	buffer_add_string(&file, TEXT("avro.schema"));
	buffer_add_string(&file, TEXT("\"string\""));
	buffer_add_long(&file, 1);
	buffer_add_string(&file, TEXT("user.more"));
	buffer_add_string(&file, TEXT("0123456789abcde\xff"));
	buffer_add_long(&file, 0);
	buffer_add(&file, avro_file_marker, 16);
	file_block(&file, 1, TEXT("\2x"));
	file_block(&file, 0, TEXT(""));
	file_block(&file, 1, TEXT("\2y"));
	expect(&file, true, "0 '\\x02x'\n1 '\\x02y'");
	buffer_fini(&file);

	/* Records without bytes. */
	file_header(&file, "\"null\"", NULL);
	file_block(&file, 3, TEXT(""));
	expect(&file, true, "0 ''\n1 ''\n2 ''");
	buffer_fini(&file);
}

static void
expect_error(struct text bytes, const char *expected)
{
	struct buffer file = {0};

	buffer_add_text(&file, bytes);
	expect(&file, true, expected);
	buffer_fini(&file);
}

static void
says_what_is_wrong_with_a_header(void **state)
{
	static const struct {
		const char *schema, *codec, *expected;
	} cases[] = {
	    {"\"string\"", "snappy",
		"error: its blocks are packed with \"snappy\", which is not read: write it with "
		"the codec "
		"deflate or null (`avro-tools recodec --codec deflate IN OUT` rewrites a file)"},
	    {"\"string\"", "zstandard",
		"error: its blocks are packed with \"zstandard\", which is not read: write it with "
		"the "
		"codec deflate or null (`avro-tools recodec --codec deflate IN OUT` rewrites a "
		"file)"},
	    {"\"string\"", "\n",
		"error: its blocks are packed with \"\\x0a\", which is not read: write it with the "
		"codec deflate or null (`avro-tools recodec --codec deflate IN OUT` rewrites a "
		"file)"},
	    {"\"strnig\"", NULL,
		"error: its schema: $: \"strnig\" is neither a type of Avro nor one declared "
		"before"},
	};
	struct buffer file = {0};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		file_header(&file, cases[i].schema, cases[i].codec);
		expect(&file, true, cases[i].expected);
		buffer_fini(&file);
	}
	expect_error(
	    TEXT("PK\3\4"), "error: no Avro container file: it does not begin with \"Obj\" and 1");
	expect_error(TEXT("O"), "error: it ends inside its header");
	expect_error(TEXT("Obj"), "error: it ends inside its header");
	expect_error(
	    TEXT("Ob;"), "error: no Avro container file: it does not begin with \"Obj\" and 1");
	expect_error(
	    TEXT("Obj\2"), "error: an Avro container of version 2; only version 1 is read");
	expect_error(TEXT("Obj\1"), "error: it ends inside its header");
	expect_error(
	    TEXT("Obj\1\0zzzzzzzzzzzzzzzz"), "error: its header has no schema (avro.schema)");
	expect_error(TEXT("Obj\1\2\1zzzz"),
	    "error: its header: a length that is negative or more than what is left (byte 6)");
	expect_error(TEXT("Obj\1\2\1"), "error: it ends inside its header");
	expect_error(TEXT("Obj\1\2\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"),
	    "error: its header: a length that is negative or more than what is left (byte 6)");
	expect_error(TEXT("Obj\1\2\xfe\xff\xff\xff\x0f"),
	    "error: its header: a length that is negative or more than what is left (byte 6)");
	expect_error(TEXT("Obj\1\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1"),
	    "error: its header: more items than the bytes left can hold (byte 5)");
	expect_error(TEXT("Obj\1\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"),
	    "error: its header: an integer of more than 64 bits (byte 5)");
	expect_error(TEXT("Obj\1\4\x16"
			  "avro.schema\2\"\x16"
			  "avro.schema\2\"\0zzzzzzzzzzzzzzzz"),
	    "error: its header names its schema or codec twice");
	expect_error(TEXT("Obj\1\1\4\x02k\x02v\0zzzzzzzzzzzzzzzz"),
	    "error: its header: items that do not fill the bytes which their block says (byte 11)");
}

/* A header that never ends is not read for ever. */
static void
bounds_the_header(void **state)
{
	struct buffer file = {0}, lines = {0};

	buffer_add(&file, "Obj\1", 4);
	buffer_add_long(&file, 1000000);
	while (file.size < 3000000)
		buffer_add_string(&file, TEXT("more"));
	show_file(buffer_text(&file), 0, false, false, &lines);
	assert_string_equal(
	    (char *)lines.data, "error: its header does not end within 2097152 bytes");
	buffer_fini(&file);
	buffer_fini(&lines);
}

static void
waits_for_what_is_not_there_yet(void **state)
{
	struct buffer file = {0};
	size_t size, whole;

	three_blocks(&file, "deflate");
	whole = file.size;
	for (size = 0; size < whole; size++) {
		struct buffer lines = {0};

		show_file((struct text){(char *)file.data, size}, 0, false, false, &lines);
		/* Nothing is broken: it is as much of the whole as there is. */
		assert_memory_equal(lines.size ? (char *)lines.data : "", ALL, lines.size);
		buffer_fini(&lines);
	}
	buffer_fini(&file);
}

static void
says_where_a_file_was_cut(void **state)
{
	struct buffer file = {0};
	size_t header;

	file_header(&file, "\"string\"", NULL);
	header = file.size;
	expect(&file, true, "");
	file_block(&file, 2, TEXT("\2x\2y"));
	file.size--;
	expect(&file, true,
	    "0 broken '\\x04\\x08\\x02x\\x02y0123456789abcde' avro-block-damaged: "
	    "the file ends inside the block of 2 records at byte 43\n1 gap avro-block-damaged: 1 "
	    "records of a damaged block");
	file.size = header + 3;
	expect(&file, true,
	    "0 broken '\\x04\\x08\\x02' avro-block-damaged: the file ends inside the block of 2 "
	    "records at "
	    "byte 43\n1 gap avro-block-damaged: 1 records of a damaged block");
	file.size = header + 1;
	expect(&file, true,
	    "0 broken '\\x04' avro-block-damaged: the file ends inside the block at byte 43");
	assert_int_equal(header, 43);
	buffer_fini(&file);
}

/* One block in the middle is wrong; the others are read. */
static void
expect_between(int64_t count, struct text data, const char *codec, const char *expected)
{
	struct buffer file = {0}, packed = {0}, lines = {0};
	bool deflated = codec && strcmp(codec, "deflate") == 0;

	file_header(&file, "\"string\"", codec);
	if (deflated)
		file_deflate(TEXT("\2x"), &packed);
	file_block(&file, 1, deflated ? buffer_text(&packed) : TEXT("\2x"));
	file_block(&file, count, data);
	file_block(&file, 1, deflated ? buffer_text(&packed) : TEXT("\2x"));
	buffer_add_format(&lines, "0 '\\x02x'\n%s '\\x02x'", expected);
	buffer_add_byte(&lines, 0);
	expect(&file, true, (char *)lines.data);
	buffer_fini(&file);
	buffer_fini(&packed);
	buffer_fini(&lines);
}

#define DAMAGED "avro-block-damaged: "

static void
gives_good_records_before_a_bad_one(void **state)
{
	struct buffer packed = {0};

	expect_between(4, TEXT("\2a\2b\1\2c"), NULL,
	    "1 '\\x02a'\n2 '\\x02b'\n3 broken '\\x01\\x02c' " DAMAGED
	    "the block at byte 63: a length that is negative or more than what is left (byte 1 of "
	    "the record); "
	    "1 records behind it are lost\n4 gap " DAMAGED "1 records of a damaged block\n5");
	expect_between(3, TEXT("\2a\2b\4c"), NULL,
	    "1 '\\x02a'\n2 '\\x02b'\n3 broken '\\x04c' " DAMAGED
	    "the block at byte 63: a length that is negative or more than what is left (byte 1 of "
	    "the record); "
	    "0 records behind it are lost\n4");
	expect_between(1, TEXT("\2a\2b"), NULL,
	    "1 broken '\\x02a\\x02b' " DAMAGED
	    "the block at byte 63: 2 bytes behind its last record\n2");
	file_deflate(TEXT("\2a\2b\1\2c"), &packed);
	expect_between(6, buffer_text(&packed), "deflate",
	    "1 '\\x02a'\n2 '\\x02b'\n3 broken '\\x01\\x02c' " DAMAGED
	    "the block at byte 84: a length that is negative or more than what is left (byte 1 of "
	    "the record); "
	    "3 records behind it are lost\n4+3 gap " DAMAGED "3 records of a damaged block\n7");
	buffer_fini(&packed);
}

static void
bears_blocks_that_cannot_be_unpacked(void **state)
{
	struct buffer packed = {0}, zeros = {0};

	expect_between(3, TEXT("\xff\xff"), "deflate",
	    "1 broken '\\xff\\xff' " DAMAGED "the block of 3 records at byte 84 cannot be "
	    "unpacked: its deflate stream is damaged or cut\n"
	    "2+2 gap " DAMAGED "2 records of a damaged block\n4");
	file_deflate(TEXT("\2a\2b"), &packed);
	expect_between(2, (struct text){(char *)packed.data, packed.size - 1}, "deflate",
	    "1 broken 'cJdJ\\x02' " DAMAGED "the block of 2 records at byte 84 cannot be unpacked: "
	    "its deflate stream is damaged or cut\n"
	    "2 gap " DAMAGED "1 records of a damaged block\n3");
	/* Some writers leave three bytes of zlib's checksum. */
	buffer_add(&packed, "\1\2\3", 3);
	expect_between(2, buffer_text(&packed), "deflate", "1 '\\x02a'\n2 '\\x02b'\n3");
	buffer_add(&packed, "\4\5", 2);
	expect_between(2, buffer_text(&packed), "deflate",
	    "1 broken 'cJdJ\\x02\\x00\\x01\\x02\\x03\\x04\\x05' " DAMAGED
	    "the block of 2 records at byte 84 has bytes behind its deflate stream\n"
	    "2 gap " DAMAGED "1 records of a damaged block\n3");
	packed.size = 0;
	/* A bomb: 65 MiB of empty strings in 65 kB. */
	buffer_reserve(&zeros, (size_t)65 << 20);
	memset(zeros.data, 0, (size_t)65 << 20);
	zeros.size = (size_t)65 << 20;
	file_deflate(buffer_text(&zeros), &packed);
	{
		struct buffer file = {0}, lines = {0};

		file_header(&file, "\"string\"", "deflate");
		file_block(&file, 1000, buffer_text(&packed));
		show_file(buffer_text(&file), 0, false, true, &lines);
		assert_non_null(strstr((char *)lines.data,
		    "the block of 1000 records at byte 62 unpacks to more than a block "
		    "may hold (64 MiB)\n1+999 gap"));
		buffer_fini(&file);
		buffer_fini(&lines);
	}
	buffer_fini(&packed);
	buffer_fini(&zeros);
}

static void
finds_the_next_marker(void **state)
{
	/* More records than the bytes can hold: the count is not believed. */
	expect_between(3, TEXT("\2a"), NULL,
	    "1 broken '\\x06\\x04\\x02a' " DAMAGED "at byte 63 no block begins\n2");
	expect_between(-1, TEXT("\2a"), NULL,
	    "1 broken '\\x01\\x04\\x02a' " DAMAGED "at byte 63 no block begins\n2");
	expect_between(INT64_MAX, TEXT("\2a"), NULL,
	    "1 broken '\\xfe\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x01\\x04\\x02a' " DAMAGED
	    "at byte 63 no block begins\n2");
	expect_between(100000000, TEXT("\2a"), "deflate",
	    "1 broken '\\x80\\x84\\xaf_\\x04\\x02a' " DAMAGED "at byte 84 no block begins\n2");
}

static void
believes_a_count_without_its_marker(void **state)
{
	struct buffer file = {0};

	three_blocks(&file, NULL);
	/* The first block's size says two bytes less: it ends before its marker. */
	assert_int_equal(file.data[44], 18);
	file.data[44] = 14;
	expect(&file, true,
	    "0 broken '\\x06\\x0e\\x04a0\\x04a1\\x04a2' " DAMAGED
	    "the block of 3 records at byte 43 has no marker at its end\n1+2 gap " DAMAGED
	    "2 records of a damaged block\n"
	    "3 '\\x04b0'\n4 '\\x04b1'\n5 '\\x04c0'");
	/* … or far more than there is: the next marker ends it all the same. */
	file.data[44] = 80;
	expect(&file, true,
	    "0 broken '\\x06P\\x04a0\\x04a1\\x04a2' " DAMAGED
	    "the block of 3 records at byte 43 has no marker at its end\n1+2 gap " DAMAGED
	    "2 records of a damaged block\n"
	    "3 '\\x04b0'\n4 '\\x04b1'\n5 '\\x04c0'");
	buffer_fini(&file);
}

static void
puts_long_records_aside(void **state)
{
	struct buffer file = {0}, data = {0}, lines = {0};
	unsigned i;

	buffer_add_long(&data, 2000);
	for (i = 0; i < 2000; i++)
		buffer_add_byte(&data, 'x');
	buffer_add(&data, "\2y", 2);
	file_header(&file, "\"string\"", NULL);
	file_block(&file, 2, buffer_text(&data));
	show_file(buffer_text(&file), 0, false, true, &lines);
	assert_string_equal((char *)lines.data,
	    "0 broken '\\xa0\\x1fxxxxxxxxxxxxxxxxxxxxxx...' record-too-long: 2002 bytes; at most "
	    "1000 are read\n1 '\\x02y'");
	buffer_fini(&file);
	buffer_fini(&data);
	buffer_fini(&lines);
}

/* The line of an ordinal and those behind it; of a gap only what is left of it. */
static const char *
lines_from(const char *lines, int64_t offset)
{
	while (*lines && strtoll(lines, NULL, 10) < offset) {
		const char *end = strchr(lines, '\n');

		lines = end ? end + 1 : lines + strlen(lines);
	}
	return lines;
}

/* From each ordinal at which a message begins the same messages come, without those before. */
static void
expect_resumable(struct text bytes)
{
	struct buffer all = {0};
	const char *line;

	show_file(bytes, 0, false, true, &all);
	for (line = (char *)all.data; *line >= '0' && *line <= '9';) {
		struct memory_file file = {bytes, 0, 0, false, false};
		struct avro_container *container = container_of_file(&file, 1000);
		int64_t offset = strtoll(line, NULL, 10);
		struct error err = {0};
		struct buffer some = {0};
		bool there;

		if (avro_container_resume(container, offset, true, &there, &err)) {
			assert_true(there);
			assert_int_equal(avro_container_offset(container), offset);
			show_frames(container, &file, true, &some);
			assert_string_equal(
			    (char *)some.data, lines_from((char *)all.data, offset));
		}
		buffer_fini(&some);
		avro_container_close(container);
		line = lines_from((char *)all.data, offset + 1);
	}
	buffer_fini(&all);
}

static void
resumes_where_it_stopped(void **state)
{
	struct buffer file = {0};
	unsigned codec;
	size_t i;

	for (codec = 0; codec < 2; codec++) {
		three_blocks(&file, codec ? "deflate" : NULL);
		expect_resumable(buffer_text(&file));
		/* With any one byte flipped, too. */
		for (i = 0; i < file.size; i++) {
			file.data[i] ^= 0x15;
			expect_resumable(buffer_text(&file));
			file.data[i] ^= 0x15;
		}
		/* And with any one byte cut out. */
		for (i = 0; i < file.size; i++) {
			struct buffer cut = {0};

			buffer_add(&cut, file.data, i);
			buffer_add(&cut, file.data + i + 1, file.size - i - 1);
			expect_resumable(buffer_text(&cut));
			buffer_fini(&cut);
		}
		buffer_fini(&file);
	}
}

static void
resumes_behind_the_end(void **state)
{
	struct buffer file = {0}, lines = {0};
	struct memory_file source;
	struct avro_container *container;
	struct error err;
	bool there;

	three_blocks(&file, "deflate");
	source = (struct memory_file){buffer_text(&file), 0, 0, false, false};
	container = container_of_file(&source, 1000);
	assert_true(avro_container_resume(container, 6, false, &there, &err));
	assert_true(there);
	assert_int_equal(avro_container_offset(container), 6);
	assert_int_equal(avro_container_byte(container), file.size);
	/* The file grows. */
	file_block(&file, 0, TEXT(""));
	source.bytes = buffer_text(&file);
	show_frames(container, &source, false, &lines);
	assert_string_equal((char *)lines.data, "");
	avro_container_close(container);

	source.at = 0;
	container = container_of_file(&source, 1000);
	assert_true(avro_container_resume(container, 7, false, &there, &err));
	assert_false(there);
	avro_container_close(container);
	buffer_fini(&file);
	buffer_fini(&lines);
}

/* next_byte is where the block of the next record begins. */
static void
knows_where_blocks_begin(void **state)
{
	static const int64_t expected[] = {43, 43, 70, 70, 94, 115};
	struct buffer file = {0};
	struct memory_file source;
	struct avro_container *container;
	struct avro_frame frame;
	struct error err;
	bool found;
	size_t i;

	three_blocks(&file, NULL);
	source = (struct memory_file){buffer_text(&file), 0, 0, false, false};
	container = container_of_file(&source, 1000);
	for (i = 0; i < ARRAY_COUNT(expected); i++) {
		assert_true(avro_container_next(container, false, &frame, &found, &err));
		assert_true(found);
		assert_int_equal(frame.next_byte, expected[i]);
		assert_int_equal(avro_container_byte(container), expected[i]);
	}
	assert_true(text_is(avro_container_schema(container), "\"string\""));
	assert_int_equal(avro_container_tail_bytes(container), 0);
	avro_container_rest(container);
	assert_true(avro_container_next(container, false, &frame, &found, &err));
	assert_false(found);
	avro_container_rest(container);
	assert_int_equal(avro_container_byte(container), 115);
	/* The file grows by half a block, then by the rest. */
	file_block(&file, 1, TEXT("\2z"));
	source.bytes = (struct text){(char *)file.data, 123};
	assert_true(avro_container_next(container, false, &frame, &found, &err));
	assert_false(found);
	assert_int_equal(avro_container_tail_bytes(container), 8);
	source.bytes.size = file.size;
	assert_true(avro_container_next(container, false, &frame, &found, &err));
	assert_true(found);
	assert_int_equal(frame.offset, 6);
	avro_container_close(container);
	buffer_fini(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_whole_files),
	    cmocka_unit_test(reads_unusual_headers),
	    cmocka_unit_test(says_what_is_wrong_with_a_header),
	    cmocka_unit_test(bounds_the_header),
	    cmocka_unit_test(waits_for_what_is_not_there_yet),
	    cmocka_unit_test(says_where_a_file_was_cut),
	    cmocka_unit_test(gives_good_records_before_a_bad_one),
	    cmocka_unit_test(bears_blocks_that_cannot_be_unpacked),
	    cmocka_unit_test(finds_the_next_marker),
	    cmocka_unit_test(believes_a_count_without_its_marker),
	    cmocka_unit_test(puts_long_records_aside),
	    cmocka_unit_test(resumes_where_it_stopped),
	    cmocka_unit_test(resumes_behind_the_end),
	    cmocka_unit_test(knows_where_blocks_begin),
	};

	return cmocka_run_group_tests_name("avro container", tests, NULL, NULL);
}
