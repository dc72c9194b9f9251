/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks: what is read back is what was added, leaves depend on the record
 * alone, and the rows for the catalog say where things stand.
 */
#include "ledger/block.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "ledger/tree.h"
#include "random_records.h"

#define MANY 3000

struct added {
	struct record record;
	struct partition *partition;
};

static struct random_records world;
static struct added added[MANY];

/* Two fields in three are read. */
static bool
reads(void *context, uint32_t dataset, uint32_t field)
{
	return field % 3 != 0;
}

static bool relayed;

static int
make_records(void **state)
{
	size_t i;

	random_records_init(&world, 7);
	world.relayed = relayed;
	for (i = 0; i < MANY; i++)
		random_record(&world, &added[i].record, &added[i].partition);
	return 0;
}

static int
make_relayed(void **state)
{
	relayed = true;
	return make_records(state);
}

static int
drop_records(void **state)
{
	random_records_fini(&world);
	return 0;
}

static struct block_builder *
open_builder(uint32_t records_max)
{
	struct block_builder_options options = {
	    .names = world.names,
	    .keys = world.keys,
	    .records_max = records_max,
	    .reads_text = reads,
	};

	return block_builder_open(&options);
}

static void
same_text(struct text a, struct text b)
{
	assert_int_equal(a.size, b.size);
	assert_int_equal(!a.data, !b.data);
	if (a.size)
		assert_memory_equal(a.data, b.data, a.size);
}

static void
same_name(uint32_t a, const struct symbols *names, uint32_t b)
{
	same_text(symbols_text(world.names, a), symbols_text(names, b));
}

/* What a text value is read back as. */
static struct value
expected_value(const struct event *event, uint32_t field, const struct value *value, bool keys)
{
	struct value hashed = {VALUE_HASHED};

	if (value->kind != VALUE_TEXT || (keys && reads(NULL, event->dataset, field)))
		return *value;
	random_mac(&world, event->dataset, field, value->text, hashed.hashed.mac);
	hashed.hashed.size = (uint32_t)value->text.size;
	return hashed;
}

static void
same_value(struct value a, const struct value *b)
{
	assert_int_equal(a.kind, b->kind);
	if (a.kind == VALUE_BOOLEAN)
		assert_int_equal(a.boolean, b->boolean);
	else if (a.kind == VALUE_LONG)
		assert_true(a.integer == b->integer);
	else if (a.kind == VALUE_DOUBLE)
		assert_memory_equal(&a.number, &b->number, sizeof(double));
	else if (a.kind == VALUE_TEXT)
		same_text(a.text, b->text);
	else if (a.kind == VALUE_HASHED) {
		assert_memory_equal(a.hashed.mac, b->hashed.mac, TEXT_MAC_BYTES);
		assert_int_equal(a.hashed.size, b->hashed.size);
	}
}

static void
same_upstream(const struct upstream *a, const struct upstream *b)
{
	unsigned tag;

	assert_int_equal(a != NULL, b != NULL);
	for (tag = 0; a && tag < UPSTREAM_TAG_COUNT; tag++)
		same_text(a->tags[tag], b->tags[tag]);
}

static void
same_event(const struct record *a, const struct record *b, const struct symbols *names, bool keys)
{
	const struct event *x = &a->event, *y = &b->event;
	uint32_t i;

	assert_true(x->time_ms == y->time_ms);
	same_text(x->id, y->id);
	same_text(x->entity, y->entity);
	assert_null(y->actor.data);
	same_upstream(x->upstream, y->upstream);
	same_name(x->dataset, names, y->dataset);
	same_name(x->op, names, y->op);
	same_name(x->team, names, y->team);
	same_name(x->system, names, y->system);
	same_name(x->channel, names, y->channel);
	assert_memory_equal(&a->origin.actor, &b->origin.actor, PSEUDONYM_BYTES);
	assert_int_equal(b->origin.actor_number, 0);
	assert_int_equal(a->origin.kind, b->origin.kind);
	same_name(a->origin.team, names, b->origin.team);
	same_name(x->team, names, b->origin.event_team);
	assert_int_equal(a->origin.rule, b->origin.rule);
	assert_int_equal(a->origin.confidence, b->origin.confidence);
	assert_int_equal(x->change_count, y->change_count);
	for (i = 0; i < x->change_count; i++) {
		uint32_t field = x->changes[i].field;

		same_name(field, names, y->changes[i].field);
		same_value(expected_value(x, field, &x->changes[i].old_value, keys),
		    &y->changes[i].old_value);
		same_value(expected_value(x, field, &x->changes[i].new_value, keys),
		    &y->changes[i].new_value);
	}
}

