/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open days: 16 from the oldest that has not ended. A day's piece is made when something
 * counts in it. When it ends, its values give the scales, and it waits to be given.
 */
#include "movement_inside.h"

/* --- which ---------------------------------------------------------------------------- */

/* The day and hour in which a time counts. */
static int64_t
place_time(struct movement *movement, int64_t time_ms, uint32_t *hour)
{
	const struct movement_root *root = movement->root;
	int64_t day = day_of(time_ms);

	if (!root->started)
		days_start(movement, time_ms);
	*hour = (uint32_t)((time_ms - day * MOVEMENT_DAY_MS) / MOVEMENT_HOUR_MS);
	if (day < root->first_day) {
		*hour = 0;
		return root->first_day;
	}
	if (day >= root->first_day + MOVEMENT_DAYS) {
		*hour = 23;
		return root->first_day + MOVEMENT_DAYS - 1;
	}
	return day;
}

static place
make_day(struct movement *movement, int64_t number)
{
	place at = image_get(movement->image, sizeof(struct movement_day));
	struct movement_marks *marks = &movement->marks[day_slot(number)];

	day_at(movement, at)->day = number;
	movement_root(movement)->days[day_slot(number)] = at;
	marks->events = 0;
	return at;
}

struct movement_day *
day_open(struct movement *movement, int64_t time_ms, uint32_t *hour)
{
	int64_t number = place_time(movement, time_ms, hour);
	place at = movement->root->days[day_slot(number)];

	if (!at)
		at = make_day(movement, number);
	return image_touch(movement->image, at);
}

/* --- rows ----------------------------------------------------------------------------- */

static struct movement_cell *
touched(struct movement *movement, const struct movement_table *table, struct movement_row *row)
{
	movement_row_touch(movement->image, row, table->row_bytes);
	return row->cells;
}

static struct movement_row *
add_hour_row(struct movement *movement, struct movement_day *day, uint64_t key)
{
	movement_root(movement)->hour_rows++;
	return movement_table_add(movement->image, &day->hours, key, movement->root->column_room);
}

/* What is unknown always finds room: it has few rows. */
static bool
is_crowded(const struct movement *movement, uint64_t key)
{
	return (uint32_t)key != MOVEMENT_UNKNOWN &&
	    (uint64_t)movement->root->hour_rows * movement_row_bytes(movement->root->column_room) >=
	    MOVEMENT_HOUR_BYTES;
}

static struct movement_row *
find_hour_row(struct movement *movement, struct movement_day *day, uint64_t key)
{
	struct movement_row *row = movement_table_find(movement->image, &day->hours, key);

	if (LIKELY(row))
		return row;
	if (is_crowded(movement, key)) {
		movement->counts.rows_beyond++;
		return find_hour_row(movement, day, key & ~(uint64_t)UINT32_MAX);
	}
	return add_hour_row(movement, day, key);
}

struct movement_cell *
day_hour_row(
    struct movement *movement, struct movement_day *day, uint32_t hour, uint32_t by, uint32_t word)
{
	uint64_t key = hour_key(hour, by, word);
	uint64_t of_day = key | (uint64_t)(day_slot(day->day) + 1) << 56;
	struct movement_hour_found *found =
	    &movement->found[(word * MOVEMENT_BY_COUNT + by) % HOUR_CACHE];
	struct movement_row *row;

	if (UNLIKELY(found->key != of_day)) {
		row = find_hour_row(movement, day, key);
		*found = (struct movement_hour_found){row->key == key ? of_day : 0, row};
	}
	return touched(movement, &day->hours, found->row);
}

static bool
is_full(const struct movement *movement)
{
	const struct movement_root *root = movement->root;

	return root->actor_rows == MOVEMENT_ACTORS ||
	    (uint64_t)(root->actor_rows + 1) * movement_row_bytes(root->column_room) >
	    MOVEMENT_ACTOR_BYTES;
}

struct movement_cell *
day_actor_row(struct movement *movement, struct movement_day *day, uint32_t actor)
{
	struct movement_row *row = movement_table_find(movement->image, &day->actors, actor);

	if (UNLIKELY(!row)) {
		if (movement->root->actor_rows && is_full(movement))
			parts_close_greatest(movement);
		movement_root(movement)->actor_rows++;
		row = movement_table_add(
		    movement->image, &day->actors, actor, movement->root->column_room);
	}
	return touched(movement, &day->actors, row);
}

struct spread *
day_spread(struct movement *movement, struct movement_day *day, uint32_t column)
{
	place *spreads;

	if (UNLIKELY(!day->spreads))
		day->spreads =
		    image_get(movement->image, movement->root->column_room * sizeof(place));
	spreads = image_at(movement->image, day->spreads);
	if (UNLIKELY(!spreads[column])) {
		image_touch_bytes(movement->image, &spreads[column], sizeof(*spreads));
		spreads[column] = image_get(movement->image, sizeof(struct spread));
	}
	return image_touch(movement->image, spreads[column]);
}

/* --- the end -------------------------------------------------------------------------- */

static void
set_scale(struct movement *movement, const struct movement_day *day, uint32_t subject, double scale)
{
	struct movement_name *name = image_touch(movement->image, movement->subject_names[subject]);

	name->scale = scale;
	name->record = day->record;
	name->day = day->day;
}

/* Of all subjects that have values; the spreads are given back. */
static void
take_scales(struct movement *movement, struct movement_day *day)
{
	const struct movement_root *root = movement->root;
	const uint32_t *subjects = image_at(movement->image, root->layout);
	const place *spreads = image_at(movement->image, day->spreads);
	struct movement_scaled *scales;
	uint32_t i;

	day->scales = image_get(movement->image, root->columns * sizeof(*scales));
	scales = image_at(movement->image, day->scales);
	for (i = 0; i < root->columns; i++) {
		if (!spreads[i])
			continue;
		scales[day->scale_count].subject = subjects[i];
		scales[day->scale_count].scale =
		    spread_scale(image_at(movement->image, spreads[i]));
		set_scale(movement, day, subjects[i], scales[day->scale_count].scale);
		day->scale_count++;
		image_give(movement->image, spreads[i], sizeof(struct spread));
	}
	image_give(movement->image, day->spreads, root->column_room * sizeof(place));
	day->spreads = 0;
}

/* From here on it waits, and no layout changes it. */
void
day_end(struct movement *movement, place at, uint64_t record)
{
	struct movement_root *root = movement_root(movement);
	struct movement_day *day = image_touch(movement->image, at);

	day->ended = true;
	day->record = record;
	day->columns = root->columns;
	if (day->spreads)
		take_scales(movement, day);
	day->layout = layout_copy(movement);
	root->hour_rows -= day->hours.count;
	root->actor_rows -= day->actors.count;
	root->days[day_slot(day->day)] = 0;
	forget_found(movement);
	waiting_add(movement, at);
}

void
day_drop(struct movement *movement, place at)
{
	struct movement_day *day = image_touch(movement->image, at);
	struct image *image = movement->image;

	movement_table_drop(image, &day->hours);
	movement_table_drop(image, &day->actors);
	carries_drop(movement, day);
	if (day->scales)
		image_give(image, day->scales, day->columns * sizeof(struct movement_scaled));
	image_give(image, day->layout, day->columns * sizeof(uint32_t));
	image_give(image, at, sizeof(*day));
}
