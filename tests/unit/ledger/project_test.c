/* SPDX-License-Identifier: Apache-2.0 */
/* A block read for some fields gives of them what the whole gives. */
#include "ledger/project.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "projected.h"
#include "random_records.h"

#define BLOCKS 6

static struct random_records world;
static struct block *blocks[BLOCKS];

static bool
reads(void *context, uint32_t dataset, uint32_t field)
{
	return field % 3 != 0;
}

static int
make_blocks(void **state)
{
	struct block_builder_options options = {.records_max = 300, .reads_text = reads};
	struct block_builder *builder;
	struct partition *partition;
	struct record record;
	size_t i;

	random_records_init(&world, 11);
	world.relayed = true;
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
	size_t i;

	for (i = 0; i < BLOCKS; i++)
		block_free(blocks[i]);
	random_records_fini(&world);
	return 0;
}

/* Reads block i both ways; the projector goes on from block to block. */
static void
compare(struct block_projector *projector, struct projected *projected, size_t i,
    struct symbols *names, const struct keys *keys)
{
	struct text body = buffer_text(&blocks[i]->body);
	struct block_content content;
	struct error err = {0};
	struct arena arena;

	arena_init(&arena);
	assert_true(block_read(body, blocks[i]->objects, names, keys, &arena, &content, &err));
	*projected = (struct projected){.content = &content};
	assert_true(block_project(projector, body, blocks[i]->objects, UINT32_MAX, &err));
	assert_int_equal(projected->events, blocks[i]->events);
	assert_int_equal(projected->notes, blocks[i]->note_count);
	assert_true(projected->shapes > 0);
	arena_fini(&arena);
}

static void
compare_all(const struct keys *keys)
{
	struct symbols *names = symbols_open();
	struct projected projected;
	struct block_projector *projector = projected_open(&projected, names, keys);
	size_t i;

	/* Twice: the second time texts are known already. */
	for (i = 0; i < 2 * BLOCKS; i++)
		compare(projector, &projected, i % BLOCKS, names, keys);
	block_projector_close(projector);
	symbols_close(names);
}

static void
what_is_wanted_is_what_the_whole_block_gives(void **state)
{
	compare_all(world.keys);
}

static void
without_keys_texts_stay_hidden(void **state)
{
	compare_all(NULL);
}

static void
reading_ends_before_a_record_or_when_a_call_says_so(void **state)
{
	struct symbols *names = symbols_open();
	struct projected projected = {0};
	struct block_projector *projector = projected_open(&projected, names, world.keys);
	struct text body = buffer_text(&blocks[0]->body);
	struct error err = {0};
	uint32_t all;

	assert_true(block_project(projector, body, blocks[0]->objects, 100, &err));
	all = projected.events + projected.notes;
	assert_in_range(all, 50, 100);
	projected = (struct projected){0};
	assert_true(block_project(projector, body, blocks[0]->objects, 0, &err));
	assert_int_equal(projected.events + projected.notes, 0);
	projected = (struct projected){.stop_after = 3};
	assert_true(block_project(projector, body, blocks[0]->objects, UINT32_MAX, &err));
	assert_int_equal(projected.events, 3);
	block_projector_close(projector);
	symbols_close(names);
}

/* --- events that last ------------------------------------------------------------------- */

#define LASTING 4
#define CHANGES 64

/* What was given, and a copy of it as it was then. */
struct kept {
	const struct record *given;
	struct record record;
	struct change changes[CHANGES];
};

struct lasting {
	struct projected projected; /* first: projected_shape() is told of it */
	struct kept kept[LASTING];
	uint32_t count, compared;
};

static void
is_as_it_was(const struct kept *kept)
{
	uint32_t i;

	assert_int_equal(kept->given->offset, kept->record.offset);
	assert_int_equal(kept->given->event.time_ms, kept->record.event.time_ms);
	assert_int_equal(kept->given->event.change_count, kept->record.event.change_count);
	for (i = 0; i < kept->record.event.change_count; i++) {
		assert_int_equal(kept->given->event.changes[i].field, kept->changes[i].field);
		projected_same_value(
		    &kept->given->event.changes[i].new_value, &kept->changes[i].new_value);
	}
}

