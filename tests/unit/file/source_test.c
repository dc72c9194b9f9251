/* SPDX-License-Identifier: Apache-2.0 */
/* Files read to their end: what is given, what is refused, where the next run goes on. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "world.h"

#define LINES "{path: 'a*', format: jsonl}"
#define ROWS "{path: 'a*', format: csv}"

static const struct {
	const char *what, *yaml, *bytes, *expected;
} contents[] = {
    {"lines", LINES, "{\"n\":1}\n{\"n\":2}\n", "a#1 0 {\"n\":1}\na#1 1 {\"n\":2}\n"},
    {"a byte order mark and carriage returns", LINES, "\xef\xbb\xbf{\"n\":1}\r\n\r\n{\"n\":2}\r\n",
	"a#1 0 {\"n\":1}\na#1 1 blank\na#1 2 {\"n\":2}\n"},
    {"a complete last line without its end", LINES, "{\"n\":1}\n{\"n\":2} ",
	"a#1 0 {\"n\":1}\na#1 1 {\"n\":2} \n"},
    {"a half-written last line that ends in a brace", LINES, "{\"n\":1}\n{\"n\":{\"m\":2}",
	"a#1 0 {\"n\":1}\n"},
    {"braces in text", LINES, "{\"n\":\"\\\"{\"}", "a#1 0 {\"n\":\"\\\"{\"}\n"},
    {"a last line that is no JSON", LINES, "1\n23", "a#1 0 1\n"},
    {"a half-written last line", LINES, "{\"n\":1}\n{\"n\":", "a#1 0 {\"n\":1}\n"},
    {"what is no JSON is decode's affair", LINES, "hello\n\x01\n", "a#1 0 hello\na#1 1 \\x01\n"},
    {"rows", ROWS, "x,y\n1,2\n\n3,\"4\n5\"\n",
	"a#1 0 header\na#1 1 1,2\na#1 2 blank\na#1 3 3,\"4\\x0a5\"\n"},
    {"blank rows before the header", ROWS, "\n\nx,y\n1,2\n",
	"a#1 0 blank\na#1 1 blank\na#1 2 header\na#1 3 1,2\n"},
    {"rows with a byte order mark", ROWS, "\xef\xbb\xbfx,y\r\n1,2\r\n",
	"a#1 0 header\na#1 1 1,2\n"},
    {"a last row without its end", ROWS, "x,y\n1,2", "a#1 0 header\na#1 1 1,2\n"},
    {"a header only", ROWS, "x,y\n", "a#1 0 header\n"},
    {"rows without a header", "{path: a, format: csv, csv: {header: false}}", "1,2\n3,4\n",
	"a#1 0 1,2\na#1 1 3,4\n"},
    {"another delimiter", "{path: a, format: csv, csv: {delimiter: ';'}}",
	"x;y\n1;\"2\n3\"\n1,\"2\n", "a#1 0 header\na#1 1 1;\"2\\x0a3\"\na#1 2 1,\"2\n"},
    {"a quote never closed", ROWS, "x,y\n1,\"2\n3,4\n5,6\n",
	"a#1 0 header\na#1 1 !csv-malformed 1,\"2\na#1 2 3,4\na#1 3 5,6\n"},
    {"an empty file", LINES, "", ""},
    {"a byte order mark only", LINES, "\xef\xbb\xbf", ""},
};

static void
gives_what_stands_in_a_file(void **state)
{
	size_t i, capacity;

	for (i = 0; i < ARRAY_COUNT(contents); i++) {
		for (capacity = 1; capacity < 4; capacity++) {
			struct world world;

			world_open(&world);
			world.capacity = capacity;
			world_write(&world, "a", contents[i].bytes);
			if (!world_run(&world, contents[i].yaml))
				fail_msg("%s: %s", contents[i].what, world.err.text);
			world_expect(&world, contents[i].expected);
			/* A second run finds nothing new. */
			assert_true(world_run(&world, contents[i].yaml));
			world_expect(&world, "");
			world_close(&world);
		}
	}
}

