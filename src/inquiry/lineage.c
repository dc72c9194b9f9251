/* SPDX-License-Identifier: Apache-2.0 */
/* The lineage in force, as a tree for people and as a document for programs. */
#include "lineage/tree.h"
#include "private.h"

static json_t *
feature_entry(const struct lineage *lineage, const struct lineage_feature *feature)
{
	struct buffer words = {0};
	json_t *fields = json_array(), *document;
	uint32_t i;

	for (i = 0; i < feature->field_count; i++)
		json_array_append_new(fields, show_text(feature->fields[i]));
	lineage_feature_words(feature, &words);
	document = json_pack("{s:o, s:o, s:o, s:o, s:s, s:s}", "name", show_text(feature->name),
	    "dataset", show_text(lineage->datasets[feature->dataset].name), "fields", fields,
	    "what", show_text(buffer_text(&words)), "aggregate",
	    lineage_aggregate_name(feature->aggregate), "key", lineage_subject_name(feature->key));
	buffer_fini(&words);
	return document;
}

static json_t *
model_entry(const struct lineage *lineage, const struct lineage_model *model)
{
	json_t *inputs = json_array();
	uint32_t i;

	for (i = 0; i < model->input_count; i++)
		json_array_append_new(
		    inputs, show_text(lineage->features[model->inputs[i].feature].name));
	return json_pack("{s:o, s:o, s:s, s:o}", "name", show_text(model->name), "version",
	    show_text(model->version), "kind", lineage_kind_name(model->kind), "inputs", inputs);
}

static json_t *
document_of(const struct lineage *lineage, uint32_t epoch, struct text tree)
{
	json_t *datasets = json_array(), *features = json_array(), *models = json_array();
	uint32_t i;

	for (i = 0; i < lineage->dataset_count; i++)
		json_array_append_new(datasets, show_text(lineage->datasets[i].name));
	for (i = 0; i < lineage->feature_count; i++)
		json_array_append_new(features, feature_entry(lineage, &lineage->features[i]));
	for (i = 0; i < lineage->model_count; i++)
		json_array_append_new(models, model_entry(lineage, &lineage->models[i]));
	return json_pack("{s:i, s:o, s:o, s:o, s:o}", "epoch", (int)epoch, "datasets", datasets,
	    "features", features, "models", models, "tree", show_text(tree));
}

json_t *
inquiry_lineage(struct inquiry *inquiry, struct text name, struct error *err)
{
	const struct lineage *lineage;
	struct buffer tree = {0};
	json_t *document = NULL;
	struct text nearest;
	uint32_t epoch;

	if (!inquiry_lineage_at(inquiry, UINT64_MAX >> 1, &lineage, &epoch, err))
		return NULL;
	if (!lineage) {
		error_set(err, ERROR_MISSING,
		    "no lineage is in force: name one with `lineage:` in the settings");
		return NULL;
	}
	if (lineage_tree(lineage, name, &tree)) {
		document = document_of(lineage, epoch, buffer_text(&tree));
	} else {
		nearest = lineage_suggest(lineage, NOUN_ANY, name);
		error_set(err, ERROR_MISSING, "the lineage names no %.*s%s%.*s%s", TEXT_PRINT(name),
		    nearest.data ? "; did you mean " : "", TEXT_PRINT(nearest),
		    nearest.data ? "?" : "");
	}
	buffer_fini(&tree);
	return document;
}
