/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns, one function each: what a careless, a malicious and a
 * blameless but unusual hand leave in a log.
 */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "plant.h"

#define SPOTS_MAX 400
#define HOUR_MS (int64_t)(3600 * 1000)
#define DAY_MS (24 * HOUR_MS)

static struct value
text_of_ground(const struct ground *ground, uint32_t n)
{
	return (struct value){.kind = VALUE_TEXT, .text = ground->values[n % ground->value_count]};
}

static struct value
number(double x)
{
	return (struct value){.kind = VALUE_DOUBLE, .number = floor(x * 100 + 0.5) / 100};
}

/* A random run of consecutive spots of one actor. Returns how many. */
static uint32_t
run_of(
    struct plant *plant, struct ground *ground, uint32_t actor, struct spot *spots, uint32_t want)
{
	uint32_t count = plant_spots(plant, ground, actor, spots, SPOTS_MAX), from, i;

	if (count <= want)
		return count;
	from = chance_below(&plant->chance, count - want);
	for (i = 0; i < want; i++)
		spots[i] = spots[from + i];
	return want;
}

/* --- slips: one event each ------------------------------------------------------------- */

static double
swapped(double x)
{
	char digits[40], first;

	snprintf(digits, sizeof(digits), "%.2f", x);
	if (digits[0] < '0' || digits[1] < '0' || digits[1] > '9' || digits[0] == digits[1] ||
	    digits[1] == '0')
		return x * 10;
	first = digits[0];
	digits[0] = digits[1];
	digits[1] = first;
	x = 0;
	sscanf(digits, "%lf", &x);
	return x;
}

static double
doubled(double x)
{
	double power = 1;

	while (power * 10 <= x)
		power *= 10;
	return x < 1 ? x * 10 : floor(x / power) * power * 10 + x;
}

static bool
slip(struct plant *plant, uint32_t campaign, const char *pattern, double factor,
    double (*bend)(double))
{
	struct ground *ground = plant_ground(plant, true);
	struct spot spots[SPOTS_MAX];
	uint32_t actor, count;
	struct spot spot;
	double x;

	if (!ground || !(actor = plant_actor(plant, ground, 8)))
		return false;
	count = plant_spots(plant, ground, actor, spots, SPOTS_MAX);
	spot = spots[chance_below(&plant->chance, count)];
	x = plant_change(plant, spot)->new_value.number;
	if (x == 0 || x != x)
		return false;
	plant_set(plant, spot, number(bend ? bend(x) : x * factor), pattern, campaign, true);
	return true;
}

static bool
slip_x10(struct plant *plant, uint32_t campaign)
{
	return slip(plant, campaign, "fat_finger_x10", 10, NULL);
}

static bool
slip_x100(struct plant *plant, uint32_t campaign)
{
	return slip(plant, campaign, "fat_finger_x100", 100, NULL);
}

static bool
slip_d10(struct plant *plant, uint32_t campaign)
{
	return slip(plant, campaign, "fat_finger_d10", 0.1, NULL);
}

static bool
slip_swap(struct plant *plant, uint32_t campaign)
{
	return slip(plant, campaign, "fat_finger_swap", 1, swapped);
}

static bool
slip_double(struct plant *plant, uint32_t campaign)
{
	return slip(plant, campaign, "fat_finger_dbl", 1, doubled);
}

/* --- in place -------------------------------------------------------------------------- */

/* For a while some of one author's labels become one certain other value. */
static bool
label_flip(struct plant *plant, uint32_t campaign)
{
	struct ground *ground = plant_ground(plant, false);
	struct spot spots[SPOTS_MAX];
	uint32_t actor, count, i, planted = 0;
	struct value target;
	double share;

	if (!ground || !(actor = plant_actor(plant, ground, 60)))
		return false;
	target = text_of_ground(ground, 1 + chance_below(&plant->chance, ground->value_count - 1));
	share = 0.08 + 0.4 * chance_unit(&plant->chance);
	count = run_of(plant, ground, actor, spots, 60 + chance_below(&plant->chance, 120));
	for (i = 0; i < count; i++) {
		if (text_equal(plant_change(plant, spots[i])->new_value.text, target.text) ||
		    !chance_is(&plant->chance, share))
			continue;
		plant_set(plant, spots[i], target, "label_flip", campaign, true);
		planted++;
	}
	return planted > 0;
}