static const struct {
	const char *what, *yaml, *name, *bytes;
	size_t size; /* 0: that of the text */
	enum error_kind kind;
	const char *expected;
} refused[] = {
    {"no file", "{path: b.jsonl,\n format: jsonl}", "a", "", 0, ERROR_MISSING,
	"dyetrace.yaml:1: path b.jsonl: No such file or directory"},
    {"no file in a list", "path: [a,\n  c.jsonl]\nformat: jsonl", "a", "", 0, ERROR_MISSING,
	"dyetrace.yaml:2: path c.jsonl: No such file or directory"},
    {"a pattern without a match", "{path: 'b*.jsonl', format: jsonl}", "a", "", 0, ERROR_MISSING,
	"dyetrace.yaml:1: path b*.jsonl matches no file"},
    {"a folder", "{path: folder, format: jsonl}", "a", "", 0, ERROR_USAGE,
	"dyetrace.yaml:1: path folder is a folder: name the files in it with a pattern, as "
	"folder/*.jsonl"},
    {"a pattern of folders", "{path: 'fold*', format: jsonl}", "a", "", 0, ERROR_MISSING,
	"dyetrace.yaml:1: path fold* matches folders only: name the files in them"},
    {"gzip that is not to be unpacked", "{path: a, format: jsonl, compression: none}", "a",
	"\x1f\x8b\x08\x00", 4, ERROR_MALFORMED,
	"a: is no text, as `format: jsonl` needs: it looks like gzip: set `compression: auto`"},
    {"no gzip that is to be", "{path: a, format: jsonl, compression: gzip}", "a", "{}\n", 0,
	ERROR_MALFORMED, "a: is not gzip, as `compression: gzip` says: set `compression: auto`"},
    {"an Avro container", LINES, "a", "Obj\x01\x02\n", 0, ERROR_MALFORMED,
	"a: is no text, as `format: jsonl` needs: it looks like an Avro container: set `format: "
	"avro`"},
    {"a zip archive", ROWS, "a", "PK\x03\x04\n\n", 0, ERROR_MALFORMED,
	"a: is no text, as `format: csv` needs: it looks like a zip archive: unpack it and name "
	"the file inside"},
    {"a database", LINES, "a", "SQLite format 3\0\n", 17, ERROR_MALFORMED,
	"it looks like an SQLite database"},
    {"Parquet", LINES, "a", "PAR1\x15\0", 6, ERROR_MALFORMED, "it looks like Parquet"},
    {"zstd", LINES, "a", "\x28\xb5\x2f\xfd\n", 0, ERROR_MALFORMED, "it looks like zstd"},
    {"UTF-16", LINES, "a", "\xff\xfe{\0}\0\n\0", 8, ERROR_MALFORMED,
	"it looks like UTF-16 text: convert it"},
    {"anything else that is no text", LINES, "a", "ab\0cd", 5, ERROR_MALFORMED,
	"a: is no text, as `format: jsonl` needs: its first 5 bytes hold NUL and no line end"},
    {"a header that stays open", ROWS, "a", "x,\"y\n1,2\n", 0, ERROR_MALFORMED,
	"a: the header row is not closed: a quote in it stays open: mend the file, or correct "
	"`csv` in the settings"},
};

static void
refuses_with_a_sentence(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(refused); i++) {
		struct text bytes = {
		    refused[i].bytes, refused[i].size ? refused[i].size : strlen(refused[i].bytes)};
		struct world world;

		world_open(&world);
		world_folder(&world, "folder");
		world_write_bytes(&world, refused[i].name, bytes);
		assert_false(world_run(&world, refused[i].yaml));
		if (world.err.kind != refused[i].kind ||
		    !strstr(world.err.text, refused[i].expected))
			fail_msg("%s: said \"%s\" (%d)", refused[i].what, world.err.text,
			    (int)world.err.kind);
		world_expect(&world, "");
		world_close(&world);
	}
}

