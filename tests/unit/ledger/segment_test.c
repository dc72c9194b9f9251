/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments: what is appended is read back by place and in order, by avro-c
 * too; what a crash, a full disk or a flipped byte leaves is cut, torn or
 * damage, and each is told apart.
 */
#include "ledger/segment.h"

#include <avro.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/file.h"
#include "random_records.h"

#define BLOCKS 12
#define RECORDS 50

static struct random_records world;
static struct block *blocks[BLOCKS];
static struct block_place places[BLOCKS];
static char folder[] = "/tmp/dyetrace-segment-XXXXXX";

/* What the linker puts in front of the system's calls. */
ssize_t __real_pwrite(int fd, const void *data, size_t bytes, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t bytes, off_t offset);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

static int64_t disk_bytes = INT64_MAX; /* what may be written yet */
static bool short_writes;
static bool fsync_fails;

ssize_t
__wrap_pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
	if (short_writes && bytes > 7)
		bytes = 7;
	if (!disk_bytes) {
		errno = ENOSPC;
		return -1;
	}
	if ((int64_t)bytes > disk_bytes)
		bytes = (size_t)disk_bytes;
	disk_bytes -= (int64_t)bytes;
	return __real_pwrite(fd, data, bytes, offset);
}

int
__wrap_fsync(int fd)
{
	if (!fsync_fails)
		return __real_fsync(fd);
	errno = EIO;
	return -1;
}

static bool
reads(void *context, uint32_t dataset, uint32_t field)
{
	return field % 2;
}

static int
remove_it(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
	return remove(path);
}

static void
empty_folder(void)
{
	nftw(folder, remove_it, 8, FTW_DEPTH | FTW_PHYS);
}

static int
make_blocks(void **state)
{
	struct block_builder_options options = {NULL, NULL, RECORDS, reads, NULL};
	struct block_builder *builder;
	struct partition *partition;
	struct record record;
	int i;

	assert_non_null(mkdtemp(folder));
	random_records_init(&world, 3);
	options.names = world.names;
	options.keys = world.keys;
	builder = block_builder_open(&options);
	for (i = 0; i < BLOCKS; i++) {
		while (!block_builder_full(builder)) {
			random_record(&world, &record, &partition);
			block_builder_add(builder, &record, partition);
		}
		blocks[i] = block_builder_finish(builder);
	}
	block_builder_close(builder);
	return 0;
}

static int
drop_blocks(void **state)
{
	int i;

	for (i = 0; i < BLOCKS; i++)
		block_free(blocks[i]);
	random_records_fini(&world);
	empty_folder();
	return 0;
}

static int
fresh(void **state)
{
	empty_folder();
	disk_bytes = INT64_MAX;
	short_writes = fsync_fails = false;
	return 0;
}

static struct ledger *
open_at(
    int64_t segment_bytes, enum deflate_kind deflate, uint32_t segment, int64_t bytes, int64_t *cut)
{
	struct ledger_options options = {folder, segment_bytes, deflate, ledger_facts_schema};
	struct ledger *ledger = NULL;
	struct error err = {0};

	if (!ledger_open(&options, segment, bytes, &ledger, cut, &err))
		fail_msg("%s", err.text);
	return ledger;
}

/* Appends blocks [from, to) and syncs. */
static void
append(struct ledger *ledger, int from, int to)
{
	struct error err = {0};

	for (; from < to; from++)
		if (!ledger_append(ledger, blocks[from], &places[from], &err))
			fail_msg("%s", err.text);
	assert_true(ledger_sync(ledger, &err));
}

static void
write_all(int64_t segment_bytes, enum deflate_kind deflate)
{
	int64_t cut = -1;
	struct ledger *ledger = open_at(segment_bytes, deflate, 0, 0, &cut);

	assert_int_equal(cut, 0);
	append(ledger, 0, BLOCKS);
	ledger_close(ledger);
}

static char *
path_of(uint32_t segment)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%06u.avro", folder, segment);
	return path;
}

static int64_t
size_of(uint32_t segment)
{
	struct stat status;

	return stat(path_of(segment), &status) == 0 ? status.st_size : -1;
}

static void
same_place(const struct block_place *a, const struct block_place *b)
{
	assert_int_equal(a->segment, b->segment);
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->objects, b->objects);
	assert_true(a->identity == b->identity);
}

struct seen {
	int blocks, stop_after;
	bool complain;
};

