/* SPDX-License-Identifier: Apache-2.0 */
/* Models: what they read with which weight, and when they are trained and scored. */
#include <stdio.h>
#include <stdlib.h>

#include "base/suggest.h"
#include "reading.h"

static const char *const model_keys[] = {"name", "version", "kind", "intercept", "inputs", "unit",
    "value-per-unit", "currency", "trained", "scored", NULL};
static const char *const weighed_keys[] = {"feature", "weight", NULL};
static const char *const opaque_keys[] = {"feature", "sensitivity", "source", "date", NULL};
static const char *const cut_keys[] = {"version", "cut", NULL};
static const char *const scored_keys[] = {"every", "from", "topic", NULL};

static void
stray(struct reading *reading, const struct yaml_node *map, const char *key, const char *why)
{
	const struct yaml_node *node = yaml_find(map, key);

	if (node)
		yaml_problem_add(reading->problems, reading->file, node, "`%s` %s", key, why);
}

static void
read_feature(struct reading *reading, const struct yaml_node *map, struct lineage_input *input)
{
	const struct yaml_node *node =
	    reading_need(reading, map, "feature", "say which feature the input is");
	struct suggestion suggestion;
	struct text name;
	uint32_t i;

	input->feature = LINEAGE_NONE;
	if (!node || !yaml_text(reading->file, node, &name, reading->problems))
		return;
	input->feature = reading_names_find(&reading->features, name);
	if (input->feature != LINEAGE_NONE)
		return;
	suggestion_init(&suggestion, name);
	for (i = 0; i < reading->lineage->feature_count && reading_suggests(reading); i++)
		suggestion_try(&suggestion, reading->features.texts[i]);
	reading_unknown(
	    reading, node, "feature", name, suggestion_best(&suggestion), "add it to `features`");
}

/* An estimate is worth what is known of where it is from: all three or none. */
static void
read_sensitivity(struct reading *reading, const struct yaml_node *map, struct lineage_input *input)
{
	const struct yaml_node *sensitivity = yaml_find(map, "sensitivity"), *source, *date;

	if (!sensitivity) {
		stray(reading, map, "source", "is of a `sensitivity`: add that, or remove it");
		stray(reading, map, "date", "is of a `sensitivity`: add that, or remove it");
		return;
	}
	input->has_sensitivity =
	    yaml_double(reading->file, sensitivity, &input->sensitivity, reading->problems);
	source = reading_need(reading, map, "source",
	    "say what the sensitivity is from, as in `source: mean |SHAP|`");
	date = reading_need(reading, map, "date", "say of which day the sensitivity is");
	if (source)
		(void)reading_name(reading, source, &input->source);
	if (date)
		(void)yaml_time(reading->file, date, &input->date_ms, reading->problems);
}

static void
read_input(struct reading *reading, const struct yaml_node *map, enum lineage_kind kind,
    struct lineage_input *input)
{
	bool opaque = kind == KIND_OPAQUE;
	const struct yaml_node *weight;

	input->feature = LINEAGE_NONE;
	if (map->kind == YAML_MAP && opaque && yaml_find(map, "weight")) {
		stray(reading, map, "weight",
		    "is of linear and logistic models: an opaque one may have `sensitivity`");
		return;
	}
	if (map->kind == YAML_MAP && !opaque && yaml_find(map, "sensitivity")) {
		stray(reading, map, "sensitivity", "is of opaque models: give this one a `weight`");
		return;
	}
	if (!reading_map(reading, map, "an input", opaque ? opaque_keys : weighed_keys))
		return;
	read_feature(reading, map, input);
	if (opaque) {
		read_sensitivity(reading, map, input);
		return;
	}
	weight = reading_need(reading, map, "weight", "the model is a sum of weight times feature");
	if (weight)
		(void)yaml_double(reading->file, weight, &input->weight, reading->problems);
}

static void
read_inputs(struct reading *reading, const struct yaml_node *map, struct lineage_model *model,
    uint32_t *seen, uint32_t stamp)
{
	const struct yaml_node *list = reading_list(reading,
	    reading_need(reading, map, "inputs", "list the features the model reads"),
	    "a list of inputs");
	struct lineage_input *input;
	uint32_t i;

	if (!list)
		return;
	model->input_count = (uint32_t)list->count;
	model->inputs = reading_memory(reading, list->count, sizeof(*model->inputs));
	for (i = 0; i < model->input_count; i++) {
		input = &model->inputs[i];
		read_input(reading, list->items[i], model->kind, input);
		if (input->feature == LINEAGE_NONE)
			continue;
		if (seen[input->feature] == stamp)
			yaml_problem_add(reading->problems, reading->file, list->items[i],
			    "the model reads this feature already: make one input of the two");
		seen[input->feature] = stamp;
	}
}

static void
read_currency(struct reading *reading, const struct yaml_node *map, struct lineage_model *model)
{
	const struct yaml_node *node =
	    reading_need(reading, map, "currency", "say in which currency `value-per-unit` is");
	struct text text;
	size_t i;

	if (!node || !yaml_text(reading->file, node, &text, reading->problems))
		return;
	for (i = 0; i < text.size && text.data[i] >= 'A' && text.data[i] <= 'Z'; i++)
		;
	if (i == 3 && text.size == 3)
		model->currency = reading_keep(reading, text);
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "a currency is three capital letters (ISO 4217): write it as in `currency: "
		    "EUR`");
}

