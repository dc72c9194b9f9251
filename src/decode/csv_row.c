/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV records: the header says which column is which, every row must have as
 * many. Cells are text; what is a number among them is for the mapping to say.
 * Without a header columns are named by their place: 1, 2, 3 …
 */
#include <stdio.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "csv_split.h"
#include "model/message.h"
#include "model/reason.h"

/* Where a column goes, beside the number of a cell. */
#define COLUMN_NOBODYS UINT32_MAX
#define COLUMN_REST (UINT32_MAX - 1)

struct plan {
	const struct wanted *wanted;
	char delimiter;
	bool has_header;
	struct text *names; /* [column_count] */
	uint32_t *goes_to;  /* [column_count]: a cell, or COLUMN_… */
	size_t column_count, name_capacity, goes_to_capacity;
	struct arena arena; /* of the names */
	struct csv_cells cells;
	struct named_cell *rest;
	size_t rest_capacity;
};

static void
csv_row_close(struct plan *plan)
{
	if (!plan)
		return;
	memory_free(plan->names);
	memory_free(plan->goes_to);
	memory_free(plan->rest);
	csv_cells_fini(&plan->cells);
	arena_fini(&plan->arena);
	memory_free(plan);
}

static bool
is_except(const struct wanted *wanted, struct text name)
{
	size_t i;

	for (i = 0; i < wanted->except_count; i++)
		if (text_equal(wanted->except[i], name))
			return true;
	return false;
}

static uint32_t
goes_to(const struct wanted *wanted, struct text name)
{
	size_t i;

	for (i = 0; i < wanted->count; i++)
		if (wanted_of_record(wanted, i) && text_equal(wanted->paths[i], name))
			return (uint32_t)i;
	return wanted->rest && !is_except(wanted, name) ? COLUMN_REST : COLUMN_NOBODYS;
}

static void
add_column(struct plan *plan, struct text name)
{
	memory_grow(
	    &plan->names, &plan->name_capacity, plan->column_count + 1, sizeof(*plan->names));
	memory_grow(&plan->goes_to, &plan->goes_to_capacity, plan->column_count + 1,
	    sizeof(*plan->goes_to));
	plan->names[plan->column_count] = name;
	plan->goes_to[plan->column_count++] = goes_to(plan->wanted, name);
}

/* A name that somebody wants stands for one column. */
static bool
check_twice(const struct plan *plan, struct row_problem *problem)
{
	char shown[NAME_SHOWN_BYTES];
	size_t i, j;

	for (i = 0; i < plan->column_count; i++) {
		if (plan->goes_to[i] == COLUMN_NOBODYS)
			continue;
		for (j = 0; j < i; j++)
			if (text_equal(plan->names[i], plan->names[j]))
				return row_problem_set(problem, REASON_CSV_HEADER,
				    "columns %zu and %zu are both named %s", j + 1, i + 1,
				    text_show(plan->names[i], NAME_SHOWN, shown, sizeof(shown)));
	}
	return true;
}

static bool
lacks(const struct plan *plan, struct text path, struct row_problem *problem)
{
	struct suggestion suggestion;
	char shown[NAME_SHOWN_BYTES];
	struct text best;
	size_t i;

	suggestion_init(&suggestion, path);
	for (i = 0; i < plan->column_count; i++)
		suggestion_try(&suggestion, plan->names[i]);
	best = suggestion_best(&suggestion);
	text_show(path, NAME_SHOWN, shown, sizeof(shown));
	if (best.data)
		return row_problem_set(problem, REASON_CSV_HEADER,
		    "no column is named %s; did you mean %.*s?", shown, TEXT_PRINT(best));
	return row_problem_set(problem, REASON_CSV_HEADER, "no column is named %s", shown);
}

static bool
check_lacking(const struct plan *plan, struct row_problem *problem)
{
	const struct wanted *wanted = plan->wanted;
	size_t i, column;

	for (i = 0; i < wanted->count; i++) {
		for (column = 0; column < plan->column_count && plan->goes_to[column] != i;
		     column++)
			;
		if (column == plan->column_count && wanted_of_record(wanted, i) &&
		    !(wanted->may_lack && wanted->may_lack[i]))
			return lacks(plan, wanted->paths[i], problem);
	}
	return true;
}

static bool
read_header(struct plan *plan, struct text header, struct row_problem *problem)
{
	size_t i;

	if (header.size >= 3 && memcmp(header.data, "\xef\xbb\xbf", 3) == 0)
		header = (struct text){header.data + 3, header.size - 3};
	if (!csv_split(header, plan->delimiter, &plan->arena, &plan->cells, problem)) {
		problem->reason = REASON_CSV_HEADER;
		return false;
	}
	for (i = 0; i < plan->cells.count; i++)
		add_column(plan, plan->cells.items[i]);
	return check_twice(plan, problem) && check_lacking(plan, problem);
}

static bool
csv_row_open(const struct message_schema *schema, const struct wanted *wanted, size_t changes_max,
    struct plan **plan, struct row_problem *problem)
{
	struct plan *made = memory_get(sizeof(*made));

	made->wanted = wanted;
	made->delimiter = schema && schema->delimiter ? schema->delimiter : ',';
	made->has_header = schema && schema->text.size;
	arena_init(&made->arena);
	if (schema && made->has_header && !read_header(made, schema->text, problem)) {
		csv_row_close(made);
		return false;
	}
	*plan = made;
	return true;
}

/* Without a header, rows themselves show how many columns there are. */
static void
name_by_place(struct plan *plan)
{
	char name[24];

	while (plan->column_count < plan->cells.count) {
		snprintf(name, sizeof(name), "%zu", plan->column_count + 1);
		add_column(plan, arena_text(&plan->arena, text_of(name)));
	}
}

/* A row has at most CSV_COLUMNS_MAX cells, so the rest is bounded. */
static void
add_rest(struct plan *plan, struct text name, struct text text, struct row *row)
{
	memory_grow(&plan->rest, &plan->rest_capacity, row->rest_count + 1, sizeof(*plan->rest));
	row->rest = plan->rest;
	row->rest[row->rest_count++] =
	    (struct named_cell){.name = name, .cell = {.kind = CELL_TEXT, .text = text}};
}

static bool
csv_row_read(struct plan *plan, struct text payload, struct row *row, struct row_problem *problem)
{
	size_t i;

	row->has_changes = false;
	row->change_count = row->rest_count = 0;
	if (!csv_split(payload, plan->delimiter, row->arena, &plan->cells, problem))
		return false;
	if (!plan->has_header)
		name_by_place(plan);
	else if (plan->cells.count != plan->column_count)
		return row_problem_set(problem, REASON_CSV_COLUMNS,
		    "%zu columns; the header names %zu", plan->cells.count, plan->column_count);
	for (i = 0; i < plan->cells.count; i++) {
		if (plan->goes_to[i] < COLUMN_REST)
			row->cells[plan->goes_to[i]] =
			    (struct cell){.kind = CELL_TEXT, .text = plan->cells.items[i]};
		else if (plan->goes_to[i] == COLUMN_REST)
			add_rest(plan, plan->names[i], plan->cells.items[i], row);
	}
	return true;
}

const struct format_reader csv_reader_format = {
    .open = csv_row_open,
    .read = csv_row_read,
    .close = csv_row_close,
};