static bool
see(void *context, const struct block_place *place, struct text body, struct error *err)
{
	struct seen *seen = context;
	const struct block *block = blocks[seen->blocks];

	same_place(place, &places[seen->blocks]);
	assert_int_equal(body.size, block->body.size);
	assert_memory_equal(body.data, block->body.data, body.size);
	if (++seen->blocks != seen->stop_after)
		return true;
	if (seen->complain)
		error_set(err, ERROR_DAMAGED, "not liked");
	return false;
}

static bool
walk(struct seen *seen, struct block_place *end, int64_t *torn, struct error *err)
{
	struct ledger_reader *reader;
	bool done;

	memset(err, 0, sizeof(*err));
	assert_true(ledger_reader_open(folder, &reader, err));
	done = ledger_reader_walk(reader, see, seen, end, torn, err);
	ledger_reader_close(reader);
	return done;
}

/* All of it is there, in order and by place. */
static void
check_all(int count)
{
	struct ledger_reader *reader;
	struct block_place end;
	struct error err = {0};
	struct seen seen = {0};
	struct text body;
	int64_t torn;
	int i;

	if (!walk(&seen, &end, &torn, &err))
		fail_msg("%s", err.text);
	assert_int_equal(seen.blocks, count);
	assert_int_equal(torn, 0);
	same_place(&end, &places[count - 1]);
	assert_true(ledger_reader_open(folder, &reader, &err));
	for (i = count; i--;) {
		if (!ledger_reader_block(reader, &places[i], &body, &err))
			fail_msg("%s", err.text);
		assert_int_equal(body.size, blocks[i]->body.size);
		assert_memory_equal(body.data, blocks[i]->body.data, body.size);
	}
	ledger_reader_close(reader);
}

static void
blocks_are_read_back_by_place_and_in_order(void **state)
{
	static const enum deflate_kind kinds[] = {DEFLATE_AUTO, DEFLATE_ZLIB};
	struct ledger_reader *reader;
	struct error err = {0};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(kinds); i++) {
		empty_folder();
		write_all(1 << 20, kinds[i]);
		assert_int_equal(places[BLOCKS - 1].segment, 1);
		check_all(BLOCKS);
		empty_folder();
		write_all(20000, kinds[i]);
		assert_true(places[BLOCKS - 1].segment > 2);
		check_all(BLOCKS);
		/* Sealed above the bound, by less than a block. */
		assert_true(size_of(1) >= 20000 && size_of(1) < 20000 + places[0].bytes * 2);
	}
	assert_true(ledger_reader_open(folder, &reader, &err));
	assert_true(ledger_reader_bytes(reader) > 2 * 20000);
	ledger_reader_close(reader);
}

static void
the_deflater_is_named(void **state)
{
	struct ledger_options options = {folder, 1 << 20, DEFLATE_ISAL, ledger_facts_schema};
	struct ledger *ledger;
	struct error err = {0};
	int64_t cut;

	ledger = open_at(1 << 20, DEFLATE_ZLIB, 0, 0, &cut);
	assert_string_equal(ledger_deflate_name(ledger), "zlib");
	ledger_close(ledger);
	if (ledger_open(&options, 0, 0, &ledger, &cut, &err)) {
		assert_string_equal(ledger_deflate_name(ledger), "isal");
		ledger_close(ledger);
	} else {
		assert_int_equal(err.kind, ERROR_USAGE);
	}
}

static void
avro_c_reads_every_object(void **state)
{
	uint32_t segment, i, found, expected;

	write_all(20000, DEFLATE_AUTO);
	for (segment = 1; segment <= places[BLOCKS - 1].segment; segment++) {
		avro_file_reader_t reader;
		avro_value_iface_t *iface;
		avro_value_t value;
		avro_schema_t schema;

		for (i = expected = found = 0; i < BLOCKS; i++)
			if (places[i].segment == segment)
				expected += places[i].objects;
		assert_int_equal(avro_file_reader(path_of(segment), &reader), 0);
		schema = avro_file_reader_get_writer_schema(reader);
		iface = avro_generic_class_from_schema(schema);
		avro_generic_value_new(iface, &value);
		while (avro_file_reader_read_value(reader, &value) == 0) {
			found++;
			avro_value_reset(&value);
		}
		assert_int_equal(found, expected);
		avro_value_decref(&value);
		avro_value_iface_decref(iface);
		avro_schema_decref(schema);
		avro_file_reader_close(reader);
	}
}

static void
avro_c_takes_the_schema_of_leaves(void **state)
{
	avro_schema_t schema;

	assert_int_equal(
	    avro_schema_from_json_length(ledger_leaf_schema, strlen(ledger_leaf_schema), &schema),
	    0);
	avro_schema_decref(schema);
}

