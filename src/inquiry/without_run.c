/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run with and without, and what its values were at the end of each step. A
 * step ends where the clock of the whole ledger leaves it: both sides are looked at
 * before the record that moves it.
 */
#include <math.h>

#include "without.h"

/* Of a reduced lineage: the named feature or model is there, or nothing is. */
static void
take_epoch(void *context, const struct lineage *lineage, uint32_t epoch, uint64_t record)
{
	struct without *without = context;
	const struct lineage_feature *feature = NULL;

	(void)epoch;
	(void)record;
	without->feature = without->model = LINEAGE_NONE;
	if (!lineage)
		return;
	if (without->what->feature.data)
		feature = lineage_find_feature(lineage, without->what->feature);
	if (feature) {
		without->feature = (uint32_t)(feature - lineage->features);
		without->by_actor = feature->key == SUBJECT_ACTOR;
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
value_of(const struct without *without, struct impact *impact, const struct followed *followed)
{
	char short_text[PSEUDONYM_TEXT_BYTES];
	struct text key = followed->key;
	struct pseudonym actor;

	if (without->by_actor && pseudonym_digits(key, &actor))
		key = text_of(pseudonym_text(&actor, short_text));
	return impact_value_alone(impact, without->feature, key, followed->is_null);
}

static void
look(struct without *without, struct followed *followed)
{
	struct sample sample = followed->score;

	if (without->feature != LINEAGE_NONE) {
		sample.side[SIDE_WITH] =
		    value_of(without, replay_impact(without->replay), followed);
		sample.side[SIDE_WITHOUT] =
		    value_of(without, replay_twin(without->replay), followed);
	} else if (without->what->feature.data) {
		sample = (struct sample){{INFLUENCE_NONE, INFLUENCE_NONE}};
	}
	if (!followed->sample_count)
		followed->first = without->step_count;
	memory_grow(&followed->samples, &followed->sample_capacity, followed->sample_count + 1,
	    sizeof(sample));
	followed->samples[followed->sample_count++] = sample;
}

static void
end_step(struct without *without)
{
	uint32_t i;

	if (without->now == INT64_MIN)
		return;
	for (i = 0; i < without->followed_count; i++)
		if (without->followed[i].active)
			look(without, &without->followed[i]);
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

/* --- what the left-out events moved ------------------------------------------------------- */

static void
stop_following(struct without *without)
{
	without->too_many = true;
	without_follow(without, NULL, 0);
	memset(without->slots, 0, without->slot_capacity * sizeof(*without->slots));
}

/* NULL: it is not followed. */
static struct followed *
followed_of(struct without *without, uint32_t symbol)
{
	return symbol < without->slot_capacity && without->slots[symbol]
	    ? &without->followed[without->slots[symbol] - 1]
	    : NULL;
}

static struct followed *
begin_following(struct without *without, uint32_t symbol)
{
	struct followed *followed;

	if (without->too_many)
		return NULL;
	if (without->followed_count == without->followed_max) {
		stop_following(without);
		return NULL;
	}
	memory_grow(&without->followed, &without->followed_capacity, without->followed_count + 1u,
	    sizeof(*followed));
	followed = &without->followed[without->followed_count++];
	*followed = (struct followed){.key = symbols_text(without->keys, symbol),
	    .has_key = true,
	    .is_null = symbol == SYMBOL_NONE,
	    .score = {{INFLUENCE_NONE, INFLUENCE_NONE}}};
	without->slots[symbol] = without->followed_count;
	return followed;
}

static void
widen(struct without *without, uint32_t symbol)
{
	size_t moved = without->moved_capacity, slots = without->slot_capacity;

	memory_grow(&without->moved, &without->moved_capacity, (size_t)symbol + 1, sizeof(double));
	memory_grow(&without->slots, &without->slot_capacity, (size_t)symbol + 1, sizeof(uint32_t));
	if (without->moved_capacity > moved)
		memset(
		    without->moved + moved, 0, (without->moved_capacity - moved) * sizeof(double));
	if (without->slot_capacity > slots)
		memset(
		    without->slots + slots, 0, (without->slot_capacity - slots) * sizeof(uint32_t));
}

/* An event that is left out moved this key; gives what is followed of it, NULL: nothing. */
static struct followed *
meet(struct without *without, struct text key, double moved)
{
	uint32_t symbol = symbols_add(without->keys, key);
	struct followed *followed;

	widen(without, symbol);
	followed = followed_of(without, symbol);
	if (without->discovers) {
		without->key_count += without->moved[symbol] == 0;
		without->moved[symbol] += moved;
		if (!followed)
			followed = begin_following(without, symbol);
	}
	if (followed)
		followed->active = true;
	return followed;
}

/* How far the event moved the value of its own key. */
static void
meet_feature(struct without *without, const struct replayed *replayed)
{
	const struct influences *influences = replayed->influences;
	char out[REPLAY_KEY_BYTES];
	enum replay_key kind;
	struct text key;
	double moved = 0;
	uint32_t i;

	for (i = 0; i < influences->count; i++)
		if (influences->items[i].feature == without->feature)
			moved = fabs(influence_movement(&influences->items[i]));
	if (moved == 0)
		return;
	key = replay_key(&replayed->lineage->features[without->feature], replayed->fact,
	    without->inquiry->names, out, &kind);
	if (kind != REPLAY_KEY_NONE)
		meet(without, key, moved);
}

/* --- scores ----------------------------------------------------------------------------- */

static struct followed *
followed_entity(struct without *without, struct text entity)
{
	if (without->what->has_key)
		return text_equal(without->followed[0].key, entity) ? without->followed : NULL;
	return followed_of(without, symbols_find(without->keys, entity));
}

/*
 * Of an event that is left out: its entity's first one leaves, on the side without, the score that stood
 * before it.
 */
static void
meet_score(struct without *without, struct text entity, const struct influence_score *score)
{
	struct followed *followed = without->what->has_key ? followed_entity(without, entity)
	    : score->movement != 0 ? meet(without, entity, fabs(score->movement))
				   : NULL;

	if (!followed || followed->met)
		return;
	followed->met = true;
	followed->score.side[SIDE_WITHOUT] = score->before;
}

static void
take_scores(struct without *without, const struct replayed *replayed,
    const struct influences *influences, int side)
{
	struct text entity = replayed->fact->event.entity;
	struct followed *followed;
	uint32_t i;

	for (i = 0; i < influences->score_count; i++) {
		const struct influence_score *score = &influences->scores[i];

		if (score->model != without->model)
			continue;
		without->movement.side[side] += score->movement;
		if (!entity.data)
			continue;
		if (side == SIDE_WITH && !replayed->kept)
			meet_score(without, entity, score);
		followed = followed_entity(without, entity);
		if (followed)
			followed->score.side[side] = score->before + score->movement;
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
	} else if (!replayed->kept && without->keyed && !without->what->has_key) {
		meet_feature(without, replayed);
	}
	return true;
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
	    .epoch = take_epoch,
	    .clock = tick,
	    .progress = progress};
	bool good;

	without->now = INT64_MIN;
	without->step_count = 0;
	without->events = without->chosen.count = 0;
	without->movement = (struct sample){{0, 0}};
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
