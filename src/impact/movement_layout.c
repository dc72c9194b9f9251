/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which subject has which column of all rows of open days. When there is no room for a new
 * one, all rows are made anew, without the columns that nothing needs any more.
 */
#include "movement_inside.h"

#include <string.h>

#include "base/memory.h"

#define ROOM 4 /* columns come so many at a time */

static uint32_t *
layout_subjects(const struct movement *movement)
{
	return image_at(movement->image, movement->root->layout);
}

/* What is kept beside the image for each column. Old columns keep what they have, amid an event. */
static void
make_room(struct movement *movement, uint32_t room)
{
	struct movement_event *event = &movement->event;
	size_t i;

	event->nets = memory_resize(event->nets, (room + 1) * sizeof(*event->nets));
	event->net_of = memory_resize(event->net_of, (room + 1) * sizeof(*event->net_of));
	for (i = movement->room; i < room; i++)
		event->net_of[i] = 0;
	movement->room = room;
	for (i = 0; i < MOVEMENT_DAYS; i++) {
		memory_free(movement->marks[i].columns);
		movement->marks[i].columns = memory_get(room + 1);
		memory_free(movement->marks[i].hints);
		movement->marks[i].hints = NULL;
	}
	marks_all(movement);
}

bool
layout_open(struct movement *movement, struct error *err)
{
	const struct movement_root *root = movement->root;
	uint32_t i, subject;

	if (root->columns > root->column_room || root->columns > root->subject_count)
		return error_set(err, ERROR_DAMAGED, "movement: %u columns, room for %u",
		    root->columns, root->column_room);
	for (i = 0; i < root->columns; i++) {
		subject = layout_subjects(movement)[i];
		if (!subject || subject > root->subject_count ||
		    movement->columns[subject] != NO_COLUMN)
			return error_set(
			    err, ERROR_DAMAGED, "movement: column %u is of subject %u", i, subject);
		movement->columns[subject] = i;
	}
	make_room(movement, root->column_room);
	return true;
}

void
layout_close(struct movement *movement)
{
	int i;

	memory_free(movement->event.moves);
	memory_free(movement->event.nets);
	memory_free(movement->event.net_of);
	for (i = 0; i < MOVEMENT_DAYS; i++) {
		memory_free(movement->marks[i].columns);
		memory_free(movement->marks[i].hints);
	}
}

place
layout_copy(struct movement *movement)
{
	size_t bytes = movement->root->columns * sizeof(uint32_t);
	place copy = image_get(movement->image, bytes);

	memcpy(image_at(movement->image, copy), layout_subjects(movement), bytes);
	return copy;
}

/* --- making rows anew ----------------------------------------------------------------- */

/* Which columns the rows of a day use. */
static void
mark_used(const struct movement *movement, const struct movement_table *table, uint8_t *used)
{
	struct movement_walk walk = movement_walk_of(movement->image, table);
	const struct movement_row *row;
	uint32_t i;

	while ((row = movement_walk_next(&walk)))
		for (i = 0; i < movement->root->columns; i++)
			used[i] |= row->cells[i].count != 0;
}

static void
mark_day(const struct movement *movement, const struct movement_day *day, uint8_t *used)
{
	const place *spreads = image_at(movement->image, day->spreads);
	const struct movement_carry *carries = day_carries(movement, day);
	uint32_t i;

	mark_used(movement, &day->hours, used);
	mark_used(movement, &day->actors, used);
	for (i = 0; i < movement->root->columns; i++)
		used[i] |= (day->spreads && spreads[i]) ||
		    (carries && (carries[i].count || carries[i].dropped));
}

/* Moves an array of the image with an item for each column. */
static place
move_items(struct movement *movement, place old, const uint32_t *to, uint32_t room, size_t bytes)
{
	const struct movement_root *root = movement->root;
	place made;
	uint32_t i;

	if (!old)
		return 0;
	made = image_get(movement->image, room * bytes);
	for (i = 0; i < root->columns; i++)
		if (to[i] != NO_COLUMN)
			memcpy((uint8_t *)image_at(movement->image, made) + to[i] * bytes,
			    (uint8_t *)image_at(movement->image, old) + i * bytes, bytes);
	image_give(movement->image, old, root->column_room * bytes);
	return made;
}

