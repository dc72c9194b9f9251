/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer. A block goes out in one or two writes behind what is known; a
 * write that failed is overwritten by the next one or cut at the next open.
 */
#include "ledger/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "container.h"
#include "squeeze.h"
#include "wire.h"

struct ledger {
	char *folder;
	int64_t segment_bytes;
	const char *schema;
	struct squeezer *squeezer;
	int fd; /* of the open segment, -1: none yet */
	uint32_t segment;
	int64_t end;
	bool failed; /* an fsync: what is on the disk is not known any more */
	struct container container;
	struct buffer out;
};

static char *
segment_path(const char *folder, uint32_t number)
{
	char name[SEGMENT_NAME_BYTES];

	return file_join(folder, segment_name(number, name));
}

/* Segments that were begun after the last commit hold nothing that counts. */
static bool
remove_later(const char *folder, uint32_t last, int64_t *cut_bytes, struct error *err)
{
	DIR *listing = opendir(folder);
	struct dirent *entry;
	bool good = true;

	if (!listing)
		return error_system(err, ERROR_IO, "%s", folder);
	while (good && (entry = readdir(listing))) {
		char *path;
		struct stat status;

		if (segment_number(entry->d_name) <= last)
			continue;
		path = file_join(folder, entry->d_name);
		if (stat(path, &status) == 0)
			*cut_bytes += status.st_size;
		if (unlink(path) != 0)
			good = error_system(err, ERROR_IO, "%s", path);
		memory_free(path);
	}
	if (good && fsync(dirfd(listing)) != 0)
		good = error_system(err, ERROR_IO, "%s", folder);
	closedir(listing);
	return good;
}

/* Looks before anything is removed: an uncommitted end may be cut, a committed one not be short. */
static bool
check_length(int fd, int64_t bytes, int64_t header_bytes, struct error *err)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return error_system(err, ERROR_IO, "size");
	if (status.st_size < bytes || bytes < header_bytes)
		return error_set(err, ERROR_DAMAGED,
		    "%lld bytes, and the catalog has committed %lld: restore it from a backup",
		    (long long)status.st_size, (long long)bytes);
	return true;
}

/* What the open segment has beyond the last commit. */
static bool
cut(const struct ledger *ledger, int64_t *cut_bytes, struct error *err)
{
	char name[SEGMENT_NAME_BYTES];
	struct stat status;
	bool good = fstat(ledger->fd, &status) == 0;

	if (good && status.st_size > ledger->end) {
		*cut_bytes += status.st_size - ledger->end;
		good = ftruncate(ledger->fd, ledger->end) == 0 && fsync(ledger->fd) == 0;
	}
	return good ||
	    error_system(err, ERROR_IO, "segment %s: cutting the uncommitted end",
		segment_name(ledger->segment, name));
}

static bool
open_last(struct ledger *ledger, uint32_t number, int64_t bytes, struct error *err)
{
	char *path = segment_path(ledger->folder, number), name[SEGMENT_NAME_BYTES];
	bool good = true;

	ledger->fd = open(path, O_RDWR | O_CLOEXEC);
	if (ledger->fd < 0 && errno == ENOENT)
		good = error_set(err, ERROR_DAMAGED, "it is missing: restore it from a backup");
	else if (ledger->fd < 0)
		good = error_system(err, ERROR_IO, "open");
	good = good && container_read(ledger->fd, ledger->schema, &ledger->container, err) &&
	    check_length(ledger->fd, bytes, ledger->container.header_bytes, err);
	if (!good)
		error_within(err, "segment %s", segment_name(number, name));
	ledger->segment = number;
	ledger->end = bytes;
	memory_free(path);
	return good;
}

bool
ledger_open(const struct ledger_options *options, uint32_t last_segment, int64_t last_bytes,
    struct ledger **out, int64_t *cut_bytes, struct error *err)
{
	struct ledger *ledger = memory_get(sizeof(*ledger));

	*cut_bytes = 0;
	ledger->folder = memory_text(options->folder);
	ledger->segment_bytes = options->segment_bytes;
	ledger->schema = options->schema;
	ledger->fd = -1;
	if (!squeezer_open(options->deflate, &ledger->squeezer, err) ||
	    !file_make_folder(options->folder, err) ||
	    (last_segment && !open_last(ledger, last_segment, last_bytes, err)) ||
	    !remove_later(options->folder, last_segment, cut_bytes, err) ||
	    (last_segment && !cut(ledger, cut_bytes, err))) {
		ledger_close(ledger);
		return false;
	}
	*out = ledger;
	return true;
}

void
ledger_close(struct ledger *ledger)
{
	if (!ledger)
		return;
	if (ledger->fd >= 0)
		close(ledger->fd);
	squeezer_close(ledger->squeezer);
	buffer_fini(&ledger->out);
	memory_free(ledger->folder);
	memory_free(ledger);
}

const char *
ledger_deflate_name(const struct ledger *ledger)
{
	return squeezer_name(ledger->squeezer);
}

/* Says which segment, and of a full disk how full and what to do. number: errno. */
static bool
write_failed(
    const struct ledger *ledger, uint32_t segment, size_t bytes, int number, struct error *err)
{
	char name[SEGMENT_NAME_BYTES];
	struct statvfs disk = {0};

	if (number == ENOSPC || number == EDQUOT) {
		statvfs(ledger->folder, &disk);
		error_set(err, ERROR_IO,
		    "the disk is full: %llu bytes are free and %zu were to be written; free some "
		    "space and start again, nothing is lost: what was not committed is read again",
		    (unsigned long long)disk.f_bavail * disk.f_frsize, bytes);
	}
	return error_within(err, "segment %s", segment_name(segment, name));
}

