/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which settings, store and keys a command works with.
 *
 * Settings: -c FILE; else, with -s DIR, the dyetrace.yaml beside that store;
 *	     else ./dyetrace.yaml; else none.
 * Store:    -s DIR; else the settings'; else $DYETRACE_STORE; else ./dyetrace-store.
 * Keys:     the settings'; without settings dyetrace.key beside the store.
 */
#ifndef DYETRACE_CLI_PLACE_H
#define DYETRACE_CLI_PLACE_H

#include "cli/command.h"
#include "settings/settings.h"

/* Caller's storage, ended by place_fini(). */
struct place {
	struct settings *settings; /* what the file says; defaults when there is none */
	bool has_settings;         /* there is a file */
	const char *store, *keys;
	char *own_keys; /* private */
};

enum place_need {
	PLACE_SETTINGS_NEEDED,
	PLACE_SETTINGS_OPTIONAL
};

/*
 * ERROR_USAGE  the settings have mistakes (the first, and how many more), or there
 *		are none where they are needed
 */
MUST_USE bool
place_open(const struct call *call, enum place_need need, struct place *place, struct error *err);
void place_fini(struct place *place);

/* The settings file that place_open() would read. gives: by memory_free(); NULL: there is none */
char *place_settings_path(const struct call *call);

#endif
