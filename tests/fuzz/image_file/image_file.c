/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the file `snapshot` of a state. By the first byte: 0, as they are; 1, behind
 * the magic and sealed, so that what a seal would refuse is looked at all the same; 2, and
 * with the tags of the pages that are there. Whatever was found, the next snapshot must be
 * written and come back.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/image_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAGES 4
#define TAG_BYTES 16
#define LISTED_BYTES (1 + 8 + TAG_BYTES)
#define SLOT_BYTES (IMAGE_PAGE_BYTES + 4096)

static char folder[] = "/tmp/dyetrace-fuzz-XXXXXX", snapshot[64], pages[64], key_path[64];
static struct keys *keys;
static uint8_t tags[PAGES][TAG_BYTES];

static void
remove_folder(void)
{
	unlink(snapshot);
	unlink(pages);
	unlink(key_path);
	rmdir(folder);
	keys_close(keys);
}

static struct image *
opened_image(void)
{
	struct image *image;
	bool good = image_open(64 * IMAGE_PAGE_BYTES, &image, NULL);

	assert(good);
	return image;
}

static void
save(struct image_file *file, struct image *image)
{
	static uint8_t content[IMAGE_PAGE_BYTES];
	size_t page;
	bool good = image_snapshot_begin(image);

	assert(good);
	while (image_snapshot_next(image, &page, content)) {
		good = image_file_page(file, page, content, NULL);
		assert(good);
	}
	good = image_file_end(file, image_snapshot_pages(image), TEXT("again"), NULL);
	assert(good);
}

/* A good snapshot of PAGES pages, each in its first slot. */
static void
make_folder(void)
{
	struct image *image = opened_image();
	struct image_file *file;
	int fd, page;
	bool good = mkdtemp(folder) != NULL;

	snprintf(snapshot, sizeof(snapshot), "%s/snapshot", folder);
	snprintf(pages, sizeof(pages), "%s/pages", folder);
	snprintf(key_path, sizeof(key_path), "%s/keys", folder);
	good = good && keys_create(key_path, NULL) && keys_open(key_path, &keys, NULL) &&
	    image_file_open(folder, keys, &file, NULL) && image_get(image, 100);
	assert(good);
	save(file, image);
	fd = open(pages, O_RDONLY);
	for (page = 0; page < PAGES; page++)
		good = good &&
		    pread(fd, tags[page], TAG_BYTES,
			page * 2 * SLOT_BYTES + (off_t)IMAGE_PAGE_BYTES + 16) == TAG_BYTES;
	assert(good);
	close(fd);
	image_file_close(file);
	image_close(image);
	atexit(remove_folder);
}

static void
put_tags(struct buffer *listing)
{
	struct reader in = reader_of(buffer_text(listing));
	size_t at, page;

	reader_u64(&in);
	reader_take(&in, reader_u32(&in));
	reader_u32(&in);
	if (in.bad)
		return;
	at = (size_t)(in.next - listing->data);
	for (page = 0; page < PAGES && at + LISTED_BYTES <= listing->size; page++) {
		memcpy(listing->data + at + LISTED_BYTES - TAG_BYTES, tags[page], TAG_BYTES);
		at += LISTED_BYTES;
	}
}

static void
put_snapshot(uint8_t how, struct text bytes)
{
	struct buffer listing = {0}, out = {0};
	bool good;

	buffer_add_text(&listing, bytes);
	if (how == 2)
		put_tags(&listing);
	if (how) {
		buffer_add_text(&out, TEXT("dyetrace-state 1"));
		keys_seal(keys, TEXT("state/snapshot"), buffer_text(&listing), &out);
	} else {
		buffer_add_text(&out, bytes);
	}
	good = file_replace(snapshot, buffer_text(&out), 0600, NULL);
	assert(good);
	buffer_fini(&listing);
	buffer_fini(&out);
}

static bool
load(struct image_file *file, struct image *image)
{
	struct buffer header = {0};
	struct error why = {0}, err = {0};
	bool found, good = image_file_load(file, image, &header, &found, &why, &err);

	assert(good && (found || why.text[0]));
	/* A loaded one and a fresh one alike go on. */
	good = image_get(image, 100) != 0;
	assert(good);
	buffer_fini(&header);
	return found;
}

/* gives: the image as it was found, or a fresh one */
static struct image *
begin(struct image_file **file, bool *found)
{
	struct image *image = opened_image();
	bool good = image_file_open(folder, keys, file, NULL);

	assert(good);
	*found = load(*file, image);
	return image;
}

static void
go_on(struct image_file *file, struct image *image)
{
	bool found;

	save(file, image);
	image_file_close(file);
	image_close(image);
	image = begin(&file, &found);
	assert(found);
	image_file_close(file);
	image_close(image);
}

/* Writes all of `pages` as make_folder() left it. */
static void
restore(const struct buffer *whole)
{
	int fd = open(pages, O_WRONLY | O_TRUNC);
	bool good = file_write_at(fd, whole->data, whole->size, 0, NULL);

	assert(good);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buffer whole;
	struct image_file *file;
	struct image *image;
	bool found;

	if (!keys) {
		make_folder();
		found = file_read(pages, PAGES * 2 * SLOT_BYTES, &whole, NULL);
		assert(found);
	}
	if (!size)
		return 0;
	put_snapshot(data[0] % 3, (struct text){(const char *)data + 1, size - 1});
	image = begin(&file, &found);
	if (found) {
		go_on(file, image);
		restore(&whole);
		return 0;
	}
	image_file_close(file);
	image_close(image);
	return 0;
}
