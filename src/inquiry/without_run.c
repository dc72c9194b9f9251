/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run with and without, and what its values were at the end of each step. A
 * step ends where the clock of the whole ledger leaves it: both sides are looked at
 * before the record that moves it.
 */
#include <math.h>

#include "without.h"

/*
 * Whether a value changes without an event of its key: when the clock goes on, with another key's event, or
 * with an event of a person whose pseudonym begins alike.
 */
static bool
changes_elsewhere(const struct lineage_feature *feature)
{
	return feature->size_ms || feature->source != LINEAGE_NONE || feature->key == SUBJECT_ACTOR;
}

/* Of a reduced lineage: the named feature or model is there, or nothing is. */
static void
take_epoch(void *context, const struct lineage *lineage, uint32_t epoch, uint64_t record)
{
	struct without *without = context;
	const struct lineage_feature *feature = NULL;

	(void)epoch;
	(void)record;
	without->feature = without->model = LINEAGE_NONE;
	without->looks_once = true;
	if (!lineage)
		return;
	if (without->what->feature.data)
		feature = lineage_find_feature(lineage, without->what->feature);
	if (feature) {
		without->feature = (uint32_t)(feature - lineage->features);
		without->by_actor = feature->key == SUBJECT_ACTOR;
		without->looks_at_all = without->named || changes_elsewhere(feature);
	} else if (without->what->model.data && lineage->model_count) {
		without->model = 0;
	}
}

static void
progress(void *context, int64_t done, int64_t all)
{
	struct without *without = context;
	const struct inquiry_what_if *what = without->what;

	if (what->progress)
		what->progress(what->context, done + without->pass * all, without->passes * all);
}

/* --- steps ------------------------------------------------------------------------------ */

static int64_t
step_of(const struct without *without, int64_t clock_ms)
{
	return inquiry_floor(clock_ms, without->step_ms);
}

static double
value_of(const struct without *without, struct impact *impact, struct text key, bool is_null)
{
	char short_text[PSEUDONYM_TEXT_BYTES];
	struct pseudonym actor;

	if (without->by_actor && pseudonym_digits(key, &actor))
		key = text_of(pseudonym_text(&actor, short_text));
	return impact_value_alone(impact, without->feature, key, is_null);
}

static void
look(struct without *without, uint32_t symbol)
{
	struct text key = without->named ? without->what->key : symbols_text(without->keys, symbol);
	bool is_null = !without->named && symbol == SYMBOL_NONE;
	struct sample sample = {{INFLUENCE_NONE, INFLUENCE_NONE}};

	if (without->feature != LINEAGE_NONE) {
		sample.side[SIDE_WITH] =
		    value_of(without, replay_impact(without->replay), key, is_null);
		sample.side[SIDE_WITHOUT] =
		    value_of(without, replay_twin(without->replay), key, is_null);
	}
	values_set(without, symbol, &sample);
}

static void
look_at_values(struct without *without)
{
	size_t i;

	if (!without->looks_at_all && !without->looks_once)
		for (i = 0; i < without->touched_count; i++)
			look(without, without->touched[i]);
	else
		for (i = 0; without->active_count && i < without->tracked_count; i++)
			if (without->tracked[i].active)
				look(without, (uint32_t)i);
	without->touched_count = 0;
	without->looks_once = false;
}

