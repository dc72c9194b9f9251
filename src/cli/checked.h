/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and the files they name, looked at as a whole: for `check`, and before a reload. */
#ifndef DYETRACE_CLI_CHECKED_H
#define DYETRACE_CLI_CHECKED_H

#include "cli/command.h"
#include "settings/settings.h"

#define FILES_MAX 4

/* What was looked at, and what was found. */
struct checked {
	struct settings *settings;    /* NULL: not YAML at all */
	const char *files[FILES_MAX]; /* borrowed from path and settings */
	size_t file_count;
	struct yaml_problems problems;
};

/* path: borrowed until checked_fini() */
void checked_read(const struct program *program, const char *path, struct checked *checked);
void checked_fini(struct checked *checked);

#endif
