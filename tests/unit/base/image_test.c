/* SPDX-License-Identifier: Apache-2.0 */
/* An image gives pieces that are apart, and is written down as it was at one moment while it changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/image.h"
#include "base/memory.h"
#include "image_inside.h"

#define BYTES_MAX ((size_t)1 << 32)
#define PIECES 3000

static uint64_t
random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Mostly short ones, some at the borders of classes and pages, a few long. */
static size_t
random_size(uint64_t *seed)
{
	static const size_t borders[] = {0, 1, 16, 1024, 1025, 32752, 32753, 65536, 65537};
	uint64_t kind = random_next(seed) % 100;

	if (kind < 10)
		return borders[random_next(seed) % ARRAY_COUNT(borders)];
	if (kind < 12)
		return random_next(seed) % 1000000;
	if (kind < 30)
		return random_next(seed) % 40000;
	return random_next(seed) % 700;
}

static struct image *
opened(void)
{
	struct image *image;
	struct error err = {0};

	assert_true(image_open(BYTES_MAX, &image, &err));
	return image;
}

/* --- pieces --------------------------------------------------------------------------- */

struct piece {
	place at;
	size_t bytes;
	uint8_t mark; /* what it is filled with */
};

static bool
all_are(const uint8_t *bytes, size_t count, uint8_t value)
{
	return !count || (*bytes == value && memcmp(bytes, bytes + 1, count - 1) == 0);
}

static void
check_fresh(const struct image *image, const struct piece *piece)
{
	const uint8_t *bytes = image_at(image, piece->at);
	size_t from = (size_t)(bytes - image->bytes);

	assert_true(piece->at != 0);
	if (piece->bytes > IMAGE_PAGE_BYTES)
		assert_int_equal(from % IMAGE_PAGE_BYTES, 0);
	else if (piece->bytes)
		assert_int_equal(
		    from / IMAGE_PAGE_BYTES, (from + piece->bytes - 1) / IMAGE_PAGE_BYTES);
	assert_true(all_are(bytes, piece->bytes, 0));
	assert_true(from + piece->bytes <= image_end(image));
}

static void
check_kept(const struct image *image, const struct piece *piece)
{
	assert_true(all_are(image_at(image, piece->at), piece->bytes, piece->mark));
}

/* One step: a piece is got if its slot is empty, else given. */
static void
step(struct image *image, struct piece *pieces, uint64_t *seed)
{
	struct piece *piece = &pieces[random_next(seed) % PIECES];

	if (piece->at) {
		check_kept(image, piece);
		image_give(image, piece->at, piece->bytes);
		piece->at = 0;
		return;
	}
	piece->bytes = random_size(seed);
	piece->mark = (uint8_t)(1 + random_next(seed) % 255);
	piece->at = image_get(image, piece->bytes);
	check_fresh(image, piece);
	memset(image_at(image, piece->at), piece->mark, piece->bytes);
}

static void
pieces_are_zero_apart_and_within_a_page(void **state)
{
	struct piece *pieces = memory_get_array(PIECES, sizeof(*pieces));
	struct image *image = opened();
	uint64_t seed = 88172645463325252u;
	int i;

	for (i = 0; i < 60000; i++)
		step(image, pieces, &seed);
	for (i = 0; i < PIECES; i++)
		if (pieces[i].at)
			check_kept(image, &pieces[i]);
	image_close(image);
	memory_free(pieces);
}

static void
what_is_given_back_is_used_again(void **state)
{
	struct piece *pieces = memory_get_array(PIECES, sizeof(*pieces));
	struct image *image = opened();
	uint64_t seed = 7, all = 0;
	size_t end = 0, round, i;

	for (round = 0; round < 20; round++) {
		for (i = 0; i < PIECES; i++) {
			pieces[i].bytes = random_size(&seed);
			pieces[i].at = image_get(image, pieces[i].bytes);
			all += pieces[i].bytes;
		}
		/* Less than 1/8 and 16 bytes for each short piece, a page for each long one. */
		assert_true(image_bytes(image) >= all && image_bytes(image) < all * 2);
		for (i = 0; i < PIECES; i++)
			image_give(image, pieces[i].at, pieces[i].bytes);
		all = 0;
		assert_int_equal(image_bytes(image), 0);
		if (round == 9)
			end = image_end(image);
	}
	assert_true(image_end(image) <= end + end / 8);
	/* Nothing is left between: one piece takes all that was used. */
	end = image_end(image);
	image_get(image, end - IMAGE_HEAD_PAGES * IMAGE_PAGE_BYTES);
	assert_int_equal(image_end(image), end);
	image_close(image);
	memory_free(pieces);
}