/* One of the two is kept. */
static void
same_payload(const struct record *a, const struct record *b)
{
	assert_int_equal(!a->payload_sha256, !b->payload_sha256);
	if (a->payload_sha256)
		assert_memory_equal(a->payload_sha256, b->payload_sha256, SHA256_BYTES);
	assert_true(b->payload == (a->payload_sha256 ? 0 : a->payload));
}

static void
same_record(const struct record *a, const struct record *b, const struct symbols *names, bool keys)
{
	assert_int_equal(a->kind, b->kind);
	same_text(a->source, b->source);
	same_text(a->partition, b->partition);
	assert_int_equal(a->incarnation, b->incarnation);
	assert_true(a->offset == b->offset);
	assert_true(a->count == b->count);
	assert_true(a->source_time_ms == b->source_time_ms);
	same_payload(a, b);
	assert_int_equal(a->replay, b->replay);
	same_text(a->reason, b->reason);
	same_text(a->detail, b->detail);
	if (a->kind == RECORD_EVENT)
		same_event(a, b, names, keys);
}

static struct text
leaf_of(const struct block *block, uint32_t i)
{
	uint32_t start = i ? block->leaf_ends[i - 1] : 0;

	return (struct text){(char *)block->leaves.data + start, block->leaf_ends[i] - start};
}

static void
same_leaf(const struct record *record, const struct symbols *names, const struct keys *keys,
    struct text leaf)
{
	struct buffer again = {0};

	leaf_encode(record, names, keys, &again);
	same_text(buffer_text(&again), leaf);
	buffer_fini(&again);
}

/* Reads the block into fresh tables and compares it with what was added. */
static void
compare_block(const struct block *block, const struct added *from, const struct keys *keys)
{
	struct symbols *names = symbols_open();
	struct block_content content;
	struct error err = {0};
	struct arena arena;
	uint32_t i;

	arena_init(&arena);
	if (!block_read(
		buffer_text(&block->body), block->objects, names, keys, &arena, &content, &err))
		fail_msg("%s", err.text);
	assert_int_equal(content.record_count, block->records);
	assert_int_equal(content.mark_count, block->mark_count);
	for (i = 0; i < block->records; i++) {
		same_record(&from[i].record, &content.records[i], names, keys);
		same_leaf(&from[i].record, world.names, world.keys, leaf_of(block, i));
		same_leaf(&content.records[i], names, keys, leaf_of(block, i));
	}
	for (i = 0; i < block->mark_count; i++) {
		struct block_mark mark = block->marks[i];

		same_text(mark.source, content.marks[i].source);
		same_text(mark.name, content.marks[i].name);
		assert_int_equal(content.marks[i].partition, 0);
		assert_int_equal(mark.incarnation, content.marks[i].incarnation);
		assert_true(mark.next_offset == content.marks[i].next_offset);
		assert_true(mark.start == content.marks[i].start);
		assert_true(mark.max_time_ms == content.marks[i].max_time_ms);
		assert_memory_equal(mark.content, content.marks[i].content, SHA256_SAVED_BYTES);
	}
	arena_fini(&arena);
	symbols_close(names);
}

/* Adds all records, cutting blocks of `cut` records (0: at random). */
static uint32_t
each_block(uint32_t cut, void (*visit)(const struct block *block, const struct added *from))
{
	struct block_builder *builder = open_builder(cut ? cut : BLOCK_RECORDS_MAX);
	struct block *block;
	size_t i, start = 0;
	uint32_t blocks = 0;

	for (i = 0; i < MANY; i++) {
		block_builder_add(builder, &added[i].record, added[i].partition);
		if (i + 1 == MANY || block_builder_full(builder) ||
		    (!cut && !random_below(&world, 200))) {
			block = block_builder_finish(builder);
			visit(block, &added[start]);
			start += block->records;
			blocks++;
			block_free(block);
		}
	}
	assert_int_equal(start, MANY);
	assert_null(block_builder_finish(builder));
	block_builder_close(builder);
	return blocks;
}

