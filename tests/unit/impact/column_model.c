/* SPDX-License-Identifier: Apache-2.0 */
#include "column_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hyperloglog.h"
#include "column_wide.h"

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a + b - 1) / b);
}

void
model_add(struct model *model, int row, const struct observation *observation)
{
	if (model->count == model->capacity) {
		model->capacity = model->capacity ? model->capacity * 2 : 64;
		model->kept = realloc(model->kept, model->capacity * sizeof(*model->kept));
	}
	model->kept[model->count++] = (struct model_observation){*observation,
	    model->plan->pane_ms ? floor_div(observation->time_ms, model->plan->pane_ms) : 0, row};
}

void
model_expire(struct model *model, int64_t pane)
{
	bool has[MODEL_ROWS] = {false};
	size_t i, left = 0;
	int row;

	for (i = 0; i < model->count; i++)
		if (model->kept[i].pane > pane) {
			has[model->kept[i].row] = true;
			model->kept[left++] = model->kept[i];
		}
	model->count = left;
	for (row = 0; row < MODEL_ROWS; row++)
		model->estimated[row] &= has[row];
}

/* --- values ------------------------------------------------------------------------------ */

static bool
is_newer(const struct model *model, const struct observation *a, const struct observation *b)
{
	uint32_t rank_a = model->partition_ranks[a->partition],
		 rank_b = model->partition_ranks[b->partition];

	if (a->time_ms != b->time_ms)
		return a->time_ms > b->time_ms;
	if (rank_a != rank_b)
		return rank_a > rank_b;
	return a->offset >= b->offset; /* a stands behind b */
}

