/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "base/timestamp.h"
#include "cli/document.h"
#include "cli/plot.h"
#include "cli/progress.h"
#include "cli/receipt.h"
#include "cli/table.h"

/* A screen that is no terminal and keeps what is printed. */
struct paper {
	struct screen screen;
	char *text;
	size_t size;
};

static void
paper_begin(struct paper *paper)
{
	*paper = (struct paper){0};
	screen_init(&paper->screen, open_memstream(&paper->text, &paper->size));
	assert_false(paper->screen.colours);
}

static void
paper_holds(struct paper *paper, const char *expected)
{
	fclose(paper->screen.file);
	assert_string_equal(paper->text, expected);
	free(paper->text);
}

static void
columns_count_what_a_terminal_shows(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} cases[] = {
	    {"", 0}, {"abc", 3}, {"Zürich", 6}, {"e\xcc\x81", 1}, {"東京", 4}, {"Ｆ", 2},
	    {"🙂", 2}, {"\xff\xfe", 2}, {"a\xe6\x9d", 3}, {"안녕", 4},
	    {"\u1112\u1161\u11ab", 2}, /* the same syllable's letters */
	    {"日本語テキスト", 14},    /* kanji, katakana */
	    {"ｶﾞ", 2},                 /* half width */
	    {"a\u0301\u0323e", 2},     /* two marks on one letter */
	    {"क\u094dष", 2},           /* Devanagari virama */
	    {"น\u0e49ำ", 2},           /* Thai tone mark */
	    {"ש\u05b8ל", 2},           /* Hebrew point */
	    {"a\u200bb", 2},           /* zero width space */
	    {"✓ – → €", 7}, {"🚀🧪🫠", 6},
	    {"👩\u200d💻", 4}, /* joined: terminals that do not join show two */
	    {"𠀀", 2},       /* beyond the first plane */
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++)
		assert_int_equal(text_columns(text_of(cases[i].text)), cases[i].columns);
}

static void
a_receipt_aligns_its_values(void **state)
{
	struct paper paper;
	struct receipt *receipt;

	(void)state;
	paper_begin(&paper);
	receipt = receipt_open(&paper.screen);
	receipt_heading(receipt, "event");
	receipt_line(receipt, "id", "T-%d", 7);
	receipt_line(receipt, "geändert", "priority\nstate");
	receipt_heading(receipt, "origin");
	receipt_ink(receipt, INK_BAD, "team", "%s", "unknown");
	receipt_close(receipt);
	paper_holds(&paper,
	    "event\n"
	    "  id        T-7\n"
	    "  geändert  priority\n"
	    "            state\n"
	    "\n"
	    "origin\n"
	    "  team      unknown\n");
}

static void
a_table_aligns_text_left_and_numbers_right(void **state)
{
	static const struct table_column columns[] = {
	    {"partition", false}, {"read", true}, {"state", false}, {NULL}};
	struct paper paper;
	struct table *table;

	(void)state;
	paper_begin(&paper);
	table = table_open(&paper.screen, columns);
	table_cell(table, "東京.jsonl");
	table_cell(table, "%d", 12);
	table_cell(table, "ended");
	table_cell(table, "a.jsonl");
	table_cell(table, "%d", 141712);
	table_close(table);
	paper_holds(&paper,
	    "partition     read  state\n"
	    "東京.jsonl      12  ended\n"
	    "a.jsonl     141712  \n");
	paper_begin(&paper);
	table_close(table_open(&paper.screen, columns));
	paper_holds(&paper, "");
}

static void
words_are_wrapped_between_words(void **state)
{
	struct paper paper;

	(void)state;
	paper_begin(&paper);
	screen_wrap(&paper.screen, 60, "one two three four five six seven");
	paper_holds(&paper,
	    "                                                            one two three four\n"
	    "                                                            five six seven\n");
}

