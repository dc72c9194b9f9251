/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of publishers. What every publisher has is read here: name, type, from;
 * the rest belongs to its type, which is shown the sources, too.
 */
#include "publishers.h"

#include "base/suggest.h"
#include "sources.h"

static const char *const from_words[] = {"start", "now"}; /* enum settings_from */

struct reading {
	const struct settings_options *options;
	const char *file;
	struct settings *settings;
	struct yaml_problems *problems;
};

static const struct yaml_node *
needed(
    struct reading *reading, const struct yaml_node *publisher, const char *key, const char *remedy)
{
	const struct yaml_node *node = yaml_find(publisher, key);

	if (!node)
		yaml_problem_add(reading->problems, reading->file, publisher,
		    "a publisher without `%s`: %s", key, remedy);
	return node;
}

static const char *
read_name(struct reading *reading, const struct yaml_node *publisher)
{
	const struct yaml_node *node = needed(reading, publisher, "name", "add `name: provenance`");
	const struct settings *settings = reading->settings;
	struct text name = TEXT_NONE;
	char shown[64];
	size_t i;

	if (!node || !yaml_text(reading->file, node, &name, reading->problems))
		return NULL;
	if (!source_well_named(name)) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is no name of a publisher: use up to 63 small letters, digits and `-`",
		    text_show(name, 40, shown, sizeof(shown)));
		return NULL;
	}
	for (i = 0; i < settings->publisher_count; i++) {
		if (!text_is(name, settings->publishers[i].name))
			continue;
		yaml_problem_add(reading->problems, reading->file, node,
		    "`%s` is already the name of the publisher in line %u: give this one another",
		    name.data, settings->publishers[i].line);
		return NULL;
	}
	return name.data;
}

static void
add_unknown_type(struct reading *reading, const struct yaml_node *node, struct text name)
{
	const struct publisher_type *const *type;
	struct buffer list = {0};
	struct suggestion suggestion;
	struct text best;
	char shown[64];

	suggestion_init(&suggestion, name);
	for (type = reading->options->publishers; *type; type++) {
		suggestion_try(&suggestion, text_of((*type)->name));
		buffer_add_format(&list, "%s`%s`", list.size ? ", " : "", (*type)->name);
	}
	best = suggestion_best(&suggestion);
	text_show(name, 40, shown, sizeof(shown));
	if (best.data)
		yaml_problem_add(reading->problems, reading->file, node,
		    "there is no type of publisher `%s`: did you mean `%.*s`?", shown,
		    TEXT_PRINT(best));
	else
		yaml_problem_add(reading->problems, reading->file, node,
		    "there is no type of publisher `%s`: use %.*s", shown,
		    TEXT_PRINT(buffer_text(&list)));
	buffer_fini(&list);
}

static const struct publisher_type *
read_type(struct reading *reading, const struct yaml_node *publisher)
{
	const struct yaml_node *node = needed(reading, publisher, "type", "add `type: kafka`");
	const struct publisher_type *const *type;
	struct text name = TEXT_NONE;

	if (!node || !yaml_text(reading->file, node, &name, reading->problems))
		return NULL;
	for (type = reading->options->publishers; *type; type++)
		if (text_is(name, (*type)->name))
			return *type;
	add_unknown_type(reading, node, name);
	return NULL;
}

static enum settings_from
read_from(struct reading *reading, const struct yaml_node *publisher)
{
	const struct yaml_node *node = yaml_find(publisher, "from");
	size_t i;

	for (i = 0; node && i < ARRAY_COUNT(from_words); i++)
		if (node->kind == YAML_SCALAR && text_is(node->text, from_words[i]))
			return (enum settings_from)i;
	if (node)
		yaml_problem_add(reading->problems, reading->file, node,
		    "`from` is `start` (all that the ledger has) or `now` (what comes from now "
		    "on)");
	return PUBLISH_FROM_START;
}

static void
ask_type(struct reading *reading, const struct publisher_type *type, const struct yaml_node *node)
{
	const struct settings *settings = reading->settings;
	struct publisher_source *sources =
	    memory_get_array(settings->source_count + 1, sizeof(*sources));
	struct publisher_surroundings surroundings = {settings->source_count, sources};
	size_t i;

	for (i = 0; i < settings->source_count; i++)
		sources[i] = (struct publisher_source){settings->sources[i].name,
		    settings->sources[i].type->name, settings->sources[i].settings};
	type->check(reading->file, node, &surroundings, reading->problems);
	memory_free(sources);
}

static void
read_publisher(struct reading *reading, const struct yaml_node *node)
{
	struct settings *settings = reading->settings;
	struct settings_publisher publisher = {.settings = node, .line = node->line};

	if (node->kind != YAML_MAP) {
		yaml_problem_add(reading->problems, reading->file, node,
		    "a publisher is a map: write `- name: provenance` and its other settings "
		    "below");
		return;
	}
	publisher.type = read_type(reading, node);
	publisher.name = read_name(reading, node);
	publisher.from = read_from(reading, node);
	if (publisher.type)
		ask_type(reading, publisher.type, node);
	if (publisher.name && publisher.type)
		settings->publishers[settings->publisher_count++] = publisher;
}

void
publishers_read(const struct settings_options *options, const struct yaml_node *list,
    struct settings *settings, struct yaml_problems *problems)
{
	struct reading reading = {options, settings->file, settings, problems};
	size_t i;

	if (!options->publishers || yaml_is_null(list))
		return;
	if (list->kind != YAML_LIST) {
		yaml_problem_add(problems, settings->file, list,
		    "`publish` is a list: begin each publisher with `- name: ...`");
		return;
	}
	settings->publishers = memory_get_array(list->count + 1, sizeof(*settings->publishers));
	for (i = 0; i < list->count; i++)
		read_publisher(&reading, list->items[i]);
}
