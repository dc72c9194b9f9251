/* SPDX-License-Identifier: Apache-2.0 */
/* Movement is added up by hour and name, by day and actor, and given as rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/spread.h"
#include "movement_held.h"
#include "movement_inside.h"

#define DAY MOVEMENT_DAY_MS
#define HOUR MOVEMENT_HOUR_MS

struct scene {
	struct image *image;
	place root;
	struct symbols *names;
	struct movement *movement;
	struct held held;
	uint32_t feature, model;
	uint32_t red, blue, web, mail, level, note; /* symbols */
};

static uint32_t
symbol(struct scene *scene, const char *text)
{
	return symbols_add(scene->names, text_of(text));
}

static void
open_movement(struct scene *scene)
{
	struct error err = {0};

	if (!movement_open(scene->image, scene->root, scene->names, &scene->movement, &err))
		fail_msg("%s", err.text);
}

static void
begin(struct scene *scene)
{
	struct error err = {0};

	*scene = (struct scene){0};
	assert_true(image_open((size_t)4 << 30, &scene->image, &err));
	scene->root = image_get(scene->image, MOVEMENT_ROOT_BYTES);
	scene->names = symbols_open();
	open_movement(scene);
	held_init(&scene->held);
	scene->red = symbol(scene, "red");
	scene->blue = symbol(scene, "blue");
	scene->web = symbol(scene, "web");
	scene->mail = symbol(scene, "mail");
	scene->level = symbol(scene, "level");
	scene->note = symbol(scene, "note");
	scene->feature = movement_subject(scene->movement, MOVEMENT_FEATURE, TEXT("load"));
	scene->model = movement_subject(scene->movement, MOVEMENT_MODEL, TEXT("load"));
	movement_subjects(scene->movement, (uint32_t[]){scene->feature, scene->model}, 2);
}

static void
end(struct scene *scene)
{
	held_fini(&scene->held);
	movement_close(scene->movement);
	symbols_close(scene->names);
	image_close(scene->image);
}

static void
give(struct scene *scene)
{
	movement_rows(scene->movement, &scene->held.sink);
}

/* Another process takes up what the image holds. */
static void
reopen(struct scene *scene)
{
	movement_event_end(scene->movement);
	movement_close(scene->movement);
	open_movement(scene);
	scene->held.again = true;
}

static void
event(struct scene *scene, int64_t time_ms, uint32_t actor, double moved)
{
	movement_clock(scene->movement, time_ms, 7);
	movement_event(scene->movement, time_ms, scene->red, scene->web, SYMBOL_NONE, actor);
	movement_add(scene->movement, scene->feature, scene->level, moved, true);
}

static void
expect_cell(struct scene *scene, uint32_t subject, int64_t day, uint32_t hour, uint32_t by,
    uint32_t word, uint64_t count, double magnitude, double moved)
{
	const struct held_row *row = held_day(&scene->held, subject, day);
	const struct held_cell *cell;

	assert_non_null(row);
	cell = held_cell(row, hour, by, word);
	assert_non_null(cell);
	assert_int_equal(cell->count, count);
	assert_true(cell->magnitude == magnitude);
	assert_true(cell->moved == moved);
}

/* --- one event ------------------------------------------------------------------------ */

static void
an_event_counts_under_each_of_its_names(void **state)
{
	struct scene scene;
	const struct held_row *row;

	begin(&scene);
	event(&scene, 2 * DAY + 5 * HOUR + 1, 0x01020304, 3);
	event(&scene, 2 * DAY + 5 * HOUR + 2, 0x01020304, -1);
	give(&scene);
	expect_cell(&scene, scene.feature, 2, 5, BY_TEAM, held_word(&scene.held, "red"), 2, 4, 2);
	expect_cell(&scene, scene.feature, 2, 5, BY_SYSTEM, held_word(&scene.held, "web"), 2, 4, 2);
	expect_cell(&scene, scene.feature, 2, 5, BY_CHANNEL, MOVEMENT_UNKNOWN, 2, 4, 2);
	expect_cell(
	    &scene, scene.feature, 2, 5, BY_FIELD, held_word(&scene.held, "level"), 2, 4, 2);
	row = held_day(&scene.held, scene.feature, 2);
	assert_int_equal(row->cell_count, 4);
	assert_false(row->ended);
	assert_int_equal(row->actor_count, 1);
	assert_true(row->total == 4 && row->squares == 16);
	assert_int_equal(row->top_count, 1);
	assert_int_equal(row->top[0].actor, 0x01020304);
	assert_true(held_actor(&scene.held, 2, 0x01020304, scene.feature).moved == 2);
	assert_null(held_day(&scene.held, scene.model, 2));
	assert_string_equal(scene.held.subjects[scene.feature], "fload");
	assert_string_equal(scene.held.subjects[scene.model], "mload");
	end(&scene);
}

