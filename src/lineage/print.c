/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical text of a lineage: block style, one thing a line, every text in
 * double quotes, every default written out. The same lineage gives the same
 * bytes, whatever the file it came from looked like.
 */
#include <stdio.h>

#include "lineage/graph.h"
#include "number.h"

static void
add_text(struct buffer *out, const char *lead, struct text text)
{
	buffer_add_text(out, text_of(lead));
	yaml_write_text(text, true, out);
}

static void
add_number(struct buffer *out, const char *lead, double number)
{
	char text[NUMBER_BYTES];

	buffer_add_format(out, "%s%s", lead, number_text(number, text));
}

static void
add_span(struct buffer *out, const char *lead, int64_t ms)
{
	char text[NUMBER_BYTES];

	buffer_add_format(out, "%s%s", lead, span_text(ms, text));
}

static void
add_time(struct buffer *out, const char *lead, int64_t time_ms)
{
	char text[TIMESTAMP_TEXT_BYTES];

	buffer_add_format(out, "%s%s", lead, timestamp_text(time_ms, text));
}

static void
print_dataset(const struct lineage_dataset *dataset, struct buffer *out)
{
	uint32_t i;

	add_text(out, "  - name: ", dataset->name);
	buffer_add_format(out, "\n%s", dataset->listed ? "    fields:\n" : "");
	for (i = 0; i < dataset->field_count; i++) {
		add_text(out, "      - {name: ", dataset->fields[i].name);
		if (dataset->fields[i].type != TYPE_ANY)
			buffer_add_format(
			    out, ", type: %s", lineage_type_name(dataset->fields[i].type));
		buffer_add_format(out, "}\n");
	}
}

static void
print_encoding(const struct lineage_feature *feature, struct buffer *out)
{
	uint32_t i;

	if (feature->encoding == ENCODING_NONE)
		return;
	buffer_add_format(
	    out, "    encode:%s\n", feature->encoding == ENCODING_NUMERIC ? " numeric" : "");
	for (i = 0; i < feature->code_count; i++) {
		add_text(out, "      ", feature->codes[i].value);
		add_number(out, ": ", feature->codes[i].number);
		buffer_add_byte(out, '\n');
	}
	if (feature->has_other)
		add_number(out, "    other: ", feature->other);
	else
		buffer_add_format(out, "    other: error-count");
	buffer_add_byte(out, '\n');
}

/* The words for the event's own parts, and `field:` in front of a changed field's name. */
static void
add_subject(struct buffer *out, const char *lead, enum lineage_subject subject, struct text field)
{
	struct buffer name = {0};

	buffer_add_text(out, text_of(lead));
	if (subject != SUBJECT_FIELD) {
		buffer_add_text(out, text_of(lineage_subject_name(subject)));
		return;
	}
	buffer_add_text(&name, TEXT("field:"));
	buffer_add_text(&name, field);
	yaml_write_text(buffer_text(&name), true, out);
	buffer_fini(&name);
}

static void
print_filter(const struct lineage_filter *filter, struct buffer *out)
{
	uint32_t i;

	add_subject(out, "      - field: ", filter->subject, filter->field);
	buffer_add_format(out, "\n        is:\n%s", filter->null ? "          - null\n" : "");
	for (i = 0; i < filter->value_count; i++) {
		add_text(out, "          - ", filter->values[i]);
		buffer_add_byte(out, '\n');
	}
}

static void
print_window(const struct lineage_feature *feature, struct buffer *out)
{
	if (!feature->size_ms)
		return;
	add_span(out, "    window: {size: ", feature->size_ms);
	add_span(out, ", pane: ", feature->pane_ms);
	add_span(out, ", lateness: ", feature->lateness_ms);
	buffer_add_format(out, "}\n");
}

/* What a feature is computed from. */
static void
print_source(
    const struct lineage *lineage, const struct lineage_feature *feature, struct buffer *out)
{
	uint32_t i;

	if (feature->source != LINEAGE_NONE) {
		add_text(out, "\n    feature: ", lineage->features[feature->source].name);
		buffer_add_byte(out, '\n');
		return;
	}
	add_text(out, "\n    dataset: ", lineage->datasets[feature->dataset].name);
	buffer_add_format(out, "\n%s", feature->field_count ? "    fields:\n" : "");
	for (i = 0; i < feature->field_count; i++) {
		add_text(out, "      - ", feature->fields[i]);
		buffer_add_byte(out, '\n');
	}
	print_encoding(feature, out);
	buffer_add_format(out, "%s", feature->filter_count ? "    filter:\n" : "");
	for (i = 0; i < feature->filter_count; i++)
		print_filter(&feature->filters[i], out);
}

