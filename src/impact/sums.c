/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event, or expiry, adds to the sums of movement: of each feature and of the
 * models that read it with a known size, field by field.
 */
#include "inside.h"

#include "base/memory.h"

/* The size of one use, times that of a model's input. */
static double
model_part(const struct plan *plan, const struct plan_use *use, double moved, double magnitude)
{
	bool opaque = plan->models[use->model].kind == KIND_OPAQUE;

	return influence_bounded(use->factor * (opaque ? magnitude : moved));
}

static void
add_features(struct impact *impact)
{
	const struct work *work = &impact->work;
	const struct plan *plan = impact->plan;
	const struct item *item;
	const struct moved *moved;

	for (moved = work->moved; moved < work->moved + work->moved_count; moved++)
		movement_add(impact->movement, plan->features[moved->feature].subject, moved->field,
		    moved->moved, moved->first);
	for (item = work->items; item < work->items + work->item_count; item++)
		if (item->row && !isnan(item->influence.after))
			movement_value(impact->movement,
			    plan->features[item->influence.feature].subject, item->influence.after);
}

/* The part of a model and a field, made on first sight. Models and fields of one event are few. */
static struct part *
find_part(struct work *work, uint32_t model, uint32_t field)
{
	struct part *part;
	uint32_t i;

	for (i = work->newest[model]; i; i = part->older) {
		part = &work->parts[i - 1];
		if (part->field == field)
			return part;
	}
	if (UNLIKELY(work->part_count == work->part_capacity))
		memory_grow(
		    &work->parts, &work->part_capacity, work->part_count + 1, sizeof(*part));
	part = &work->parts[work->part_count++];
	*part = (struct part){.model = model, .field = field, .older = work->newest[model]};
	work->newest[model] = (uint32_t)work->part_count;
	return part;
}

static void
add_up_models(struct impact *impact)
{
	struct work *work = &impact->work;
	const struct plan_feature *feature;
	const struct moved *moved;
	struct part *part;
	uint32_t i;

	for (moved = work->moved; moved < work->moved + work->moved_count; moved++) {
		feature = &impact->plan->features[moved->feature];
		for (i = 0; i < feature->use_count; i++) {
			part = find_part(work, feature->uses[i].model, moved->field);
			part->moved = influence_bounded(part->moved +
			    model_part(
				impact->plan, &feature->uses[i], moved->moved, moved->magnitude));
		}
	}
}

static void
add_models(struct impact *impact)
{
	struct work *work = &impact->work;
	const struct part *part;

	add_up_models(impact);
	for (part = work->parts; part < work->parts + work->part_count; part++) {
		movement_add(impact->movement, impact->plan->models[part->model].subject,
		    part->field, part->moved, !part->older);
		work->newest[part->model] = 0;
	}
	work->part_count = 0;
}

void
sums_event(struct impact *impact)
{
	const struct work *work = &impact->work;
	const struct event *fact = work->fact;

	if (!work->moved_count || impact->no_sums)
		return;
	movement_event(impact->movement, fact->time_ms, work->origin->team, fact->system,
	    fact->channel, work->actor);
	add_features(impact);
	add_models(impact);
	movement_event_end(impact->movement);
}

void
sums_expiry(struct impact *impact, const struct plan_feature *feature, int64_t moment_ms,
    double before, double after)
{
	const struct influence influence = {.before = before, .after = after};
	double moved = influence_movement(&influence);
	uint32_t i;

	if (moved == 0 || impact->no_sums)
		return;
	movement_expiry(impact->movement, feature->subject, moment_ms, moved);
	for (i = 0; i < feature->use_count; i++)
		movement_expiry(impact->movement,
		    impact->plan->models[feature->uses[i].model].subject, moment_ms,
		    model_part(impact->plan, &feature->uses[i], moved, fabs(moved)));
}
