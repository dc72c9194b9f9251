/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of database.h share. */
#ifndef DYETRACE_BASE_DATABASE_INSIDE_H
#define DYETRACE_BASE_DATABASE_INSIDE_H

#include "base/database.h"

#include <sqlite3.h>

struct database {
	sqlite3 *db;
	char *path;
	int busy_ms;
	struct statement *statements; /* open ones, the newest first */
};

/* Turns a result code of SQLite into our kind of error and a sentence; returns false. */
bool database_fail(struct database *database, int rc, struct error *err);

#endif
