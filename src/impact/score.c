/* SPDX-License-Identifier: Apache-2.0 */
/* How far the event moved linear and logistic models, and from which score of its entity. */
#include "inside.h"

/* The value that the event's entity gave the field last, as a row of the input's group; 0: none. */
static place
remembered_row(struct impact *impact, const struct plan_input *input)
{
	const struct plan_memory *memory = &impact->plan->memories[input->memory];
	const struct plan_feature *feature = &impact->plan->features[input->feature];
	bool has_key;
	place row = keys_row(impact, memory->group, PROGRAM_NONE, &has_key);
	uint64_t hash;

	row = has_key ? row_block(impact->image, row, memory->layer) : 0;
	if (!row)
		return 0;
	memcpy(&hash, (const uint8_t *)image_at(impact->image, row) + memory->offset, sizeof(hash));
	return hash ? groups_find(impact->image, impact->plan->groups[feature->group].piece, hash)
		    : 0;
}

/* The input's value at the key that the event has for it, as it was not moved there: 0 without one. */
static double
standing_value(struct impact *impact, const struct plan_input *input, uint32_t key)
{
	const struct plan_feature *feature = &impact->plan->features[input->feature];
	bool has_key;
	place row;
	double value;

	if (input->memory != LINEAGE_NONE && key == PROGRAM_NONE)
		row = remembered_row(impact, input);
	else
		row = keys_row(impact, feature->group, key, &has_key);
	value = feature_value(impact, feature, row_block(impact->image, row, feature->layer), NULL);
	return isnan(value) ? 0 : value;
}

static double
value_before(struct impact *impact, const struct plan_input *input, uint32_t key)
{
	const struct work *work = &impact->work;
	uint32_t i = work->marks[input->feature].item;
	const struct item *item;

	for (; i && i <= work->item_count; i++) {
		item = &work->items[i - 1];
		if (item->influence.feature != input->feature)
			break;
		if (item->own && item->row)
			return isnan(item->influence.before) ? 0 : item->influence.before;
	}
	return standing_value(impact, input, key);
}

static double
score_before(struct impact *impact, const struct program_model *program)
{
	const struct plan_model *model = &impact->plan->models[program->model];
	double score = model->intercept;
	uint32_t i;

	for (i = 0; i < model->input_count; i++)
		score = influence_bounded(score +
		    influence_bounded(model->inputs[i].weight *
			value_before(impact, &model->inputs[i], program->keys[i])));
	return score;
}

/* false: no influence on the model was counted */
static bool
movement_of(const struct work *work, const struct plan_model *model, double *movement)
{
	const struct item *item;
	bool counted = false;
	uint32_t i, j;

	*movement = 0;
	for (i = 0; i < model->input_count; i++) {
		for (j = work->marks[model->inputs[i].feature].item; j && j <= work->item_count;
		     j++) {
			item = &work->items[j - 1];
			if (item->influence.feature != model->inputs[i].feature)
				break;
			if (!item->row)
				continue;
			counted = true;
			*movement = influence_bounded(*movement +
			    influence_bounded(
				model->inputs[i].weight * influence_movement(&item->influence)));
		}
	}
	return counted;
}

void
score_event(struct impact *impact, const struct program *program, struct arena *arena,
    struct influences *out)
{
	struct influence_score *scores =
	    arena_get(arena, (program->model_count + 1) * sizeof(*scores));
	const struct plan_model *model;
	double movement;
	uint32_t i, count = 0;

	for (i = 0; i < program->model_count; i++) {
		model = &impact->plan->models[program->models[i].model];
		if (model->kind == KIND_OPAQUE || !movement_of(&impact->work, model, &movement))
			continue;
		scores[count++] = (struct influence_score){
		    program->models[i].model, score_before(impact, &program->models[i]), movement};
	}
	out->scores = scores;
	out->score_count = count;
}
