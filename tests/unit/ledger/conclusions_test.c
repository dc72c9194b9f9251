/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conclusions: what is added is read back to the last bit, all of a block or one
 * fact's; the leaf is the schema's; what no writer made is refused.
 */
#include "ledger/conclusions.h"

#include <avro.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/segment.h"
#include "random_conclusions.h"

static bool
same_bits(double a, double b)
{
	return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof(a)) == 0;
}

static void
assert_same(const struct conclusion *a, const struct conclusion *b)
{
	const struct influences *x = &a->influences, *y = &b->influences;
	uint32_t i;

	assert_true(a->record == b->record);
	assert_int_equal(a->epoch, b->epoch);
	assert_int_equal(x->count, y->count);
	assert_int_equal(x->score_count, y->score_count);
	for (i = 0; i < x->count; i++) {
		assert_int_equal(x->items[i].feature, y->items[i].feature);
		assert_int_equal(x->items[i].status, y->items[i].status);
		assert_true(same_bits(x->items[i].before, y->items[i].before));
		assert_true(same_bits(x->items[i].after, y->items[i].after));
	}
	for (i = 0; i < x->score_count; i++) {
		assert_int_equal(x->scores[i].model, y->scores[i].model);
		assert_true(same_bits(x->scores[i].before, y->scores[i].before));
		assert_true(same_bits(x->scores[i].movement, y->scores[i].movement));
	}
}

/* Until it is full, or of `count`. */
static struct conclusion_block *
draw_block(struct conclusion_builder *builder, struct random_conclusions *random, uint32_t count,
    struct conclusion *drawn)
{
	uint32_t i;

	for (i = 0; i < count && !conclusion_builder_full(builder); i++) {
		drawn[i] = draw_conclusion(random);
		conclusion_builder_add(builder, &drawn[i]);
	}
	assert_int_equal(conclusion_builder_count(builder), i);
	return conclusion_builder_finish(builder);
}

static void
check_block(const struct conclusion_block *block, const struct conclusion *drawn)
{
	struct conclusion *read;
	struct buffer leaf = {0};
	struct error err = {0};
	struct arena arena;
	uint32_t i, count, start = 0;

	arena_init(&arena);
	if (!conclusion_block_read(
		buffer_text(&block->body), block->records, UINT64_MAX, &arena, &read, &count, &err))
		fail_msg("%s", err.text);
	assert_int_equal(count, block->records);
	assert_true(block->first_fact == drawn[0].record);
	assert_true(block->last_fact == drawn[count - 1].record);
	for (i = 0; i < count; start = block->leaf_ends[i++]) {
		assert_same(&read[i], &drawn[i]);
		leaf.size = 0;
		conclusion_leaf(&read[i], &leaf);
		assert_int_equal(leaf.size, block->leaf_ends[i] - start);
		assert_memory_equal(leaf.data, block->leaves.data + start, leaf.size);
	}
	buffer_fini(&leaf);
	arena_fini(&arena);
}

static void
what_is_added_is_read_back(void **state)
{
	struct conclusion *drawn = memory_get_array(CONCLUSIONS_MAX, sizeof(*drawn));
	struct conclusion_builder *builder = conclusion_builder_open();
	struct random_conclusions random = {.state = 1};
	struct conclusion_block *block;
	int round;

	arena_init(&random.arena);
	assert_null(conclusion_builder_finish(builder));
	for (round = 0; round < 12; round++) {
		block = draw_block(builder, &random, round ? CONCLUSIONS_MAX : 1, drawn);
		check_block(block, drawn);
		conclusion_builder_reuse(builder, block);
	}
	conclusion_builder_close(builder);
	arena_fini(&random.arena);
	memory_free(drawn);
}

static void
one_fact_has_its_conclusion_or_none(void **state)
{
	struct conclusion drawn[60], *read;
	struct conclusion_builder *builder = conclusion_builder_open();
	struct random_conclusions random = {.state = 2, .record = 5};
	struct conclusion_block *block;
	struct error err = {0};
	struct arena arena;
	uint32_t i, count;

	arena_init(&random.arena);
	arena_init(&arena);
	block = draw_block(builder, &random, ARRAY_COUNT(drawn), drawn);
	for (i = 0; i < ARRAY_COUNT(drawn); i++) {
		assert_true(conclusion_block_read(buffer_text(&block->body), block->records,
		    drawn[i].record, &arena, &read, &count, &err));
		assert_int_equal(count, 1);
		assert_same(&read[0], &drawn[i]);
		if (i && drawn[i].record - 1 == drawn[i - 1].record)
			continue;
		assert_true(conclusion_block_read(buffer_text(&block->body), block->records,
		    drawn[i].record - 1, &arena, &read, &count, &err));
		assert_int_equal(count, 0);
	}
	assert_true(conclusion_block_read(buffer_text(&block->body), block->records,
	    block->last_fact + 1, &arena, &read, &count, &err));
	assert_int_equal(count, 0);
	conclusion_block_free(block);
	conclusion_builder_close(builder);
	arena_fini(&random.arena);
	arena_fini(&arena);
}