/* Each of the author's numbers a little further off, under one per cent a step. */
static bool
slow_drift(struct plant *plant, uint32_t campaign)
{
	struct ground *ground = plant_ground(plant, true);
	struct spot spots[SPOTS_MAX];
	uint32_t actor, count, i;
	double step = chance_is(&plant->chance, 0.5) ? 1.009 : 0.991, factor = 1;

	if (!ground || !(actor = plant_actor(plant, ground, 40)))
		return false;
	count = run_of(plant, ground, actor, spots, 60);
	for (i = 0; i < count; i++) {
		factor *= step;
		plant_set(plant, spots[i],
		    number(plant_change(plant, spots[i])->new_value.number * factor), "slow_drift",
		    campaign, true);
	}
	return true;
}

static double
round_down(double x)
{
	double power = 1;

	while (power * 10 <= x)
		power *= 10;
	return floor(x / power) * power;
}

/* What would be just above a limit is entered just below it. */
static bool
threshold_game(struct plant *plant, uint32_t campaign)
{
	struct ground *ground = plant_ground(plant, true);
	struct spot spots[SPOTS_MAX];
	uint32_t actor, count, i, planted = 0;
	double limit;

	if (!ground || !(actor = plant_actor(plant, ground, 30)))
		return false;
	count = run_of(plant, ground, actor, spots, 160);
	limit = round_down(
	    plant_change(plant, spots[chance_below(&plant->chance, count)])->new_value.number);
	for (i = 0; i < count && limit > 0; i++) {
		double x = plant_change(plant, spots[i])->new_value.number;

		if (x < limit || x > limit * 1.6)
			continue;
		plant_set(plant, spots[i],
		    number(limit * (1 - 0.001 - 0.02 * chance_unit(&plant->chance))),
		    "threshold_game", campaign, true);
		planted++;
	}
	return planted > 2;
}

/* From a day on everybody's rule is another one: unusual, and nobody's fault. */
static bool
benign_policy(struct plant *plant, uint32_t campaign)
{
	struct ground *ground = plant_ground(plant, false);
	uint32_t from, i, planted = 0, rare;
	struct value target;
	struct spot spot;

	if (!ground)
		return false;
	from = ground->count / 4 + chance_below(&plant->chance, ground->count / 2);
	rare = ground->value_count - 1;
	target = text_of_ground(ground, rare < 4 ? rare : 4);
	for (i = from; i < ground->count && planted < 140; i++) {
		spot = ground->spots[i];
		if (plant->touched[spot.event] || !chance_is(&plant->chance, 0.5) ||
		    text_equal(plant_change(plant, spot)->new_value.text, target.text))
			continue;
		plant_set(plant, spot, target, "benign_policy", campaign, false);
		planted++;
	}
	return planted > 20;
}

/* --- added events ---------------------------------------------------------------------- */

/* Untouched spots of the ground within a span before a moment, by anybody. */
static uint32_t
recent(const struct plant *plant, const struct ground *ground, int64_t from_ms, int64_t to_ms,
    struct spot *spots, uint32_t max)
{
	uint32_t count = 0, i;

	for (i = 0; i < ground->count && count < max; i++) {
		int64_t time_ms = plant->log->events[ground->spots[i].event].time_ms;

		if (time_ms >= to_ms)
			break;
		if (time_ms >= from_ms && !plant->touched[ground->spots[i].event])
			spots[count++] = ground->spots[i];
	}
	return count;
}

