/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wide rows: what changed is what differs from the entity's last row; and a
 * decoder that learns from recorded events goes on like the one that was there.
 */
#include "decoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define WIDE "dataset: {value: d}\ntime: t\nid: i\nentity: e\n"

struct wide_case {
	const char *row, *expected;
};

static void
check_all(enum message_format format, const char *mapping, const char *header,
    const struct wide_case *cases, size_t count)
{
	struct decoding decoding;
	size_t i;

	decoding_open(&decoding, format, mapping, NULL);
	decoding_header(&decoding, text_of(header));
	for (i = 0; i < count; i++)
		assert_string_equal(
		    decoding_one(&decoding, text_of(cases[i].row)), cases[i].expected);
	decoding_close(&decoding);
}

static void
rows_become_changes(void **state)
{
	static const struct wide_case cases[] = {
	    {"2016-02-29,1,A,high,5",
		"2016-02-29T00:00:00Z d id=1 entity=A [p null -> 'high', n null -> 5]"},
	    {"2016-02-29,2,A,high,5", "2016-02-29T00:00:00Z d id=2 entity=A []"},
	    {"2016-02-29,3,A,low,5", "2016-02-29T00:00:00Z d id=3 entity=A [p #4 -> 'low']"},
	    {"2016-02-29,4,A,,6", "2016-02-29T00:00:00Z d id=4 entity=A [n 5 -> 6]"},
	    {"2016-02-29,5,B,low,6",
		"2016-02-29T00:00:00Z d id=5 entity=B [p null -> 'low', n null -> 6]"},
	    {"2016-02-29,6,A,high,6.5",
		"2016-02-29T00:00:00Z d id=6 entity=A [p #3 -> 'high', n 6 -> 6.5d]"},
	    {"2016-02-29,7,A,7,6.50", "2016-02-29T00:00:00Z d id=7 entity=A [p #4 -> 7]"},
	    {"2016-02-29,8,A,7,x", "2016-02-29T00:00:00Z d id=8 entity=A [n 6.5d -> 'x']"},
	    {"2016-02-29,9,,7,x",
		"quarantined: required-field-missing: entity: the record does not say; `wide` "
		"needs it"},
	};
	static const struct wide_case null_cases[] = {
	    {"2016-02-29,1,A,high,", "2016-02-29T00:00:00Z d id=1 entity=A [p null -> 'high']"},
	    {"2016-02-29,2,A,,", "2016-02-29T00:00:00Z d id=2 entity=A [p #4 -> null]"},
	    {"2016-02-29,3,A,,0", "2016-02-29T00:00:00Z d id=3 entity=A [n null -> 0]"},
	    {"2016-02-29,4,A,high,0", "2016-02-29T00:00:00Z d id=4 entity=A [p null -> 'high']"},
	};

	check_all(FORMAT_CSV, WIDE "changes: {wide: [p, n], empty: absent}\n", "t,i,e,p,n", cases,
	    ARRAY_COUNT(cases));
	check_all(FORMAT_CSV, WIDE "changes: {wide: [p, n], empty: null}\n", "t,i,e,p,n",
	    null_cases, ARRAY_COUNT(null_cases));
}

static void
all_takes_what_nobody_names(void **state)
{
	static const struct wide_case cases[] = {
	    {"2016-02-29,1,A,high,5,9",
		"2016-02-29T00:00:00Z d id=1 entity=A [p null -> 'high', n null -> 5]"},
	    {"2016-02-29,2,A,high,7,8", "2016-02-29T00:00:00Z d id=2 entity=A [n 5 -> 7]"},
	};
	static const struct wide_case json_cases[] = {
	    {"{\"t\":\"2016-02-29\",\"e\":\"A\",\"p\":\"high\",\"x\":1,\"n\":5,\"deep\":{\"p\":1},"
	     "\"list\":[1],\"b\":true}",
		"2016-02-29T00:00:00Z d entity=A [p null -> 'high', n null -> 5, b null -> true]"},
	    {"{\"t\":\"2016-02-29\",\"e\":\"A\",\"b\":false,\"p\":\"high\",\"x\":2}",
		"2016-02-29T00:00:00Z d entity=A [b true -> false]"},
	    {"{\"t\":\"2016-02-29\",\"e\":\"A\",\"p\":null,\"n\":\"\"}",
		"2016-02-29T00:00:00Z d entity=A [p #4 -> null, n 5 -> '']"},
	    {"{\"t\":\"2016-02-29\",\"e\":\"A\",\"p\":null,\"n\":\"\",\"new\":null}",
		"2016-02-29T00:00:00Z d entity=A []"},
	};

	check_all(FORMAT_CSV, WIDE "changes: {wide: all, except: [x]}\n", "t,i,e,p,n,x", cases,
	    ARRAY_COUNT(cases));
	check_all(FORMAT_JSON, WIDE "changes: {wide: all, except: [x]}\n", NULL, json_cases,
	    ARRAY_COUNT(json_cases));
}

