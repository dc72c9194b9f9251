/* SPDX-License-Identifier: Apache-2.0 */
/* Settings first, then what they name, as far as it can be found. */
#include "checked.h"

#include <unistd.h>

#include "base/keys.h"
#include "decode/decoder.h"
#include "lineage/graph.h"
#include "origin/org_chart.h"

static void
look_at(struct checked *checked, const char *file)
{
	checked->files[checked->file_count++] = file;
}

/* A key file that is there must be usable; one that is not there yet is made by `keys create`. */
static void
check_keys(struct checked *checked, const char *path)
{
	struct keys *keys = NULL;
	struct error err = {0};

	if (access(path, F_OK) != 0)
		return;
	look_at(checked, path);
	if (!keys_open(path, &keys, &err))
		yaml_problem_add_error(&checked->problems, path, &err);
	keys_close(keys);
}

/* A file that the settings name must be there; the mistake is where it is named. */
static bool
is_there(struct checked *checked, const char *setting, const char *path)
{
	if (!path)
		return false;
	if (access(path, F_OK) == 0) {
		look_at(checked, path);
		return true;
	}
	yaml_problem_add(&checked->problems, checked->settings->file,
	    settings_place(checked->settings, setting),
	    "there is no file %s: correct `%s`, or remove it", path, setting);
	return false;
}

static void
check_files(struct checked *checked)
{
	const struct settings *settings = checked->settings;
	struct error err = {0};

	if (is_there(checked, "lineage", settings->lineage))
		lineage_check(settings->lineage, &checked->problems);
	if (is_there(checked, "org-chart", settings->org_chart) &&
	    !org_chart_check(settings->org_chart, &checked->problems, &err))
		yaml_problem_add_error(&checked->problems, settings->org_chart, &err);
}

void
checked_read(const struct program *program, const char *path, struct checked *checked)
{
	struct settings_options options = {
	    path, program->sources, mapping_check, program->publishers};

	*checked = (struct checked){0};
	look_at(checked, path);
	if (!settings_open(&options, &checked->settings, &checked->problems) && !checked->settings)
		return;
	check_keys(checked, checked->settings->keys);
	check_files(checked);
	yaml_problems_sort(&checked->problems, 0);
}

void
checked_fini(struct checked *checked)
{
	settings_close(checked->settings);
	yaml_problems_fini(&checked->problems);
}