static void
read_unit(struct reading *reading, const struct yaml_node *map, struct lineage_model *model)
{
	const struct yaml_node *unit = yaml_find(map, "unit"),
			       *value = yaml_find(map, "value-per-unit");

	if (unit)
		(void)reading_name(reading, unit, &model->unit);
	if (!value) {
		stray(reading, map, "currency", "is of `value-per-unit`: add that, or remove it");
		return;
	}
	if (!unit)
		yaml_problem_add(reading->problems, reading->file, value,
		    "`value-per-unit` needs `unit`: say what one unit of the model's output is");
	model->has_value_per_unit =
	    yaml_double(reading->file, value, &model->value_per_unit, reading->problems);
	read_currency(reading, map, model);
}

static int
cut_order(const void *a, const void *b)
{
	const struct lineage_cut *x = a, *y = b;
	int order = (x->cut_ms > y->cut_ms) - (x->cut_ms < y->cut_ms);

	return order ? order : text_compare(x->version, y->version);
}

static void
read_cut(struct reading *reading, const struct yaml_node *map, struct lineage_cut *cut,
    struct symbols *seen)
{
	const struct yaml_node *version, *time;
	uint32_t count = symbols_count(seen);

	if (!reading_map(reading, map, "a training", cut_keys))
		return;
	version = reading_need(reading, map, "version", "say which version came of the training");
	time = reading_need(
	    reading, map, "cut", "say up to when its events are, as in `cut: 2016-06-01`");
	if (time)
		(void)yaml_time(reading->file, time, &cut->cut_ms, reading->problems);
	if (!version || !reading_name(reading, version, &cut->version))
		return;
	symbols_add(seen, cut->version);
	if (symbols_count(seen) == count)
		yaml_problem_add(reading->problems, reading->file, version,
		    "this version stands here twice: remove one of the two");
}

static void
read_trained(struct reading *reading, const struct yaml_node *node, struct lineage_model *model)
{
	const struct yaml_node *list = reading_list(reading, node, "a list of {version, cut}");
	struct symbols *seen;
	uint32_t i;

	if (!list)
		return;
	seen = symbols_open();
	model->cut_count = (uint32_t)list->count;
	model->cuts = reading_memory(reading, list->count, sizeof(*model->cuts));
	for (i = 0; i < model->cut_count; i++)
		read_cut(reading, list->items[i], &model->cuts[i], seen);
	qsort(model->cuts, model->cut_count, sizeof(*model->cuts), cut_order);
	symbols_close(seen);
}

static void
read_schedule(struct reading *reading, const struct yaml_node *map, const struct yaml_node *every,
    struct lineage_model *model)
{
	const struct yaml_node *from =
	    reading_need(reading, map, "from", "say when the model was scored first");

	(void)reading_span(reading, every,
	    "a schedule without a pause is none: make it longer, or name a `topic`",
	    &model->every_ms);
	if (from)
		(void)yaml_time(reading->file, from, &model->from_ms, reading->problems);
}

static void
read_scored(struct reading *reading, const struct yaml_node *map, struct lineage_model *model)
{
	const struct yaml_node *every, *topic;

	if (!map || !reading_map(reading, map, "a schedule {every, from} or {topic}", scored_keys))
		return;
	every = yaml_find(map, "every");
	topic = yaml_find(map, "topic");
	if (!every == !topic) {
		yaml_problem_add(reading->problems, reading->file, map,
		    "a model is scored by a schedule or from a topic: write {every, from} or "
		    "{topic}");
	} else if (every) {
		read_schedule(reading, map, every, model);
	} else {
		stray(reading, map, "from",
		    "is of a schedule: remove it, or write `every` instead of `topic`");
		(void)reading_name(reading, topic, &model->topic);
	}
}

static void
read_intercept(struct reading *reading, const struct yaml_node *map, struct lineage_model *model)
{
	const struct yaml_node *node = yaml_find(map, "intercept");

	if (model->kind == KIND_OPAQUE)
		stray(reading, map, "intercept", "is of linear and logistic models: remove it");
	else if (node)
		(void)yaml_double(reading->file, node, &model->intercept, reading->problems);
}

static void
read_model(struct reading *reading, const struct yaml_node *map, struct lineage_model *model,
    uint32_t *seen, uint32_t stamp)
{
	const struct yaml_node *version, *kind;
	unsigned choice;

	model->line = map->line;
	if (!reading_map(reading, map, "a model", model_keys))
		return;
	version = reading_need(reading, map, "version", "say which version is in force");
	if (version)
		(void)reading_name(reading, version, &model->version);
	read_unit(reading, map, model);
	read_trained(reading, yaml_find(map, "trained"), model);
	read_scored(reading, yaml_find(map, "scored"), model);
	kind =
	    reading_need(reading, map, "kind", "say how it computes: linear, logistic or opaque");
	if (!kind || !reading_choice(reading, kind, "kind of model", lineage_kinds, &choice))
		return;
	model->kind = (enum lineage_kind)choice;
	read_intercept(reading, map, model);
	read_inputs(reading, map, model, seen, stamp);
}

void
reading_models(struct reading *reading, const struct yaml_node *list)
{
	struct lineage *lineage = reading->lineage;
	/* [feature]: the last model that reads it, so that a second time in one model is seen */
	uint32_t *seen = reading_memory(reading, lineage->feature_count, sizeof(*seen)), i;

	if (!list)
		return;
	lineage->model_count = (uint32_t)list->count;
	lineage->models = reading_memory(reading, list->count, sizeof(*lineage->models));
	for (i = 0; i < lineage->model_count; i++) {
		lineage->models[i].name = reading->models.texts[i];
		read_model(reading, list->items[i], &lineage->models[i], seen, i + 1);
	}
}
