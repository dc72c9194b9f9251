/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that the settings' paths name now, sorted by name, each once.
 */
#ifndef DYETRACE_FILE_LISTING_H
#define DYETRACE_FILE_LISTING_H

#include "settings.h"

struct listed {
	char *name; /* as seen from the settings' folder, or "-"; owned */
	char *path; /* to open(2); NULL: standard input; owned */
};

struct listing {
	struct listed *items;
	size_t count, capacity;
};

/*
 * folder      paths are relative to it
 * until_end   what is named must be there; else a path that is none yet is listed all the same
 *
 * ERROR_MISSING  "dyetrace.yaml:12: path events/a.jsonl: there is no such file"
 * ERROR_USAGE    a folder is named
 * The listing is ended by listing_fini(), whatever is returned.
 */
MUST_USE bool listing_read(const struct file_settings *settings, const char *settings_file,
    const char *folder, bool until_end, struct listing *listing, struct error *err);
void listing_fini(struct listing *listing);

#endif
