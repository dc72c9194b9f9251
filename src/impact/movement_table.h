/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of cells in the image, found by a key: an actor, or an hour and a word. A row has a
 * cell for each column (a subject). Rows stand in pages in the order they were made, and never
 * move until the table is reshaped. Private to impact.
 */
#ifndef IMPACT_MOVEMENT_TABLE_H
#define IMPACT_MOVEMENT_TABLE_H

#include "base/compiler.h"
#include "base/image.h"

struct movement_cell {
	double magnitude, moved; /* sums of |movement|, of movement */
	uint64_t count;
};

struct movement_row {
	uint64_t key;
	uint32_t number; /* of rows of the table, from 0 */
	uint32_t unused;
	struct movement_cell cells[];
};

/* Lies in the image, in a piece that the caller touches before a call that may add. All zero: empty. */
struct movement_table {
	place slots, pages; /* pages: their places */
	uint32_t slot_count, page_capacity, page_count;
	uint32_t count, row_bytes;
	uint32_t left; /* rows that the last page has room for */
	place next;    /* the first of them */
};

/* Of a slot; row 0: empty. */
struct movement_slot {
	uint32_t tag;
	place row;
};

/* So many columns, a multiple of two. */
static inline uint32_t
movement_row_bytes(uint32_t columns)
{
	return (uint32_t)(sizeof(struct movement_row) + columns * sizeof(struct movement_cell));
}

static inline uint32_t
movement_tag(uint64_t key)
{
	return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* Before a change of a row. */
static inline void
movement_row_touch(struct image *image, struct movement_row *row, uint32_t row_bytes)
{
	if (LIKELY(row_bytes <= IMAGE_PAGE_BYTES))
		image_touch(image, (place)(((uint8_t *)row - image->bytes) / 16));
	else
		image_touch_bytes(image, row, row_bytes);
}

/* NULL: there is none. */
static inline struct movement_row *
movement_table_find(const struct image *image, const struct movement_table *table, uint64_t key)
{
	uint32_t tag = movement_tag(key), mask = table->slot_count - 1, at;
	const struct movement_slot *slots = image_at(image, table->slots);
	struct movement_row *row;

	if (UNLIKELY(!table->slot_count))
		return NULL;
	for (at = tag & mask; slots[at].row; at = (at + 1) & mask) {
		if (slots[at].tag != tag)
			continue;
		row = image_at(image, slots[at].row);
		if (row->key == key)
			return row;
	}
	return NULL;
}

/* A row of a key that is not there, zeroed and touched; columns: of an empty table. */
struct movement_row *movement_table_add(
    struct image *image, struct movement_table *table, uint64_t key, uint32_t columns);
/* Gives all of it back; the table is empty then. */
void movement_table_drop(struct image *image, struct movement_table *table);
/* What its rows and slots take. */
size_t movement_table_bytes(const struct movement_table *table);
/* Moves all rows into wider or narrower ones: column i becomes to[i], UINT32_MAX: it is dropped. */
void movement_table_reshape(struct image *image, struct movement_table *table, const uint32_t *to,
    uint32_t old_columns, uint32_t new_columns);

/* Rows in the order they were made. */
struct movement_walk {
	const struct image *image;
	const struct movement_table *table;
	uint32_t page, left; /* pages begun; rows of the last of them that are still to come */
	uint32_t number;     /* rows given */
	struct movement_row *row;
};
static inline struct movement_walk
movement_walk_of(const struct image *image, const struct movement_table *table)
{
	return (struct movement_walk){.image = image, .table = table};
}
/* NULL: there are no more. */
struct movement_row *movement_walk_next(struct movement_walk *walk);

#endif
