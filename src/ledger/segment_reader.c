/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader: one block by its place, or all of them in order. Every number is
 * checked against the file before it is used.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "container.h"
#include "squeeze.h"

struct ledger_reader {
	char *folder;
	const char *schema;
	int fd; /* of the segment read last, -1: none */
	uint32_t segment;
	int64_t size;
	struct container container;
	struct buffer raw, body;
};

bool
ledger_reader_open(const char *folder, struct ledger_reader **out, struct error *err)
{
	return ledger_reader_open_as(folder, ledger_facts_schema, out, err);
}

bool
ledger_reader_open_as(
    const char *folder, const char *schema, struct ledger_reader **out, struct error *err)
{
	struct ledger_reader *reader;
	struct stat status;

	if (stat(folder, &status) != 0)
		return error_system(err, errno == ENOENT ? ERROR_MISSING : ERROR_IO, "%s", folder);
	reader = memory_get(sizeof(*reader));
	reader->folder = memory_text(folder);
	reader->schema = schema;
	reader->fd = -1;
	*out = reader;
	return true;
}

void
ledger_reader_close(struct ledger_reader *reader)
{
	if (!reader)
		return;
	if (reader->fd >= 0)
		close(reader->fd);
	buffer_fini(&reader->raw);
	buffer_fini(&reader->body);
	memory_free(reader->folder);
	memory_free(reader);
}

/* The greatest segment number in the folder; *bytes: all of them together. */
static bool
last_segment(const struct ledger_reader *reader, uint32_t *last, int64_t *bytes, struct error *err)
{
	DIR *listing = opendir(reader->folder);
	struct dirent *entry;

	*last = 0;
	*bytes = 0;
	if (!listing)
		return error_system(err, ERROR_IO, "%s", reader->folder);
	while ((entry = readdir(listing))) {
		uint32_t number = segment_number(entry->d_name);
		struct stat status;

		if (!number || fstatat(dirfd(listing), entry->d_name, &status, 0) != 0)
			continue;
		*bytes += status.st_size;
		*last = number > *last ? number : *last;
	}
	closedir(listing);
	return true;
}

int64_t
ledger_reader_bytes(const struct ledger_reader *reader)
{
	int64_t bytes;
	uint32_t last;

	return last_segment(reader, &last, &bytes, NULL) ? bytes : 0;
}

/* A failed open leaves no segment open. */
static bool
use_segment(struct ledger_reader *reader, uint32_t number, struct error *err)
{
	char name[SEGMENT_NAME_BYTES], *path;
	struct stat status = {0};
	bool good = true;

	if (reader->fd >= 0)
		close(reader->fd);
	path = file_join(reader->folder, segment_name(number, name));
	reader->segment = number;
	reader->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (reader->fd < 0 && errno == ENOENT)
		good = error_set(err, ERROR_DAMAGED, "it is missing: restore it from a backup");
	else if (reader->fd < 0 || fstat(reader->fd, &status) != 0)
		good = error_system(err, ERROR_IO, "open");
	if (good) {
		reader->size = status.st_size;
		good = container_read(reader->fd, reader->schema, &reader->container, err);
	}
	if (!good) {
		error_within(err, "segment %s", name);
		if (reader->fd >= 0)
			close(reader->fd);
		reader->fd = -1;
	}
	memory_free(path);
	return good;
}

/* Whole bytes of a block, in reader->raw, to its objects in reader->body. */
static bool
open_block(struct ledger_reader *reader, uint32_t *objects, struct error *err)
{
	struct text raw = buffer_text(&reader->raw);
	struct block_header header = {0};

	if (!container_block_header(raw, &header) ||
	    header.header_bytes + header.data_bytes + SYNC_BYTES != (int64_t)raw.size)
		return error_set(err, ERROR_DAMAGED, "the block's header does not fit its place");
	if (memcmp(raw.data + raw.size - SYNC_BYTES, reader->container.sync, SYNC_BYTES) != 0)
		return error_set(
		    err, ERROR_DAMAGED, "the block does not end with the segment's marker");
	*objects = (uint32_t)header.objects;
	reader->body.size = 0;
	return unsqueeze((struct text){raw.data + header.header_bytes, (size_t)header.data_bytes},
	    BLOCK_BYTES_MAX, &reader->body, err);
}

