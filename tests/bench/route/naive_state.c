/* SPDX-License-Identifier: Apache-2.0 */
#include "naive_state.h"

#include <math.h>
#include <stdlib.h>

static int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
pane_count(const struct lineage_feature *feature)
{
	return feature->size_ms / feature->pane_ms;
}

static int64_t
first_pane(const struct lineage_feature *feature, int64_t clock_ms)
{
	return floor_divide(clock_ms - feature->lateness_ms, feature->pane_ms) -
	    pane_count(feature) + 1;
}

struct naive_state *
naive_state_open(const struct lineage_feature *feature, const char *key)
{
	struct naive_state *state = calloc(1, sizeof(*state) + strlen(key) + 1);

	strcpy(state->key, key);
	state->last_ms = INT64_MIN;
	state->first = INT64_MIN;
	/* One more for what lies ahead of the clock by the lateness. */
	if (feature->size_ms)
		state->panes = calloc((size_t)pane_count(feature) + 1, sizeof(*state->panes));
	return state;
}

void
naive_state_close(struct naive_state *state)
{
	struct naive_seen *seen, *next;

	HASH_ITER(hh, state->seen, seen, next)
	{
		HASH_DEL(state->seen, seen);
		free(seen);
	}
	free(state->panes);
	free(state);
}

/* The least and the greatest of the panes that are left. */
static void
find_extremes(struct naive_state *state, int64_t panes)
{
	int64_t i;

	state->all.min = INFINITY;
	state->all.max = -INFINITY;
	for (i = 0; i <= panes; i++) {
		if (!state->panes[i].count)
			continue;
		state->all.min = fmin(state->all.min, state->panes[i].min);
		state->all.max = fmax(state->all.max, state->panes[i].max);
	}
}

void
naive_state_expire(
    struct naive_state *state, const struct lineage_feature *feature, int64_t clock_ms)
{
	int64_t panes, first, i;
	bool left = false;

	if (!state->panes)
		return;
	panes = pane_count(feature);
	first = first_pane(feature, clock_ms);
	if (first == state->first)
		return;
	state->first = first;
	for (i = 0; i <= panes; i++) {
		struct naive_pane *pane = &state->panes[i];

		if (!pane->count || pane->number >= first)
			continue;
		state->all.count -= pane->count;
		state->all.hits -= pane->hits;
		state->all.sum -= pane->sum;
		state->all.distinct -= pane->distinct;
		*pane = (struct naive_pane){0};
		left = true;
	}
	if (left && (feature->aggregate == AGGREGATE_MIN || feature->aggregate == AGGREGATE_MAX))
		find_extremes(state, panes);
}

static void
add_distinct(struct naive_state *state, int64_t first, struct naive_pane *pane, int64_t number,
    int64_t panes, const char *value)
{
	struct naive_seen *seen;

	HASH_FIND_STR(state->seen, value, seen);
	if (!seen) {
		seen = malloc(sizeof(*seen) + strlen(value) + 1);
		strcpy(seen->text, value);
		seen->pane = INT64_MIN;
		HASH_ADD_STR(state->seen, text, seen);
	}
	if (seen->pane < first || seen->pane == INT64_MIN) {
		state->all.distinct++;
		pane->distinct++;
		seen->pane = number;
	} else if (seen->pane < number) {
		if (state->panes)
			state->panes[seen->pane % (panes + 1)].distinct--;
		pane->distinct++;
		seen->pane = number;
	}
}

static void
add_to(struct naive_pane *pane, const struct naive_observation *observation)
{
	if (!pane->count) {
		pane->min = INFINITY;
		pane->max = -INFINITY;
	}
	pane->count++;
	pane->hits += observation->hit;
	pane->sum += observation->number;
	pane->min = fmin(pane->min, observation->number);
	pane->max = fmax(pane->max, observation->number);
}

bool
naive_state_add(struct naive_state *state, const struct lineage_feature *feature, int64_t clock_ms,
    const struct naive_observation *observation)
{
	struct naive_pane since_ever = {0}, *pane = &since_ever;
	int64_t panes = 0, number = 0, first = INT64_MIN + 1;

	if (state->panes) {
		panes = pane_count(feature);
		number = floor_divide(observation->time_ms, feature->pane_ms);
		first = first_pane(feature, clock_ms);
		if (number < first)
			return false;
		pane = &state->panes[number % (panes + 1)];
		pane->number = number;
		add_to(pane, observation);
	}
	add_to(&state->all, observation);
	if (feature->aggregate == AGGREGATE_DISTINCT)
		add_distinct(state, first, pane, number, panes, observation->value);
	if (observation->time_ms >= state->last_ms) {
		state->last_ms = observation->time_ms;
		state->last = observation->number;
	}
	return true;
}

double
naive_state_value(const struct naive_state *state, const struct lineage_feature *feature)
{
	const struct naive_pane *all = &state->all;

	if (!all->count)
		return 0;
	switch (feature->aggregate) {
	case AGGREGATE_LAST:
		return state->last;
	case AGGREGATE_COUNT:
		return (double)all->count;
	case AGGREGATE_SUM:
		return all->sum;
	case AGGREGATE_MEAN:
		return all->sum / (double)all->count;
	case AGGREGATE_MIN:
		return all->min;
	case AGGREGATE_MAX:
		return all->max;
	case AGGREGATE_DISTINCT:
		return (double)all->distinct;
	case AGGREGATE_SHARE:
		return (double)all->hits / (double)all->count;
	case AGGREGATE_RATE:
		return (double)all->count / ((double)feature->size_ms / 86400000);
	default:
		return 0;
	}
}
