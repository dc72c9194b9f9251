/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the file `snapshot` says once it is unsealed: of what the snapshot is, and where each of
 * its pages lies. The format stands in image_file.c.
 */
#ifndef DYETRACE_BASE_IMAGE_LISTING_H
#define DYETRACE_BASE_IMAGE_LISTING_H

#include "base/buffer.h"
#include "base/error.h"

#define IMAGE_TAG_BYTES 16
#define IMAGE_HEADER_BYTES_MAX 65536
#define IMAGE_LISTED_BYTES (1 + 8 + IMAGE_TAG_BYTES) /* for each page */

struct image_listed {
	uint64_t generation; /* of the snapshot that wrote it; 0: none did */
	uint8_t tag[IMAGE_TAG_BYTES];
	uint8_t slot; /* 0 or 1 */
};

struct image_listing {
	uint64_t generation; /* 0: there is no snapshot */
	struct buffer header;
	struct image_listed *pages;
	size_t count, capacity;
};

/* Appends. Each page is listed. */
void image_listing_print(const struct image_listing *listing, struct buffer *out);
/* Into an empty listing; what was read before a failure stays. ERROR_DAMAGED */
MUST_USE bool
image_listing_read(struct text bytes, struct image_listing *listing, struct error *err);
/* The page's entry, made if there is none yet. */
struct image_listed *image_listing_page(struct image_listing *listing, size_t page);
void image_listing_copy(struct image_listing *to, const struct image_listing *from);
void image_listing_fini(struct image_listing *listing);

#endif
