/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real data that is not part of the project: looked for where DYETRACE_DATA
 * points, then beside the project.
 */
#ifndef DYETRACE_TESTS_SHARED_DATA_H
#define DYETRACE_TESTS_SHARED_DATA_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Fills path with where `name` is; false if it is not there. */
static inline bool
shared_data_find(const char *name, char *path, size_t path_bytes)
{
	const char *folder = getenv("DYETRACE_DATA");

	if (folder)
		snprintf(path, path_bytes, "%s/%s", folder, name);
	else
		snprintf(path, path_bytes, "%s/../shared/data/%s", TEST_SOURCE, name);
	return access(path, R_OK) == 0;
}

/* The same; without it the test is skipped. Call it before cmocka runs. */
static inline void
shared_data_need(const char *name, char *path, size_t path_bytes)
{
	if (shared_data_find(name, path, path_bytes))
		return;
	printf("skipped: no shared data (%s)\n", name);
	exit(77);
}

#endif