static void
datasets_are_apart(void **state)
{
	static const struct wide_case cases[] = {
	    {"2016-02-29,a,A,x", "2016-02-29T00:00:00Z a entity=A [p null -> 'x']"},
	    {"2016-02-29,b,A,x", "2016-02-29T00:00:00Z b entity=A [p null -> 'x']"},
	    {"2016-02-29,a,A,x", "2016-02-29T00:00:00Z a entity=A []"},
	};

	check_all(FORMAT_CSV, "dataset: d\ntime: t\nentity: e\nchanges: {wide: [p]}\n", "t,d,e,p",
	    cases, ARRAY_COUNT(cases));
}

static void
a_row_put_aside_leaves_no_trace(void **state)
{
	const struct decoder_options limits = {.changes_max = 2};
	struct decoding decoding;

	decoding_open(&decoding, FORMAT_CSV, WIDE "changes: {wide: [p, q, r]}\n", &limits);
	decoding_header(&decoding, TEXT("t,i,e,p,q,r"));
	assert_string_equal(decoding_one(&decoding, TEXT("2016-02-29,1,A,1,2,3")),
	    "quarantined: too-many-changes: 3 changes; 2 are allowed");
	assert_string_equal(decoding_one(&decoding, TEXT("2016-02-29,2,A,1,2,")),
	    "2016-02-29T00:00:00Z d id=2 entity=A [p null -> 1, q null -> 2]");
	assert_string_equal(decoding_one(&decoding, TEXT("2016,3,A,5,6,")),
	    "quarantined: time-unreadable: time: field t: '-' expected at character 5");
	assert_string_equal(decoding_one(&decoding, TEXT("2016-02-29,4,A,1,2,3")),
	    "2016-02-29T00:00:00Z d id=4 entity=A [r null -> 3]");
	decoding_close(&decoding);
}

static void
the_oldest_is_forgotten(void **state)
{
	const struct decoder_options limits = {.wide_entities_max = 2};
	struct decoding decoding;

	decoding_open(&decoding, FORMAT_CSV, WIDE "changes: {wide: [p]}\n", &limits);
	decoding_header(&decoding, TEXT("t,i,e,p"));
	decoding_one(&decoding, TEXT("2016-02-29,1,A,1"));
	decoding_one(&decoding, TEXT("2016-02-29,2,B,1"));
	assert_string_equal(decoding_one(&decoding, TEXT("2016-02-29,3,A,1")),
	    "2016-02-29T00:00:00Z d id=3 entity=A []");
	decoding_one(&decoding, TEXT("2016-02-29,4,C,1"));
	assert_int_equal(decoder_forgotten(decoding.decoder), 1);
	assert_string_equal(decoding_one(&decoding, TEXT("2016-02-29,5,A,1")),
	    "2016-02-29T00:00:00Z d id=5 entity=A []");
	assert_string_equal(decoding_one(&decoding, TEXT("2016-02-29,6,B,1")),
	    "2016-02-29T00:00:00Z d id=6 entity=B [p null -> 1]");
	assert_int_equal(decoder_forgotten(decoding.decoder), 2);
	decoding_close(&decoding);
}

static void
only_wide_mappings_remember(void **state)
{
	struct decoding decoding;

	decoding_open(&decoding, FORMAT_JSON, WIDE "changes: {list: c}\n", NULL);
	assert_false(decoder_remembers(decoding.decoder));
	decoding_close(&decoding);
	decoding_open(&decoding, FORMAT_JSON, WIDE "changes: {wide: all}\n", NULL);
	assert_true(decoder_remembers(decoding.decoder));
	decoding_close(&decoding);
}