static bool
keep(void *context, uint32_t number, struct record *record, const void *mine, struct error *err)
{
	struct lasting *lasting = context;
	struct kept *kept = &lasting->kept[lasting->count % LASTING];
	uint32_t i;

	for (i = 0; i < LASTING && i < lasting->count; i++, lasting->compared++)
		is_as_it_was(&lasting->kept[i]);
	lasting->count++;
	*kept = (struct kept){.given = record, .record = *record};
	assert_in_range(record->event.change_count, 0, CHANGES);
	for (i = 0; i < record->event.change_count; i++)
		kept->changes[i] = record->event.changes[i];
	return true;
}

static bool
leave_note(void *context, uint32_t number, struct record *record, struct error *err)
{
	return true;
}

static void
events_last_until_so_many_more_are_given(void **state)
{
	struct symbols *names = symbols_open();
	struct lasting lasting = {0};
	struct block_projector *projector =
	    block_projector_open(&(struct block_projector_options){.names = names,
		.keys = world.keys,
		.lasting = LASTING,
		.context = &lasting,
		.shape = projected_shape,
		.event = keep,
		.note = leave_note});
	struct error err = {0};

	assert_true(block_project(
	    projector, buffer_text(&blocks[0]->body), blocks[0]->objects, UINT32_MAX, &err));
	assert_int_equal(lasting.count, blocks[0]->events);
	assert_in_range(lasting.compared, LASTING * (lasting.count - LASTING), UINT32_MAX);
	block_projector_close(projector);
	symbols_close(names);
}

/* The texts that are wanted are compared with their macs. */
static void
another_store_s_key_is_noticed(void **state)
{
	static const char key[] =
	    "dyetrace-keys 1\n"
	    "store ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	    "vault 1 1111111111111111111111111111111111111111111111111111111111111111\n"
	    "sign 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n";
	char path[] = "/tmp/dyetrace-key-XXXXXX";
	struct symbols *names = symbols_open();
	struct projected projected = {0};
	struct block_projector *projector;
	struct keys *other = NULL;
	struct error err = {0};
	int fd = mkstemp(path);

	assert_true(fd >= 0 && write(fd, key, sizeof(key) - 1) > 0 && close(fd) == 0);
	assert_true(keys_open(path, &other, &err));
	projector = projected_open(&projected, names, other);
	assert_false(block_project(
	    projector, buffer_text(&blocks[0]->body), blocks[0]->objects, UINT32_MAX, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	assert_non_null(strstr(err.text, "does not match its mac"));
	block_projector_close(projector);
	keys_close(other);
	symbols_close(names);
	unlink(path);
}

/* Every byte of a block changed: it is read or refused, and what is read before is in order. */
static void
damage_is_refused_or_harmless(void **state)
{
	struct symbols *names = symbols_open();
	struct projected projected = {0};
	struct block_projector *projector = projected_open(&projected, names, world.keys);
	struct text body = buffer_text(&blocks[1]->body);
	char *copy = memory_text_n(body.data, body.size);
	struct error err;
	size_t i, refused = 0;

	for (i = 0; i < body.size; i += 7) {
		err = (struct error){0};
		copy[i] ^= (char)(1 + i % 255);
		if (!block_project(projector, (struct text){copy, body.size}, blocks[1]->objects,
			UINT32_MAX, &err)) {
			assert_int_equal(err.kind, ERROR_DAMAGED);
			refused++;
		}
		copy[i] = body.data[i];
	}
	assert_true(refused > 100);
	for (i = 0; i < body.size; i += 13) {
		/* Cut short: only a mark, which is not looked at, may be missing. */
		err = (struct error){0};
		if (!block_project(
			projector, (struct text){copy, i}, blocks[1]->objects, UINT32_MAX, &err))
			assert_int_equal(err.kind, ERROR_DAMAGED);
		else
			assert_true(i * 2 > body.size);
	}
	memory_free(copy);
	block_projector_close(projector);
	symbols_close(names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_wanted_is_what_the_whole_block_gives),
	    cmocka_unit_test(without_keys_texts_stay_hidden),
	    cmocka_unit_test(reading_ends_before_a_record_or_when_a_call_says_so),
	    cmocka_unit_test(events_last_until_so_many_more_are_given),
	    cmocka_unit_test(another_store_s_key_is_noticed),
	    cmocka_unit_test(damage_is_refused_or_harmless),
	};

	return cmocka_run_group_tests(tests, make_blocks, drop_blocks);
}