static bool
load(struct ledger_reader *reader, int64_t offset, int64_t bytes, struct error *err)
{
	reader->raw.size = 0;
	buffer_reserve(&reader->raw, (size_t)bytes);
	if (!file_read_at(reader->fd, reader->raw.data, (size_t)bytes, offset, err))
		return false;
	reader->raw.size = (size_t)bytes;
	return true;
}

static bool
read_place(struct ledger_reader *reader, const struct block_place *place, struct error *err)
{
	uint32_t objects = 0;

	if (place->bytes < SYNC_BYTES + 2 || (uint64_t)place->bytes > BLOCK_BYTES_MAX + 64)
		return error_set(err, ERROR_DAMAGED, "the catalog gives the block %lld bytes",
		    (long long)place->bytes);
	if (!load(reader, place->offset, place->bytes, err))
		return false;
	if (digest_identity(buffer_text(&reader->raw)) != place->identity)
		return error_set(
		    err, ERROR_DAMAGED, "the block's bytes were changed after it was written");
	if (!open_block(reader, &objects, err))
		return false;
	if (objects != place->objects)
		return error_set(err, ERROR_DAMAGED,
		    "the block holds %u objects, the catalog says %u", objects, place->objects);
	return true;
}

bool
ledger_reader_block(struct ledger_reader *reader, const struct block_place *place,
    struct text *body, struct error *err)
{
	char name[SEGMENT_NAME_BYTES];

	if ((reader->fd < 0 || reader->segment != place->segment) &&
	    !use_segment(reader, place->segment, err))
		return false;
	if (!read_place(reader, place, err)) {
		error_within(err, "segment %s: byte %lld", segment_name(place->segment, name),
		    (long long)place->offset);
		return false;
	}
	*body = buffer_text(&reader->body);
	return true;
}

/* The place of the block at offset, by its own header. */
static bool
frame(struct ledger_reader *reader, int64_t offset, struct block_place *place, struct error *err)
{
	int64_t left = reader->size - offset;
	struct block_header header = {0};

	if (!load(reader, offset, left < BLOCK_HEADER_MAX ? left : BLOCK_HEADER_MAX, err))
		return false;
	if (!container_block_header(buffer_text(&reader->raw), &header))
		return error_set(err, ERROR_DAMAGED, "no block begins there");
	*place = (struct block_place){.segment = reader->segment,
	    .offset = offset,
	    .bytes = header.header_bytes + header.data_bytes + SYNC_BYTES,
	    .objects = (uint32_t)header.objects};
	if (place->bytes > left)
		return error_set(err, ERROR_DAMAGED,
		    "the block ends %lld bytes behind the file's end",
		    (long long)(place->bytes - left));
	return true;
}

/*
 * A write that was cut leaves no marker behind its block's begin; where one
 * follows, the block was whole once, and was damaged.
 */
static bool
is_torn(struct ledger_reader *reader, int64_t offset)
{
	int64_t left = reader->size - offset;
	struct error ignored;

	if ((uint64_t)left > BLOCK_BYTES_MAX + 64)
		return false;
	return load(reader, offset, left, &ignored) &&
	    !memmem(reader->raw.data, reader->raw.size, reader->container.sync, SYNC_BYTES);
}

struct walk {
	bool (*visit)(
	    void *context, const struct block_place *place, struct text body, struct error *err);
	void *context;
	struct block_place *end;
	int64_t *torn_bytes;
	bool stopped; /* visit had enough */
};

/* One block by its own frame, in reader->body. */
static bool
read_next(
    struct ledger_reader *reader, int64_t offset, struct block_place *place, struct error *err)
{
	if (!frame(reader, offset, place, err) || !load(reader, offset, place->bytes, err))
		return false;
	place->identity = digest_identity(buffer_text(&reader->raw));
	return open_block(reader, &place->objects, err);
}