static void
a_block_has_an_end(void **state)
{
	struct conclusion_builder *builder = conclusion_builder_open();
	struct influence *items = memory_get_array(100000, sizeof(*items));
	struct conclusion many = {0, 1, {100000, 0, items, NULL}};
	struct conclusion_block *block;
	uint32_t i;

	for (i = 0; i < 100000; i++)
		items[i] = (struct influence){i, INFLUENCE_LATE, INFLUENCE_NONE, INFLUENCE_NONE};
	while (!conclusion_builder_full(builder)) {
		conclusion_builder_add(builder, &many);
		many.record++;
	}
	assert_int_equal(many.record, 3);
	block = conclusion_builder_finish(builder);
	conclusion_block_free(block);
	conclusion_builder_close(builder);
	memory_free(items);
}

static void
a_leaf_is_shown_as_json(void **state)
{
	static const struct influence items[] = {{3, INFLUENCE_COUNTED, INFLUENCE_NONE, 1},
	    {4, INFLUENCE_ESTIMATED, 0.1, -0.0},
	    {4, INFLUENCE_LATE, INFLUENCE_NONE, INFLUENCE_NONE},
	    {70, INFLUENCE_COUNTED, 1e308, INFINITY}};
	static const struct influence_score scores[] = {{0, -2.5, 1e-300}, {9, 0, NAN}};
	static const struct conclusion conclusion = {12345, 2, {4, 2, items, scores}};
	struct buffer leaf = {0}, json = {0};
	struct error err = {0};
	size_t size;

	conclusion_leaf(&conclusion, &leaf);
	assert_true(conclusion_leaf_show(buffer_text(&leaf), &json, &err));
	buffer_add_byte(&json, '\0');
	assert_string_equal((char *)json.data,
	    "{\"kind\":\"conclusion\",\"record\":12345,\"epoch\":2,\"influences\":["
	    "{\"feature\":3,\"status\":\"counted\",\"before\":null,\"after\":1},"
	    "{\"feature\":4,\"status\":\"estimated\",\"before\":0.1,\"after\":-0.0},"
	    "{\"feature\":4,\"status\":\"late\",\"before\":null,\"after\":null},"
	    "{\"feature\":70,\"status\":\"counted\",\"before\":1e+308,\"after\":\"Infinity\"}],"
	    "\"scores\":[{\"model\":0,\"before\":-2.5,\"movement\":1e-300},"
	    "{\"model\":9,\"before\":0.0,\"movement\":\"NaN\"}]}");
	for (size = 0; size < leaf.size; size++)
		assert_false(
		    conclusion_leaf_show((struct text){(char *)leaf.data, size}, &json, &err));
	buffer_add_byte(&leaf, 0);
	assert_false(conclusion_leaf_show(buffer_text(&leaf), &json, &err));
	assert_int_equal(err.kind, ERROR_MALFORMED);
	buffer_fini(&leaf);
	buffer_fini(&json);
}

/* Record 5, a shape of epoch 1: feature 1 counted, feature 2 late; model 7. */
#define RECORD "\x0a"
#define SHAPE "\x02\x02\x04\x02\x00\x04\x04\x00\x02\x0e\x00"
#define VALUES "\x04\x02\x02\x00\x00"
#define SCORES                                                                                     \
	"\x04"                                                                                     \
	"12345678"                                                                                 \
	"12345678"                                                                                 \
	"\x00"
