/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of a feature, and the codes that make numbers of its values. */
#include <stdlib.h>

#include "reading.h"

static const char *const filter_keys[] = {"field", "is", NULL};
/* As in enum lineage_subject, from SUBJECT_TEAM to SUBJECT_OP. */
static const char *const words[] = {"team", "system", "channel", "op", NULL};

static int
text_order(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* Sorts and leaves each value once. */
static void
sort_values(struct lineage_filter *filter)
{
	uint32_t i, kept = 0;

	qsort(filter->values, filter->value_count, sizeof(*filter->values), text_order);
	for (i = 0; i < filter->value_count; i++)
		if (!kept || !text_equal(filter->values[kept - 1], filter->values[i]))
			filter->values[kept++] = filter->values[i];
	filter->value_count = kept;
}

static void
read_values(struct reading *reading, const struct yaml_node *list, struct lineage_filter *filter)
{
	struct text value;
	bool null;
	size_t i;

	filter->values = reading_memory(reading, list->count, sizeof(*filter->values));
	for (i = 0; i < list->count; i++) {
		if (!reading_value(reading, list->items[i], &null, &value))
			continue;
		if (null)
			filter->null = true;
		else
			filter->values[filter->value_count++] = value;
	}
	sort_values(filter);
}

/* Words without `field:` that are not a changed field. */
static bool
read_word(struct reading *reading, const struct yaml_node *node, struct text name,
    struct lineage_filter *filter)
{
	unsigned i;

	for (i = 0; words[i]; i++)
		if (text_is(name, words[i])) {
			filter->subject = (enum lineage_subject)(SUBJECT_TEAM + i);
			return true;
		}
	if (!text_is(name, "actor") && !text_is(name, "entity"))
		return false;
	yaml_problem_add(reading->problems, reading->file, node,
	    "a filter looks at team, system, channel, op or a changed field: write `field:%.*s` if "
	    "a field is "
	    "called that",
	    TEXT_PRINT(name));
	return true;
}

static void
read_subject(struct reading *reading, const struct yaml_node *node, uint32_t dataset,
    struct lineage_filter *filter)
{
	struct text name;
	bool prefixed;

	filter->subject = SUBJECT_FIELD;
	if (!reading_field_name(reading, node, &prefixed, &name))
		return;
	if (!prefixed && read_word(reading, node, name, filter))
		return;
	filter->field = name;
	(void)reading_field(reading, node, name, dataset, prefixed ? NULL : words);
}

static void
read_filter(struct reading *reading, const struct yaml_node *map, uint32_t dataset,
    struct lineage_filter *filter)
{
	const struct yaml_node *field, *is;

	if (!reading_map(reading, map, "a filter", filter_keys))
		return;
	field = reading_need(reading, map, "field", "say what the filter looks at");
	is = reading_need(reading, map, "is", "list the values that pass");
	if (field)
		read_subject(reading, field, dataset, filter);
	is = reading_list(reading, is, "a list of values that pass");
	if (is)
		read_values(reading, is, filter);
}

void
reading_filters(
    struct reading *reading, const struct yaml_node *node, struct lineage_feature *feature)
{
	const struct yaml_node *list = reading_list(reading, node, "a list of filters");
	uint32_t i;

	if (!list)
		return;
	feature->filter_count = (uint32_t)list->count;
	feature->filters = reading_memory(reading, list->count, sizeof(*feature->filters));
	for (i = 0; i < feature->filter_count; i++)
		read_filter(reading, list->items[i], feature->dataset, &feature->filters[i]);
}

static int
code_order(const void *a, const void *b)
{
	return text_compare(
	    ((const struct lineage_code *)a)->value, ((const struct lineage_code *)b)->value);
}

void
reading_codes(struct reading *reading, const struct yaml_node *map, struct lineage_feature *feature)
{
	const struct yaml_member *member;
	struct lineage_code *code;
	size_t i;

	feature->codes = reading_memory(reading, map->count, sizeof(*feature->codes));
	for (i = 0; i < map->count; i++) {
		member = &map->members[i];
		code = &feature->codes[feature->code_count];
		if (member->key.size > LINEAGE_NAME_BYTES) {
			yaml_problem_add_at(reading->problems, reading->file, member->line,
			    member->column, "a value has at most %d bytes: shorten it",
			    LINEAGE_NAME_BYTES);
			continue;
		}
		if (!yaml_double(reading->file, member->value, &code->number, reading->problems))
			continue;
		code->value = reading_keep(reading, member->key);
		feature->code_count++;
	}
	qsort(feature->codes, feature->code_count, sizeof(*feature->codes), code_order);
}
