/* SPDX-License-Identifier: Apache-2.0 */
#include "moved.h"

#include <stdlib.h>

#include "base/digest.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

struct moved_day {
	uint32_t subject;
	enum movement_kind kind;
	int64_t day;
	bool ended, changed;
	uint64_t identity; /* of the row */
	size_t name, name_bytes, cells, cells_bytes;
};

struct moved_cell {
	struct movement_cell_read read;
	bool named;
	size_t name, name_bytes;
};

/* A walk over the days of one subject. */
struct walk {
	struct moved *moved;
	struct catalog *catalog;
	const struct catalog_subject *subject;
	int64_t from;
	struct error *err;
	bool failed;
};

void
moved_fini(struct moved *moved)
{
	memory_free(moved->days);
	memory_free(moved->before);
	memory_free(moved->cells);
	memory_free(moved->given);
	buffer_fini(&moved->bytes);
	buffer_fini(&moved->names);
	*moved = (struct moved){0};
}

/* --- a pass ---------------------------------------------------------------------------- */

static int
by_place(const void *a, const void *b)
{
	const struct moved_day *x = a, *y = b;

	if (x->subject != y->subject)
		return x->subject < y->subject ? -1 : 1;
	return (x->day > y->day) - (x->day < y->day);
}

static bool
has_changed(const struct moved *moved, const struct moved_day *day)
{
	const struct moved_day *before = moved->before_count
	    ? bsearch(day, moved->before, moved->before_count, sizeof(*day), by_place)
	    : NULL;

	return !before || before->identity != day->identity || before->ended != day->ended;
}

static bool
keep_day(void *context, const struct catalog_movement_day *row)
{
	struct walk *walk = context;
	struct moved *moved = walk->moved;
	struct moved_day day = {.subject = row->subject,
	    .kind = walk->subject->kind,
	    .day = row->day,
	    .ended = row->ended,
	    .identity = digest_identity(row->cells)};

	day.changed = has_changed(moved, &day);
	if (day.changed) {
		day.name = moved->bytes.size;
		day.name_bytes = walk->subject->name.size;
		buffer_add_text(&moved->bytes, walk->subject->name);
		day.cells = moved->bytes.size;
		day.cells_bytes = row->cells.size;
		buffer_add_text(&moved->bytes, row->cells);
	}
	memory_grow(&moved->days, &moved->capacity, moved->count + 1, sizeof(day));
	moved->days[moved->count++] = day;
	return true;
}

static bool
keep_subject(void *context, const struct catalog_subject *subject)
{
	struct walk *walk = context;

	walk->subject = subject;
	walk->failed = !catalog_movement_days(walk->catalog, subject->number, walk->from, INT64_MAX,
	    false, keep_day, walk, walk->err);
	return !walk->failed;
}

static void
swap(struct moved *moved)
{
	struct moved_day *days = moved->before;
	size_t capacity = moved->before_capacity;

	moved->before = moved->days;
	moved->before_count = moved->count;
	moved->before_capacity = moved->capacity;
	moved->days = days;
	moved->capacity = capacity;
	moved->count = 0;
}

bool
moved_begin(struct moved *moved, struct catalog *catalog, int64_t from, struct error *err)
{
	struct walk walk = {.moved = moved, .catalog = catalog, .from = from, .err = err};

	swap(moved);
	moved->bytes.size = 0;
	moved->next = 0;
	moved->cell_count = moved->cell_next = 0;
	moved->under_way = catalog_subjects(catalog, keep_subject, &walk, err) && !walk.failed;
	return moved->under_way;
}

int64_t
moved_ended_before(const struct moved *moved)
{
	int64_t least = INT64_MAX, newest = INT64_MIN;
	size_t i;

	for (i = 0; i < moved->count; i++) {
		const struct moved_day *day = &moved->days[i];

		if (!day->ended && day->day < least)
			least = day->day;
		if (day->day > newest)
			newest = day->day;
	}
	/* Where all have ended, one newer than the newest may still begin the same day for another subject. */
	return least < INT64_MAX ? least : newest;
}

/* --- hours ----------------------------------------------------------------------------- */

static bool
add_cell(struct moved *moved, struct catalog *catalog, const struct movement_cell_read *read,
    struct error *err)
{
	struct moved_cell cell = {.read = *read, .name = moved->names.size};

	if (read->word != MOVEMENT_UNKNOWN && read->word != MOVEMENT_EXPIRY &&
	    !catalog_word(catalog, read->word, &moved->names, &cell.named, err))
		return false;
	cell.name_bytes = moved->names.size - cell.name;
	memory_grow(
	    &moved->cells, &moved->cell_capacity, moved->cell_count + 1, sizeof(*moved->cells));
	moved->cells[moved->cell_count++] = cell;
	return true;
}

static bool
read_cells(
    struct moved *moved, struct catalog *catalog, const struct moved_day *day, struct error *err)
{
	struct movement_reader reader = {
	    .bytes = reader_of(
		(struct text){(const char *)moved->bytes.data + day->cells, day->cells_bytes})};
	struct movement_cell_read cell;
	bool more = true;

	moved->names.size = 0;
	moved->cell_count = moved->cell_next = 0;
	for (;;) {
		if (!movement_read_cell(&reader, &cell, &more, err))
			return false;
		if (!more)
			return true;
		if (!add_cell(moved, catalog, &cell, err))
			return false;
	}
}

static void
give_cell(struct moved *moved, const struct moved_cell *cell, size_t at)
{
	memory_grow(&moved->given, &moved->given_capacity, at + 1, sizeof(*moved->given));
	moved->given[at] = (struct publication_movement_cell){.by = cell->read.by,
	    .word = cell->read.word,
	    .count = cell->read.sums.count,
	    .magnitude = cell->read.sums.magnitude,
	    .moved = cell->read.sums.moved};
	if (cell->named)
		moved->given[at].text =
		    (struct text){(const char *)moved->names.data + cell->name, cell->name_bytes};
}

static void
set_hour(struct moved *moved, const struct moved_day *day)
{
	uint32_t hour = moved->cells[moved->cell_next].read.hour;
	size_t at, count = 0;

	for (at = moved->cell_next; at < moved->cell_count && moved->cells[at].read.hour == hour;
	     at++)
		give_cell(moved, &moved->cells[at], count++);
	moved->hour = (struct publication_movement){.kind = day->kind,
	    .subject = {(const char *)moved->bytes.data + day->name, day->name_bytes},
	    .hour_ms = day->day * DAY_MS + hour * HOUR_MS,
	    .ended = day->ended,
	    .count = count,
	    .cells = moved->given};
}

void
moved_given(struct moved *moved)
{
	moved->cell_next += moved->hour.count;
}

bool
moved_hour(struct moved *moved, struct catalog *catalog, const struct publication_movement **hour,
    struct error *err)
{
	*hour = NULL;
	while (moved->cell_next >= moved->cell_count) {
		while (moved->next < moved->count && !moved->days[moved->next].changed)
			moved->next++;
		if (moved->next == moved->count) {
			moved->under_way = false;
			return true;
		}
		if (!read_cells(moved, catalog, &moved->days[moved->next], err))
			return false;
		moved->next++;
	}
	set_hour(moved, &moved->days[moved->next - 1]);
	*hour = &moved->hour;
	return true;
}
