/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of keys. A key's row holds the columns of all features with that key; those
 * of features that began in a later epoch stand in a further block of it, made when
 * the key is first met by one of them. Rows never move, so that an epoch stops nobody for
 * as long as it takes to copy millions of them. Private to impact.
 *
 * Linear probing over 8-byte slots {tag, place of the row}, at most three quarters full.
 */
#ifndef IMPACT_GROUPS_H
#define IMPACT_GROUPS_H

#include "state.h"

/* The pieces of a row, first layer first. */
struct layers {
	uint32_t count;
	const uint32_t *bytes; /* 0: no feature stands there any more */
};

/* gives: a piece, struct state_group, empty */
place groups_open(struct image *image);
void groups_close(struct image *image, place group); /* its rows were given back before */

/* 0: not held */
place groups_find(const struct image *image, place group, uint64_t hash);
/* Most likely that of the key; no row is looked at. */
place groups_glance(const struct image *image, place group, uint64_t hash);
void groups_prefetch(const struct image *image, place group, uint64_t hash);
/* gives: a new row of that key, which is not held */
place groups_add(struct image *image, place group, uint64_t hash, const struct layers *layers);
/* Gives back the row with all its blocks. */
void groups_remove(struct image *image, place group, place row, const struct layers *layers);
/* The row behind the slot, 0: free; slots: 0 .. groups_slots() - 1. */
place groups_at(const struct image *image, place group, uint32_t slot);
uint32_t groups_slots(const struct image *image, place group);

/* The piece of a row that holds a layer; 0: it has none. */
static inline place
row_block(const struct image *image, place row, uint32_t layer)
{
	const struct block *block;
	place next;

	if (!layer || !row)
		return row;
	for (next = ((const struct row *)image_at(image, row))->next; next; next = block->next) {
		block = image_at(image, next);
		if (block->layer == layer)
			return next;
	}
	return 0;
}

/* The same, made if there is none. */
place row_block_make(struct image *image, place row, uint32_t layer, const struct layers *layers);
/* Gives back the block of one layer (not the first). */
void row_block_drop(struct image *image, place row, uint32_t layer, const struct layers *layers);

/* The row of a block of that layer. */
static inline place
block_row(const struct image *image, place block, uint32_t layer)
{
	return layer ? ((const struct block *)image_at(image, block))->row : block;
}

#endif
