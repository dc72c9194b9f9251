/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First whether the row counts, then when, what and who, last what changed:
 * only then nothing can go wrong any more, and the wide rows take note.
 */
#include "compose.h"

#include "base/json.h"
#include "base/memory.h"
#include "model/reason.h"

void
composer_init(struct composer *composer, const struct mapping *mapping, struct symbols *symbols,
    size_t names_max)
{
	unsigned part;

	*composer = (struct composer){.mapping = mapping};
	names_init(&composer->names, symbols, names_max);
	for (part = 0; part < PART_COUNT; part++)
		if (mapping->parts[part].hash)
			composer->kept_as[part] =
			    symbols_add(symbols, text_of(mapping->parts[part].name));
}

void
composer_fini(struct composer *composer)
{
	memory_free(composer->changed);
}

static const char *
shown_path(const struct composer *composer, uint32_t cell, char shown[NAME_SHOWN_BYTES])
{
	return text_show(
	    composer->mapping->wanted.paths[cell], NAME_SHOWN, shown, NAME_SHOWN_BYTES);
}

static bool
holds(const struct condition *condition, struct text text)
{
	size_t i;

	if (!text.data)
		return condition->or_nothing;
	for (i = 0; i < condition->value_count; i++)
		if (text_equal(condition->values[i], text))
			return true;
	return false;
}

static enum composed
check_conditions(
    const struct composer *composer, const struct row *row, struct row_problem *problem)
{
	const struct mapping *mapping = composer->mapping;
	char shown[NAME_SHOWN_BYTES];
	size_t i;

	for (i = 0; i < mapping->condition_count; i++) {
		const struct condition *condition = &mapping->conditions[i];
		struct text text;

		if (!cell_text(&row->cells[condition->cell], row->arena, &text)) {
			row_problem_set(problem, REASON_FIELD_TYPE,
			    "where: field %s holds a list or an object",
			    shown_path(composer, condition->cell, shown));
			return COMPOSED_PROBLEM;
		}
		if (!holds(condition, text)) {
			row_problem_set(problem, REASON_FILTERED, "field %s",
			    shown_path(composer, condition->cell, shown));
			return COMPOSED_FILTERED;
		}
	}
	return COMPOSED_EVENT;
}

/* A number where text is expected is read as its text: 20160229 with "%Y%m%d". */
static bool
read_time(const struct timestamp_rule *rule, const struct row *row, const struct cell *cell,
    int64_t *time_ms, struct error *err)
{
	bool is_unix = rule->format != TIMESTAMP_ISO8601 && rule->format != TIMESTAMP_PATTERN;
	struct text text = TEXT_NONE;

	if (cell->kind == CELL_TEXT)
		return timestamp_parse(cell->text, rule, time_ms, err);
	if (cell->kind == CELL_LONG && is_unix)
		return timestamp_from_long(cell->integer, rule->format, time_ms, err);
	if (cell->kind == CELL_DOUBLE && is_unix)
		return timestamp_from_double(cell->number, rule->format, time_ms, err);
	if (cell->kind == CELL_TIME)
		return timestamp_from_long(cell->integer, TIMESTAMP_UNIX_MS, time_ms, err);
	if (cell->kind != CELL_LONG || !cell_text(cell, row->arena, &text))
		return error_set(err, ERROR_USAGE, "neither text nor a number");
	return timestamp_parse(text, rule, time_ms, err);
}

static bool
compose_time(const struct composer *composer, const struct row *row, int64_t *time_ms,
    struct row_problem *problem)
{
	const struct mapping *mapping = composer->mapping;
	const struct cell *cell = &row->cells[mapping->time_cell];
	char shown[NAME_SHOWN_BYTES];
	struct error err;

	if (cell->kind == CELL_ABSENT || cell->kind == CELL_NULL ||
	    (cell->kind == CELL_TEXT && !cell->text.size))
		return row_problem_set(problem, REASON_FIELD_MISSING, "time: field %s is %s",
		    shown_path(composer, mapping->time_cell, shown),
		    cell->kind == CELL_ABSENT ? "absent" : "empty");
	if (read_time(&mapping->time, row, cell, time_ms, &err))
		return true;
	return row_problem_set(problem,
	    err.kind == ERROR_USAGE       ? REASON_FIELD_TYPE
		: err.kind == ERROR_LIMIT ? REASON_TIME_RANGE
					  : REASON_TIME,
	    "time: field %s: %s", shown_path(composer, mapping->time_cell, shown), err.text);
}

