/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a feature or model would have been, had some events never been read. The
 * ledger is computed twice side by side, over facts that are decoded once. Where no key
 * is named those that the events moved furthest are found on the way; only when there are too
 * many of them to keep their values it takes a second pass.
 */
#include "without.h"

#include <stdlib.h>

#include "lineage/graph.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define HOURS_SHOWN 96 /* a ledger of at most so many is shown by the hour */

/* Looking at values in each step costs less than another pass over the ledger up to here. */
#define ACTIVE_MIN 64
#define LOOKS_PER_RECORD 1

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
	without->active_max = most < ACTIVE_MIN ? ACTIVE_MIN
	    : most < UINT32_MAX                 ? (uint32_t)most
						: UINT32_MAX;
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

static bool
answer(struct without *without, struct error *err)
{
	if (!look_at_lineage(without, err) || !choose_step(without, err))
		return false;
	without->passes = 1;
	without->named = !without->keyed || without->what->has_key;
	without->discovers = !without->named;
	values_begin(without);
	if (!without_run(without, err) || !chosen_check(&without->chosen, err))
		return false;
	if (without->named)
		return true;
	values_choose(without);
	if (!without->too_many)
		return true;
	without->discovers = without->too_many = false;
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
		if (answer(&without, err))
			document = without_document(&without);
	}
	values_fini(&without);
	chosen_fini(&without.chosen);
	memory_free(without.steps);
	return document;
}
