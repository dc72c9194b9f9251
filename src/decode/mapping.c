/* SPDX-License-Identifier: Apache-2.0 */
/* From the settings' tree to a mapping; every mistake is said and reading goes on. */
#include "mapping.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "decode/decoder.h"
#include "names.h"

struct reading {
	const char *file;
	struct mapping *mapping;
	struct yaml_problems *problems;
};

static const struct {
	const char *name;
	const char *what;    /* of a part that is needed */
	bool needed, may_hash;
} part_rows[PART_COUNT] = {
	[PART_DATASET] = {"dataset", "what the events belong to, e.g. `dataset: {value: crm.ticket}`", true, false},
	[PART_ID] = {"id", NULL, false, true},
	[PART_ACTOR] = {"actor", NULL, false, false},
	[PART_ENTITY] = {"entity", NULL, false, true},
	[PART_OP] = {"op", NULL, false, false},
	[PART_TEAM] = {"team", NULL, false, false},
	[PART_SYSTEM] = {"system", NULL, false, false},
	[PART_CHANNEL] = {"channel", NULL, false, false},
};

static void *
reading_array(struct reading *reading, size_t count, size_t bytes_each)
{
	return arena_get_zero(&reading->mapping->arena, count * bytes_each);
}

/* The cell of a path, the same for everyone who wants it. */
static uint32_t
want(struct reading *reading, struct text path, bool may_lack)
{
	struct mapping *mapping = reading->mapping;
	size_t count = mapping->wanted.count, i;

	for (i = 0; i < count; i++) {
		if (!text_equal(mapping->paths[i], path))
			continue;
		mapping->may_lack[i] &= may_lack;
		return (uint32_t)i;
	}
	memory_grow(&mapping->paths, &mapping->path_capacity, count + 1, sizeof(*mapping->paths));
	memory_grow(&mapping->may_lack, &mapping->may_lack_capacity, count + 1, sizeof(*mapping->may_lack));
	mapping->paths[count] = arena_text(&mapping->arena, path);
	mapping->may_lack[count] = may_lack;
	return (uint32_t)mapping->wanted.count++;
}

/* A scalar with something in it. */
static bool
read_name(struct reading *reading, const struct yaml_node *node, struct text *name)
{
	if (!yaml_text(reading->file, node, name, reading->problems))
		return false;
	if (name->size && name->size <= NAME_BYTES_MAX) {
		*name = arena_text(&reading->mapping->arena, *name);
		return true;
	}
	yaml_problem_add(reading->problems, reading->file, node, "a text of 1 to %d bytes is expected", NAME_BYTES_MAX);
	return false;
}

static bool
read_field(struct reading *reading, const struct yaml_node *node, bool may_lack, uint32_t *cell)
{
	struct text path;

	if (!read_name(reading, node, &path))
		return false;
	*cell = want(reading, path, may_lack);
	return true;
}

/* Up to the next brace that is not doubled; doubled ones are made single. */
static struct text
read_literal(struct reading *reading, const char **p, const char *end)
{
	char *start = arena_get(&reading->mapping->arena, (size_t)(end - *p)), *out = start;

	for (; *p < end; *out++ = *(*p)++) {
		if (**p != '{' && **p != '}')
			continue;
		if (*p + 1 == end || (*p)[1] != **p)
			break;
		++*p;
	}
	return (struct text){start, (size_t)(out - start)};
}

/* *p stands at "{field}". */
static bool
read_placeholder(struct reading *reading, const struct yaml_node *node, const char **p, const char *end,
    bool may_lack, uint32_t *cell)
{
	const char *close = memchr(*p, '}', (size_t)(end - *p));
	struct text path = {*p + 1, close ? (size_t)(close - *p - 1) : 0};

	if (**p != '{' || !path.size || memchr(path.data, '{', path.size)) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "braces that do not hold a field's name: write {number}, or {{ and }} for braces");
		return false;
	}
	*p = close + 1;
	*cell = want(reading, path, may_lack);
	return true;
}

static void
read_template(struct reading *reading, const struct yaml_node *node, struct part *part)
{
	struct text text;
	const char *p, *end;
	size_t fields = 0;

	if (!yaml_text(reading->file, node, &text, reading->problems))
		return;
	part->kind = PART_TEMPLATE;
	part->pieces = reading_array(reading, text.size + 1, sizeof(*part->pieces));
	for (p = text.data, end = p + text.size; p < end;) {
		struct template_piece *piece = &part->pieces[part->piece_count++];

		piece->literal = read_literal(reading, &p, end);
		piece->cell = NO_CELL;
		if (p == end)
			break;
		if (!read_placeholder(reading, node, &p, end, part->fallback.data != NULL, &piece->cell))
			return;
		fields++;
	}
	if (!fields)
		yaml_problem_add(reading->problems, reading->file, node,
		    "a template without a {field} is always the same: use `value`");
}

