/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks that no writer made: each is refused with a sentence, and no byte of
 * a good one can be changed without it being seen.
 */
#include "ledger/block.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "random_records.h"

static struct random_records world;

static int
make_world(void **state)
{
	random_records_init(&world, 11);
	world.relayed = true;
	return 0;
}

static int
drop_world(void **state)
{
	random_records_fini(&world);
	return 0;
}

/* An event of partition 0 up to its shape: "s" "p" 1, nothing skipped. */
#define TAG_EVENT "\x00"
#define PLACE "\x02\x02s\x02p\x02\x00\x00\x00"
#define PAYLOAD                                                                                    \
	"\x00"                                                                                     \
	"12345678"
#define SHA256                                                                                     \
	"12345678"                                                                                 \
	"12345678"                                                                                 \
	"12345678"                                                                                 \
	"12345678"
#define TO_SHAPE TAG_EVENT PLACE PAYLOAD "\x00\x00\x00"
#define ORIGIN "\x02\x00\x00\x00\x00\x00\x00"
#define MAC "0123456789abcdef"
/* A shape of the fields f and g: no dataset, op, system, channel. */
#define SHAPE_FG                                                                                   \
	"\x02\x00\x00\x00\x00\x04\x02\x02"                                                         \
	"f\x02\x02g\x00"
#define FILTERED "\x04" PLACE "\x00\x02\x02r\x00"

