/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two files in a folder.
 *
 * `pages`: two slots for each page of the image, one behind the other, each SLOT_BYTES
 * long (a multiple of a disk's sectors, so that writing one never touches another):
 *
 *   page 0 slot 0 | page 0 slot 1 | page 1 slot 0 | ...
 *   slot: the page's 64 KB sealed (base/keys.h: AES-256-GCM), context
 *         "state/page/PAGE/GENERATION"; what is left of the slot says nothing
 *
 * `snapshot`: 16 bytes "dyetrace-state 1", then, sealed with the context "state/snapshot",
 * integers big endian:
 *
 *   u64 generation        counts the snapshots
 *   u32 bytes, header     what the caller says of it
 *   u32 pages             and of each, from the first on:
 *   u8 slot               where it lies
 *   u64 generation        of the snapshot that wrote it there
 *   16 bytes              the tag of its seal, which is the digest that cannot be made without the key
 *
 * A snapshot is valid when `snapshot` unseals and is exactly as long as it says, and each page
 * that it names unseals in its slot, as that page of that generation, with that tag.
 *
 * A new one writes each page into the slot that the valid one does not name, syncs `pages`, and
 * then replaces `snapshot` (written beside, synced, renamed, folder synced). Before the rename the old one
 * is valid, after it the new one, and both only name slots that nobody writes.
 */
#include "base/image_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/memory.h"
#include "image_inside.h"
#include "image_listing.h"

#define MAGIC "dyetrace-state 1"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
#define SEALED_BYTES (IMAGE_PAGE_BYTES + SEAL_BYTES)
#define SLOT_BYTES (IMAGE_PAGE_BYTES + 4096)
/* After so many pages the system is told to write, so that the sync at the end is short. */
#define WRITE_OUT_PAGES 16
#define SNAPSHOT_BYTES_MAX                                                                         \
	(MAGIC_BYTES + SEAL_BYTES + 64 + IMAGE_HEADER_BYTES_MAX +                                  \
	    IMAGE_PAGES_MAX * IMAGE_LISTED_BYTES)

static_assert(SEALED_BYTES <= SLOT_BYTES, "a sealed page fits its slot");

struct image_file {
	char *pages_path, *snapshot_path;
	const struct keys *keys;
	int fd;
	struct image_listing valid; /* on disk; generation 0: none */
	struct image_listing next;  /* being written */
	struct error none;          /* why there is none; empty: there never was */
	struct buffer sealed, plain;
	size_t written; /* pages */
	bool uncertain; /* whether `snapshot` is the old or the new one */
};

static struct text
page_context(char text[64], size_t page, uint64_t generation)
{
	int size = snprintf(text, 64, "state/page/%zu/%llu", page, (unsigned long long)generation);

	return (struct text){text, (size_t)size};
}

static int64_t
slot_at(size_t page, unsigned slot)
{
	return (int64_t)(page * 2 + slot) * SLOT_BYTES;
}

/* --- opening -------------------------------------------------------------------------- */

static bool
unseal_listing(struct image_file *file, struct text bytes, struct error *why)
{
	struct text sealed = {bytes.data + MAGIC_BYTES, bytes.size - MAGIC_BYTES};

	if (bytes.size < MAGIC_BYTES || memcmp(bytes.data, MAGIC, MAGIC_BYTES) != 0)
		return error_set(why, ERROR_DAMAGED, "is none of this version");
	file->plain.size = 0;
	return keys_unseal(file->keys, TEXT("state/snapshot"), sealed, &file->plain, why) &&
	    image_listing_read(buffer_text(&file->plain), &file->valid, why);
}

/* Fills valid or, without failing, none. */
static bool
read_listing(struct image_file *file, struct error *err)
{
	struct error why = {0};
	struct buffer bytes = {0};

	if (file_read(file->snapshot_path, SNAPSHOT_BYTES_MAX, &bytes, &why)) {
		if (!unseal_listing(file, buffer_text(&bytes), &file->none)) {
			file->valid.generation = 0;
			file->valid.count = 0;
			error_within(&file->none, "%s", file->snapshot_path);
		}
	} else if (why.kind == ERROR_LIMIT) {
		file->none = why;
	} else if (why.kind != ERROR_MISSING) {
		*err = why;
	}
	buffer_fini(&bytes);
	return why.kind != ERROR_IO;
}

static bool
make_folder(const char *folder, struct error *err)
{
	struct stat status;

	if (stat(folder, &status) == 0)
		return true;
	return file_make_folder(folder, err) && file_sync_folder_of(folder, err);
}

bool
image_file_open(
    const char *folder, const struct keys *keys, struct image_file **file, struct error *err)
{
	struct image_file *made;

	if (!make_folder(folder, err))
		return false;
	made = memory_get(sizeof(*made));
	made->pages_path = file_join(folder, "pages");
	made->snapshot_path = file_join(folder, "snapshot");
	made->keys = keys;
	made->fd = open(made->pages_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (made->fd < 0) {
		error_system(err, ERROR_IO, "%s", made->pages_path);
		goto undo;
	}
	if (!read_listing(made, err))
		goto undo;
	image_listing_copy(&made->next, &made->valid);
	*file = made;
	return true;
undo:
	image_file_close(made);
	return false;
}

static void
buffer_wipe(struct buffer *buffer)
{
	if (buffer->data)
		explicit_bzero(buffer->data, buffer->capacity);
	buffer_fini(buffer);
}

void
image_file_close(struct image_file *file)
{
	if (!file)
		return;
	if (file->fd >= 0)
		close(file->fd);
	image_listing_fini(&file->valid);
	image_listing_fini(&file->next);
	buffer_wipe(&file->plain);
	buffer_fini(&file->sealed);
	memory_free(file->pages_path);
	memory_free(file->snapshot_path);
	memory_free(file);
}

/* --- loading -------------------------------------------------------------------------- */

/* ERROR_IO is the disk's; all else says that the page is not what was written. */
static bool
read_page(struct image_file *file, struct image *image, size_t page, struct error *err)
{
	const struct image_listed *listed = &file->valid.pages[page];
	struct text sealed;
	char context[64];

	file->sealed.size = file->plain.size = 0;
	buffer_reserve(&file->sealed, SEALED_BYTES);
	if (!file_read_at(
		file->fd, file->sealed.data, SEALED_BYTES, slot_at(page, listed->slot), err))
		return false;
	sealed = (struct text){(const char *)file->sealed.data, SEALED_BYTES};
	if (memcmp(sealed.data + SEALED_BYTES - IMAGE_TAG_BYTES, listed->tag, IMAGE_TAG_BYTES) != 0)
		return error_set(err, ERROR_DAMAGED, "is of another snapshot, or altered");
	if (!keys_unseal(file->keys, page_context(context, page, listed->generation), sealed,
		&file->plain, err))
		return false;
	memcpy(image_load_page(image, page), file->plain.data, IMAGE_PAGE_BYTES);
	return true;
}

static bool
load_pages(struct image_file *file, struct image *image, struct error *err)
{
	size_t page;

	if (!image_fits(image, file->valid.count))
		return error_set(err, ERROR_LIMIT, "%s: its %zu pages are more than there may be",
		    file->snapshot_path, file->valid.count);
	for (page = 0; page < file->valid.count; page++)
		if (!read_page(file, image, page, err))
			return error_within(err, "%s: page %zu", file->pages_path, page);
	return image_load_end(image, file->valid.count) ||
	    error_set(err, ERROR_DAMAGED, "%s: its pages contradict each other", file->pages_path);
}

bool
image_file_load(struct image_file *file, struct image *image, struct buffer *header, bool *found,
    struct error *why, struct error *err)
{
	struct error trouble = {0};

	*found = false;
	*why = file->none;
	if (!file->valid.generation)
		return true;
	*found = load_pages(file, image, &trouble);
	if (*found) {
		buffer_add_text(header, buffer_text(&file->valid.header));
		return true;
	}
	image_reset(image);
	if (trouble.kind == ERROR_IO) {
		*err = trouble;
		return false;
	}
	*why = trouble;
	return true;
}

bool
image_file_forget(struct image_file *file, struct error *err)
{
	image_listing_fini(&file->valid);
	image_listing_fini(&file->next);
	file->valid = file->next = (struct image_listing){0};
	file->none = (struct error){0};
	if (unlink(file->snapshot_path) != 0 && errno != ENOENT)
		return error_system(err, ERROR_IO, "%s", file->snapshot_path);
	if (!file_sync_folder_of(file->snapshot_path, err))
		return false;
	/* Nobody reads them any more, so they need not stay. */
	return ftruncate(file->fd, 0) == 0 || error_system(err, ERROR_IO, "%s", file->pages_path);
}

/* --- writing -------------------------------------------------------------------------- */

static bool
check_certain(const struct image_file *file, struct error *err)
{
	return !file->uncertain ||
	    error_set(err, ERROR_IO, "%s: could not be replaced before; start again",
		file->snapshot_path);
}

/* What was written so far is not used. */
static void
give_up(struct image_file *file)
{
	image_listing_copy(&file->next, &file->valid);
}

bool
image_file_page(struct image_file *file, size_t page, const uint8_t content[IMAGE_PAGE_BYTES],
    struct error *err)
{
	struct text plain = {(const char *)content, IMAGE_PAGE_BYTES};
	uint64_t generation = file->valid.generation + 1;
	struct image_listed *listed;
	char context[64];

	assert(page < IMAGE_PAGES_MAX);
	if (!check_certain(file, err))
		return false;
	file->sealed.size = 0;
	keys_seal(file->keys, page_context(context, page, generation), plain, &file->sealed);
	listed = image_listing_page(&file->next, page);
	listed->generation = generation;
	listed->slot =
	    page < file->valid.count && file->valid.pages[page].slot == 0; /* the other one */
	memcpy(listed->tag, file->sealed.data + SEALED_BYTES - IMAGE_TAG_BYTES, IMAGE_TAG_BYTES);
	if (!file_write_at(
		file->fd, file->sealed.data, SEALED_BYTES, slot_at(page, listed->slot), err)) {
		give_up(file);
		return error_within(err, "%s", file->pages_path);
	}
	if (++file->written % WRITE_OUT_PAGES == 0)
		(void)sync_file_range(file->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return true;
}

static bool
replace_listing(struct image_file *file, struct error *err)
{
	struct buffer bytes = {0};
	bool done;

	file->plain.size = 0;
	image_listing_print(&file->next, &file->plain);
	buffer_add(&bytes, MAGIC, MAGIC_BYTES);
	keys_seal(file->keys, TEXT("state/snapshot"), buffer_text(&file->plain), &bytes);
	done = file_replace(file->snapshot_path, buffer_text(&bytes), 0600, err);
	buffer_fini(&bytes);
	return done;
}

bool
image_file_end(struct image_file *file, size_t pages, struct text header, struct error *err)
{
	size_t page;

	assert(pages && pages <= file->next.count && header.size <= IMAGE_HEADER_BYTES_MAX);
	for (page = 0; page < pages; page++)
		assert(file->next.pages[page].generation);
	if (!check_certain(file, err))
		return false;
	if (fdatasync(file->fd) != 0) {
		give_up(file);
		return error_system(err, ERROR_IO, "%s", file->pages_path);
	}
	fault_point("snapshot-pages-written");
	file->next.generation = file->valid.generation + 1;
	file->next.count = pages;
	file->next.header.size = 0;
	buffer_add_text(&file->next.header, header);
	if (!replace_listing(file, err)) {
		file->uncertain = true;
		return false;
	}
	fault_point("snapshot-written");
	image_listing_copy(&file->valid, &file->next);
	return true;
}