static int
compare_pairs(const void *a, const void *b)
{
	return text_compare(((const struct part_pair *)a)->from, ((const struct part_pair *)b)->from);
}

/* A text mapped to nothing is as if it were not there. */
static void
read_pairs(struct reading *reading, const struct yaml_node *node, struct part *part)
{
	size_t i;

	if (!node)
		return;
	if (node->kind != YAML_MAP) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "`map` is a map from what the source writes to what is meant: {from: to}");
		return;
	}
	part->pairs = reading_array(reading, node->count, sizeof(*part->pairs));
	for (i = 0; i < node->count; i++) {
		const struct yaml_member *member = &node->members[i];
		struct text to = TEXT_NONE;

		if (!yaml_is_null(member->value) && !read_name(reading, member->value, &to))
			continue;
		part->pairs[part->pair_count++] =
		    (struct part_pair){arena_text(&reading->mapping->arena, member->key), to};
	}
	qsort(part->pairs, part->pair_count, sizeof(*part->pairs), compare_pairs);
}

static void
read_keep(struct reading *reading, const struct yaml_node *node, struct part *part)
{
	if (!node)
		return;
	part->hash = node->kind == YAML_SCALAR && text_is(node->text, "hash");
	if (!part->hash)
		yaml_problem_add(reading->problems, reading->file, node,
		    "`keep` can only be `hash`; without it the text is kept as it is");
}

/* The one member of map that says where a part's text comes from; NULL after adding a problem. */
static const struct yaml_node *
read_source_of_part(struct reading *reading, const struct yaml_node *map, const char *part, const char **kind)
{
	static const char *const kinds[] = {"field", "value", "template"};
	const struct yaml_node *found = NULL, *node;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(kinds); i++) {
		node = yaml_find(map, kinds[i]);
		if (node && found) {
			yaml_problem_add(reading->problems, reading->file, node,
			    "`%s` has both `%s` and `%s`: keep one", part, *kind, kinds[i]);
			return NULL;
		}
		if (node) {
			found = node;
			*kind = kinds[i];
		}
	}
	if (!found)
		yaml_problem_add(reading->problems, reading->file, map,
		    "`%s` needs one of `field`, `value` and `template`", part);
	return found;
}

static void
read_part_map(struct reading *reading, const struct yaml_node *map, struct part *part, bool may_hash)
{
	static const char *const known[] = {"field", "value", "template", "default", "map", NULL};
	static const char *const known_hash[] = {"field", "value", "template", "default", "map", "keep", NULL};
	const char *kind = NULL;
	const struct yaml_node *source, *fallback = yaml_find(map, "default");

	yaml_check_keys(reading->file, map, may_hash ? known_hash : known, reading->problems);
	if (fallback && !read_name(reading, fallback, &part->fallback))
		part->fallback = TEXT_NONE;
	read_pairs(reading, yaml_find(map, "map"), part);
	if (may_hash)
		read_keep(reading, yaml_find(map, "keep"), part);
	source = read_source_of_part(reading, map, part->name, &kind);
	if (!source)
		return;
	if (kind[0] == 't')
		read_template(reading, source, part);
	else if (kind[0] == 'v' && read_name(reading, source, &part->value))
		part->kind = PART_VALUE;
	else if (kind[0] == 'f' && read_field(reading, source, part->fallback.data != NULL, &part->cell))
		part->kind = PART_FIELD;
}

static void
read_part(struct reading *reading, const struct yaml_node *mapping, enum part_number number)
{
	struct part *part = &reading->mapping->parts[number];
	const struct yaml_node *node = yaml_find(mapping, part_rows[number].name);

	part->name = part_rows[number].name;
	part->cell = NO_CELL;
	if (!node) {
		if (part_rows[number].needed)
			yaml_problem_add(reading->problems, reading->file, mapping, "the mapping needs `%s`: %s",
			    part->name, part_rows[number].what);
	} else if (node->kind == YAML_MAP) {
		read_part_map(reading, node, part, part_rows[number].may_hash);
	} else if (read_field(reading, node, false, &part->cell)) {
		part->kind = PART_FIELD;
	}
}

static const struct {
	const char *name;
	enum timestamp_format format;
} time_formats[] = {
	{"iso8601", TIMESTAMP_ISO8601},
	{"unix-s", TIMESTAMP_UNIX_S},
	{"unix-ms", TIMESTAMP_UNIX_MS},
	{"unix-us", TIMESTAMP_UNIX_US},
};

