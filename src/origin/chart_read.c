/* SPDX-License-Identifier: Apache-2.0 */
/* From cells to rows: every mistake is said with what to do, and reading goes on. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "base/timestamp.h"
#include "chart.h"
#include "chart_csv.h"

/* What the record has besides the rows: header, and what kind of note it is. */
#define NOTE_REST_BYTES 4096

static const char *const column_names[COLUMN_COUNT] = {
    "person", "team", "manager", "kind", "valid_from", "valid_to"};

uint32_t
chart_line(const struct chart_reading *reading, const char *at)
{
	const char *p = reading->bytes.data;
	uint32_t line = 1;

	while ((p = memchr(p, '\n', (size_t)(at - p)))) {
		line++;
		p++;
	}
	return line;
}

/* Characters from the line's start, from 1; a byte order mark is none. */
static uint32_t
column_at(const struct chart_reading *reading, const char *at)
{
	const char *start = at, *p;
	uint32_t column = 1;

	while (start > reading->bytes.data && start[-1] != '\n')
		start--;
	if (start == reading->bytes.data && at - start >= 3 &&
	    memcmp(start, "\xef\xbb\xbf", 3) == 0)
		start += 3;
	for (p = start; p < at; p++)
		column += ((unsigned char)*p & 0xc0) != 0x80;
	return column;
}

void
chart_problem(struct chart_reading *reading, const char *at, const char *format, ...)
{
	char sentence[512];
	va_list args;

	reading->problem_count++;
	if (reading->problem_count > ORG_CHART_PROBLEMS_MAX)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	yaml_problem_add_at(reading->problems, reading->file, chart_line(reading, at),
	    column_at(reading, at), "%s%s", sentence,
	    reading->problem_count == ORG_CHART_PROBLEMS_MAX ? "; there are more like it" : "");
}

/* --- the header ------------------------------------------------------------------------- */

static size_t
column_named(struct text name)
{
	size_t i;

	for (i = 0; i < COLUMN_COUNT; i++)
		if (text_is(name, column_names[i]))
			break;
	return i;
}

static void
unknown_column(struct chart_reading *reading, const struct chart_cell *cell)
{
	struct suggestion suggestion;
	struct text best;
	char shown[64];
	size_t i;

	suggestion_init(&suggestion, cell->text);
	for (i = 0; i < COLUMN_COUNT; i++)
		suggestion_try(&suggestion, text_of(column_names[i]));
	best = suggestion_best(&suggestion);
	text_show(cell->text, 32, shown, sizeof(shown));
	if (best.data)
		chart_problem(reading, cell->at, "no column \"%s\" is known; did you mean %.*s?",
		    shown, TEXT_PRINT(best));
	else
		chart_problem(reading, cell->at,
		    "no column \"%s\" is known; there are person, team, manager, kind, valid_from "
		    "and valid_to",
		    shown);
}

static void
read_header(struct chart_reading *reading, const struct chart_csv *csv)
{
	size_t i, column;

	reading->cells = csv->count;
	for (i = 0; i < COLUMN_COUNT; i++)
		reading->place_of[i] = csv->count;
	for (i = 0; i < csv->count; i++) {
		column = column_named(csv->cells[i].text);
		if (column == COLUMN_COUNT)
			unknown_column(reading, &csv->cells[i]);
		else if (reading->place_of[column] < csv->count)
			chart_problem(reading, csv->cells[i].at, "a second column %s: remove one",
			    column_names[column]);
		else
			reading->place_of[column] = i;
	}
	for (i = 0; i < COLUMN_COUNT; i++)
		if (reading->place_of[i] == csv->count && i != COLUMN_KIND)
			chart_problem(reading, csv->row,
			    "the header lacks the column %s: it is "
			    "person,team,manager,kind,valid_from,valid_to",
			    column_names[i]);
}

/* --- a row ------------------------------------------------------------------------------- */

