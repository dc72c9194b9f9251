/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Features: what they are computed from and how. One table says what each
 * aggregate needs and what would mean nothing to it.
 */
#include <stdio.h>

#include "base/suggest.h"
#include "reading.h"

static const char *const feature_keys[] = {"name", "dataset", "field", "fields", "feature",
    "encode", "other", "filter", "key", "aggregate", "value", "window", NULL};

enum need {
	NEVER,
	MAY,
	MUST
};

static const struct {
	enum need field, encode, value, window;
} rules[AGGREGATE_KINDS] = {
    [AGGREGATE_LAST] = {MUST, MUST, NEVER, MAY},
    [AGGREGATE_COUNT] = {MAY, NEVER, NEVER, MAY},
    [AGGREGATE_SUM] = {MUST, MUST, NEVER, MAY},
    [AGGREGATE_MEAN] = {MUST, MUST, NEVER, MAY},
    [AGGREGATE_MIN] = {MUST, MUST, NEVER, MAY},
    [AGGREGATE_MAX] = {MUST, MUST, NEVER, MAY},
    [AGGREGATE_DISTINCT] = {MUST, NEVER, NEVER, MAY},
    [AGGREGATE_SHARE] = {MUST, NEVER, MUST, MAY},
    [AGGREGATE_RATE] = {MAY, NEVER, NEVER, MUST},
};

/* Whether the key stands as the aggregate needs it; why: what it would be for. */
static void
check_need(struct reading *reading, const struct yaml_node *map, const char *key, bool there,
    enum need need, const char *aggregate, const char *why)
{
	if (need == MUST && !there)
		yaml_problem_add(reading->problems, reading->file, map,
		    "`%s` is missing: %s needs %s", key, aggregate, why);
	if (need == NEVER && there)
		yaml_problem_add(reading->problems, reading->file, yaml_find(map, key),
		    "`%s` means nothing to %s: remove it", key, aggregate);
}

/* What does not go together, once all parts are read. */
static void
check_rules(
    struct reading *reading, const struct yaml_node *map, const struct lineage_feature *feature)
{
	enum lineage_aggregate aggregate = feature->aggregate;
	const char *name = lineage_aggregate_name(aggregate);
	bool derived = yaml_find(map, "feature") != NULL;

	if (!derived) {
		check_need(reading, map, "field",
		    yaml_find(map, "field") || yaml_find(map, "fields"), rules[aggregate].field,
		    name, "the field whose values it looks at");
		check_need(reading, map, "encode", yaml_find(map, "encode") != NULL,
		    rules[aggregate].encode, name,
		    "numbers; write `encode: numeric`, or a map of value: number");
	}
	check_need(reading, map, "value", yaml_find(map, "value") != NULL, rules[aggregate].value,
	    name, "the value whose share it is");
	check_need(reading, map, "window", yaml_find(map, "window") != NULL,
	    rules[aggregate].window, name, "a span to count in");
	if (yaml_find(map, "other") && !yaml_find(map, "encode"))
		yaml_problem_add(reading->problems, reading->file, yaml_find(map, "other"),
		    "`other` is for values that `encode` has no number for: add `encode`, or "
		    "remove it");
	if (derived && feature->key == SUBJECT_FIELD)
		yaml_problem_add(reading->problems, reading->file, yaml_find(map, "key"),
		    "a feature computed from a feature has no fields to be keyed by: use entity, "
		    "team, system, channel, actor or none");
	if (derived && (aggregate == AGGREGATE_SHARE || aggregate == AGGREGATE_DISTINCT))
		yaml_problem_add(reading->problems, reading->file, yaml_find(map, "aggregate"),
		    "%s looks at values of a field, not at a feature's numbers: use another "
		    "aggregate, or a field",
		    name);
}

static uint32_t
read_dataset(struct reading *reading, const struct yaml_node *map)
{
	const struct yaml_node *node =
	    reading_need(reading, map, "dataset", "say which dataset its events are of");
	struct suggestion suggestion;
	struct text name;
	uint32_t index, i;

	if (!node || !yaml_text(reading->file, node, &name, reading->problems))
		return LINEAGE_NONE;
	index = reading_names_find(&reading->datasets, name);
	if (index != LINEAGE_NONE)
		return index;
	suggestion_init(&suggestion, name);
	for (i = 0; i < reading->lineage->dataset_count && reading_suggests(reading); i++)
		suggestion_try(&suggestion, reading->datasets.texts[i]);
	reading_unknown(
	    reading, node, "dataset", name, suggestion_best(&suggestion), "add it to `datasets`");
	return LINEAGE_NONE;
}

