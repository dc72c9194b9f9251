/* SPDX-License-Identifier: Apache-2.0 */
/* The organ at its edges: numbers, keys, windows, clocks, epochs, limits, snapshots. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

#define DAY ((int64_t)86400000)
#define START ((int64_t)1600000000000)
#define FILE_HEAD "version: 1\ndatasets: [{name: d}]\nfeatures:\n"

/* One change of one field. */
static struct influences
change(
    struct scene *scene, int64_t time_ms, const char *entity, const char *field, struct value value)
{
	struct happening happening = {.time_ms = time_ms,
	    .offset = (int64_t)scene->record,
	    .entity = entity,
	    .change_count = 1,
	    .changes = {{field, value}}};

	return scene_event(scene, &happening);
}

/* --- numbers --------------------------------------------------------------------------------- */

static const struct {
	const char *what;
	struct value value;
	uint32_t status;
	double after; /* of a sum that was 1 before */
} numbers[] = {
    {"a number", {VALUE_DOUBLE, .number = 2.5}, INFLUENCE_COUNTED, 3.5},
    {"a whole number", {VALUE_LONG, .integer = -3}, INFLUENCE_COUNTED, -2},
    {"minus nothing", {VALUE_DOUBLE, .number = -0.0}, INFLUENCE_COUNTED, 1},
    {"the least denormal", {VALUE_DOUBLE, .number = 5e-324}, INFLUENCE_COUNTED, 1},
    {"1e308", {VALUE_DOUBLE, .number = 1e308}, INFLUENCE_COUNTED, 1e308},
    {"true", {VALUE_BOOLEAN, .boolean = true}, INFLUENCE_COUNTED, 2},
    {"text that is a number", {VALUE_TEXT, .text = {"1e2", 3}}, INFLUENCE_COUNTED, 101},
    {"text with a leading zero", {VALUE_TEXT, .text = {"07", 2}}, INFLUENCE_NO_NUMBER, NAN},
    {"hexadecimal text", {VALUE_TEXT, .text = {"0x10", 4}}, INFLUENCE_NO_NUMBER, NAN},
    {"text that says nan", {VALUE_TEXT, .text = {"nan", 3}}, INFLUENCE_NO_NUMBER, NAN},
    {"text beyond a double", {VALUE_TEXT, .text = {"1e999", 5}}, INFLUENCE_NO_NUMBER, NAN},
    {"empty text", {VALUE_TEXT, .text = {"", 0}}, INFLUENCE_NO_NUMBER, NAN},
    {"not a number", {VALUE_DOUBLE, .number = NAN}, INFLUENCE_NO_NUMBER, NAN},
    {"infinity", {VALUE_DOUBLE, .number = INFINITY}, INFLUENCE_NO_NUMBER, NAN},
    {"null", {VALUE_NULL}, INFLUENCE_NO_NUMBER, NAN},
    {"a digest", {VALUE_HASHED, .hashed = {.size = 3}}, INFLUENCE_NO_NUMBER, NAN},
};

static void
each_number_counts_or_is_said_to_be_none(void **state)
{
	struct scene scene;
	struct influences out;
	struct impact_counts counts;
	size_t i;
	uint64_t refused = 0;
	char entity[16];

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, field: a, encode: numeric, key: entity, "
		      "aggregate: sum}\n",
	    1000);
	for (i = 0; i < ARRAY_COUNT(numbers); i++) {
		snprintf(entity, sizeof(entity), "E%zu", i);
		(void)change(&scene, START, entity, "a", long_value(1));
		out = change(&scene, START, entity, "a", numbers[i].value);
		assert_int_equal(out.count, 1);
		if (out.items[0].status != numbers[i].status)
			fail_msg("%s: status %u", numbers[i].what, out.items[0].status);
		refused += out.items[0].status == INFLUENCE_NO_NUMBER;
		if (out.items[0].status == INFLUENCE_COUNTED &&
		    (out.items[0].after != numbers[i].after || out.items[0].before != 1))
			fail_msg("%s: %.17g, not %.17g", numbers[i].what, out.items[0].after,
			    numbers[i].after);
	}
	impact_counts(scene.impact, &counts);
	assert_int_equal(counts.no_number, refused);
	scene_end(&scene);
}

