/* SPDX-License-Identifier: Apache-2.0 */
/* Avro container files through the source: the same rules as for lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "avro_file.h"
#include "base/file.h"
#include "world.h"

#define AVRO "{path: 'a*', format: avro}"

/* Strings "r0", "r1", … in blocks of the sizes given (0 ends). */
static void
make(struct buffer *file, const char *codec, const int *blocks)
{
	int number = 0, i;

	file_header(file, "\"string\"", codec);
	for (; *blocks; blocks++) {
		struct buffer data = {0}, packed = {0};
		char text[16];

		for (i = 0; i < *blocks; i++) {
			snprintf(text, sizeof(text), "r%d", number++);
			buffer_add_string(&data, text_of(text));
		}
		if (codec)
			file_deflate(buffer_text(&data), &packed);
		file_block(file, *blocks, buffer_text(codec ? &packed : &data));
		buffer_fini(&data);
		buffer_fini(&packed);
	}
}

static const int blocks[] = {3, 1, 5, 2, 0};
#define EXPECTED                                                                                   \
	"a#1 0 \\x04r0\na#1 1 \\x04r1\na#1 2 \\x04r2\na#1 3 \\x04r3\na#1 4 \\x04r4\na#1 5 "        \
	"\\x04r5\na#1 6 \\x04r6\n"                                                                 \
	"a#1 7 \\x04r7\na#1 8 \\x04r8\na#1 9 \\x04r9\na#1 10 \\x06r10\n"

static void
gives_each_record_whatever_the_batches(void **state)
{
	const char *const codecs[] = {NULL, "deflate"};
	size_t i, capacity;
	enum source_state read;

	for (i = 0; i < 2; i++) {
		for (capacity = 1; capacity < 13; capacity++) {
			struct buffer file = {0};
			struct world world;

			make(&file, codecs[i], blocks);
			world_open(&world);
			world.capacity = capacity;
			world_write_bytes(&world, "a", buffer_text(&file));
			/* A restart behind every batch. */
			do {
				assert_true(world_start(&world, AVRO, true));
				if (!world_read(&world, false, &read))
					fail_msg("%s", world.err.text);
			} while (read != SOURCE_END);
			world_expect(&world, EXPECTED);
			assert_int_equal(world.partition_count, 1);
			world_close(&world);
			buffer_fini(&file);
		}
	}
}

static void
names_the_schema_of_each_record(void **state)
{
	struct buffer file = {0};
	enum source_state read;
	struct batch batch;
	struct world world;

	make(&file, NULL, blocks);
	world_open(&world);
	world_write_bytes(&world, "a", buffer_text(&file));
	assert_true(world_start(&world, AVRO, true));
	batch_init(&batch, 100, 100000);
	assert_true(file_source.read(world.source, &batch, 0, &read, &world.err));
	assert_int_equal(batch.count, 11);
	assert_int_equal(batch.messages[10].format, FORMAT_AVRO);
	assert_int_equal(batch.messages[10].schema->format, FORMAT_AVRO);
	assert_true(text_is(batch.messages[10].schema->text, "\"string\""));
	assert_true(text_is(batch.messages[10].payload, "\x06r10"));
	batch_fini(&batch);
	world_close(&world);
	buffer_fini(&file);
}

/* Wherever a copy was cut: what came before is given once, and the mended file goes on there. */
static void
goes_on_when_a_cut_file_is_mended(void **state)
{
	struct buffer file = {0};
	struct world world;
	size_t cut;

	make(&file, "deflate", blocks);
	for (cut = 1; cut < file.size; cut++) {
		bool good;

		world_open(&world);
		world_write_bytes(&world, "a", (struct text){(char *)file.data, cut});
		good = world_run(&world, AVRO);
		if (!good && !strstr(world.err.text, "a: was cut short: it ends inside its "))
			fail_msg("cut at %zu: %s", cut, world.err.text);
		world_write_bytes(&world, "a", buffer_text(&file));
		if (!world_run(&world, AVRO))
			fail_msg("cut at %zu, mended: %s", cut, world.err.text);
		world_expect(&world, EXPECTED);
		world_close(&world);
	}
	buffer_fini(&file);
}

