/* SPDX-License-Identifier: Apache-2.0 */
/* The last whole snapshot comes back as it was, or it is said why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/image_file.h"

#define BYTES_MAX ((size_t)64 << 20)
#define SLOT_BYTES (IMAGE_PAGE_BYTES + 4096)
#define HEADER TEXT("as of record 7")

/* One scratch folder a test. */
struct scratch {
	char folder[64], pages[96], snapshot[96];
	struct keys *keys;
	struct image_file *file;
	struct image *image;
};

static void
path_in(const struct scratch *scratch, const char *name, char path[96])
{
	snprintf(path, 96, "%s/%s", scratch->folder, name);
}

static struct image *
opened_image(size_t bytes)
{
	struct image *image;
	struct error err = {0};

	assert_true(image_open(bytes, &image, &err));
	return image;
}

static void
open_file(struct scratch *scratch)
{
	struct error err = {0};
	char state[96];

	path_in(scratch, "state", state);
	if (!image_file_open(state, scratch->keys, &scratch->file, &err))
		fail_msg("%s", err.text);
}

static int
begin(void **state)
{
	struct scratch *scratch = memory_get(sizeof(*scratch));
	struct error err = {0};
	char path[96];

	strcpy(scratch->folder, "/tmp/image_file.XXXXXX");
	assert_non_null(mkdtemp(scratch->folder));
	path_in(scratch, "keys", path);
	assert_true(keys_create(path, &err) && keys_open(path, &scratch->keys, &err));
	path_in(scratch, "state/pages", scratch->pages);
	path_in(scratch, "state/snapshot", scratch->snapshot);
	open_file(scratch);
	scratch->image = opened_image(BYTES_MAX);
	*state = scratch;
	return 0;
}

static int
end(void **state)
{
	static const char *const names[] = {
	    "keys", "keys2", "old", "state/pages", "state/snapshot"};
	struct scratch *scratch = *state;
	char path[96];
	size_t i;

	image_file_close(scratch->file);
	image_close(scratch->image);
	keys_close(scratch->keys);
	for (i = 0; i < ARRAY_COUNT(names); i++) {
		path_in(scratch, names[i], path);
		unlink(path);
	}
	path_in(scratch, "state", path);
	rmdir(path);
	assert_int_equal(rmdir(scratch->folder), 0);
	memory_free(scratch);
	return 0;
}

static bool
write_pages(struct scratch *scratch, struct error *err)
{
	static uint8_t content[IMAGE_PAGE_BYTES];
	bool done = true;
	size_t page;

	assert_true(image_snapshot_begin(scratch->image));
	while (image_snapshot_next(scratch->image, &page, content))
		done = done && image_file_page(scratch->file, page, content, err);
	return done;
}

static bool
try_save(struct scratch *scratch, struct error *err)
{
	return write_pages(scratch, err) &&
	    image_file_end(scratch->file, image_snapshot_pages(scratch->image), HEADER, err);
}

static void
save(struct scratch *scratch)
{
	struct error err = {0};

	if (!try_save(scratch, &err))
		fail_msg("%s", err.text);
}

/* gives: the image as the next process finds it; NULL: why says why not. */
static struct image *
loaded(struct scratch *scratch, struct error *why)
{
	struct image *image = opened_image(BYTES_MAX);
	struct buffer header = {0};
	struct error err = {0};
	bool found;

	image_file_close(scratch->file);
	open_file(scratch);
	if (!image_file_load(scratch->file, image, &header, &found, why, &err))
		fail_msg("%s", err.text);
	if (found) {
		assert_true(text_equal(buffer_text(&header), HEADER));
	} else {
		assert_int_equal(header.size, 0);
		/* As just opened. */
		assert_int_equal(image_bytes(image), 0);
		assert_true(image_get(image, 50000) != 0);
		image_close(image);
		image = NULL;
	}
	buffer_fini(&header);
	return image;
}

static void
check_same(struct scratch *scratch)
{
	struct error why = {0};
	struct image *image = loaded(scratch, &why);

	if (!image)
		fail_msg("%s", why.text);
	assert_int_equal(image_end(image), image_end(scratch->image));
	assert_memory_equal(image->bytes, scratch->image->bytes, image_end(image));
	image_close(image);
}

/* None is found, and the sentence says so with these words. */
static void
check_none(struct scratch *scratch, const char *words)
{
	struct error why = {0};
	struct image *image = loaded(scratch, &why);

	if (image)
		fail_msg("found, though: %s", words);
	if (!strstr(why.text, words))
		fail_msg("'%s' does not say '%s'", why.text, words);
}

static place
add_piece(struct scratch *scratch, size_t bytes, uint8_t fill)
{
	place at = image_get(scratch->image, bytes);

	memset(image_at(scratch->image, at), fill, bytes);
	return at;
}

static void
change(struct scratch *scratch, place at)
{
	++*(uint8_t *)image_touch(scratch->image, at);
}