/* What is wrong with a name, NULL if nothing. */
static const char *
name_fault(struct text name)
{
	size_t i;

	if (name.size > ACTOR_NAME_BYTES_MAX)
		return "is longer than 1,024 bytes";
	if (!text_is_utf8(name))
		return "is not UTF-8: write the file in that encoding";
	for (i = 0; i < name.size; i++)
		if ((unsigned char)name.data[i] < 0x20 || name.data[i] == 0x7f)
			return "holds a control character: remove it";
	if (name.size && (name.data[0] == ' ' || name.data[name.size - 1] == ' '))
		return "has a blank at its edge: remove it, names are compared as they are";
	return NULL;
}

static bool
is_pseudonym(struct text name)
{
	uint8_t bytes[PSEUDONYM_BYTES];

	return digest_from_hex(name, bytes, sizeof(bytes));
}

/* A cell that holds a name; absent only after a problem. */
static bool
read_name(struct chart_reading *reading, const struct chart_csv *csv, enum chart_column column,
    bool person, struct text *name)
{
	const struct chart_cell *cell = &csv->cells[reading->place_of[column]];
	const char *fault = name_fault(cell->text);

	*name = cell->text;
	if (!fault && person && reading->pseudonymous && name->size && !is_pseudonym(*name))
		fault = "is no pseudonym of 32 hex digits";
	if (fault)
		chart_problem(reading, cell->at, "%s %s", column_names[column], fault);
	return !fault;
}

static bool
read_needed_name(struct chart_reading *reading, const struct chart_csv *csv,
    enum chart_column column, bool person, struct text *name)
{
	if (!read_name(reading, csv, column, person, name))
		return false;
	if (!name->size)
		chart_problem(reading, csv->cells[reading->place_of[column]].at,
		    "%s is empty: every row needs one", column_names[column]);
	return name->size != 0;
}

static bool
read_kind(struct chart_reading *reading, const struct chart_csv *csv, bool *service)
{
	const struct chart_cell *cell = &csv->cells[reading->place_of[COLUMN_KIND]];
	char shown[64];

	*service = false;
	if (reading->place_of[COLUMN_KIND] == reading->cells || !cell->text.size ||
	    text_is(cell->text, "human"))
		return true;
	*service = text_is(cell->text, "service");
	if (!*service)
		chart_problem(reading, cell->at,
		    "no kind \"%s\" is known; there are human and service",
		    text_show(cell->text, 32, shown, sizeof(shown)));
	return *service;
}

static bool
read_time(struct chart_reading *reading, const struct chart_csv *csv, enum chart_column column,
    int64_t open, int64_t *time_ms)
{
	static const struct timestamp_rule rule = {.format = TIMESTAMP_ISO8601};
	const struct chart_cell *cell = &csv->cells[reading->place_of[column]];
	struct error err = {0};

	*time_ms = open;
	if (!cell->text.size || timestamp_parse(cell->text, &rule, time_ms, &err))
		return true;
	chart_problem(reading, cell->at, "%s: %s; write it as 2016-02-29 or 2016-02-29T08:00:00Z",
	    column_names[column], err.text);
	return false;
}

static void
keep_row(struct chart_reading *reading, uint32_t person, const struct chart_row *row)
{
	struct org_chart *chart = reading->chart;

	memory_grow(&chart->rows, &chart->capacity, chart->count + 1, sizeof(*chart->rows));
	memory_grow(&reading->row_person, &reading->row_person_capacity, chart->count + 1,
	    sizeof(*reading->row_person));
	reading->row_person[chart->count] = person;
	chart->rows[chart->count++] = *row;
}

/* At most what chart_print.c writes of the row. */
static size_t
note_bytes(const struct chart_row *row, struct text team)
{
	const size_t time_bytes = sizeof("2016-02-29T08:00:00.000Z") - 1;
	size_t bytes = 2 * PSEUDONYM_BYTES + sizeof(",,,service,,\n") - 1 + team.size, i;

	if (row->manager)
		bytes += 2 * PSEUDONYM_BYTES;
	bytes += row->from_ms == CHART_EVER ? 0 : time_bytes;
	bytes += row->to_ms == CHART_STILL ? 0 : time_bytes;
	if (!memchr(team.data, ',', team.size) && !memchr(team.data, '"', team.size))
		return bytes;
	for (i = 0; i < team.size; i++)
		bytes += team.data[i] == '"';
	return bytes + 2;
}

