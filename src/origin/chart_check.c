/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rows say of one another. Managers are followed through time: at each
 * moment at which rows begin or end, whoever got a manager is followed upwards.
 * A cycle that begins then holds a row that begins then, so none is missed, and
 * ORG_CHART_LEVELS_MAX bounds each walk.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "base/timestamp.h"
#include "chart.h"

static uint32_t
line_of(const struct chart_reading *reading, const struct chart_row *row)
{
	return chart_line(reading, reading->bytes.data + row->at);
}

static void
check_pair(
    struct chart_reading *reading, const struct chart_row *early, const struct chart_row *late)
{
	const struct chart_row *first = early->at < late->at ? early : late,
			       *second = first == early ? late : early;

	if (early->from_ms == late->from_ms && early->to_ms == late->to_ms &&
	    early->team == late->team && early->manager == late->manager &&
	    early->service == late->service)
		chart_problem(reading, reading->bytes.data + second->at,
		    "says the same as line %u: remove one", line_of(reading, first));
	else
		chart_problem(reading, chart_cell_at(reading, second, COLUMN_FROM),
		    "overlaps line %u, which is the same person's: let one end where the other "
		    "begins",
		    line_of(reading, first));
}

static void
check_overlaps(struct chart_reading *reading, uint32_t person)
{
	const struct org_chart *chart = reading->chart;
	const struct chart_row *last = NULL; /* of those before, the one that ends last */
	uint32_t i;

	for (i = chart->first[person]; i < chart->first[person + 1]; i++) {
		const struct chart_row *row = &chart->rows[i];

		if (last && row->from_ms < last->to_ms)
			check_pair(reading, last, row);
		if (!last || row->to_ms > last->to_ms)
			last = row;
	}
}

static bool
has_rows(const struct org_chart *chart, uint32_t person)
{
	return chart->first[person] < chart->first[person + 1];
}

/* The person nearest to a name that is nobody's: by line, since names are not repeated. */
static const struct chart_row *
nearest_person(const struct org_chart *chart, struct text name)
{
	struct suggestion suggestion;
	struct text best;
	uint32_t person;

	suggestion_init(&suggestion, name);
	for (person = 1; person < chart_person_count(chart); person++)
		if (has_rows(chart, person))
			suggestion_try(&suggestion, symbols_text(chart->persons, person));
	best = suggestion_best(&suggestion);
	return best.data ? &chart->rows[chart->first[symbols_find(chart->persons, best)]] : NULL;
}

/* Comparing with everybody is for a few names and charts of ordinary size. */
#define SUGGESTIONS_MAX 10
#define SUGGEST_AMONG_MAX 100000

static void
check_managers(struct chart_reading *reading)
{
	const struct org_chart *chart = reading->chart;
	const struct chart_row *nearest;
	int suggested = 0;
	size_t i;

	for (i = 0; i < chart->count; i++) {
		const struct chart_row *row = &chart->rows[i];

		if (!row->manager || has_rows(chart, row->manager))
			continue;
		nearest = NULL;
		if (suggested++ < SUGGESTIONS_MAX && chart_person_count(chart) <= SUGGEST_AMONG_MAX)
			nearest = nearest_person(chart, symbols_text(chart->persons, row->manager));
		if (nearest)
			chart_problem(reading, chart_cell_at(reading, row, COLUMN_MANAGER),
			    "the manager is no person of this chart; did you mean the one of line "
			    "%u?",
			    line_of(reading, nearest));
		else
			chart_problem(reading, chart_cell_at(reading, row, COLUMN_MANAGER),
			    "the manager is no person of this chart: add a row, or leave the cell "
			    "empty");
	}
}

/* --- cycles -------------------------------------------------------------------------------- */

/* A row begins or ends. */
struct turn {
	int64_t time_ms;
	uint32_t row, person;
	bool begins;
};

struct sweep {
	struct chart_reading *reading;
	struct turn *turns;
	size_t count;
	uint32_t *row_now; /* [person]: the row that holds and names a manager, and one; 0: none */
};