static void
a_number_beyond_all_bounds_leaves_no_trace_once_it_expires(void **state)
{
	struct scene scene;
	struct influences out;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, field: a, encode: numeric, key: none, aggregate: "
		      "sum, window: {size: 2d, pane: 1d}}\n",
	    1000);
	(void)change(&scene, START, NULL, "a", double_value(1e308));
	out = change(&scene, START, NULL, "a", double_value(1e308));
	assert_true(out.items[0].after == DBL_MAX);
	assert_true(influence_movement(&out.items[0]) == DBL_MAX - 1e308);
	(void)change(&scene, START + DAY, NULL, "a", double_value(0.1));
	out = change(&scene, START + 2 * DAY, NULL, "a", double_value(0.2));
	assert_true(out.items[0].before == 0.1);
	assert_true(out.items[0].after == 0.1 + 0.2);
	scene_end(&scene);
}

static void
movement_of_a_model_stays_finite(void **state)
{
	struct scene scene;
	struct influences out;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, field: a, encode: numeric, key: none, aggregate: "
		      "last}\n"
		      "  - {name: g, dataset: d, field: a, encode: numeric, key: none, aggregate: "
		      "max}\n"
		      "models:\n  - {name: m, version: '1', kind: linear, inputs: [{feature: f, "
		      "weight: 1e300}, {feature: g, weight: -1e300}]}\n",
	    1000);
	out = change(&scene, START, NULL, "a", double_value(1e300));
	assert_int_equal(out.score_count, 1);
	assert_true(out.scores[0].movement == 0); /* the greatest finite one, and back */
	assert_true(isfinite(out.scores[0].before));
	out = change(&scene, START, NULL, "a", double_value(-1e300));
	assert_true(out.scores[0].movement == -DBL_MAX);
	scene_end(&scene);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void
null_is_a_key_of_its_own(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, field: a, key: 'field:a', aggregate: count}\n",
	    1000);
	(void)change(&scene, START, "E", "a", (struct value){VALUE_NULL});
	(void)change(&scene, START, "E", "a", text_value("null"));
	(void)change(&scene, START, "E", "a", text_value("null"));
	(void)change(&scene, START, "E", "a", text_value(""));
	(void)change(&scene, START, "E", "a", long_value(5));
	(void)change(&scene, START, "E", "a", double_value(5.0));
	assert_true(scene_value(&scene, "f", NULL) == 1);
	assert_true(scene_value(&scene, "f", "null") == 2);
	assert_true(scene_value(&scene, "f", "") == 1);
	assert_true(scene_value(&scene, "f", "5") == 2);
	assert_true(scene_value(&scene, "f", "6") == 0);
	scene_end(&scene);
}

static void
who_names_no_entity_moves_nothing_and_is_counted(void **state)
{
	struct scene scene;
	struct influences out;
	struct impact_counts counts;

	(void)state;
	scene_begin(
	    &scene, FILE_HEAD "  - {name: f, dataset: d, key: entity, aggregate: count}\n", 1000);
	out = change(&scene, START, NULL, "a", long_value(1));
	assert_int_equal(out.items[0].status, INFLUENCE_NO_KEY);
	assert_true(isnan(out.items[0].before) && isnan(out.items[0].after));
	impact_counts(scene.impact, &counts);
	assert_int_equal(counts.no_key, 1);
	assert_int_equal(counts.keys, 0);
	scene_end(&scene);
}

#define MANY 1000000

