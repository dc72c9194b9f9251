/* SPDX-License-Identifier: Apache-2.0 */
/* What changed: a list, columns with new values, or a row that is compared with the one before. */
#include "compose_inside.h"

#include "base/json.h"
#include "base/memory.h"
#include "model/reason.h"

static void
value_of_text(const struct composer *composer, struct text text, struct value *value)
{
	struct json_node number;

	value->kind = VALUE_TEXT;
	value->text = text;
	if (!composer->cells_are_text || !json_number_of(text, &number))
		return;
	value->kind = number.kind == NODE_LONG ? VALUE_LONG : VALUE_DOUBLE;
	if (number.kind == NODE_LONG)
		value->integer = number.integer;
	else
		value->number = number.number;
}

/* False of a list or an object. Absent is null here. A time is the text that JSON or CSV would hold. */
static inline bool
value_of(const struct composer *composer, const struct row *row, const struct cell *cell,
    struct value *value)
{
	switch (cell->kind) {
	case CELL_TEXT:
		value_of_text(composer, cell->text, value);
		return true;
	case CELL_LONG:
		value->kind = VALUE_LONG;
		value->integer = cell->integer;
		return true;
	case CELL_DOUBLE:
		value->kind = VALUE_DOUBLE;
		value->number = cell->number;
		return true;
	case CELL_BOOLEAN:
		value->kind = VALUE_BOOLEAN;
		value->boolean = cell->boolean;
		return true;
	case CELL_TIME:
		value->kind = VALUE_TEXT;
		return cell_text(cell, row->arena, &value->text);
	case CELL_OTHER:
		return false;
	default:
		value->kind = VALUE_NULL;
		return true;
	}
}

bool
composer_value(const struct composer *composer, const struct row *row, const struct cell *cell,
    struct value *value)
{
	return value_of(composer, row, cell, value);
}

bool
composer_not_single(const struct text name, struct row_problem *problem)
{
	char shown[NAME_SHOWN_BYTES];

	return row_problem_set(problem, REASON_FIELD_TYPE,
	    "changes: field %s holds a list or an object",
	    text_show(name, NAME_SHOWN, shown, sizeof(shown)));
}

static inline bool
is_first(struct composer *composer, uint32_t field)
{
	if (field >= composer->changed_capacity) {
		size_t before = composer->changed_capacity;

		memory_grow(&composer->changed, &composer->changed_capacity, (size_t)field + 1,
		    sizeof(uint32_t));
		memset(composer->changed + before, 0,
		    (composer->changed_capacity - before) * sizeof(uint32_t));
	}
	if (composer->changed[field] == composer->serial)
		return false;
	composer->changed[field] = composer->serial;
	return true;
}

bool
composer_first(struct composer *composer, uint32_t field)
{
	return is_first(composer, field);
}

static bool
compose_list(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	char shown[NAME_SHOWN_BYTES];
	size_t i;

	if (!row->has_changes)
		return true;
	event->changes = arena_get(row->arena, row->change_count * sizeof(*event->changes));
	for (i = 0; i < row->change_count; i++) {
		const struct cell_change *from = &row->changes[i];
		struct change *to = &event->changes[i];

		if (!from->field.size)
			return row_problem_set(
			    problem, REASON_CHANGES, "change %zu names no field", i + 1);
		if (!names_get(&composer->names, from->field, "changes", &to->field, problem))
			return false;
		if (!is_first(composer, to->field))
			return row_problem_set(problem, REASON_FIELD_TWICE, "field %s",
			    text_show(from->field, NAME_SHOWN, shown, sizeof(shown)));
		if (!value_of(composer, row, &from->old_value, &to->old_value) ||
		    !value_of(composer, row, &from->new_value, &to->new_value))
			return composer_not_single(from->field, problem);
	}
	event->change_count = (uint32_t)row->change_count;
	return true;
}

/* An empty CSV cell is null or says nothing, as the mapping has it. */
static struct cell
unless_empty(const struct composer *composer, struct cell cell)
{
	if (composer->cells_are_text && cell.kind == CELL_TEXT && !cell.text.size)
		cell.kind = composer->mapping->empty_is_null ? CELL_NULL : CELL_ABSENT;
	return cell;
}

