/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The changes of a Debezium event: the columns that differ between the row
 * before and the row after. What Debezium did not get from the database it does
 * not know: without a row before, old values are null; a column whose value was
 * left out for its size did not change.
 */
#include <stdlib.h>

#include "compose_inside.h"
#include "model/reason.h"

/* Debezium's default unavailable.value.placeholder, as text and as bytes in JSON. */
#define UNAVAILABLE "__debezium_unavailable_value"
#define UNAVAILABLE_BASE64 "X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="

static const struct cell nothing = {.kind = CELL_NULL};

static bool
is_unavailable(const struct cell *cell)
{
	return cell->kind == CELL_TEXT &&
	    (text_equal(cell->text, TEXT(UNAVAILABLE)) ||
		text_equal(cell->text, TEXT(UNAVAILABLE_BASE64)));
}

/* One column, put behind the others unless it did not change. now, before: of the rows that there are */
static bool
add_column(struct composer *composer, const struct row *row, struct text name,
    const struct cell *before, const struct cell *now, struct event *event,
    struct row_problem *problem)
{
	struct change *change = &event->changes[event->change_count];

	if (is_unavailable(now) || (now->kind == CELL_ABSENT && before->kind == CELL_ABSENT))
		return true;
	if (is_unavailable(before))
		before = &nothing;
	if (!composer_value(composer, row, now, &change->new_value) ||
	    !composer_value(composer, row, before, &change->old_value))
		return composer_not_single(name, problem);
	if (composer_equal(&change->old_value, &change->new_value))
		return true;
	if (!names_get(&composer->names, name, "changes", &change->field, problem))
		return false;
	if (!composer_first(composer, change->field))
		return row_problem_set(problem, REASON_FIELD_TWICE, "a column is there twice");
	event->change_count++;
	return true;
}

/* On update a column that is not in the row after says nothing. */
static bool
add_named(struct composer *composer, const struct row *row, const struct column *column,
    struct event *event, struct row_problem *problem)
{
	const struct row_change *did = &composer->row_change;
	const struct cell *now = &row->cells[column->cell], *before = &row->cells[column->old_cell];

	if (did->deed == DEED_UPDATE && now->kind == CELL_ABSENT)
		return true;
	if (did->deed == DEED_DELETE)
		now = &nothing;
	if (!did->before_known || did->deed == DEED_CREATE)
		before = &nothing;
	return add_column(composer, row, column->name, before, now, event, problem);
}

/* --- all columns ---------------------------------------------------------------------- */

enum {
	OF_BEFORE, /* as the mapping's rest_paths have it */
	OF_AFTER
};

static int
compare_columns(const void *a, const void *b)
{
	const struct named_cell *x = a, *y = b;
	int order = text_compare(x->name, y->name);

	return order ? order : (x->of > y->of) - (x->of < y->of);
}

/* Both rows there, one behind the other, with the same columns: as they nearly always are. */
static bool
is_aligned(const struct row *row)
{
	size_t half = row->rest_count / 2, i;

	if (row->rest_count % 2)
		return false;
	for (i = 0; i < half; i++)
		if (row->rest[i].of != OF_BEFORE || row->rest[half + i].of != OF_AFTER ||
		    !text_equal(row->rest[i].name, row->rest[half + i].name))
			return false;
	return true;
}

static bool
is_one_row(const struct row *row)
{
	size_t i;

	for (i = 1; i < row->rest_count; i++)
		if (row->rest[i].of != row->rest[0].of)
			return false;
	return true;
}

static bool
add_pair(struct composer *composer, const struct row *row, const struct named_cell *before,
    const struct named_cell *after, struct event *event, struct row_problem *problem)
{
	enum row_deed deed = composer->row_change.deed;
	const struct cell *now = after && deed != DEED_DELETE ? &after->cell : &nothing;
	const struct cell *old = before && deed != DEED_CREATE ? &before->cell : &nothing;

	if (!after && deed == DEED_UPDATE)
		return true;
	return add_column(
	    composer, row, after ? after->name : before->name, old, now, event, problem);
}

/* Columns in an order in which a row's column stands behind the other row's, or alone. */
static bool
add_in_order(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	const struct named_cell *before, *after, *end = row->rest + row->rest_count, *at;

	for (at = row->rest; at < end;) {
		before = at->of == OF_BEFORE ? at++ : NULL;
		after = at < end && at->of == OF_AFTER &&
			(!before || text_equal(at->name, before->name))
		    ? at++
		    : NULL;
		if (!add_pair(composer, row, before, after, event, problem))
			return false;
	}
	return true;
}

static bool
add_all(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	size_t half = row->rest_count / 2, i;

	if (!is_aligned(row)) {
		if (!is_one_row(row))
			qsort(row->rest, row->rest_count, sizeof(*row->rest), compare_columns);
		return add_in_order(composer, row, event, problem);
	}
	for (i = 0; i < half; i++)
		if (!add_pair(composer, row, &row->rest[i], &row->rest[half + i], event, problem))
			return false;
	return true;
}

bool
composer_columns(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	const struct mapping *mapping = composer->mapping;
	size_t room = (mapping->column_count + row->rest_count) * sizeof(*event->changes), i;

	if (composer->row_change.deed == DEED_TRUNCATE)
		return true;
	event->changes = arena_get(row->arena, room + sizeof(*event->changes));
	for (i = 0; i < mapping->column_count; i++)
		if (!add_named(composer, row, &mapping->columns[i], event, problem))
			return false;
	if (row->rest_count && !add_all(composer, row, event, problem))
		return false;
	arena_trim(row->arena, event->changes, room + sizeof(*event->changes),
	    event->change_count * sizeof(*event->changes));
	return event->change_count <= composer->changes_max ||
	    composer_too_many(composer, event->change_count, problem);
}