static void
progress_says_share_rate_and_what_is_left(void **state)
{
	struct progress progress = {
	    .what = "verify", .unit = "records", .total = 2000000, .done = 500000};
	char text[200];

	(void)state;
	assert_string_equal(progress_text(&progress, 2000000000, text, sizeof(text)),
	    "verify  [======                  ]  25 %  500 k records, 250 k/s, 6 s left");
	progress.done = 2000001;
	assert_string_equal(progress_text(&progress, 2000000000, text, sizeof(text)),
	    "verify  [========================] 100 %  2.0 M records, 1.0 M/s");
	progress.total = 0;
	progress.done = 1234;
	assert_string_equal(progress_text(&progress, 1000000000, text, sizeof(text)),
	    "verify  1234 records, 1234/s");
}

static void
a_document_keeps_its_order_and_shows_any_bytes(void **state)
{
	json_t *document = json_object();
	struct paper paper;

	(void)state;
	json_object_set_new(document, "z", document_time(1456709000123));
	json_object_set_new(document, "a", document_text((struct text){"caf\xe9", 4}));
	json_object_set_new(document, "none", document_text(TEXT_NONE));
	json_object_set_new(document, "never", document_time(TIME_NONE));
	json_object_set_new(document, "share", json_real(0.1));
	paper_begin(&paper);
	document_print(document, &paper.screen);
	paper_holds(&paper,
	    "{\n  \"z\": \"2016-02-29T01:23:20.123Z\",\n  \"a\": \"caf\\\\xe9\",\n  \"none\": "
	    "null,\n"
	    "  \"never\": null,\n  \"share\": 0.1\n}\n");
}

static void
a_plot_shows_where_it_moved(void **state)
{
	static const struct plot_point points[] = {{"2026-01-05", 0}, {"2026-01-06", 1},
	    {"2026-01-07", 4}, {"2026-01-08", 2000}, {"2026-01-09", 1000.5}};
	struct paper paper;

	(void)state;
	paper_begin(&paper);
	plot_print(&paper.screen, "Movement", points, ARRAY_COUNT(points));
	paper_holds(&paper,
	    "Movement\n"
	    "       2,000 ┤   █ \n"
	    "             │   █▁\n"
	    "             │   ██\n"
	    "             │ ▁▁██\n"
	    "              2026-01-05 to 2026-01-09\n");
}

static void
a_plot_of_nothing_is_nothing(void **state)
{
	static const struct plot_point points[] = {{"a", 0}, {"b", 0}};
	struct paper paper;

	(void)state;
	paper_begin(&paper);
	plot_print(&paper.screen, "Movement", points, 2);
	plot_print(&paper.screen, "Movement", points, 0);
	paper_holds(&paper, "");
}

static void
numbers_are_plain(void **state)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = {{0, "0"}, {-0.0, "0"}, {1, "1"}, {-12.5, "-12.5"}, {1234.5678, "1,234.57"},
	    {-123456, "-123,456"}, {1234567.8, "1,234,568"}, {0.00012345678, "0.000123457"},
	    {0.00001, "1e-05"}, {1e15, "1e+15"}, {1e308, "1e+308"}, {(double)NAN, "-"},
	    {0.1 + 0.2, "0.3"}, {999999.9, "1,000,000"}};
	char text[PLOT_NUMBER_BYTES];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++)
		assert_string_equal(plain_number(cases[i].number, text), cases[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_count_what_a_terminal_shows),
	    cmocka_unit_test(a_plot_shows_where_it_moved),
	    cmocka_unit_test(a_plot_of_nothing_is_nothing),
	    cmocka_unit_test(numbers_are_plain),
	    cmocka_unit_test(a_receipt_aligns_its_values),
	    cmocka_unit_test(a_table_aligns_text_left_and_numbers_right),
	    cmocka_unit_test(words_are_wrapped_between_words),
	    cmocka_unit_test(progress_says_share_rate_and_what_is_left),
	    cmocka_unit_test(a_document_keeps_its_order_and_shows_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
