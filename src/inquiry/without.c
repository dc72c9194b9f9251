/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a feature or model would have been, had some events never been read. The
 * ledger is computed twice side by side, over facts that are decoded once. Where no key
 * is named a pass before that finds the keys that the events moved furthest.
 */
#include "without.h"

#include <math.h>
#include <stdlib.h>

#include "lineage/graph.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define HOURS_SHOWN 96 /* a ledger of at most so many is shown by the hour */

struct replay_options
without_options(struct without *without)
{
	struct inquiry *inquiry = without->inquiry;

	return (struct replay_options){.names = inquiry->names,
	    .keys = inquiry->keys,
	    .keys_max = (uint64_t)inquiry->settings->feature_keys_max,
	    .feature = without->what->feature,
	    .model = without->what->model,
	    .context = without,
	    .epoch = without_epoch,
	    .progress = without_progress};
}

void
without_progress(void *context, int64_t done, int64_t all)
{
	struct without *without = context;
	const struct inquiry_what_if *what = without->what;

	if (what->progress)
		what->progress(what->context, done + without->pass * all, without->passes * all);
}

/* Of a reduced lineage: the named feature or model is there, or nothing is. */
void
without_epoch(void *context, const struct lineage *lineage, uint32_t epoch, uint64_t record)
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
		without->keyed = feature->key != SUBJECT_NONE;
	} else if (without->what->model.data && lineage->model_count) {
		without->model = 0;
	}
}

/* --- which keys ------------------------------------------------------------------------ */

static void
add_moved(struct without *without, struct text key, double moved)
{
	uint32_t symbol = symbols_add(without->keys, key);
	size_t before = without->moved_capacity;

	if (symbol >= before) {
		memory_grow(
		    &without->moved, &without->moved_capacity, (size_t)symbol + 1, sizeof(double));
		memset(without->moved + before, 0,
		    (without->moved_capacity - before) * sizeof(double));
	}
	without->key_count += without->moved[symbol] == 0 && moved > 0;
	without->moved[symbol] += moved;
}

/* How far the event moved the value of its own key. */
static void
add_feature(struct without *without, const struct replayed *replayed)
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
		add_moved(without, key, moved);
}

static void
add_scores(struct without *without, const struct replayed *replayed)
{
	const struct influences *influences = replayed->influences;
	uint32_t i;

	for (i = 0; i < influences->score_count && replayed->fact->event.entity.data; i++)
		if (influences->scores[i].model == without->model)
			add_moved(without, replayed->fact->event.entity,
			    fabs(influences->scores[i].movement));
}

static bool
weigh(void *context, const struct replayed *replayed)
{
	struct without *without = context;

	if (!replayed->influences->count ||
	    !chosen_has(&without->chosen, replayed->fact, replayed->record))
		return true;
	if (without->feature != LINEAGE_NONE)
		add_feature(without, replayed);
	else if (without->model != LINEAGE_NONE)
		add_scores(without, replayed);
	return true;
}

/* Whether key a goes before key b: moved further, then by text. */
static bool
goes_before(const struct without *without, uint32_t a, uint32_t b)
{
	if (without->moved[a] != without->moved[b])
		return without->moved[a] > without->moved[b];
	return text_compare(symbols_text(without->keys, a), symbols_text(without->keys, b)) < 0;
}

/* Puts the key where it belongs among those that were moved furthest. */
static void
rank(const struct without *without, uint32_t *ranked, uint32_t *count, uint32_t key)
{
	uint32_t at = *count;

	if (at == WITHOUT_KEYS && !goes_before(without, key, ranked[at - 1]))
		return;
	if (at == WITHOUT_KEYS)
		at--;
	else
		(*count)++;
	for (; at > 0 && goes_before(without, key, ranked[at - 1]); at--)
		ranked[at] = ranked[at - 1];
	ranked[at] = key;
}

