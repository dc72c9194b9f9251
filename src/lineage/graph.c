/* SPDX-License-Identifier: Apache-2.0 */
/* A lineage as a whole: read, found in, and ended. */
#include "lineage/graph.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "reading.h"

static const char *const root_keys[] = {"version", "datasets", "features", "models", NULL};

const char *const lineage_aggregates[] = {
    "last", "count", "sum", "mean", "min", "max", "distinct", "share", "rate", NULL};
const char *const lineage_kinds[] = {"linear", "logistic", "opaque", NULL};
const char *const lineage_types[] = {"any", "category", "number", "text", "boolean", "time", NULL};
static const char *const subjects[] = {
    "entity", "team", "system", "channel", "op", "actor", "none", "field", NULL};

const char *
lineage_aggregate_name(enum lineage_aggregate aggregate)
{
	return lineage_aggregates[aggregate];
}

const char *
lineage_kind_name(enum lineage_kind kind)
{
	return lineage_kinds[kind];
}

const char *
lineage_type_name(enum lineage_type type)
{
	return lineage_types[type];
}

const char *
lineage_subject_name(enum lineage_subject subject)
{
	return subjects[subject];
}

/* Names first, so that what is written early may speak of what follows. */
static void
read_parts(struct reading *reading, const struct yaml_node *root)
{
	const struct yaml_node *datasets, *features, *models;

	datasets = reading_list(reading,
	    reading_need(reading, root, "datasets", "say which datasets the features read"),
	    "a list of datasets");
	features = reading_list(reading, yaml_find(root, "features"), "a list of features");
	models = reading_list(reading, yaml_find(root, "models"), "a list of models");
	reading_names_init(reading, &reading->datasets, datasets, "dataset");
	reading_names_init(reading, &reading->features, features, "feature");
	reading_names_init(reading, &reading->models, models, "model");
	reading_datasets(reading, datasets);
	reading_features(reading, features);
	reading_models(reading, models);
	reading_names_fini(&reading->datasets);
	reading_names_fini(&reading->features);
	reading_names_fini(&reading->models);
}

static void
read_version(struct reading *reading, const struct yaml_node *root)
{
	const struct yaml_node *node = reading_need(reading, root, "version", "write `version: 1`");
	int64_t version;

	if (node &&
	    yaml_long(reading->file, node, INT64_MIN, INT64_MAX, &version, reading->problems) &&
	    version != 1)
		yaml_problem_add(reading->problems, reading->file, node,
		    "this program reads version 1 of the format: write `version: 1`");
}

static int
problem_order(const void *a, const void *b)
{
	const struct yaml_problem *x = a, *y = b;

	if (x->line != y->line)
		return x->line > y->line ? 1 : -1;
	if (x->column != y->column)
		return x->column > y->column ? 1 : -1;
	return strcmp(x->sentence, y->sentence);
}

/* gives: the lineage, NULL if problems were added, in the file's order */
static struct lineage *
read_document(const struct yaml_document *document, struct yaml_problems *problems)
{
	struct lineage *lineage = memory_get(sizeof(*lineage));
	struct reading reading = {.file = document->file, .problems = problems, .lineage = lineage};
	size_t before = problems->count;

	if (!document->root) {
		yaml_problem_add_at(problems, document->file, 1, 1,
		    "the file is empty: a lineage begins with `version: 1`");
	} else if (reading_map(&reading, document->root, "a lineage", root_keys)) {
		read_version(&reading, document->root);
		read_parts(&reading, document->root);
	}
	if (problems->count == before)
		return lineage;
	qsort(problems->items + before, problems->count - before, sizeof(*problems->items),
	    problem_order);
	lineage_close(lineage);
	return NULL;
}

void
lineage_check(const char *path, struct yaml_problems *problems)
{
	struct yaml_document *document;
	struct error err = {0};

	if (!yaml_open(path, &document, &err)) {
		yaml_problem_add_error(problems, path, &err);
		return;
	}
	lineage_close(read_document(document, problems));
	yaml_close(document);
}

/* takes document */
static bool
give(struct yaml_document *document, struct lineage **out, struct error *err)
{
	struct yaml_problems problems = {0};
	struct lineage *lineage = read_document(document, &problems);
	bool good = yaml_problems_check(&problems, err);

	yaml_problems_fini(&problems);
	yaml_close(document);
	if (good)
		*out = lineage;
	return good;
}

bool
lineage_open(const char *path, struct lineage **lineage, struct error *err)
{
	struct yaml_document *document;

	return yaml_open(path, &document, err) && give(document, lineage, err);
}

bool
lineage_parse(const char *file, struct text bytes, struct lineage **lineage, struct error *err)
{
	struct yaml_document *document;

	return yaml_parse(file, bytes, &document, err) && give(document, lineage, err);
}

void
lineage_close(struct lineage *lineage)
{
	if (!lineage)
		return;
	arena_fini(&lineage->arena);
	memory_free(lineage);
}

const struct lineage_dataset *
lineage_find_dataset(const struct lineage *lineage, struct text name)
{
	uint32_t i;

	for (i = 0; i < lineage->dataset_count; i++)
		if (text_equal(lineage->datasets[i].name, name))
			return &lineage->datasets[i];
	return NULL;
}

const struct lineage_feature *
lineage_find_feature(const struct lineage *lineage, struct text name)
{
	uint32_t i;

	for (i = 0; i < lineage->feature_count; i++)
		if (text_equal(lineage->features[i].name, name))
			return &lineage->features[i];
	return NULL;
}

const struct lineage_model *
lineage_find_model(const struct lineage *lineage, struct text name)
{
	uint32_t i;

	for (i = 0; i < lineage->model_count; i++)
		if (text_equal(lineage->models[i].name, name))
			return &lineage->models[i];
	return NULL;
}

/* Fields of the datasets' lists, and those that features read. */
static void
try_fields(const struct lineage *lineage, struct suggestion *suggestion)
{
	uint32_t i, j;

	for (i = 0; i < lineage->dataset_count; i++)
		for (j = 0; j < lineage->datasets[i].field_count; j++)
			suggestion_try(suggestion, lineage->datasets[i].fields[j].name);
	for (i = 0; i < lineage->feature_count; i++)
		for (j = 0; j < lineage->features[i].field_count; j++)
			suggestion_try(suggestion, lineage->features[i].fields[j]);
}

struct text
lineage_suggest(const struct lineage *lineage, enum lineage_noun noun, struct text typed)
{
	struct suggestion suggestion;
	uint32_t i;

	suggestion_init(&suggestion, typed);
	if (noun == NOUN_ANY || noun == NOUN_FEATURE)
		for (i = 0; i < lineage->feature_count; i++)
			suggestion_try(&suggestion, lineage->features[i].name);
	if (noun == NOUN_ANY || noun == NOUN_MODEL)
		for (i = 0; i < lineage->model_count; i++)
			suggestion_try(&suggestion, lineage->models[i].name);
	if (noun == NOUN_ANY || noun == NOUN_DATASET)
		for (i = 0; i < lineage->dataset_count; i++)
			suggestion_try(&suggestion, lineage->datasets[i].name);
	if (noun == NOUN_ANY || noun == NOUN_FIELD)
		try_fields(lineage, &suggestion);
	return suggestion_best(&suggestion);
}