static void
read_field(struct reading *reading, const struct yaml_node *node, struct lineage_feature *feature,
    struct symbols *seen)
{
	uint32_t count = symbols_count(seen);
	struct text name;
	char shown[80];

	if (!reading_name(reading, node, &name) ||
	    !reading_field(reading, node, name, feature->dataset, NULL))
		return;
	symbols_add(seen, name);
	if (symbols_count(seen) == count) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "the field `%s` is named twice: remove one of the two",
		    text_show(name, 60, shown, sizeof(shown)));
		return;
	}
	feature->fields[feature->field_count++] = name;
}

static void
read_fields(struct reading *reading, const struct yaml_node *map, struct lineage_feature *feature)
{
	const struct yaml_node *one = yaml_find(map, "field"), *many = yaml_find(map, "fields");
	struct symbols *seen = symbols_open();
	size_t i;

	if (one && many)
		yaml_problem_add(reading->problems, reading->file, many,
		    "`field` and `fields` both stand here: keep one of the two");
	many = reading_list(reading, many, "a list of names of fields");
	feature->fields =
	    reading_memory(reading, 1 + (many ? many->count : 0), sizeof(*feature->fields));
	if (one)
		read_field(reading, one, feature, seen);
	for (i = 0; many && i < many->count; i++)
		read_field(reading, many->items[i], feature, seen);
	symbols_close(seen);
}

/* A number of a value, or of what has none. */
static void
read_other(struct reading *reading, const struct yaml_node *node, struct lineage_feature *feature)
{
	if (node->kind == YAML_SCALAR && text_is(node->text, "error-count"))
		return;
	if (node->kind == YAML_SCALAR && !node->quoted && node->text.size &&
	    strchr("+-.0123456789", node->text.data[0])) {
		feature->has_other =
		    yaml_double(reading->file, node, &feature->other, reading->problems);
		return;
	}
	yaml_problem_add(reading->problems, reading->file, node,
	    "`other` is a number or error-count: write one of the two");
}

/* A type that holds no numbers makes `numeric` a mistake. */
static void
check_numeric(
    struct reading *reading, const struct yaml_node *node, const struct lineage_feature *feature)
{
	const struct lineage_field *field;
	char shown[80];
	uint32_t i;

	for (i = 0; i < feature->field_count && feature->dataset != LINEAGE_NONE; i++) {
		field = lineage_find_field(
		    &reading->lineage->datasets[feature->dataset], feature->fields[i]);
		if (!field || field->type == TYPE_ANY || field->type == TYPE_NUMBER ||
		    field->type == TYPE_BOOLEAN)
			continue;
		yaml_problem_add(reading->problems, reading->file, node,
		    "the field `%s` is of type %s: write a map of value: number instead of numeric",
		    text_show(field->name, 60, shown, sizeof(shown)),
		    lineage_type_name(field->type));
	}
}

static void
read_encoding(struct reading *reading, const struct yaml_node *map, struct lineage_feature *feature)
{
	const struct yaml_node *node = yaml_find(map, "encode"), *other = yaml_find(map, "other");

	if (!node)
		return;
	if (node->kind == YAML_MAP && node->count) {
		feature->encoding = ENCODING_CODES;
		reading_codes(reading, node, feature);
	} else if (node->kind == YAML_SCALAR && text_is(node->text, "numeric")) {
		feature->encoding = ENCODING_NUMERIC;
		check_numeric(reading, node, feature);
	} else {
		yaml_problem_add(reading->problems, reading->file, node,
		    "`encode` is the word numeric or a map of value: number: write one of the two");
	}
	if (other)
		read_other(reading, other, feature);
}

