/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one event adds: its rows are looked up once, when it first moves something; then each
 * movement is added to one cell of each.
 */
#include "movement_inside.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

/* Below it no number of movements makes a sum infinite: it is less than half of the last place of DBL_MAX. */
#define HUGE_MOVEMENT 1e290

/* --- opening -------------------------------------------------------------------------- */

static void
set_day_ends(struct movement *movement)
{
	movement->day_ends_ms = movement->root->started
	    ? (movement->root->first_day + 1) * MOVEMENT_DAY_MS + MOVEMENT_HOUR_MS
	    : INT64_MIN;
}

/* All zero: it begins. */
static bool
check_root(struct movement *movement, struct error *err)
{
	if (movement->root->version == 0)
		movement_root(movement)->version = MOVEMENT_VERSION;
	if (movement->root->version != MOVEMENT_VERSION)
		return error_set(err, ERROR_DAMAGED, "movement: version %u, this program knows %u",
		    movement->root->version, MOVEMENT_VERSION);
	return true;
}

bool
movement_open(struct image *image, place root, struct symbols *names, struct movement **out,
    struct error *err)
{
	struct movement *movement = memory_get(sizeof(*movement));

	static_assert(sizeof(struct movement_root) <= MOVEMENT_ROOT_BYTES, "the root has room");
	movement->image = image;
	movement->root_at = root;
	movement->root = image_at(image, root);
	movement->names = names;
	if (!check_root(movement, err) || !names_open(movement, err) ||
	    !layout_open(movement, err)) {
		movement_close(movement);
		return false;
	}
	set_day_ends(movement);
	*out = movement;
	return true;
}

void
movement_close(struct movement *movement)
{
	if (!movement)
		return;
	names_close(movement);
	layout_close(movement);
	buffer_fini(&movement->cells);
	buffer_fini(&movement->actors);
	memory_free(movement);
}

void
movement_counts(const struct movement *movement, struct movement_counts *counts)
{
	*counts = movement->counts;
}

void
marks_all(struct movement *movement)
{
	struct movement_marks *marks;

	for (marks = movement->marks; marks < movement->marks + MOVEMENT_DAYS; marks++) {
		marks->events = UINT32_MAX;
		memset(marks->buckets, 1, sizeof(marks->buckets));
		memset(marks->columns, 1, movement->saved_room);
	}
}

/* --- an event ------------------------------------------------------------------------- */

void
movement_event(struct movement *movement, int64_t time_ms, uint32_t team, uint32_t system,
    uint32_t channel, uint32_t actor)
{
	struct movement_event *event = &movement->event;

	event->time_ms = time_ms;
	event->team = team;
	event->system = system;
	event->channel = channel;
	event->actor = actor;
	event->number++;
	event->is_open = false;
}

static void
open_event(struct movement *movement)
{
	struct movement_event *event = &movement->event;
	const uint32_t symbols[] = {event->team, event->system, event->channel};
	struct movement_day *day = day_open(movement, event->time_ms, &event->hour);
	uint32_t by;

	event->day = day;
	event->marks = day_marks(movement, day);
	for (by = BY_TEAM; by <= BY_CHANNEL; by++)
		event->sums[by] =
		    day_hour_row(movement, day, event->hour, by, name_word(movement, symbols[by]));
	event->sums[EVENT_SUMS - 1] = day_actor_row(movement, day, event->actor);
	event->field_count = 0;
	event->marks->events++;
	event->marks->buckets[event->actor >> 24] = 1;
	event->is_open = true;
}

static struct movement_cell *
find_field(struct movement *movement, uint32_t field)
{
	struct movement_event *event = &movement->event;
	struct movement_cell *cells;
	uint32_t i;

	for (i = 0; i < event->field_count; i++)
		if (event->fields[i].field == field)
			return event->fields[i].cells;
	cells =
	    day_hour_row(movement, event->day, event->hour, BY_FIELD, name_word(movement, field));
	if (event->field_count < EVENT_FIELDS) {
		event->fields[event->field_count].field = field;
		event->fields[event->field_count++].cells = cells;
	}
	return cells;
}

static inline void
add_moved(struct movement_cell *cell, double moved, double magnitude)
{
	cell->magnitude += magnitude;
	cell->moved += moved;
}

