/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace check`: every mistake in the settings and in the files they name, all at once. */
#include "base/memory.h"
#include "checked.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/place.h"

static size_t
files_with_problems(const struct yaml_problems *problems)
{
	size_t count = 0, i;

	for (i = 0; i < problems->count; i++)
		count += !i || strcmp(problems->items[i].file, problems->items[i - 1].file) != 0;
	return count;
}

static void
print_problem(const struct screen *screen, const struct yaml_problem *problem)
{
	char file[512], place[600], sentence[2048], numbers[32] = "";

	if (problem->line && problem->column)
		snprintf(numbers, sizeof(numbers), "%u:%u:", problem->line, problem->column);
	else if (problem->line)
		snprintf(numbers, sizeof(numbers), "%u:", problem->line);
	/* Names and values come from the files: nothing in them may steer a terminal. */
	text_show(text_of(problem->file), sizeof(file), file, sizeof(file));
	text_show(text_of(problem->sentence), sizeof(sentence), sentence, sizeof(sentence));
	snprintf(place, sizeof(place), "%s:%s ", file, numbers);
	screen_print(screen, INK_STRONG, "%s", place);
	screen_flow(screen, text_columns(text_of(place)), 4, screen->width, sentence);
}

static void
print_good(const struct screen *screen, const struct checked *checked)
{
	size_t i;

	screen_print(screen, INK_GOOD, "all good:");
	for (i = 0; i < checked->file_count; i++)
		fprintf(screen->file, "%s %s", i ? "," : "", checked->files[i]);
	fprintf(screen->file, " (%zu source%s)\n", checked->settings->source_count,
	    checked->settings->source_count == 1 ? "" : "s");
}

static void
print(const struct screen *screen, const struct checked *checked)
{
	const struct yaml_problems *problems = &checked->problems;
	size_t files = files_with_problems(problems), i;

	if (!problems->count) {
		print_good(screen, checked);
		return;
	}
	for (i = 0; i < problems->count; i++)
		print_problem(screen, &problems->items[i]);
	screen_print(screen, INK_BAD, "%zu problem%s in %zu file%s\n", problems->count,
	    problems->count == 1 ? "" : "s", files, files == 1 ? "" : "s");
}

static void
print_json(const struct screen *screen, const struct checked *checked)
{
	json_t *document = json_object(), *files = json_array(), *problems = json_array();
	size_t i;

	for (i = 0; i < checked->file_count; i++)
		json_array_append_new(files, document_text(text_of(checked->files[i])));
	for (i = 0; i < checked->problems.count; i++) {
		const struct yaml_problem *problem = &checked->problems.items[i];
		json_t *item = json_object();

		json_object_set_new(item, "file", document_text(text_of(problem->file)));
		json_object_set_new(item, "line", json_integer(problem->line));
		json_object_set_new(item, "column", json_integer(problem->column));
		json_object_set_new(item, "sentence", document_text(text_of(problem->sentence)));
		json_array_append_new(problems, item);
	}
	json_object_set_new(document, "good", json_boolean(!checked->problems.count));
	json_object_set_new(document, "files", files);
	json_object_set_new(document, "problems", problems);
	document_print(document, screen);
}

/* The settings in force, as a file that says the same. */
static void
print_settings(const struct screen *screen, const struct settings *settings)
{
	struct buffer out = {0};

	settings_print(settings, SETTINGS_ALL, &out);
	fwrite(out.data, 1, out.size, screen->file);
	buffer_fini(&out);
}

static bool
check_run(struct call *call, struct error *err)
{
	struct checked checked = {0};
	char *path = place_settings_path(call);

	if (!path)
		path = memory_text("dyetrace.yaml");
	checked_read(call->program, path, &checked);
	if (call->json)
		print_json(&call->out, &checked);
	else if (call_flag(call, "print") && !checked.problems.count)
		print_settings(&call->out, checked.settings);
	else
		print(&call->out, &checked);
	call->status = checked.problems.count ? STATUS_USAGE : STATUS_YES;
	checked_fini(&checked);
	memory_free(path);
	return true;
}

static const struct option options[] = {
    {"print", 'p', NULL,
	"when all is good, print the settings in force, defaults included, as YAML"},
    {NULL},
};

static const struct example examples[] = {
    {"dyetrace check", "the settings in this folder"},
    {"dyetrace check -c /etc/dyetrace/dyetrace.yaml --json", "for an editor or a pipeline"},
    {NULL},
};

const struct command command_check = {
    .name = "check",
    .summary = "find every mistake in the settings and in the files they name",
    .usage = "",
    .description = "Reads the settings, the mappings of their sources and the files they name, and "
		   "says every mistake as "
		   "file:line:column with what to do. Nothing is changed, no source is opened, and "
		   "a running tracker is "
		   "not disturbed.\n\nExit status 2 when there is any.",
    .common = COMMON_SETTINGS | COMMON_JSON,
    .options = options,
    .examples = examples,
    .run = check_run,
};
