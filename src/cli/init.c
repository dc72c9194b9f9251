/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace init`: a folder in which everything works from the first minute. */
#include <unistd.h>

#include "base/file.h"
#include "base/keys.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "starter.h"

#define KEYS_NAME "dyetrace.key"

/* Nothing is written when any of the files is there. */
static bool
check_free(const char *folder, const char *name, struct error *err)
{
	char *path = file_join(folder, name);
	bool is_there = access(path, F_OK) == 0;

	if (is_there)
		error_set(err, ERROR_USAGE,
		    "%s is there already and is not overwritten: name another folder", path);
	memory_free(path);
	return !is_there;
}

static bool
check_all_free(const char *folder, struct error *err)
{
	const struct starter_file *file;

	for (file = starter_files; file->path; file++)
		if (!check_free(folder, file->path, err))
			return false;
	return check_free(folder, KEYS_NAME, err);
}

static bool
make_folders(const char *folder, struct error *err)
{
	char *events = file_join(folder, "events");
	bool done = file_make_folder(folder, err) && file_make_folder(events, err);

	memory_free(events);
	return done;
}

static bool
write_file(const char *folder, const struct starter_file *file, struct error *err)
{
	char *path = file_join(folder, file->path);
	struct buffer out = {0};
	bool done;

	file->print(&out);
	done = file_replace(path, buffer_text(&out), 0644, err);
	buffer_fini(&out);
	memory_free(path);
	return done;
}

static bool
write_all(const char *folder, struct error *err)
{
	const struct starter_file *file;
	char *keys = file_join(folder, KEYS_NAME);
	bool done = true;

	for (file = starter_files; done && file->path; file++)
		done = write_file(folder, file, err);
	done = done && keys_create(keys, err);
	memory_free(keys);
	return done;
}

static void
print(const struct call *call, const char *folder)
{
	struct receipt *receipt = receipt_open(&call->out);
	const struct starter_file *file;
	const char *name = call->program->name;

	receipt_heading(receipt, "written");
	for (file = starter_files; file->path; file++)
		receipt_line(receipt, file->path, "%s", file->what);
	receipt_line(
	    receipt, KEYS_NAME, "keys, mode 0600: keep a copy apart from the store's backups");
	receipt_close(receipt);
	screen_print(&call->out, INK_STRONG, "\nnext\n");
	fprintf(call->out.file, "  cd %s\n  %s check\n  %s run --until-end\n  %s trace %s\n",
	    folder, name, name, name, starter_event);
}

static void
print_json(const struct call *call, const char *folder)
{
	json_t *document = json_object(), *files = json_array();
	const struct starter_file *file;

	for (file = starter_files; file->path; file++)
		json_array_append_new(files, json_string(file->path));
	json_array_append_new(files, json_string(KEYS_NAME));
	json_object_set_new(document, "folder", document_text(text_of(folder)));
	json_object_set_new(document, "files", files);
	document_print(document, &call->out);
}

static bool
init_run(struct call *call, struct error *err)
{
	const char *folder = call->arguments[0];

	if (!check_all_free(folder, err) || !make_folders(folder, err) || !write_all(folder, err))
		return false;
	if (call->json)
		print_json(call, folder);
	else
		print(call, folder);
	return true;
}

static const struct example examples[] = {
    {"dyetrace init my-tracker", "a folder with everything to start from"},
    {NULL},
};

const struct command command_init = {
    .name = "init",
    .summary = "a folder to start from, every setting explained, with sample data",
    .usage = "DIR",
    .description = "Writes a settings file with every setting explained, an org chart, a lineage, "
		   "a week of a help desk's "
		   "events and new keys, which work together at once. Put your own in their place "
		   "one by one; `dyetrace "
		   "check` says what does not fit.\n\nNothing is overwritten.",
    .common = COMMON_JSON,
    .examples = examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = init_run,
};