static void
several_fields_of_an_event_count_once_with_their_sum(void **state)
{
	struct scene scene;
	uint32_t red, level, note;

	begin(&scene);
	event(&scene, 0, 1, 3);
	movement_add(scene.movement, scene.model, scene.level, 0.5, true);
	movement_add(scene.movement, scene.feature, scene.note, -2, false);
	event(&scene, 1, 1, 1e308);
	movement_add(scene.movement, scene.feature, scene.note, -1e308, false);
	give(&scene);
	red = held_word(&scene.held, "red");
	level = held_word(&scene.held, "level");
	note = held_word(&scene.held, "note");
	expect_cell(&scene, scene.feature, 0, 0, BY_TEAM, red, 2, 1, 1);
	expect_cell(&scene, scene.feature, 0, 0, BY_FIELD, level, 2, 1e308, 1e308);
	expect_cell(&scene, scene.feature, 0, 0, BY_FIELD, note, 2, 1e308, -1e308);
	expect_cell(&scene, scene.model, 0, 0, BY_TEAM, red, 1, 0.5, 0.5);
	assert_int_equal(held_actor(&scene.held, 0, 1, scene.feature).count, 2);
	end(&scene);
}

static void
sums_stop_at_the_greatest_number(void **state)
{
	struct scene scene;
	const struct held_row *row;
	int i;

	begin(&scene);
	for (i = 0; i < 3; i++)
		event(&scene, 0, 1, -DBL_MAX);
	for (i = 0; i < 1000; i++)
		event(&scene, 0, 1, 9e289);
	event(&scene, 0, 1, DBL_MAX);
	give(&scene);
	expect_cell(
	    &scene, scene.feature, 0, 0, BY_TEAM, held_word(&scene.held, "red"), 1004, DBL_MAX, 0);
	row = held_day(&scene.held, scene.feature, 0);
	assert_true(row->squares == DBL_MAX && row->total == DBL_MAX);
	end(&scene);
}

static void
an_event_that_moves_nothing_leaves_nothing(void **state)
{
	struct scene scene;

	begin(&scene);
	movement_event(scene.movement, 0, scene.red, scene.web, scene.mail, 1);
	give(&scene);
	assert_int_equal(scene.held.count, 0);
	assert_int_equal(scene.held.word_count, 0);
	end(&scene);
}

/* --- days ----------------------------------------------------------------------------- */

static void
early_and_late_events_count_at_the_edge_of_what_is_open(void **state)
{
	static const struct {
		int64_t time_ms, day;
		uint32_t hour;
	} cases[] = {
	    {10 * DAY + 3 * HOUR, 10, 3},
	    {9 * DAY + 23 * HOUR, 9, 23}, /* the clock is not an hour past it */
	    {8 * DAY + 23 * HOUR, 9, 0},
	    {-400 * (int64_t)DAY, 9, 0},
	    {24 * (int64_t)DAY + 5 * HOUR, 24, 5},
	    {25 * (int64_t)DAY + 5 * HOUR, 24, 23},
	    {9000 * (int64_t)DAY, 24, 23},
	};
	struct scene scene;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		begin(&scene);
		movement_clock(scene.movement, 10 * DAY + HOUR - 1, 1);
		movement_event(scene.movement, cases[i].time_ms, scene.red, scene.web, 0, 1);
		movement_add(scene.movement, scene.feature, scene.level, 1, true);
		give(&scene);
		expect_cell(&scene, scene.feature, cases[i].day, cases[i].hour, BY_TEAM,
		    held_word(&scene.held, "red"), 1, 1, 1);
		end(&scene);
	}
}