/* Sets a value on up to `want` entities of others, a moment apart, beginning at a time. Returns how many. */
static uint32_t
sweep(struct plant *plant, struct ground *ground, const struct log_event *like, struct value target,
    int64_t at_ms, int64_t apart_ms, uint32_t want, const char *pattern, uint32_t campaign,
    bool malicious)
{
	struct spot spots[4 * SPOTS_MAX];
	uint32_t count =
		     recent(plant, ground, at_ms - 20 * DAY_MS, at_ms, spots, ARRAY_COUNT(spots)),
		 i, planted = 0;

	for (i = count; i-- > 0 && planted < want;) {
		if (ground->numeric
			? false
			: text_equal(plant_change(plant, spots[i])->new_value.text, target.text))
			continue;
		if (!plant_add(plant, spots[i], target, at_ms, like, pattern, campaign, malicious))
			continue;
		at_ms += apart_ms / 2 + (int64_t)(chance_unit(&plant->chance) * (double)apart_ms);
		planted++;
	}
	return planted;
}

/* Somebody's usual event, to take words from, from the middle of the log. */
static struct log_event
usual_event(struct plant *plant, const struct ground *ground, uint32_t actor)
{
	struct spot spots[SPOTS_MAX];
	uint32_t count = plant_spots(plant, ground, actor, spots, SPOTS_MAX);

	return *plant_event(plant, spots[count / 3 + chance_below(&plant->chance, count / 2 + 1)]);
}

static int64_t
midnight(int64_t time_ms)
{
	return time_ms - time_ms % DAY_MS;
}

/* Several agree on one value, within two days. */
static bool
coordinated(struct plant *plant, uint32_t campaign)
{
	struct ground *ground = plant_ground(plant, false);
	struct value target;
	uint32_t actors = 4 + chance_below(&plant->chance, 3), i, planted = 0, actor;
	int64_t at_ms = 0;

	if (!ground)
		return false;
	target = text_of_ground(ground, 1 + chance_below(&plant->chance, ground->value_count - 1));
	for (i = 0; i < actors; i++) {
		struct log_event like;

		actor = plant_actor(plant, ground, 12);
		if (!actor)
			continue;
		like = usual_event(plant, ground, actor);
		if (!at_ms)
			at_ms = like.time_ms;
		planted += sweep(plant, ground, &like, target, at_ms + i * 5 * HOUR_MS, 9 * 60000,
		    5 + chance_below(&plant->chance, 4), "coordinated", campaign, true);
	}
	return planted > 0;
}

static bool
night_sweep(struct plant *plant, uint32_t campaign, const char *pattern, uint32_t actor,
    struct ground *ground, int64_t apart_ms, uint32_t want, bool malicious)
{
	struct log_event like = usual_event(plant, ground, actor);
	struct value target =
	    text_of_ground(ground, 1 + chance_below(&plant->chance, ground->value_count - 1));
	int64_t at_ms = midnight(like.time_ms) + DAY_MS + 2 * HOUR_MS +
	    (int64_t)(chance_unit(&plant->chance) * 2 * (double)HOUR_MS);

	return sweep(plant, ground, &like, target, at_ms, apart_ms, want, pattern, campaign,
		   malicious) > 0;
}

/* One account, one night, one value, a hundred times. */
static bool
off_hours_bulk(struct plant *plant, uint32_t campaign)
{
	struct ground *ground = plant_ground(plant, false);
	uint32_t actor;

	if (!ground || !(actor = plant_actor(plant, ground, 12)))
		return false;
	return night_sweep(plant, campaign, "off_hours_bulk", actor, ground, 25000,
	    80 + chance_below(&plant->chance, 60), true);
}

/* The same shape, by the account whose work it is. */
static bool
benign_bulk(struct plant *plant, uint32_t campaign)
{
	struct ground *ground = plant_ground(plant, false);
	struct spot spots[1];
	uint32_t tries;

	for (tries = 0; ground && plant->service_count && tries < 20; tries++) {
		uint32_t actor =
		    plant->services[chance_below(&plant->chance, plant->service_count)];

		if (plant_spots(plant, ground, actor, spots, 1))
			return night_sweep(
			    plant, campaign, "benign_bulk", actor, ground, 20000, 80, false);
		ground = plant_ground(plant, false);
	}
	return false;
}

