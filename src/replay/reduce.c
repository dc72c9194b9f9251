/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lineage of one feature or model: the parts that are wanted, printed and read
 * again, so that what comes out owns what it says and passed every check.
 */
#include <assert.h>

#include "base/memory.h"
#include "inside.h"

/* The feature and the features that it is computed from. */
static void
mark(const struct lineage *lineage, uint32_t feature, bool *wanted)
{
	for (; feature != LINEAGE_NONE; feature = lineage->features[feature].source)
		wanted[feature] = true;
}

static void
mark_wanted(const struct lineage *lineage, const struct lineage_feature *feature,
    const struct lineage_model *model, bool *wanted)
{
	uint32_t i;

	if (feature)
		mark(lineage, (uint32_t)(feature - lineage->features), wanted);
	for (i = 0; model && i < model->input_count; i++)
		mark(lineage, model->inputs[i].feature, wanted);
}

/* Where each wanted feature stands among the wanted ones, and these, which lead to each other by it. */
static void
pick_features(
    const struct lineage *lineage, const bool *wanted, uint32_t *to, struct lineage *reduced)
{
	uint32_t i;

	reduced->features =
	    arena_get(&reduced->arena, lineage->feature_count * sizeof(struct lineage_feature));
	for (i = 0; i < lineage->feature_count; i++) {
		to[i] = reduced->feature_count;
		if (wanted[i])
			reduced->features[reduced->feature_count++] = lineage->features[i];
	}
	for (i = 0; i < reduced->feature_count; i++) {
		struct lineage_feature *feature = &reduced->features[i];

		feature->root = to[feature->root];
		if (feature->source != LINEAGE_NONE)
			feature->source = to[feature->source];
	}
}

static void
pick_model(const struct lineage_model *model, const uint32_t *to, struct lineage *reduced)
{
	uint32_t i;

	if (!model)
		return;
	reduced->model_count = 1;
	reduced->models = arena_get(&reduced->arena, sizeof(*model));
	*reduced->models = *model;
	reduced->models->inputs =
	    arena_get(&reduced->arena, model->input_count * sizeof(*model->inputs));
	for (i = 0; i < model->input_count; i++) {
		reduced->models->inputs[i] = model->inputs[i];
		reduced->models->inputs[i].feature = to[model->inputs[i].feature];
	}
}

static struct lineage *
print_and_read(const struct lineage *lineage)
{
	struct buffer text = {0};
	struct lineage *again = NULL;
	struct error err = {0};
	bool good;

	lineage_print(lineage, &text);
	good = lineage_parse("the reduced lineage", buffer_text(&text), &again, &err);
	assert(good);
	buffer_fini(&text);
	return again;
}

struct lineage *
lineage_reduced(const struct lineage *lineage, struct text feature, struct text model)
{
	const struct lineage_feature *one =
	    feature.data ? lineage_find_feature(lineage, feature) : NULL;
	const struct lineage_model *of = model.data ? lineage_find_model(lineage, model) : NULL;
	struct lineage reduced = {
	    .dataset_count = lineage->dataset_count, .datasets = lineage->datasets};
	struct lineage *again;
	bool *wanted;
	uint32_t *to;

	arena_init(&reduced.arena);
	wanted = arena_get_zero(&reduced.arena, lineage->feature_count * sizeof(*wanted));
	to = arena_get(&reduced.arena, lineage->feature_count * sizeof(*to));
	mark_wanted(lineage, one, of, wanted);
	pick_features(lineage, wanted, to, &reduced);
	pick_model(of, to, &reduced);
	again = print_and_read(&reduced);
	arena_fini(&reduced.arena);
	return again;
}