static void
reshape_day(struct movement *movement, place at, const uint32_t *to, uint32_t room)
{
	struct movement_day *day = image_touch(movement->image, at);
	uint32_t columns = movement->root->columns;

	movement_table_reshape(movement->image, &day->hours, to, columns, room);
	movement_table_reshape(movement->image, &day->actors, to, columns, room);
	day->spreads = move_items(movement, day->spreads, to, room, sizeof(place));
	day->carries = move_items(movement, day->carries, to, room, sizeof(struct movement_carry));
	day->carry_room = day->carries ? room : 0;
}

/* The layout itself: to[] says where each column goes, `columns` how many there are then. */
static void
reshape(struct movement *movement, const uint32_t *to, uint32_t columns, uint32_t room)
{
	struct movement_root *root = movement_root(movement);
	const uint32_t *old = layout_subjects(movement);
	place made = image_get(movement->image, room * sizeof(uint32_t));
	uint32_t *subjects = image_at(movement->image, made), i;

	for (i = 0; i < MOVEMENT_DAYS; i++)
		if (root->days[i])
			reshape_day(movement, root->days[i], to, room);
	for (i = 0; i < root->columns; i++) {
		movement->columns[old[i]] = to[i];
		if (to[i] != NO_COLUMN)
			subjects[to[i]] = old[i];
	}
	image_give(movement->image, root->layout, root->column_room * sizeof(uint32_t));
	forget_found(movement);
	root->layout = made;
	root->columns = columns;
	root->column_room = room;
	make_room(movement, room);
}

/* Room for `more` columns; those that are not used are dropped, if they may. */
static void
widen(struct movement *movement, uint32_t more, const uint8_t *used)
{
	uint32_t columns = movement->root->columns, *to, kept = 0, i;

	to = memory_get_array(columns + 1, sizeof(*to));
	for (i = 0; i < columns; i++)
		to[i] = !used || used[i] ? kept++ : NO_COLUMN;
	reshape(movement, to, kept, (kept + more + ROOM - 1) / ROOM * ROOM);
	memory_free(to);
}

/* --- columns -------------------------------------------------------------------------- */

static uint32_t
append_column(struct movement *movement, uint32_t subject)
{
	struct movement_root *root = movement_root(movement);
	uint32_t *subjects = layout_subjects(movement);

	image_touch_bytes(movement->image, &subjects[root->columns], sizeof(*subjects));
	subjects[root->columns] = subject;
	movement->columns[subject] = root->columns;
	return root->columns++;
}

uint32_t
layout_add(struct movement *movement, uint32_t subject)
{
	if (movement->root->columns == movement->root->column_room)
		widen(movement, ROOM, NULL);
	return append_column(movement, subject);
}

static uint32_t
count_new(const struct movement *movement, const uint32_t *subjects, uint32_t count)
{
	uint32_t i, more = 0;

	for (i = 0; i < count; i++)
		more += movement->columns[subjects[i]] == NO_COLUMN;
	return more;
}

/* Those of the epoch in force, and of what open days hold, stay. */
static void
make_place(struct movement *movement, const uint32_t *subjects, uint32_t count, uint32_t more)
{
	const struct movement_root *root = movement->root;
	uint8_t *used = memory_get(root->columns + 1);
	uint32_t i;

	for (i = 0; i < MOVEMENT_DAYS; i++)
		if (root->days[i])
			mark_day(movement, day_at(movement, root->days[i]), used);
	for (i = 0; i < count; i++)
		if (movement->columns[subjects[i]] != NO_COLUMN)
			used[movement->columns[subjects[i]]] = 1;
	widen(movement, more, used);
	memory_free(used);
}

void
movement_subjects(struct movement *movement, const uint32_t *subjects, uint32_t count)
{
	uint32_t more = count_new(movement, subjects, count), i;

	movement_event_end(movement);
	if (movement->root->columns + more > movement->root->column_room)
		make_place(movement, subjects, count, more);
	for (i = 0; i < count; i++)
		if (movement->columns[subjects[i]] == NO_COLUMN)
			append_column(movement, subjects[i]);
}