/* Somebody else sits at the account: other hours, other channel, other values. */
static bool
takeover(struct plant *plant, uint32_t campaign)
{
	struct ground *ground = plant_ground(plant, false);
	uint32_t actor, i, planted = 0, want = 25 + chance_below(&plant->chance, 15);
	struct log_event like, stranger;
	int64_t at_ms;

	if (!ground || !(actor = plant_actor(plant, ground, 20)))
		return false;
	like = usual_event(plant, ground, actor);
	stranger = *plant_event(plant, ground->spots[chance_below(&plant->chance, ground->count)]);
	like.channel = stranger.channel;
	at_ms = midnight(like.time_ms) + DAY_MS + 3 * HOUR_MS;
	for (i = 0; i < 4 && planted < want; i++) {
		planted += sweep(plant, ground, &like, text_of_ground(ground, i + 1), at_ms, 60000,
		    want / 3, "takeover", campaign, true);
		at_ms += HOUR_MS;
	}
	return planted > 0;
}

/* Old events of one author once more, days later, at one sitting. */
static bool
replay(struct plant *plant, uint32_t campaign)
{
	struct ground *ground = plant_ground(plant, false);
	struct spot spots[SPOTS_MAX];
	uint32_t actor, count, i;
	int64_t at_ms;

	if (!ground || !(actor = plant_actor(plant, ground, 40)))
		return false;
	count = run_of(plant, ground, actor, spots, 30);
	at_ms = plant_event(plant, spots[count - 1])->time_ms + 3 * DAY_MS;
	for (i = 0; i < count; i++) {
		struct log_event old = *plant_event(plant, spots[i]);
		struct log_event *again = log_add(plant->log, old.change_count);
		struct log_change *changes = again->changes;

		memcpy(changes, old.changes, old.change_count * sizeof(*changes));
		*again = old;
		again->changes = changes;
		again->time_ms = plant_moment(plant, at_ms);
		again->label =
		    (struct label){.pattern = "replay", .campaign = campaign, .malicious = true};
		plant->touched[spots[i].event] = true;
		at_ms += 20000 + (int64_t)(chance_unit(&plant->chance) * 90000);
	}
	return true;
}

/* Somebody whose first event comes after a fifth of the log, and who stays. */
static uint32_t
newcomer(struct plant *plant)
{
	const struct log *log = plant->log;
	uint32_t names = symbols_count(log->names), i, candidates = 0, chosen = SYMBOL_NONE;
	bool *seen = memory_get_array(names + 1, sizeof(bool));

	for (i = 0; i < plant->original; i++) {
		uint32_t actor = log->events[i].actor;

		if (seen[actor])
			continue;
		seen[actor] = true;
		if (i < plant->original / 5 || plant->touched[i] || plant->actor_events[actor] < 80)
			continue;
		/* Each candidate has the same chance, whatever their number. */
		if (!chance_below(&plant->chance, ++candidates))
			chosen = actor;
	}
	memory_free(seen);
	return chosen;
}

/* The first sixty events of somebody who was not there before. */
static bool
benign_onboarding(struct plant *plant, uint32_t campaign)
{
	const struct log *log = plant->log;
	uint32_t actor = newcomer(plant), i, marked = 0;

	for (i = 0; i < plant->original && actor && marked < 60; i++) {
		if (log->events[i].actor != actor || plant->touched[i])
			continue;
		plant->log->events[i].label = (struct label){.pattern = "benign_onboarding",
		    .campaign = campaign,
		    .field = SYMBOL_NONE,
		    .malicious = false};
		plant->touched[i] = true;
		marked++;
	}
	return marked > 0;
}

const struct campaign_row campaigns[] = {
    {"label_flip", label_flip, 4},
    {"slow_drift", slow_drift, 4},
    {"threshold_game", threshold_game, 3},
    {"coordinated", coordinated, 3},
    {"takeover", takeover, 3},
    {"off_hours_bulk", off_hours_bulk, 3},
    {"replay", replay, 3},
    {"benign_bulk", benign_bulk, 3},
    {"benign_policy", benign_policy, 2},
    {"benign_onboarding", benign_onboarding, 3},
    {"fat_finger_x10", slip_x10, 6},
    {"fat_finger_x100", slip_x100, 3},
    {"fat_finger_d10", slip_d10, 5},
    {"fat_finger_swap", slip_swap, 3},
    {"fat_finger_dbl", slip_double, 3},
    {NULL, NULL, 0},
};