static void
what_the_catalog_does_not_know_is_cut(void **state)
{
	int known;

	for (known = 0; known < BLOCKS; known++) {
		uint32_t segment = known ? places[known - 1].segment : 0;
		struct ledger *ledger;
		int64_t bytes, cut, dropped = 0;
		uint32_t i;

		empty_folder();
		write_all(20000, DEFLATE_AUTO);
		segment = known ? places[known - 1].segment : 0;
		bytes = known ? places[known - 1].offset + places[known - 1].bytes : 0;
		for (i = segment; i <= places[BLOCKS - 1].segment; i++)
			dropped += i ? size_of(i) : 0;
		ledger = open_at(20000, DEFLATE_AUTO, segment, bytes, &cut);
		assert_int_equal(cut, dropped - bytes);
		assert_int_equal(size_of(segment + 1), -1);
		append(ledger, known, BLOCKS);
		ledger_close(ledger);
		check_all(BLOCKS);
	}
}

static void
flip(uint32_t segment, int64_t offset)
{
	int fd = open(path_of(segment), O_RDWR);
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x10;
	assert_int_equal(__real_pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

static void
a_segment_that_is_not_as_committed_is_not_touched(void **state)
{
	struct ledger_options options = {folder, 20000, DEFLATE_AUTO, ledger_facts_schema};
	struct ledger *ledger = NULL;
	struct error err = {0};
	char expected[128];
	int64_t cut, bytes;

	write_all(20000, DEFLATE_AUTO);
	bytes = size_of(1);
	assert_false(ledger_open(&options, 1, bytes + 1, &ledger, &cut, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	snprintf(expected, sizeof(expected),
	    "segment 000001.avro: %lld bytes, and the catalog has committed %lld: restore it from "
	    "a backup",
	    (long long)bytes, (long long)bytes + 1);
	assert_string_equal(err.text, expected);
	assert_false(ledger_open(&options, 1, 100, &ledger, &cut, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	assert_false(ledger_open(&options, 77, bytes, &ledger, &cut, &err));
	assert_string_equal(
	    err.text, "segment 000077.avro: it is missing: restore it from a backup");
	check_all(BLOCKS); /* nothing was cut */
	flip(1, 30);
	assert_false(ledger_open(&options, 1, bytes, &ledger, &cut, &err));
	assert_string_equal(err.text, "segment 000001.avro: its header is not that of a segment");
}

static void
a_torn_tail_is_no_damage(void **state)
{
	const struct block_place *last = &places[BLOCKS - 1];
	struct block_place end;
	struct error err = {0};
	int64_t size, torn;

	write_all(1 << 20, DEFLATE_AUTO);
	for (size = last->offset + last->bytes - 1; size > last->offset; size -= 13) {
		struct seen seen = {0};

		assert_int_equal(truncate(path_of(1), size), 0);
		if (!walk(&seen, &end, &torn, &err))
			fail_msg("%s", err.text);
		assert_int_equal(seen.blocks, BLOCKS - 1);
		assert_int_equal(torn, size - last->offset);
		same_place(&end, &places[BLOCKS - 2]);
	}
}

static void
a_segment_just_begun_is_no_damage(void **state)
{
	static const char zeros[100];
	struct block_place end;
	struct error err = {0};
	struct seen seen = {0};
	int64_t torn;
	int fd;

	write_all(1 << 20, DEFLATE_AUTO);
	fd = open(path_of(2), O_WRONLY | O_CREAT, 0644);
	assert_int_equal(write(fd, zeros, sizeof(zeros)), sizeof(zeros));
	close(fd);
	assert_true(walk(&seen, &end, &torn, &err));
	assert_int_equal(seen.blocks, BLOCKS);
	assert_int_equal(torn, 100);
	/* But not in the middle. */
	fd = open(path_of(3), O_WRONLY | O_CREAT, 0644);
	close(fd);
	assert_false(walk(&(struct seen){0}, &end, &torn, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	unlink(path_of(2));
	assert_false(walk(&(struct seen){0}, &end, &torn, &err));
	assert_string_equal(
	    err.text, "segment 000002.avro: it is missing: restore it from a backup");
}

static void
a_flipped_byte_is_damage_wherever_it_is(void **state)
{
	struct ledger_reader *reader;
	struct block_place end;
	struct error err = {0};
	struct text body;
	int64_t at, torn;
	int i;

	write_all(20000, DEFLATE_AUTO);
	for (i = 0; i < BLOCKS; i += 3)
		for (at = places[i].offset; at < places[i].offset + places[i].bytes; at += 97) {
			flip(places[i].segment, at);
			assert_true(ledger_reader_open(folder, &reader, &err));
			assert_false(ledger_reader_block(reader, &places[i], &body, &err));
			assert_int_equal(err.kind, ERROR_DAMAGED);
			ledger_reader_close(reader);
			flip(places[i].segment, at);
		}
	/* Without the catalog: the frame, the marker and what inflates to nothing. */
	for (at = 1; at < places[4].bytes; at++) {
		if (at == 5)
			at = places[4].bytes - 16; /* between them the visitor sees it */
		flip(places[4].segment, places[4].offset + at);
		assert_false(walk(&(struct seen){0}, &end, &torn, &err));
		assert_int_equal(err.kind, ERROR_DAMAGED);
		flip(places[4].segment, places[4].offset + at);
	}
	check_all(BLOCKS);
}

static void
damage_says_where(void **state)
{
	struct block_place end;
	struct error err = {0};
	char expected[200];
	int64_t torn;

	write_all(1 << 20, DEFLATE_AUTO);
	flip(1, places[3].offset + places[3].bytes - 1);
	assert_false(walk(&(struct seen){0}, &end, &torn, &err));
	snprintf(expected, sizeof(expected),
	    "segment 000001.avro: byte %lld: the block does not end with the segment's marker",
	    (long long)places[3].offset);
	assert_string_equal(err.text, expected);
	same_place(&end, &places[2]);
}

static void
a_visitor_may_stop(void **state)
{
	struct seen enough = {.stop_after = 3}, complains = {.stop_after = 3, .complain = true};
	struct block_place end;
	struct error err = {0};
	int64_t torn;

	write_all(20000, DEFLATE_AUTO);
	assert_true(walk(&enough, &end, &torn, &err));
	assert_int_equal(enough.blocks, 3);
	same_place(&end, &places[1]);
	assert_false(walk(&complains, &end, &torn, &err));
	assert_string_equal(err.text, "not liked");
}

static void
short_writes_are_gone_on_with(void **state)
{
	short_writes = true;
	write_all(20000, DEFLATE_AUTO);
	short_writes = false;
	check_all(BLOCKS);
}

static void
a_full_disk_is_said_and_leaves_nothing(void **state)
{
	struct error err = {0};
	struct ledger *ledger;
	int64_t cut, size, room;

	ledger = open_at(1 << 20, DEFLATE_AUTO, 0, 0, &cut);
	append(ledger, 0, 2);
	size = size_of(1);
	for (room = 0; room < 2000; room += 100) {
		disk_bytes = room;
		assert_false(ledger_append(ledger, blocks[2], &places[2], &err));
		assert_int_equal(err.kind, ERROR_IO);
		assert_non_null(strstr(err.text, "segment 000001.avro: the disk is full: "));
		assert_non_null(strstr(err.text, "free some space and start again"));
		assert_int_equal(size_of(1), size);
	}
	disk_bytes = INT64_MAX;
	append(ledger, 2, BLOCKS);
	ledger_close(ledger);
	check_all(BLOCKS);
}

static void
a_full_disk_at_a_new_segment_leaves_none(void **state)
{
	struct error err = {0};
	struct ledger *ledger;
	int64_t cut;

	ledger = open_at(1000, DEFLATE_AUTO, 0, 0, &cut);
	append(ledger, 0, 1);
	disk_bytes = 100;
	assert_false(ledger_append(ledger, blocks[1], &places[1], &err));
	assert_non_null(strstr(err.text, "segment 000002.avro: the disk is full: "));
	assert_int_equal(size_of(2), -1);
	disk_bytes = INT64_MAX;
	append(ledger, 1, BLOCKS);
	ledger_close(ledger);
	check_all(BLOCKS);
}

static void
a_failed_sync_is_not_tried_again(void **state)
{
	struct error err = {0};
	struct ledger *ledger;
	int64_t cut;

	ledger = open_at(1 << 20, DEFLATE_AUTO, 0, 0, &cut);
	append(ledger, 0, 2);
	assert_true(ledger_append(ledger, blocks[2], &places[2], &err));
	fsync_fails = true;
	assert_false(ledger_sync(ledger, &err));
	assert_string_equal(err.text, "segment 000001.avro: fsync: Input/output error");
	fsync_fails = false;
	assert_false(ledger_sync(ledger, &err));
	assert_string_equal(err.text, "the ledger could not be synced and must be opened again");
	assert_false(ledger_append(ledger, blocks[3], &places[3], &err));
	ledger_close(ledger);
}

/* Appends the rest of the blocks and dies at the point named. */
static void
die_at(const char *point, int from)
{
	uint32_t segment = places[from - 1].segment;
	int64_t bytes = places[from - 1].offset + places[from - 1].bytes, cut;
	pid_t child = fork();
	int status;

	if (!child) {
		setenv("DYETRACE_FAULT", point, 1);
		fault_init();
		append(open_at(21000, DEFLATE_AUTO, segment, bytes, &cut), from, BLOCKS);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
a_kill_at_any_point_is_cut_away(void **state)
{
	static const char *const points[] = {"block-half-written", "block-half-written:3",
	    "block-written", "block-written:5", "segment-created", "segment-sealed"};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(points); i++) {
		struct ledger *ledger;
		int64_t cut;

		empty_folder();
		ledger = open_at(21000, DEFLATE_AUTO, 0, 0, &cut);
		append(ledger, 0, 2);
		ledger_close(ledger);
		die_at(points[i], 2);
		ledger = open_at(21000, DEFLATE_AUTO, places[1].segment,
		    places[1].offset + places[1].bytes, &cut);
		assert_true(cut > 0);
		append(ledger, 2, BLOCKS);
		ledger_close(ledger);
		check_all(BLOCKS);
	}
}

static uint32_t
beyond(uint32_t segment, int64_t offset, uint32_t most)
{
	struct ledger_reader *reader = NULL;
	struct error err = {0};
	uint32_t count = 0;

	if (!ledger_reader_open(folder, &reader, &err) ||
	    !ledger_reader_beyond(reader, segment, offset, most, &count, &err))
		fail_msg("%s", err.text);
	ledger_reader_close(reader);
	return count;
}

static void
whole_blocks_behind_a_place_are_counted(void **state)
{
	int i;

	write_all(20000, DEFLATE_AUTO);
	assert_true(places[BLOCKS - 1].segment > 2);
	assert_int_equal(beyond(0, 0, 100), BLOCKS);
	assert_int_equal(beyond(0, 0, 5), 5);
	for (i = 0; i < BLOCKS; i++)
		assert_int_equal(beyond(places[i].segment, places[i].offset + places[i].bytes, 100),
		    BLOCKS - 1 - i);
	/* Half a block is none, nor is a segment that was only begun. */
	i = BLOCKS - 1;
	assert_int_equal(truncate(path_of(places[i].segment), places[i].offset + 40), 0);
	assert_int_equal(beyond(0, 0, 100), BLOCKS - 1);
	assert_int_equal(truncate(path_of(places[i].segment), 10), 0);
	assert_true(beyond(0, 0, 100) < BLOCKS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(blocks_are_read_back_by_place_and_in_order, fresh),
	    cmocka_unit_test_setup(the_deflater_is_named, fresh),
	    cmocka_unit_test_setup(avro_c_reads_every_object, fresh),
	    cmocka_unit_test(avro_c_takes_the_schema_of_leaves),
	    cmocka_unit_test_setup(what_the_catalog_does_not_know_is_cut, fresh),
	    cmocka_unit_test_setup(a_segment_that_is_not_as_committed_is_not_touched, fresh),
	    cmocka_unit_test_setup(whole_blocks_behind_a_place_are_counted, fresh),
	    cmocka_unit_test_setup(a_torn_tail_is_no_damage, fresh),
	    cmocka_unit_test_setup(a_segment_just_begun_is_no_damage, fresh),
	    cmocka_unit_test_setup(a_flipped_byte_is_damage_wherever_it_is, fresh),
	    cmocka_unit_test_setup(damage_says_where, fresh),
	    cmocka_unit_test_setup(a_visitor_may_stop, fresh),
	    cmocka_unit_test_setup(short_writes_are_gone_on_with, fresh),
	    cmocka_unit_test_setup(a_full_disk_is_said_and_leaves_nothing, fresh),
	    cmocka_unit_test_setup(a_full_disk_at_a_new_segment_leaves_none, fresh),
	    cmocka_unit_test_setup(a_failed_sync_is_not_tried_again, fresh),
	    cmocka_unit_test_setup(a_kill_at_any_point_is_cut_away, fresh),
	};

	return cmocka_run_group_tests(tests, make_blocks, drop_blocks);
}