/* What the ledger gives back: texts of changes are macs. */
static void
as_recorded(struct decoding *decoding, struct event *event)
{
	uint32_t i;

	for (i = 0; i < event->change_count; i++) {
		struct value *value = &event->changes[i].new_value;
		struct text_key key;
		struct text text = value->text;

		if (value->kind != VALUE_TEXT)
			continue;
		keys_text_key(decoding->keys, symbols_text(decoding->names, event->dataset),
		    symbols_text(decoding->names, event->changes[i].field), &key);
		value->kind = VALUE_HASHED;
		value->hashed.size = (uint32_t)text.size;
		text_key_mac(&key, text, value->hashed.mac);
		text_key_fini(&key);
	}
}

static uint32_t
roll(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

#define ROWS 3000

/* Few entities, few values, some rows bad: everything happens often. */
static const char *
make_row(uint64_t *seed, int number, char row[200])
{
	static const char *const values[] = {
	    "", "low", "high", "a longer text than the others", "1", "2.5", "-0"};
	uint32_t entity = roll(seed, 3) ? roll(seed, 20) : roll(seed, 200);
	int used = snprintf(row, 200, "%s,%d,%s%u", roll(seed, 50) ? "2016-02-29" : "never", number,
	    roll(seed, 2) ? "entity/" : "e", entity);
	int column;

	for (column = 0; column < 5; column++)
		used += snprintf(
		    row + used, 200 - (size_t)used, ",%s", values[roll(seed, ARRAY_COUNT(values))]);
	return row;
}

/* Answers to rows first..last, each as text in all. */
static void
decode_rows(struct decoding *decoding, char (*rows)[200], int first, int last, size_t batch,
    struct buffer *all)
{
	size_t i;

	while (first < last) {
		decoding_reset(decoding);
		for (i = 0; i < batch && first < last; i++)
			decoding_add(decoding, text_of(rows[first++]));
		decoding_run(decoding);
		for (i = 0; i < decoding->batch.count; i++)
			buffer_add_format(all, "%s\n", decoding_show(decoding, i));
	}
}

static void
restore_from(
    struct decoding *decoding, char (*rows)[200], int last, const struct decoder_options *limits)
{
	struct decoder *fresh;
	int row;

	/* The first decoder reads, the second one learns from what was recorded. */
	fresh = decoding->decoder;
	decoding->decoder = NULL;
	decoding_reopen(decoding, limits);
	for (row = 0; row < last; row++) {
		decoding_one(decoding, text_of(rows[row]));
		if (decoding->batch.outcomes[0].disposition != DISPOSITION_RECORDED)
			continue;
		as_recorded(decoding, &decoding->batch.events[0]);
		decoder_restore(fresh, &decoding->batch.events[0]);
	}
	decoder_close(decoding->decoder);
	decoding->decoder = fresh;
}

static void
a_restart_changes_nothing(void **state)
{
	static char rows[ROWS][200];
	static const size_t bounds[] = {1, 7, 50, 1000};
	static const int cuts[] = {1, 777, 1500, 2999};
	struct decoding decoding;
	uint64_t seed = 5;
	size_t bound, cut;
	int row;

	for (row = 0; row < ROWS; row++)
		make_row(&seed, row, rows[row]);
	for (bound = 0; bound < ARRAY_COUNT(bounds); bound++) {
		const struct decoder_options limits = {.wide_entities_max = bounds[bound]};
		struct buffer whole = {0}, rest = {0};

		decoding_open(
		    &decoding, FORMAT_CSV, WIDE "changes: {wide: [a, b], empty: null}\n", &limits);
		decoding_header(&decoding, TEXT("t,i,e,a,b,c,d,x"));
		decode_rows(&decoding, rows, 0, ROWS, 100, &whole);
		for (cut = 0; cut < ARRAY_COUNT(cuts); cut++) {
			decoding_reopen(&decoding, &limits);
			restore_from(&decoding, rows, cuts[cut], &limits);
			rest.size = 0;
			decode_rows(&decoding, rows, cuts[cut], ROWS, 33, &rest);
			assert_true(rest.size > 0 && rest.size < whole.size);
			assert_memory_equal(
			    rest.data, whole.data + whole.size - rest.size, rest.size);
		}
		buffer_fini(&whole);
		buffer_fini(&rest);
		decoding_close(&decoding);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_become_changes),
	    cmocka_unit_test(all_takes_what_nobody_names),
	    cmocka_unit_test(datasets_are_apart),
	    cmocka_unit_test(a_row_put_aside_leaves_no_trace),
	    cmocka_unit_test(the_oldest_is_forgotten),
	    cmocka_unit_test(only_wide_mappings_remember),
	    cmocka_unit_test(a_restart_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
