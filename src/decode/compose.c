/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First whether the row counts, then when, what and who, last what changed:
 * only then nothing can go wrong any more, and the wide rows take note.
 */
#include "compose_inside.h"

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
	return text_show(composer->mapping->paths[cell], NAME_SHOWN, shown, NAME_SHOWN_BYTES);
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

/* only: which cells' conditions are looked at; NULL: all */
static enum composed
check_conditions(const struct composer *composer, const struct row *row, const bool *only,
    struct row_problem *problem)
{
	const struct mapping *mapping = composer->mapping;
	char shown[NAME_SHOWN_BYTES];
	size_t i;

	for (i = 0; i < mapping->condition_count; i++) {
		const struct condition *condition = &mapping->conditions[i];
		struct text text;

		if (only && !only[condition->cell])
			continue;
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
	if (!part_text(part, row, composer->mapping->paths, text, problem))
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
	return part_text(part, row, composer->mapping->paths, &text, problem) &&
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

bool
compose_leaves_out(const struct composer *composer, const struct row *row, const bool *only,
    struct row_problem *problem)
{
	struct row_problem unread;

	if (check_conditions(composer, row, only, &unread) != COMPOSED_FILTERED)
		return false;
	*problem = unread;
	return true;
}

enum composed
compose(struct composer *composer, const struct row *row, struct event *event,
    struct row_problem *problem)
{
	enum composed counts = check_conditions(composer, row, NULL, problem);

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
	    !composer_changes(composer, row, event, problem))
		return COMPOSED_PROBLEM;
	return COMPOSED_EVENT;
}