static void
read_pattern(struct reading *reading, const struct yaml_node *node, struct text text)
{
	struct timestamp_rule *rule = &reading->mapping->time;
	struct error err;
	char *pattern;

	pattern = arena_get_zero(&reading->mapping->arena, text.size + 1);
	memcpy(pattern, text.data, text.size);
	rule->format = TIMESTAMP_PATTERN;
	rule->pattern = pattern;
	if (!timestamp_pattern_check(pattern, &err))
		yaml_problem_add(reading->problems, reading->file, node, "%s", err.text);
}

static void
read_time_format(struct reading *reading, const struct yaml_node *node)
{
	struct suggestion suggestion;
	struct text text, best;
	char shown[NAME_SHOWN_BYTES];
	size_t i;

	if (!node || !read_name(reading, node, &text))
		return;
	if (memchr(text.data, '%', text.size)) {
		read_pattern(reading, node, text);
		return;
	}
	suggestion_init(&suggestion, text);
	for (i = 0; i < ARRAY_COUNT(time_formats); i++) {
		suggestion_try(&suggestion, text_of(time_formats[i].name));
		if (!text_is(text, time_formats[i].name))
			continue;
		reading->mapping->time.format = time_formats[i].format;
		return;
	}
	best = suggestion_best(&suggestion);
	text_show(text, NAME_SHOWN, shown, sizeof(shown));
	if (best.data)
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no format of times: did you mean `%.*s`?", shown, TEXT_PRINT(best));
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no format of times: use iso8601, unix-s, unix-ms, unix-us or a pattern such as "
		    "\"%%d/%%m/%%Y %%H:%%M\"", shown);
}

static void
read_time_zone(struct reading *reading, const struct yaml_node *node)
{
	struct text text;
	struct error err;

	if (!node || !read_name(reading, node, &text))
		return;
	if (!timestamp_zone_parse(text, &reading->mapping->time.zone_minutes, &err))
		yaml_problem_add(reading->problems, reading->file, node,
		    "`zone` is UTC or an offset such as \"+01:00\"; zones with summer time are not known here");
}

static void
read_time(struct reading *reading, const struct yaml_node *mapping)
{
	static const char *const known[] = {"field", "format", "zone", NULL};
	const struct yaml_node *node = yaml_find(mapping, "time"), *field = node;

	if (!node) {
		yaml_problem_add(reading->problems, reading->file, mapping,
		    "the mapping needs `time`: when it happened, e.g. `time: {field: changed_at, format: iso8601}`");
		return;
	}
	if (node->kind == YAML_MAP) {
		yaml_check_keys(reading->file, node, known, reading->problems);
		read_time_format(reading, yaml_find(node, "format"));
		read_time_zone(reading, yaml_find(node, "zone"));
		field = yaml_find(node, "field");
		if (!field)
			yaml_problem_add(reading->problems, reading->file, node, "`time` needs `field`");
	}
	if (field)
		(void)read_field(reading, field, false, &reading->mapping->time_cell);
}