static void
says_what_cannot_be_read(void **state)
{
	uid_t before = geteuid();
	struct world world;
	bool reached;
	char path[128];
	int fd;

	world_open(&world);
	world_write(&world, "a", "{}\n");
	snprintf(path, sizeof(path), "%s/a", world.folder);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(world.folder, 0755), 0);
	/* Root reads everything. */
	if (before == 0)
		assert_int_equal(seteuid(65534), 0);
	/* On some machines the root folder itself is closed to others. */
	fd = open(world.folder, O_RDONLY | O_DIRECTORY);
	reached = fd >= 0 && close(fd) == 0;
	assert_false(world_run(&world, LINES));
	assert_int_equal(seteuid(before), 0);
	assert_int_equal(world.err.kind, ERROR_IO);
	assert_string_equal(world.err.text,
	    reached ? "a: cannot be opened: Permission denied"
		    : "dyetrace.yaml:1: path a*: a folder cannot be read: Permission denied");
	world_close(&world);
}

/* What lies in a closed folder is not passed over because its neighbours can be read. */
static void
says_which_pattern_meets_a_closed_folder(void **state)
{
	uid_t before = geteuid();
	struct world world;
	char path[128];

	world_open(&world);
	assert_int_equal(chmod(world.folder, 0755), 0);
	snprintf(path, sizeof(path), "%s/open", world.folder);
	assert_int_equal(mkdir(path, 0755), 0);
	world_write(&world, "open/events", "{}\n");
	snprintf(path, sizeof(path), "%s/shut", world.folder);
	assert_int_equal(mkdir(path, 0700), 0);
	world_write(&world, "shut/events", "{}\n");
	assert_int_equal(chmod(path, before == 0 ? 0700 : 0), 0);
	if (before == 0)
		assert_int_equal(seteuid(65534), 0);
	assert_false(world_run(&world, "{path: '*/e*', format: jsonl}"));
	assert_int_equal(seteuid(before), 0);
	assert_int_equal(world.err.kind, ERROR_IO);
	assert_string_equal(world.err.text,
	    "dyetrace.yaml:1: path */e*: a folder cannot be read: Permission denied");
	world_expect(&world, "");
	world_close(&world);
}

/* Good neighbours are given first, whatever their place; the error comes last. */
static void
reads_the_good_files_beside_a_bad_one(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a.jsonl", "{\"n\":1}\n");
	world_write(&world, "b.jsonl", "PK\x03\x04");
	world_write(&world, "c.jsonl", "{\"n\":3}\n");
	world_write(&world, "d.jsonl", "%PDF-1.4");
	assert_false(world_run(&world, "{path: '*.jsonl', format: jsonl}"));
	assert_string_equal(world.err.text,
	    "b.jsonl: is no text, as `format: jsonl` needs: it looks like a zip archive: "
	    "unpack it and name the file inside (and 1 more files that cannot be read)");
	world_expect(&world, "a.jsonl#1 0 {\"n\":1}\nc.jsonl#1 0 {\"n\":3}\n");
	world_close(&world);
}

static void
reads_files_in_the_order_of_their_names(void **state)
{
	struct world world;

	world_open(&world);
	world_folder(&world, "x");
	world_write(&world, "x/b", "2\n");
	world_write(&world, "x/B", "1\n");
	world_write(&world, "x/a[1]", "3\n");
	world_write(&world, "c", "0\n");
	assert_true(
	    world_run(&world, "{path: [./x//b, 'x/[B]', 'x/a[1]', c, x/b], format: jsonl}"));
	world_expect(&world, "c#1 0 0\nx/B#1 0 1\nx/a[1]#1 0 3\nx/b#1 0 2\n");
	world_close(&world);
}

static void
takes_absolute_paths(void **state)
{
	struct world world;
	char yaml[128], expected[128];

	world_open(&world);
	world_write(&world, "a", "1\n");
	snprintf(yaml, sizeof(yaml), "{path: %s/a, format: jsonl}", world.folder);
	snprintf(expected, sizeof(expected), "%s/a#1 0 1\n", world.folder);
	assert_true(world_run(&world, yaml));
	world_expect(&world, expected);
	world_close(&world);
}

