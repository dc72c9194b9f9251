/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of its own for a test program, and opening catalogs in it. */
#ifndef DYETRACE_TESTS_CATALOG_SCRATCH_H
#define DYETRACE_TESTS_CATALOG_SCRATCH_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "catalog/catalog.h"

#define SCRATCH_PATH_BYTES 96

static char scratch_folder[64];

/* In memory where that can be: hundreds of commits are synced. */
static inline int
scratch_begin(void **state)
{
	snprintf(scratch_folder, sizeof(scratch_folder), "%s/dyetrace-catalog-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	return mkdtemp(scratch_folder) ? 0 : 1;
}

static inline char *
scratch_path(const char *name, char out[SCRATCH_PATH_BYTES])
{
	snprintf(out, SCRATCH_PATH_BYTES, "%s/%s", scratch_folder, name);
	return out;
}

/* A database and what SQLite keeps beside it. */
static inline void
scratch_remove(const char *name)
{
	static const char *const behind[] = {"", "-wal", "-shm", "-journal"};
	char path[SCRATCH_PATH_BYTES + 16];
	size_t i;

	for (i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s%s", scratch_folder, name, behind[i]);
		unlink(path);
	}
}

static inline int
scratch_end(void **state)
{
	return rmdir(scratch_folder);
}

static inline void
well(bool done, const struct error *err)
{
	if (!done)
		fail_msg("%s", err->text);
}

static inline struct catalog *
scratch_catalog(const char *name, enum catalog_mode mode)
{
	char path[SCRATCH_PATH_BYTES];
	struct catalog *catalog = NULL;
	struct error err = {0};

	well(catalog_open(scratch_path(name, path), mode, &catalog, &err), &err);
	return catalog;
}

#endif
