/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, looking up, comparing; reading and checking are files of their own. */
#include "origin/org_chart.h"

#include <assert.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "chart.h"

static int
row_order(const void *a, const void *b)
{
	const struct chart_row *x = a, *y = b;

	if (x->from_ms != y->from_ms)
		return x->from_ms < y->from_ms ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* By person (counted, then put in place), then by time. */
static void
sort_rows(struct chart_reading *reading)
{
	struct org_chart *chart = reading->chart;
	size_t persons = chart_person_count(chart), i;
	struct chart_row *sorted = memory_get_array(chart->count + 1, sizeof(*sorted));
	uint32_t *next = memory_get_array(persons + 1, sizeof(*next));

	chart->first = memory_get_array(persons + 2, sizeof(*chart->first));
	for (i = 0; i < chart->count; i++)
		chart->first[reading->row_person[i] + 1]++;
	for (i = 0; i < persons; i++)
		chart->first[i + 1] += chart->first[i];
	memcpy(next, chart->first, persons * sizeof(*next));
	for (i = 0; i < chart->count; i++)
		sorted[next[reading->row_person[i]]++] = chart->rows[i];
	for (i = 1; i < persons; i++)
		qsort(sorted + chart->first[i], chart->first[i + 1] - chart->first[i],
		    sizeof(*sorted), row_order);
	memory_free(chart->rows);
	memory_free(next);
	chart->rows = sorted;
	chart->capacity = chart->count + 1;
}

/* gives the chart whatever is wrong with it */
static struct org_chart *
read_chart(const char *file, struct text bytes, struct symbols *names, bool pseudonymous,
    struct yaml_problems *problems)
{
	struct chart_reading reading = {
	    .file = file, .bytes = bytes, .problems = problems, .pseudonymous = pseudonymous};

	assert(bytes.data && bytes.size <= ORG_CHART_BYTES_MAX);
	reading.chart = memory_get(sizeof(*reading.chart));
	reading.chart->names = names;
	reading.chart->persons = symbols_open();
	arena_init(&reading.arena);
	chart_read(&reading);
	sort_rows(&reading);
	chart_check_rows(&reading);
	arena_fini(&reading.arena);
	memory_free(reading.row_person);
	return reading.chart;
}

bool
org_chart_check(const char *path, struct yaml_problems *problems, struct error *err)
{
	struct symbols *names = symbols_open();
	struct buffer bytes = {0};
	bool done = file_read(path, ORG_CHART_BYTES_MAX, &bytes, err);

	if (done)
		org_chart_close(read_chart(path, buffer_text(&bytes), names, false, problems));
	buffer_fini(&bytes);
	symbols_close(names);
	return done;
}

static bool
parse(const char *file, struct text bytes, struct symbols *names, bool pseudonymous,
    struct org_chart **chart, struct error *err)
{
	struct yaml_problems problems = {0};
	struct org_chart *made;
	bool done;

	if (bytes.size > ORG_CHART_BYTES_MAX)
		return error_set(
		    err, ERROR_LIMIT, "%s: longer than %zu bytes", file, ORG_CHART_BYTES_MAX);
	made = read_chart(file, bytes.data ? bytes : TEXT(""), names, pseudonymous, &problems);
	done = yaml_problems_check(&problems, err);
	yaml_problems_fini(&problems);
	if (!done && pseudonymous && err)
		err->kind = ERROR_MALFORMED; /* not the operator's words */
	if (done)
		*chart = made;
	else
		org_chart_close(made);
	return done;
}

bool
org_chart_parse(const char *file, struct text bytes, struct symbols *names,
    struct org_chart **chart, struct error *err)
{
	return parse(file, bytes, names, false, chart, err);
}

bool
org_chart_parse_pseudonymised(
    struct text csv, struct symbols *names, struct org_chart **chart, struct error *err)
{
	return parse("org chart of the ledger", csv, names, true, chart, err);
}

bool
org_chart_open(const char *path, struct symbols *names, struct org_chart **chart, struct error *err)
{
	struct buffer bytes = {0};
	bool done = file_read(path, ORG_CHART_BYTES_MAX, &bytes, err) &&
	    org_chart_parse(path, buffer_text(&bytes), names, chart, err);

	buffer_fini(&bytes);
	return done;
}

void
org_chart_close(struct org_chart *chart)
{
	if (!chart)
		return;
	symbols_close(chart->persons);
	memory_free(chart->rows);
	memory_free(chart->first);
	memory_free(chart);
}

/* The number of rows that begin at or before a moment. */
static size_t
rows_begun(const struct chart_row *rows, size_t count, int64_t time_ms)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (rows[middle].from_ms <= time_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
org_chart_find(
    const struct org_chart *chart, struct text person, int64_t time_ms, struct chart_place *place)
{
	uint32_t symbol = symbols_find(chart->persons, person);
	const struct chart_row *rows, *row;
	size_t count, begun;

	*place =
	    (struct chart_place){CHART_ABSENT, INT64_MIN, INT64_MAX, SYMBOL_NONE, ACTOR_UNKNOWN};
	if (!symbol)
		return;
	rows = chart->rows + chart->first[symbol];
	count = chart->first[symbol + 1] - chart->first[symbol];
	begun = rows_begun(rows, count, time_ms);
	row = begun ? &rows[begun - 1] : rows;
	place->team = row->team;
	place->kind = row->service ? ACTOR_SERVICE : ACTOR_HUMAN;
	if (begun && time_ms < row->to_ms) {
		place->standing = CHART_VALID;
		place->from_ms = row->from_ms;
		place->to_ms = row->to_ms;
		return;
	}
	place->standing = CHART_OUTSIDE;
	if (begun)
		place->from_ms = row->to_ms;
	if (begun < count)
		place->to_ms = rows[begun].from_ms;
}

size_t
org_chart_rows(const struct org_chart *chart)
{
	return chart->count;
}

/* Every manager is a person with rows once the chart is checked. */
size_t
org_chart_persons(const struct org_chart *chart)
{
	return chart_person_count(chart) - 1;
}

static bool
same_row(const struct org_chart *a, const struct chart_row *x, const struct org_chart *b,
    const struct chart_row *y)
{
	return x->from_ms == y->from_ms && x->to_ms == y->to_ms && x->service == y->service &&
	    text_equal(symbols_text(a->names, x->team), symbols_text(b->names, y->team)) &&
	    text_equal(symbols_text(a->persons, x->manager), symbols_text(b->persons, y->manager));
}

static bool
same_person(const struct org_chart *a, uint32_t in_a, const struct org_chart *b, uint32_t in_b)
{
	uint32_t count = a->first[in_a + 1] - a->first[in_a], i;

	if (!in_b || count != b->first[in_b + 1] - b->first[in_b])
		return false;
	for (i = 0; i < count; i++)
		if (!same_row(a, &a->rows[a->first[in_a] + i], b, &b->rows[b->first[in_b] + i]))
			return false;
	return true;
}

bool
org_chart_equal(const struct org_chart *a, const struct org_chart *b)
{
	uint32_t person;

	if (a->count != b->count || org_chart_persons(a) != org_chart_persons(b))
		return false;
	for (person = 1; person < chart_person_count(a); person++)
		if (!same_person(
			a, person, b, symbols_find(b->persons, symbols_text(a->persons, person))))
			return false;
	return true;
}
