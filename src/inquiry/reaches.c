/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one event reaches and how far it moved that: the lineage in force says which
 * features and models, the conclusion about it by how much, the models when they read it.
 */
#include "reaches.h"

#include "influence.h"
#include "lineage/reach.h"
#include "lineage/tree.h"
#include "lineage/uses.h"

/* The fields of this event that lead to the feature, through features of features. */
static json_t *
because(const struct inquiry *inquiry, const struct lineage *lineage,
    const struct lineage_feature *feature, const struct event *event)
{
	const struct lineage_feature *root = &lineage->features[feature->root];
	json_t *fields = json_array();
	uint32_t i, j;

	for (i = 0; i < event->change_count; i++)
		for (j = 0; j < root->field_count; j++)
			if (text_equal(root->fields[j],
				symbols_text(inquiry->names, event->changes[i].field)))
				json_array_append_new(fields, show_text(root->fields[j]));
	return fields;
}

static json_t *
feature_document(const struct inquiry *inquiry, const struct lineage *lineage, uint32_t index,
    const struct record *record, bool certain)
{
	const struct lineage_feature *feature = &lineage->features[index];
	struct buffer words = {0};
	json_t *document;

	lineage_feature_words(feature, &words);
	document = json_pack("{s:o, s:o, s:s, s:s, s:o, s:b}", "name", show_text(feature->name),
	    "what", show_text(buffer_text(&words)), "aggregate",
	    lineage_aggregate_name(feature->aggregate), "key", lineage_subject_name(feature->key),
	    "fields", because(inquiry, lineage, feature, &record->event), "certain", certain);
	buffer_fini(&words);
	return document;
}

/* "version 2016.1 was trained on events up to 2016-06-01T00:00:00Z". */
static json_t *
use_sentence(const struct lineage_use *use)
{
	char time[TIMESTAMP_TEXT_BYTES] = "", period[TIMESTAMP_TEXT_BYTES];
	struct buffer words = {0};
	json_t *sentence;

	if (use->time_ms != TIME_NONE)
		timestamp_text(use->time_ms, time);
	switch (use->kind) {
	case USE_TRAINED:
		buffer_add_format(&words, "version %.*s trained on events before %s",
		    TEXT_PRINT(use->version), time);
		break;
	case USE_SCORED:
		buffer_add_format(&words, "version %.*s scores with it from %s on, every %s",
		    TEXT_PRINT(use->version), time, period_text(use->every_ms, period));
		break;
	case USE_TOPIC:
		buffer_add_format(&words, "version %.*s scores as events of %.*s arrive",
		    TEXT_PRINT(use->version), TEXT_PRINT(use->topic));
		break;
	}
	sentence = show_text(buffer_text(&words));
	buffer_fini(&words);
	return sentence;
}

static json_t *
uses_document(const struct lineage_model *model, int64_t time_ms)
{
	static const char *const hows[] = {
	    [USE_TRAINED] = "trained", [USE_SCORED] = "scored", [USE_TOPIC] = "topic"};
	size_t max = model->cut_count + 1, count, i;
	struct lineage_use *uses = memory_get_array(max, sizeof(*uses));
	json_t *document = json_array();

	count = lineage_versions_after(model, time_ms, uses, max);
	for (i = 0; i < count; i++)
		json_array_append_new(document,
		    json_pack("{s:s, s:o, s:o, s:o}", "how", hows[uses[i].kind], "version",
			show_text(uses[i].version), "time", show_time(uses[i].time_ms), "sentence",
			use_sentence(&uses[i])));
	memory_free(uses);
	return document;
}

/* NULL when the event reaches none of the model's inputs. */
static json_t *
model_document(const struct lineage *lineage, const struct lineage_model *model,
    const enum lineage_answer *reached, int64_t time_ms)
{
	json_t *through = json_array();
	uint32_t i;

	for (i = 0; i < model->input_count; i++) {
		const struct lineage_input *input = &model->inputs[i];

		if (reached[input->feature] == REACHES_NO)
			continue;
		json_array_append_new(through,
		    json_pack("{s:o, s:o}", "feature",
			show_text(lineage->features[input->feature].name), "weight",
			model->kind == KIND_OPAQUE ? json_null() : json_real(input->weight)));
	}
	if (!json_array_size(through)) {
		json_decref(through);
		return NULL;
	}
	return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o}", "name", show_text(model->name),
	    "version", show_text(model->version), "kind", lineage_kind_name(model->kind), "unit",
	    show_text(model->unit), "through", through, "used", uses_document(model, time_ms));
}

/* What the event's receipt is made of. */
struct receipt {
	struct inquiry *inquiry;
	const struct lineage *lineage;
	const struct record *record;
	const struct conclusion *conclusion; /* NULL: there is none */
	enum lineage_answer *reached;        /* [feature] */
};

static json_t *
features_document(const struct receipt *receipt, struct error *err)
{
	const struct lineage *lineage = receipt->lineage;
	json_t *features = json_array(), *one, *influences;
	uint32_t i;

	for (i = 0; i < lineage->feature_count; i++) {
		receipt->reached[i] = lineage_reaches(lineage, i, &receipt->record->event,
		    &receipt->record->origin, receipt->inquiry->names);
		if (receipt->reached[i] == REACHES_NO)
			continue;
		one = feature_document(receipt->inquiry, lineage, i, receipt->record,
		    receipt->reached[i] == REACHES_YES);
		json_array_append_new(features, one);
		influences = inquiry_feature_influences(
		    receipt->inquiry, lineage, i, receipt->conclusion, receipt->record, err);
		if (!influences) {
			json_decref(features);
			return NULL;
		}
		json_object_set_new(one, "influences", influences);
	}
	return features;
}

static json_t *
models_document(const struct receipt *receipt, struct error *err)
{
	const struct lineage *lineage = receipt->lineage;
	json_t *models = json_array(), *one;
	uint32_t i;

	for (i = 0; i < lineage->model_count; i++) {
		one = model_document(
		    lineage, &lineage->models[i], receipt->reached, receipt->record->event.time_ms);
		if (!one)
			continue;
		json_array_append_new(models, one);
		if (!inquiry_model_movement(receipt->inquiry, lineage, i, receipt->conclusion,
			receipt->record, one, err)) {
			json_decref(models);
			return NULL;
		}
	}
	return models;
}

json_t *
reaches_document(struct inquiry *inquiry, const struct lineage *lineage, uint32_t epoch,
    const struct record *record, uint64_t index, struct error *err)
{
	struct receipt receipt = {.inquiry = inquiry, .lineage = lineage, .record = record};
	json_t *features = NULL, *models = NULL;
	uint64_t conclusion;

	if (!lineage)
		return json_pack("{s:i, s:[], s:[]}", "epoch", (int)epoch, "features", "models");
	receipt.reached = memory_get_array(lineage->feature_count + 1, sizeof(*receipt.reached));
	if (inquiry_conclusion(inquiry, index, &receipt.conclusion, &conclusion, err))
		features = features_document(&receipt, err);
	if (features)
		models = models_document(&receipt, err);
	memory_free(receipt.reached);
	if (models)
		return json_pack(
		    "{s:i, s:o, s:o}", "epoch", (int)epoch, "features", features, "models", models);
	json_decref(features);
	return NULL;
}
