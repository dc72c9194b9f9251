/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an org chart. What is taken must equal itself read again, and
 * must give the same answer throughout the span that an answer claims.
 */
#include "origin/org_chart.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct org_chart *chart, struct text person, int64_t time_ms)
{
	struct chart_place place, other;

	org_chart_find(chart, person, time_ms, &place);
	assert(place.from_ms <= time_ms && time_ms < place.to_ms);
	org_chart_find(chart, person, place.from_ms, &other);
	assert(other.standing == place.standing && other.team == place.team &&
	    other.to_ms == place.to_ms);
	org_chart_find(chart, person, place.to_ms - 1, &other);
	assert(other.standing == place.standing && other.team == place.team &&
	    other.from_ms == place.from_ms);
}

/* Every run of characters between separators may be a person. */
static void
ask_for_all(const struct org_chart *chart, struct text bytes)
{
	static const int64_t times[] = {INT64_MIN, 0, 1456704000000, 1467331200000, 4102444800000};
	size_t from = 0, at, i;

	for (at = 0; at <= bytes.size; at++) {
		if (at < bytes.size && bytes.data[at] != ',' && bytes.data[at] != '\n')
			continue;
		for (i = 0; i < sizeof(times) / sizeof(*times); i++)
			ask(chart, (struct text){bytes.data + from, at - from}, times[i]);
		from = at + 1;
	}
}

static void
parse(struct text bytes, struct symbols *names)
{
	struct org_chart *chart = NULL, *again = NULL;
	struct error err = {0};

	if (!org_chart_parse("chart.csv", bytes, names, &chart, &err)) {
		assert(err.kind == ERROR_USAGE && err.text[0]);
		return;
	}
	assert(org_chart_parse("chart.csv", bytes, names, &again, &err));
	assert(org_chart_equal(chart, again));
	ask_for_all(chart, bytes);
	org_chart_close(chart);
	org_chart_close(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symbols *names = symbols_open();
	struct text bytes = {(const char *)data, size};
	struct org_chart *chart = NULL;
	struct error err = {0};

	if (size <= 65536)
		parse(bytes, names);
	if (size <= 65536 && org_chart_parse_pseudonymised(bytes, names, &chart, &err))
		org_chart_close(chart);
	symbols_close(names);
	return 0;
}