static void
compare_both_ways(const struct block *block, const struct added *from)
{
	compare_block(block, from, world.keys);
	compare_block(block, from, NULL);
}

static void
what_is_read_back_is_what_was_added(void **state)
{
	assert_int_equal(each_block(BLOCK_RECORDS_MAX, compare_both_ways), 3);
	each_block(100, compare_both_ways);
	each_block(1, compare_both_ways);
}

/* The block's last object is a mark, and no record. */
static void
compare_one_by_one(const struct block *block, const struct added *from)
{
	const struct keys *keys = random_below(&world, 2) ? world.keys : NULL;
	struct text body = buffer_text(&block->body);
	struct error err = {0};
	struct arena arena;
	struct record record;
	uint32_t i;

	arena_init(&arena);
	for (i = random_below(&world, 5); i < block->records; i += 1 + random_below(&world, 40)) {
		struct symbols *names = symbols_open();
		char *passing = memory_get(body.size);

		/* What is given outlives the bytes it was read from. */
		memcpy(passing, body.data, body.size);
		if (!block_read_one((struct text){passing, body.size}, block->objects, i, names,
			keys, &arena, &record, &err))
			fail_msg("record %u: %s", i, err.text);
		memory_free(passing);
		same_record(&from[i].record, &record, names, keys);
		same_leaf(&record, names, keys, leaf_of(block, i));
		symbols_close(names);
	}
	for (i = block->records; i <= block->objects; i++)
		assert_false(block_read_one(
		    body, block->objects, i, world.names, keys, &arena, &record, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	arena_fini(&arena);
}

static void
one_record_is_read_without_the_others(void **state)
{
	each_block(BLOCK_RECORDS_MAX, compare_one_by_one);
	each_block(7, compare_one_by_one);
}

static struct tree tree;

static void
grow_tree(const struct block *block, const struct added *from)
{
	struct tree_hash leaf, chunk;
	uint32_t i;

	for (i = 0; i < block->records; i++) {
		tree_leaf_hash(leaf_of(block, i), &leaf);
		tree_add(&tree, &leaf, &chunk);
	}
}

static void
the_root_does_not_depend_on_where_blocks_are_cut(void **state)
{
	static const uint32_t cuts[] = {1000, 1, 7, 0, 0, BLOCK_RECORDS_MAX};
	struct tree_hash first, root;
	char hex[65];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cuts); i++) {
		tree_init(&tree);
		each_block(cuts[i], grow_tree);
		assert_int_equal(tree.size, MANY);
		tree_root(&tree, i ? &root : &first);
		if (i)
			assert_memory_equal(root.bytes, first.bytes, 32);
	}
	/* The format of the leaf is a promise: this root never changes. */
	assert_string_equal(digest_hex(first.bytes, 32, hex),
	    "b4ffcb49f6917a54b22713d5dbc36d3b53a563a7001227a2a3d695a5bfa8b0bf");
}

/* A small stream made by hand, for the rows. */
static struct partition tickets = {.number = 1,
    .source = (char[]){"s"},
    .name = (char[]){"a"},
    .incarnation = 1,
    .max_time_ms = TIME_NONE};
static struct partition orders = {.number = 2,
    .source = (char[]){"s"},
    .name = (char[]){"b"},
    .incarnation = 3,
    .start = 5,
    .next_offset = 5,
    .max_time_ms = TIME_NONE};

static struct record
plain_record(enum record_kind kind, const struct partition *partition, int64_t offset)
{
	return (struct record){
	    .kind = kind,
	    .source = text_of(partition->source),
	    .partition = text_of(partition->name),
	    .incarnation = partition->incarnation,
	    .offset = offset,
	    .count = 1,
	    .source_time_ms = TIME_NONE,
	};
}

static void
add_event(struct block_builder *builder, const struct partition *partition, int64_t offset,
    int64_t time_ms, const char *id)
{
	struct record record = plain_record(RECORD_EVENT, partition, offset);

	record.event.time_ms = time_ms;
	record.event.id = text_of(id);
	block_builder_add(builder, &record, partition);
}

static void
add_other(struct block_builder *builder, enum record_kind kind, const struct partition *partition,
    int64_t offset, int64_t count, const char *reason)
{
	struct record record = plain_record(kind, partition, offset);

	record.count = count;
	record.reason = text_of(reason);
	record.detail = TEXT("because");
	block_builder_add(builder, &record, partition);
}