static void
add_huge(struct movement_cell *cell, double moved, double magnitude)
{
	cell->magnitude = movement_sum(cell->magnitude, magnitude);
	cell->moved = movement_sum(cell->moved, moved);
}

/* What the sums were is kept, in case the event moves the subject again. */
static inline void
add_first(struct movement *movement, uint32_t column, double moved, double magnitude)
{
	struct movement_saved *saved = &movement->saved[column];
	struct movement_cell *cell;
	int i;

	saved->event = movement->event.number;
	saved->moved = moved;
	for (i = 0; i < EVENT_SUMS; i++) {
		cell = &movement->event.sums[i][column];
		saved->sums[i].magnitude = cell->magnitude;
		saved->sums[i].moved = cell->moved;
		cell->count++;
		if (LIKELY(magnitude < HUGE_MOVEMENT))
			add_moved(cell, moved, magnitude);
		else
			add_huge(cell, moved, magnitude);
	}
}

/* The event counts once, with all it moved: taken back, and added anew. */
static void
add_again(struct movement *movement, uint32_t column, double moved)
{
	struct movement_saved *saved = &movement->saved[column];
	struct movement_cell *cell;
	int i;

	saved->moved = movement_sum(saved->moved, moved);
	for (i = 0; i < EVENT_SUMS; i++) {
		cell = &movement->event.sums[i][column];
		cell->magnitude = saved->sums[i].magnitude;
		cell->moved = saved->sums[i].moved;
		add_huge(cell, saved->moved, fabs(saved->moved));
	}
}

static inline uint32_t
column_of(struct movement *movement, uint32_t subject)
{
	uint32_t column = movement->columns[subject];

	return LIKELY(column != NO_COLUMN) ? column : layout_add(movement, subject);
}

void
movement_add(struct movement *movement, uint32_t subject, uint32_t field, double moved, bool first)
{
	struct movement_event *event = &movement->event;
	uint32_t column = column_of(movement, subject);
	double magnitude = fabs(moved);
	struct movement_cell *cell;

	if (UNLIKELY(!event->is_open))
		open_event(movement);
	if (LIKELY(first || movement->saved[column].event != event->number))
		add_first(movement, column, moved, magnitude);
	else
		add_again(movement, column, moved);
	event->marks->columns[column] = 1;
	cell = &find_field(movement, field)[column];
	cell->count++;
	if (LIKELY(magnitude < HUGE_MOVEMENT))
		add_moved(cell, moved, magnitude);
	else
		add_huge(cell, moved, magnitude);
}

void
movement_value(struct movement *movement, uint32_t subject, double value)
{
	uint32_t column = column_of(movement, subject);

	if (UNLIKELY(!movement->event.is_open))
		open_event(movement);
	spread_add(day_spread(movement, movement->event.day, column), value);
}

/* --- time ----------------------------------------------------------------------------- */

void
movement_expiry(struct movement *movement, uint32_t subject, int64_t moment_ms, double moved)
{
	uint32_t column = column_of(movement, subject), hour;
	struct movement_day *day = day_open(movement, moment_ms, &hour);
	struct movement_cell *cell =
	    &day_hour_row(movement, day, hour, BY_NONE, MOVEMENT_UNKNOWN)[column];
	struct movement_marks *marks = day_marks(movement, day);

	cell->count++;
	add_huge(cell, moved, fabs(moved));
	marks->events++;
	marks->columns[column] = 1;
}

static void
end_days(struct movement *movement, int64_t first_day, uint64_t record)
{
	struct movement_root *root = movement_root(movement);
	int64_t day = root->first_day;
	place at;

	for (; day < first_day && day < root->first_day + MOVEMENT_DAYS; day++) {
		at = root->days[day_slot(day)];
		if (at)
			day_end(movement, at, record);
	}
	root->first_day = first_day;
}

void
movement_clock(struct movement *movement, int64_t clock_ms, uint64_t record)
{
	int64_t first_day;

	if (LIKELY(clock_ms < movement->day_ends_ms))
		return;
	first_day = day_of(clock_ms - MOVEMENT_HOUR_MS);
	if (movement->root->started)
		end_days(movement, first_day, record);
	else
		movement_root(movement)->first_day = first_day;
	movement_root(movement)->started = true;
	movement->event.is_open = false;
	set_day_ends(movement);
}
