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
#include <unistd.h>
#include <xxhash.h>

#include "base/fault.h"
#include "base/file.h"
#include "container.h"
#include "squeeze.h"

struct ledger {
	char *folder;
	int64_t segment_bytes;
	const char *schema;
	struct squeezer *squeezer;
	int fd; /* of the open segment, -1: none yet */
	uint32_t segment;
	int64_t end;
	struct container container;
	struct buffer out;
};

/* --- opening and cutting --------------------------------------------------------------- */

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
	closedir(listing);
	return good;
}

static bool
cut(int fd, int64_t bytes, int64_t *cut_bytes, struct error *err)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return error_system(err, ERROR_IO, "size");
	if (status.st_size < bytes)
		return error_set(err, ERROR_DAMAGED,
		    "has %lld bytes, the catalog has committed %lld: restore the segment from a "
		    "backup",
		    (long long)status.st_size, (long long)bytes);
	if (status.st_size == bytes)
		return true;
	*cut_bytes += status.st_size - bytes;
	if (ftruncate(fd, bytes) != 0 || fsync(fd) != 0)
		return error_system(err, ERROR_IO, "cutting the uncommitted end");
	return true;
}

static bool
open_last(
    struct ledger *ledger, uint32_t number, int64_t bytes, int64_t *cut_bytes, struct error *err)
{
	char *path = segment_path(ledger->folder, number), name[SEGMENT_NAME_BYTES];
	bool good = true;

	ledger->fd = open(path, O_RDWR | O_CLOEXEC);
	if (ledger->fd < 0 && errno == ENOENT)
		good = error_set(err, ERROR_DAMAGED, "is missing: restore it from a backup");
	else if (ledger->fd < 0)
		good = error_system(err, ERROR_IO, "open");
	good = good && container_read(ledger->fd, ledger->schema, &ledger->container, err) &&
	    cut(ledger->fd, bytes, cut_bytes, err);
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
	    !remove_later(options->folder, last_segment, cut_bytes, err) ||
	    (last_segment && !open_last(ledger, last_segment, last_bytes, cut_bytes, err))) {
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

/* --- writing --------------------------------------------------------------------------- */

/* The sentence says what a full disk means and what to do. */
static bool
write_failed(const struct ledger *ledger, struct error *err)
{
	char name[SEGMENT_NAME_BYTES];

	if (errno == ENOSPC || errno == EDQUOT)
		error_set(err, ERROR_IO,
		    "the disk is full: free some space and start again; what was not committed is "
		    "read again");
	return error_within(err, "segment %s", segment_name(ledger->segment, name));
}

/* A new file with its header, durable under its name. */
static bool
begin_segment(struct ledger *ledger, struct error *err)
{
	char *path = segment_path(ledger->folder, ledger->segment + 1);
	struct buffer header = {0};
	bool good;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	container_header(ledger->schema, &header, &ledger->container);
	errno = 0;
	good = fd >= 0 && file_write_at(fd, header.data, header.size, 0, err) && fsync(fd) == 0;
	if (!good) {
		error_system(err, ERROR_IO, "%s", path);
		write_failed(ledger, err);
		if (fd >= 0)
			close(fd);
	} else {
		ledger->fd = fd;
		ledger->segment++;
		ledger->end = (int64_t)header.size;
		good = file_sync_folder_of(path, err);
		fault_point("segment-created");
	}
	buffer_fini(&header);
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

bool
ledger_append(
    struct ledger *ledger, const struct block *block, struct block_place *place, struct error *err)
{
	struct buffer *out = &ledger->out, head = {0};
	size_t half;
	bool good;

	if (!have_room(ledger, err))
		return false;
	/* Room for the two numbers, then the data, then the numbers right in front of it. */
	out->size = 0;
	buffer_reserve(out, 20);
	out->size = 20;
	squeeze(ledger->squeezer, buffer_text(&block->body), out);
	buffer_add_long(&head, block->objects);
	buffer_add_long(&head, (int64_t)out->size - 20);
	memcpy(out->data + 20 - head.size, head.data, head.size);
	buffer_add(out, ledger->container.sync, SYNC_BYTES);
	*place = (struct block_place){
	    .segment = ledger->segment,
	    .offset = ledger->end,
	    .bytes = (int64_t)(out->size - 20 + head.size),
	    .objects = block->objects,
	    .identity = XXH3_64bits(out->data + 20 - head.size, out->size - 20 + head.size),
	};
	half = (size_t)place->bytes / 2;
	good = file_write_at(ledger->fd, out->data + 20 - head.size, half, ledger->end, err);
	fault_point("block-half-written");
	good = good &&
	    file_write_at(ledger->fd, out->data + 20 - head.size + half,
		(size_t)place->bytes - half, ledger->end + (int64_t)half, err);
	buffer_fini(&head);
	if (!good)
		return write_failed(ledger, err);
	fault_point("block-written");
	ledger->end += place->bytes;
	return true;
}

bool
ledger_sync(struct ledger *ledger, struct error *err)
{
	char name[SEGMENT_NAME_BYTES];

	if (ledger->fd < 0 || fdatasync(ledger->fd) == 0)
		return true;
	error_system(err, ERROR_IO, "fsync");
	return error_within(err, "segment %s", segment_name(ledger->segment, name));
}
