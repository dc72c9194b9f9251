/* SPDX-License-Identifier: Apache-2.0 */
/* Datasets and the fields they list. */
#include <stdio.h>
#include <stdlib.h>

#include "base/suggest.h"
#include "reading.h"

static const char *const dataset_keys[] = {"name", "fields", NULL};
static const char *const field_keys[] = {"name", "type", NULL};

static void
read_field(struct reading *reading, const struct yaml_node *node, struct lineage_field *field)
{
	const struct yaml_node *name, *type;
	unsigned choice;

	if (node->kind == YAML_SCALAR) {
		(void)reading_name(reading, node, &field->name);
		return;
	}
	if (!reading_map(reading, node, "a field", field_keys))
		return;
	name = reading_need(reading, node, "name", "give the field one");
	type = yaml_find(node, "type");
	if (name)
		(void)reading_name(reading, name, &field->name);
	if (type && reading_choice(reading, type, "type of field", lineage_types + 1, &choice))
		field->type = (enum lineage_type)(choice + 1);
}

static int
field_order(const void *a, const void *b)
{
	const struct lineage_field *x = *(const struct lineage_field *const *)a;
	const struct lineage_field *y = *(const struct lineage_field *const *)b;
	int order = text_compare(x->name, y->name);

	return order ? order : (x > y) - (x < y);
}

static void
sort_fields(struct reading *reading, struct lineage_dataset *dataset)
{
	uint32_t i;

	dataset->by_name = reading_memory(reading, dataset->field_count, sizeof(*dataset->by_name));
	for (i = 0; i < dataset->field_count; i++)
		dataset->by_name[i] = &dataset->fields[i];
	qsort(dataset->by_name, dataset->field_count, sizeof(*dataset->by_name), field_order);
}

static void
check_fields(
    struct reading *reading, const struct lineage_dataset *dataset, const struct yaml_node *list)
{
	const struct lineage_field *field, *before;
	char shown[80];
	uint32_t i;

	for (i = 1; i < dataset->field_count; i++) {
		field = dataset->by_name[i];
		before = dataset->by_name[i - 1];
		if (!field->name.data || !before->name.data ||
		    !text_equal(field->name, before->name))
			continue;
		yaml_problem_add(reading->problems, reading->file,
		    list->items[field - dataset->fields],
		    "the field `%s` stands in line %u already: remove one of the two",
		    text_show(field->name, 60, shown, sizeof(shown)),
		    list->items[before - dataset->fields]->line);
	}
}

static void
read_dataset(struct reading *reading, const struct yaml_node *node, struct lineage_dataset *dataset)
{
	const struct yaml_node *list;
	uint32_t i;

	if (!reading_map(reading, node, "a dataset", dataset_keys))
		return;
	list = reading_list(reading, yaml_find(node, "fields"), "a list of fields");
	if (!list)
		return;
	dataset->listed = true;
	dataset->field_count = (uint32_t)list->count;
	dataset->fields = reading_memory(reading, list->count, sizeof(*dataset->fields));
	for (i = 0; i < dataset->field_count; i++)
		read_field(reading, list->items[i], &dataset->fields[i]);
	sort_fields(reading, dataset);
	check_fields(reading, dataset, list);
}

void
reading_datasets(struct reading *reading, const struct yaml_node *list)
{
	struct lineage *lineage = reading->lineage;
	uint32_t i;

	if (!list)
		return;
	lineage->dataset_count = (uint32_t)list->count;
	lineage->datasets = reading_memory(reading, list->count, sizeof(*lineage->datasets));
	for (i = 0; i < lineage->dataset_count; i++) {
		lineage->datasets[i].name = reading->datasets.texts[i];
		read_dataset(reading, list->items[i], &lineage->datasets[i]);
	}
}

static int
name_order(const void *name, const void *item)
{
	return text_compare(
	    *(const struct text *)name, (*(const struct lineage_field *const *)item)->name);
}

const struct lineage_field *
lineage_find_field(const struct lineage_dataset *dataset, struct text name)
{
	const struct lineage_field **found = NULL;

	if (dataset->field_count)
		found = bsearch(&name, dataset->by_name, dataset->field_count,
		    sizeof(*dataset->by_name), name_order);
	return found ? *found : NULL;
}

static struct text
nearest_field(struct reading *reading, const struct lineage_dataset *dataset, struct text name,
    const char *const *words)
{
	struct suggestion suggestion;
	uint32_t i;

	suggestion_init(&suggestion, name);
	for (i = 0; i < dataset->field_count && reading_suggests(reading); i++)
		suggestion_try(&suggestion, dataset->fields[i].name);
	for (; words && *words; words++)
		suggestion_try(&suggestion, text_of(*words));
	return suggestion_best(&suggestion);
}

bool
reading_field(struct reading *reading, const struct yaml_node *node, struct text name,
    uint32_t index, const char *const *words)
{
	const struct lineage_dataset *dataset;
	char what[320], shown[256];

	if (index == LINEAGE_NONE)
		return true;
	dataset = &reading->lineage->datasets[index];
	if (!dataset->listed || lineage_find_field(dataset, name))
		return true;
	snprintf(what, sizeof(what), "field of the dataset `%s`",
	    text_show(dataset->name, LINEAGE_NAME_BYTES, shown, sizeof(shown)));
	reading_unknown(reading, node, what, name, nearest_field(reading, dataset, name, words),
	    "add it to the dataset's `fields`");
	return false;
}