static void
add_note(struct block_builder *builder, const char *what, const char *body)
{
	struct record record = {
	    .kind = RECORD_NOTE, .reason = text_of(what), .detail = text_of(body)};

	block_builder_add(builder, &record, NULL);
}

static void
check_spans(const struct block *block)
{
	static const struct block_span expected[] = {
	    {.partition = 2,
		.first_offset = 5,
		.end_offset = 16,
		.first_record = 1,
		.end_record = 5},
	    {.partition = 1, .end_offset = 2, .first_record = 2, .end_record = 4},
	};
	size_t i;

	assert_int_equal(block->span_count, ARRAY_COUNT(expected));
	for (i = 0; i < ARRAY_COUNT(expected); i++) {
		assert_int_equal(block->spans[i].partition, expected[i].partition);
		assert_int_equal(block->spans[i].first_offset, expected[i].first_offset);
		assert_int_equal(block->spans[i].end_offset, expected[i].end_offset);
		assert_int_equal(block->spans[i].first_record, expected[i].first_record);
		assert_int_equal(block->spans[i].end_record, expected[i].end_record);
	}
}

static void
the_rows_say_where_things_stand(void **state)
{
	struct block_builder *builder = open_builder(BLOCK_RECORDS_MAX);
	struct record replay = plain_record(RECORD_EVENT, &tickets, 0);
	struct block *block;

	add_note(builder, NOTE_LINEAGE, "version: 1");
	add_event(builder, &orders, 5, 3000, "O-1");
	add_other(builder, RECORD_QUARANTINED, &tickets, 0, 1, "json-malformed");
	add_event(builder, &tickets, 1, 1000, NULL);
	add_other(builder, RECORD_GAP, &orders, 6, 10, "source-lost-records");
	replay.replay = true;
	replay.event.time_ms = 2000;
	replay.event.id = TEXT("T-0");
	block_builder_add(builder, &replay, &tickets);
	assert_int_equal(block_builder_count(builder), 6);
	/* What a mark says is what the partition says at the end. */
	orders.next_offset = 16;
	orders.ended = true;
	block = block_builder_finish(builder);

	assert_int_equal(block->records, 6);
	assert_int_equal(block->objects, 8);
	assert_int_equal(block->events, 3);
	assert_int_equal(block->min_time_ms, 1000);
	assert_int_equal(block->max_time_ms, 3000);
	check_spans(block);
	assert_int_equal(block->id_count, 2);
	assert_int_equal(block->ids[0].record, 1);
	assert_true(block->ids[0].identity == digest_identity(TEXT("O-1")));
	assert_int_equal(block->ids[1].record, 5);
	assert_int_equal(block->aside_count, 2);
	assert_int_equal(block->asides[0].record, 2);
	assert_false(block->asides[0].replayed);
	assert_true(text_is(block->asides[0].reason, "json-malformed"));
	assert_true(text_is(block->asides[0].detail, "because"));
	assert_int_equal(block->asides[1].record, 5);
	assert_true(block->asides[1].replayed);
	assert_int_equal(block->asides[1].offset, 0);
	assert_int_equal(block->note_count, 1);
	assert_true(text_is(block->notes[0].what, NOTE_LINEAGE));
	assert_true(block->notes[0].body == digest_identity(TEXT("version: 1")));
	assert_int_equal(block->mark_count, 2);
	assert_int_equal(block->marks[0].partition, 2);
	assert_int_equal(block->marks[0].next_offset, 16);
	assert_true(block->marks[0].ended);
	assert_true(text_is(block->marks[1].name, "a"));
	block_free(block);

	/* The next block knows nothing of it. */
	add_other(builder, RECORD_FILTERED, &tickets, 2, 1, "blank");
	block = block_builder_finish(builder);
	assert_int_equal(block->mark_count, 1);
	assert_int_equal(block->span_count, 1);
	assert_int_equal(block->id_count + block->aside_count + block->note_count, 0);
	assert_true(block->min_time_ms == TIME_NONE && block->max_time_ms == TIME_NONE);
	block_free(block);
	block_builder_close(builder);
}

static bool readable;

static bool
reads_if_readable(void *context, uint32_t dataset, uint32_t field)
{
	return readable;
}

