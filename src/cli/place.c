/* SPDX-License-Identifier: Apache-2.0 */
/* The order of places to look in, in one function each. */
#include "cli/place.h"

#include <stdlib.h>
#include <unistd.h>

#include "decode/decoder.h"

#define SETTINGS_NAME "dyetrace.yaml"
#define KEYS_NAME "dyetrace.key"

/* gives: the name in the folder that holds path; slashes at the end of path do not count */
static char *
beside(const char *path, const char *name)
{
	struct buffer joined = {0};
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		size--;
	while (size && path[size - 1] != '/')
		size--;
	buffer_add_format(&joined, "%.*s%s", (int)size, path, name);
	buffer_add_byte(&joined, 0);
	return (char *)joined.data;
}

char *
place_settings_path(const struct call *call)
{
	char *path;

	if (call->settings)
		return memory_text(call->settings);
	if (call->store) {
		path = beside(call->store, SETTINGS_NAME);
		if (access(path, F_OK) == 0)
			return path;
		memory_free(path);
	}
	return access(SETTINGS_NAME, F_OK) == 0 ? memory_text(SETTINGS_NAME) : NULL;
}

static bool
read_settings(const struct call *call, enum place_need need, struct place *place, struct error *err)
{
	char *path = place_settings_path(call);
	struct settings_options options = {
	    path, call->program->sources, mapping_check, call->program->publishers};
	struct yaml_problems problems = {0};
	bool good;

	if (!path) {
		place->settings = settings_default();
		return need == PLACE_SETTINGS_OPTIONAL ||
		    error_set(err, ERROR_USAGE,
			"there is no " SETTINGS_NAME
			" here: name one by -c FILE, or let `%s init DIR` write one",
			call->program->name);
	}
	place->has_settings = true;
	good = settings_open(&options, &place->settings, &problems) ||
	    yaml_problems_check(&problems, err);
	yaml_problems_fini(&problems);
	memory_free(path);
	return good;
}

static void
set_paths(const struct call *call, struct place *place)
{
	const char *environment = getenv("DYETRACE_STORE");

	if (call->store)
		place->store = call->store;
	else if (!place->has_settings && environment && *environment)
		place->store = environment;
	else
		place->store = place->settings->store;
	if (place->has_settings)
		place->keys = place->settings->keys;
	else
		place->keys = place->own_keys = beside(place->store, KEYS_NAME);
}

bool
place_open(const struct call *call, enum place_need need, struct place *place, struct error *err)
{
	*place = (struct place){0};
	if (!read_settings(call, need, place, err)) {
		place_fini(place);
		return false;
	}
	set_paths(call, place);
	return true;
}

void
place_fini(struct place *place)
{
	settings_close(place->settings);
	memory_free(place->own_keys);
	*place = (struct place){0};
}
