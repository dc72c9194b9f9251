/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A branch is shown when the name asked for is on it: above, or below. The walk
 * knows what is above; what is below is looked at before a line is written.
 */
#include "lineage/tree.h"

#include "base/symbols.h"
#include "number.h"

struct walk {
	const struct lineage *lineage;
	struct text only; /* absent: everything */
	struct buffer *out;
};

static bool
is_wanted(const struct walk *walk, struct text name)
{
	return !walk->only.data || text_equal(walk->only, name);
}

void
lineage_feature_words(const struct lineage_feature *feature, struct buffer *out)
{
	char span[NUMBER_BYTES];

	buffer_add_format(out, "%s", lineage_aggregate_name(feature->aggregate));
	if (feature->aggregate == AGGREGATE_SHARE)
		buffer_add_format(out, " of `%.*s`",
		    TEXT_PRINT(feature->value_null ? TEXT("null") : feature->value));
	if (feature->key == SUBJECT_FIELD)
		buffer_add_format(out, " by field %.*s", TEXT_PRINT(feature->key_field));
	else if (feature->key != SUBJECT_NONE)
		buffer_add_format(out, " by %s", lineage_subject_name(feature->key));
	if (feature->size_ms)
		buffer_add_format(out, " over %s", span_text(feature->size_ms, span));
	if (feature->filter_count)
		buffer_add_format(out, ", filtered");
}

/* Each show_… writes its branch and takes it back unless the name is on it, above or below. */
static bool
show_model(const struct walk *walk, const struct lineage_model *model, uint32_t feature, int depth,
    bool above)
{
	char number[NUMBER_BYTES];
	uint32_t i;

	for (i = 0; i < model->input_count && model->inputs[i].feature != feature; i++)
		;
	if (i == model->input_count || !(above || is_wanted(walk, model->name)))
		return false;
	buffer_add_format(walk->out, "%*s%.*s %.*s: %s", depth * 2, "", TEXT_PRINT(model->name),
	    TEXT_PRINT(model->version), lineage_kind_name(model->kind));
	if (model->kind != KIND_OPAQUE)
		buffer_add_format(
		    walk->out, ", weight %s", number_text(model->inputs[i].weight, number));
	else if (model->inputs[i].has_sensitivity)
		buffer_add_format(walk->out, ", sensitivity %s (%.*s)",
		    number_text(model->inputs[i].sensitivity, number),
		    TEXT_PRINT(model->inputs[i].source));
	buffer_add_byte(walk->out, '\n');
	return true;
}

/* Goes LINEAGE_CHAIN_MAX deep at most. how: what its field is to it, where it is not its value. */
static bool
show_feature(const struct walk *walk, uint32_t index, int depth, bool above, const char *how)
{
	const struct lineage *lineage = walk->lineage;
	const struct lineage_feature *feature = &lineage->features[index];
	size_t start = walk->out->size;
	bool wanted = above || is_wanted(walk, feature->name), found = wanted;
	uint32_t i;

	buffer_add_format(walk->out, "%*s%.*s: ", depth * 2, "", TEXT_PRINT(feature->name));
	lineage_feature_words(feature, walk->out);
	buffer_add_format(walk->out, "%s\n", how);
	for (i = 0; i < lineage->model_count; i++)
		found |= show_model(walk, &lineage->models[i], index, depth + 1, wanted);
	for (i = 0; i < lineage->feature_count; i++)
		if (lineage->features[i].source == index)
			found |= show_feature(walk, i, depth + 1, wanted, "");
	if (!found)
		walk->out->size = start;
	return found;
}

/* What the field is to the feature: "" its value; NULL nothing. */
static const char *
role_of(const struct lineage_feature *feature, struct text field)
{
	uint32_t i;

	for (i = 0; i < feature->field_count; i++)
		if (text_equal(feature->fields[i], field))
			return "";
	for (i = 0; i < feature->filter_count; i++)
		if (feature->filters[i].subject == SUBJECT_FIELD &&
		    text_equal(feature->filters[i].field, field))
			return " (by its filter)";
	if (feature->key == SUBJECT_FIELD && text_equal(feature->key_field, field))
		return " (by its key)";
	return NULL;
}