static void
tells_a_half_written_line(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a", "{\"n\":1}\n{\"n\":");
	assert_true(world_run(&world, LINES));
	world_expect(&world, "a#1 0 {\"n\":1}\n");
	world_expect_notice(&world,
	    "a:2: the last line is not finished (5 bytes, neither a line end nor whole JSON): it "
	    "is left for the next run");
	world_append(&world, "a", "2}\n{\"n\":3}");
	assert_true(world_run(&world, LINES));
	world_expect(&world, "a#1 1 {\"n\":2}\na#1 2 {\"n\":3}\n");
	world_append(&world, "a", "\r\n{\"n\":4}\n");
	assert_true(world_run(&world, LINES));
	world_expect(&world, "a#1 3 {\"n\":4}\n");
	world_expect_notice(&world, NULL);
	world_close(&world);
}

/* A row taken at the end of a file and finished later is not read as a row of its own. */
static void
breaks_the_rest_of_a_row_taken_too_early(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a", "x,y\n1,2\n3,4");
	assert_true(world_run(&world, ROWS));
	world_expect(&world, "a#1 0 header\na#1 1 1,2\na#1 2 3,4\n");
	world_append(&world, "a", "5\n6,7\n");
	assert_true(world_run(&world, ROWS));
	world_expect(&world, "a#1 3 !csv-malformed 5\na#1 4 6,7\n");
	world_close(&world);
}

static void
goes_on_where_it_stopped(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a", "x,y\n1,\"2\n");
	world_append(&world, "a", "3\"\n");
	assert_true(world_run(&world, ROWS));
	world_append(&world, "a", "4,5\n");
	assert_true(world_run(&world, ROWS));
	world_expect(&world, "a#1 0 header\na#1 1 1,\"2\\x0a3\"\na#1 2 4,5\n");
	world_close(&world);
}

/* The header is known to rows that are read after a restart, and one that was not read yet is still due. */
static void
knows_the_header_after_a_restart(void **state)
{
	enum source_state read;
	struct batch batch;
	struct world world;
	size_t before;

	for (before = 1; before < 4; before++) {
		world_open(&world);
		world.capacity = before;
		world_write(&world, "a", "\nx,y\n1,2\n3,4\n");
		assert_true(world_start(&world, ROWS, true));
		assert_true(world_read(&world, false, &read));
		assert_true(world_start(&world, ROWS, true));
		batch_init(&batch, 10, 1000);
		assert_true(file_source.read(world.source, &batch, 0, &read, &world.err));
		assert_int_equal(batch.count, 4 - before);
		assert_int_equal(batch.messages[0].offset, before);
		assert_int_equal(
		    batch.messages[0].kind, before == 1 ? MESSAGE_BLANK : MESSAGE_PAYLOAD);
		assert_true(text_is(batch.messages[batch.count - 1].payload, "3,4"));
		assert_true(text_is(batch.messages[batch.count - 1].schema->text, "x,y"));
		batch_fini(&batch);
		world_close(&world);
	}
}

static void
marks_rows_with_their_header(void **state)
{
	enum source_state read = SOURCE_MORE;
	struct batch batch;
	struct world world;

	world_open(&world);
	world_write(&world, "a", "x,y\n1,2\n");
	world_write(&world, "b", "x,y\n3,4\n");
	world_write(&world, "c", "y,x\n5,6\n");
	assert_true(world_start(&world, "{path: '[abc]', format: csv}", true));
	batch_init(&batch, 10, 1000);
	while (read == SOURCE_MORE)
		assert_true(file_source.read(world.source, &batch, 0, &read, &world.err));
	assert_int_equal(batch.count, 6);
	assert_true(text_is(batch.messages[1].schema->text, "x,y"));
	assert_int_equal(batch.messages[1].schema->delimiter, ',');
	assert_int_equal(batch.messages[1].format, FORMAT_CSV);
	assert_ptr_equal(batch.messages[1].schema, batch.messages[3].schema);
	assert_true(text_is(batch.messages[5].schema->text, "y,x"));
	assert_true(batch.messages[1].schema->id != batch.messages[5].schema->id);
	assert_int_equal(batch.bytes, 18);
	batch_fini(&batch);
	world_close(&world);
}