static void
copy(const char *from, const char *to)
{
	struct buffer bytes = {0};
	struct error err = {0};

	assert_true(file_read(from, BYTES_MAX, &bytes, &err));
	assert_true(file_replace(to, buffer_text(&bytes), 0600, &err));
	buffer_fini(&bytes);
}

static void
flip(const char *path, size_t at)
{
	int fd = open(path, O_RDWR);
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	close(fd);
}

static size_t
size_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return (size_t)status.st_size;
}

/* --- what comes back ------------------------------------------------------------------------ */

static void
an_empty_folder_has_no_snapshot_and_nothing_to_say(void **state)
{
	struct error why = {0};

	assert_null(loaded(*state, &why));
	assert_string_equal(why.text, "");
}

static void
each_snapshot_comes_back_with_its_header(void **state)
{
	struct scratch *scratch = *state;
	place at[30];
	int round, i;

	for (i = 0; i < 30; i++)
		at[i] = add_piece(scratch, 40000, (uint8_t)i);
	for (round = 0; round < 8; round++) {
		save(scratch);
		check_same(scratch);
		add_piece(scratch, 200000, (uint8_t)round);
		for (i = round; i < 30; i += round + 2)
			change(scratch, at[i]);
	}
}

static void
what_was_loaded_goes_on(void **state)
{
	struct scratch *scratch = *state;
	struct error why = {0};
	struct image *image;
	place at = add_piece(scratch, 1000, 1);

	add_piece(scratch, 1 << 20, 2);
	save(scratch);
	image = loaded(scratch, &why);
	assert_non_null(image);
	image_close(scratch->image);
	scratch->image = image;
	change(scratch, at);
	save(scratch);
	check_same(scratch);
	/* Only the changed page and the listing were new: `pages` has its second slot. */
	assert_true(size_of(scratch->pages) > 2 * SLOT_BYTES);
}

static void
until_the_end_the_one_before_is_in_force(void **state)
{
	struct scratch *scratch = *state;
	place at = add_piece(scratch, 50000, 1);
	struct error why = {0}, err = {0};
	struct image *image;

	save(scratch);
	for (int i = 0; i < 3; i++) {
		change(scratch, at);
		assert_true(write_pages(scratch, &err));
		image = loaded(scratch, &why);
		assert_non_null(image);
		assert_int_equal(*(uint8_t *)image_at(image, at), 1);
		image_close(image);
		image_snapshot_failed(scratch->image);
	}
	save(scratch);
	check_same(scratch);
}

/* --- what does not ----------------------------------------------------------------------------- */

static void
any_flipped_byte_of_the_listing_is_seen(void **state)
{
	struct scratch *scratch = *state;
	size_t at, size;

	add_piece(scratch, 100, 1);
	save(scratch);
	size = size_of(scratch->snapshot);
	for (at = 0; at < size; at++) {
		flip(scratch->snapshot, at);
		check_none(scratch, "/state/snapshot: ");
		flip(scratch->snapshot, at);
	}
	check_same(scratch);
}

static void
any_flipped_byte_of_a_page_in_force_is_seen(void **state)
{
	static const size_t regions[] = {0, 3, 4, 15, 16, 17, 30000, IMAGE_PAGE_BYTES + 15,
	    IMAGE_PAGE_BYTES + 16, IMAGE_PAGE_BYTES + 31};
	struct scratch *scratch = *state;
	place at = add_piece(scratch, 50000, 1);
	size_t page = ((size_t)at * 16) >> IMAGE_PAGE_SHIFT, i;

	save(scratch);
	change(scratch, at);
	save(scratch);
	for (i = 0; i < ARRAY_COUNT(regions); i++) {
		flip(scratch->pages, (2 * page + 1) * SLOT_BYTES + regions[i]);
		check_none(scratch, "/state/pages: page 3: ");
		flip(scratch->pages, (2 * page + 1) * SLOT_BYTES + regions[i]);
		/* The slot that nobody names. */
		flip(scratch->pages, 2 * page * SLOT_BYTES + regions[i]);
		check_same(scratch);
	}
	flip(scratch->pages, 2 * page * SLOT_BYTES + IMAGE_PAGE_BYTES + 32 - 1);
	check_same(scratch);
}

static void
a_listing_that_was_cut_is_none(void **state)
{
	struct scratch *scratch = *state;
	struct buffer bytes = {0};
	struct error err = {0};
	size_t size;

	add_piece(scratch, 100, 1);
	save(scratch);
	assert_true(file_read(scratch->snapshot, BYTES_MAX, &bytes, &err));
	for (size = 0; size < bytes.size; size += size < 60 ? 1 : 13) {
		assert_true(file_replace(
		    scratch->snapshot, (struct text){(char *)bytes.data, size}, 0600, &err));
		check_none(scratch, "/state/snapshot: ");
	}
	buffer_add_byte(&bytes, 0);
	assert_true(file_replace(scratch->snapshot, buffer_text(&bytes), 0600, &err));
	check_none(scratch, "/state/snapshot: ");
	buffer_fini(&bytes);
}

