/* SPDX-License-Identifier: Apache-2.0 */
/* From the settings' tree to a mapping; every mistake is said and reading goes on. */
#include "mapping.h"

#include "base/memory.h"
#include "decode/decoder.h"
#include "names.h"
#include "mapping_reading.h"

void *
mapping_array(struct reading *reading, size_t count, size_t bytes_each)
{
	return arena_get_zero(&reading->mapping->arena, count * bytes_each);
}

bool
mapping_name(struct reading *reading, const struct yaml_node *node, struct text *name)
{
	if (!yaml_text(reading->file, node, name, reading->problems))
		return false;
	if (name->size && name->size <= NAME_BYTES_MAX) {
		*name = arena_text(&reading->mapping->arena, *name);
		return true;
	}
	yaml_problem_add(reading->problems, reading->file, node,
	    "a text of 1 to %d bytes is expected", NAME_BYTES_MAX);
	return false;
}

bool
mapping_field(struct reading *reading, const struct yaml_node *node, bool may_lack, uint32_t *cell)
{
	struct text path;

	if (!mapping_name(reading, node, &path))
		return false;
	*cell = mapping_want(reading, node, path, may_lack);
	return true;
}

static void
read_values(struct reading *reading, const struct yaml_node *node, struct condition *condition)
{
	struct yaml_node *const single[] = {(struct yaml_node *)node};
	struct yaml_node *const *items = node->kind == YAML_LIST ? node->items : single;
	size_t count = node->kind == YAML_LIST ? node->count : 1, i;

	if (!count)
		yaml_problem_add(reading->problems, reading->file, node,
		    "an empty `is` holds for nothing: name the values that count");
	condition->values = mapping_array(reading, count, sizeof(*condition->values));
	for (i = 0; i < count; i++) {
		if (yaml_is_null(items[i]))
			condition->or_nothing = true;
		else if (mapping_name(
			     reading, items[i], &condition->values[condition->value_count]))
			condition->value_count++;
	}
}

static void
read_condition(struct reading *reading, const struct yaml_node *node)
{
	static const char *const known[] = {"field", "is", NULL};
	struct mapping *mapping = reading->mapping;
	struct condition *condition = &mapping->conditions[mapping->condition_count];
	const struct yaml_node *field = yaml_find(node, "field"), *is = yaml_find(node, "is");

	yaml_check_keys(reading->file, node, known, reading->problems);
	if (node->kind != YAML_MAP || !field || !is) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "a condition has a `field` and what it `is`: {field: status, is: [complete]}");
		return;
	}
	read_values(reading, is, condition);
	if (mapping_field(reading, field, false, &condition->cell))
		mapping->condition_count++;
}

static void
read_where(struct reading *reading, const struct yaml_node *where)
{
	size_t i;

	if (!where)
		return;
	if (where->kind != YAML_LIST) {
		yaml_problem_add(reading->problems, reading->file, where,
		    "`where` is a list of conditions: [{field: status, is: [complete]}]");
		return;
	}
	reading->mapping->conditions =
	    mapping_array(reading, where->count, sizeof(*reading->mapping->conditions));
	for (i = 0; i < where->count; i++)
		read_condition(reading, where->items[i]);
}

static void
read_mapping(struct reading *reading, const struct yaml_node *node)
{
	static const char *const known[] = {"dataset", "id", "time", "actor", "team", "system",
	    "channel", "entity", "op", "changes", "where", "envelope", NULL};
	struct mapping *mapping = reading->mapping;
	unsigned number;

	yaml_check_keys(reading->file, node, known, reading->problems);
	mapping_envelope(reading, node);
	mapping_time(reading, node);
	for (number = 0; number < PART_COUNT; number++)
		mapping_part(reading, node, number);
	mapping_changes(reading, node);
	read_where(reading, yaml_find(node, "where"));
	if (mapping->changes == CHANGES_WIDE && !yaml_find(node, "entity"))
		yaml_problem_add(reading->problems, reading->file, yaml_find(node, "changes"),
		    "`wide` compares a row with the last one of its entity: the mapping needs "
		    "`entity`");
	mapping_envelope_defaults(reading, node);
	mapping_want_end(reading);
}

struct mapping *
mapping_open(
    const char *settings_file, const struct yaml_node *node, struct yaml_problems *problems)
{
	struct mapping *mapping = memory_get(sizeof(*mapping));
	struct want_list wants = {0};
	struct reading reading = {settings_file, mapping, problems, &wants};
	size_t before = problems->count;

	arena_init(&mapping->arena);
	if (!node || node->kind != YAML_MAP)
		yaml_problem_add(problems, settings_file, node,
		    "a source needs a `mapping`: where an event's time, dataset, actor and changes "
		    "are");
	else
		read_mapping(&reading, node);
	if (problems->count == before)
		return mapping;
	mapping_close(mapping);
	return NULL;
}

void
mapping_close(struct mapping *mapping)
{
	if (!mapping)
		return;
	arena_fini(&mapping->arena);
	memory_free(mapping);
}

void
mapping_check(
    const char *settings_file, const struct yaml_node *mapping, struct yaml_problems *problems)
{
	mapping_close(mapping_open(settings_file, mapping, problems));
}
