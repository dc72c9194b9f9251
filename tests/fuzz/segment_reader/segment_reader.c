/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A segment whose blocks come from anybody: behind a good header whose marker
 * is sixteen 'S'. A first byte of 0 leaves the header out. What the walk finds
 * good is read again by its place.
 */
#include "ledger/segment.h"

#include <assert.h>
#include <fcntl.h>
#include <unistd.h>

#include "random_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/dyetrace-fuzz-XXXXXX", path[64];
static uint8_t header[65536];
static size_t header_bytes;

static void
remove_folder(void)
{
	unlink(path);
	rmdir(folder);
}

/* The header of a segment that the writer made, with a marker that does not change. */
static void
make_header(void)
{
	struct ledger_options options = {folder, 1 << 20, DEFLATE_ZLIB, ledger_facts_schema};
	struct keys *keys = random_keys();
	struct symbols *names = symbols_open();
	struct block_builder_options builder_options = {names, keys, 1, NULL, NULL};
	struct block_builder *builder = block_builder_open(&builder_options);
	struct record note = {.kind = RECORD_NOTE, .reason = TEXT("x")};
	struct ledger *ledger;
	struct block *block;
	struct block_place place;
	struct error err = {0};
	int64_t cut;
	bool good;
	int fd;

	good = mkdtemp(folder) && ledger_open(&options, 0, 0, &ledger, &cut, &err);
	assert(good);
	block_builder_add(builder, &note, NULL);
	block = block_builder_finish(builder);
	good = ledger_append(ledger, block, &place, &err);
	assert(good && (size_t)place.offset <= sizeof(header));
	snprintf(path, sizeof(path), "%s/000001.avro", folder);
	header_bytes = (size_t)place.offset;
	fd = open(path, O_RDONLY);
	good = read(fd, header, header_bytes) == (ssize_t)header_bytes;
	assert(good);
	close(fd);
	memset(header + header_bytes - 16, 'S', 16);
	ledger_close(ledger);
	block_free(block);
	block_builder_close(builder);
	symbols_close(names);
	keys_close(keys);
	atexit(remove_folder);
}

static bool
visit(void *context, const struct block_place *place, struct text body, struct error *err)
{
	struct symbols *names = symbols_open();
	struct ledger_reader *reader;
	struct block_content content;
	struct text again;
	struct arena arena;
	bool good;

	good = ledger_reader_open(folder, &reader, err) &&
	    ledger_reader_block(reader, place, &again, err);
	assert(good && text_equal(body, again));
	ledger_reader_close(reader);
	arena_init(&arena);
	good = block_read(body, place->objects, names, NULL, &arena, &content, err);
	arena_fini(&arena);
	symbols_close(names);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ledger_reader *reader;
	struct block_place end;
	struct error err = {0};
	int64_t torn;
	bool good;
	int fd;

	if (!header_bytes)
		make_header();
	if (!size)
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	good = (!data[0] || write(fd, header, header_bytes) == (ssize_t)header_bytes) &&
	    write(fd, data + 1, size - 1) == (ssize_t)(size - 1);
	assert(good);
	close(fd);
	good = ledger_reader_open(folder, &reader, &err);
	assert(good);
	if (!ledger_reader_walk(reader, visit, NULL, &end, &torn, &err))
		assert(err.kind == ERROR_DAMAGED && err.text[0]);
	ledger_reader_close(reader);
	return 0;
}