static void
pages_that_were_cut_are_none(void **state)
{
	struct scratch *scratch = *state;
	size_t size;

	add_piece(scratch, 200000, 1);
	save(scratch);
	for (size = size_of(scratch->pages) - 1; size; size /= 2) {
		assert_int_equal(truncate(scratch->pages, (off_t)size), 0);
		check_none(scratch, "early");
	}
	unlink(scratch->pages);
	check_none(scratch, "page 0: ends 65568 bytes early");
}

static void
another_key_opens_nothing(void **state)
{
	struct scratch *scratch = *state;
	struct error err = {0};
	char path[96];

	save(scratch);
	keys_close(scratch->keys);
	path_in(scratch, "keys2", path);
	assert_true(keys_create(path, &err) && keys_open(path, &scratch->keys, &err));
	check_none(scratch, "snapshot: sealed with another key");
}

static void
the_snapshot_before_is_good_and_an_older_one_is_not(void **state)
{
	struct scratch *scratch = *state;
	place at = add_piece(scratch, 50000, 1);
	struct error why = {0};
	struct image *image;
	char old[96];

	path_in(scratch, "old", old);
	save(scratch);
	copy(scratch->snapshot, old);
	change(scratch, at);
	save(scratch);
	copy(old, scratch->snapshot);
	image = loaded(scratch, &why);
	assert_non_null(image);
	assert_int_equal(*(uint8_t *)image_at(image, at), 1);
	image_close(image);
	/* What is written now takes the slots of the one that was put aside. */
	image_snapshot_failed(scratch->image);
	save(scratch);
	change(scratch, at);
	save(scratch);
	copy(old, scratch->snapshot);
	check_none(scratch, "is of another snapshot, or altered");
}

static void
older_pages_under_a_newer_listing_are_seen(void **state)
{
	struct scratch *scratch = *state;
	place at = add_piece(scratch, 50000, 1);
	char old[96];
	int i;

	path_in(scratch, "old", old);
	save(scratch);
	copy(scratch->pages, old);
	for (i = 0; i < 2; i++) {
		change(scratch, at);
		save(scratch);
	}
	copy(old, scratch->pages);
	check_none(scratch, "is of another snapshot, or altered");
}

static void
a_page_in_anothers_place_is_seen(void **state)
{
	struct scratch *scratch = *state;
	static uint8_t slot[SLOT_BYTES];
	int fd;

	add_piece(scratch, 200000, 1);
	save(scratch);
	fd = open(scratch->pages, O_RDWR);
	assert_int_equal(pread(fd, slot, SLOT_BYTES, 8 * SLOT_BYTES), SLOT_BYTES);
	assert_int_equal(pwrite(fd, slot, SLOT_BYTES, 10 * SLOT_BYTES), SLOT_BYTES);
	close(fd);
	check_none(scratch, "page 5: is of another snapshot, or altered");
}

static void
more_pages_than_there_may_be_are_refused(void **state)
{
	struct scratch *scratch = *state;
	struct image *small = opened_image((size_t)1 << 20);
	struct buffer header = {0};
	struct error why = {0}, err = {0};
	bool found;

	add_piece(scratch, 2 << 20, 1);
	save(scratch);
	assert_true(image_file_load(scratch->file, small, &header, &found, &why, &err));
	assert_false(found);
	assert_non_null(strstr(why.text, "its 35 pages are more than there may be"));
	image_close(small);
}

static void
a_full_disk_leaves_the_snapshot_before(void **state)
{
	struct scratch *scratch = *state;
	struct rlimit before, limit;
	struct error err = {0}, why = {0};
	struct image *image;
	place at = add_piece(scratch, 50000, 1);

	save(scratch);
	change(scratch, at);
	add_piece(scratch, 2 << 20, 2);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 1 << 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_false(try_save(scratch, &err));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err.kind, ERROR_IO);
	assert_non_null(strstr(err.text, "/state/pages: write of"));
	image = loaded(scratch, &why);
	assert_non_null(image);
	assert_int_equal(*(uint8_t *)image_at(image, at), 1);
	image_close(image);
	image_snapshot_failed(scratch->image);
	save(scratch);
	check_same(scratch);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_FOLDER(an_empty_folder_has_no_snapshot_and_nothing_to_say),
	    IN_FOLDER(each_snapshot_comes_back_with_its_header),
	    IN_FOLDER(what_was_loaded_goes_on),
	    IN_FOLDER(until_the_end_the_one_before_is_in_force),
	    IN_FOLDER(any_flipped_byte_of_the_listing_is_seen),
	    IN_FOLDER(any_flipped_byte_of_a_page_in_force_is_seen),
	    IN_FOLDER(a_listing_that_was_cut_is_none),
	    IN_FOLDER(pages_that_were_cut_are_none),
	    IN_FOLDER(another_key_opens_nothing),
	    IN_FOLDER(the_snapshot_before_is_good_and_an_older_one_is_not),
	    IN_FOLDER(older_pages_under_a_newer_listing_are_seen),
	    IN_FOLDER(a_page_in_anothers_place_is_seen),
	    IN_FOLDER(more_pages_than_there_may_be_are_refused),
	    IN_FOLDER(a_full_disk_leaves_the_snapshot_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