/* A list of names, each once. NULL after adding a problem. */
static struct text *
read_names(struct reading *reading, const struct yaml_node *list, const char *key, size_t *count)
{
	struct text *names;
	char shown[NAME_SHOWN_BYTES];
	size_t i, j;

	*count = 0;
	if (list->kind != YAML_LIST || !list->count) {
		yaml_problem_add(reading->problems, reading->file, list, "`%s` is a list of names: [a, b]", key);
		return NULL;
	}
	names = reading_array(reading, list->count, sizeof(*names));
	for (i = 0; i < list->count; i++) {
		if (!read_name(reading, list->items[i], &names[*count]))
			continue;
		for (j = 0; j < *count && !text_equal(names[j], names[*count]); j++)
			;
		if (j < *count)
			yaml_problem_add(reading->problems, reading->file, list->items[i], "`%s` is in the list twice",
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
read_columns(struct reading *reading, const struct yaml_node *list, const char *key, struct text new_prefix,
    struct text old_prefix)
{
	struct mapping *mapping = reading->mapping;
	struct text *names = read_names(reading, list, key, &mapping->column_count);
	size_t i;

	if (!names)
		return;
	mapping->columns = reading_array(reading, mapping->column_count, sizeof(*mapping->columns));
	for (i = 0; i < mapping->column_count; i++) {
		struct column *column = &mapping->columns[i];

		column->name = names[i];
		column->cell = want(reading, joined(reading, new_prefix, names[i]), false);
		column->old_cell = old_prefix.data ? want(reading, joined(reading, old_prefix, names[i]), true) : NO_CELL;
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
		    "`wide` is a list of columns, or `all` of those that the mapping does not name");
	if (except && !mapping->wanted.rest)
		yaml_problem_add(reading->problems, reading->file, except, "`except` goes with `wide: all` only");
	else if (except)
		mapping->wanted.except = read_names(reading, except, "except", &mapping->wanted.except_count);
}

static void
read_new(struct reading *reading, const struct yaml_node *changes, const struct yaml_node *list)
{
	const struct yaml_node *new_node = yaml_find(changes, "new-prefix"), *old_node = yaml_find(changes, "old-prefix");
	struct text new_prefix = TEXT_NONE, old_prefix = TEXT_NONE;

	reading->mapping->changes = CHANGES_NEW;
	if (new_node)
		(void)read_name(reading, new_node, &new_prefix);
	if (old_node)
		(void)read_name(reading, old_node, &old_prefix);
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
	if (!reading->mapping->empty_is_null && !(node->kind == YAML_SCALAR && text_is(node->text, "absent")))
		yaml_problem_add(reading->problems, reading->file, node,
		    "`empty` is `absent` (an empty cell says nothing) or `null` (it is a value)");
}

/* Keys that go with another form than the one that is used. */
static void
check_form(struct reading *reading, const struct yaml_node *changes, const char *form)
{
	static const struct {
		const char *key, *forms;
	} rules[] = {{"except", "wide"}, {"empty", "wide new"}, {"old-prefix", "new"}, {"new-prefix", "new"}};
	const struct yaml_node *node;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(rules); i++) {
		node = yaml_find(changes, rules[i].key);
		if (node && !strstr(rules[i].forms, form))
			yaml_problem_add(reading->problems, reading->file, node, "`%s` does not go with `%s`",
			    rules[i].key, form);
	}
}

static void
read_changes(struct reading *reading, const struct yaml_node *changes)
{
	static const char *const known[] = {"list", "wide", "new", "except", "empty", "old-prefix", "new-prefix", NULL};
	const struct yaml_node *list = yaml_find(changes, "list"), *wide = yaml_find(changes, "wide"),
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
	else if (read_name(reading, list, &reading->mapping->wanted.changes_path))
		reading->mapping->changes = CHANGES_LIST;
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
	condition->values = reading_array(reading, count, sizeof(*condition->values));
	for (i = 0; i < count; i++) {
		if (yaml_is_null(items[i]))
			condition->or_nothing = true;
		else if (read_name(reading, items[i], &condition->values[condition->value_count]))
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
	if (read_field(reading, field, false, &condition->cell))
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
	    reading_array(reading, where->count, sizeof(*reading->mapping->conditions));
	for (i = 0; i < where->count; i++)
		read_condition(reading, where->items[i]);
}

static void
read_mapping(struct reading *reading, const struct yaml_node *node)
{
	static const char *const known[] = {"dataset", "id", "time", "actor", "team", "system", "channel", "entity",
	    "op", "changes", "where", NULL};
	struct mapping *mapping = reading->mapping;
	unsigned number;

	yaml_check_keys(reading->file, node, known, reading->problems);
	read_time(reading, node);
	for (number = 0; number < PART_COUNT; number++)
		read_part(reading, node, number);
	read_changes(reading, yaml_find(node, "changes"));
	read_where(reading, yaml_find(node, "where"));
	if (mapping->changes == CHANGES_WIDE && !yaml_find(node, "entity"))
		yaml_problem_add(reading->problems, reading->file, yaml_find(node, "changes"),
		    "`wide` compares a row with the last one of its entity: the mapping needs `entity`");
	mapping->wanted.paths = mapping->paths;
	mapping->wanted.may_lack = mapping->may_lack;
}

struct mapping *
mapping_open(const char *settings_file, const struct yaml_node *node, struct yaml_problems *problems)
{
	struct mapping *mapping = memory_get(sizeof(*mapping));
	struct reading reading = {settings_file, mapping, problems};
	size_t before = problems->count;

	arena_init(&mapping->arena);
	if (!node || node->kind != YAML_MAP)
		yaml_problem_add(problems, settings_file, node,
		    "a source needs a `mapping`: where an event's time, dataset, actor and changes are");
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
	memory_free(mapping->paths);
	memory_free(mapping->may_lack);
	memory_free(mapping);
}

void
mapping_check(const char *settings_file, const struct yaml_node *mapping, struct yaml_problems *problems)
{
	mapping_close(mapping_open(settings_file, mapping, problems));
}
