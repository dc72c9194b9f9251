/* SPDX-License-Identifier: Apache-2.0 */
/* Giving rows: what ended, in the order in which it did, then what changed of open days. */
#include "movement_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SPARING_EVENTS 1024 /* see struct movement_sink */
#define SPARING_EACH 8

/* --- what waits ----------------------------------------------------------------------- */

static uint64_t
measure(const struct movement_day *day)
{
	return sizeof(*day) + movement_table_bytes(&day->hours) +
	    movement_table_bytes(&day->actors) +
	    day->carry_room *
	    (sizeof(struct movement_carry) + sizeof(struct hyperloglog) +
		MOVEMENT_CARRIED * sizeof(struct movement_carried));
}

void
waiting_add(struct movement *movement, place at)
{
	struct movement_root *root = movement_root(movement);
	struct movement_day *day = image_touch(movement->image, at);

	day->bytes = measure(day);
	root->waiting_bytes += day->bytes;
	if (root->waiting_last)
		((struct movement_day *)image_touch(movement->image, root->waiting_last))->next =
		    at;
	else
		root->waiting_first = at;
	root->waiting_last = at;
	while (root->waiting_bytes > MOVEMENT_WAITING_BYTES) {
		waiting_drop(movement);
		movement->counts.lost++;
	}
}

void
waiting_drop(struct movement *movement)
{
	struct movement_root *root = movement_root(movement);
	place at = root->waiting_first;
	const struct movement_day *day = day_at(movement, at);

	root->waiting_first = day->next;
	if (!root->waiting_first)
		root->waiting_last = 0;
	root->waiting_bytes -= day->bytes;
	day_drop(movement, at);
}

/* --- bytes ---------------------------------------------------------------------------- */

#define CELL_BYTES_MAX 26 /* count, two numbers */

static uint8_t *
put_number(uint8_t *out, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		*out++ = (uint8_t)(number | 0x80);
	*out++ = (uint8_t)number;
	return out;
}

static uint8_t *
put_double(uint8_t *out, double number)
{
	uint64_t bits;
	int i;

	memcpy(&bits, &number, sizeof(bits));
	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(bits >> 8 * i);
	return out + 8;
}

static uint8_t *
put_cell(uint8_t *out, const struct movement_cell *cell)
{
	out = put_number(out, cell->count);
	out = put_double(out, cell->magnitude);
	return put_double(out, cell->moved);
}

static uint8_t *
put_actor(uint8_t *out, uint64_t actor)
{
	int i;

	for (i = 0; i < 4; i++)
		out[i] = (uint8_t)(actor >> 8 * i);
	return out + 4;
}

static uint8_t *
room(struct buffer *buffer, size_t bytes)
{
	buffer_reserve(buffer, bytes);
	return buffer->data + buffer->size;
}

static void
taken(struct buffer *buffer, const uint8_t *end)
{
	buffer->size = (size_t)(end - buffer->data);
}

/* --- a subject's day ------------------------------------------------------------------ */

/* The key beside the place: rows are far apart. */
struct sorted_row {
	uint64_t key;
	const struct movement_row *row;
};

struct giving {
	struct movement *movement;
	const struct movement_sink *sink;
	const struct movement_day *day;
	const uint32_t *subjects; /* [column] */
	uint32_t columns;
	uint32_t *order;          /* columns by subject */
	struct sorted_row *hours; /* by key */
};

