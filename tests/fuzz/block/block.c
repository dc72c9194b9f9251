/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block from anybody. First byte: how many objects are claimed, and by its
 * top bit whether there are keys. What is read has leaves that can be shown,
 * the same with and without keys.
 */
#include "ledger/block.h"

#include <assert.h>

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keys *keys;
	struct symbols *names = symbols_open();
	struct block_content content;
	struct error err = {0};
	struct arena arena;

	if (!keys)
		keys = random_keys();
	arena_init(&arena);
	if (size &&
	    block_read((struct text){(const char *)data + 1, size - 1}, data[0] & 0x7f, names,
		data[0] & 0x80 ? keys : NULL, &arena, &content, &err))
		show_leaves(&content, names, keys);
	else
		assert(!size || (err.kind == ERROR_DAMAGED && err.text[0]));
	arena_fini(&arena);
	symbols_close(names);
	return 0;
}
