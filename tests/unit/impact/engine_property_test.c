/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random lineages and events: each influence and score against the naive model, in
 * several partitions, late and ahead, through releases, new epochs and restarts.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "engine_random.h"
#include "movement_held.h"
#include "naive.h"

#define LINEAGES 150
#define EVENTS 250
#define SUMS 40

static bool
is_near(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * fmax(fmax(fabs(a), fabs(b)), 1e-3);
}

struct play {
	struct scene scene;
	struct naive *naive;
	struct chance chance;
	struct random_lineage lineage;
	struct buffer yaml;
	uint64_t seed;
	int event;
};

static void
new_epoch(struct play *play)
{
	const char *spells[RANDOM_FEATURES];

	random_yaml(&play->lineage, &play->chance, &play->yaml, spells);
	naive_set(play->naive, scene_lineage(&play->scene, (const char *)play->yaml.data), spells);
}

static void
complain(const struct play *play, const char *what, uint32_t i, double ours, double expected)
{
	fprintf(stderr, "%s", (const char *)play->yaml.data); /* longer than a message may be */
	fail_msg("seed %llu, event %d: %s %u is %.17g, not %.17g", (unsigned long long)play->seed,
	    play->event, what, i, ours, expected);
}

static void
compare_items(
    const struct play *play, const struct influences *ours, const struct naive_answer *expected)
{
	uint32_t i;

	if (ours->count != expected->count)
		complain(play, "number of influences", 0, ours->count, expected->count);
	for (i = 0; i < ours->count; i++) {
		if (ours->items[i].feature != expected->items[i].feature)
			complain(play, "feature of influence", i, ours->items[i].feature,
			    expected->items[i].feature);
		if (ours->items[i].status != expected->items[i].status)
			complain(play, "status of influence on feature", ours->items[i].feature,
			    ours->items[i].status, expected->items[i].status);
		if (!is_near(ours->items[i].before, expected->items[i].before))
			complain(play, "value before of feature", ours->items[i].feature,
			    ours->items[i].before, expected->items[i].before);
		if (!is_near(ours->items[i].after, expected->items[i].after))
			complain(play, "value after of feature", ours->items[i].feature,
			    ours->items[i].after, expected->items[i].after);
	}
}

static void
compare_scores(
    const struct play *play, const struct influences *ours, const struct naive_answer *expected)
{
	uint32_t i;

	if (ours->score_count != expected->score_count)
		complain(play, "number of scores", 0, ours->score_count, expected->score_count);
	for (i = 0; i < ours->score_count; i++) {
		assert_int_equal(ours->scores[i].model, expected->scores[i].model);
		if (!is_near(ours->scores[i].before, expected->scores[i].before))
			complain(play, "score before of model", ours->scores[i].model,
			    ours->scores[i].before, expected->scores[i].before);
		if (!is_near(ours->scores[i].movement, expected->scores[i].movement))
			complain(play, "movement of model", ours->scores[i].model,
			    ours->scores[i].movement, expected->scores[i].movement);
	}
}

static void
play_event(struct play *play)
{
	struct naive_answer expected;
	struct influences ours;
	struct happening happening;

	random_happening(&play->chance, &happening);
	naive_event(play->naive, &happening, &expected);
	ours = scene_event(&play->scene, &happening);
	compare_items(play, &ours, &expected);
	compare_scores(play, &ours, &expected);
}

static void
play_else(struct play *play)
{
	const char *spells[RANDOM_FEATURES];

	switch (chance_below(&play->chance, 60)) {
	case 0:
		random_change(&play->lineage, &play->chance);
		new_epoch(play);
		break;
	case 1:
		scene_release(&play->scene, "q", 1);
		naive_release(play->naive, "q", 1);
		break;
	case 2:
		scene_restart(&play->scene);
		random_spells(&play->lineage, spells);
		naive_set(play->naive, tracer_lineage(play->scene.tracer), spells);
		break;
	default:
		break;
	}
}

static void
play_through(struct play *play)
{
	for (play->event = 0; play->event < EVENTS; play->event++) {
		play_else(play);
		play_event(play);
	}
}

static void
begin(struct play *play, uint64_t seed)
{
	*play = (struct play){.seed = seed, .chance = {.seed = seed * 7919}};
	play->chance.now_ms = (int64_t)1600000000000;
	play->naive = naive_open();
	scene_begin(&play->scene, NULL, 1000000);
	random_lineage(&play->lineage, &play->chance);
	new_epoch(play);
}

static void
end(struct play *play)
{
	scene_end(&play->scene);
	naive_close(play->naive);
	buffer_fini(&play->yaml);
}

static void
each_influence_is_that_of_the_definition(void **state)
{
	struct play play;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= LINEAGES; seed++) {
		begin(&play, seed);
		play_through(&play);
		end(&play);
	}
}

/* --- sums ------------------------------------------------------------------------------------ */

/* Of all days, by team, with what expired. */
static double
signed_sum(const struct held *held, char kind, struct text name, double *magnitude)
{
	const struct held_row *row;
	double moved = 0;
	size_t i, j;

	*magnitude = 0;
	for (i = 0; i < held->count; i++) {
		row = &held->rows[i];
		if (!row->is_day || held->subjects[row->subject][0] != kind ||
		    !text_is(name, held->subjects[row->subject] + 1))
			continue;
		for (j = 0; j < row->cell_count; j++)
			if (row->cells[j].by == BY_TEAM) {
				moved += row->cells[j].moved;
				*magnitude += row->cells[j].magnitude;
			}
	}
	return moved;
}

static void
check_sum(const struct play *play, const char *what, uint32_t i, double ours, double expected,
    double magnitude)
{
	if (fabs(ours - expected) > 1e-9 * fmax(magnitude, 1))
		complain(play, what, i, ours, expected);
}

static void
check_sums(struct play *play, const struct held *held)
{
	const struct lineage *lineage = tracer_lineage(play->scene.tracer);
	const struct lineage_model *model;
	double expected, ours, magnitude;
	uint32_t i, j;

	for (i = 0; i < lineage->feature_count; i++) {
		ours = signed_sum(held, 'f', lineage->features[i].name, &magnitude);
		check_sum(play, "sum of movements of feature", i, ours, naive_total(play->naive, i),
		    magnitude);
	}
	for (i = 0; i < 2; i++) { /* the opaque one has no sign */
		model = &lineage->models[i];
		for (expected = 0, j = 0; j < model->input_count; j++)
			expected += model->inputs[j].weight *
			    naive_total(play->naive, model->inputs[j].feature);
		ours = signed_sum(held, 'm', model->name, &magnitude);
		check_sum(play, "sum of movements of model", i, ours, expected, magnitude);
	}
}

/* Expiry is nobody's, but it is added up: with it, movements are the values. */
static void
movements_and_expiry_add_up_to_the_values(void **state)
{
	struct play play;
	struct held held;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= SUMS; seed++) {
		begin(&play, seed + 1000);
		held_init(&held);
		for (play.event = 0; play.event < EVENTS; play.event++) {
			play_event(&play);
			if (play.event % 50 == 49)
				impact_rows(play.scene.impact, &held.sink);
		}
		check_sums(&play, &held);
		held_fini(&held);
		end(&play);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_influence_is_that_of_the_definition),
	    cmocka_unit_test(movements_and_expiry_add_up_to_the_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