static void
days_before_1970_have_their_hours(void **state)
{
	struct scene scene;

	begin(&scene);
	event(&scene, -1, 1, 1);
	give(&scene);
	expect_cell(&scene, scene.feature, -1, 23, BY_TEAM, held_word(&scene.held, "red"), 1, 1, 1);
	end(&scene);
}

static void
a_day_ends_when_the_clock_is_an_hour_past_it(void **state)
{
	struct scene scene;

	begin(&scene);
	event(&scene, 3 * DAY + 1, 1, 1);
	movement_clock(scene.movement, 4 * DAY + HOUR - 1, 11);
	give(&scene);
	assert_false(held_day(&scene.held, scene.feature, 3)->ended);
	movement_clock(scene.movement, 4 * DAY + HOUR, 12);
	give(&scene);
	assert_true(held_day(&scene.held, scene.feature, 3)->ended);
	assert_int_equal(held_day(&scene.held, scene.feature, 3)->given, 2);
	give(&scene);
	assert_int_equal(held_day(&scene.held, scene.feature, 3)->given, 2);
	end(&scene);
}

static void
what_left_windows_stands_beside_all(void **state)
{
	struct scene scene;
	const struct held_row *row;
	uint32_t by;

	begin(&scene);
	event(&scene, 1, 1, 5);
	movement_expiry(scene.movement, scene.feature, HOUR, -5);
	movement_expiry(scene.movement, scene.feature, HOUR + 1, 2);
	give(&scene);
	for (by = 0; by < MOVEMENT_BY_COUNT; by++)
		expect_cell(&scene, scene.feature, 0, 1, by, MOVEMENT_EXPIRY, 2, 7, -3);
	row = held_day(&scene.held, scene.feature, 0);
	assert_true(row->total == 5);
	assert_int_equal(row->actor_count, 1);
	end(&scene);
}

/* --- rows ----------------------------------------------------------------------------- */

static void
only_what_changed_is_given_again(void **state)
{
	struct scene scene;

	begin(&scene);
	event(&scene, 1, 0x01000000, 5);
	event(&scene, 1, 0x02000000, 5);
	movement_add(scene.movement, scene.model, scene.level, 1, true);
	give(&scene);
	assert_int_equal(scene.held.count, 4);
	event(&scene, 1, 0x02000000, 5);
	give(&scene);
	give(&scene);
	assert_int_equal(scene.held.count, 4);
	assert_int_equal(held_day(&scene.held, scene.feature, 0)->given, 2);
	assert_int_equal(held_day(&scene.held, scene.model, 0)->given, 1);
	assert_int_equal(scene.held.rows[2].bucket, 1);
	assert_int_equal(scene.held.rows[2].given, 1);
	assert_int_equal(scene.held.rows[3].given, 2);
	end(&scene);
}

static void
a_sparing_reader_gets_open_days_when_it_is_worth_it(void **state)
{
	struct scene scene;
	int i;

	begin(&scene);
	scene.held.sink.sparing = true;
	for (i = 0; i < 1023; i++)
		event(&scene, 1, 1, 1);
	give(&scene);
	assert_int_equal(scene.held.count, 0);
	event(&scene, 1, 1, 1);
	give(&scene);
	assert_int_equal(held_day(&scene.held, scene.feature, 0)->given, 1);
	event(&scene, 1, 1, 1);
	give(&scene);
	assert_int_equal(held_day(&scene.held, scene.feature, 0)->given, 1);
	movement_clock(scene.movement, 2 * DAY, 5);
	give(&scene);
	assert_true(held_day(&scene.held, scene.feature, 0)->ended);
	assert_int_equal(held_day(&scene.held, scene.feature, 0)->actor_count, 1);
	expect_cell(
	    &scene, scene.feature, 0, 0, BY_TEAM, held_word(&scene.held, "red"), 1025, 1025, 1025);
	end(&scene);
}

static void
all_that_is_held_is_given_after_an_open(void **state)
{
	struct scene scene;
	struct held again;

	begin(&scene);
	event(&scene, 1, 1, 5);
	event(&scene, 2 * DAY, 1, 5);
	give(&scene);
	event(&scene, 3 * DAY + HOUR, 1, 5); /* day 2 waits */
	reopen(&scene);
	held_init(&again);
	movement_rows(scene.movement, &again.sink);
	assert_null(held_day(&again, scene.feature, 0));
	assert_true(held_day(&again, scene.feature, 2)->ended);
	assert_false(held_day(&again, scene.feature, 3)->ended);
	assert_int_equal(again.subject_count, 2);
	assert_int_equal(held_word(&again, "red"), 1);
	assert_int_equal(movement_subject(scene.movement, MOVEMENT_MODEL, TEXT("load")), 2);
	held_fini(&again);
	end(&scene);
}

