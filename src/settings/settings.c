/* SPDX-License-Identifier: Apache-2.0 */
/* A walk of the tree against the table; what the tree does not say is the table's default. */
#include "settings/settings.h"

#include <assert.h>

#include "base/file.h"
#include "publishers.h"
#include "settings/table.h"
#include "sources.h"

#define KEYS_MAX 32

/* Whether a row stands directly in the group (NULL: at the top). */
static bool
stands_in(const struct setting *setting, const char *group)
{
	size_t size = group ? strlen(group) : 0;

	if (!group)
		return setting_depth(setting) == 0;
	return strncmp(setting->path, group, size) == 0 && setting->path[size] == '.';
}

static void
check_keys(const char *file, const struct yaml_node *map, const char *group,
    struct yaml_problems *problems)
{
	const char *known[KEYS_MAX + 1];
	const struct setting *row;
	size_t count = 0;

	for (row = settings_table; row->path; row++)
		if (stands_in(row, group) && count < KEYS_MAX)
			known[count++] = setting_name(row);
	known[count] = NULL;
	yaml_check_keys(file, map, known, problems);
}

static bool
check_group(const char *file, const struct yaml_node *node, const char *group,
    struct yaml_problems *problems)
{
	if (node->kind == YAML_MAP) {
		check_keys(file, node, group, problems);
		return true;
	}
	/* All its members are remarks. */
	if (!yaml_is_null(node))
		yaml_problem_add(problems, file, node,
		    "`%s` is a map: write its members below it, indented by two spaces", group);
	return false;
}

static void
read_rows(const struct settings_options *options, const struct yaml_node *root,
    struct settings *settings, struct yaml_problems *problems)
{
	const struct yaml_node *at, *group = NULL;
	const struct setting *row;

	for (row = settings_table; row->path; row++) {
		at = yaml_find(setting_depth(row) ? group : root, setting_name(row));
		if (row->kind == SETTING_GROUP)
			group =
			    at && check_group(settings->file, at, row->path, problems) ? at : NULL;
		else if (at && row->kind == SETTING_SOURCES)
			sources_read(options, at, settings, problems);
		else if (at && row->kind == SETTING_PUBLISH)
			publishers_read(options, at, settings, problems);
		else if (at)
			setting_read(row, settings->file, at, settings, problems);
	}
}

static void
set_defaults(struct settings *settings)
{
	struct yaml_problems problems = {0};
	const struct setting *row;

	for (row = settings_table; row->path; row++) {
		struct yaml_node node = {.kind = YAML_SCALAR, .text = text_of(row->value)};

		if (row->value)
			setting_read(row, "default", &node, settings, &problems);
	}
	assert(!problems.count); /* else the table contradicts itself */
}

/* "" for a file in the current folder. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return memory_text("");
	return memory_text_n(path, slash == path ? 1 : (size_t)(slash - path));
}

static struct settings *
settings_new(const char *path)
{
	struct settings *settings = memory_get(sizeof(*settings));

	settings->file = settings->own_file = path ? memory_text(path) : NULL;
	settings->folder = settings->own_folder = folder_of(path ? path : "");
	set_defaults(settings);
	return settings;
}

struct settings *
settings_default(void)
{
	return settings_new(NULL);
}

static void
read_tree(const struct settings_options *options, struct settings *settings,
    struct yaml_problems *problems)
{
	const struct yaml_node *root = settings->document->root;

	if (!root || yaml_is_null(root)) {
		yaml_problem_add_at(problems, settings->file, 1, 1,
		    "the file says nothing: `dyetrace init DIR` writes one to start from");
		return;
	}
	if (root->kind != YAML_MAP) {
		yaml_problem_add(problems, settings->file, root,
		    "settings are a map of `key: value` lines: `dyetrace init DIR` writes one to "
		    "start from");
		return;
	}
	check_keys(settings->file, root, NULL, problems);
	read_rows(options, root, settings, problems);
	if (!yaml_find(root, "sources"))
		yaml_problem_add(problems, settings->file, root,
		    "no `sources`: add the list of where events come from, see dyetrace.yaml(5)");
}

static bool
settings_of(const struct settings_options *options, struct yaml_document *document,
    struct settings **out, struct yaml_problems *problems)
{
	size_t before = problems->count;

	*out = settings_new(options->path);
	(*out)->document = document;
	read_tree(options, *out, problems);
	yaml_problems_sort(problems, before);
	return problems->count == before;
}

bool
settings_open(const struct settings_options *options, struct settings **settings,
    struct yaml_problems *problems)
{
	struct yaml_document *document = NULL;
	struct error err = {0};

	*settings = NULL;
	if (yaml_open(options->path, &document, &err))
		return settings_of(options, document, settings, problems);
	if (err.kind == ERROR_MISSING)
		error_set(&err, ERROR_MISSING,
		    "there is no such file: name another by -c FILE, or let `dyetrace init DIR` "
		    "write one");
	yaml_problem_add_error(problems, options->path, &err);
	return false;
}

bool
settings_parse(const struct settings_options *options, struct text bytes,
    struct settings **settings, struct yaml_problems *problems)
{
	struct yaml_document *document = NULL;
	struct error err = {0};

	*settings = NULL;
	if (yaml_parse(options->path, bytes, &document, &err))
		return settings_of(options, document, settings, problems);
	yaml_problem_add_error(problems, options->path, &err);
	return false;
}

void
settings_close(struct settings *settings)
{
	if (!settings)
		return;
	memory_free(settings->store);
	memory_free(settings->keys);
	memory_free(settings->lineage);
	memory_free(settings->org_chart);
	memory_free(settings->http_listen);
	memory_free(settings->sources);
	memory_free(settings->publishers);
	memory_free(settings->own_file);
	memory_free(settings->own_folder);
	yaml_close(settings->document);
	memory_free(settings);
}

const struct settings_source *
settings_source_find(const struct settings *settings, const char *name)
{
	size_t i;

	for (i = 0; i < settings->source_count; i++)
		if (strcmp(settings->sources[i].name, name) == 0)
			return &settings->sources[i];
	return NULL;
}

struct source_options
settings_source_options(
    const struct settings *settings, const struct settings_source *source, bool until_end)
{
	return (struct source_options){
	    .name = source->name,
	    .settings_file = settings->file,
	    .folder = settings->folder,
	    .store = settings->store,
	    .settings = source->settings,
	    .until_end = until_end,
	    .record_bytes_max = (size_t)settings->record_bytes_max,
	};
}

const struct yaml_node *
settings_place(const struct settings *settings, const char *name)
{
	return settings->document ? yaml_find(settings->document->root, name) : NULL;
}
