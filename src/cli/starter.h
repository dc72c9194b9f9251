/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small company to start from: a help desk with an org chart, a lineage and a
 * week of tickets that work together with the template of the settings.
 */
#ifndef DYETRACE_CLI_STARTER_H
#define DYETRACE_CLI_STARTER_H

#include "base/buffer.h"

/* One file of the starter; size is that of its list of lines or events. */
struct starter_file {
	const char *path; /* below the folder */
	const char *what; /* for the list that `init` prints */
	void (*print)(struct buffer *out);
};

/* Ended by a path NULL. */
extern const struct starter_file starter_files[];
/* An event among them that is worth a look. */
extern const char starter_event[];

#endif