static void
a_million_keys_are_bounded_and_those_beyond_counted(void **state)
{
	struct scene scene;
	struct influences out = {0};
	struct impact_counts counts;
	char entity[16];
	size_t bytes = 0;
	int i;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, key: entity, aggregate: count}\n"
		      "  - {name: g, feature: f, key: none, aggregate: sum}\n",
	    1000);
	for (i = 0; i < MANY; i++) {
		snprintf(entity, sizeof(entity), "E%d", i);
		out = change(&scene, START + i, entity, "a", long_value(i));
		if (i == MANY / 100)
			bytes = image_bytes(scene.image);
	}
	assert_int_equal(out.count, 1);
	assert_int_equal(out.items[0].status, INFLUENCE_BEYOND);
	impact_counts(scene.impact, &counts);
	assert_int_equal(counts.keys, 1000);
	assert_int_equal(counts.beyond, MANY - 999); /* one of them is g's */
	assert_true(image_bytes(scene.image) < bytes + 65536);
	assert_true(scene_value(&scene, "f", "E998") == 1);
	assert_true(scene_value(&scene, "f", "E999") == 0);
	assert_true(scene_value(&scene, "g", NULL) == 999);
	scene_end(&scene);
}

static void
keys_whose_windows_are_empty_are_given_back(void **state)
{
	struct scene scene;
	struct impact_counts counts;
	char entity[16];
	int i;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, key: entity, aggregate: count, window: {size: 2h, "
		      "pane: 1h}}\n"
		      "  - {name: g, feature: f, key: team, aggregate: sum, window: {size: 4h, "
		      "pane: 2h}}\n",
	    100000);
	for (i = 0; i < 50000; i++) {
		snprintf(entity, sizeof(entity), "E%d", i);
		(void)change(&scene, START + i * (int64_t)36000, entity, "a", long_value(i));
	}
	impact_counts(scene.impact, &counts);
	assert_true(counts.keys >= 101 && counts.keys <= 202);
	assert_true(scene_value(&scene, "f", "E49999") == 1);
	assert_true(scene_value(&scene, "g", NULL) == (double)counts.keys - 1);
	scene_end(&scene);
}

/* --- windows and clocks --------------------------------------------------------------------- */

static void
a_window_may_be_a_second_or_ten_years(void **state)
{
	struct scene scene;
	struct influences out;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, key: none, aggregate: count, window: {size: 1s, "
		      "pane: 100ms}}\n"
		      "  - {name: g, dataset: d, key: none, aggregate: rate, window: {size: 3650d, "
		      "pane: 1d}}\n",
	    1000);
	(void)change(&scene, START, NULL, "a", long_value(1));
	out = change(&scene, START + 999, NULL, "a", long_value(1));
	assert_true(out.items[0].after == 2);
	out = change(&scene, START + 1000, NULL, "a", long_value(1));
	assert_true(out.items[0].before == 1);
	assert_true(out.items[1].after == 3 / 3650.0);
	(void)change(&scene, START + 4000 * DAY, NULL, "a", long_value(1)); /* not believed yet */
	out = change(&scene, START + 4000 * DAY + 1, NULL, "a", long_value(1));
	assert_true(out.items[0].before == 1);
	assert_true(out.items[1].after == 2 / 3650.0);
	scene_end(&scene);
}

static void
a_lone_jump_of_a_clock_is_not_believed_and_two_are(void **state)
{
	struct scene scene;
	struct influences out;
	struct impact_counts counts;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, key: none, aggregate: count, window: {size: 1d, "
		      "pane: 1h}}\n",
	    1000);
	(void)change(&scene, START, NULL, "a", long_value(1));
	out = change(&scene, START + 365 * DAY, NULL, "a", long_value(1));
	assert_true(out.items[0].before == 1 && out.items[0].after == 2);
	assert_true(impact_clock(scene.impact) == START);
	out = change(&scene, START + 1, NULL, "a", long_value(1));
	assert_true(out.items[0].after == 3);
	(void)change(&scene, START + 365 * DAY, NULL, "a", long_value(1));
	out = change(&scene, START + 370 * DAY, NULL, "a", long_value(1));
	assert_true(impact_clock(scene.impact) == START + 370 * DAY);
	assert_true(out.items[0].before == 0 && out.items[0].after == 1);
	out = change(&scene, START, NULL, "a", long_value(1));
	assert_int_equal(out.items[0].status, INFLUENCE_LATE);
	impact_counts(scene.impact, &counts);
	assert_int_equal(counts.ahead, 2);
	assert_int_equal(counts.late, 1);
	scene_end(&scene);
}