static void
follow_furthest(struct without *without)
{
	uint32_t ranked[WITHOUT_KEYS], i, count = symbols_count(without->keys);

	for (i = 0; i < count && i < without->moved_capacity; i++)
		if (without->moved[i] > 0)
			rank(without, ranked, &without->followed_count, i);
	for (i = 0; i < without->followed_count; i++)
		without->followed[i] =
		    (struct followed){.key = symbols_text(without->keys, ranked[i]),
			.has_key = true,
			.is_null = ranked[i] == SYMBOL_NONE,
			.moved = without->moved[ranked[i]],
			.score = {INFLUENCE_NONE, INFLUENCE_NONE}};
}

bool
without_choose(struct without *without, struct error *err)
{
	struct inquiry *inquiry = without->inquiry;
	struct replay_options options = without_options(without);
	bool good;

	options.event = weigh;
	good = replay_open(&options, &without->replay, err) &&
	    replay_ledger(
		without->replay, inquiry->ledger, inquiry->catalog, 0, inquiry->state.records, err);
	replay_close(without->replay);
	without->replay = NULL;
	without->pass++;
	without->chosen.count = 0;
	if (good)
		follow_furthest(without);
	return good;
}

/* --- all ------------------------------------------------------------------------------- */

/* Hours for a ledger of few, else days. */
static bool
choose_step(struct without *without, struct error *err)
{
	struct catalog *catalog = without->inquiry->catalog;
	int64_t first = INT64_MAX, last = INT64_MIN;
	struct catalog_block block;
	uint64_t number;
	bool found;

	for (number = 1; number <= without->inquiry->state.blocks; number++) {
		if (!catalog_block(catalog, number, &block, &found, err))
			return false;
		if (!found || block.min_time_ms == TIME_NONE)
			continue;
		first = block.min_time_ms < first ? block.min_time_ms : first;
		last = block.max_time_ms > last ? block.max_time_ms : last;
	}
	without->step_ms = last > first && last - first > HOURS_SHOWN * HOUR_MS ? DAY_MS : HOUR_MS;
	return true;
}

/* Whether the feature in force has keys, or was asked for one. */
static bool
look_at_lineage(struct without *without, struct error *err)
{
	const struct inquiry_what_if *what = without->what;
	const struct lineage *lineage;
	const struct lineage_feature *feature;
	uint32_t epoch;

	without->keyed = true;
	if (what->model.data)
		return true;
	if (!inquiry_lineage_at(without->inquiry, UINT64_MAX >> 1, &lineage, &epoch, err))
		return false;
	feature = lineage ? lineage_find_feature(lineage, what->feature) : NULL;
	without->keyed = !feature || feature->key != SUBJECT_NONE;
	return without->keyed || !what->has_key ||
	    error_set(err, ERROR_USAGE, "%.*s has one value for all, not one for each key",
		TEXT_PRINT(what->feature));
}

static void
follow_named(struct without *without)
{
	const struct inquiry_what_if *what = without->what;

	without->followed_count = 1;
	without->followed[0] = (struct followed){.key = what->key,
	    .has_key = what->has_key,
	    .is_null = what->has_key && !what->key.data,
	    .score = {INFLUENCE_NONE, INFLUENCE_NONE}};
}

static bool
answer(struct without *without, struct error *err)
{
	bool choose;

	if (!look_at_lineage(without, err) || !choose_step(without, err))
		return false;
	choose = without->keyed && !without->what->has_key;
	without->passes = 1 + choose;
	if (!choose)
		follow_named(without);
	return (!choose || without_choose(without, err)) && without_run(without, err) &&
	    chosen_check(&without->chosen, err);
}

json_t *
inquiry_without(struct inquiry *inquiry, const struct inquiry_what_if *what, struct error *err)
{
	struct without without = {.inquiry = inquiry, .what = what};
	json_t *document = NULL;

	if (!inquiry->keys)
		error_set(err, ERROR_REFUSED,
		    "values are computed from texts, which the key file opens: %s",
		    inquiry->keys_error.text);
	else if (inquiry_check_names(inquiry, what->feature, what->model, err) &&
	    chosen_init(&without.chosen, inquiry, &what->choice, err)) {
		without.keys = symbols_open();
		if (answer(&without, err))
			document = without_document(&without);
		symbols_close(without.keys);
	}
	chosen_fini(&without.chosen);
	memory_free(without.moved);
	memory_free(without.steps);
	return document;
}