static void
add_change(struct block_builder *builder, struct value old_value, struct value new_value)
{
	struct record record = plain_record(RECORD_EVENT, &tickets, 0);
	struct change change = {world.fields[0], old_value, new_value};

	record.event.time_ms = 0;
	record.event.change_count = 1;
	record.event.changes = &change;
	block_builder_add(builder, &record, &tickets);
}

static void
a_text_is_readable_where_it_was_read_and_nowhere_else(void **state)
{
	struct block_builder_options options = {
	    .names = world.names,
	    .keys = world.keys,
	    .records_max = 100,
	    .reads_text = reads_if_readable,
	};
	static const enum value_kind expected[][2] = {
	    {VALUE_HASHED, VALUE_TEXT},   /* first seen hashed, then to be read */
	    {VALUE_TEXT, VALUE_HASHED},   /* the same text again, and known by its mac */
	    {VALUE_TEXT, VALUE_HASHED},   /* the answer is kept until … */
	    {VALUE_HASHED, VALUE_HASHED}, /* … a note */
	};
	struct block_builder *builder = block_builder_open(&options);
	struct value text = {VALUE_TEXT, .text = TEXT("4 - Low")};
	struct value hashed = {VALUE_HASHED, .hashed = {.size = 7}};
	struct block_content content;
	struct block *block;
	struct error err = {0};
	struct arena arena;
	size_t i, at;

	arena_init(&arena);
	random_mac(&world, SYMBOL_NONE, world.fields[0], text.text, hashed.hashed.mac);
	readable = true;
	add_change(builder, hashed, text);
	add_change(builder, text, hashed);
	readable = false;
	add_change(builder, text, hashed);
	add_note(builder, NOTE_LINEAGE, "another");
	add_change(builder, text, hashed);
	block = block_builder_finish(builder);
	assert_true(block_read(buffer_text(&block->body), block->objects, world.names, world.keys,
	    &arena, &content, &err));
	for (i = 0; i < ARRAY_COUNT(expected); i++) {
		at = i + (i == 3); /* behind the note */
		assert_int_equal(
		    content.records[at].event.changes[0].old_value.kind, expected[i][0]);
		assert_int_equal(
		    content.records[at].event.changes[0].new_value.kind, expected[i][1]);
	}
	same_text(content.records[0].event.changes[0].new_value.text, text.text);
	block_free(block);
	block_builder_close(builder);
	arena_fini(&arena);
}

static void
what_is_no_utf8_is_written_out(void **state)
{
	static const struct {
		const char *text, *recorded;
	} cases[] = {
	    {"caf\xe9.csv", "caf\\xe9.csv"},
	    {"\xff\xfe", "\\xff\\xfe"},
	    {"\xc3\xa9t\xc3", "\xc3\xa9t\\xc3"},
	    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
	    {"\xf0\x9f\x98\x80 fine", "\xf0\x9f\x98\x80 fine"},
	};
	struct block_builder *builder = open_builder(100);
	struct block_content content;
	struct arena arena;
	struct error err = {0};
	size_t i;

	arena_init(&arena);
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct partition partition = tickets;
		struct record record;
		struct block *block;

		partition.name = (char *)cases[i].text;
		record = plain_record(RECORD_EVENT, &partition, 0);
		record.event.entity = record.event.id = text_of(cases[i].text);
		record.event.op = symbols_add(world.names, text_of(cases[i].text));
		block_builder_add(builder, &record, &partition);
		block = block_builder_finish(builder);
		assert_true(block_read(buffer_text(&block->body), block->objects, world.names, NULL,
		    &arena, &content, &err));
		assert_true(text_is(content.records[0].partition, cases[i].recorded));
		assert_true(text_is(content.records[0].event.entity, cases[i].recorded));
		assert_true(text_is(block->marks[0].name, cases[i].recorded));
		same_name(symbols_find(world.names, text_of(cases[i].recorded)), world.names,
		    content.records[0].event.op);
		same_leaf(&record, world.names, NULL, leaf_of(block, 0));
		same_leaf(&content.records[0], world.names, NULL, leaf_of(block, 0));
		block_free(block);
	}
	block_builder_close(builder);
	arena_fini(&arena);
}