static void
memory_is_given_back_when_days_have_ended(void **state)
{
	struct scene scene;
	size_t before;
	uint32_t i;

	begin(&scene);
	event(&scene, 0, 1, 5);
	movement_value(scene.movement, scene.feature, 5);
	movement_clock(scene.movement, 100 * (int64_t)DAY, 5);
	movement_rows(scene.movement, NULL);
	before = image_bytes(scene.image);
	for (i = 0; i < 5000; i++) {
		event(&scene, 200 * (int64_t)DAY + i % 7 * DAY, i * 7919, 5);
		movement_value(scene.movement, scene.feature, i);
	}
	assert_true(image_bytes(scene.image) > before + 100000);
	movement_clock(scene.movement, 300 * (int64_t)DAY, 5);
	give(&scene);
	assert_int_equal(image_bytes(scene.image), before);
	end(&scene);
}

/* --- bounds --------------------------------------------------------------------------- */

static void
further_words_count_as_unknown(void **state)
{
	struct scene scene;
	struct movement_counts counts;
	char name[16];
	uint32_t i;

	begin(&scene);
	for (i = 0; i < MOVEMENT_WORDS + 5; i++) {
		snprintf(name, sizeof(name), "word %u", i);
		movement_event(scene.movement, i % 7 * DAY, symbol(&scene, name), 0, 0, 1);
		movement_add(scene.movement, scene.feature, SYMBOL_NONE, 1, true);
	}
	movement_event_end(scene.movement);
	movement_counts(scene.movement, &counts);
	assert_int_equal(counts.words_beyond, 5);
	give(&scene);
	assert_int_equal(scene.held.word_count, MOVEMENT_WORDS);
	assert_int_equal(held_day(&scene.held, scene.feature, 0)->actor_count, 1);
	assert_true(held_day(&scene.held, scene.feature, 0)->total == (MOVEMENT_WORDS + 5 + 6) / 7);
	end(&scene);
}

static void
what_nobody_asks_for_is_dropped_in_the_end(void **state)
{
	struct scene scene;
	struct movement_counts counts;
	uint32_t subjects[600], i;
	char name[16];

	begin(&scene);
	for (i = 0; i < ARRAY_COUNT(subjects); i++) {
		snprintf(name, sizeof(name), "f%u", i);
		subjects[i] = movement_subject(scene.movement, MOVEMENT_FEATURE, text_of(name));
	}
	movement_subjects(scene.movement, subjects, ARRAY_COUNT(subjects));
	for (i = 0; i < 60000; i++)
		event(&scene, i / 600 * 2 * (int64_t)DAY, i, 1);
	movement_counts(scene.movement, &counts);
	assert_true(counts.lost > 0 && counts.lost < 60);
	assert_true(image_bytes(scene.image) < MOVEMENT_WAITING_BYTES * 5 / 4);
	give(&scene);
	assert_int_equal(held_day(&scene.held, scene.feature, 198)->actor_count, 600);
	end(&scene);
}

static void
a_day_with_very_many_actors_has_parts(void **state)
{
	struct scene scene;
	const struct held_row *row;
	double squares = 0;
	uint32_t i, parts = 0;

	begin(&scene);
	for (i = 0; i < 1000000; i++) {
		event(&scene, 0, i * 2654435761u, i % 100000 < 3 ? 1000 : 1);
		if (i % 1000 == 0)
			event(&scene, 0, 5, 2); /* in each part */
		if (i == 500000)
			give(&scene);
	}
	movement_clock(scene.movement, 2 * DAY, 1);
	give(&scene);
	row = held_day(&scene.held, scene.feature, 0);
	squares = 999970 + 30 * 1e6 + 2000.0 * 2000;
	assert_true(row->total == 999970 + 30 * 1000 + 2000);
	assert_true(row->squares == squares);
	assert_true(row->actor_count > 930000 && row->actor_count < 1070000);
	assert_int_equal(row->top_count, MOVEMENT_TOP);
	assert_int_equal(row->top[0].actor, 5);
	assert_true(row->top[0].magnitude == 2000 && row->top[0].count == 1000);
	assert_true(row->top[30].magnitude == 1000 && row->top[31].magnitude == 1);
	for (i = 0; i < scene.held.count; i++)
		if (!scene.held.rows[i].is_day && scene.held.rows[i].part > parts)
			parts = scene.held.rows[i].part;
	assert_int_equal(parts, 1000001 / MOVEMENT_ACTORS);
	assert_true(held_actor(&scene.held, 0, 5, scene.feature).moved == 2000);
	end(&scene);
}

