/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace keys`: the key file. */
#include "base/keys.h"

#include "cli/commands.h"
#include "cli/document.h"
#include "cli/place.h"
#include "request.h"

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
		    "without it nobody can read the texts and names in the store again.\n",
		    place.keys);
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
    .description = "Draws new keys from the system's random generator and writes them with mode "
		   "0600. A file that is "
		   "there already is never replaced: a store can only be read with the keys that "
		   "it began with.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .examples = create_examples,
    .run = create_run,
};

/* --- what the writer of the store does ------------------------------------------------- */

static bool
rotate_run(struct call *call, struct error *err)
{
	json_t *answer = request_do(call, json_pack("{s:s}", "do", "rotate"), err);

	if (!answer)
		return false;
	if (call->json) {
		document_print(answer, &call->out);
		return true;
	}
	fprintf(call->out.file,
	    "names and quarantined bytes are encrypted with key generation %lld; pseudonyms stay. "
	    "Renew your copy of the key file.\n",
	    (long long)json_integer_value(json_object_get(answer, "generation")));
	json_decref(answer);
	return true;
}

static const struct command keys_rotate_command = {
    .name = "rotate",
    .summary = "encrypt names and quarantined bytes with a new key",
    .usage = "",
    .description = "Adds a key generation, encrypts the identity table and the quarantine with it, "
		   "and drops the old one. "
		   "Pseudonyms and the ledger do not change. Interrupted, it can be called again.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .run = rotate_run,
};

static bool
erase_run(struct call *call, struct error *err)
{
	const char *why = call_option(call, "reason");
	json_t *answer;

	if (!why)
		return error_set(err, ERROR_USAGE,
		    "--reason WHY is needed: the ledger records that and why a name was erased");
	answer = request_do(call,
	    json_pack("{s:s, s:s, s:s}", "do", "erase", "actor", call->arguments[0], "why", why),
	    err);
	if (!answer) {
		if (err->kind == ERROR_MISSING)
			call->status = STATUS_NO;
		return false;
	}
	if (call->json) {
		document_print(answer, &call->out);
		return true;
	}
	fprintf(call->out.file, "%s has no name any more\n",
	    json_string_value(json_object_get(answer, "erased")));
	json_decref(answer);
	return true;
}

static const struct option erase_options[] = {
    {"reason", 0, "WHY", "recorded in the ledger; do not name the person there"},
    {NULL},
};

static const struct example erase_examples[] = {
    {"dyetrace keys erase lusab-babad --reason 'request 2026-114'",
	"by the pseudonym that reports show, or by name"},
    {NULL},
};

static const struct command keys_erase_command = {
    .name = "erase",
    .summary = "forget whose a pseudonym is",
    .usage = "ACTOR",
    .description = "Deletes the row of the identity table that leads from the name to the "
		   "pseudonym. Ledger and roots stay as "
		   "they are; nothing links back. The same name met later is a new actor.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = erase_options,
    .examples = erase_examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = erase_run,
};

static bool
checkpoint_run(struct call *call, struct error *err)
{
	json_t *answer = request_do(call, json_pack("{s:s}", "do", "checkpoint"), err);

	if (!answer)
		return false;
	if (call->json) {
		document_print(answer, &call->out);
		return true;
	}
	fprintf(call->out.file, "signed: %lld records, root %s\n",
	    (long long)json_integer_value(json_object_get(answer, "records")),
	    json_string_value(json_object_get(answer, "root")));
	json_decref(answer);
	return true;
}

static const struct command keys_checkpoint_command = {
    .name = "checkpoint",
    .summary = "sign the ledger's root now",
    .usage = "",
    .description = "Commits what was read, signs the roots, and writes them to the store's "
		   "`checkpoint` and `checkpoints`. "
		   "Keep copies elsewhere: they are what later changes are caught with.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .run = checkpoint_run,
};

static const struct command *const parts[] = {&keys_create_command, &keys_rotate_command,
    &keys_erase_command, &keys_checkpoint_command, NULL};

const struct command command_keys = {
    .name = "keys",
    .summary = "the key file and what hangs on it: create, rotate, erase, checkpoint",
    .usage = "create|rotate|erase|checkpoint",
    .description = "The key file encrypts names and texts in the store and signs its checkpoints. "
		   "It is kept outside the "
		   "store, so that whoever copies the store alone can verify it but not read it.",
    .parts = parts,
};
