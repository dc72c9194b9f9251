/* SPDX-License-Identifier: Apache-2.0 */
#include "debezium.h"

#include <stdio.h>

#include "model/reason.h"

#define TABLE_BYTES_MAX 512

static const struct deed_row {
	char op;
	const char *word;
	enum row_deed deed;
} deeds[] = {
    {'c', "create", DEED_CREATE},
    {'u', "update", DEED_UPDATE},
    {'d', "delete", DEED_DELETE},
    {'t', "truncate", DEED_TRUNCATE},
};

static bool
is_set(const struct cell *cell)
{
	return cell->kind != CELL_ABSENT && cell->kind != CELL_NULL;
}

static enum composed
filtered(struct row_problem *problem, const char *reason)
{
	row_problem_set(problem, reason, "%s", "");
	return COMPOSED_FILTERED;
}

/* Connectors of old wrote `c` for the rows of a snapshot, and told by source.snapshot alone. */
static bool
is_snapshot(const struct cell *snapshot)
{
	if (snapshot->kind == CELL_BOOLEAN)
		return snapshot->boolean;
	return snapshot->kind == CELL_TEXT && snapshot->text.size &&
	    !text_is(snapshot->text, "false");
}

/* schema.table, database.table where there are no schemas */
static void
name_table(const struct debezium_cells *cells, struct row *row)
{
	const struct cell *table = &row->cells[cells->table], *within = &row->cells[cells->schema];
	char name[TABLE_BYTES_MAX];
	size_t front;

	if (within->kind != CELL_TEXT || !within->text.size)
		within = &row->cells[cells->database];
	if (table->kind != CELL_TEXT || !table->text.size || within->kind != CELL_TEXT)
		return;
	front = within->text.size ? within->text.size + 1 : 0;
	if (front + table->text.size > sizeof(name))
		return;
	if (front) {
		memcpy(name, within->text.data, front - 1);
		name[front - 1] = '.';
	}
	memcpy(name + front, table->text.data, table->text.size);
	row->cells[cells->dataset] = (struct cell){.kind = CELL_TEXT,
	    .text = arena_text(row->arena, (struct text){name, front + table->text.size})};
}

/* What a row in the event can be: a record, or not there. */
static bool
check_row(const char *name, const struct cell *cell, bool needed, struct row_problem *problem)
{
	if (cell->kind == CELL_OTHER || (!is_set(cell) && !needed))
		return true;
	if (!is_set(cell))
		return row_problem_set(
		    problem, REASON_ENVELOPE, "%s is not there, which its op needs", name);
	return row_problem_set(problem, REASON_ENVELOPE,
	    "%s is a single value, not a row (MongoDB's documents are not read)", name);
}

static enum composed
look_at_rows(const struct mapping *mapping, struct row *row, const struct deed_row *deed,
    struct row_change *change, struct row_problem *problem)
{
	const struct debezium_cells *cells = &mapping->debezium;
	bool after = deed->deed == DEED_CREATE || deed->deed == DEED_UPDATE;
	size_t i;

	if (!check_row("after", &row->cells[cells->after], after, problem) ||
	    !check_row("before", &row->cells[cells->before], false, problem))
		return COMPOSED_PROBLEM;
	change->deed = deed->deed;
	change->before_known = row->cells[cells->before].kind == CELL_OTHER;
	for (i = 0; deed->deed == DEED_DELETE && i < mapping->pair_count; i++)
		row->cells[mapping->pairs[i].after] = row->cells[mapping->pairs[i].before];
	row->cells[cells->word] = (struct cell){.kind = CELL_TEXT, .text = text_of(deed->word)};
	name_table(cells, row);
	return COMPOSED_EVENT;
}

enum composed
debezium_look(const struct mapping *mapping, struct row *row, struct row_change *change,
    bool *no_op, struct row_problem *problem)
{
	const struct cell *op = &row->cells[mapping->debezium.op];
	size_t i;

	*no_op = op->kind != CELL_TEXT || op->text.size != 1;
	if (*no_op)
		return COMPOSED_PROBLEM;
	if (op->text.data[0] == 'r' ||
	    (op->text.data[0] == 'c' && is_snapshot(&row->cells[mapping->debezium.snapshot])))
		return filtered(problem, REASON_SNAPSHOT);
	if (op->text.data[0] == 'm')
		return filtered(problem, REASON_LOGICAL);
	for (i = 0; i < ARRAY_COUNT(deeds); i++)
		if (op->text.data[0] == deeds[i].op)
			return look_at_rows(mapping, row, &deeds[i], change, problem);
	row_problem_set(problem, REASON_ENVELOPE, "op is none of c, u, d, r, t and m");
	return COMPOSED_PROBLEM;
}

static bool
is_transaction(const struct debezium_cells *cells, const struct cell *row)
{
	const struct cell *status = &row[cells->status];

	return status->kind == CELL_TEXT &&
	    (text_is(status->text, "BEGIN") || text_is(status->text, "END")) &&
	    row[cells->id].kind == CELL_TEXT && row[cells->event_count].kind != CELL_ABSENT;
}

static bool
is_heartbeat(const struct debezium_cells *cells, const struct row *row)
{
	return row->cells[cells->beat].kind == CELL_LONG && !row->rest_count &&
	    row->cells[cells->status].kind == CELL_ABSENT &&
	    row->cells[cells->id].kind == CELL_ABSENT;
}

/* A table's row that was made flat may have columns of any of these names: all of a kind must be there. */
enum composed
debezium_notice(const struct mapping *mapping, const struct row *row, struct row_problem *problem)
{
	const struct debezium_cells *cells = &mapping->debezium;

	if (is_set(&row->cells[cells->op])) {
		row_problem_set(problem, REASON_ENVELOPE, "op is none of c, u, d, r, t and m");
		return COMPOSED_PROBLEM;
	}
	if (row->cells[cells->payload].kind == CELL_NULL)
		return filtered(problem, REASON_BLANK);
	if (is_transaction(cells, row->cells))
		return filtered(problem, REASON_TRANSACTION);
	if (row->cells[cells->data_definition].kind != CELL_ABSENT &&
	    row->cells[cells->database_name].kind != CELL_ABSENT)
		return filtered(problem, REASON_SCHEMA_CHANGE);
	if (is_heartbeat(cells, row))
		return filtered(problem, REASON_HEARTBEAT);
	row_problem_set(problem, REASON_ENVELOPE,
	    "no `op`: not a change event of Debezium (one that ExtractNewRecordState made flat is "
	    "mapped without `envelope`)");
	return COMPOSED_PROBLEM;
}