static void
read_key(struct reading *reading, const struct yaml_node *map, struct lineage_feature *feature)
{
	static const char *const words[] = {
	    "entity", "team", "system", "channel", "actor", "none", "field:NAME", NULL};
	static const enum lineage_subject subjects[] = {SUBJECT_ENTITY, SUBJECT_TEAM,
	    SUBJECT_SYSTEM, SUBJECT_CHANNEL, SUBJECT_ACTOR, SUBJECT_NONE, SUBJECT_FIELD};
	const struct yaml_node *node = reading_need(reading, map, "key",
	    "say what has one value each: entity, team, system, channel, actor, field:NAME or "
	    "none");
	bool prefixed = false;
	unsigned choice;

	if (!node)
		return;
	if (node->kind == YAML_SCALAR && strncmp(node->text.data, "field:", 6) == 0) {
		feature->key = SUBJECT_FIELD;
		if (reading_field_name(reading, node, &prefixed, &feature->key_field))
			(void)reading_field(
			    reading, node, feature->key_field, feature->dataset, NULL);
	} else if (reading_choice(reading, node, "key", words, &choice)) {
		feature->key = subjects[choice];
	}
}

/* What a feature of a feature has from its source. */
static void
check_derived(struct reading *reading, const struct yaml_node *map)
{
	static const char *const inherited[] = {
	    "dataset", "field", "fields", "encode", "other", "filter", "value"};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(inherited); i++)
		if (yaml_find(map, inherited[i]))
			yaml_problem_add(reading->problems, reading->file,
			    yaml_find(map, inherited[i]),
			    "a feature computed from a feature has its `%s` from there: remove one "
			    "of the two",
			    inherited[i]);
}

static void
read_source(struct reading *reading, const struct yaml_node *node, struct lineage_feature *feature)
{
	struct suggestion suggestion;
	struct text name;
	uint32_t i;

	if (!yaml_text(reading->file, node, &name, reading->problems))
		return;
	feature->source = reading_names_find(&reading->features, name);
	if (feature->source != LINEAGE_NONE)
		return;
	suggestion_init(&suggestion, name);
	for (i = 0; i < reading->lineage->feature_count && reading_suggests(reading); i++)
		suggestion_try(&suggestion, reading->features.texts[i]);
	reading_unknown(
	    reading, node, "feature", name, suggestion_best(&suggestion), "add it to `features`");
}

static void
read_share_value(
    struct reading *reading, const struct yaml_node *map, struct lineage_feature *feature)
{
	const struct yaml_node *node = yaml_find(map, "value");

	if (node)
		(void)reading_value(reading, node, &feature->value_null, &feature->value);
}

static void
read_feature(struct reading *reading, const struct yaml_node *map, struct lineage_feature *feature)
{
	const struct yaml_node *aggregate, *source;
	unsigned choice;

	feature->dataset = feature->source = LINEAGE_NONE;
	feature->line = map->line;
	if (!reading_map(reading, map, "a feature", feature_keys))
		return;
	source = yaml_find(map, "feature");
	if (source) {
		read_source(reading, source, feature);
		check_derived(reading, map);
	} else {
		feature->dataset = read_dataset(reading, map);
		read_fields(reading, map, feature);
		read_encoding(reading, map, feature);
		reading_filters(reading, yaml_find(map, "filter"), feature);
		read_share_value(reading, map, feature);
	}
	read_key(reading, map, feature);
	reading_window(reading, yaml_find(map, "window"), feature);
	aggregate = reading_need(
	    reading, map, "aggregate", "say how events become its value: mean, last, count, …");
	if (aggregate &&
	    reading_choice(reading, aggregate, "aggregate", lineage_aggregates, &choice)) {
		feature->aggregate = (enum lineage_aggregate)choice;
		check_rules(reading, map, feature);
	}
}

void
reading_features(struct reading *reading, const struct yaml_node *list)
{
	struct lineage *lineage = reading->lineage;
	uint32_t i;

	if (!list)
		return;
	lineage->feature_count = (uint32_t)list->count;
	lineage->features = reading_memory(reading, list->count, sizeof(*lineage->features));
	for (i = 0; i < lineage->feature_count; i++) {
		lineage->features[i].name = reading->features.texts[i];
		read_feature(reading, list->items[i], &lineage->features[i]);
	}
	reading_chains(reading, list);
}