static void
end_step(struct without *without)
{
	if (without->now == INT64_MIN)
		return;
	if (without->what->feature.data)
		look_at_values(without);
	memory_grow(
	    &without->steps, &without->step_capacity, without->step_count + 1, sizeof(struct step));
	without->steps[without->step_count++] =
	    (struct step){without->now * without->step_ms, without->movement};
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

/* --- a feature's values ------------------------------------------------------------------- */

/* How far the event moved the value of its own key; *reached: it may have changed it. */
static double
moved_by(const struct without *without, const struct influences *influences, bool *reached)
{
	double moved = 0;
	uint32_t i;

	for (i = 0; i < influences->count; i++) {
		if (influences->items[i].feature != without->feature)
			continue;
		moved = fabs(influence_movement(&influences->items[i]));
		*reached = true;
	}
	return moved;
}

static void
take_feature(struct without *without, const struct replayed *replayed)
{
	bool reached = false;
	double moved = moved_by(without, replayed->influences, &reached);
	char out[REPLAY_KEY_BYTES];
	enum replay_key kind;
	struct text key;
	uint32_t symbol;

	if (replayed->twin)
		(void)moved_by(without, replayed->twin, &reached);
	if (!reached || (without->looks_at_all && (replayed->kept || moved == 0)))
		return;
	key = replay_key(&replayed->lineage->features[without->feature], replayed->fact,
	    without->inquiry->names, out, &kind);
	if (kind == REPLAY_KEY_NONE)
		return;
	symbol = replayed->kept || moved == 0 ? values_find(without, key)
					      : values_meet(without, key, moved);
	if (symbol != NO_KEY && !without->looks_at_all)
		values_touch(without, symbol);
}

/* --- scores ----------------------------------------------------------------------------- */

/*
 * Of an event that is left out: its entity's first one leaves, on the side without, the score that stood
 * before it. Gives the entity's symbol.
 */
static uint32_t
meet_score(struct without *without, struct text entity, const struct influence_score *score)
{
	uint32_t symbol = without->named || score->movement == 0
	    ? values_find(without, entity)
	    : values_meet(without, entity, fabs(score->movement));
	struct sample sample;

	if (symbol == NO_KEY || !without->tracked[symbol].active || without->tracked[symbol].met)
		return symbol;
	without->tracked[symbol].met = true;
	sample = values_get(without, symbol);
	sample.side[SIDE_WITHOUT] = score->before;
	values_set(without, symbol, &sample);
	return symbol;
}

static void
take_score(struct without *without, uint32_t symbol, const struct influence_score *score, int side)
{
	struct sample sample;

	if (symbol == NO_KEY || !without->tracked[symbol].active)
		return;
	sample = values_get(without, symbol);
	sample.side[side] = score->before + score->movement;
	values_set(without, symbol, &sample);
}

static void
take_scores(struct without *without, const struct replayed *replayed,
    const struct influences *influences, int side)
{
	struct text entity = replayed->fact->event.entity;
	uint32_t symbol, i;

	for (i = 0; i < influences->score_count; i++) {
		const struct influence_score *score = &influences->scores[i];

		if (score->model != without->model)
			continue;
		without->movement.side[side] += score->movement;
		if (!entity.data)
			continue;
		symbol = side == SIDE_WITH && !replayed->kept ? meet_score(without, entity, score)
							      : values_find(without, entity);
		take_score(without, symbol, score, side);
	}
}

/* --- all -------------------------------------------------------------------------------- */

static bool
keeps(void *context, const struct record *fact, uint64_t record)
{
	struct without *without = context;

	without->events++;
	return !chosen_has(&without->chosen, fact, record);
}

static bool
take(void *context, const struct replayed *replayed)
{
	struct without *without = context;

	if (without->model != LINEAGE_NONE) {
		take_scores(without, replayed, replayed->influences, SIDE_WITH);
		if (replayed->twin)
			take_scores(without, replayed, replayed->twin, SIDE_WITHOUT);
	} else if (without->feature != LINEAGE_NONE && !without->named) {
		take_feature(without, replayed);
	}
	return true;
}

static void
look_ahead(void *context, const struct record *fact)
{
	const struct without *without = context;

	if (!without->named)
		symbols_prefetch(without->keys, fact->event.entity);
}

bool
without_run(struct without *without, struct error *err)
{
	struct inquiry *inquiry = without->inquiry;
	struct replay_options options = {.names = inquiry->names,
	    .keys = inquiry->keys,
	    .keys_max = (uint64_t)inquiry->settings->feature_keys_max,
	    .feature = without->what->feature,
	    .model = without->what->model,
	    .twin = true,
	    .context = without,
	    .keeps = keeps,
	    .event = take,
	    .soon = look_ahead,
	    .epoch = take_epoch,
	    .clock = tick,
	    .progress = progress};
	bool good;

	without->now = INT64_MIN;
	without->step_count = 0;
	without->events = without->chosen.count = 0;
	without->movement = (struct sample){{0, 0}};
	without->feature = without->model = LINEAGE_NONE;
	without->looks_at_all = without->named;
	good = replay_open(&options, &without->replay, err) &&
	    replay_ledger(
		without->replay, inquiry->ledger, inquiry->catalog, 0, inquiry->state.records, err);
	if (good)
		end_step(without);
	replay_close(without->replay);
	without->replay = NULL;
	return good;
}