static void
print_feature(
    const struct lineage *lineage, const struct lineage_feature *feature, struct buffer *out)
{
	add_text(out, "  - name: ", feature->name);
	print_source(lineage, feature, out);
	add_subject(out, "    key: ", feature->key, feature->key_field);
	buffer_add_format(out, "\n    aggregate: %s\n", lineage_aggregate_name(feature->aggregate));
	if (feature->aggregate == AGGREGATE_SHARE && feature->value_null)
		buffer_add_format(out, "    value: null\n");
	else if (feature->aggregate == AGGREGATE_SHARE) {
		add_text(out, "    value: ", feature->value);
		buffer_add_byte(out, '\n');
	}
	print_window(feature, out);
}

static void
print_input(const struct lineage *lineage, const struct lineage_model *model,
    const struct lineage_input *input, struct buffer *out)
{
	add_text(out, "      - {feature: ", lineage->features[input->feature].name);
	if (model->kind != KIND_OPAQUE)
		add_number(out, ", weight: ", input->weight);
	if (input->has_sensitivity) {
		add_number(out, ", sensitivity: ", input->sensitivity);
		add_text(out, ", source: ", input->source);
		add_time(out, ", date: ", input->date_ms);
	}
	buffer_add_format(out, "}\n");
}

static void
print_unit(const struct lineage_model *model, struct buffer *out)
{
	if (!model->unit.data)
		return;
	add_text(out, "    unit: ", model->unit);
	if (model->has_value_per_unit) {
		add_number(out, "\n    value-per-unit: ", model->value_per_unit);
		add_text(out, "\n    currency: ", model->currency);
	}
	buffer_add_byte(out, '\n');
}

static void
print_uses(const struct lineage_model *model, struct buffer *out)
{
	uint32_t i;

	buffer_add_format(out, "%s", model->cut_count ? "    trained:\n" : "");
	for (i = 0; i < model->cut_count; i++) {
		add_text(out, "      - {version: ", model->cuts[i].version);
		add_time(out, ", cut: ", model->cuts[i].cut_ms);
		buffer_add_format(out, "}\n");
	}
	if (model->every_ms) {
		add_span(out, "    scored: {every: ", model->every_ms);
		add_time(out, ", from: ", model->from_ms);
		buffer_add_format(out, "}\n");
	} else if (model->topic.data) {
		add_text(out, "    scored: {topic: ", model->topic);
		buffer_add_format(out, "}\n");
	}
}

static void
print_model(const struct lineage *lineage, const struct lineage_model *model, struct buffer *out)
{
	uint32_t i;

	add_text(out, "  - name: ", model->name);
	add_text(out, "\n    version: ", model->version);
	buffer_add_format(out, "\n    kind: %s\n", lineage_kind_name(model->kind));
	if (model->kind != KIND_OPAQUE) {
		add_number(out, "    intercept: ", model->intercept);
		buffer_add_byte(out, '\n');
	}
	buffer_add_format(out, "    inputs:\n");
	for (i = 0; i < model->input_count; i++)
		print_input(lineage, model, &model->inputs[i], out);
	print_unit(model, out);
	print_uses(model, out);
}

void
lineage_print(const struct lineage *lineage, struct buffer *out)
{
	uint32_t i;

	buffer_add_format(out, "version: 1\ndatasets:\n");
	for (i = 0; i < lineage->dataset_count; i++)
		print_dataset(&lineage->datasets[i], out);
	buffer_add_format(out, "%s", lineage->feature_count ? "features:\n" : "");
	for (i = 0; i < lineage->feature_count; i++)
		print_feature(lineage, &lineage->features[i], out);
	buffer_add_format(out, "%s", lineage->model_count ? "models:\n" : "");
	for (i = 0; i < lineage->model_count; i++)
		print_model(lineage, &lineage->models[i], out);
}