static void
gives_good_blocks_beside_a_damaged_one(void **state)
{
	const int four[] = {2, 3, 2, 1, 0};
	struct buffer file = {0};
	struct world world;
	char *marker;

	make(&file, NULL, four);
	/* The marker behind the second block. */
	marker = memmem(file.data, file.size, "r4", 2);
	marker[2] ^= 1;
	world_open(&world);
	world_write_bytes(&world, "a", buffer_text(&file));
	assert_true(world_run(&world, AVRO));
	/* It reaches to the next marker; the block behind that is good again. */
	buffer_add_byte(&world.given, 0);
	assert_non_null(
	    strstr((char *)world.given.data, "a#1 1 \\x04r1\na#1 2 !avro-block-damaged "));
	assert_non_null(strstr((char *)world.given.data, "a#1 5 \\x04r7\n"));
	assert_int_equal(world.partitions[0]->next_offset, 6);
	world.given.size = 0;
	assert_true(world_run(&world, AVRO));
	world_expect(&world, "");
	world_close(&world);
	buffer_fini(&file);
}

static void
unpacks_a_packed_container(void **state)
{
	struct buffer file = {0};
	struct world world;
	char command[256];

	make(&file, NULL, blocks);
	world_open(&world);
	world_write_bytes(&world, "b", buffer_text(&file));
	snprintf(command, sizeof(command), "gzip -c %s/b > %s/a", world.folder, world.folder);
	assert_int_equal(system(command), 0);
	world.capacity = 4;
	assert_true(world_run(&world, AVRO));
	assert_true(world_run(&world, AVRO));
	world_expect(&world, EXPECTED);
	world_close(&world);
	buffer_fini(&file);
}

static void
follows_a_container_that_grows(void **state)
{
	struct buffer file = {0};
	struct world world;
	size_t at;

	make(&file, NULL, blocks);
	world_open(&world);
	world_write_bytes(&world, "a", (struct text){(char *)file.data, 1});
	assert_true(world_start(&world, AVRO, false));
	for (at = 1; at < file.size; at += 40) {
		assert_true(world_drain(&world, 60));
		world_append_bytes(&world, "a",
		    (struct text){
			(char *)file.data + at, file.size - at < 40 ? file.size - at : 40});
	}
	assert_true(world_drain(&world, 700));
	world_expect(&world, EXPECTED);
	world_close(&world);
	buffer_fini(&file);
}

static void
finishes_a_rotated_container_first(void **state)
{
	const int one[] = {2, 2, 0};
	struct buffer file = {0}, next = {0};
	struct world world;
	size_t first;

	make(&file, NULL, one);
	first =
	    (size_t)((char *)memmem(file.data, file.size, "r1", 2) - (char *)file.data) + 2 + 16;
	world_open(&world);
	world_write_bytes(&world, "a", (struct text){(char *)file.data, first});
	assert_true(world_run(&world, "{path: a, format: avro}"));
	world_write_bytes(&world, "a.1", buffer_text(&file));
	file_header(&next, "\"string\"", NULL);
	file_block(&next, 1, TEXT("\x04zz"));
	world_write_bytes(&world, "a", buffer_text(&next));
	assert_true(world_run(&world, "{path: a, format: avro}"));
	world_expect(
	    &world, "a#1 0 \\x04r0\na#1 1 \\x04r1\na#1 2 \\x04r2\na#1 3 \\x04r3\na#2 0 \\x04zz\n");
	world_expect_notice(&world, NULL);
	world_close(&world);
	buffer_fini(&file);
	buffer_fini(&next);
}

static void
refuses_what_is_no_container(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a", "{\"n\":1}\n");
	assert_false(world_run(&world, AVRO));
	assert_int_equal(world.err.kind, ERROR_MALFORMED);
	assert_string_equal(
	    world.err.text, "a: no Avro container file: it does not begin with \"Obj\" and 1");
	world_close(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_each_record_whatever_the_batches),
	    cmocka_unit_test(names_the_schema_of_each_record),
	    cmocka_unit_test(goes_on_when_a_cut_file_is_mended),
	    cmocka_unit_test(gives_good_blocks_beside_a_damaged_one),
	    cmocka_unit_test(unpacks_a_packed_container),
	    cmocka_unit_test(follows_a_container_that_grows),
	    cmocka_unit_test(finishes_a_rotated_container_first),
	    cmocka_unit_test(refuses_what_is_no_container),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
