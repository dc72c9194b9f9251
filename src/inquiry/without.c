/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a feature or model would have been, had some events never been read. The
 * ledger is computed twice side by side, over facts that are decoded once. Where no key
 * is named those that the events moved furthest are found on the way; only when there are too
 * many of them to be looked at in every step it takes a second pass.
 */
#include "without.h"

#include <stdlib.h>

#include "lineage/graph.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define HOURS_SHOWN 96 /* a ledger of at most so many is shown by the hour */

/* Looking at a value in each step costs less than another pass over the ledger up to here. */
#define FOLLOWED_MIN 64
#define FOLLOWED_MAX 4096
#define LOOKS_PER_RECORD 2

/* Hours for a ledger of few, else days; and how many values may be looked at in each. */
static bool
choose_step(struct without *without, struct error *err)
{
	struct inquiry *inquiry = without->inquiry;
	int64_t first = INT64_MAX, last = INT64_MIN, steps;
	struct catalog_block block;
	uint64_t number, most;
	bool found;

	for (number = 1; number <= inquiry->state.blocks; number++) {
		if (!catalog_block(inquiry->catalog, number, &block, &found, err))
			return false;
		if (!found || block.min_time_ms == TIME_NONE)
			continue;
		first = block.min_time_ms < first ? block.min_time_ms : first;
		last = block.max_time_ms > last ? block.max_time_ms : last;
	}
	last = last > first ? last : first;
	without->step_ms = last - first > HOURS_SHOWN * HOUR_MS ? DAY_MS : HOUR_MS;
	steps = (last - first) / without->step_ms + 1;
	most = LOOKS_PER_RECORD * inquiry->state.records / (uint64_t)steps;
	without->followed_max = most < FOLLOWED_MIN ? FOLLOWED_MIN
	    : most > FOLLOWED_MAX                   ? FOLLOWED_MAX
						    : (uint32_t)most;
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

void
without_follow(struct without *without, const struct followed *followed, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < without->followed_count; i++)
		memory_free(without->followed[i].samples);
	memory_grow(
	    &without->followed, &without->followed_capacity, count + 1u, sizeof(struct followed));
	for (i = 0; i < count; i++)
		without->followed[i] = followed[i];
	without->followed_count = count;
}

static void
follow_named(struct without *without)
{
	const struct inquiry_what_if *what = without->what;

	without_follow(without,
	    &(struct followed){.key = what->key,
		.has_key = what->has_key,
		.active = true,
		.score = {{INFLUENCE_NONE, INFLUENCE_NONE}}},
	    1);
}

/* --- those that were moved furthest ------------------------------------------------------- */

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

static uint32_t
rank_all(const struct without *without, uint32_t ranked[WITHOUT_KEYS])
{
	uint32_t count = 0, all = symbols_count(without->keys), i;

	for (i = 0; i < all && i < without->moved_capacity; i++)
		if (without->moved[i] > 0)
			rank(without, ranked, &count, i);
	return count;
}

/* Only the furthest stay, in order; those with samples keep them. */
static void
keep_furthest(struct without *without)
{
	struct followed furthest[WITHOUT_KEYS];
	uint32_t ranked[WITHOUT_KEYS], count = rank_all(without, ranked), i;

	for (i = 0; i < count; i++) {
		struct followed *followed =
		    without->too_many ? NULL : &without->followed[without->slots[ranked[i]] - 1];

		furthest[i] = followed
		    ? *followed
		    : (struct followed){.key = symbols_text(without->keys, ranked[i]),
			  .has_key = true,
			  .is_null = ranked[i] == SYMBOL_NONE,
			  .score = {{INFLUENCE_NONE, INFLUENCE_NONE}}};
		furthest[i].moved = without->moved[ranked[i]];
		if (followed)
			followed->samples = NULL;
	}
	without_follow(without, furthest, count);
	if (without->slot_capacity)
		memset(without->slots, 0, without->slot_capacity * sizeof(*without->slots));
	for (i = 0; i < count; i++)
		without->slots[ranked[i]] = i + 1;
}

static bool
answer(struct without *without, struct error *err)
{
	if (!look_at_lineage(without, err) || !choose_step(without, err))
		return false;
	without->passes = 1;
	without->discovers = without->keyed && !without->what->has_key;
	if (!without->discovers)
		follow_named(without);
	if (!without_run(without, err) || !chosen_check(&without->chosen, err))
		return false;
	if (!without->discovers)
		return true;
	keep_furthest(without);
	if (!without->too_many)
		return true;
	without->discovers = false;
	without->pass = 1;
	without->passes = 2;
	return without_run(without, err);
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
		without_follow(&without, NULL, 0);
		symbols_close(without.keys);
	}
	chosen_fini(&without.chosen);
	memory_free(without.followed);
	memory_free(without.moved);
	memory_free(without.slots);
	memory_free(without.steps);
	return document;
}
