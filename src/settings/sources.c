/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of sources. What every source has is read here: name, type, format;
 * the rest belongs to its type and to decode, which are asked.
 */
#include "sources.h"

#include "base/suggest.h"

#define NAME_BYTES_MAX 63

static const struct {
	const char *word;
	enum message_format format;
} formats[] = {{"jsonl", FORMAT_JSON}, {"csv", FORMAT_CSV}, {"avro", FORMAT_AVRO}};

struct reading {
	const struct settings_options *options;
	const char *file;
	struct settings *settings;
	struct yaml_problems *problems;
	const struct source_type *type; /* of the source being read; NULL: not known */
};

/* A key that looks like a slip of the one wanted; NULL: there is none. */
static const struct yaml_member *
misspelt(const struct yaml_node *source, const char *key)
{
	size_t i;

	for (i = 0; i < source->count; i++) {
		struct suggestion suggestion;

		suggestion_init(&suggestion, source->members[i].key);
		suggestion_try(&suggestion, text_of(key));
		if (suggestion_best(&suggestion).data)
			return &source->members[i];
	}
	return NULL;
}

/* A member that each source must have; NULL after saying that it is missing. */
static const struct yaml_node *
needed(struct reading *reading, const struct yaml_node *source, const char *key, const char *remedy)
{
	const struct yaml_node *node = yaml_find(source, key);
	const struct yaml_member *slip;
	char shown[64];

	if (node)
		return node;
	slip = misspelt(source, key);
	if (!slip)
		yaml_problem_add(reading->problems, reading->file, source,
		    "a source without `%s`: %s", key, remedy);
	/* Its type knows all keys and says what it is; without a type nobody does. */
	else if (!reading->type)
		yaml_problem_add_at(reading->problems, reading->file, slip->line, slip->column,
		    "`%s` is not known here: did you mean `%s`?",
		    text_show(slip->key, 40, shown, sizeof(shown)), key);
	return NULL;
}

bool
source_well_named(struct text name)
{
	size_t i;

	if (!name.size || name.size > NAME_BYTES_MAX)
		return false;
	for (i = 0; i < name.size; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.data[i]))
			return false;
	return true;
}

static const char *
read_name(struct reading *reading, const struct yaml_node *source)
{
	const struct yaml_node *node = needed(reading, source, "name", "add `name: tickets`");
	const struct settings_source *other;
	struct text name = TEXT_NONE;
	char shown[64];

	if (!yaml_text(reading->file, node, &name, reading->problems))
		return NULL;
	if (!source_well_named(name)) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no name of a source: use up to 63 small letters, digits and `-`",
		    text_show(name, 40, shown, sizeof(shown)));
		return NULL;
	}
	other = settings_source_find(reading->settings, name.data);
	if (other) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is already the name of the source in line %u: give this one another",
		    name.data, other->line);
		return NULL;
	}
	return name.data;
}

static void
add_unknown_type(struct reading *reading, const struct yaml_node *node)
{
	const struct source_type *const *type = reading->options->types;
	struct buffer list = {0};
	struct suggestion suggestion;
	struct text best;
	char shown[64];

	suggestion_init(&suggestion, node->text);
	for (; *type; type++) {
		suggestion_try(&suggestion, text_of((*type)->name));
		buffer_add_format(&list, "%s`%s`", list.size ? ", " : "", (*type)->name);
	}
	best = suggestion_best(&suggestion);
	text_show(node->text, 40, shown, sizeof(shown));
	if (best.data)
		yaml_problem_add(reading->problems, reading->file, node,
		    "there is no type of source `%s`: did you mean `%.*s`?", shown,
		    TEXT_PRINT(best));
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "there is no type of source `%s`: use %.*s", shown,
		    TEXT_PRINT(buffer_text(&list)));
	buffer_fini(&list);
}

static const struct source_type *
read_type(struct reading *reading, const struct yaml_node *source)
{
	const struct yaml_node *node = needed(reading, source, "type", "add `type: file`");
	const struct source_type *const *type;
	struct text name = TEXT_NONE;

	if (!yaml_text(reading->file, node, &name, reading->problems))
		return NULL;
	for (type = reading->options->types; *type; type++)
		if (text_is(name, (*type)->name))
			return *type;
	add_unknown_type(reading, node);
	return NULL;
}

/* Which formats there are is for the type to say; without a type it is said here. */
static enum message_format
read_format(struct reading *reading, const struct yaml_node *source)
{
	const struct yaml_node *node = yaml_find(source, "format");
	char shown[64];
	size_t i;

	for (i = 0; node && i < ARRAY_COUNT(formats); i++)
		if (node->kind == YAML_SCALAR && text_is(node->text, formats[i].word))
			return formats[i].format;
	if (reading->type)
		return FORMAT_JSON;
	if (!node)
		needed(reading, source, "format", "add `format: jsonl`, `csv` or `avro`");
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "`format` is one of jsonl, csv, avro, not `%s`",
		    text_show(node->text, 40, shown, sizeof(shown)));
	return FORMAT_JSON;
}

static const struct yaml_node *
read_mapping(struct reading *reading, const struct yaml_node *source)
{
	const struct yaml_node *node = needed(reading, source, "mapping",
	    "add `mapping:` and say where the parts of an event are, see dyetrace.yaml(5)");

	if (node && reading->options->check_mapping)
		reading->options->check_mapping(reading->file, node, reading->problems);
	return node;
}

static void
read_source(struct reading *reading, const struct yaml_node *node)
{
	struct settings *settings = reading->settings;
	struct settings_source source = {.settings = node, .line = node->line};
	size_t before = reading->problems->count;

	if (node->kind != YAML_MAP) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "a source is a map: write `- name: tickets` and its other settings below");
		return;
	}
	reading->type = NULL;
	reading->type = source.type = read_type(reading, node);
	source.name = read_name(reading, node);
	source.format = read_format(reading, node);
	source.mapping = read_mapping(reading, node);
	if (source.type)
		source.type->check(reading->file, node, reading->problems);
	if (source.name && source.type && source.mapping)
		settings->sources[settings->source_count++] = source;
	else if (reading->problems->count == before)
		yaml_problem_add(reading->problems, reading->file, node,
		    "a source needs all of `name`, `type` and `mapping`: add what is missing");
}

void
sources_read(const struct settings_options *options, const struct yaml_node *list,
    struct settings *settings, struct yaml_problems *problems)
{
	struct reading reading = {options, settings->file, settings, problems};
	size_t i;

	if (list->kind != YAML_LIST) {
		yaml_problem_add(problems, settings->file, list,
		    "`sources` is a list: begin each source with `- name: ...`");
		return;
	}
	if (!list->count)
		yaml_problem_add(problems, settings->file, list,
		    "no source: add one, beginning with `- name: tickets`");
	settings->sources = memory_get_array(list->count, sizeof(*settings->sources));
	for (i = 0; i < list->count; i++)
		read_source(&reading, list->items[i]);
}
