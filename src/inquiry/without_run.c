/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run with and without, and what its values were at the end of each step. A
 * step ends where the clock of the whole ledger leaves it: both sides are looked at
 * before the record that moves it.
 */
#include "without.h"

#include <math.h>

static int64_t
step_of(const struct without *without, int64_t clock_ms)
{
	return clock_ms / without->step_ms - (clock_ms % without->step_ms < 0);
}

static double
value_of(struct without *without, struct impact *impact, const struct followed *followed)
{
	return impact_value_alone(impact, without->feature, followed->key, followed->is_null);
}

static void
look(struct without *without, struct step *step)
{
	uint32_t i;
	int side;

	for (i = 0; i < without->followed_count; i++) {
		struct followed *followed = &without->followed[i];

		for (side = 0; side < SIDES; side++)
			step->values[i][side] = followed->score[side];
		if (without->what->model.data)
			continue;
		step->values[i][SIDE_WITH] = step->values[i][SIDE_WITHOUT] = INFLUENCE_NONE;
		if (without->feature == LINEAGE_NONE)
			continue;
		step->values[i][SIDE_WITH] =
		    value_of(without, replay_impact(without->replay), followed);
		step->values[i][SIDE_WITHOUT] =
		    value_of(without, replay_twin(without->replay), followed);
	}
	memcpy(step->movement, without->movement, sizeof(step->movement));
}

static void
end_step(struct without *without)
{
	struct step *step;

	if (without->now == INT64_MIN)
		return;
	memory_grow(
	    &without->steps, &without->step_capacity, without->step_count + 1, sizeof(struct step));
	step = &without->steps[without->step_count++];
	*step = (struct step){.time_ms = without->now * without->step_ms};
	look(without, step);
}

static int64_t
tick(void *context, int64_t clock_ms)
{
	struct without *without = context;
	int64_t step;

	if (clock_ms == TIME_NONE)
		return INT64_MIN;
	step = step_of(without, clock_ms);
	if (step != without->now)
		end_step(without);
	without->now = step;
	return (step + 1) * without->step_ms;
}

static bool
keeps(void *context, const struct record *fact, uint64_t record)
{
	struct without *without = context;

	without->events++;
	return !chosen_has(&without->chosen, fact, record);
}

/* The score that the event left, of its entity. */
static void
keep_score(struct without *without, struct text entity, int side, double score)
{
	uint32_t i;

	for (i = 0; i < without->followed_count; i++)
		if (text_equal(without->followed[i].key, entity))
			without->followed[i].score[side] = score;
}

/*
 * Where the events' own entity has no score yet on the other side, it is the one before the event:
 * until then nothing of its own was left out.
 */
static void
begin_score(struct without *without, struct text entity, double before)
{
	uint32_t i;

	for (i = 0; i < without->followed_count; i++)
		if (isnan(without->followed[i].score[SIDE_WITHOUT]) &&
		    text_equal(without->followed[i].key, entity))
			without->followed[i].score[SIDE_WITHOUT] = before;
}

static void
add_scores(struct without *without, const struct replayed *replayed,
    const struct influences *influences, int side)
{
	struct text entity = replayed->fact->event.entity;
	uint32_t i;

	for (i = 0; i < influences->score_count; i++) {
		const struct influence_score *score = &influences->scores[i];

		if (score->model != without->model)
			continue;
		without->movement[side] += score->movement;
		if (!entity.data)
			continue;
		if (side == SIDE_WITH && !replayed->kept)
			begin_score(without, entity, score->before);
		keep_score(without, entity, side, score->before + score->movement);
	}
}

static bool
take(void *context, const struct replayed *replayed)
{
	struct without *without = context;

	if (without->model == LINEAGE_NONE)
		return true;
	add_scores(without, replayed, replayed->influences, SIDE_WITH);
	if (replayed->twin)
		add_scores(without, replayed, replayed->twin, SIDE_WITHOUT);
	return true;
}

bool
without_run(struct without *without, struct error *err)
{
	struct inquiry *inquiry = without->inquiry;
	struct replay_options options = without_options(without);
	bool good;

	options.twin = true;
	options.keeps = keeps;
	options.event = take;
	options.clock = tick;
	without->now = INT64_MIN;
	without->feature = without->model = LINEAGE_NONE;
	good = replay_open(&options, &without->replay, err) &&
	    replay_ledger(
		without->replay, inquiry->ledger, inquiry->catalog, 0, inquiry->state.records, err);
	if (good)
		end_step(without);
	replay_close(without->replay);
	without->replay = NULL;
	return good;
}
