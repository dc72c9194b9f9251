/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days with more actors than there is room for. The table becomes a part, whose rows are final;
 * of each subject the heaviest actors are carried on, with what they moved so far, and of the
 * others what they add up to.
 */
#include "movement_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* --- the heaviest of a day -------------------------------------------------------------- */

/* Whether a comes before b where the heaviest is first. */
static bool
is_heavier(const struct movement_carried *a, const struct movement_carried *b)
{
	if (a->cell.magnitude != b->cell.magnitude)
		return a->cell.magnitude > b->cell.magnitude;
	return a->actor < b->actor;
}

/* The hole at `at` is filled with item or lighter ones below; the root is the lightest. */
static void
sink_down(struct movement_carried *items, uint32_t count, uint32_t at, struct movement_carried item)
{
	uint32_t child;

	while ((child = 2 * at + 1) < count) {
		if (child + 1 < count && is_heavier(&items[child], &items[child + 1]))
			child++;
		if (!is_heavier(&item, &items[child]))
			break;
		items[at] = items[child];
		at = child;
	}
	items[at] = item;
}

static void
rise(struct movement_carried *items, uint32_t at, struct movement_carried item)
{
	uint32_t above;

	for (; at; at = above) {
		above = (at - 1) / 2;
		if (!is_heavier(&items[above], &item))
			break;
		items[at] = items[above];
	}
	items[at] = item;
}

static void
leave_out(struct movement_heaviest *heaviest, const struct movement_carried *item)
{
	double magnitude = item->cell.magnitude;

	heaviest->left_out++;
	heaviest->left_total += magnitude;
	heaviest->left_squares += magnitude * magnitude;
	if (heaviest->seen)
		hyperloglog_add(heaviest->seen, actor_hash(item->actor));
}

static void
push_heavy(struct movement_heaviest *heaviest, const struct movement_carried *item)
{
	struct movement_carried *items = heaviest->items, lightest;

	if (heaviest->count < heaviest->limit) {
		rise(items, heaviest->count++, *item);
	} else if (!is_heavier(item, &items[0])) {
		leave_out(heaviest, item);
	} else {
		lightest = items[0];
		sink_down(items, heaviest->count, 0, *item);
		leave_out(heaviest, &lightest);
	}
	if (heaviest->count == heaviest->limit)
		heaviest->least = items[0].cell.magnitude;
}

/* Most are lighter than all that are kept. */
static inline void
push(struct movement_heaviest *heaviest, const struct movement_cell *cell, uint64_t actor)
{
	const struct movement_carried item = {*cell, actor};

	heaviest->actors++;
	heaviest->total += cell->magnitude;
	heaviest->squares += cell->magnitude * cell->magnitude;
	if (cell->magnitude < heaviest->least)
		leave_out(heaviest, &item);
	else
		push_heavy(heaviest, &item);
}

/* Those that were carried, with what the table has of them; taken: a bit of each row and column. */
static void
push_carried(const struct movement *movement, const struct movement_day *day,
    const struct movement_carry *carry, uint32_t column, uint32_t bit,
    struct movement_heaviest *heaviest, uint32_t *taken)
{
	const struct movement_carried *list = image_at(movement->image, carry->list);
	struct movement_carried item;
	const struct movement_row *row;
	uint32_t i;

	for (i = 0; i < carry->count; i++) {
		item = list[i];
		row = movement_table_find(movement->image, &day->actors, item.actor);
		if (row) {
			cell_join(&item.cell, &row->cells[column]);
			taken[row->number] |= bit;
		}
		push(heaviest, &item.cell, item.actor);
	}
}

static void
push_rows(const struct movement *movement, const struct movement_day *day, uint32_t first,
    uint32_t count, struct movement_heaviest *heaviest, const uint32_t *taken)
{
	struct movement_walk walk = movement_walk_of(movement->image, &day->actors);
	const struct movement_row *row;
	uint32_t i;

	while ((row = movement_walk_next(&walk)))
		for (i = 0; i < count; i++) {
			if (!row->cells[first + i].count || (taken && taken[row->number] >> i & 1))
				continue;
			push(&heaviest[i], &row->cells[first + i], row->key);
		}
}

void
heaviest_find(const struct movement *movement, const struct movement_day *day, uint32_t first,
    uint32_t count, struct movement_heaviest *heaviest)
{
	const struct movement_carry *carries = day_carries(movement, day);
	uint32_t *taken = NULL, i;

	if (carries) {
		taken = memory_get_array(day->actors.count + 1, sizeof(*taken));
		for (i = 0; i < count; i++)
			push_carried(movement, day, &carries[first + i], first + i, 1u << i,
			    &heaviest[i], taken);
	}
	push_rows(movement, day, first, count, heaviest, taken);
	memory_free(taken);
}