static void
a_block_is_full_by_records_or_by_bytes(void **state)
{
	struct block_builder *builder = open_builder(3);
	char *large = memory_get(BLOCK_BYTES_FULL + 1);
	struct block *block;
	int64_t i;

	for (i = 0; i < 3; i++) {
		assert_false(block_builder_full(builder));
		add_event(builder, &tickets, i, 0, NULL);
	}
	assert_true(block_builder_full(builder));
	block_free(block_builder_finish(builder));
	assert_false(block_builder_full(builder));
	memset(large, 'x', BLOCK_BYTES_FULL);
	add_note(builder, NOTE_ORG_CHART, large);
	assert_true(block_builder_full(builder));
	block = block_builder_finish(builder);
	assert_int_equal(block->records, 1);
	block_free(block);
	block_builder_close(builder);
	memory_free(large);
}

static void
more_reasons_than_are_remembered_are_written_in_full(void **state)
{
	struct block_builder *builder = open_builder(BLOCK_RECORDS_MAX);
	struct block_content content;
	struct block *block;
	struct error err = {0};
	struct arena arena;
	char reason[16];
	int i;

	arena_init(&arena);
	for (i = 0; i < 400; i++) {
		snprintf(reason, sizeof(reason), "reason %d", i % 100);
		add_other(builder, RECORD_FILTERED, &tickets, i, 1, reason);
	}
	block = block_builder_finish(builder);
	assert_true(block_read(
	    buffer_text(&block->body), block->objects, world.names, NULL, &arena, &content, &err));
	for (i = 0; i < 400; i++) {
		snprintf(reason, sizeof(reason), "reason %d", i % 100);
		assert_true(text_is(content.records[i].reason, reason));
	}
	block_free(block);
	block_builder_close(builder);
	arena_fini(&arena);
}

static void
more_texts_than_are_kept_are_hashed_again(void **state)
{
	struct block_builder_options options = {
	    world.names, world.keys, BLOCK_RECORDS_MAX, reads_if_readable, NULL};
	struct block_builder *builder = block_builder_open(&options);
	struct value null = {VALUE_NULL}, text = {VALUE_TEXT};
	struct block_content content;
	struct error err = {0};
	struct arena arena;
	struct block *block;
	char bytes[32];
	uint32_t i, first = 0, j;

	readable = true;
	arena_init(&arena);
	for (i = 0; i < 140000; i++) {
		snprintf(bytes, sizeof(bytes), "text %u", i % 70000);
		text.text = text_of(bytes);
		add_change(builder, null, text);
		if (!block_builder_full(builder))
			continue;
		block = block_builder_finish(builder);
		assert_true(block_read(buffer_text(&block->body), block->objects, world.names,
		    world.keys, &arena, &content, &err));
		for (j = 0; j < content.record_count; j++, first++) {
			snprintf(bytes, sizeof(bytes), "text %u", first % 70000);
			same_text(
			    content.records[j].event.changes[0].new_value.text, text_of(bytes));
		}
		block_free(block);
		arena_reset(&arena);
	}
	assert_true(first > 130000);
	block_builder_close(builder);
	arena_fini(&arena);
}

