/* SPDX-License-Identifier: Apache-2.0 */
/* The listing of a snapshot's pages, to bytes and back. */
#include "image_listing.h"

#include "image_inside.h"

#define GENERATION_MAX ((uint64_t)1 << 62)

void
image_listing_print(const struct image_listing *listing, struct buffer *out)
{
	const struct image_listed *page = listing->pages;
	size_t i;

	buffer_add_u64(out, listing->generation);
	buffer_add_u32(out, (uint32_t)listing->header.size);
	buffer_add(out, listing->header.data, listing->header.size);
	buffer_add_u32(out, (uint32_t)listing->count);
	for (i = 0; i < listing->count; i++, page++) {
		buffer_add_byte(out, page->slot);
		buffer_add_u64(out, page->generation);
		buffer_add(out, page->tag, sizeof(page->tag));
	}
}

static bool
read_page(struct reader *in, uint64_t generation, struct image_listed *page)
{
	struct text slot = reader_take(in, 1), tag;

	page->generation = reader_u64(in);
	tag = reader_take(in, sizeof(page->tag));
	if (in->bad || (uint8_t)slot.data[0] > 1 || !page->generation ||
	    page->generation > generation)
		return false;
	page->slot = (uint8_t)slot.data[0];
	memcpy(page->tag, tag.data, sizeof(page->tag));
	return true;
}

/* Up to the pages; how many there are, 0: it is no listing. */
static size_t
read_head(struct reader *in, struct image_listing *listing)
{
	size_t bytes, count;

	listing->generation = reader_u64(in);
	bytes = reader_u32(in);
	if (bytes > IMAGE_HEADER_BYTES_MAX || !listing->generation ||
	    listing->generation > GENERATION_MAX)
		return 0;
	buffer_add_text(&listing->header, reader_take(in, bytes));
	count = reader_u32(in);
	return in->bad || count > IMAGE_PAGES_MAX || reader_left(in) != count * IMAGE_LISTED_BYTES
	    ? 0
	    : count;
}

bool
image_listing_read(struct text bytes, struct image_listing *listing, struct error *err)
{
	struct reader in = reader_of(bytes);
	size_t count = read_head(&in, listing), page;

	for (page = 0; page < count; page++)
		if (!read_page(&in, listing->generation, image_listing_page(listing, page)))
			return error_set(
			    err, ERROR_DAMAGED, "what it says of page %zu cannot be", page);
	return count || error_set(err, ERROR_DAMAGED, "what it says cannot be");
}

struct image_listed *
image_listing_page(struct image_listing *listing, size_t page)
{
	if (page >= listing->count) {
		memory_grow(&listing->pages, &listing->capacity, page + 1, sizeof(*listing->pages));
		memset(listing->pages + listing->count, 0,
		    (page + 1 - listing->count) * sizeof(*listing->pages));
		listing->count = page + 1;
	}
	return &listing->pages[page];
}

void
image_listing_copy(struct image_listing *to, const struct image_listing *from)
{
	to->generation = from->generation;
	to->header.size = 0;
	buffer_add(&to->header, from->header.data, from->header.size);
	to->count = 0;
	if (!from->count)
		return;
	image_listing_page(to, from->count - 1);
	memcpy(to->pages, from->pages, from->count * sizeof(*to->pages));
}

void
image_listing_fini(struct image_listing *listing)
{
	buffer_fini(&listing->header);
	memory_free(listing->pages);
}