/* "h:" and the mac of the text, so that it can be compared but not read. */
static struct text
hashed(struct composer *composer, const struct row *row, uint32_t dataset, uint32_t field,
    struct text text)
{
	uint8_t mac[TEXT_MAC_BYTES];
	char out[2 + 2 * TEXT_MAC_BYTES + 1] = "h:";

	text_mac(composer->macs, dataset, field, text, mac);
	digest_hex(mac, sizeof(mac), out + 2);
	return arena_text(row->arena, text_of(out));
}

static bool
compose_text(struct composer *composer, const struct row *row, enum part_number number,
    uint32_t dataset, struct text *text, struct row_problem *problem)
{
	const struct part *part = &composer->mapping->parts[number];

	*text = TEXT_NONE;
	if (part->kind == PART_NONE)
		return true;
	if (!part_text(part, row, composer->mapping->wanted.paths, text, problem))
		return false;
	if (part->hash && text->data)
		*text = hashed(composer, row, dataset, composer->kept_as[number], *text);
	if (text->size > PART_BYTES_MAX)
		return row_problem_set(problem, REASON_NAME_LONG,
		    "%s: a text of more than %d bytes", part->name, PART_BYTES_MAX);
	return true;
}

static bool
compose_name(struct composer *composer, const struct row *row, enum part_number number,
    uint32_t *symbol, struct row_problem *problem)
{
	const struct part *part = &composer->mapping->parts[number];
	struct text text;

	*symbol = SYMBOL_NONE;
	if (part->kind == PART_NONE)
		return true;
	return part_text(part, row, composer->mapping->wanted.paths, &text, problem) &&
	    names_get(&composer->names, text, part->name, symbol, problem);
}

static bool
compose_parts(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	if (!compose_name(composer, row, PART_DATASET, &event->dataset, problem))
		return false;
	if (event->dataset == SYMBOL_NONE)
		return row_problem_set(
		    problem, REASON_FIELD_MISSING, "dataset: the record does not say");
	return compose_text(composer, row, PART_ID, event->dataset, &event->id, problem) &&
	    compose_text(composer, row, PART_ACTOR, event->dataset, &event->actor, problem) &&
	    compose_text(composer, row, PART_ENTITY, event->dataset, &event->entity, problem) &&
	    compose_name(composer, row, PART_OP, &event->op, problem) &&
	    compose_name(composer, row, PART_TEAM, &event->team, problem) &&
	    compose_name(composer, row, PART_SYSTEM, &event->system, problem) &&
	    compose_name(composer, row, PART_CHANNEL, &event->channel, problem);
}

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

static bool
not_single(const struct text name, struct row_problem *problem)
{
	char shown[NAME_SHOWN_BYTES];

	return row_problem_set(problem, REASON_FIELD_TYPE,
	    "changes: field %s holds a list or an object",
	    text_show(name, NAME_SHOWN, shown, sizeof(shown)));
}

/* Whether the event being composed has not changed the field before. */
static bool
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
			return not_single(from->field, problem);
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

static bool
value_equal(const struct value *a, const struct value *b)
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

static bool
too_many(const struct composer *composer, size_t count, struct row_problem *problem)
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
			return not_single(column->name, problem);
		if (value_equal(&change->old_value, &change->new_value))
			continue;
		if (!names_get(&composer->names, column->name, "changes", &change->field, problem))
			return false;
		count++;
	}
	event->change_count = (uint32_t)count;
	return count <= composer->changes_max || too_many(composer, count, problem);
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
		return not_single(name, problem);
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
		return too_many(composer, event->change_count, problem);
	wide_record(composer->wide, event);
	return true;
}

static bool
compose_changes(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	switch (composer->mapping->changes) {
	case CHANGES_LIST:
		return compose_list(composer, row, event, problem);
	case CHANGES_NEW:
		return compose_new(composer, row, event, problem);
	case CHANGES_WIDE:
		return compose_wide(composer, row, event, problem);
	default:
		return true;
	}
}

enum composed
compose(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	enum composed counts = check_conditions(composer, row, problem);

	if (counts != COMPOSED_EVENT)
		return counts;
	event->changes = NULL;
	event->change_count = 0;
	if (!++composer->serial) {
		/* Once in four billion events. */
		memset(composer->changed, 0, composer->changed_capacity * sizeof(uint32_t));
		composer->serial = 1;
	}
	if (!compose_time(composer, row, &event->time_ms, problem) ||
	    !compose_parts(composer, row, event, problem) ||
	    !compose_changes(composer, row, event, problem))
		return COMPOSED_PROBLEM;
	return COMPOSED_EVENT;
}