static void
unpacks_gzip_of_many_members(void **state)
{
	const char *const first[] = {"{\"n\":1}\n{\"n\"", ":2}\n", "", "{\"n\":3}\n", NULL};
	const char *const second[] = {
	    "{\"n\":1}\n{\"n\"", ":2}\n", "", "{\"n\":3}\n", "{\"n\":4}\n", NULL};
	struct world world;

	world_open(&world);
	world.capacity = 2;
	world_write_gzip(&world, "a.gz", first);
	assert_true(world_run(&world, LINES));
	world_expect(&world, "a.gz#1 0 {\"n\":1}\na.gz#1 1 {\"n\":2}\na.gz#1 2 {\"n\":3}\n");
	world_write_gzip(&world, "a.gz", second);
	assert_true(world_run(&world, LINES));
	world_expect(&world, "a.gz#1 3 {\"n\":4}\n");
	world_expect_notice(&world, NULL);
	world_close(&world);
}

static void
passes_over_padding_behind_gzip(void **state)
{
	const char *const texts[] = {"1\n", NULL};
	struct world world;

	world_open(&world);
	world_write_gzip(&world, "c", texts);
	world_append_bytes(&world, "c", (struct text){"\0\0\0\0", 4});
	assert_true(world_run(&world, "{path: c, format: jsonl}"));
	world_expect(&world, "c#1 0 1\n");
	world_append(&world, "c", "more");
	assert_false(world_run(&world, "{path: c, format: jsonl}"));
	assert_string_equal(world.err.text,
	    "c: the gzip data are damaged behind 2 unpacked bytes (bytes behind the end that "
	    "are no gzip): fetch the file again; what came before is read");
	world_close(&world);
}

static void
gives_what_a_cut_gzip_holds_and_says_so(void **state)
{
	struct buffer text = {0};
	const char *texts[] = {NULL, NULL};
	struct world world;
	size_t whole;
	int i;

	world_open(&world);
	for (i = 0; i < 20000; i++)
		buffer_add_format(&text, "{\"n\":%d,\"x\":%d}\n", i, i * 7919 % 10007);
	buffer_add_byte(&text, 0);
	texts[0] = (char *)text.data;
	world_write_gzip(&world, "whole", texts);
	world_copy(&world, "whole", "a.gz");
	world_truncate(&world, "a.gz", 20000);
	assert_false(world_run(&world, LINES));
	assert_non_null(
	    strstr(world.err.text, "a.gz: was cut short: it ends inside its gzip stream, behind "));
	assert_non_null(
	    strstr(world.err.text, "fetch the whole file and run again; what came before is read"));
	whole = (size_t)world.partitions[0]->next_offset;
	assert_true(whole > 1000 && whole < 20000);
	/* Again without a change: nothing is given twice. */
	world.given.size = 0;
	assert_false(world_run(&world, LINES));
	world_expect(&world, "");
	/* Mended, it goes on. */
	world_copy(&world, "whole", "a.gz");
	assert_true(world_run(&world, LINES));
	assert_int_equal(world.partitions[0]->next_offset, 20000);
	assert_int_equal(world.partition_count, 1);
	buffer_fini(&text);
	world_close(&world);
}

static void
gives_what_comes_before_damage(void **state)
{
	const char *const texts[] = {"1\n2\n3\n", NULL};
	struct world world;

	world_open(&world);
	world_write_gzip(&world, "a", texts);
	world_append(&world, "a", "\x1f\x8b\x08garbage");
	assert_false(world_run(&world, LINES));
	assert_non_null(
	    strstr(world.err.text, "a: the gzip data are damaged behind 6 unpacked bytes ("));
	world_expect(&world, "a#1 0 1\na#1 1 2\na#1 2 3\n");
	world_close(&world);
}