bool
composer_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_BOOLEAN:
		return a->boolean == b->boolean;
	case VALUE_LONG:
		return a->integer == b->integer;
	case VALUE_DOUBLE: /* by its bits: a NaN is the same NaN */
		return a->integer == b->integer;
	case VALUE_TEXT:
		return text_equal(a->text, b->text);
	default:
		return true;
	}
}

bool
composer_too_many(const struct composer *composer, size_t count, struct row_problem *problem)
{
	return row_problem_set(
	    problem, REASON_TOO_MANY, "%zu changes; %zu are allowed", count, composer->changes_max);
}

/* Columns with new values: those that are there and differ from the old ones. */
static bool
compose_new(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	const struct mapping *mapping = composer->mapping;
	static const struct cell unknown = {.kind = CELL_NULL};
	size_t i, count = 0;

	event->changes = arena_get(row->arena, mapping->column_count * sizeof(*event->changes));
	for (i = 0; i < mapping->column_count; i++) {
		const struct column *column = &mapping->columns[i];
		struct cell now = unless_empty(composer, row->cells[column->cell]),
			    before = unknown;
		struct change *change = &event->changes[count];

		if (now.kind == CELL_ABSENT)
			continue;
		if (column->old_cell != NO_CELL)
			before = unless_empty(composer, row->cells[column->old_cell]);
		if (!value_of(composer, row, &now, &change->new_value) ||
		    !value_of(composer, row, &before, &change->old_value))
			return composer_not_single(column->name, problem);
		if (composer_equal(&change->old_value, &change->new_value))
			continue;
		if (!names_get(&composer->names, column->name, "changes", &change->field, problem))
			return false;
		count++;
	}
	event->change_count = (uint32_t)count;
	return count <= composer->changes_max || composer_too_many(composer, count, problem);
}

/* One column of a wide row, put behind the others unless it says nothing. */
static bool
add_candidate(struct composer *composer, const struct row *row, struct text name, struct cell cell,
    struct event *event, struct row_problem *problem)
{
	struct change *change = &event->changes[event->change_count];

	cell = unless_empty(composer, cell);
	if (cell.kind == CELL_ABSENT)
		return true;
	if (!value_of(composer, row, &cell, &change->new_value))
		return composer_not_single(name, problem);
	if (!names_get(&composer->names, name, "changes", &change->field, problem))
		return false;
	event->change_count++;
	return true;
}

static bool
compose_wide(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	const struct mapping *mapping = composer->mapping;
	size_t room = (mapping->column_count + row->rest_count) * sizeof(*event->changes), i;

	if (!event->entity.data)
		return row_problem_set(problem, REASON_FIELD_MISSING,
		    "entity: the record does not say; `wide` needs it");
	event->changes = arena_get(row->arena, room);
	for (i = 0; i < mapping->column_count; i++)
		if (!add_candidate(composer, row, mapping->columns[i].name,
			row->cells[mapping->columns[i].cell], event, problem))
			return false;
	for (i = 0; i < row->rest_count; i++)
		if (!add_candidate(
			composer, row, row->rest[i].name, row->rest[i].cell, event, problem))
			return false;
	event->change_count = (uint32_t)wide_compare(
	    composer->wide, event->dataset, event->entity, event->changes, event->change_count);
	arena_trim(row->arena, event->changes, room, event->change_count * sizeof(*event->changes));
	if (event->change_count > composer->changes_max)
		return composer_too_many(composer, event->change_count, problem);
	wide_record(composer->wide, event);
	return true;
}

bool
composer_changes(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	switch (composer->mapping->changes) {
	case CHANGES_LIST:
		return compose_list(composer, row, event, problem);
	case CHANGES_NEW:
		return compose_new(composer, row, event, problem);
	case CHANGES_WIDE:
		return compose_wide(composer, row, event, problem);
	case CHANGES_COLUMNS:
		return composer_columns(composer, row, event, problem);
	default:
		return true;
	}
}