/* A failed write is taken back as far as the disk lets us. */
static bool
write_at(struct ledger *ledger, int fd, uint32_t segment, struct text bytes, int64_t offset,
    struct error *err)
{
	errno = 0;
	if (file_write_at(fd, bytes.data, bytes.size, offset, err))
		return true;
	return write_failed(ledger, segment, bytes.size, errno, err);
}

/* Writes and syncs a new segment's header, and its name. */
static bool
write_header(struct ledger *ledger, int fd, uint32_t segment, const char *path, struct error *err)
{
	struct buffer header = {0};
	bool good;

	container_header(ledger->schema, &header, &ledger->container);
	good = write_at(ledger, fd, segment, buffer_text(&header), 0, err);
	if (good && fsync(fd) != 0)
		good = error_system(err, ERROR_IO, "%s: fsync", path);
	ledger->end = (int64_t)header.size;
	buffer_fini(&header);
	return good && file_sync_folder_of(path, err);
}

/* A new file with its header, durable under its name. */
static bool
begin_segment(struct ledger *ledger, struct error *err)
{
	uint32_t segment = ledger->segment + 1;
	char *path = segment_path(ledger->folder, segment);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool good = fd >= 0 || error_system(err, ERROR_IO, "%s", path);

	if (good && !write_header(ledger, fd, segment, path, err)) {
		good = false;
		close(fd);
		unlink(path);
	}
	if (good) {
		ledger->fd = fd;
		ledger->segment = segment;
		fault_point("segment-created");
	}
	memory_free(path);
	return good;
}

/* Whether the open segment takes another block; else a new one is begun. */
static bool
have_room(struct ledger *ledger, struct error *err)
{
	if (ledger->fd >= 0 && ledger->end < ledger->segment_bytes)
		return true;
	if (ledger->fd >= 0) {
		if (!ledger_sync(ledger, err))
			return false;
		close(ledger->fd);
		ledger->fd = -1;
		fault_point("segment-sealed");
	}
	return begin_segment(ledger, err);
}

/* The block as it stands in the file, in ledger->out. */
static struct text
frame(struct ledger *ledger, struct text body, uint32_t objects)
{
	struct buffer *out = &ledger->out;
	uint8_t head[BLOCK_HEADER_MAX], *end;

	/* Room for the two numbers, then the data, then the numbers right in front of it. */
	out->size = 0;
	buffer_reserve(out, BLOCK_HEADER_MAX);
	out->size = BLOCK_HEADER_MAX;
	squeeze(ledger->squeezer, body, out);
	end = put_long(head, objects);
	end = put_long(end, (int64_t)out->size - BLOCK_HEADER_MAX);
	buffer_add(out, ledger->container.sync, SYNC_BYTES);
	memcpy(out->data + BLOCK_HEADER_MAX - (end - head), head, (size_t)(end - head));
	return (struct text){(char *)out->data + BLOCK_HEADER_MAX - (end - head),
	    out->size - BLOCK_HEADER_MAX + (size_t)(end - head)};
}

/* In two halves, so that a test can stop between them. */
static bool
write_block(struct ledger *ledger, struct text bytes, struct error *err)
{
	size_t half = bytes.size / 2;
	struct text first = {bytes.data, half}, second = {bytes.data + half, bytes.size - half};
	bool good = write_at(ledger, ledger->fd, ledger->segment, first, ledger->end, err);

	if (good) {
		fault_point("block-half-written");
		good = write_at(
		    ledger, ledger->fd, ledger->segment, second, ledger->end + (int64_t)half, err);
	}
	/* What does not go is cut at the next open. */
	if (!good && ftruncate(ledger->fd, ledger->end) != 0)
		return false;
	return good;
}

static bool
still_good(const struct ledger *ledger, struct error *err)
{
	return !ledger->failed ||
	    error_set(err, ERROR_IO, "the ledger could not be synced and must be opened again");
}

bool
ledger_append(
    struct ledger *ledger, const struct block *block, struct block_place *place, struct error *err)
{
	return ledger_append_objects(ledger, buffer_text(&block->body), block->objects, place, err);
}

bool
ledger_append_objects(struct ledger *ledger, struct text body, uint32_t objects,
    struct block_place *place, struct error *err)
{
	struct text bytes;

	if (!still_good(ledger, err) || !have_room(ledger, err))
		return false;
	bytes = frame(ledger, body, objects);
	if (!write_block(ledger, bytes, err))
		return false;
	fault_point("block-written");
	*place = (struct block_place){
	    .segment = ledger->segment,
	    .offset = ledger->end,
	    .bytes = (int64_t)bytes.size,
	    .objects = objects,
	    .identity = digest_identity(bytes),
	};
	ledger->end += place->bytes;
	return true;
}

bool
ledger_sync(struct ledger *ledger, struct error *err)
{
	char name[SEGMENT_NAME_BYTES];

	if (!still_good(ledger, err))
		return false;
	if (ledger->fd < 0 || fsync(ledger->fd) == 0)
		return true;
	ledger->failed = true;
	error_system(err, ERROR_IO, "fsync");
	return error_within(err, "segment %s", segment_name(ledger->segment, name));
}
