/* SPDX-License-Identifier: Apache-2.0 */
/* Linear probing over slots {tag, place of the row}; rows in pages of their own. */
#include "movement_table.h"

#include <assert.h>
#include <string.h>

#define FIRST_SLOTS 16u
#define FIRST_PAGES 4u

/* --- slots ---------------------------------------------------------------------------- */

static void
put_slot(struct image *image, place slots, uint32_t slot_count, uint32_t tag, place row)
{
	struct movement_slot *slot = image_at(image, slots);
	uint32_t at = tag & (slot_count - 1);

	while (slot[at].row)
		at = (at + 1) & (slot_count - 1);
	image_touch_bytes(image, &slot[at], sizeof(*slot));
	slot[at] = (struct movement_slot){tag, row};
}

static place
row_place(const struct image *image, const struct movement_row *row)
{
	return (place)(((const uint8_t *)row - image->bytes) / 16);
}

static void
fill_slots(struct image *image, const struct movement_table *table, place slots, uint32_t count)
{
	struct movement_walk walk = movement_walk_of(image, table);
	struct movement_row *row;

	while ((row = movement_walk_next(&walk)))
		put_slot(image, slots, count, movement_tag(row->key), row_place(image, row));
}

/* At most two thirds are used. */
static void
grow_slots(struct image *image, struct movement_table *table)
{
	uint32_t count = table->slot_count ? table->slot_count * 2 : FIRST_SLOTS;
	place slots = image_get(image, count * sizeof(struct movement_slot));

	fill_slots(image, table, slots, count);
	image_give(image, table->slots, table->slot_count * sizeof(struct movement_slot));
	table->slots = slots;
	table->slot_count = count;
}

/* --- rows ----------------------------------------------------------------------------- */

/* Most days of most stores are small: pages begin with one row and double. */
static uint32_t
rows_of_page(uint32_t row_bytes, uint32_t page)
{
	uint32_t most = row_bytes < IMAGE_PAGE_BYTES ? (uint32_t)IMAGE_PAGE_BYTES / row_bytes : 1;

	return page < 12 && most > 1u << page ? 1u << page : most;
}

/* A row may be longer than a page of the image; a page of less than half of one shares it. */
static size_t
page_bytes(uint32_t row_bytes, uint32_t page)
{
	return (size_t)row_bytes * rows_of_page(row_bytes, page);
}

static place *
touch_pages(struct image *image, const struct movement_table *table, uint32_t number)
{
	place *pages = image_at(image, table->pages);

	image_touch_bytes(image, &pages[number], sizeof(*pages));
	return pages;
}

static void
grow_pages(struct image *image, struct movement_table *table)
{
	uint32_t capacity = table->page_capacity ? table->page_capacity * 2 : FIRST_PAGES;
	place pages = image_get(image, capacity * sizeof(place));

	if (table->page_count)
		memcpy(image_at(image, pages), image_at(image, table->pages),
		    table->page_count * sizeof(place));
	image_give(image, table->pages, table->page_capacity * sizeof(place));
	table->pages = pages;
	table->page_capacity = capacity;
}

static void
add_page(struct image *image, struct movement_table *table)
{
	if (table->page_count == table->page_capacity)
		grow_pages(image, table);
	table->next = image_get(image, page_bytes(table->row_bytes, table->page_count));
	table->left = rows_of_page(table->row_bytes, table->page_count);
	touch_pages(image, table, table->page_count)[table->page_count] = table->next;
	table->page_count++;
}

/* Zeroed and touched, with its key; not in the slots yet. */
static struct movement_row *
new_row(struct image *image, struct movement_table *table, uint64_t key)
{
	struct movement_row *row;

	if (!table->left)
		add_page(image, table);
	row = image_at(image, table->next);
	movement_row_touch(image, row, table->row_bytes);
	row->key = key;
	row->number = table->count++;
	table->left--;
	table->next += table->row_bytes / 16;
	return row;
}

struct movement_row *
movement_table_add(
    struct image *image, struct movement_table *table, uint64_t key, uint32_t columns)
{
	struct movement_row *row;

	assert(columns % 2 == 0);
	if (!table->count)
		table->row_bytes = movement_row_bytes(columns);
	if ((uint64_t)(table->count + 1) * 3 > (uint64_t)table->slot_count * 2)
		grow_slots(image, table);
	row = new_row(image, table, key);
	put_slot(image, table->slots, table->slot_count, movement_tag(key), row_place(image, row));
	return row;
}

static void
drop_pages(struct image *image, struct movement_table *table)
{
	const place *pages = image_at(image, table->pages);
	uint32_t i;

	for (i = 0; i < table->page_count; i++)
		image_give(image, pages[i], page_bytes(table->row_bytes, i));
	image_give(image, table->pages, table->page_capacity * sizeof(place));
}

void
movement_table_drop(struct image *image, struct movement_table *table)
{
	drop_pages(image, table);
	image_give(image, table->slots, table->slot_count * sizeof(struct movement_slot));
	*table = (struct movement_table){0};
}

size_t
movement_table_bytes(const struct movement_table *table)
{
	return (size_t)table->count * table->row_bytes +
	    table->slot_count * sizeof(struct movement_slot);
}

void
movement_table_reshape(struct image *image, struct movement_table *table, const uint32_t *to,
    uint32_t old_columns, uint32_t new_columns)
{
	struct movement_walk walk = movement_walk_of(image, table);
	struct movement_table made = {0};
	struct movement_row *row, *moved;
	uint32_t i;

	while ((row = movement_walk_next(&walk))) {
		moved = movement_table_add(image, &made, row->key, new_columns);
		for (i = 0; i < old_columns; i++)
			if (to[i] != UINT32_MAX)
				moved->cells[to[i]] = row->cells[i];
	}
	movement_table_drop(image, table);
	*table = made;
}

struct movement_row *
movement_walk_next(struct movement_walk *walk)
{
	const struct movement_table *table = walk->table;
	const place *pages;

	if (walk->number == table->count)
		return NULL;
	if (walk->left) {
		walk->row = (struct movement_row *)((uint8_t *)walk->row + table->row_bytes);
	} else {
		pages = image_at(walk->image, table->pages);
		walk->row = image_at(walk->image, pages[walk->page]);
		walk->left = rows_of_page(table->row_bytes, walk->page);
		walk->page++;
	}
	walk->left--;
	walk->number++;
	return walk->row;
}
