/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block of conclusions from anybody. First byte: how many objects are claimed.
 * What is read has leaves that can be shown, gives the same block when it is written
 * again, and each conclusion is the same when it alone is read.
 */
#include "ledger/conclusions.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
show(const struct conclusion *conclusion, struct buffer *leaf)
{
	struct buffer json = {0};
	struct error err = {0};
	bool shown;

	conclusion_leaf(conclusion, leaf);
	shown = conclusion_leaf_show(buffer_text(leaf), &json, &err);
	assert(shown);
	buffer_fini(&json);
}

static void
read_one(struct text body, uint32_t objects, const struct conclusion *expected)
{
	struct buffer leaf = {0}, again = {0};
	struct conclusion *read;
	struct error err = {0};
	struct arena arena;
	uint32_t count;
	bool done;

	arena_init(&arena);
	done = conclusion_block_read(body, objects, expected->record, &arena, &read, &count, &err);
	assert(done && count == 1);
	show(expected, &leaf);
	show(read, &again);
	assert(text_equal(buffer_text(&leaf), buffer_text(&again)));
	buffer_fini(&leaf);
	buffer_fini(&again);
	arena_fini(&arena);
}

/* Shapes may have been written twice, so that the bytes differ; the leaves do not. */
static void
write_again(const struct conclusion *conclusions, uint32_t count)
{
	struct conclusion_builder *builder = conclusion_builder_open();
	struct conclusion_block *block;
	struct conclusion *read;
	struct error err = {0};
	struct buffer leaves = {0};
	struct arena arena;
	uint32_t i, again;
	bool done;

	for (i = 0; i < count && !conclusion_builder_full(builder); i++) {
		conclusion_builder_add(builder, &conclusions[i]);
		conclusion_leaf(&conclusions[i], &leaves);
	}
	block = conclusion_builder_finish(builder);
	arena_init(&arena);
	done = conclusion_block_read(
	    buffer_text(&block->body), block->records, UINT64_MAX, &arena, &read, &again, &err);
	assert(done && again == i);
	assert(text_equal(buffer_text(&leaves), buffer_text(&block->leaves)));
	buffer_fini(&leaves);
	arena_fini(&arena);
	conclusion_block_free(block);
	conclusion_builder_close(builder);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conclusion *read;
	struct buffer json = {0};
	struct error err = {0};
	struct arena arena;
	struct text body;
	uint32_t objects, count, i;

	if (!size)
		return 0;
	body = (struct text){(const char *)data + 1, size - 1};
	objects = data[0];
	arena_init(&arena);
	if (conclusion_block_read(body, objects, UINT64_MAX, &arena, &read, &count, &err)) {
		assert(count == objects);
		for (i = 0; i < count; i++)
			read_one(body, objects, &read[i]);
		write_again(read, count);
	} else {
		assert(err.kind == ERROR_DAMAGED && err.text[0]);
	}
	if (!conclusion_leaf_show(body, &json, &err))
		assert(err.kind == ERROR_MALFORMED);
	buffer_fini(&json);
	arena_fini(&arena);
	return 0;
}