/* Gives a good block to visit; false: it found something wrong. */
static bool
show(struct ledger_reader *reader, struct walk *walk, const struct block_place *place,
    struct error *err)
{
	struct error why = {0};

	if (walk->visit(walk->context, place, buffer_text(&reader->body), &why)) {
		*walk->end = *place;
		return true;
	}
	walk->stopped = true;
	return why.kind == ERROR_NONE || error_set(err, why.kind, "%s", why.text);
}

static bool
walk_segment(struct ledger_reader *reader, bool last, struct walk *walk, struct error *err)
{
	int64_t offset = reader->container.header_bytes;
	char name[SEGMENT_NAME_BYTES];
	struct block_place place = {0};

	for (; offset < reader->size && !walk->stopped; offset += place.bytes) {
		if (read_next(reader, offset, &place, err)) {
			if (!show(reader, walk, &place, err))
				return false;
			continue;
		}
		if (!last || !is_torn(reader, offset))
			return error_within(err, "segment %s: byte %lld",
			    segment_name(reader->segment, name), (long long)offset);
		*walk->torn_bytes = reader->size - offset;
		break;
	}
	return true;
}

/* Whether the last segment was only just being created: then it holds nothing. */
static bool
is_begun(const struct ledger_reader *reader, uint32_t number, int64_t *bytes)
{
	char name[SEGMENT_NAME_BYTES], *path;
	struct stat status;
	bool begun;

	path = file_join(reader->folder, segment_name(number, name));
	begun = stat(path, &status) == 0 && status.st_size < container_header_size(reader->schema);
	*bytes = begun ? status.st_size : 0;
	memory_free(path);
	return begun;
}

bool
ledger_reader_walk(struct ledger_reader *reader,
    bool (*visit)(
	void *context, const struct block_place *place, struct text body, struct error *err),
    void *context, struct block_place *end, int64_t *torn_bytes, struct error *err)
{
	struct walk walk = {visit, context, end, torn_bytes, false};
	uint32_t last, number;
	struct error why = {0};
	int64_t bytes;

	*end = (struct block_place){0};
	*torn_bytes = 0;
	if (!last_segment(reader, &last, &bytes, err))
		return false;
	for (number = 1; number <= last && !walk.stopped; number++) {
		if (number == last && is_begun(reader, number, torn_bytes))
			break;
		if (!use_segment(reader, number, &why) ||
		    !walk_segment(reader, number == last, &walk, &why))
			return error_set(err, why.kind, "%s", why.text);
	}
	return true;
}

/* Whole blocks of the open segment from offset on. */
static void
count_frames(struct ledger_reader *reader, int64_t offset, uint32_t most, uint32_t *blocks)
{
	struct block_place place;
	uint8_t sync[SYNC_BYTES];
	struct error ignored;

	for (; offset < reader->size && *blocks < most; offset += place.bytes) {
		if (!frame(reader, offset, &place, &ignored) ||
		    !file_read_at(reader->fd, sync, SYNC_BYTES, offset + place.bytes - SYNC_BYTES,
			&ignored) ||
		    memcmp(sync, reader->container.sync, SYNC_BYTES) != 0)
			break;
		++*blocks;
	}
}

/* A segment that cannot be opened holds none: the writer says what is wrong with it. */
bool
ledger_reader_beyond(struct ledger_reader *reader, uint32_t segment, int64_t offset, uint32_t most,
    uint32_t *blocks, struct error *err)
{
	uint32_t last, number;
	struct error ignored;
	int64_t bytes;

	*blocks = 0;
	if (!last_segment(reader, &last, &bytes, err))
		return false;
	for (number = segment ? segment : 1; number <= last && *blocks < most; number++) {
		if (!use_segment(reader, number, &ignored))
			continue;
		count_frames(reader, number == segment ? offset : reader->container.header_bytes,
		    most, blocks);
	}
	return true;
}