static void
a_leaf_is_shown_as_json(void **state)
{
	static const struct pseudonym actor = {{0x7f, 0, 0, 1, [15] = 9}};
	struct change changes[] = {
	    {world.fields[0], {VALUE_NULL}, {VALUE_LONG, .integer = -3}},
	    {world.fields[1], {VALUE_BOOLEAN, .boolean = true}, {VALUE_DOUBLE, .number = 0.1}},
	    {world.fields[2], {VALUE_DOUBLE, .number = NAN}, {VALUE_HASHED}},
	};
	struct record record = plain_record(RECORD_EVENT, &tickets, 41);
	struct record gap = plain_record(RECORD_GAP, &orders, 6);
	struct buffer leaf = {0}, json = {0};
	struct error err = {0};

	record.payload = 0x0123456789abcdef;
	record.event = (struct event){.time_ms = INT64_C(1456705380000),
	    .id = TEXT("T\0\"1"),
	    .dataset = symbols_add(world.names, TEXT("tickets.incident")),
	    .change_count = 3,
	    .changes = changes};
	record.origin = (struct origin){.actor = actor,
	    .kind = ACTOR_HUMAN,
	    .rule = ORIGIN_CHART_OVER_EVENT,
	    .confidence = 90,
	    .team = symbols_add(world.names, TEXT("Desk"))};
	leaf_encode(&record, world.names, NULL, &leaf);
	assert_true(leaf_show(buffer_text(&leaf), &json, &err));
	buffer_add_byte(&json, 0);
	assert_string_equal((char *)json.data,
	    "{\"kind\":\"event\",\"source\":\"s\",\"partition\":\"a\",\"incarnation\":1,"
	    "\"offset\":41,\"replay\":false,\"payload_xxh3\":\"0123456789abcdef\","
	    "\"time\":\"2016-02-29T00:23:00Z\",\"time_ms\":1456705380000,"
	    "\"id\":\"T\\u0000\\\"1\",\"entity\":null,\"dataset\":\"tickets.incident\","
	    "\"op\":null,\"system\":null,\"channel\":null,\"actor\":\"lusab-babad\","
	    "\"pseudonym\":\"7f000001000000000000000000000009\",\"actor_kind\":\"human\","
	    "\"team\":\"Desk\",\"event_team\":null,\"rule\":\"chart-over-event\","
	    "\"confidence\":90,\"changes\":["
	    "{\"field\":\"field 0 \xc3\xa9\",\"old\":null,\"new\":-3},"
	    "{\"field\":\"field 1 \xc3\xa9\",\"old\":true,\"new\":0.1},"
	    "{\"field\":\"field 2 \xc3\xa9\",\"old\":\"NaN\",\"new\":"
	    "{\"mac\":\"00000000000000000000000000000000\",\"length\":0}}]}");
	leaf.size = json.size = 0;
	gap.count = 10;
	gap.source_time_ms = 1;
	gap.reason = TEXT("source-lost-records");
	leaf_encode(&gap, world.names, NULL, &leaf);
	assert_true(leaf_show(buffer_text(&leaf), &json, &err));
	buffer_add_byte(&json, 0);
	assert_string_equal((char *)json.data,
	    "{\"kind\":\"gap\",\"source\":\"s\",\"partition\":\"b\",\"incarnation\":3,"
	    "\"offset\":6,\"count\":10,\"source_time\":\"1970-01-01T00:00:00.001Z\","
	    "\"source_time_ms\":1,\"reason\":\"source-lost-records\",\"detail\":null}");
	buffer_fini(&leaf);
	buffer_fini(&json);
}

/* The bytes of a leaf from its position on, and what is shown of them: a promise. */
static void
a_leaf_holds_the_identity_or_the_sha256_of_the_payload(void **state)
{
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define IDENTITY "0123456789abcdef"
	static const struct {
		enum record_kind kind;
		bool sha256;
		const char *bytes, *shown;
	} cases[] = {
	    {RECORD_QUARANTINED, false,
		"02" /* kind */ "0273"
		"0261"
		"02"
		"52"
		"00"
		"00"
		"00" IDENTITY "0272"
		"00",
		"\"payload_xxh3\":\"" IDENTITY "\","},
	    {RECORD_QUARANTINED, true,
		"02"
		"0273"
		"0261"
		"02"
		"52"
		"00"
		"00"
		"02" ABC "0272"
		"00",
		"\"payload_sha256\":\"" ABC "\","},
	    {RECORD_FILTERED, false,
		"04"
		"0273"
		"0261"
		"02"
		"52"
		"00"
		"00"
		"00"
		"0272"
		"00",
		"\"replay\":false,\"reason\":\"r\","},
	    {RECORD_FILTERED, true,
		"04"
		"0273"
		"0261"
		"02"
		"52"
		"00"
		"00"
		"02" ABC "0272"
		"00",
		"\"payload_sha256\":\"" ABC "\","},
	    {RECORD_EVENT, true,
		"00"
		"0273"
		"0261"
		"02"
		"52"
		"00"
		"00"
		"02" ABC "00"
		"00"
		"00"
		"00000000"
		"00"
		"0e756e6b6e6f776e"
		"00"
		"00"
		"086e6f6e65"
		"00"
		"00",
		"\"payload_sha256\":\"" ABC "\","},
	};
	struct buffer leaf = {0}, json = {0};
	uint8_t sha256[SHA256_BYTES];
	struct error err = {0};
	char hex[512];
	size_t i;

	sha256_of("abc", 3, sha256);
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct record record = plain_record(cases[i].kind, &tickets, 41);

		record.payload = UINT64_C(0x0123456789abcdef);
		record.payload_sha256 = cases[i].sha256 ? sha256 : NULL;
		if (cases[i].kind != RECORD_EVENT)
			record.reason = TEXT("r");
		leaf.size = json.size = 0;
		leaf_encode(&record, world.names, NULL, &leaf);
		assert_string_equal(digest_hex(leaf.data, leaf.size, hex), cases[i].bytes);
		assert_true(leaf_show(buffer_text(&leaf), &json, &err));
		assert_non_null(
		    memmem(json.data, json.size, cases[i].shown, strlen(cases[i].shown)));
	}
