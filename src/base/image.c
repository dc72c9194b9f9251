/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The range of addresses, the states of its pages, and how two threads share them
 * during a snapshot.
 *
 *   CHANGED  -> WANTED    begin                                     the changing thread
 *   WANTED   -> CHANGED   a change comes: saves the page first      the changing thread
 *   WANTED   -> COPYING   takes the page as it lies                 the other thread
 *   COPYING  -> CLEAN     has it                                    the other thread
 *   CLEAN    -> CHANGED   a change comes                            the changing thread
 *
 * A wanted page is left by exactly one of the two (compare and exchange), so each is
 * taken once, from its place or from the saved copies. The changing thread waits only
 * for a page that is COPYING (one copy long), the other only for a copy that is being saved.
 *
 * What the changing thread wrote is seen through the release of WANTED and the acquire of
 * COPYING; that it may write again, through the release and acquire of CLEAN; saved
 * copies through their count.
 */
#include "base/image.h"

#include <assert.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "image_inside.h"

#define READY_PAGES 64 /* made ready at once */
#define KEPT_SLOTS 256 /* whose memory is kept for the next snapshot: 16 MB */

/* NULL: refused. */
static void *
reserve(size_t bytes, int protection)
{
	void *range =
	    mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return range == MAP_FAILED ? NULL : range;
}

static void
release(void *range, size_t bytes)
{
	if (range)
		munmap(range, bytes);
}

bool
image_open(size_t bytes_max, struct image **image, struct error *err)
{
	size_t pages = bytes_max >> IMAGE_PAGE_SHIFT;
	struct image *made;

	if (pages > IMAGE_PAGES_MAX)
		pages = IMAGE_PAGES_MAX;
	if (pages <= IMAGE_HEAD_PAGES)
		return error_set(
		    err, ERROR_LIMIT, "an image of %zu bytes is too small to be one", bytes_max);
	made = memory_get(sizeof(*made));
	made->inside = memory_get(sizeof(*made->inside));
	made->inside->pages_max = pages;
	made->bytes = reserve(pages << IMAGE_PAGE_SHIFT, PROT_NONE);
	made->inside->slots = reserve(pages << IMAGE_PAGE_SHIFT, PROT_NONE);
	made->inside->saved = reserve(pages * sizeof(*made->inside->saved), PROT_READ | PROT_WRITE);
	made->inside->back = reserve(pages * sizeof(*made->inside->back), PROT_READ | PROT_WRITE);
	made->pages = reserve(pages, PROT_READ | PROT_WRITE);
	if (!made->bytes || !made->inside->slots || !made->inside->saved || !made->inside->back ||
	    !made->pages) {
		image_close(made);
		return error_system(
		    err, ERROR_LIMIT, "the system refuses %zu MB of addresses", bytes_max >> 20);
	}
	image_pieces_init(made);
	*image = made;
	return true;
}

void
image_close(struct image *image)
{
	struct image_inside *inside;
	size_t slots;

	if (!image)
		return;
	inside = image->inside;
	if (inside->pages_ready) {
		slots = inside->slot_count > KEPT_SLOTS ? inside->slot_count : KEPT_SLOTS;
		if (slots > inside->pages_ready)
			slots = inside->pages_ready;
		explicit_bzero(image->bytes, inside->pages_ready << IMAGE_PAGE_SHIFT);
		explicit_bzero(inside->slots, slots << IMAGE_PAGE_SHIFT);
	}
	release(image->bytes, inside->pages_max << IMAGE_PAGE_SHIFT);
	release(inside->slots, inside->pages_max << IMAGE_PAGE_SHIFT);
	release(inside->saved, inside->pages_max * sizeof(*inside->saved));
	release(inside->back, inside->pages_max * sizeof(*inside->back));
	release((void *)image->pages, inside->pages_max);
	memory_free(inside);
	memory_free(image);
}

bool
image_fits(const struct image *image, size_t pages)
{
	return pages <= image->inside->pages_max;
}