/* The neighbours of a line of 100 MB are read; its first 64 KiB are kept. */
static void
breaks_a_line_of_100_mb(void **state)
{
	struct buffer bytes = {0};
	enum source_state read = SOURCE_MORE;
	struct batch batch;
	struct world world;
	size_t size = (size_t)100 << 20;

	world_open(&world);
	buffer_add(&bytes, "{\"n\":1}\n", 8);
	buffer_reserve(&bytes, size);
	memset(bytes.data + bytes.size, 'x', size);
	bytes.size += size;
	buffer_add(&bytes, "\n{\"n\":2}\n", 9);
	world_write_bytes(&world, "a", buffer_text(&bytes));
	buffer_fini(&bytes);
	assert_true(world_start(&world, LINES, true));
	batch_init(&batch, 10, (size_t)1 << 20);
	while (read == SOURCE_MORE)
		assert_true(file_source.read(world.source, &batch, 0, &read, &world.err));
	assert_int_equal(batch.count, 3);
	assert_true(text_is(batch.messages[0].payload, "{\"n\":1}"));
	assert_int_equal(batch.messages[1].kind, MESSAGE_BROKEN);
	assert_string_equal(batch.messages[1].reason, "record-too-long");
	assert_int_equal(batch.messages[1].payload.size, 65536);
	assert_true(text_is(batch.messages[1].detail,
	    "104857600 bytes; at most 16777216 are taken, the first 65536 are kept"));
	assert_true(text_is(batch.messages[2].payload, "{\"n\":2}"));
	batch_fini(&batch);
	world_close(&world);
}

static void
begins_a_replaced_file_anew(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a", "1\n2\n");
	assert_true(world_run(&world, LINES));
	world_write(&world, "a", "7\n8\n9\n");
	assert_true(world_run(&world, LINES));
	world_expect_notice(&world, "a was replaced since 2 records (4 bytes) of it were read");
	world_write(&world, "a", "7\n");
	assert_true(world_run(&world, LINES));
	world_expect_notice(&world, "a was cut since 3 records (6 bytes) of it were read");
	world_expect(&world, "a#1 0 1\na#1 1 2\na#2 0 7\na#2 1 8\na#2 2 9\na#3 0 7\n");
	world_close(&world);
}

/* Two CSV files of one kind begin alike: the first row tells them apart. */
static void
sees_another_csv_file_under_the_same_header(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a", "x,y\n1,2\n");
	assert_true(world_run(&world, ROWS));
	world_write(&world, "a", "x,y\n3,4\n5,6\n");
	assert_true(world_run(&world, ROWS));
	world_expect(&world, "a#1 0 header\na#1 1 1,2\na#2 0 header\na#2 1 3,4\na#2 2 5,6\n");
	world_close(&world);
}

static void
goes_on_behind_a_header_alone(void **state)
{
	struct world world;

	world_open(&world);
	world_write(&world, "a", "x,y\n");
	assert_true(world_run(&world, ROWS));
	world_append(&world, "a", "1,2\n");
	assert_true(world_run(&world, ROWS));
	world_expect(&world, "a#1 0 header\na#1 1 1,2\n");
	world_write(&world, "a", "");
	world_close(&world);
}

/* What was read and not committed is read again, the same. */
static void
reads_again_what_was_not_committed(void **state)
{
	enum source_state read;
	struct world world;

	world_open(&world);
	world.capacity = 2;
	world_write(&world, "a", "1\n2\n3\n4\n5\n");
	assert_true(world_start(&world, LINES, true));
	assert_true(world_read(&world, false, &read));
	assert_true(world_read(&world, true, &read));
	assert_true(world_run(&world, LINES));
	world_expect(&world, "a#1 0 1\na#1 1 2\na#1 2 3\na#1 3 4\na#1 4 5\n");
	world_close(&world);
}

static void
counts_what_is_left(void **state)
{
	enum source_state read;
	struct world world;

	world_open(&world);
	world.capacity = 1;
	world_write(&world, "a", "1\n2\n3\n");
	world_write(&world, "ab", "4567\n");
	assert_true(world_start(&world, LINES, true));
	assert_int_equal(file_source.backlog(world.source), 11);
	while (world_read(&world, false, &read) && read != SOURCE_END)
		;
	assert_int_equal(file_source.backlog(world.source), 0);
	world_close(&world);
}

