/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one event adds. Its movements are kept until it ends; then its rows are looked up
 * once, and each takes all of them.
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
		memset(marks->columns, 1, movement->room);
	}
}

/* --- an event ------------------------------------------------------------------------- */

/* NULL: it has none, or it is not to be found without a walk. */
static const struct movement_slot *
first_slot(const struct movement *movement, int64_t time_ms, uint32_t actor)
{
	const struct movement_day *day = day_find(movement, time_ms);
	const struct movement_slot *slots;

	if (!day || !day->actors.slot_count)
		return NULL;
	slots = image_at(movement->image, day->actors.slots);
	return &slots[movement_tag(actor) & (day->actors.slot_count - 1)];
}

void
movement_soon(const struct movement *movement, int64_t time_ms, uint32_t actor)
{
	const struct movement_slot *slot = first_slot(movement, time_ms, actor);

	if (slot)
		__builtin_prefetch(slot);
}

#define LINE_BYTES 64
#define SOON_BYTES 1024 /* of longer rows only the cells that are needed, when they are known */

void
movement_near(const struct movement *movement, int64_t time_ms, uint32_t actor)
{
	const struct movement_slot *slot = first_slot(movement, time_ms, actor);
	size_t bytes = movement_row_bytes(movement->root->column_room), at;
	const uint8_t *row;

	if (!slot || slot->tag != movement_tag(actor))
		return;
	row = image_at(movement->image, slot->row);
	for (at = 0; at < bytes && at < SOON_BYTES; at += LINE_BYTES)
		__builtin_prefetch(row + at, 1);
}

void
movement_event(struct movement *movement, int64_t time_ms, uint32_t team, uint32_t system,
    uint32_t channel, uint32_t actor)
{
	struct movement_event *event = &movement->event;

	movement_event_end(movement);
	event->time_ms = time_ms;
	event->names[BY_TEAM] = team;
	event->names[BY_SYSTEM] = system;
	event->names[BY_CHANNEL] = channel;
	event->actor = actor;
	event->day = NULL;
}

static inline uint32_t
column_of(struct movement *movement, uint32_t subject)
{
	uint32_t column = movement->columns[subject];

	return LIKELY(column != NO_COLUMN) ? column : layout_add(movement, subject);
}

static void
add_net(struct movement_event *event, uint32_t column, double moved, bool first)
{
	struct movement_net *net = &event->nets[event->net_of[column]];

	if (LIKELY(first)) {
		event->net_of[column] = event->net_count;
		event->nets[event->net_count++] = (struct movement_net){column, moved};
		return;
	}
	assert(event->net_of[column] < event->net_count && net->column == column);
	net->moved = movement_sum(net->moved, moved);
}

void
movement_add(struct movement *movement, uint32_t subject, uint32_t field, double moved, bool first)
{
	struct movement_event *event = &movement->event;
	uint32_t column = column_of(movement, subject);

	if (UNLIKELY(event->move_count == event->move_capacity))
		memory_grow(&event->moves, &event->move_capacity, event->move_count + 1,
		    sizeof(*event->moves));
	event->moves[event->move_count++] = (struct movement_move){column, field, moved};
	event->is_huge |= fabs(moved) >= HUGE_MOVEMENT;
	add_net(event, column, moved, first);
}

static struct movement_day *
event_day(struct movement *movement)
{
	struct movement_event *event = &movement->event;

	if (!event->day)
		event->day = day_open(movement, event->time_ms, &event->hour);
	return event->day;
}

void
movement_value(struct movement *movement, uint32_t subject, double value)
{
	uint32_t column = column_of(movement, subject);
	struct movement_day *day = event_day(movement);
	struct movement_marks *marks = day_marks(movement, day);

	if (UNLIKELY(!marks->hints))
		marks->hints = memory_get_array(movement->room, sizeof(*marks->hints));
	spread_add_near(day_spread(movement, day, column), value, marks->hints[column]);
}

/* --- its end: rows are found once, then each takes all that moved ------------------------- */