void
image_ready(struct image *image, size_t pages)
{
	struct image_inside *inside = image->inside;
	size_t old = inside->pages_ready << IMAGE_PAGE_SHIFT, more;

	if (pages <= inside->pages_ready)
		return;
	if (!image_fits(image, pages))
		memory_refused(pages << IMAGE_PAGE_SHIFT);
	pages = (pages + READY_PAGES - 1) / READY_PAGES * READY_PAGES;
	if (pages > inside->pages_max)
		pages = inside->pages_max;
	more = (pages << IMAGE_PAGE_SHIFT) - old;
	if (mprotect(image->bytes + old, more, PROT_READ | PROT_WRITE) != 0 ||
	    mprotect(inside->slots + old, more, PROT_READ | PROT_WRITE) != 0)
		memory_refused(more);
	inside->pages_ready = pages;
}

void
image_page_changed(struct image *image, size_t page)
{
	atomic_store_explicit(&image->pages[page], IMAGE_CHANGED, memory_order_relaxed);
}

/* --- changes -------------------------------------------------------------------------- */

/* One that the other thread is done with, if there is one. */
static uint32_t
free_slot(struct image_inside *inside)
{
	if (inside->back_taken < atomic_load_explicit(&inside->back_count, memory_order_acquire))
		return inside->back[inside->back_taken++];
	return (uint32_t)inside->slot_count++;
}

static void
save(struct image *image, size_t page)
{
	struct image_inside *inside = image->inside;
	size_t count = atomic_load_explicit(&inside->saved_count, memory_order_relaxed);
	uint32_t slot = free_slot(inside);

	memcpy(inside->slots + ((size_t)slot << IMAGE_PAGE_SHIFT),
	    image->bytes + (page << IMAGE_PAGE_SHIFT), IMAGE_PAGE_BYTES);
	inside->saved[count] = (struct image_saved){(uint32_t)page, slot};
	atomic_store_explicit(&inside->saved_count, count + 1, memory_order_release);
}

void
image_save_first(struct image *image, size_t page)
{
	_Atomic uint8_t *state = &image->pages[page];
	uint8_t seen = atomic_load_explicit(state, memory_order_acquire);

	while (seen == IMAGE_COPYING) {
		sched_yield();
		seen = atomic_load_explicit(state, memory_order_acquire);
	}
	if (seen == IMAGE_CLEAN) {
		image_page_changed(image, page);
		return;
	}
	if (seen != IMAGE_WANTED)
		return;
	if (atomic_compare_exchange_strong_explicit(
		state, &seen, IMAGE_CHANGED, memory_order_relaxed, memory_order_relaxed))
		save(image, page);
	else
		image_save_first(image, page); /* the other was faster */
}

void
image_touch_bytes(struct image *image, const void *at, size_t bytes)
{
	size_t from = (size_t)((const uint8_t *)at - image->bytes), page, last;

	if (!bytes)
		return;
	last = (from + bytes - 1) >> IMAGE_PAGE_SHIFT;
	for (page = from >> IMAGE_PAGE_SHIFT; page <= last; page++)
		image_touch(image, (place)(page * IMAGE_PAGE_UNITS));
}

/* --- snapshots ------------------------------------------------------------------------ */

bool
image_snapshot_begin(struct image *image)
{
	struct image_inside *inside = image->inside;
	size_t page, pages = image_head(image)->pages;

	if (atomic_load_explicit(&inside->under_way, memory_order_acquire))
		return false;
	inside->wanted = 0;
	for (page = 0; page < pages; page++)
		if (atomic_load_explicit(&image->pages[page], memory_order_relaxed) ==
		    IMAGE_CHANGED) {
			atomic_store_explicit(
			    &image->pages[page], IMAGE_WANTED, memory_order_release);
			inside->wanted++;
		}
	inside->snapshot_pages = pages;
	inside->taken = inside->next = 0;
	inside->saved_taken = inside->back_taken = inside->slot_count = 0;
	atomic_store_explicit(&inside->saved_count, 0, memory_order_relaxed);
	atomic_store_explicit(&inside->back_count, 0, memory_order_relaxed);
	atomic_store_explicit(&inside->under_way, true, memory_order_release);
	return true;
}