static int
order_heaviest(const void *a, const void *b)
{
	return is_heavier(b, a) - is_heavier(a, b);
}

void
heaviest_sort(struct movement_heaviest *heaviest)
{
	qsort(heaviest->items, heaviest->count, sizeof(*heaviest->items), order_heaviest);
}

/* --- from part to part ---------------------------------------------------------------- */

static void
keep_carry(struct movement *movement, struct movement_carry *carry,
    const struct movement_heaviest *heaviest)
{
	image_touch_bytes(movement->image, carry, sizeof(*carry));
	if (!carry->list)
		carry->list =
		    image_get(movement->image, MOVEMENT_CARRIED * sizeof(struct movement_carried));
	image_touch(movement->image, carry->list);
	memcpy(image_at(movement->image, carry->list), heaviest->items,
	    heaviest->count * sizeof(*heaviest->items));
	carry->count = heaviest->count;
	carry->dropped += heaviest->left_out;
	carry->total += heaviest->left_total;
	carry->squares += heaviest->left_squares;
}

/* Where those that are dropped are seen. */
static struct hyperloglog *
touch_seen(struct movement *movement, struct movement_carry *carry)
{
	if (!carry->seen) {
		image_touch_bytes(movement->image, carry, sizeof(*carry));
		carry->seen = image_get(movement->image, sizeof(struct hyperloglog));
	}
	return image_touch(movement->image, carry->seen);
}

static void
carry_columns(struct movement *movement, struct movement_day *day, uint32_t first, uint32_t count,
    struct movement_carried *items)
{
	struct movement_carry *carries = day_carries(movement, day);
	struct movement_heaviest heaviest[HEAVIEST_COLUMNS] = {0};
	uint32_t i;

	for (i = 0; i < count; i++) {
		heaviest[i].limit = MOVEMENT_CARRIED;
		heaviest[i].items = items + (size_t)i * MOVEMENT_CARRIED;
		heaviest[i].seen = touch_seen(movement, &carries[first + i]);
	}
	heaviest_find(movement, day, first, count, heaviest);
	for (i = 0; i < count; i++)
		if (heaviest[i].actors)
			keep_carry(movement, &carries[first + i], &heaviest[i]);
}

static void
carry_all(struct movement *movement, struct movement_day *day)
{
	const struct movement_root *root = movement->root;
	struct movement_carried *items =
	    memory_get_array(HEAVIEST_COLUMNS * MOVEMENT_CARRIED, sizeof(*items));
	uint32_t first, count;

	if (!day->carries)
		day->carries =
		    image_get(movement->image, root->column_room * sizeof(struct movement_carry));
	for (first = 0; first < root->columns; first += count) {
		count = root->columns - first;
		if (count > HEAVIEST_COLUMNS)
			count = HEAVIEST_COLUMNS;
		carry_columns(movement, day, first, count, items);
	}
	memory_free(items);
}

void
carries_drop(struct movement *movement, struct movement_day *day)
{
	struct movement_carry *carries = day_carries(movement, day);
	uint32_t i;

	if (!carries)
		return;
	for (i = 0; i < day->carry_room; i++) {
		if (carries[i].list)
			image_give(movement->image, carries[i].list,
			    MOVEMENT_CARRIED * sizeof(struct movement_carried));
		if (carries[i].seen)
			image_give(movement->image, carries[i].seen, sizeof(struct hyperloglog));
	}
	image_give(movement->image, day->carries, day->carry_room * sizeof(*carries));
	day->carries = 0;
}

/* --- closing a part ------------------------------------------------------------------- */

/* The one with most actors, the older where two have as many. */
static struct movement_day *
greatest_day(struct movement *movement)
{
	const struct movement_root *root = movement->root;
	place found = 0, at;
	int i;

	for (i = 0; i < MOVEMENT_DAYS; i++) {
		at = root->days[day_slot(root->first_day + i)];
		if (at &&
		    (!found ||
			day_at(movement, at)->actors.count > day_at(movement, found)->actors.count))
			found = at;
	}
	assert(found);
	return image_touch(movement->image, found);
}

void
parts_close_greatest(struct movement *movement)
{
	struct movement_day *day = greatest_day(movement), *part;
	place at = image_get(movement->image, sizeof(*part));

	carry_all(movement, day);
	day->carry_room = movement->root->column_room;
	part = day_at(movement, at);
	part->day = day->day;
	part->part = day->part++;
	part->is_part = part->ended = true;
	part->columns = movement->root->columns;
	part->layout = layout_copy(movement);
	part->actors = day->actors;
	day->actors = (struct movement_table){0};
	movement_root(movement)->actor_rows -= part->actors.count;
	waiting_add(movement, at);
}