const struct observation *
model_holder(const struct model *model, int row)
{
	const struct observation *holder = NULL, *other;
	size_t i;

	for (i = 0; i < model->count; i++) {
		other = &model->kept[i].observation;
		if (model->kept[i].row != row)
			continue;
		if (!holder ||
		    (model->plan->aggregate == AGGREGATE_LAST && is_newer(model, other, holder)) ||
		    (model->plan->aggregate == AGGREGATE_MIN && other->number < holder->number) ||
		    (model->plan->aggregate == AGGREGATE_MAX && other->number > holder->number))
			holder = other;
	}
	return holder;
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double
distinct_of(struct model *model, int row)
{
	uint64_t *values = malloc((model->count + 1) * sizeof(*values));
	static struct hyperloglog log;
	size_t i, count = 0, different = 0;

	memset(&log, 0, sizeof(log));
	for (i = 0; i < model->count; i++)
		if (model->kept[i].row == row)
			values[count++] = model->kept[i].observation.value;
	qsort(values, count, sizeof(*values), by_value);
	for (i = 0; i < count; i++) {
		different += i == 0 || values[i] != values[i - 1];
		hyperloglog_add(&log, values[i]);
	}
	free(values);
	model->estimated[row] |= different > 512;
	if (!model->estimated[row])
		return (double)different;
	if (different > 600) /* 5 standard errors */
		assert_true(fabs(hyperloglog_estimate(&log) - (double)different) <
		    5 * 0.023 * (double)different);
	return hyperloglog_estimate(&log);
}

struct sums {
	struct school school;
	double count, hits;
};

static struct sums
sums_of(const struct model *model, int row)
{
	struct sums sums = {0};
	size_t i;

	for (i = 0; i < model->count; i++) {
		if (model->kept[i].row != row)
			continue;
		if (model->plan->aggregate == AGGREGATE_SUM ||
		    model->plan->aggregate == AGGREGATE_MEAN)
			school_add(&sums.school, model->kept[i].observation.number);
		sums.count++;
		sums.hits += model->kept[i].observation.hit;
	}
	return sums;
}

double
model_value(struct model *model, int row)
{
	const struct observation *holder;
	struct sums sums = sums_of(model, row);

	switch (model->plan->aggregate) {
	case AGGREGATE_LAST:
	case AGGREGATE_MIN:
	case AGGREGATE_MAX:
		holder = model_holder(model, row);
		return holder ? holder->number : INFLUENCE_NONE;
	case AGGREGATE_COUNT:
		return sums.count;
	case AGGREGATE_RATE:
		return sums.count / model->plan->days;
	case AGGREGATE_SUM:
		return school_sum(&sums.school);
	case AGGREGATE_MEAN:
		return sums.count > 0 ? school_mean(&sums.school, sums.count) : INFLUENCE_NONE;
	case AGGREGATE_SHARE:
		return sums.count > 0 ? sums.hits / sums.count : INFLUENCE_NONE;
	default:
		return distinct_of(model, row);
	}
}

/* --- panes -------------------------------------------------------------------------------- */

uint64_t
model_panes(const struct model *model)
{
	uint64_t panes = 0;
	size_t i, before;
	int row;

	if (!model->plan->pane_ms)
		return 0;
	if (model->plan->aggregate == AGGREGATE_LAST) {
		for (row = 0; row < MODEL_ROWS; row++)
			panes += model_holder(model, row) != NULL;
		return panes;
	}
	for (i = 0; i < model->count; i++) {
		for (before = 0; before < i; before++)
			if (model->kept[before].row == model->kept[i].row &&
			    model->kept[before].pane == model->kept[i].pane)
				break;
		panes += before == i;
	}
	return panes;
}

int64_t
model_lowest(const struct model *model)
{
	const struct observation *holder;
	int64_t lowest = INT64_MAX, pane;
	size_t i;
	int row;

	for (row = 0; row < MODEL_ROWS && model->plan->aggregate == AGGREGATE_LAST; row++) {
		holder = model_holder(model, row);
		pane = holder ? floor_div(holder->time_ms, model->plan->pane_ms) : INT64_MAX;
		lowest = pane < lowest ? pane : lowest;
	}
	for (i = 0; i < model->count && model->plan->aggregate != AGGREGATE_LAST; i++)
		if (model->kept[i].pane < lowest)
			lowest = model->kept[i].pane;
	return lowest;
}

/* --- whose -------------------------------------------------------------------------------- */

void
model_weights(const struct model *model, int row, long double weights[MODEL_ACTORS])
{
	const struct observation *observation;
	size_t i;

	memset(weights, 0, MODEL_ACTORS * sizeof(*weights));
	for (i = 0; i < model->count; i++) {
		observation = &model->kept[i].observation;
		if (model->kept[i].row == row)
			weights[observation->actor] += model->plan->aggregate == AGGREGATE_SUM
			    ? fabsl((long double)observation->number)
			    : 1;
	}
}

static void
check_holder(const struct model *model, int row, const struct impact_value *value)
{
	const struct observation *holder = model_holder(model, row);

	assert_int_equal(value->origin_count, holder != NULL);
	if (!holder)
		return;
	assert_true(value->exact);
	assert_int_equal(value->origins[0].actor, holder->actor);
	assert_true(value->error_bound == 0 && value->remainder == 0);
}

void
model_check_whose(const struct model *model, int row, const struct impact_value *value)
{
	long double weights[MODEL_ACTORS], total = 0, shown = 0, slack;
	uint32_t i, actor;

	if (model->plan->aggregate == AGGREGATE_LAST || model->plan->aggregate == AGGREGATE_MIN ||
	    model->plan->aggregate == AGGREGATE_MAX) {
		check_holder(model, row, value);
		return;
	}
	model_weights(model, row, weights);
	for (actor = 0; actor < MODEL_ACTORS; actor++)
		total += weights[actor];
	assert_true(isfinite(value->total) && isfinite(value->remainder));
	if (total > (long double)1e308)
		return; /* beyond a double: the weights are the greatest finite one */
	slack = total * 1e-12L;
	assert_false(value->exact);
	assert_true(fabsl((long double)value->total - total) <= slack);
	assert_true(value->error_bound <= value->total / 9 * (1 + 1e-12));
	for (i = 0; i < value->origin_count; i++) {
		long double exact = weights[value->origins[i].actor];

		assert_true(i == 0 || value->origins[i].weight <= value->origins[i - 1].weight);
		assert_true(value->origins[i].weight > 0);
		assert_true(value->origins[i].weight <= exact + slack);
		assert_true(exact <= value->origins[i].weight + value->error_bound + slack);
		weights[value->origins[i].actor] = 0;
		shown += value->origins[i].weight;
	}
	for (actor = 0; actor < MODEL_ACTORS; actor++)
		assert_true(weights[actor] <= value->error_bound + slack);
	assert_true(fabsl((long double)value->remainder - (total - shown)) <= slack);
}

void
model_fini(struct model *model)
{
	free(model->kept);
	memset(model, 0, sizeof(*model));
}