static void
read_row(struct chart_reading *reading, const struct chart_csv *csv)
{
	struct org_chart *chart = reading->chart;
	struct chart_row row = {.at = (uint32_t)(csv->row - reading->bytes.data)};
	struct text person, team, manager;
	uint32_t symbol;
	bool good;

	if (csv->count != reading->cells) {
		chart_problem(reading, csv->row, "%zu cells where the header has %zu", csv->count,
		    reading->cells);
		return;
	}
	/* All of them are read, so that all mistakes of a row are said. */
	good = read_needed_name(reading, csv, COLUMN_PERSON, true, &person);
	good &= read_needed_name(reading, csv, COLUMN_TEAM, false, &team);
	good &= read_name(reading, csv, COLUMN_MANAGER, true, &manager);
	good &= read_kind(reading, csv, &row.service);
	good &= read_time(reading, csv, COLUMN_FROM, CHART_EVER, &row.from_ms);
	good &= read_time(reading, csv, COLUMN_TO, CHART_STILL, &row.to_ms);
	if (!good)
		return;
	if (row.from_ms >= row.to_ms) {
		chart_problem(reading, csv->cells[reading->place_of[COLUMN_TO]].at,
		    "valid_to is not after valid_from: the row would never hold");
		return;
	}
	symbol = symbols_add(chart->persons, person);
	row.team = symbols_add(chart->names, team);
	row.manager = manager.size ? symbols_add(chart->persons, manager) : SYMBOL_NONE;
	reading->note_bytes += note_bytes(&row, team);
	keep_row(reading, symbol, &row);
}

static void
read_rows(struct chart_reading *reading, struct chart_csv *csv)
{
	while (chart_csv_next(csv)) {
		if (csv->problem) {
			chart_problem(reading, csv->problem_at, "%s", csv->problem);
		} else if (reading->chart->count == ORG_CHART_ROWS_MAX) {
			chart_problem(reading, csv->row, "more than %d rows", ORG_CHART_ROWS_MAX);
			return;
		} else {
			read_row(reading, csv);
		}
		if (reading->note_bytes > ORG_CHART_NOTE_BYTES_MAX - NOTE_REST_BYTES) {
			chart_problem(reading, csv->row,
			    "from here on it is too long: the ledger keeps the chart as one record "
			    "of at most %zu MiB; leave out people whom no source names, or rows "
			    "that "
			    "ended before the first event",
			    ORG_CHART_NOTE_BYTES_MAX >> 20);
			return;
		}
		arena_reset(&reading->arena);
	}
}

void
chart_read(struct chart_reading *reading)
{
	struct chart_csv csv;

	chart_csv_init(&csv, reading->bytes, &reading->arena);
	if (!chart_csv_next(&csv)) {
		chart_problem(reading, csv.end,
		    "the file is empty: its first line is "
		    "person,team,manager,kind,valid_from,valid_to");
		return;
	}
	if (csv.problem) {
		chart_problem(reading, csv.problem_at, "%s", csv.problem);
		return;
	}
	read_header(reading, &csv);
	/* Without a header that holds, every row would be wrong. */
	if (!reading->problem_count)
		read_rows(reading, &csv);
}

const char *
chart_cell_at(struct chart_reading *reading, const struct chart_row *row, enum chart_column column)
{
	struct text rest = {reading->bytes.data + row->at, reading->bytes.size - row->at};
	struct chart_csv csv;

	chart_csv_init(&csv, rest, &reading->arena);
	if (!chart_csv_next(&csv) || reading->place_of[column] >= csv.count)
		return rest.data;
	return csv.cells[reading->place_of[column]].at;
}
