/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event, or expiry, adds to the sums of movement: of each feature and of the
 * models that read it with a known size, field by field.
 */
#include "inside.h"

/* The size of one use, times that of a model's input. */
static double
model_part(const struct plan *plan, const struct plan_use *use, double moved, double magnitude)
{
	bool opaque = plan->models[use->model].kind == KIND_OPAQUE;

	return clamp(use->factor * (opaque ? magnitude : moved));
}

/* Whether the event was counted for the feature already, by way of another field. */
static bool
is_first(const struct work *work, size_t i)
{
	size_t j;

	for (j = 0; work->several_fields && j < i; j++)
		if (work->moved[j].feature == work->moved[i].feature)
			return false;
	return true;
}

static void
add_features(struct impact *impact)
{
	const struct work *work = &impact->work;
	const struct plan *plan = impact->plan;
	const struct influence *influence;
	size_t i;

	for (i = 0; i < work->moved_count; i++)
		movement_add(impact->movement, plan->features[work->moved[i].feature].subject,
		    work->moved[i].field, work->moved[i].moved, is_first(work, i));
	for (i = 0; i < work->item_count; i++) {
		influence = &work->items[i].influence;
		if (work->items[i].row && !isnan(influence->after))
			movement_value(impact->movement, plan->features[influence->feature].subject,
			    influence->after);
	}
}

/* Whether a field was met before among what moved. */
static bool
is_new_field(const struct work *work, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (work->moved[j].field == work->moved[i].field)
			return false;
	return true;
}

/* Adds up the parts of one field; models are listed in the order in which they are met. */
static void
add_parts(struct impact *impact, uint32_t field, uint64_t round)
{
	struct work *work = &impact->work;
	const struct plan_feature *feature;
	struct model_sum *sum;
	size_t i;
	uint32_t j;

	work->model_count = 0;
	for (i = 0; i < work->moved_count; i++) {
		if (work->moved[i].field != field)
			continue;
		feature = &impact->plan->features[work->moved[i].feature];
		for (j = 0; j < feature->use_count; j++) {
			sum = &work->sums[feature->uses[j].model];
			if (sum->round != round) {
				sum->round = round;
				sum->moved = 0;
				work->models[work->model_count++] = feature->uses[j].model;
			}
			sum->moved = clamp(sum->moved +
			    model_part(impact->plan, &feature->uses[j], work->moved[i].moved,
				work->moved[i].magnitude));
		}
	}
}

static void
add_models(struct impact *impact, uint32_t field)
{
	struct work *work = &impact->work;
	struct model_sum *sum;
	uint32_t i;

	add_parts(impact, field, ++work->round);
	for (i = 0; i < work->model_count; i++) {
		sum = &work->sums[work->models[i]];
		movement_add(impact->movement, impact->plan->models[work->models[i]].subject, field,
		    sum->moved, sum->event != work->event);
		sum->event = work->event;
	}
}

void
sums_event(struct impact *impact)
{
	const struct work *work = &impact->work;
	const struct event *fact = work->fact;
	size_t i;

	if (!work->moved_count)
		return;
	movement_event(impact->movement, fact->time_ms, work->origin->team, fact->system,
	    fact->channel, work->actor);
	add_features(impact);
	for (i = 0; i < work->moved_count; i++)
		if (!i || (work->several_fields && is_new_field(work, i)))
			add_models(impact, work->moved[i].field);
}

void
sums_expiry(struct impact *impact, const struct plan_feature *feature, int64_t moment_ms,
    double before, double after)
{
	const struct influence influence = {.before = before, .after = after};
	double moved = influence_movement(&influence);
	uint32_t i;

	if (moved == 0)
		return;
	movement_expiry(impact->movement, feature->subject, moment_ms, moved);
	for (i = 0; i < feature->use_count; i++)
		movement_expiry(impact->movement,
		    impact->plan->models[feature->uses[i].model].subject, moment_ms,
		    model_part(impact->plan, &feature->uses[i], moved, fabs(moved)));
}
