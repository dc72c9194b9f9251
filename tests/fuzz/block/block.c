/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block from anybody. First byte: how many objects are claimed, and by its
 * top bit whether there are keys. What is read has leaves that can be shown,
 * the same with and without keys, and each record is the same when it alone is read, or
 * when the block is read for a few fields.
 */
#include "ledger/block.h"

#include <assert.h>

#include "projected.h"
#include "random_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
show_leaves(
    const struct block_content *content, const struct symbols *names, const struct keys *keys)
{
	uint32_t i;

	for (i = 0; i < content->record_count; i++) {
		struct buffer leaf = {0}, json = {0};
		struct error err = {0};
		bool shown;

		leaf_encode(&content->records[i], names, keys, &leaf);
		shown = leaf_show(buffer_text(&leaf), &json, &err);
		assert(shown);
		buffer_fini(&leaf);
		buffer_fini(&json);
	}
}

/* From bytes that may be bad behind it: it is read, or refused. */
static void
read_one(struct text body, uint32_t objects, uint32_t number, struct symbols *names,
    const struct keys *keys, const struct record *expected)
{
	struct buffer leaf = {0}, again = {0};
	struct error err = {0};
	struct record record;
	struct arena arena;

	arena_init(&arena);
	if (block_read_one(body, objects, number, names, keys, &arena, &record, &err))
		leaf_encode(&record, names, keys, &again);
	else
		assert(!expected && err.kind == ERROR_DAMAGED && err.text[0]);
	if (expected) {
		leaf_encode(expected, names, keys, &leaf);
		assert(text_equal(buffer_text(&leaf), buffer_text(&again)));
	}
	buffer_fini(&leaf);
	buffer_fini(&again);
	arena_fini(&arena);
}

/* content: of the whole; NULL: it was refused */
static void
read_some(struct text body, uint32_t objects, struct symbols *names, const struct keys *keys,
    const struct block_content *content)
{
	struct projected projected = {.content = content};
	struct block_projector *projector = projected_open(&projected, names, keys);
	struct error err = {0};
	bool good = block_project(projector, body, objects, UINT32_MAX, &err);

	assert(good || (!content && err.kind == ERROR_DAMAGED && err.text[0]));
	block_projector_close(projector);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keys *keys;
	const struct keys *given;
	struct block_content content;
	struct symbols *names;
	struct error err = {0};
	struct arena arena;
	struct text body;
	uint32_t objects, i;

	if (!keys)
		keys = random_keys();
	if (!size)
		return 0;
	body = (struct text){(const char *)data + 1, size - 1};
	objects = data[0] & 0x7f;
	given = data[0] & 0x80 ? keys : NULL;
	names = symbols_open();
	arena_init(&arena);
	if (block_read(body, objects, names, given, &arena, &content, &err)) {
		show_leaves(&content, names, keys);
		read_some(body, objects, names, given, &content);
		for (i = 0; i < content.record_count; i++)
			read_one(body, objects, i, names, given, &content.records[i]);
	} else {
		assert(err.kind == ERROR_DAMAGED && err.text[0]);
		read_some(body, objects, names, given, NULL);
		for (i = 0; i < objects; i++)
			read_one(body, objects, i, names, given, NULL);
	}
	arena_fini(&arena);
	symbols_close(names);
	return 0;
}
