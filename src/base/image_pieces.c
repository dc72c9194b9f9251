/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pieces of an image. Short ones share pages by class of size: a page begins with
 * its struct room and holds pieces of one class. Classes are 16 bytes apart up to
 * 1 KB, then an eighth of an octave, so a piece wastes less than 1/8 (and 16 bytes). Longer ones take
 * whole pages, the lowest run that is free. A page without pieces is free for all again.
 *
 * All of this lies in the image and depends on nothing else: equal histories, equal places.
 */
#include <assert.h>
#include <string.h>

#include "base/image.h"
#include "image_inside.h"

#define CLASS_UNITS_MAX ((IMAGE_PAGE_UNITS - 1) / 2) /* two of them in a page */
#define FINE_CLASSES 64
#define STEPS 8 /* of an octave */

/* Units are counted from the page's start; the first is this. */
struct room {
	uint16_t class, used;
	uint16_t free;  /* unit of the first piece given back, which names the next; 0: none */
	uint16_t fresh; /* unit of the first piece never given */
	uint32_t next, previous; /* pages with room of this class; 0: none */
};

static_assert(sizeof(struct room) == IMAGE_UNIT, "a room is one unit");
static_assert(sizeof(struct image_head) <= IMAGE_ROOT_AT, "the root comes behind the head");
static_assert(IMAGE_ROOT_AT + IMAGE_ROOT_BYTES <= IMAGE_FREE_AT, "the bits come behind the root");
static_assert(IMAGE_FREE_AT + IMAGE_PAGES_MAX / 8 <= IMAGE_HEAD_PAGES * IMAGE_PAGE_BYTES,
    "the head's pages hold all bits");

static place
place_of(size_t page, size_t unit)
{
	return (place)(page * IMAGE_PAGE_UNITS + unit);
}

static struct image_head *
touch_head(struct image *image)
{
	return image_touch(image, 0);
}

/* --- pages ---------------------------------------------------------------------------- */

static uint64_t *
free_bits(const struct image *image)
{
	return (uint64_t *)(image->bytes + IMAGE_FREE_AT);
}

static void
mark(struct image *image, size_t page, size_t count, bool is_free)
{
	uint64_t *bits = free_bits(image), bit;

	for (; count; page++, count--) {
		bit = (uint64_t)1 << page % 64;
		image_touch_bytes(image, &bits[page / 64], sizeof(*bits));
		bits[page / 64] = is_free ? bits[page / 64] | bit : bits[page / 64] & ~bit;
	}
}

/* Where `count` free pages follow each other; else where the free ones at the end begin. */
static size_t
find_run(const struct image *image, size_t count)
{
	const uint64_t *bits = free_bits(image);
	const struct image_head *head = image_head(image);
	size_t page = head->lowest, length = 0, more;
	uint64_t word;

	while (page < head->pages && length < count) {
		word = bits[page / 64] >> page % 64;
		if (word & 1) {
			more = ~word ? (size_t)__builtin_ctzll(~word) : 64;
			length += more;
		} else {
			more = word ? (size_t)__builtin_ctzll(word) : 64 - page % 64;
			length = 0;
		}
		page += more;
	}
	return length ? page - length : head->pages;
}

/* Where the new ones are not zero, *recycled says how many of the first. */
static size_t
get_pages(struct image *image, size_t count, size_t *recycled)
{
	struct image_head *head = touch_head(image);
	size_t page = find_run(image, count), old = head->pages, end = page + count, at;

	*recycled = end <= old ? count : old - page;
	mark(image, page, *recycled, false);
	if (end > old) {
		image_ready(image, end);
		for (at = old; at < end; at++)
			image_page_changed(image, at);
		head->pages = (uint32_t)end;
	}
	if (count == 1 || page == head->lowest)
		head->lowest = (uint32_t)end;
	return page;
}

static void
give_pages(struct image *image, size_t page, size_t count)
{
	struct image_head *head = touch_head(image);

	mark(image, page, count, true);
	if (page < head->lowest)
		head->lowest = (uint32_t)page;
}

/* --- short pieces --------------------------------------------------------------------- */

static unsigned
class_of(size_t units)
{
	unsigned octave;

	if (units <= FINE_CLASSES)
		return units ? (unsigned)units - 1 : 0;
	octave = 63 - (unsigned)__builtin_clzll(units - 1);
	return FINE_CLASSES + (octave - 6) * STEPS + (unsigned)((units - 1) >> (octave - 3)) -
	    STEPS;
}

static size_t
class_units(unsigned class)
{
	size_t octave, units;

	if (class < FINE_CLASSES)
		return class + 1;
	octave = (class - FINE_CLASSES) / STEPS + 6;
	units = ((class - FINE_CLASSES) % STEPS + STEPS + 1) << (octave - 3);
	return units < CLASS_UNITS_MAX ? units : CLASS_UNITS_MAX;
}

static struct room *
touch_room(struct image *image, size_t page)
{
	return image_touch(image, place_of(page, 0));
}

static bool
is_full(const struct room *room)
{
	return !room->free && room->fresh + class_units(room->class) > IMAGE_PAGE_UNITS;
}

