/* SPDX-License-Identifier: Apache-2.0 */
/* What changed: a list, wide rows, or columns with new and old values. */
#include "mapping_reading.h"

/* A list of names, each once. NULL after adding a problem. */
static struct text *
read_names(struct reading *reading, const struct yaml_node *list, const char *key, size_t *count)
{
	struct text *names;
	char shown[NAME_SHOWN_BYTES];
	size_t i, j;

	*count = 0;
	if (list->kind != YAML_LIST || !list->count) {
		yaml_problem_add(
		    reading->problems, reading->file, list, "`%s` is a list of names: [a, b]", key);
		return NULL;
	}
	names = mapping_array(reading, list->count, sizeof(*names));
	for (i = 0; i < list->count; i++) {
		if (!mapping_name(reading, list->items[i], &names[*count]))
			continue;
		for (j = 0; j < *count && !text_equal(names[j], names[*count]); j++)
			;
		if (j < *count)
			yaml_problem_add(reading->problems, reading->file, list->items[i],
			    "`%s` is in the list twice",
			    text_show(names[j], NAME_SHOWN, shown, sizeof(shown)));
		else
			++*count;
	}
	return names;
}

static struct text
joined(struct reading *reading, struct text a, struct text b)
{
	char *out;

	if (!a.size)
		return b;
	out = arena_get(&reading->mapping->arena, a.size + b.size);
	memcpy(out, a.data, a.size);
	memcpy(out + a.size, b.data, b.size);
	return (struct text){out, a.size + b.size};
}

/* old_prefix absent: old values are not known. */
static void
read_columns(struct reading *reading, const struct yaml_node *list, const char *key,
    struct text new_prefix, struct text old_prefix)
{
	struct mapping *mapping = reading->mapping;
	struct text *names = read_names(reading, list, key, &mapping->column_count);
	size_t i;

	if (!names)
		return;
	mapping->columns = mapping_array(reading, mapping->column_count, sizeof(*mapping->columns));
	for (i = 0; i < mapping->column_count; i++) {
		struct column *column = &mapping->columns[i];

		column->name = names[i];
		column->cell = mapping_want(reading, joined(reading, new_prefix, names[i]), false);
		column->old_cell = old_prefix.data
		    ? mapping_want(reading, joined(reading, old_prefix, names[i]), true)
		    : NO_CELL;
	}
}

static void
read_wide(struct reading *reading, const struct yaml_node *changes, const struct yaml_node *wide)
{
	struct mapping *mapping = reading->mapping;
	const struct yaml_node *except = yaml_find(changes, "except");

	mapping->changes = CHANGES_WIDE;
	if (wide->kind == YAML_SCALAR && text_is(wide->text, "all"))
		mapping->wanted.rest = true;
	else if (wide->kind == YAML_LIST)
		read_columns(reading, wide, "wide", TEXT_NONE, TEXT_NONE);
	else
		yaml_problem_add(reading->problems, reading->file, wide,
		    "`wide` is a list of columns, or `all` of those that the mapping does not "
		    "name");
	if (except && !mapping->wanted.rest)
		yaml_problem_add(reading->problems, reading->file, except,
		    "`except` goes with `wide: all` only");
	else if (except)
		mapping->wanted.except =
		    read_names(reading, except, "except", &mapping->wanted.except_count);
}

static void
read_new(struct reading *reading, const struct yaml_node *changes, const struct yaml_node *list)
{
	const struct yaml_node *new_node = yaml_find(changes, "new-prefix"),
			       *old_node = yaml_find(changes, "old-prefix");
	struct text new_prefix = TEXT_NONE, old_prefix = TEXT_NONE;

	reading->mapping->changes = CHANGES_NEW;
	if (new_node)
		(void)mapping_name(reading, new_node, &new_prefix);
	if (old_node)
		(void)mapping_name(reading, old_node, &old_prefix);
	if (new_node && old_node && text_equal(new_prefix, old_prefix))
		yaml_problem_add(reading->problems, reading->file, old_node,
		    "old and new values cannot have the same prefix");
	read_columns(reading, list, "new", new_prefix, old_prefix);
}

static void
read_empty(struct reading *reading, const struct yaml_node *node)
{
	if (!node)
		return;
	reading->mapping->empty_is_null = node->kind == YAML_SCALAR && text_is(node->text, "null");
	if (!reading->mapping->empty_is_null &&
	    !(node->kind == YAML_SCALAR && text_is(node->text, "absent")))
		yaml_problem_add(reading->problems, reading->file, node,
		    "`empty` is `absent` (an empty cell says nothing) or `null` (it is a value)");
}

/* Keys that go with another form than the one that is used. */
static void
check_form(struct reading *reading, const struct yaml_node *changes, const char *form)
{
	static const struct {
		const char *key, *forms;
	} rules[] = {{"except", "wide"}, {"empty", "wide new"}, {"old-prefix", "new"},
	    {"new-prefix", "new"}};
	const struct yaml_node *node;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(rules); i++) {
		node = yaml_find(changes, rules[i].key);
		if (node && !strstr(rules[i].forms, form))
			yaml_problem_add(reading->problems, reading->file, node,
			    "`%s` does not go with `%s`", rules[i].key, form);
	}
}

void
mapping_changes(struct reading *reading, const struct yaml_node *mapping)
{
	const struct yaml_node *changes = yaml_find(mapping, "changes");
	static const char *const known[] = {
	    "list", "wide", "new", "except", "empty", "old-prefix", "new-prefix", NULL};
	const struct yaml_node *list = yaml_find(changes, "list"),
			       *wide = yaml_find(changes, "wide"),
			       *fresh = yaml_find(changes, "new");

	if (!changes)
		return;
	yaml_check_keys(reading->file, changes, known, reading->problems);
	if (changes->kind != YAML_MAP || (list != NULL) + (wide != NULL) + (fresh != NULL) != 1) {
		yaml_problem_add(reading->problems, reading->file, changes,
		    "`changes` needs one of `list: FIELD`, `wide: [COLUMNS]` and `new: [COLUMNS]`");
		return;
	}
	check_form(reading, changes, list ? "list" : wide ? "wide" : "new");
	read_empty(reading, yaml_find(changes, "empty"));
	if (wide)
		read_wide(reading, changes, wide);
	else if (fresh)
		read_new(reading, changes, fresh);
	else if (mapping_name(reading, list, &reading->mapping->wanted.changes_path))
		reading->mapping->changes = CHANGES_LIST;
}
