/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger's conclusions say of one event: how far it moved each feature, by
 * which part of that day's movement, and each model in its own unit.
 */
#include "influence.h"

#include "moved_inside.h"

/* null for none, text for what JSON has no number for (there is none: values are finite) */
static json_t *
number_or_null(double number)
{
	return isnan(number) ? json_null() : json_real(number);
}

static bool
counted(const struct influence *influence)
{
	return influence->status == INFLUENCE_COUNTED || influence->status == INFLUENCE_ESTIMATED;
}

/* Divided by what the feature usually spreads; null while there is no scale. */
static bool
add_scaled(struct inquiry *inquiry, const struct lineage_feature *feature, uint64_t record,
    double movement, json_t *document, struct error *err)
{
	double scale;

	if (!inquiry_scale_at(inquiry, feature->name, record, &scale, err))
		return false;
	json_object_set_new(document, "scaled",
	    scale > 0 ? json_real(influence_scaled(movement, scale)) : json_null());
	return true;
}

/* Which part of the feature's or model's movement of that day it is; null while that is not known. */
static bool
add_share(struct inquiry *inquiry, enum movement_kind kind, struct text name, int64_t time_ms,
    double movement, json_t *document, struct error *err)
{
	double total;

	if (!inquiry_day_total(inquiry, kind, name, time_ms, &total, err))
		return false;
	json_object_set_new(document, "share_of_day",
	    total > 0 ? json_real(fmin(1, fabs(movement) / total)) : json_null());
	return true;
}

static json_t *
influence_document(struct inquiry *inquiry, const struct lineage_feature *feature,
    const struct influence *influence, const struct record *record, uint64_t index,
    struct error *err)
{
	double movement = influence_movement(influence);
	json_t *document = json_pack("{s:s, s:s, s:o, s:o, s:o}", "status",
	    influence_status_name(influence->status), "sentence",
	    influence_status_sentence(influence->status), "before",
	    number_or_null(influence->before), "after", number_or_null(influence->after),
	    "movement", counted(influence) ? json_real(movement) : json_null());

	if (!counted(influence) ||
	    (add_scaled(inquiry, feature, index, movement, document, err) &&
		add_share(inquiry, MOVEMENT_FEATURE, feature->name, record->event.time_ms, movement,
		    document, err)))
		return document;
	json_decref(document);
	return NULL;
}

json_t *
inquiry_feature_influences(struct inquiry *inquiry, const struct lineage *lineage, uint32_t feature,
    const struct conclusion *conclusion, const struct record *record, struct error *err)
{
	json_t *list = json_array(), *one;
	uint32_t i;

	for (i = 0; conclusion && i < conclusion->influences.count; i++) {
		if (conclusion->influences.items[i].feature != feature)
			continue;
		one = influence_document(inquiry, &lineage->features[feature],
		    &conclusion->influences.items[i], record, conclusion->record, err);
		if (!one) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, one);
	}
	return list;
}

/* Log-odds as a probability. */
static double
probability(double log_odds)
{
	return 1 / (1 + exp(-log_odds));
}

static const struct influence_score *
score_of(const struct conclusion *conclusion, uint32_t model)
{
	uint32_t i;

	for (i = 0; i < conclusion->influences.score_count; i++)
		if (conclusion->influences.scores[i].model == model)
			return &conclusion->influences.scores[i];
	return NULL;
}

static void
add_exact(const struct lineage_model *model, const struct influence_score *score, json_t *document)
{
	double after = score->before + score->movement;

	json_object_set_new(document, "movement", json_real(score->movement));
	json_object_set_new(document, "before", json_real(score->before));
	json_object_set_new(document, "after", json_real(after));
	if (model->kind == KIND_LOGISTIC)
		json_object_set_new(document, "probability",
		    json_pack("{s:f, s:f}", "before", probability(score->before), "after",
			probability(after)));
	if (model->has_value_per_unit)
		json_object_set_new(document, "value",
		    json_pack("{s:f, s:o}", "amount", score->movement * model->value_per_unit,
			"currency", show_text(model->currency)));
}

/* The owner's sensitivities times how far each input moved; sources and dates beside. */
static double
estimate(const struct lineage_model *model, const struct influences *influences, json_t *sources,
    bool *whole)
{
	const struct lineage_input *input;
	double sum = 0;
	uint32_t i, j;

	*whole = true;
	for (i = 0; i < model->input_count; i++)
		for (j = 0; j < influences->count; j++) {
			input = &model->inputs[i];
			if (influences->items[j].feature != input->feature ||
			    !counted(&influences->items[j]))
				continue;
			if (!input->has_sensitivity) {
				*whole = false;
				continue;
			}
			sum += input->sensitivity * fabs(influence_movement(&influences->items[j]));
			json_array_append_new(sources,
			    json_pack("{s:o, s:o}", "source", show_text(input->source), "date",
				show_time(input->date_ms)));
		}
	return influence_bounded(sum);
}

static void
add_estimate(
    const struct lineage_model *model, const struct influences *influences, json_t *document)
{
	json_t *sources = json_array();
	bool whole;
	double sum = estimate(model, influences, sources, &whole);

	if (json_array_size(sources))
		json_object_set_new(document, "estimated",
		    json_pack(
			"{s:f, s:b, s:O}", "movement", sum, "whole", whole, "sources", sources));
	json_decref(sources);
}

bool
inquiry_model_movement(struct inquiry *inquiry, const struct lineage *lineage, uint32_t index,
    const struct conclusion *conclusion, const struct record *record, json_t *document,
    struct error *err)
{
	const struct lineage_model *model = &lineage->models[index];
	const struct influence_score *score;

	if (!conclusion)
		return true;
	if (model->kind == KIND_OPAQUE) {
		add_estimate(model, &conclusion->influences, document);
		return true;
	}
	score = score_of(conclusion, index);
	if (!score)
		return true;
	add_exact(model, score, document);
	return add_share(inquiry, MOVEMENT_MODEL, model->name, record->event.time_ms,
	    score->movement, document, err);
}
