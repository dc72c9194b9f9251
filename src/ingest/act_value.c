/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command asks of the state of impact, which only the writer holds: one feature's
 * value for one key, and whose inputs carry it.
 */
#include "act_value.h"

#include <math.h>

#include "lineage/graph.h"

static bool
find_feature(const struct lineage *lineage, const char *name, uint32_t *index, struct error *err)
{
	const struct lineage_feature *feature;
	struct text nearest;

	if (!name)
		return error_set(err, ERROR_USAGE, "which feature? Say its name");
	feature = lineage ? lineage_find_feature(lineage, text_of(name)) : NULL;
	if (feature) {
		*index = (uint32_t)(feature - lineage->features);
		return true;
	}
	nearest = lineage ? lineage_suggest(lineage, NOUN_FEATURE, text_of(name)) : TEXT_NONE;
	return error_set(err, ERROR_MISSING, "there is no feature %s%s%.*s%s", name,
	    nearest.data ? "; did you mean " : ": `dyetrace lineage show` names all",
	    TEXT_PRINT(nearest), nearest.data ? "?" : "");
}

static json_t *
origin_document(uint32_t actor, double weight)
{
	char text[PSEUDONYM_TEXT_BYTES];

	return json_pack(
	    "{s:s, s:f}", "actor", pseudonym_short_text(actor, text), "weight", weight);
}

static void
fill_answer(const struct impact_value *value, json_t *answer)
{
	json_t *origins = json_array();
	uint32_t i;

	for (i = 0; i < value->origin_count; i++)
		json_array_append_new(
		    origins, origin_document(value->origins[i].actor, value->origins[i].weight));
	json_object_set_new(
	    answer, "value", isnan(value->value) ? json_null() : json_real(value->value));
	json_object_set_new(answer, "estimated", json_boolean(value->estimated));
	json_object_set_new(answer, "exact", json_boolean(value->exact));
	json_object_set_new(answer, "total", json_real(value->total));
	json_object_set_new(answer, "remainder", json_real(fmax(0, value->remainder)));
	json_object_set_new(answer, "error_bound", json_real(value->error_bound));
	json_object_set_new(answer, "origins", origins);
}

bool
act_value(struct ingest *ingest, const json_t *request, json_t *answer, struct error *err)
{
	const struct lineage *lineage = tracer_lineage(ingest->tracer);
	const char *name = json_string_value(json_object_get(request, "feature"));
	const json_t *asked = json_object_get(request, "key");
	const char *key = json_string_value(asked);
	struct impact_value value;
	uint32_t feature = 0;
	bool found;

	if (!find_feature(lineage, name, &feature, err))
		return false;
	impact_value(ingest->impact, feature, text_of(key), !key, &value, &found);
	if (!found && lineage->features[feature].key != SUBJECT_NONE)
		return error_set(err, ERROR_MISSING,
		    "%s has no value for %s: nothing was counted for that %s", name,
		    key ? key : "null", lineage_subject_name(lineage->features[feature].key));
	json_object_set_new(answer, "feature", json_string(name));
	json_object_set_new(answer, "key", key ? json_string(key) : json_null());
	json_object_set_new(answer, "clock",
	    impact_clock(ingest->impact) == TIME_NONE
		? json_null()
		: json_integer((json_int_t)impact_clock(ingest->impact)));
	fill_answer(&value, answer);
	return true;
}
