/* SPDX-License-Identifier: Apache-2.0 */
/* The chart with pseudonyms for names, in an order that does not depend on the names. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "chart.h"

struct person {
	struct pseudonym pseudonym;
	uint32_t symbol;
};

static int
pseudonym_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pseudonym));
}

/* persons[symbol] for everybody. */
static bool
find_pseudonyms(const struct org_chart *chart, struct identity *identity, struct person *persons,
    struct error *err)
{
	struct identity_entry *entry;
	uint32_t symbol;

	for (symbol = 1; symbol < chart_person_count(chart); symbol++) {
		if (!identity_find_or_add(
			identity, symbols_text(chart->persons, symbol), &entry, err))
			return false;
		if (!entry)
			return error_set(err, ERROR_LIMIT,
			    "the org chart has %zu persons, more than limits.actors leaves room "
			    "for",
			    org_chart_persons(chart));
		persons[symbol] = (struct person){entry->pseudonym, symbol};
	}
	return true;
}

static void
print_hex(struct buffer *csv, const struct pseudonym *pseudonym)
{
	char hex[2 * PSEUDONYM_BYTES + 1];

	digest_hex(pseudonym->bytes, PSEUDONYM_BYTES, hex);
	buffer_add(csv, hex, 2 * PSEUDONYM_BYTES);
}

static void
print_cell(struct buffer *csv, struct text text)
{
	size_t i;

	if (!memchr(text.data, ',', text.size) && !memchr(text.data, '"', text.size)) {
		buffer_add_text(csv, text);
		return;
	}
	buffer_add_byte(csv, '"');
	for (i = 0; i < text.size; i++) {
		if (text.data[i] == '"')
			buffer_add_byte(csv, '"');
		buffer_add_byte(csv, (uint8_t)text.data[i]);
	}
	buffer_add_byte(csv, '"');
}

static void
print_time(struct buffer *csv, int64_t time_ms)
{
	char text[TIMESTAMP_TEXT_BYTES];

	buffer_add_byte(csv, ',');
	if (time_ms != CHART_EVER && time_ms != CHART_STILL)
		buffer_add_text(csv, text_of(timestamp_text(time_ms, text)));
}

static void
print_row(struct buffer *csv, const struct org_chart *chart, const struct person *by_symbol,
    const struct pseudonym *pseudonym, const struct chart_row *row)
{
	print_hex(csv, pseudonym);
	buffer_add_byte(csv, ',');
	print_cell(csv, symbols_text(chart->names, row->team));
	buffer_add_byte(csv, ',');
	if (row->manager)
		print_hex(csv, &by_symbol[row->manager].pseudonym);
	buffer_add_text(csv, row->service ? TEXT(",service") : TEXT(",human"));
	print_time(csv, row->from_ms);
	print_time(csv, row->to_ms);
	buffer_add_byte(csv, '\n');
}

bool
org_chart_print_pseudonymised(
    const struct org_chart *chart, struct identity *identity, struct buffer *csv, struct error *err)
{
	size_t count = chart_person_count(chart), i;
	struct person *by_symbol = memory_get_array(count, sizeof(*by_symbol));
	struct person *ordered = memory_get_array(count, sizeof(*ordered));
	bool done = find_pseudonyms(chart, identity, by_symbol, err);
	uint32_t row;

	if (done) {
		memcpy(ordered, by_symbol, count * sizeof(*ordered));
		qsort(ordered + 1, count - 1, sizeof(*ordered), pseudonym_order);
		buffer_add_text(csv, TEXT("person,team,manager,kind,valid_from,valid_to\n"));
		for (i = 1; i < count; i++)
			for (row = chart->first[ordered[i].symbol];
			     row < chart->first[ordered[i].symbol + 1]; row++)
				print_row(csv, chart, by_symbol, &ordered[i].pseudonym,
				    &chart->rows[row]);
	}
	memory_free(by_symbol);
	memory_free(ordered);
	return done;
}
