/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State that can be written down while it changes. One reserved range of
 * addresses, given out piece by piece; a piece is named by its place (a number that
 * means the same in every process), never by a pointer, so that the pages can be
 * written to a file and read back as they are.
 *
 * Who changes a piece calls image_touch() on it first, each time after the image
 * may have been asked for a snapshot (that is: at least once in each event). That
 * notes which pages changed since the last snapshot, and, while one is taken, saves the
 * page's content for it first. So a snapshot stops nobody for longer than a page's copy.
 *
 * One thread changes the image and begins snapshots; one other takes their pages.
 */
#ifndef DYETRACE_BASE_IMAGE_H
#define DYETRACE_BASE_IMAGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define IMAGE_PAGE_SHIFT 16
#define IMAGE_PAGE_BYTES ((size_t)1 << IMAGE_PAGE_SHIFT)
#define IMAGE_ROOT_BYTES 8192 /* the first piece: image_root() */

typedef uint32_t place; /* in units of 16 bytes from the image's start; 0: none */

/* Open for the two inline functions below only. */
struct image {
	uint8_t *bytes;
	_Atomic uint8_t *pages; /* [page]: IMAGE_... */
	struct image_inside *inside;
};
enum {
	IMAGE_CLEAN,   /* as in the last snapshot */
	IMAGE_CHANGED, /* changed since; free to change again */
	IMAGE_WANTED,  /* part of the snapshot under way, not saved yet: save before a change */
	IMAGE_COPYING, /* the other thread is saving it at this moment */
};

/* Reserves bytes_max of addresses (memory is used as it is given out). gives: ended by image_close(). ERROR_LIMIT */
MUST_USE bool image_open(size_t bytes_max, struct image **image, struct error *err);
void image_close(struct image *image); /* accepts NULL; overwrites what it held */

/* Borrowed while the piece lives: pieces never move. */
static inline void *
image_at(const struct image *image, place at)
{
	return image->bytes + (size_t)at * 16;
}

void image_save_first(struct image *image, size_t page);

/* Before a change of a piece of at most a page; returns image_at(). */
static inline void *
image_touch(struct image *image, place at)
{
	size_t page = (size_t)at >> (IMAGE_PAGE_SHIFT - 4);

	if (atomic_load_explicit(&image->pages[page], memory_order_relaxed) != IMAGE_CHANGED)
		image_save_first(image, page);
	return image->bytes + (size_t)at * 16;
}
/* Before a change of some bytes of a longer piece. */
void image_touch_bytes(struct image *image, const void *at, size_t bytes);

/* gives: zeroed, touched, aligned to 16 (to a page when longer than one); within one page when it is no longer than one. */
place image_get(struct image *image, size_t bytes);
/* bytes: as it was got. Equal histories of get and give give equal places. */
void image_give(struct image *image, place at, size_t bytes);
place image_root(const struct image *image);   /* IMAGE_ROOT_BYTES, zeroed at first */
size_t image_bytes(const struct image *image); /* given out now */
size_t image_end(const struct image *image);   /* pages in use, in bytes */

/* --- snapshots ------------------------------------------------------------------------ */

/* Wants every changed page as it is now; false: one is still under way (try again later). The changing thread. */
bool image_snapshot_begin(struct image *image);
/* The next wanted page's number and content; false: there are no more, the snapshot is whole. The other thread. */
bool image_snapshot_next(struct image *image, size_t *page, uint8_t content[IMAGE_PAGE_BYTES]);
/* How many pages the snapshot under way has in all (those that did not change included). */
size_t image_snapshot_pages(const struct image *image);
/* Wants all pages at the next snapshot: the one before was not kept. The changing thread, none under way. */
void image_snapshot_failed(struct image *image);

#endif