static bool
show_field(const struct walk *walk, uint32_t dataset, struct text field, bool above)
{
	const struct lineage *lineage = walk->lineage;
	size_t start = walk->out->size, line;
	bool wanted = above || is_wanted(walk, field), found = wanted;
	const char *role;
	uint32_t i;

	buffer_add_format(walk->out, "  %.*s", TEXT_PRINT(field));
	line = walk->out->size;
	buffer_add_byte(walk->out, '\n');
	for (i = 0; i < lineage->feature_count; i++) {
		if (lineage->features[i].dataset != dataset ||
		    lineage->features[i].source != LINEAGE_NONE)
			continue;
		role = role_of(&lineage->features[i], field);
		found |= role && show_feature(walk, i, 2, wanted, role);
	}
	if (walk->out->size == line + 1) {
		walk->out->size = line;
		buffer_add_format(walk->out, ": no feature reads it\n");
	}
	if (!found)
		walk->out->size = start;
	return found;
}

/* Features that count events, whatever field they change. */
static bool
show_events(const struct walk *walk, uint32_t dataset, bool above)
{
	const struct lineage *lineage = walk->lineage;
	size_t start = walk->out->size;
	bool found = false;
	uint32_t i;

	buffer_add_format(walk->out, "  (any event)\n");
	for (i = 0; i < lineage->feature_count; i++)
		if (lineage->features[i].dataset == dataset &&
		    lineage->features[i].source == LINEAGE_NONE &&
		    !lineage->features[i].field_count)
			found |= show_feature(walk, i, 2, above, "");
	if (!found)
		walk->out->size = start;
	return found;
}

static bool
show_new_field(
    const struct walk *walk, uint32_t dataset, struct text field, bool above, struct symbols *shown)
{
	uint32_t count = symbols_count(shown);

	symbols_add(shown, field);
	return symbols_count(shown) > count && show_field(walk, dataset, field, above);
}

/* Fields in the order of the list, else as features name them. */
static bool
show_fields(const struct walk *walk, uint32_t dataset, bool above)
{
	const struct lineage *lineage = walk->lineage;
	const struct lineage_feature *feature;
	struct symbols *shown = symbols_open();
	bool found = false;
	uint32_t i, j;

	for (i = 0; i < lineage->datasets[dataset].field_count; i++)
		found |= show_new_field(
		    walk, dataset, lineage->datasets[dataset].fields[i].name, above, shown);
	for (i = 0; i < lineage->feature_count; i++) {
		feature = &lineage->features[i];
		if (feature->dataset != dataset)
			continue;
		for (j = 0; j < feature->field_count; j++)
			found |= show_new_field(walk, dataset, feature->fields[j], above, shown);
		for (j = 0; j < feature->filter_count; j++)
			found |= feature->filters[j].subject == SUBJECT_FIELD &&
			    show_new_field(walk, dataset, feature->filters[j].field, above, shown);
		found |= feature->key == SUBJECT_FIELD &&
		    show_new_field(walk, dataset, feature->key_field, above, shown);
	}
	symbols_close(shown);
	return found;
}

bool
lineage_tree(const struct lineage *lineage, struct text only, struct buffer *out)
{
	const struct walk walk = {lineage, only, out};
	bool found = false, wanted, below;
	size_t start;
	uint32_t i;

	for (i = 0; i < lineage->dataset_count; i++) {
		start = out->size;
		buffer_add_format(out, "%.*s\n", TEXT_PRINT(lineage->datasets[i].name));
		wanted = is_wanted(&walk, lineage->datasets[i].name);
		below = show_events(&walk, i, wanted);
		below |= show_fields(&walk, i, wanted);
		if (!wanted && !below)
			out->size = start;
		found |= wanted || below;
	}
	return found;
}