#define NO_CHECK "\x00"

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
	    CASE(0, "", "0 conclusions in 0 bytes"),
	    CASE(1, "", "1 conclusions in 0 bytes"),
	    CASE(1025, RECORD SHAPE, "1025 conclusions in 12 bytes"),
	    CASE(1, "\x09\x00\x00", "object 0: malformed or cut short before byte 1 of the block"),
	    CASE(1, RECORD "\x00\x00", "object 0: shape 0 is referred to, and 0 were written"),
	    CASE(1, RECORD "\x00\x01", "object 0: shape -1 is referred to, and 0 were written"),
	    CASE(1, RECORD "\x02\x02\x00\x00\x00\x00\x00", "object 0: a shape without influences"),
	    CASE(1, RECORD "\x02\x02\x04\x04\x00\x02\x00\x00\x00",
		"object 0: features that are not ascending"),
	    CASE(1, RECORD "\x02\x02\x02\x04\x0c\x00\x00", /* no such status */
		"object 0: malformed or cut short before byte 6 of the block"),
	    CASE(1, RECORD "\x02\x02\x02\x04\x00\x00\x04\x02\x02\x00",
		"object 0: models that are not ascending"),
	    CASE(1, RECORD "\x02\x02\xfe\xff\x0f\x00\x00\x00\x00\x00",
		"object 0: malformed or cut short before byte 6 of the block"),
	    CASE(
		1, RECORD SHAPE "\x00\x00\x00", "object 0: 0 values of 1 influences that have two"),
	    CASE(1, RECORD SHAPE "\x08\x00\x00\x00\x00\x00",
		"object 0: 4 values of 1 influences that have two"),
	    CASE(1, RECORD SHAPE "\x03\x02\x00\x00\x00\x00", /* Avro's other form */
		"object 0: malformed or cut short before byte 13 of the block"),
	    CASE(1, RECORD SHAPE "\x04\x06\x00\x00\x00", /* no such branch */
		"object 0: malformed or cut short before byte 14 of the block"),
	    CASE(1,
		RECORD SHAPE
		"\x04\x02\x80\x80\x80\x80\x80\x80\x80\x20\x00\x00", /* 2^53 as a long */
		"object 0: malformed or cut short before byte 22 of the block"),
	    CASE(1,
		RECORD SHAPE "\x04\x04\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00", /* 1 as a double */
		"object 0: malformed or cut short before byte 22 of the block"),
	    CASE(1,
		RECORD SHAPE
		"\x04\x04\x00\x00\x00\x00\x00\x00\xf8\x7f\x00\x00", /* none as a double */
		"object 0: malformed or cut short before byte 22 of the block"),
	    CASE(
		1, RECORD SHAPE VALUES "\x00\x00", "object 0: 0 numbers of 1 models that have two"),
	    CASE(1, RECORD SHAPE VALUES SCORES NO_CHECK, "object 0: the last one, without a check"),
	    CASE(1,
		RECORD SHAPE VALUES SCORES "\x02"
					   "12345678",
		"object 0: the block's bytes are not those that were written"),
	    CASE(2,
		RECORD SHAPE VALUES SCORES "\x02"
					   "12345678",
		"object 0: a check that is not the last one's"),
	    CASE(2, RECORD SHAPE VALUES SCORES NO_CHECK "\x00\x00\x00",
		"object 1: records that are not ascending"),
	    CASE(2,
		RECORD SHAPE VALUES SCORES NO_CHECK "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00",
		"object 1: records that are not ascending"),
	    CASE(2, RECORD SHAPE VALUES SCORES NO_CHECK "\x02\x00\x02",
		"object 1: shape 1 is referred to, and 1 were written"),
#undef CASE
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct conclusion *read;
		struct error err = {0};
		struct arena arena;
		uint32_t count;
		char *exact = malloc(cases[i].size ? cases[i].size : 1);

		memcpy(exact, cases[i].bytes, cases[i].size);
		arena_init(&arena);
		if (conclusion_block_read((struct text){exact, cases[i].size}, cases[i].objects,
			UINT64_MAX, &arena, &read, &count, &err))
			fail_msg("case %zu is read; expected: %s", i, cases[i].sentence);
		assert_int_equal(err.kind, ERROR_DAMAGED);
		if (strcmp(err.text, cases[i].sentence) != 0)
			fail_msg("case %zu says: %s\nexpected: %s", i, err.text, cases[i].sentence);
		arena_fini(&arena);
		free(exact);
	}
}

static bool
is_read(const char *bytes, size_t size, uint32_t objects)
{
	struct conclusion *read;
	struct error err = {0};
	struct arena arena;
	uint32_t count;
	char *exact = malloc(size ? size : 1);
	bool done;

	memcpy(exact, bytes, size);
	arena_init(&arena);
	done = conclusion_block_read(
	    (struct text){exact, size}, objects, UINT64_MAX, &arena, &read, &count, &err);
	assert_true(done || (err.kind == ERROR_DAMAGED && err.text[0]));
	arena_fini(&arena);
	free(exact);
	return done;
}