static int
order_rows(const void *a, const void *b)
{
	const struct sorted_row *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* gives: the rows of a table by key */
static struct sorted_row *
sorted_rows(const struct movement *movement, const struct movement_table *table)
{
	struct sorted_row *rows = memory_get_array(table->count + 1, sizeof(*rows));
	struct movement_walk walk = movement_walk_of(movement->image, table);
	const struct movement_row *row;

	while ((row = movement_walk_next(&walk)))
		rows[row->number] = (struct sorted_row){row->key, row};
	qsort(rows, table->count, sizeof(*rows), order_rows);
	return rows;
}

static void
put_hour(
    struct buffer *out, uint32_t hour, uint32_t by, uint32_t word, const struct movement_cell *cell)
{
	uint8_t *to = room(out, 7 + CELL_BYTES_MAX);

	*to++ = (uint8_t)hour;
	*to++ = (uint8_t)by;
	to = put_number(to, word == MOVEMENT_EXPIRY ? 0 : (uint64_t)word + 1);
	taken(out, put_cell(to, cell));
}

/* Rows of one hour, [*at, …): expiry has the last key, and stands first in each of the four. */
static void
put_hours(const struct giving *giving, uint32_t column, uint32_t *at, struct buffer *out)
{
	const struct movement_table *table = &giving->day->hours;
	uint32_t hour = key_hour(giving->hours[*at].key), end = *at, by;
	const struct movement_cell *expiry = NULL, *cell;

	for (; end < table->count && key_hour(giving->hours[end].key) == hour; end++)
		if (key_by(giving->hours[end].key) == BY_NONE)
			expiry = &giving->hours[end].row->cells[column];
	for (by = 0; by < MOVEMENT_BY_COUNT; by++) {
		if (expiry && expiry->count)
			put_hour(out, hour, by, MOVEMENT_EXPIRY, expiry);
		for (; *at < end && key_by(giving->hours[*at].key) == by; ++*at) {
			cell = &giving->hours[*at].row->cells[column];
			if (cell->count)
				put_hour(out, hour, by, (uint32_t)giving->hours[*at].key, cell);
		}
	}
	*at = end;
}

static void
put_top(struct movement_heaviest *heaviest, struct buffer *out)
{
	uint32_t i;
	uint8_t *to;

	heaviest_sort(heaviest);
	for (i = 0; i < heaviest->count; i++) {
		to = put_actor(room(out, 4 + CELL_BYTES_MAX), heaviest->items[i].actor);
		taken(out, put_cell(to, &heaviest->items[i].cell));
	}
}

static uint64_t
round_up(double number)
{
	return (uint64_t)(number + 0.5);
}

/* How many different ones, of those at hand and those that were dropped from part to part. */
static uint64_t
count_actors(const struct movement_heaviest *heaviest)
{
	uint64_t estimate;
	uint32_t i;

	if (!heaviest->seen)
		return heaviest->actors;
	for (i = 0; i < heaviest->count; i++)
		hyperloglog_add(heaviest->seen, actor_hash(heaviest->items[i].actor));
	estimate = round_up(hyperloglog_estimate(heaviest->seen));
	return estimate > heaviest->actors ? estimate : heaviest->actors;
}

static double
bounded(double number)
{
	return number > DBL_MAX ? DBL_MAX : number;
}

static void
give_subject_day(const struct giving *giving, uint32_t column, struct movement_heaviest *heaviest)
{
	const struct movement_sink *sink = giving->sink;
	const struct movement_carry *carry = day_carries(giving->movement, giving->day);
	struct buffer *cells = &giving->movement->cells, *actors = &giving->movement->actors;
	uint32_t at = 0;

	carry = carry ? carry + column : NULL;
	cells->size = actors->size = 0;
	while (at < giving->day->hours.count)
		put_hours(giving, column, &at, cells);
	put_top(heaviest, actors);
	if (!cells->size)
		return;
	sink->day(sink->context, giving->subjects[column], giving->day->day, giving->day->ended,
	    count_actors(heaviest), bounded(heaviest->total + (carry ? carry->total : 0)),
	    bounded(heaviest->squares + (carry ? carry->squares : 0)), buffer_text(cells),
	    buffer_text(actors));
}

/* Where the dropped ones were seen, to which those at hand are added; NULL: none were. */
static struct hyperloglog *
copy_seen(const struct giving *giving, uint32_t column, struct hyperloglog *seen)
{
	const struct movement_carry *carry = day_carries(giving->movement, giving->day);

	if (!carry || !carry[column].dropped)
		return NULL;
	*seen = *(struct hyperloglog *)image_at(giving->movement->image, carry[column].seen);
	return seen;
}

/* Columns [first, first + count); marks: which of them changed, NULL: all. */
static void
give_columns(const struct giving *giving, uint32_t first, uint32_t count, const uint8_t *marks)
{
	struct movement_carried *items =
	    memory_get_array((size_t)count * MOVEMENT_TOP, sizeof(*items));
	struct hyperloglog *seen = memory_get_array(count, sizeof(*seen));
	struct movement_heaviest heaviest[HEAVIEST_COLUMNS] = {0};
	uint32_t i;

	for (i = 0; i < count; i++) {
		heaviest[i].limit = MOVEMENT_TOP;
		heaviest[i].items = items + (size_t)i * MOVEMENT_TOP;
		heaviest[i].seen = copy_seen(giving, first + i, &seen[i]);
	}
	heaviest_find(giving->movement, giving->day, first, count, heaviest);
	for (i = 0; i < count; i++)
		if (!marks || marks[first + i])
			give_subject_day(giving, first + i, &heaviest[i]);
	memory_free(items);
	memory_free(seen);
}

/* --- actors of a day's part ----------------------------------------------------------- */

static void
put_actor_row(const struct giving *giving, const struct movement_row *row, struct buffer *out)
{
	uint8_t *to = room(out, 9 + giving->columns * (size_t)(5 + CELL_BYTES_MAX));
	uint32_t count = 0, i, column;

	for (i = 0; i < giving->columns; i++)
		count += row->cells[i].count != 0;
	to = put_number(put_actor(to, row->key), count);
	for (i = 0; i < giving->columns; i++) {
		column = giving->order[i];
		if (!row->cells[column].count)
			continue;
		to = put_number(to, giving->subjects[column]);
		to = put_cell(to, &row->cells[column]);
	}
	taken(out, to);
}

/* marks: which buckets changed, NULL: all */
static void
give_actors(const struct giving *giving, const uint8_t *marks)
{
	struct sorted_row *rows = sorted_rows(giving->movement, &giving->day->actors);
	const struct movement_sink *sink = giving->sink;
	struct buffer *out = &giving->movement->actors;
	uint32_t at = 0, end = giving->day->actors.count, bucket;

	while (at < end) {
		bucket = (uint32_t)(rows[at].key >> 24);
		out->size = 0;
		for (; at < end && rows[at].key >> 24 == bucket; at++)
			if (!marks || marks[bucket])
				put_actor_row(giving, rows[at].row, out);
		if (out->size)
			sink->actors(sink->context, giving->day->day, giving->day->part, bucket,
			    giving->day->ended, buffer_text(out));
	}
	memory_free(rows);
}

/* --- days ----------------------------------------------------------------------------- */

struct ordered {
	uint32_t subject, column;
};

static int
order_subjects(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	return (x->subject > y->subject) - (x->subject < y->subject);
}

/* gives: columns by subject */
static uint32_t *
sorted_columns(const uint32_t *subjects, uint32_t columns)
{
	struct ordered *ordered = memory_get_array(columns + 1, sizeof(*ordered));
	uint32_t *order = memory_get_array(columns + 1, sizeof(*order)), i;

	for (i = 0; i < columns; i++)
		ordered[i] = (struct ordered){subjects[i], i};
	qsort(ordered, columns, sizeof(*ordered), order_subjects);
	for (i = 0; i < columns; i++)
		order[i] = ordered[i].column;
	memory_free(ordered);
	return order;
}

static void
give_scales(const struct giving *giving)
{
	const struct movement_day *day = giving->day;
	const struct movement_scaled *scales = image_at(giving->movement->image, day->scales);
	uint32_t i;

	for (i = 0; i < day->scale_count; i++)
		giving->sink->scale(giving->sink->context, scales[i].subject, day->record, day->day,
		    scales[i].scale);
}

/* marks NULL: all of it */
static void
give_day(const struct giving *from, const struct movement_marks *marks)
{
	struct giving giving = *from;
	uint32_t first, count;

	giving.order = sorted_columns(giving.subjects, giving.columns);
	giving.hours = sorted_rows(giving.movement, &giving.day->hours);
	for (first = 0; !giving.day->is_part && first < giving.columns; first += count) {
		count = giving.columns - first;
		if (count > HEAVIEST_COLUMNS)
			count = HEAVIEST_COLUMNS;
		give_columns(&giving, first, count, marks ? marks->columns : NULL);
	}
	give_actors(&giving, marks ? marks->buckets : NULL);
	give_scales(&giving);
	memory_free(giving.hours);
	memory_free(giving.order);
}

static void
give_waiting(struct movement *movement, const struct movement_sink *sink)
{
	place at = movement->root->waiting_first;
	const struct movement_day *day;

	while (at) {
		day = day_at(movement, at);
		give_day(
		    &(struct giving){
			.movement = movement,
			.sink = sink,
			.day = day,
			.subjects = image_at(movement->image, day->layout),
			.columns = day->columns,
		    },
		    NULL);
		waiting_drop(movement);
		at = movement->root->waiting_first;
	}
}

static bool
is_due(const struct movement_day *day, const struct movement_marks *marks, bool sparing)
{
	if (!marks->events)
		return false;
	return !sparing ||
	    (marks->events >= SPARING_EVENTS &&
		marks->events >= (uint64_t)SPARING_EACH * day->actors.count);
}

static void
give_open(struct movement *movement, place at, const struct movement_sink *sink)
{
	const struct movement_root *root = movement->root;
	const struct movement_day *day = day_at(movement, at);
	struct movement_marks *marks = day_marks(movement, day);

	if (!is_due(day, marks, sink->sparing))
		return;
	give_day(
	    &(struct giving){
		.movement = movement,
		.sink = sink,
		.day = day,
		.subjects = image_at(movement->image, root->layout),
		.columns = root->columns,
	    },
	    marks);
	marks->events = 0;
	memset(marks->buckets, 0, sizeof(marks->buckets));
	memset(marks->columns, 0, movement->room);
}

static void
forget_waiting(struct movement *movement)
{
	while (movement->root->waiting_first)
		waiting_drop(movement);
}

void
movement_rows(struct movement *movement, const struct movement_sink *sink)
{
	const struct movement_root *root = movement->root;
	int i;

	movement_event_end(movement);
	if (!sink) {
		forget_waiting(movement);
		return;
	}
	names_give(movement, sink);
	give_waiting(movement, sink);
	for (i = 0; i < MOVEMENT_DAYS; i++)
		if (root->days[day_slot(root->first_day + i)])
			give_open(movement, root->days[day_slot(root->first_day + i)], sink);
}