/* --- the scale ------------------------------------------------------------------------ */

static void
the_last_ended_day_with_values_leaves_the_scale(void **state)
{
	struct scene scene;
	struct spread spread = {0};
	int i;

	begin(&scene);
	assert_true(movement_scale(scene.movement, scene.feature) == 0);
	for (i = 0; i < 100; i++) {
		event(&scene, DAY, 1, 1);
		movement_value(scene.movement, scene.feature, i * i);
		spread_add(&spread, i * i);
	}
	assert_true(movement_scale(scene.movement, scene.feature) == 0);
	movement_clock(scene.movement, 2 * DAY + HOUR, 77);
	assert_true(movement_scale(scene.movement, scene.feature) == spread_scale(&spread));
	event(&scene, 2 * DAY + HOUR, 1, 1);
	movement_clock(scene.movement, 4 * DAY, 99);
	reopen(&scene);
	assert_true(movement_scale(scene.movement, scene.feature) == spread_scale(&spread));
	give(&scene);
	assert_int_equal(scene.held.scale_count, 1);
	assert_int_equal(scene.held.scales[0].subject, scene.feature);
	assert_int_equal(scene.held.scales[0].record, 77);
	assert_int_equal(scene.held.scales[0].day, 1);
	assert_true(scene.held.scales[0].scale == spread_scale(&spread));
	end(&scene);
}

/* --- the image ------------------------------------------------------------------------ */

static void
an_image_of_something_else_is_damage(void **state)
{
	struct scene scene;
	struct error err = {0};

	begin(&scene);
	movement_close(scene.movement);
	((struct movement_root *)image_at(scene.image, scene.root))->version = 9;
	assert_false(movement_open(scene.image, scene.root, scene.names, &scene.movement, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	assert_string_equal(err.text, "movement: version 9, this program knows 1");
	((struct movement_root *)image_at(scene.image, scene.root))->version = 1;
	((struct movement_root *)image_at(scene.image, scene.root))->subject_count = 3;
	assert_false(movement_open(scene.image, scene.root, scene.names, &scene.movement, &err));
	assert_string_equal(
	    err.text, "movement: 2 subjects and 0 words, 3 and 0 are said to be there");
	scene.movement = NULL;
	end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_event_counts_under_each_of_its_names),
	    cmocka_unit_test(several_fields_of_an_event_count_once_with_their_sum),
	    cmocka_unit_test(sums_stop_at_the_greatest_number),
	    cmocka_unit_test(an_event_that_moves_nothing_leaves_nothing),
	    cmocka_unit_test(early_and_late_events_count_at_the_edge_of_what_is_open),
	    cmocka_unit_test(days_before_1970_have_their_hours),
	    cmocka_unit_test(a_day_ends_when_the_clock_is_an_hour_past_it),
	    cmocka_unit_test(what_left_windows_stands_beside_all),
	    cmocka_unit_test(only_what_changed_is_given_again),
	    cmocka_unit_test(a_sparing_reader_gets_open_days_when_it_is_worth_it),
	    cmocka_unit_test(all_that_is_held_is_given_after_an_open),
	    cmocka_unit_test(memory_is_given_back_when_days_have_ended),
	    cmocka_unit_test(further_words_count_as_unknown),
	    cmocka_unit_test(what_nobody_asks_for_is_dropped_in_the_end),
	    cmocka_unit_test(a_day_with_very_many_actors_has_parts),
	    cmocka_unit_test(the_last_ended_day_with_values_leaves_the_scale),
	    cmocka_unit_test(an_image_of_something_else_is_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
