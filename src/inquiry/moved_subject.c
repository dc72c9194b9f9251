/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feature or model by its name: what the lineage says of it, then the page of its
 * movement. One that an earlier lineage named still has its page.
 */
#include "lineage/graph.h"
#include "lineage/tree.h"

#include "catalog/movement.h"
#include "moved_inside.h"

static bool
find_subject(struct inquiry *inquiry, enum movement_kind kind, struct text name, uint32_t *subject,
    bool *found, struct error *err)
{
	return catalog_subject(inquiry->catalog, kind, name, subject, found, err);
}

static bool
no_such(const struct lineage *lineage, const char *what, enum lineage_noun noun, struct text name,
    struct error *err)
{
	struct text nearest;
	char shown[200];

	if (!lineage)
		return error_set(err, ERROR_MISSING,
		    "no lineage is in force: name one with `lineage:` in the settings");
	text_show(name, 150, shown, sizeof(shown));
	nearest = lineage_suggest(lineage, noun, name);
	if (nearest.data)
		return error_set(err, ERROR_MISSING, "there is no %s %s; did you mean %.*s?", what,
		    shown, TEXT_PRINT(nearest));
	return error_set(err, ERROR_MISSING, "there is no %s %s: `dyetrace lineage show` names all",
	    what, shown);
}

static json_t *
scale_document(const struct catalog_scale *scale)
{
	return json_pack("{s:f, s:o}", "value", scale->scale, "day", inquiry_day_text(scale->day));
}

static bool
add_feature_head(struct inquiry *inquiry, const struct lineage_feature *feature, uint32_t subject,
    json_t *document, struct error *err)
{
	struct catalog_scale scale;
	struct buffer words = {0};
	bool found;

	if (!catalog_scale_at(inquiry->catalog, subject, UINT64_MAX, &scale, &found, err))
		return false;
	if (feature)
		lineage_feature_words(feature, &words);
	else
		buffer_add_text(&words, TEXT("a feature of an earlier lineage"));
	json_object_set_new(document, "what", show_text(buffer_text(&words)));
	json_object_set_new(document, "scale", found ? scale_document(&scale) : json_null());
	buffer_fini(&words);
	return true;
}

json_t *
inquiry_feature(struct inquiry *inquiry, struct text name, const struct inquiry_moved *question,
    struct error *err)
{
	const struct lineage_feature *feature;
	const struct lineage *lineage;
	json_t *document;
	uint32_t subject, epoch;
	bool found;

	if (!inquiry_lineage_at(inquiry, UINT64_MAX >> 1, &lineage, &epoch, err) ||
	    !find_subject(inquiry, MOVEMENT_FEATURE, name, &subject, &found, err))
		return NULL;
	feature = lineage ? lineage_find_feature(lineage, name) : NULL;
	if (!found && !feature) {
		no_such(lineage, "feature", NOUN_FEATURE, name, err);
		return NULL;
	}
	document = json_pack("{s:o, s:s}", "name", show_text(name), "kind", "feature");
	if (!found)
		error_set(err, ERROR_MISSING, "nothing has moved %.*s yet", TEXT_PRINT(name));
	if (found && add_feature_head(inquiry, feature, subject, document, err) &&
	    inquiry_moved_page(inquiry, question, subject, document, err))
		return document;
	json_decref(document);
	return NULL;
}

/* Where estimates come from: each source once, as the owner wrote it. */
static void
add_sensitivities(const struct lineage_model *model, json_t *document)
{
	struct buffer words = {0};
	char date[TIMESTAMP_TEXT_BYTES];
	uint32_t i, with = 0;

	for (i = 0; i < model->input_count; i++) {
		const struct lineage_input *input = &model->inputs[i];

		if (!input->has_sensitivity)
			continue;
		if (!with++)
			buffer_add_format(&words, "by the owner's sensitivities: %.*s, %.10s",
			    TEXT_PRINT(input->source), timestamp_text(input->date_ms, date));
	}
	if (with && with < model->input_count)
		buffer_add_format(&words, "; of %u of its %u inputs", with, model->input_count);
	if (with)
		json_object_set_new(document, "estimated", show_text(buffer_text(&words)));
	else
		json_object_set_new(document, "unknown",
		    json_string(
			"How far it moved is unknown: it is opaque, and the lineage names no "
			"`sensitivity` of its inputs. `dyetrace feature NAME` says how far those "
			"moved."));
	buffer_fini(&words);
}

static void
add_model_head(const struct lineage_model *model, json_t *document)
{
	if (!model) {
		json_object_set_new(document, "what", json_string("a model of an earlier lineage"));
		return;
	}
	json_object_set_new(document, "version", show_text(model->version));
	json_object_set_new(document, "what", json_string(lineage_kind_name(model->kind)));
	json_object_set_new(document, "unit", show_text(model->unit));
	if (model->kind == KIND_OPAQUE)
		add_sensitivities(model, document);
}

json_t *
inquiry_model(struct inquiry *inquiry, struct text name, const struct inquiry_moved *question,
    struct error *err)
{
	const struct lineage_model *model;
	const struct lineage *lineage;
	json_t *document;
	uint32_t subject, epoch;
	bool found;

	if (!inquiry_lineage_at(inquiry, UINT64_MAX >> 1, &lineage, &epoch, err) ||
	    !find_subject(inquiry, MOVEMENT_MODEL, name, &subject, &found, err))
		return NULL;
	model = lineage ? lineage_find_model(lineage, name) : NULL;
	if (!found && !model) {
		no_such(lineage, "model", NOUN_MODEL, name, err);
		return NULL;
	}
	document = json_pack("{s:o, s:s}", "name", show_text(name), "kind", "model");
	add_model_head(model, document);
	if (json_object_get(document, "unknown"))
		return document;
	if (!found)
		error_set(err, ERROR_MISSING, "nothing has moved %.*s yet", TEXT_PRINT(name));
	if (found && inquiry_moved_page(inquiry, question, subject, document, err))
		return document;
	json_decref(document);
	return NULL;
}
