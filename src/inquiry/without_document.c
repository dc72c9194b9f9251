/* SPDX-License-Identifier: Apache-2.0 */
/* What `without` found, as a document: a step that changed nothing is not written again. */
#include "without.h"

#include <math.h>

static json_t *
show_number(double number)
{
	return isnan(number) ? json_null() : json_real(number);
}

static bool
same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* Appends the row unless both numbers are those of the row before. last: both of that row. */
static void
add_row(json_t *series, int64_t time_ms, const double *values, double *last)
{
	if (json_array_size(series) && same(values[SIDE_WITH], last[SIDE_WITH]) &&
	    same(values[SIDE_WITHOUT], last[SIDE_WITHOUT]))
		return;
	memcpy(last, values, SIDES * sizeof(*last));
	json_array_append_new(series,
	    json_pack("{s:o, s:o, s:o}", "time", show_time(time_ms), "with",
		show_number(values[SIDE_WITH]), "without", show_number(values[SIDE_WITHOUT])));
}

/* Those of a key, oldest first; `next` of each takes the place of `before`. */
static uint32_t
oldest(struct without *without, uint32_t newest)
{
	uint32_t at = newest, next = 0, before;

	for (; at; at = before) {
		before = without->held[at - 1].before;
		without->held[at - 1].before = next;
		next = at;
	}
	return next;
}

/* From the step on in which it was looked at first; *final: what it is in the end. */
static json_t *
series_of_value(struct without *without, const struct shown *shown, struct sample *final)
{
	json_t *series = json_array();
	double last[SIDES];
	uint32_t at = oldest(without, without->tracked[shown->symbol].newest);

	*final = (struct sample){{INFLUENCE_NONE, INFLUENCE_NONE}};
	for (; at && without->held[at - 1].step < without->step_count;
	     at = without->held[at - 1].before) {
		*final = without->held[at - 1].sample;
		add_row(
		    series, without->steps[without->held[at - 1].step].time_ms, final->side, last);
	}
	return series;
}

static json_t *
series_of_movement(const struct without *without)
{
	json_t *series = json_array();
	double last[SIDES];
	size_t i;

	for (i = 0; i < without->step_count; i++)
		add_row(series, without->steps[i].time_ms, without->steps[i].movement.side, last);
	return series;
}

static json_t *
value_document(struct without *without, const struct shown *shown)
{
	struct sample final;
	json_t *series = series_of_value(without, shown, &final), *document = json_object();

	if (shown->has_key)
		json_object_set_new(document, "key", show_text(shown->key));
	if (shown->moved > 0)
		json_object_set_new(document, "moved", json_real(shown->moved));
	json_object_set_new(document, "with", show_number(final.side[SIDE_WITH]));
	json_object_set_new(document, "without", show_number(final.side[SIDE_WITHOUT]));
	json_object_set_new(document, "series", series);
	return document;
}

static void
set_model(const struct without *without, json_t *document)
{
	const struct lineage_model *model = NULL;
	const struct lineage *lineage;
	struct error ignored = {0};
	uint32_t epoch;

	if (inquiry_lineage_at(without->inquiry, UINT64_MAX >> 1, &lineage, &epoch, &ignored) &&
	    lineage)
		model = lineage_find_model(lineage, without->what->model);
	json_object_set_new(document, "model", show_text(without->what->model));
	json_object_set_new(
	    document, "kind", model ? json_string(lineage_kind_name(model->kind)) : json_null());
	json_object_set_new(document, "unit", model ? show_text(model->unit) : json_null());
	json_object_set_new(document, "movement",
	    json_pack("{s:o, s:o, s:o}", "with", show_number(without->movement.side[SIDE_WITH]),
		"without", show_number(without->movement.side[SIDE_WITHOUT]), "series",
		series_of_movement(without)));
}

json_t *
without_document(struct without *without)
{
	json_t *document = json_pack("{s:o}", "without", chosen_document(&without->chosen)),
	       *values = json_array();
	uint32_t i;

	if (without->what->model.data)
		set_model(without, document);
	else
		json_object_set_new(document, "feature", show_text(without->what->feature));
	json_object_set_new(document, "events", json_integer((json_int_t)without->events));
	json_object_set_new(document, "left_out", json_integer((json_int_t)without->chosen.count));
	json_object_set_new(
	    document, "step", json_string(without->step_ms > INT64_C(3600000) ? "day" : "hour"));
	json_object_set_new(document, "keys", json_integer((json_int_t)without->key_count));
	for (i = 0; i < without->shown_count; i++)
		json_array_append_new(values, value_document(without, &without->shown[i]));
	json_object_set_new(document, "values", values);
	return document;
}
