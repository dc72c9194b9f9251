/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace keys`: the key file. */
#include "base/keys.h"

#include "cli/commands.h"
#include "cli/document.h"
#include "cli/place.h"

static bool
create_run(struct call *call, struct error *err)
{
	struct place place;
	bool done;

	if (!place_open(call, PLACE_SETTINGS_OPTIONAL, &place, err))
		return false;
	done = keys_create(place.keys, err);
	if (done && call->json)
		document_print(json_pack("{s:s}", "created", place.keys), &call->out);
	else if (done)
		fprintf(call->out.file,
		    "%s is made, mode 0600. Keep a copy where the store's backups are not:\n"
		    "without it nobody can read the texts and names in the store again.\n", place.keys);
	place_fini(&place);
	return done;
}

static const struct example create_examples[] = {
	{"dyetrace keys create", "where the settings' `keys` says"},
	{NULL},
};

static const struct command keys_create_command = {
	.name = "create",
	.summary = "make a key file where the settings say, if there is none",
	.usage = "",
	.description = "Draws new keys from the system's random generator and writes them with mode 0600. A file that is "
		       "there already is never replaced: a store can only be read with the keys that it began with.",
	.common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
	.examples = create_examples,
	.run = create_run,
};

static const struct command *const parts[] = {&keys_create_command, NULL};

const struct command command_keys = {
	.name = "keys",
	.summary = "the key file: make it",
	.usage = "create",
	.description = "The key file encrypts names and texts in the store and signs its checkpoints. It is kept outside the "
		       "store, so that whoever copies the store alone can verify it but not read it.",
	.parts = parts,
};