/* --- standard input ------------------------------------------------------- */

static int
feed(const char *bytes, size_t size)
{
	int ends[2], saved = dup(STDIN_FILENO);

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, size), size);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	return saved;
}

static void
restore_input(int saved)
{
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void
reads_standard_input_as_a_new_incarnation_each_time(void **state)
{
	struct world world;
	int saved;

	world_open(&world);
	saved = feed("1\n2\n{\"half", 10);
	assert_true(world_run(&world, "{path: '-', format: jsonl}"));
	restore_input(saved);
	saved = feed("1\n2\n", 4);
	assert_true(world_run(&world, "{path: '-', format: jsonl}"));
	restore_input(saved);
	world_expect(&world, "-#1 0 1\n-#1 1 2\n-#1 2 {\"half\n-#2 0 1\n-#2 1 2\n");
	world_close(&world);
}

static void
unpacks_standard_input(void **state)
{
	const char *const texts[] = {"x\n1\n", "2\n", NULL};
	struct buffer bytes = {0};
	struct world world;
	char path[128];
	int saved;

	world_open(&world);
	world_write_gzip(&world, "a", texts);
	snprintf(path, sizeof(path), "%s/a", world.folder);
	assert_true(file_read(path, 4096, &bytes, &world.err));
	saved = feed((char *)bytes.data, bytes.size);
	assert_true(world_run(&world, "{path: '-', format: csv}"));
	restore_input(saved);
	world_expect(&world, "-#1 0 header\n-#1 1 1\n-#1 2 2\n");
	buffer_fini(&bytes);
	world_close(&world);
}

static void
does_not_wait_for_a_silent_pipe(void **state)
{
	enum source_state read;
	struct world world;
	int ends[2], saved = dup(STDIN_FILENO);

	world_open(&world);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	assert_true(world_start(&world, "{path: '-', format: jsonl}", true));
	assert_true(world_read(&world, false, &read));
	assert_int_equal(read, SOURCE_IDLE);
	assert_int_equal(write(ends[1], "1\n2", 3), 3);
	assert_true(world_read(&world, false, &read));
	assert_int_equal(read, SOURCE_MORE);
	assert_true(world_read(&world, false, &read));
	assert_int_equal(read, SOURCE_IDLE);
	close(ends[1]);
	assert_true(world_drain(&world, 0));
	world_expect(&world, "-#1 0 1\n-#1 1 2\n");
	restore_input(saved);
	world_close(&world);
}

/* --- reread --------------------------------------------------------------- */

struct recount {
	struct sha256 content;
	int64_t count;
};

static bool
recount(void *context, const struct message *message)
{
	struct recount *seen = context;

	assert_int_equal(message->offset, seen->count);
	seen->count++;
	content_add(&seen->content, message->payload);
	return true;
}

static bool
reread(
    struct world *world, const char *yaml, const struct partition *partition, struct recount *seen)
{
	struct yaml_document *document;
	struct source_options options = {.name = "test",
	    .settings_file = "dyetrace.yaml",
	    .folder = world->folder,
	    .until_end = true,
	    .record_bytes_max = (size_t)16 << 20};
	bool done;

	assert_true(yaml_parse("dyetrace.yaml", text_of(yaml), &document, &world->err));
	options.settings = document->root;
	*seen = (struct recount){0};
	sha256_init(&seen->content);
	done = file_source.reread(&options, partition, recount, seen, &world->err);
	yaml_close(document);
	return done;
}

static void
expect_recount(const struct recount *seen, const struct partition *partition)
{
	uint8_t a[SHA256_BYTES], b[SHA256_BYTES];

	sha256_now(&seen->content, a);
	sha256_now(&partition->content, b);
	assert_int_equal(seen->count, partition->next_offset);
	assert_memory_equal(a, b, sizeof(a));
}

static void
reads_a_partition_again(void **state)
{
	struct recount seen;
	struct world world;

	world_open(&world);
	world_write(&world, "a.csv", "x,y\n1,\"2\n3\"\n\n4,\"5\n6,7");
	assert_true(world_run(&world, "{path: a.csv, format: csv}"));
	world.given.size = 0;
	/* What comes later is not of it, not even the rest of its last row. */
	world_append(&world, "a.csv", "8\n9,10\n");
	assert_true(reread(&world, "{path: a.csv, format: csv}", world.partitions[0], &seen));
	expect_recount(&seen, world.partitions[0]);
	/* Rotated away it is found; gone it is missed. */
	world_rename(&world, "a.csv", "a.csv.1");
	world_write(&world, "a.csv", "x,y\n0,0\n");
	assert_true(reread(&world, "{path: a.csv, format: csv}", world.partitions[0], &seen));
	expect_recount(&seen, world.partitions[0]);
	world_remove(&world, "a.csv.1");
	assert_false(reread(&world, "{path: a.csv, format: csv}", world.partitions[0], &seen));
	assert_int_equal(world.err.kind, ERROR_MISSING);
	assert_string_equal(world.err.text,
	    "a.csv: no file begins with the first record of incarnation 1 any more, neither "
	    "this one nor one that rotation left beside it");
	world_close(&world);
}

static void
sees_in_a_reread_what_was_altered(void **state)
{
	struct recount seen;
	uint8_t a[SHA256_BYTES], b[SHA256_BYTES];
	struct world world;

	world_open(&world);
	world_write(&world, "a", "1\n2\n3\n");
	assert_true(world_run(&world, LINES));
	world_write(&world, "a", "1\n2\n4\n");
	assert_true(reread(&world, LINES, world.partitions[0], &seen));
	sha256_now(&seen.content, a);
	sha256_now(&world.partitions[0]->content, b);
	assert_memory_not_equal(a, b, sizeof(a));
	world_write(&world, "a", "1\n2\n");
	assert_true(reread(&world, LINES, world.partitions[0], &seen));
	assert_int_equal(seen.count, 2);
	world_close(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_what_stands_in_a_file),
	    cmocka_unit_test(refuses_with_a_sentence),
	    cmocka_unit_test(says_what_cannot_be_read),
	    cmocka_unit_test(says_which_pattern_meets_a_closed_folder),
	    cmocka_unit_test(reads_the_good_files_beside_a_bad_one),
	    cmocka_unit_test(reads_files_in_the_order_of_their_names),
	    cmocka_unit_test(takes_absolute_paths),
	    cmocka_unit_test(tells_a_half_written_line),
	    cmocka_unit_test(breaks_the_rest_of_a_row_taken_too_early),
	    cmocka_unit_test(goes_on_where_it_stopped),
	    cmocka_unit_test(knows_the_header_after_a_restart),
	    cmocka_unit_test(marks_rows_with_their_header),
	    cmocka_unit_test(unpacks_gzip_of_many_members),
	    cmocka_unit_test(passes_over_padding_behind_gzip),
	    cmocka_unit_test(gives_what_a_cut_gzip_holds_and_says_so),
	    cmocka_unit_test(gives_what_comes_before_damage),
	    cmocka_unit_test(breaks_a_line_of_100_mb),
	    cmocka_unit_test(begins_a_replaced_file_anew),
	    cmocka_unit_test(sees_another_csv_file_under_the_same_header),
	    cmocka_unit_test(goes_on_behind_a_header_alone),
	    cmocka_unit_test(reads_again_what_was_not_committed),
	    cmocka_unit_test(counts_what_is_left),
	    cmocka_unit_test(reads_standard_input_as_a_new_incarnation_each_time),
	    cmocka_unit_test(unpacks_standard_input),
	    cmocka_unit_test(does_not_wait_for_a_silent_pipe),
	    cmocka_unit_test(reads_a_partition_again),
	    cmocka_unit_test(sees_in_a_reread_what_was_altered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