static void
link_room(struct image *image, size_t page, struct room *room)
{
	struct image_head *head = touch_head(image);

	room->previous = 0;
	room->next = head->room[room->class];
	if (room->next)
		touch_room(image, room->next)->previous = (uint32_t)page;
	head->room[room->class] = (uint32_t)page;
}

static void
unlink_room(struct image *image, struct room *room)
{
	if (room->next)
		touch_room(image, room->next)->previous = room->previous;
	if (room->previous)
		touch_room(image, room->previous)->next = room->next;
	else
		touch_head(image)->room[room->class] = room->next;
}

static size_t
new_room(struct image *image, unsigned class)
{
	size_t recycled, page = get_pages(image, 1, &recycled);
	struct room *room = touch_room(image, page);

	*room = (struct room){.class = (uint16_t) class, .fresh = 1};
	link_room(image, page, room);
	return page;
}

static place
get_short(struct image *image, unsigned class)
{
	size_t units = class_units(class), unit, page = image_head(image)->room[class];
	struct room *room;
	uint8_t *piece;

	if (!page)
		page = new_room(image, class);
	room = touch_room(image, page);
	unit = room->free ? room->free : room->fresh;
	piece = (uint8_t *)room + unit * IMAGE_UNIT;
	if (room->free)
		memcpy(&room->free, piece, sizeof(room->free));
	else
		room->fresh = (uint16_t)(unit + units);
	room->used++;
	if (is_full(room))
		unlink_room(image, room);
	memset(piece, 0, units * IMAGE_UNIT);
	return place_of(page, unit);
}

static void
give_short(struct image *image, place at, unsigned class)
{
	size_t page = at / IMAGE_PAGE_UNITS;
	uint16_t unit = (uint16_t)(at % IMAGE_PAGE_UNITS);
	struct room *room = touch_room(image, page);

	assert(room->class == class && room->used && unit && unit < room->fresh);
	if (is_full(room))
		link_room(image, page, room);
	memcpy((uint8_t *)room + unit * IMAGE_UNIT, &room->free, sizeof(room->free));
	room->free = unit;
	room->used--;
	if (!room->used) {
		unlink_room(image, room);
		give_pages(image, page, 1);
	}
}

/* --- long pieces ---------------------------------------------------------------------- */

static size_t
pages_of(size_t bytes)
{
	return (bytes + IMAGE_PAGE_BYTES - 1) >> IMAGE_PAGE_SHIFT;
}

static place
get_long(struct image *image, size_t bytes)
{
	size_t recycled, page = get_pages(image, pages_of(bytes), &recycled);
	place at = place_of(page, 0);

	image_touch_bytes(image, image_at(image, at), recycled << IMAGE_PAGE_SHIFT);
	memset(image_at(image, at), 0, recycled << IMAGE_PAGE_SHIFT);
	return at;
}

/* --- all ------------------------------------------------------------------------------ */

/* What a piece takes, in bytes; the class only if it is short. */
static size_t
measure(size_t bytes, bool *is_short, unsigned *class)
{
	size_t units = bytes / IMAGE_UNIT + (bytes % IMAGE_UNIT != 0);

	*is_short = units <= CLASS_UNITS_MAX;
	if (!*is_short)
		return pages_of(bytes) << IMAGE_PAGE_SHIFT;
	*class = class_of(units);
	return class_units(*class) * IMAGE_UNIT;
}

place
image_get(struct image *image, size_t bytes)
{
	unsigned class;
	bool is_short;
	size_t taken = measure(bytes, &is_short, &class);

	touch_head(image)->bytes += taken;
	return is_short ? get_short(image, class) : get_long(image, bytes);
}

void
image_give(struct image *image, place at, size_t bytes)
{
	unsigned class;
	bool is_short;
	size_t taken = measure(bytes, &is_short, &class);

	if (!at)
		return;
	touch_head(image)->bytes -= taken;
	if (is_short)
		give_short(image, at, class);
	else
		give_pages(image, at / IMAGE_PAGE_UNITS, pages_of(bytes));
}

place
image_root(const struct image *image)
{
	(void)image;
	return IMAGE_ROOT_AT / IMAGE_UNIT;
}

size_t
image_bytes(const struct image *image)
{
	return image_head(image)->bytes;
}

size_t
image_end(const struct image *image)
{
	return (size_t)image_head(image)->pages << IMAGE_PAGE_SHIFT;
}

void
image_pieces_init(struct image *image)
{
	struct image_head *head;
	size_t page;

	image_ready(image, IMAGE_HEAD_PAGES);
	for (page = 0; page < IMAGE_HEAD_PAGES; page++)
		image_page_changed(image, page);
	head = image_head(image);
	head->magic = IMAGE_MAGIC;
	head->pages = head->lowest = IMAGE_HEAD_PAGES;
}

/* The pages were authenticated, so they are what we wrote; this tells another build's from ours. */
bool
image_pieces_check(const struct image *image, size_t pages)
{
	const struct image_head *head = image_head(image);
	size_t i;

	if (pages < IMAGE_HEAD_PAGES || head->magic != IMAGE_MAGIC || head->pages != pages ||
	    head->lowest < IMAGE_HEAD_PAGES || head->lowest > pages ||
	    head->bytes > pages << IMAGE_PAGE_SHIFT)
		return false;
	for (i = 0; i < IMAGE_CLASSES; i++)
		if (head->room[i] >= pages)
			return false;
	return true;
}