/* Ends come before beginnings: valid_to is outside. */
static int
turn_order(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? -1 : 1;
	if (x->begins != y->begins)
		return x->begins ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

static void
collect_turns(struct sweep *sweep)
{
	const struct org_chart *chart = sweep->reading->chart;
	uint32_t person, i;

	for (person = 1; person < chart_person_count(chart); person++) {
		for (i = chart->first[person]; i < chart->first[person + 1]; i++) {
			const struct chart_row *row = &chart->rows[i];

			if (!row->manager)
				continue;
			sweep->turns[sweep->count++] = (struct turn){row->from_ms, i, person, true};
			if (row->to_ms != CHART_STILL)
				sweep->turns[sweep->count++] =
				    (struct turn){row->to_ms, i, person, false};
		}
	}
	qsort(sweep->turns, sweep->count, sizeof(*sweep->turns), turn_order);
}

/* Who is above a person now; SYMBOL_NONE: nobody. */
static uint32_t
above(const struct sweep *sweep, uint32_t person)
{
	uint32_t row = sweep->row_now[person];

	return row ? sweep->reading->chart->rows[row - 1].manager : SYMBOL_NONE;
}

/* Whether somebody is above themself. */
static bool
comes_round(const struct sweep *sweep, uint32_t person)
{
	uint32_t at = above(sweep, person);
	int level;

	for (level = 0; at && at != person && level < ORG_CHART_LEVELS_MAX; level++)
		at = above(sweep, at);
	return at == person;
}

static void
say_cycle(struct sweep *sweep, uint32_t person, int64_t time_ms)
{
	struct chart_reading *reading = sweep->reading;
	const struct chart_row *row = &reading->chart->rows[sweep->row_now[person] - 1];
	char time[TIMESTAMP_TEXT_BYTES] = "ever";
	struct buffer lines = {0};
	uint32_t at = person;
	int count = 0;

	if (time_ms != CHART_EVER)
		timestamp_text(time_ms, time);
	do {
		if (count++ < 8)
			buffer_add_format(&lines, " %u",
			    line_of(reading, &reading->chart->rows[sweep->row_now[at] - 1]));
		at = above(sweep, at);
	} while (at != person);
	chart_problem(reading, chart_cell_at(reading, row, COLUMN_MANAGER),
	    "from %s on this person is above themself: lines%.*s%s; give one of them another "
	    "manager",
	    time, TEXT_PRINT(buffer_text(&lines)), count > 8 ? " and more" : "");
	buffer_fini(&lines);
}

/* Follows one who got a manager at this moment. A cycle is cut once it is said. */
static void
follow(struct sweep *sweep, const struct turn *turn)
{
	struct chart_reading *reading = sweep->reading;
	uint32_t at = turn->person;
	int level;

	if (comes_round(sweep, turn->person)) {
		say_cycle(sweep, turn->person, turn->time_ms);
		sweep->row_now[turn->person] = 0;
		return;
	}
	for (level = 0; at && level <= ORG_CHART_LEVELS_MAX; level++)
		at = above(sweep, at);
	/* Somebody else's cycle further up is said there. */
	if (at && !comes_round(sweep, at))
		chart_problem(reading,
		    chart_cell_at(reading, &reading->chart->rows[turn->row], COLUMN_MANAGER),
		    "more than %d managers above one another", ORG_CHART_LEVELS_MAX);
}

static void
check_cycles(struct chart_reading *reading)
{
	const struct org_chart *chart = reading->chart;
	struct sweep sweep = {.reading = reading};
	size_t i, from, end;

	sweep.turns = memory_get_array(2 * chart->count + 1, sizeof(*sweep.turns));
	sweep.row_now = memory_get_array(chart_person_count(chart), sizeof(*sweep.row_now));
	collect_turns(&sweep);
	for (from = 0; from < sweep.count; from = end) {
		for (end = from;
		     end < sweep.count && sweep.turns[end].time_ms == sweep.turns[from].time_ms;
		     end++) {
			const struct turn *turn = &sweep.turns[end];

			if (turn->begins)
				sweep.row_now[turn->person] = turn->row + 1;
			else if (sweep.row_now[turn->person] == turn->row + 1)
				sweep.row_now[turn->person] = 0;
		}
		for (i = from; i < end; i++)
			if (sweep.turns[i].begins &&
			    reading->problem_count < ORG_CHART_PROBLEMS_MAX)
				follow(&sweep, &sweep.turns[i]);
	}
	memory_free(sweep.turns);
	memory_free(sweep.row_now);
}

void
chart_check_rows(struct chart_reading *reading)
{
	const struct org_chart *chart = reading->chart;
	uint32_t person;

	for (person = 1; person < chart_person_count(chart); person++)
		if (reading->problem_count < ORG_CHART_PROBLEMS_MAX)
			check_overlaps(reading, person);
	if (reading->problem_count < ORG_CHART_PROBLEMS_MAX)
		check_managers(reading);
	check_cycles(reading);
}