static void
a_block_cut_or_with_an_altered_bit_is_refused(void **state)
{
	struct conclusion_builder *builder = conclusion_builder_open();
	struct random_conclusions random = {.state = 3};
	struct conclusion drawn[40];
	struct conclusion_block *block;
	char *bytes;
	size_t at;
	int bit;

	arena_init(&random.arena);
	block = draw_block(builder, &random, ARRAY_COUNT(drawn), drawn);
	bytes = (char *)block->body.data;
	assert_true(is_read(bytes, block->body.size, block->records));
	assert_false(is_read(bytes, block->body.size, block->records - 1));
	assert_false(is_read(bytes, block->body.size, block->records + 1));
	for (at = 0; at < block->body.size; at++) {
		assert_false(is_read(bytes, at, block->records));
		for (bit = 0; bit < 8; bit++) {
			bytes[at] ^= (char)(1 << bit);
			if (is_read(bytes, block->body.size, block->records))
				fail_msg("bit %d of byte %zu of %zu", bit, at, block->body.size);
			bytes[at] ^= (char)(1 << bit);
		}
	}
	conclusion_block_free(block);
	conclusion_builder_close(builder);
	arena_fini(&random.arena);
}

static void
avro_c_reads_what_was_added(void **state)
{
	char folder[] = "/tmp/dyetrace-conclusions-XXXXXX", path[64];
	struct conclusion *drawn = memory_get_array(CONCLUSIONS_MAX, sizeof(*drawn));
	struct conclusion_builder *builder = conclusion_builder_open();
	struct random_conclusions random = {.state = 4};
	struct ledger_options options = {folder, 1 << 30, DEFLATE_AUTO, ledger_conclusions_schema};
	struct conclusion_block *block;
	struct block_place place;
	struct ledger *ledger;
	struct error err = {0};
	avro_file_reader_t reader;
	avro_value_iface_t *iface;
	avro_schema_t schema;
	avro_value_t value, field;
	uint64_t record = 0;
	int64_t difference, cut;
	uint32_t i;

	arena_init(&random.arena);
	assert_non_null(mkdtemp(folder));
	block = draw_block(builder, &random, CONCLUSIONS_MAX, drawn);
	assert_true(ledger_open(&options, 0, 0, &ledger, &cut, &err));
	assert_true(
	    ledger_append_objects(ledger, buffer_text(&block->body), block->records, &place, &err));
	ledger_close(ledger);
	snprintf(path, sizeof(path), "%s/000001.avro", folder);
	assert_int_equal(avro_file_reader(path, &reader), 0);
	schema = avro_file_reader_get_writer_schema(reader);
	iface = avro_generic_class_from_schema(schema);
	avro_generic_value_new(iface, &value);
	for (i = 0; avro_file_reader_read_value(reader, &value) == 0; i++) {
		size_t size = 0, expected = 0;
		uint32_t k;

		avro_value_get_by_name(&value, "record", &field, NULL);
		avro_value_get_long(&field, &difference);
		record += (uint64_t)difference;
		assert_true(record == drawn[i].record);
		for (k = 0; k < drawn[i].influences.count; k++)
			expected += drawn[i].influences.items[k].status <= INFLUENCE_ESTIMATED;
		avro_value_get_by_name(&value, "values", &field, NULL);
		avro_value_get_size(&field, &size);
		assert_int_equal(size, expected * 2);
		avro_value_get_by_name(&value, "scores", &field, NULL);
		avro_value_get_size(&field, &size);
		assert_int_equal(size, drawn[i].influences.score_count * 2);
		avro_value_reset(&value);
	}
	assert_int_equal(i, block->records);
	avro_value_decref(&value);
	avro_value_iface_decref(iface);
	avro_schema_decref(schema);
	avro_file_reader_close(reader);
	remove(path);
	rmdir(folder);
	conclusion_block_free(block);
	conclusion_builder_close(builder);
	arena_fini(&random.arena);
	memory_free(drawn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_added_is_read_back),
	    cmocka_unit_test(one_fact_has_its_conclusion_or_none),
	    cmocka_unit_test(a_block_has_an_end),
	    cmocka_unit_test(a_leaf_is_shown_as_json),
	    cmocka_unit_test(what_no_writer_makes_is_refused),
	    cmocka_unit_test(a_block_cut_or_with_an_altered_bit_is_refused),
	    cmocka_unit_test(avro_c_reads_what_was_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
