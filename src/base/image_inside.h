/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of an image share: the range and its states (image.c), the pieces
 * (image_pieces.c), and what a loaded image is put together with (image_file.c).
 *
 * The first IMAGE_HEAD_PAGES pages hold the allocator's own state, so that a
 * loaded image goes on as the one that was written:
 *
 *   bytes 0..        struct image_head
 *   bytes 1024..     the root piece, IMAGE_ROOT_BYTES
 *   bytes 16384..    one bit for each page there may be: it is free
 */
#ifndef DYETRACE_BASE_IMAGE_INSIDE_H
#define DYETRACE_BASE_IMAGE_INSIDE_H

#include "base/image.h"

#define IMAGE_PAGES_MAX ((size_t)1 << 20) /* 64 GB: what a place reaches */
#define IMAGE_HEAD_PAGES 3
#define IMAGE_MAGIC 0x316567616d696479u /* "dyimage1" */
#define IMAGE_UNIT 16                   /* bytes of a place */
#define IMAGE_PAGE_UNITS (IMAGE_PAGE_BYTES / IMAGE_UNIT)
#define IMAGE_CLASSES 104
#define IMAGE_ROOT_AT 1024
#define IMAGE_FREE_AT 16384

struct image_head {
	uint64_t magic;
	uint64_t bytes;               /* given out */
	uint32_t pages;               /* in use from the start on, free ones among them */
	uint32_t lowest;              /* no page below is free */
	uint32_t room[IMAGE_CLASSES]; /* page that has room for a piece of the class; 0: none */
};

struct image_inside {
	size_t pages_max, pages_ready; /* reserved; of those, ready for use */
	/*
	 * Copies of wanted pages that were about to change, each in a slot of a page. The changing
	 * thread appends to saved, in new slots or in those that came back; the other takes
	 * from saved and appends the slots to back. Each counts what it appended.
	 */
	uint8_t *slots;
	size_t slot_count; /* new ones used by the snapshot */
	struct image_saved {
		uint32_t page, slot;
	} * saved;
	uint32_t *back;
	_Atomic size_t saved_count, back_count;
	size_t saved_taken, back_taken;
	/* The snapshot under way. Set by the changing thread before under_way, then the other's. */
	size_t snapshot_pages, wanted, taken, next;
	atomic_bool under_way;
};

static inline struct image_head *
image_head(const struct image *image)
{
	return (struct image_head *)image->bytes;
}

/* Whether there is place for so many pages in all. */
bool image_fits(const struct image *image, size_t pages);
/* Makes the first `pages` pages ready for use; those that were not are zero. */
void image_ready(struct image *image, size_t pages);
/* The page is new, and so changed. */
void image_page_changed(struct image *image, size_t page);

/* An allocator that gave nothing yet, in a range that is zero. */
void image_pieces_init(struct image *image);
/* Whether what was loaded is an allocator's state of so many pages. */
bool image_pieces_check(const struct image *image, size_t pages);

/* --- loading: into an image that was just opened ------------------------------------------ */

/* Where a page's content is put. page: less than what image_fits() was asked for */
uint8_t *image_load_page(struct image *image, size_t page);
/* All pages are there: whether they are an image. From now on they count as not changed. */
bool image_load_end(struct image *image, size_t pages);
/* As just opened again: what was loaded is overwritten. */
void image_reset(struct image *image);

#endif