static void
a_silent_partition_holds_the_clock_until_it_is_released(void **state)
{
	struct happening slow = {.time_ms = START, .partition = "slow"},
			 fast = {.time_ms = START, .partition = "fast"};
	struct scene scene;
	struct influences out;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, key: none, aggregate: count, window: {size: 1h, "
		      "pane: 1h}}\n",
	    1000);
	(void)scene_event(&scene, &slow);
	fast.time_ms += 10 * DAY;
	(void)scene_event(&scene, &fast);
	assert_true(impact_clock(scene.impact) == START);
	scene_release(&scene, "slow", 1);
	assert_true(impact_clock(scene.impact) == START + 10 * DAY);
	assert_true(scene_value(&scene, "f", NULL) == 1);
	scene_release(&scene, "fast", 1); /* all are: it stands still */
	assert_true(impact_clock(scene.impact) == START + 10 * DAY);
	out = scene_event(&scene, &slow); /* holds again, but never back */
	assert_int_equal(out.items[0].status, INFLUENCE_LATE);
	assert_true(impact_clock(scene.impact) == START + 10 * DAY);
	scene_end(&scene);
}

static void
a_newer_incarnation_releases_the_older(void **state)
{
	struct happening happening = {.time_ms = START, .incarnation = 1};
	struct scene scene;

	(void)state;
	scene_begin(
	    &scene, FILE_HEAD "  - {name: f, dataset: d, key: none, aggregate: count}\n", 10);
	(void)scene_event(&scene, &happening);
	happening.incarnation = 2;
	happening.time_ms += DAY;
	(void)scene_event(&scene, &happening);
	assert_true(impact_clock(scene.impact) == START + DAY);
	scene_end(&scene);
}

/* The same as event by event: what was not recorded counts for nothing, a release comes before its message. */
static void
a_batch_is_its_events_and_releases_in_order(void **state)
{
	char source[] = "source", slow_name[] = "slow", fast_name[] = "fast";
	struct partition slow = {
	    .number = 1, .source = source, .name = slow_name, .incarnation = 1};
	struct partition fast = {
	    .number = 2, .source = source, .name = fast_name, .incarnation = 1};
	const int64_t times[] = {START, START + DAY, START + 2 * DAY, START + 3 * DAY};
	struct scene scene;
	struct batch batch;
	struct message *message;
	size_t i;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, key: none, aggregate: count, window: {size: 1d, "
		      "pane: 1d}}\n",
	    1000);
	batch_init(&batch, 8, 1 << 20);
	for (i = 0; i < ARRAY_COUNT(times); i++) {
		message = batch_add(&batch);
		message->partition = i ? &fast : &slow;
		message->offset = (int64_t)i;
		message->releases = i == 3 ? &slow : NULL;
		batch.outcomes[i].disposition =
		    i == 1 ? DISPOSITION_QUARANTINED : DISPOSITION_RECORDED;
		batch.events[i] = (struct event){
		    .time_ms = times[i], .dataset = symbols_add(scene.names, TEXT("d"))};
		batch.origins[i] = (struct origin){0};
	}
	lineage_batch(scene.tracer, &batch);
	impact_batch(scene.impact, &batch, 0);
	assert_true(batch.influences[0].items[0].after == 1);
	assert_true(batch.influences[2].items[0].after == 2);  /* slow holds the clock */
	assert_true(batch.influences[3].items[0].before == 0); /* what fast gave, too, has left */
	assert_true(impact_clock(scene.impact) == times[3]);
	batch_fini(&batch);
	scene_end(&scene);
}

/* --- epochs ------------------------------------------------------------------------------------- */

#define KEPT "  - {name: kept, dataset: d, key: entity, aggregate: count}\n"
#define GOES                                                                                       \
	"  - {name: goes, dataset: d, field: a, encode: numeric, key: entity, aggregate: sum}\n"
#define OTHER                                                                                      \
	"  - {name: goes, dataset: d, field: a, encode: numeric, other: 0, key: entity, "          \
	"aggregate: sum}\n"
#define DERIVED "  - {name: all, feature: kept, key: none, aggregate: sum}\n"