#undef ABC
#undef IDENTITY
	buffer_fini(&leaf);
	buffer_fini(&json);
}

static void
every_leaf_can_be_shown_and_none_that_is_cut(void **state)
{
	struct buffer leaf = {0}, json = {0};
	struct error err = {0};
	size_t i, size;

	for (i = 0; i < MANY; i++) {
		leaf.size = json.size = 0;
		leaf_encode(&added[i].record, world.names, world.keys, &leaf);
		assert_true(leaf_show(buffer_text(&leaf), &json, &err));
		if (i > 300)
			continue;
		for (size = 0; size < leaf.size; size++) {
			assert_false(
			    leaf_show((struct text){(char *)leaf.data, size}, &json, &err));
			assert_int_equal(err.kind, ERROR_MALFORMED);
		}
		buffer_add_byte(&leaf, 0);
		assert_false(leaf_show(buffer_text(&leaf), &json, &err));
	}
	buffer_fini(&leaf);
	buffer_fini(&json);
}

static void
what_is_upstream_is_all_that_a_leaf_has_more(void **state)
{
	static const struct upstream upstream = {
	    .tags = {[UPSTREAM_CE_ID] = {"A-1", 3}, [UPSTREAM_POSITION] = {"t/0/7", 5}}};
	static const char front[] = "\x0a\x04\x0a"
				    "ce_id\x06"
				    "A-1\x10position\x0at/0/7\x00";
	struct record record = plain_record(RECORD_EVENT, &tickets, 41);
	struct buffer without = {0}, with = {0}, json = {0};
	struct error err = {0};

	leaf_encode(&record, world.names, NULL, &without);
	record.event.upstream = &upstream;
	leaf_encode(&record, world.names, NULL, &with);
	assert_int_equal(with.size, sizeof(front) - 1 + without.size - 1);
	assert_memory_equal(with.data, front, sizeof(front) - 1);
	assert_memory_equal(with.data + sizeof(front) - 1, without.data + 1, without.size - 1);
	assert_true(leaf_show(buffer_text(&with), &json, &err));
	buffer_add_byte(&json, 0);
	assert_non_null(strstr((char *)json.data,
	    "{\"kind\":\"event\",\"upstream\":{\"ce_id\":\"A-1\",\"position\":\"t/0/7\"},"
	    "\"source\":\"s\""));
	buffer_fini(&without);
	buffer_fini(&with);
	buffer_fini(&json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_read_back_is_what_was_added),
	    cmocka_unit_test(one_record_is_read_without_the_others),
	    cmocka_unit_test(the_root_does_not_depend_on_where_blocks_are_cut),
	    cmocka_unit_test(the_rows_say_where_things_stand),
	    cmocka_unit_test(a_text_is_readable_where_it_was_read_and_nowhere_else),
	    cmocka_unit_test(what_is_no_utf8_is_written_out),
	    cmocka_unit_test(a_block_is_full_by_records_or_by_bytes),
	    cmocka_unit_test(more_reasons_than_are_remembered_are_written_in_full),
	    cmocka_unit_test(more_texts_than_are_kept_are_hashed_again),
	    cmocka_unit_test(a_leaf_is_shown_as_json),
	    cmocka_unit_test(a_leaf_holds_the_identity_or_the_sha256_of_the_payload),
	    cmocka_unit_test(every_leaf_can_be_shown_and_none_that_is_cut),
	};

	const struct CMUnitTest upstream_too[] = {
	    cmocka_unit_test(what_is_read_back_is_what_was_added),
	    cmocka_unit_test(one_record_is_read_without_the_others),
	    cmocka_unit_test(every_leaf_can_be_shown_and_none_that_is_cut),
	    cmocka_unit_test(what_is_upstream_is_all_that_a_leaf_has_more),
	};

	return cmocka_run_group_tests(tests, make_records, drop_records) |
	    cmocka_run_group_tests(upstream_too, make_relayed, drop_records);
}