/* A saved copy, if one waits. */
static bool
take_saved(struct image_inside *inside, size_t *page, uint8_t *content)
{
	size_t taken = inside->saved_taken;
	uint32_t slot;

	if (taken == atomic_load_explicit(&inside->saved_count, memory_order_acquire))
		return false;
	*page = inside->saved[taken].page;
	slot = inside->saved[taken].slot;
	memcpy(content, inside->slots + ((size_t)slot << IMAGE_PAGE_SHIFT), IMAGE_PAGE_BYTES);
	/* As many came back as were taken. */
	inside->back[taken] = slot;
	atomic_store_explicit(&inside->back_count, taken + 1, memory_order_release);
	inside->saved_taken++;
	return true;
}

/* The next page that is still as it was. */
static bool
take_wanted(struct image *image, size_t *page, uint8_t *content)
{
	struct image_inside *inside = image->inside;
	_Atomic uint8_t *state;
	uint8_t seen;

	while (inside->next < inside->snapshot_pages) {
		*page = inside->next++;
		state = &image->pages[*page];
		seen = IMAGE_WANTED;
		if (!atomic_compare_exchange_strong_explicit(
			state, &seen, IMAGE_COPYING, memory_order_acquire, memory_order_relaxed))
			continue;
		memcpy(content, image->bytes + (*page << IMAGE_PAGE_SHIFT), IMAGE_PAGE_BYTES);
		atomic_store_explicit(state, IMAGE_CLEAN, memory_order_release);
		return true;
	}
	return false;
}

/* Gives the memory of most slots back. All is taken, so the changing thread uses none. */
static void
trim_slots(struct image_inside *inside)
{
	if (inside->slot_count > KEPT_SLOTS)
		(void)madvise(inside->slots + ((size_t)KEPT_SLOTS << IMAGE_PAGE_SHIFT),
		    (inside->slot_count - KEPT_SLOTS) << IMAGE_PAGE_SHIFT, MADV_DONTNEED);
}

bool
image_snapshot_next(struct image *image, size_t *page, uint8_t content[IMAGE_PAGE_BYTES])
{
	struct image_inside *inside = image->inside;

	if (!atomic_load_explicit(&inside->under_way, memory_order_acquire))
		return false;
	while (inside->taken < inside->wanted) {
		/* Saved ones first: they use memory. */
		if (take_saved(inside, page, content) || take_wanted(image, page, content)) {
			inside->taken++;
			return true;
		}
		sched_yield(); /* the last one is being saved at this moment */
	}
	trim_slots(inside);
	atomic_store_explicit(&inside->under_way, false, memory_order_release);
	return false;
}

size_t
image_snapshot_pages(const struct image *image)
{
	return image->inside->snapshot_pages;
}

void
image_snapshot_failed(struct image *image)
{
	size_t page, pages = image_head(image)->pages;

	assert(!atomic_load_explicit(&image->inside->under_way, memory_order_acquire));
	for (page = 0; page < pages; page++)
		image_page_changed(image, page);
}

/* --- loading -------------------------------------------------------------------------- */

uint8_t *
image_load_page(struct image *image, size_t page)
{
	image_ready(image, page + 1);
	return image->bytes + (page << IMAGE_PAGE_SHIFT);
}

bool
image_load_end(struct image *image, size_t pages)
{
	size_t page;

	if (!image_pieces_check(image, pages))
		return false;
	for (page = 0; page < pages; page++)
		atomic_store_explicit(&image->pages[page], IMAGE_CLEAN, memory_order_relaxed);
	return true;
}

void
image_reset(struct image *image)
{
	explicit_bzero(image->bytes, image->inside->pages_ready << IMAGE_PAGE_SHIFT);
	image_pieces_init(image);
}