static void
what_an_epoch_leaves_unchanged_goes_on_and_the_rest_starts_with_nothing(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene, FILE_HEAD KEPT GOES, 1000);
	(void)change(&scene, START, "E", "a", long_value(7));
	(void)scene_lineage(&scene, FILE_HEAD GOES KEPT); /* another order is the same */
	assert_true(scene_value(&scene, "goes", "E") == 7);
	(void)scene_lineage(&scene, FILE_HEAD KEPT OTHER);
	assert_true(scene_value(&scene, "kept", "E") == 1);
	assert_true(scene_value(&scene, "goes", "E") == 0);
	(void)scene_lineage(&scene, FILE_HEAD KEPT);
	(void)scene_lineage(&scene, FILE_HEAD KEPT GOES DERIVED);
	assert_true(scene_value(&scene, "goes", "E") == 0); /* removed and back: nothing */
	assert_true(scene_value(&scene, "all", NULL) == 0);
	(void)change(&scene, START, "E", "a", long_value(5));
	assert_true(scene_value(&scene, "kept", "E") == 2);
	assert_true(scene_value(&scene, "goes", "E") == 5);
	assert_true(scene_value(&scene, "all", NULL) == 2);
	(void)scene_lineage(&scene, NULL);
	(void)scene_lineage(&scene, FILE_HEAD KEPT);
	assert_true(scene_value(&scene, "kept", "E") == 0);
	scene_end(&scene);
}

static void
hundreds_of_epochs_take_no_more_room_than_one(void **state)
{
	struct scene scene;
	char entity[16];
	size_t bytes = 0;
	int i, j;

	(void)state;
	scene_begin(&scene, FILE_HEAD KEPT GOES DERIVED, 1000);
	for (i = 0; i < 300; i++) {
		for (j = 0; j < 50; j++) {
			snprintf(entity, sizeof(entity), "E%d", j);
			(void)change(&scene, START + i, entity, "a", long_value(j));
		}
		(void)scene_lineage(&scene,
		    i % 3 == 0       ? FILE_HEAD KEPT
			: i % 3 == 1 ? FILE_HEAD KEPT OTHER DERIVED
				     : FILE_HEAD KEPT GOES DERIVED);
		if (i == 30)
			bytes = image_bytes(scene.image);
	}
	assert_true(image_bytes(scene.image) <= bytes + 4096);
	assert_true(scene_value(&scene, "kept", "E7") == 300);
	scene_end(&scene);
}

/* --- snapshots ------------------------------------------------------------------------------------ */

static void
play(struct scene *scene, int from, int to)
{
	char entity[16];
	int i;

	for (i = from; i < to; i++) {
		snprintf(entity, sizeof(entity), "E%d", i * 7919 % 97);
		(void)change(scene, START + i * (int64_t)60000, entity, i % 2 ? "a" : "b",
		    i % 5 ? long_value(i % 13) : text_value("x"));
	}
}

static const char snapshot_yaml[] = FILE_HEAD KEPT GOES DERIVED
    "  - {name: w, dataset: d, field: a, encode: numeric, key: none, aggregate: mean, window: "
    "{size: 6h, pane: 1h}}\n"
    "  - {name: v, dataset: d, field: b, key: 'field:b', aggregate: distinct, window: {size: 2h, "
    "pane: 1h}}\n"
    "  - {name: u, feature: w, key: team, aggregate: last, window: {size: 3h, pane: 1h}}\n"
    "models:\n  - {name: m, version: '1', kind: linear, inputs: [{feature: v, weight: 1}, "
    "{feature: kept, weight: 2}]}\n";

static void
a_state_that_was_loaded_goes_on_bit_for_bit(void **state)
{
	struct scene one, other;
	uint64_t before;

	(void)state;
	scene_begin(&one, snapshot_yaml, 1000);
	scene_begin_as(&other, &one, snapshot_yaml);
	play(&one, 0, 3000);
	play(&other, 0, 1234);
	before = scene_digest(&other);
	scene_restart(&other);
	assert_int_equal(scene_digest(&other), before); /* the same epoch again changes nothing */
	play(&other, 1234, 3000);
	assert_int_equal(scene_digest(&one), scene_digest(&other));
	scene_end(&other);
	scene_end(&one);
}

