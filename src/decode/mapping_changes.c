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
want_columns(struct reading *reading, const struct yaml_node *list, const char *key,
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
		column->cell =
		    mapping_want(reading, list, joined(reading, new_prefix, names[i]), false);
		column->old_cell = old_prefix.data
		    ? mapping_want(reading, list, joined(reading, old_prefix, names[i]), true)
		    : NO_CELL;
	}
}

static bool
is_all(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR && text_is(node->text, "all");
}

static void
read_wide(struct reading *reading, const struct yaml_node *changes, const struct yaml_node *wide)
{
	struct mapping *mapping = reading->mapping;
	struct wanted *record = &mapping->views[VIEW_RECORD];
	const struct yaml_node *except = yaml_find(changes, "except");

	mapping->changes = CHANGES_WIDE;
	if (is_all(wide) && !mapping->envelope)
		record->rest = true;
	else if (wide->kind == YAML_LIST)
		want_columns(reading, wide, "wide", TEXT_NONE, TEXT_NONE);
	else
		yaml_problem_add(reading->problems, reading->file, wide,
		    mapping->envelope ? "`wide` is a list of columns in an envelope: [data.a, "
					"data.b]"
				      : "`wide` is a list of columns, or `all` of those that the "
					"mapping does not name");
	if (except && !record->rest)
		yaml_problem_add(reading->problems, reading->file, except,
		    "`except` goes with `wide: all` only");
	else if (except)
		record->except = read_names(reading, except, "except", &record->except_count);
}

/* Columns of a Debezium event: of the rows before and after. */
static void
read_rows(struct reading *reading, const struct yaml_node *changes, const struct yaml_node *columns)
{
	static const struct text rows[] = {{"before", 6}, {"after", 5}};
	struct mapping *mapping = reading->mapping;
	struct wanted *record = &mapping->views[VIEW_RECORD];
	const struct yaml_node *except = yaml_find(changes, "except");

	mapping->changes = CHANGES_COLUMNS;
	if (is_all(columns)) {
		record->rest = true;
		record->rest_paths = rows;
		record->rest_path_count = ARRAY_COUNT(rows);
	} else if (columns->kind == YAML_LIST) {
		want_columns(reading, columns, "columns", TEXT("after."), TEXT("before."));
	} else {
		yaml_problem_add(reading->problems, reading->file, columns,
		    "`columns` is a list of columns, or `all` of those that the mapping does not "
		    "name");
	}
	if (except && !record->rest)
		yaml_problem_add(reading->problems, reading->file, except,
		    "`except` goes with `columns: all` only");
	else if (except)
		record->except = read_names(reading, except, "except", &record->except_count);
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
	want_columns(reading, list, "new", new_prefix, old_prefix);
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
	} rules[] = {{"except", "wide columns"}, {"empty", "wide new"}, {"old-prefix", "new"},
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

/* A list in a CloudEvent's data is found in both of its views. */
static void
read_list(struct reading *reading, const struct yaml_node *list)
{
	struct mapping *mapping = reading->mapping;
	const size_t front = sizeof("data.") - 1;
	struct text path;

	if (!mapping_name(reading, list, &path))
		return;
	mapping->changes = CHANGES_LIST;
	mapping->views[VIEW_RECORD].changes_path = path;
	if (mapping->envelope != ENVELOPE_CLOUDEVENTS)
		return;
	if (path.size > front && memcmp(path.data, "data.", front) == 0)
		mapping->views[VIEW_DATA].changes_path =
		    (struct text){path.data + front, path.size - front};
	else
		yaml_problem_add(reading->problems, reading->file, list,
		    "a CloudEvent's changes are in its data: `list: data.NAME`");
}

/* The one form that is used, NULL after adding a problem. */
static const struct yaml_member *
find_form(struct reading *reading, const struct yaml_node *changes)
{
	static const char *const forms[] = {"list", "wide", "new", "columns"};
	bool rows = reading->mapping->envelope == ENVELOPE_DEBEZIUM;
	const struct yaml_member *found = NULL;
	size_t count = 0, i, k;

	for (i = 0; changes->kind == YAML_MAP && i < changes->count; i++)
		for (k = 0; k < ARRAY_COUNT(forms); k++)
			if (text_is(changes->members[i].key, forms[k])) {
				found = &changes->members[i];
				count++;
			}
	if (count == 1 && text_is(found->key, "columns") == rows)
		return found;
	if (rows)
		yaml_problem_add(reading->problems, reading->file, changes,
		    "`changes` of Debezium's events are `columns: [COLUMNS]` or `columns: all`");
	else if (count == 1)
		yaml_problem_add(reading->problems, reading->file, changes,
		    "`columns` goes with `envelope: debezium` only");
	else
		yaml_problem_add(reading->problems, reading->file, changes,
		    "`changes` needs one of `list: FIELD`, `wide: [COLUMNS]` and `new: "
		    "[COLUMNS]`");
	return NULL;
}

void
mapping_changes(struct reading *reading, const struct yaml_node *mapping)
{
	static const char *const known[] = {
	    "list", "wide", "new", "columns", "except", "empty", "old-prefix", "new-prefix", NULL};
	const struct yaml_node *changes = yaml_find(mapping, "changes");
	const struct yaml_member *form;

	if (!changes)
		return;
	yaml_check_keys(reading->file, changes, known, reading->problems);
	form = find_form(reading, changes);
	if (!form)
		return;
	check_form(reading, changes, form->key.data);
	read_empty(reading, yaml_find(changes, "empty"));
	if (form->key.data[0] == 'w')
		read_wide(reading, changes, form->value);
	else if (form->key.data[0] == 'n')
		read_new(reading, changes, form->value);
	else if (form->key.data[0] == 'c')
		read_rows(reading, changes, form->value);
	else
		read_list(reading, form->value);
}