static inline void
add_moved(struct movement_cell *cell, double moved)
{
	cell->count++;
	cell->magnitude += fabs(moved);
	cell->moved += moved;
}

static void
add_huge(struct movement_cell *cell, double moved)
{
	cell->count++;
	cell->magnitude = movement_sum(cell->magnitude, fabs(moved));
	cell->moved = movement_sum(cell->moved, moved);
}

static void
add_nets(const struct movement_event *event, struct movement_cell *cells)
{
	const struct movement_net *net = event->nets, *end = net + event->net_count;

	if (UNLIKELY(event->is_huge))
		for (; net < end; net++)
			add_huge(&cells[net->column], net->moved);
	for (; net < end; net++)
		add_moved(&cells[net->column], net->moved);
}

static void
add_fields(struct movement *movement)
{
	const struct movement_event *event = &movement->event;
	const struct movement_move *move = event->moves, *end = move + event->move_count;
	struct movement_cell *cells = NULL;
	uint32_t field = 0;

	for (; move < end; move++) {
		if (!cells || move->field != field)
			cells = day_hour_row(movement, event->day, event->hour, BY_FIELD,
			    name_word(movement, move->field));
		field = move->field;
		if (UNLIKELY(event->is_huge))
			add_huge(&cells[move->column], move->moved);
		else
			add_moved(&cells[move->column], move->moved);
	}
}

static void
prefetch_cells(const struct movement_event *event, const struct movement_cell *cells)
{
	uint32_t i;

	for (i = 0; i < event->net_count; i++)
		__builtin_prefetch(&cells[event->nets[i].column], 1);
}

static void
mark(struct movement *movement, const struct movement_event *event)
{
	struct movement_marks *marks = day_marks(movement, event->day);
	uint32_t i;

	marks->events++;
	marks->buckets[event->actor >> 24] = 1;
	for (i = 0; i < event->net_count; i++)
		marks->columns[event->nets[i].column] = 1;
}

static void
end_event(struct movement *movement)
{
	struct movement_event *event = &movement->event;
	struct movement_day *day = event_day(movement);
	struct movement_cell *actor = day_actor_row(movement, day, event->actor);
	uint32_t by;

	prefetch_cells(event, actor);
	mark(movement, event);
	for (by = BY_TEAM; by <= BY_CHANNEL; by++)
		add_nets(event,
		    day_hour_row(
			movement, day, event->hour, by, name_word(movement, event->names[by])));
	add_fields(movement);
	add_nets(event, actor);
	event->move_count = event->net_count = 0;
	event->is_huge = false;
}

void
movement_event_end(struct movement *movement)
{
	if (movement->event.move_count)
		end_event(movement);
}

/* --- time ----------------------------------------------------------------------------- */

void
movement_expiry(struct movement *movement, uint32_t subject, int64_t moment_ms, double moved)
{
	uint32_t column, hour;
	struct movement_day *day;
	struct movement_cell *cell;
	struct movement_marks *marks;

	movement_event_end(movement);
	column = column_of(movement, subject);
	day = day_open(movement, moment_ms, &hour);
	cell = &day_hour_row(movement, day, hour, BY_NONE, MOVEMENT_UNKNOWN)[column];
	marks = day_marks(movement, day);
	add_huge(cell, moved);
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
}

void
days_start(struct movement *movement, int64_t clock_ms)
{
	struct movement_root *root = movement_root(movement);

	root->first_day = day_of(clock_ms - MOVEMENT_HOUR_MS);
	root->started = true;
	set_day_ends(movement);
}

void
movement_clock(struct movement *movement, int64_t clock_ms, uint64_t record)
{
	if (LIKELY(clock_ms < movement->day_ends_ms))
		return;
	movement_event_end(movement);
	if (movement->root->started)
		end_days(movement, day_of(clock_ms - MOVEMENT_HOUR_MS), record);
	days_start(movement, clock_ms);
	movement->event.day = NULL;
}