static void
a_state_of_another_key_file_is_refused(void **state)
{
	struct scene scene, other;
	struct impact_options options;
	struct impact *impact;
	struct error err = {0};

	(void)state;
	scene_begin(&scene, snapshot_yaml, 1000);
	scene_begin(&other, snapshot_yaml, 1000);
	options = (struct impact_options){other.names, other.keys, scene.image, 1000};
	assert_false(impact_open(&options, &impact, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	assert_string_equal(err.text, "the state of influences was made with another key file");
	scene_end(&other);
	scene_end(&scene);
}

/* --- whose ------------------------------------------------------------------------------------------ */

static void
a_value_names_whom_it_comes_from_through_features_of_features(void **state)
{
	struct happening happening = {.time_ms = START, .team = "red", .change_count = 1};
	struct impact_value value;
	struct scene scene;
	bool found;
	int i;

	(void)state;
	scene_begin(&scene,
	    FILE_HEAD "  - {name: f, dataset: d, field: a, encode: numeric, key: entity, "
		      "aggregate: last}\n"
		      "  - {name: g, feature: f, key: team, aggregate: sum}\n"
		      "  - {name: h, feature: f, key: team, aggregate: max}\n",
	    1000);
	happening.changes[0].field = "a";
	for (i = 1; i <= 3; i++) {
		happening.entity = i == 1 ? "E1" : i == 2 ? "E2" : "E3";
		happening.actor = (uint32_t)i << 24;
		happening.changes[0].value = long_value(i * 10);
		(void)scene_event(&scene, &happening);
	}
	impact_value(scene.impact, scene_feature(&scene, "f"), TEXT("E2"), false, &value, &found);
	assert_true(found && value.exact && value.value == 20);
	assert_int_equal(value.origins[0].actor, 2u << 24);
	impact_value(scene.impact, scene_feature(&scene, "g"), TEXT("red"), false, &value, &found);
	assert_true(found && value.value == 60);
	assert_int_equal(value.origin_count, 3);
	impact_value(scene.impact, scene_feature(&scene, "h"), TEXT("red"), false, &value, &found);
	assert_true(found && value.exact && value.value == 30);
	assert_int_equal(value.origin_count, 1);
	assert_int_equal(value.origins[0].actor, 3u << 24);
	impact_value(scene.impact, scene_feature(&scene, "h"), TEXT("blue"), false, &value, &found);
	assert_false(found);
	scene_end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_number_counts_or_is_said_to_be_none),
	    cmocka_unit_test(a_number_beyond_all_bounds_leaves_no_trace_once_it_expires),
	    cmocka_unit_test(movement_of_a_model_stays_finite),
	    cmocka_unit_test(null_is_a_key_of_its_own),
	    cmocka_unit_test(who_names_no_entity_moves_nothing_and_is_counted),
	    cmocka_unit_test(a_million_keys_are_bounded_and_those_beyond_counted),
	    cmocka_unit_test(keys_whose_windows_are_empty_are_given_back),
	    cmocka_unit_test(a_window_may_be_a_second_or_ten_years),
	    cmocka_unit_test(a_lone_jump_of_a_clock_is_not_believed_and_two_are),
	    cmocka_unit_test(a_silent_partition_holds_the_clock_until_it_is_released),
	    cmocka_unit_test(a_newer_incarnation_releases_the_older),
	    cmocka_unit_test(a_batch_is_its_events_and_releases_in_order),
	    cmocka_unit_test(
		what_an_epoch_leaves_unchanged_goes_on_and_the_rest_starts_with_nothing),
	    cmocka_unit_test(hundreds_of_epochs_take_no_more_room_than_one),
	    cmocka_unit_test(a_state_that_was_loaded_goes_on_bit_for_bit),
	    cmocka_unit_test(a_state_of_another_key_file_is_refused),
	    cmocka_unit_test(a_value_names_whom_it_comes_from_through_features_of_features),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