static void
what_no_writer_makes_is_refused(void **state)
{
	static const struct {
		uint32_t objects;
		const char *bytes;
		size_t size;
		const char *sentence;
	} cases[] = {
#define CASE(objects, bytes, sentence) {objects, bytes, sizeof(bytes) - 1, sentence}
	    CASE(1, "", "1 objects in 0 bytes"),
	    CASE(0, "\x00", "object 0: 1 bytes behind the last one"),
	    CASE(3000, FILTERED, "3000 objects in 15 bytes"),
	    CASE(UINT32_MAX, FILTERED, "4294967295 objects in 15 bytes"),
	    CASE(1, "\x0e", "object 0: no object that this format has"),
	    /* what is upstream: no tag, two of one, an empty one, one that there is not, more than there are */
	    CASE(1, "\x0c\x00", "object 0: no tags of what is upstream, where there are some"),
	    CASE(1,
		"\x0c\x04\x02\x02"
		"a\x02\x02"
		"b\x00",
		"object 0: tags of what is upstream out of order, or empty"),
	    CASE(1, "\x0c\x02\x02\x00\x00\x00",
		"object 0: tags of what is upstream out of order, or empty"),
	    CASE(1,
		"\x0c\x02\x16\x02"
		"a\x00",
		"object 0: malformed or cut short before byte 3 of the block"),
	    CASE(1,
		"\x0c\x18\x02\x02"
		"a\x00",
		"object 0: no tags of what is upstream, where there are some"),
	    CASE(1, "\x01", "object 0: no object that this format has"),
	    CASE(1, "\x80\x00", "object 0: no object that this format has"),
	    CASE(1, TAG_EVENT "\x00\x00",
		"object 0: partition 0 is referred to, and 0 were written"),
	    CASE(1, TAG_EVENT "\x00\x01",
		"object 0: partition -1 is referred to, and 0 were written"),
	    CASE(1, TAG_EVENT "\x02\x02s\x03p",
		"object 0: malformed or cut short before byte 5 of the block"),
	    CASE(1, TAG_EVENT "\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01s",
		"object 0: malformed or cut short before byte 12 of the block"),
	    CASE(1, TAG_EVENT "\x02\x02\xffp", /* not UTF-8 */
		"object 0: malformed or cut short before byte 4 of the block"),
	    CASE(1, TAG_EVENT "\x02\x02s\x02p\x01", /* incarnation -1 */
		"object 0: malformed or cut short before byte 7 of the block"),
	    CASE(1, TAG_EVENT "\x02\x02s\x02p\x02\x01\x00\x00", "object 0: an offset out of range"),
	    CASE(1, TAG_EVENT "\x02\x02s\x02p\x02\x00\x03\x00", /* replay: neither 0 nor 1 */
		"object 0: malformed or cut short before byte 9 of the block"),
	    CASE(1, TAG_EVENT PLACE PAYLOAD "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00",
		"object 0: an event time out of range"),
	    CASE(1, TAG_EVENT PLACE "\x04" SHA256 "\x00\x00\x00\x00\x00", /* neither of the two */
		"object 0: malformed or cut short before byte 11 of the block"),
	    CASE(1,
		TAG_EVENT PLACE "\x00"
				"1234567", /* cut */
		"object 0: malformed or cut short before byte 15 of the block"),
	    CASE(1,
		TAG_EVENT PLACE "\x02"
				"12345678"
				"12345678"
				"12345678"
				"1234567", /* cut */
		"object 0: malformed or cut short before byte 11 of the block"),
	    CASE(1, TAG_EVENT PLACE "\x02" SHA256 "\x00\x00\x00\x00\x00",
		"object 0: shape 0 is referred to, and 0 were written"),
	    CASE(1,
		"\x02" PLACE "\x02"
		"12345678", /* a quarantined position, cut */
		"object 0: malformed or cut short before byte 11 of the block"),
	    CASE(1,
		"\x04" PLACE "\x02"
		"12345678"
		"\x02\x02r\x00", /* identity called SHA-256 */
		"object 0: malformed or cut short before byte 11 of the block"),
	    CASE(1, TO_SHAPE "\x00\x00", "object 0: shape 0 is referred to, and 0 were written"),
	    CASE(1, TO_SHAPE "\x02\x02\x00", "object 0: name 0 is referred to, and 0 were written"),
	    CASE(1,
		TO_SHAPE "\x02\x00\x00\x00\x00\x04\x02\x02"
			 "f\x00\x00\x00",
		"object 0: a shape names a field twice"),
	    CASE(1,
		TO_SHAPE "\x02\x00\x00\x00\x00\x04\x02\x02"
			 "f\x02\x02"
			 "f\x00",
		"object 0: a shape names a field twice"),
	    CASE(1, TO_SHAPE "\x02\x00\x00\x00\x00\xff\xff\xff\xff\x0f\x00",
		"object 0: malformed or cut short before byte 32 of the block"),
	    CASE(1, TO_SHAPE SHAPE_FG "\x00\x00",
		"object 0: origin 0 is referred to, and 0 were written"),
	    CASE(1,
		TO_SHAPE SHAPE_FG "\x02\x02"
				  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		"object 0: an actor of zeros"),
	    CASE(1, TO_SHAPE SHAPE_FG "\x02\x00\x06", /* no such kind */
		"object 0: malformed or cut short before byte 38 of the block"),
	    CASE(1, TO_SHAPE SHAPE_FG "\x02\x00\x00\x00\x00\x10", /* no such rule */
		"object 0: malformed or cut short before byte 41 of the block"),
	    CASE(1, TO_SHAPE SHAPE_FG "\x02\x00\x00\x00\x00\x00\xca\x01", /* 101 percent */
		"object 0: malformed or cut short before byte 43 of the block"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x02\x00\x00", "object 0: 1 values of 2 fields"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x00", "object 0: 0 values of 2 fields"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x03\x10\x00\x00\x00\x00\x00", /* Avro's other form */
		"object 0: 0 values of 2 fields"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x08\x00\x00\x00\x00\x02\x00",
		"object 0: malformed or cut short before byte 48 of the block"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x08\x10\x00\x00\x00\x00",
		"object 0: malformed or cut short before byte 44 of the block"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x08\x02\x04\x00\x00\x00\x00",
		"object 0: malformed or cut short before byte 45 of the block"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x08\x0e\x00\x00\x00\x00\x00",
		"object 0: text 0 is referred to, and 0 were written"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x08\x0a" MAC "\x06\x0c\x00\x00\x00\x00",
		"object 0: text 0 is not sealed with this field's key"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x08\x0a" MAC "\x01\x00\x00\x00\x00",
		"object 0: malformed or cut short before byte 61 of the block"),
	    CASE(1, TO_SHAPE SHAPE_FG ORIGIN "\x08\x0a" MAC "\x80\x80\x80\x80\x20\x00\x00\x00\x00",
		"object 0: malformed or cut short before byte 65 of the block"),
	    CASE(1,
		TO_SHAPE SHAPE_FG ORIGIN "\x08\x08" MAC "\x06"
					 "abc"
					 "\x00\x00\x00\x00",
		"object 0: text 0 does not match its mac: altered, or another store's key"),
	    CASE(1, "\x04" PLACE "\x00\x00\x00\x00",
		"object 0: reason 0 is referred to, and 0 were written"),
	    CASE(1, "\x06\x02\x02s\x02p\x02\x00\x00\x00\x02\x02r\x00", /* a gap of nothing */
		"object 0: an offset out of range"),
	    CASE(1, FILTERED "\x00", "object 1: 1 bytes behind the last one"),
	    CASE(2, FILTERED, "object 1: no object that this format has"),
	    CASE(2, FILTERED "\x04\x00\x02",
		"object 1: partition 1 is referred to, and 1 were written"),
	    CASE(2,
		FILTERED "\x04\x00\x00\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00\x00\x00\x00",
		"object 1: an offset out of range"),
#undef CASE
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct block_content content;
		struct error err = {0};
		struct arena arena;
		char *exact = malloc(cases[i].size ? cases[i].size : 1);

		memcpy(exact, cases[i].bytes, cases[i].size);
		arena_init(&arena);
		if (block_read((struct text){exact, cases[i].size}, cases[i].objects, world.names,
			world.keys, &arena, &content, &err))
			fail_msg("case %zu is read; expected: %s", i, cases[i].sentence);
		assert_int_equal(err.kind, ERROR_DAMAGED);
		if (strcmp(err.text, cases[i].sentence) != 0)
			fail_msg("case %zu says: %s\nexpected: %s", i, err.text, cases[i].sentence);
		arena_fini(&arena);
		free(exact);
	}
}

static bool
reads(void *context, uint32_t dataset, uint32_t field)
{
	return field % 3 != 0;
}