static void
a_long_piece_grows_out_of_the_free_end(void **state)
{
	struct image *image = opened();
	place first = image_get(image, 10 * IMAGE_PAGE_BYTES), again;
	size_t end = image_end(image);

	image_give(image, first, 10 * IMAGE_PAGE_BYTES);
	again = image_get(image, 25 * IMAGE_PAGE_BYTES);
	assert_int_equal(again, first);
	assert_int_equal(image_end(image), end + 15 * IMAGE_PAGE_BYTES);
	image_close(image);
}

static void
too_small_a_range_is_refused(void **state)
{
	struct image *image;
	struct error err = {0};

	assert_false(image_open(IMAGE_HEAD_PAGES * IMAGE_PAGE_BYTES, &image, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_string_equal(err.text, "an image of 196608 bytes is too small to be one");
}

/* --- snapshots by one thread ------------------------------------------------------------- */

/* What the snapshots left, page by page. */
struct disk {
	uint8_t *bytes;
	size_t pages, written;
};

static void
take_all(struct image *image, struct disk *disk)
{
	uint8_t *content = memory_get(IMAGE_PAGE_BYTES);
	size_t page;

	disk->written = 0;
	while (image_snapshot_next(image, &page, content)) {
		assert_true(page < image_snapshot_pages(image));
		memcpy(disk->bytes + page * IMAGE_PAGE_BYTES, content, IMAGE_PAGE_BYTES);
		disk->written++;
	}
	disk->pages = image_snapshot_pages(image);
	memory_free(content);
}

static struct image *
loaded(const struct disk *disk)
{
	struct image *image = opened();
	size_t page;

	for (page = 0; page < disk->pages; page++)
		memcpy(image_load_page(image, page), disk->bytes + page * IMAGE_PAGE_BYTES,
		    IMAGE_PAGE_BYTES);
	assert_true(image_load_end(image, disk->pages));
	return image;
}

static void
only_changed_pages_are_written(void **state)
{
	struct disk disk = {memory_get(4 << 20)};
	struct image *image = opened();
	place at[20];
	int i;

	for (i = 0; i < 20; i++)
		at[i] = image_get(image, IMAGE_PAGE_BYTES);
	assert_true(image_snapshot_begin(image));
	assert_false(image_snapshot_begin(image));
	take_all(image, &disk);
	assert_int_equal(disk.written, 20 + IMAGE_HEAD_PAGES);
	assert_true(image_snapshot_begin(image));
	take_all(image, &disk);
	assert_int_equal(disk.written, 0);
	image_touch(image, at[3]);
	image_touch(image, at[3]);
	image_touch(image, at[7]);
	assert_true(image_snapshot_begin(image));
	*(int *)image_touch(image, at[3]) = 1;
	take_all(image, &disk);
	assert_int_equal(disk.written, 2);
	assert_int_equal(disk.bytes[(size_t)at[3] * 16], 0);
	assert_true(image_snapshot_begin(image));
	take_all(image, &disk);
	assert_int_equal(disk.written, 1);
	assert_int_equal(disk.bytes[(size_t)at[3] * 16], 1);
	image_snapshot_failed(image);
	assert_true(image_snapshot_begin(image));
	take_all(image, &disk);
	assert_int_equal(disk.written, 20 + IMAGE_HEAD_PAGES);
	image_close(image);
	memory_free(disk.bytes);
}

static void
a_loaded_image_gives_the_places_that_the_first_would_have(void **state)
{
	struct piece *pieces = memory_get_array(PIECES, sizeof(*pieces)), *others;
	struct disk disk = {memory_get((size_t)1 << 30)};
	struct image *image = opened(), *other;
	uint64_t seed = 3, other_seed;
	int i;

	for (i = 0; i < 20000; i++)
		step(image, pieces, &seed);
	assert_true(image_snapshot_begin(image));
	take_all(image, &disk);
	other = loaded(&disk);
	others = memory_get_array(PIECES, sizeof(*others));
	memcpy(others, pieces, PIECES * sizeof(*others));
	other_seed = seed;
	for (i = 0; i < 20000; i++) {
		step(image, pieces, &seed);
		step(other, others, &other_seed);
	}
	for (i = 0; i < PIECES; i++)
		assert_int_equal(pieces[i].at, others[i].at);
	assert_int_equal(image_end(image), image_end(other));
	assert_memory_equal(image->bytes, other->bytes, image_end(image));
	image_close(other);
	image_close(image);
	memory_free(disk.bytes);
	memory_free(others);
	memory_free(pieces);
}

static void
an_image_whose_head_contradicts_is_none(void **state)
{
	struct disk disk = {memory_get(4 << 20)};
	struct image *image = opened();
	size_t page;

	assert_true(image_snapshot_begin(image));
	take_all(image, &disk);
	image_close(image);
	image = opened();
	for (page = 0; page < disk.pages; page++)
		memcpy(image_load_page(image, page), disk.bytes + page * IMAGE_PAGE_BYTES,
		    IMAGE_PAGE_BYTES);
	assert_false(image_load_end(image, disk.pages + 1));
	image->bytes[0] ^= 1;
	assert_false(image_load_end(image, disk.pages));
	image->bytes[0] ^= 1;
	assert_true(image_load_end(image, disk.pages));
	image_reset(image);
	assert_int_equal(image_bytes(image), 0);
	assert_true(image_get(image, 100) != 0);
	image_close(image);
	memory_free(disk.bytes);
}

/* --- by two ----------------------------------------------------------------------------- */

#define ROUNDS 300
#define TABLE_BYTES ((size_t)3 << 20)

struct taker {
	struct image *image;
	struct disk disk;
	atomic_int begun, done; /* rounds */
};

static void *
take(void *argument)
{
	struct taker *taker = argument;
	int round;

	for (round = 1; round <= ROUNDS; round++) {
		while (atomic_load(&taker->begun) < round)
			sched_yield();
		take_all(taker->image, &taker->disk);
		atomic_store(&taker->done, round);
	}
	return NULL;
}

/* As the owner of a state does it: touches, then changes. */
static void
change(struct image *image, place table, struct piece *pieces, uint64_t *seed)
{
	uint8_t *byte = image_at(image, table);
	struct piece *piece = &pieces[random_next(seed) % PIECES];

	byte += random_next(seed) % TABLE_BYTES;
	image_touch_bytes(image, byte, 1);
	++*byte;
	if (piece->at && random_next(seed) % 4) {
		image_give(image, piece->at, piece->bytes);
		piece->at = 0;
	} else if (piece->at && piece->bytes) {
		*(uint8_t *)image_touch(image, piece->at) += 1;
	} else if (!piece->at) {
		piece->bytes = random_next(seed) % 2000;
		piece->at = image_get(image, piece->bytes);
	}
}

static void
a_snapshot_is_what_was_there_when_it_began(void **state)
{
	struct piece *pieces = memory_get_array(PIECES, sizeof(*pieces));
	struct taker taker = {opened(), {memory_get(64 << 20)}};
	place table = image_get(taker.image, TABLE_BYTES);
	uint8_t *then = memory_get(64 << 20);
	size_t end, changes, saved = 0;
	uint64_t seed = 99;
	pthread_t thread;
	int round;

	assert_int_equal(pthread_create(&thread, NULL, take, &taker), 0);
	for (round = 1; round <= ROUNDS; round++) {
		for (changes = random_next(&seed) % 500; changes--;)
			change(taker.image, table, pieces, &seed);
		end = image_end(taker.image);
		assert_true(end <= 64 << 20);
		memcpy(then, taker.image->bytes, end);
		assert_true(image_snapshot_begin(taker.image));
		atomic_store(&taker.begun, round);
		while (atomic_load(&taker.done) < round)
			change(taker.image, table, pieces, &seed);
		saved += atomic_load(&taker.image->inside->saved_count);
		assert_int_equal(taker.disk.pages * IMAGE_PAGE_BYTES, end);
		assert_memory_equal(taker.disk.bytes, then, end);
	}
	pthread_join(thread, NULL);
	assert_true(saved > 0);
	image_close(taker.image);
	memory_free(taker.disk.bytes);
	memory_free(then);
	memory_free(pieces);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_are_zero_apart_and_within_a_page),
	    cmocka_unit_test(what_is_given_back_is_used_again),
	    cmocka_unit_test(a_long_piece_grows_out_of_the_free_end),
	    cmocka_unit_test(too_small_a_range_is_refused),
	    cmocka_unit_test(only_changed_pages_are_written),
	    cmocka_unit_test(a_loaded_image_gives_the_places_that_the_first_would_have),
	    cmocka_unit_test(an_image_whose_head_contradicts_is_none),
	    cmocka_unit_test(a_snapshot_is_what_was_there_when_it_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