static struct block *
good_block(uint32_t records)
{
	struct block_builder_options options = {world.names, world.keys, records, reads, NULL};
	struct block_builder *builder = block_builder_open(&options);
	struct partition *partition;
	struct record record;
	struct block *block;

	while (!block_builder_full(builder)) {
		random_record(&world, &record, &partition);
		block_builder_add(builder, &record, partition);
	}
	block = block_builder_finish(builder);
	block_builder_close(builder);
	return block;
}

static void
add_kinds(const struct record *record, struct buffer *out)
{
	uint32_t i;

	for (i = 0; i < record->event.change_count; i++) {
		buffer_add_byte(out, (uint8_t)record->event.changes[i].old_value.kind);
		buffer_add_byte(out, (uint8_t)record->event.changes[i].new_value.kind);
	}
}

static void
add_mark(const struct block_mark *mark, struct buffer *out)
{
	buffer_add_text(out, mark->source);
	buffer_add_text(out, mark->name);
	buffer_add_format(out, "%u %d %d %lld %lld %lld %lld %lld %lld %lld %lld %llu",
	    mark->incarnation, mark->ended, mark->has_first, (long long)mark->start,
	    (long long)mark->next_offset, (long long)mark->next_byte, (long long)mark->recorded,
	    (long long)mark->quarantined, (long long)mark->filtered, (long long)mark->gaps,
	    (long long)mark->max_time_ms, (unsigned long long)mark->first_payload);
	buffer_add(out, mark->content, sizeof(mark->content));
}

/* All that a reader gets from the block, as bytes; false if it is refused. */
static bool
sum_up(struct text body, uint32_t objects, struct buffer *out)
{
	struct block_content content;
	struct error err = {0};
	struct arena arena;
	uint32_t i;
	bool done;

	arena_init(&arena);
	done = block_read(body, objects, world.names, world.keys, &arena, &content, &err);
	if (!done)
		assert_true(err.kind == ERROR_DAMAGED && err.text[0]);
	for (i = 0; done && i < content.record_count; i++) {
		leaf_encode(&content.records[i], world.names, world.keys, out);
		add_kinds(&content.records[i], out);
	}
	for (i = 0; done && i < content.mark_count; i++)
		add_mark(&content.marks[i], out);
	arena_fini(&arena);
	return done;
}

static void
a_block_cut_anywhere_is_refused(void **state)
{
	struct block *block = good_block(60);
	struct buffer sum = {0};
	size_t size;

	assert_true(sum_up(buffer_text(&block->body), block->objects, &sum));
	for (size = 0; size < block->body.size; size++) {
		char *exact = malloc(size ? size : 1);

		memcpy(exact, block->body.data, size);
		assert_false(sum_up((struct text){exact, size}, block->objects, &sum));
		free(exact);
	}
	assert_false(sum_up(buffer_text(&block->body), block->objects - 1, &sum));
	assert_false(sum_up(buffer_text(&block->body), block->objects + 1, &sum));
	buffer_fini(&sum);
	block_free(block);
}

static void
a_block_with_an_altered_bit_is_refused(void **state)
{
	struct block *block = good_block(40);
	struct buffer sum = {0};
	size_t at;
	int bit;

	assert_true(sum_up(buffer_text(&block->body), block->objects, &sum));
	for (at = 0; at < block->body.size; at++)
		for (bit = 0; bit < 8; bit++) {
			block->body.data[at] ^= (uint8_t)(1 << bit);
			if (sum_up(buffer_text(&block->body), block->objects, &sum))
				fail_msg("bit %d of byte %zu of %zu", bit, at, block->body.size);
			block->body.data[at] ^= (uint8_t)(1 << bit);
		}
	buffer_fini(&sum);
	block_free(block);
}

static void
another_key_does_not_open_the_texts(void **state)
{
	struct random_records other;
	struct block *block = good_block(40);
	struct block_content content;
	struct error err = {0};
	struct arena arena;
	char folder[] = "/tmp/dyetrace-key-XXXXXX", file[64];
	struct keys *keys = NULL;

	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/key", folder);
	assert_true(keys_create(file, &err));
	assert_true(keys_open(file, &keys, &err));
	unlink(file);
	rmdir(folder);
	random_records_init(&other, 1);
	keys_close(other.keys);
	other.keys = keys;
	arena_init(&arena);
	assert_false(block_read(
	    buffer_text(&block->body), block->objects, other.names, keys, &arena, &content, &err));
	assert_non_null(
	    strstr(err.text, "does not match its mac: altered, or another store's key"));
	assert_true(block_read(
	    buffer_text(&block->body), block->objects, other.names, NULL, &arena, &content, &err));
	arena_fini(&arena);
	random_records_fini(&other);
	block_free(block);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_no_writer_makes_is_refused),
	    cmocka_unit_test(a_block_cut_anywhere_is_refused),
	    cmocka_unit_test(a_block_with_an_altered_bit_is_refused),
	    cmocka_unit_test(another_key_does_not_open_the_texts),
	};

	return cmocka_run_group_tests(tests, make_world, drop_world);
}
