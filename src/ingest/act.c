/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands ask of the writer. One table: the word, and the function that
 * does it and adds to the answer.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "act_value.h"
#include "replay.h"
#include "route.h"

/* Reads both files before either is put in force: a mistake in one leaves both as they were. */
static bool
read_again(
    struct ingest *ingest, struct org_chart **chart, struct lineage **lineage, struct error *err)
{
	const struct settings *settings = ingest->settings;

	if (settings->org_chart && !org_chart_open(settings->org_chart, ingest->names, chart, err))
		return false;
	if (!settings->lineage || lineage_open(settings->lineage, lineage, err))
		return true;
	org_chart_close(*chart);
	return false;
}

static void
put_in_force(struct ingest *ingest, struct org_chart *chart, struct lineage *lineage)
{
	struct org_chart *old = ingest->chart;

	ingest->lineage = lineage;
	if (!chart)
		return;
	ingest->chart = chart;
	resolver_set_chart(ingest->resolver, chart);
	org_chart_close(old);
}

static bool
act_reload(struct ingest *ingest, const json_t *request, json_t *answer, struct error *err)
{
	uint32_t before = ingest->epoch;
	uint64_t chart_before = ingest->chart_body;
	struct org_chart *chart = NULL;
	struct lineage *lineage = NULL;

	(void)request;
	if (!read_again(ingest, &chart, &lineage, err))
		return false;
	put_in_force(ingest, chart, lineage);
	if (!notes_bring_up_to_date(ingest, err) || !ingest_flush(ingest, err))
		return false;
	json_object_set_new(answer, "epoch", json_integer(ingest->epoch));
	json_object_set_new(answer, "lineage_changed", json_boolean(ingest->epoch != before));
	json_object_set_new(
	    answer, "org_chart_changed", json_boolean(ingest->chart_body != chart_before));
	return true;
}

static bool
act_replay(struct ingest *ingest, const json_t *request, json_t *answer, struct error *err)
{
	const char *reason = json_string_value(json_object_get(request, "reason"));
	struct replay_counts counts;

	if (!replay_quarantine(ingest, text_of(reason), &counts, err))
		return false;
	json_object_set_new(answer, "tried", json_integer(counts.tried));
	json_object_set_new(answer, "recorded", json_integer(counts.recorded));
	json_object_set_new(
	    answer, "still_quarantined", json_integer(counts.tried - counts.recorded));
	return true;
}

/* Somebody's name, from the name itself or from the pseudonym that reports show. */
static bool
name_of(struct ingest *ingest, const char *actor, struct buffer *name, struct error *err)
{
	struct pseudonym pseudonym;
	enum identity_state state = IDENTITY_NONE;
	uint32_t bits;

	if (!pseudonym_parse(text_of(actor), &bits)) {
		buffer_add_text(name, text_of(actor));
		return true;
	}
	if (!identity_find_short(ingest->identity, bits, &pseudonym, &state, err))
		return false;
	if (state == IDENTITY_KNOWN)
		return identity_name(ingest->identity, &pseudonym, name, &state, err);
	if (state == IDENTITY_ERASED)
		return error_set(err, ERROR_MISSING, "%s was erased before", actor);
	buffer_add_text(name, text_of(actor));
	return true;
}

static bool
note_erasure(
    struct ingest *ingest, const struct pseudonym *pseudonym, const char *why, struct error *err)
{
	char hex[2 * PSEUDONYM_BYTES + 1], *body;
	json_t *document = json_pack(
	    "{s:s, s:s}", "actor", digest_hex(pseudonym->bytes, PSEUDONYM_BYTES, hex), "why", why);
	bool good;

	body = json_dumps(document, JSON_COMPACT | JSON_PRESERVE_ORDER);
	good = record_note(ingest, NOTE_IDENTITY_ERASED, text_of(body), err) &&
	    ingest_flush(ingest, err);
	free(body);
	json_decref(document);
	return good;
}

static bool
act_erase(struct ingest *ingest, const json_t *request, json_t *answer, struct error *err)
{
	static const struct pseudonym nobody;
	const char *actor = json_string_value(json_object_get(request, "actor"));
	const char *why = json_string_value(json_object_get(request, "why"));
	struct buffer name = {0};
	struct pseudonym pseudonym;
	char shown[PSEUDONYM_TEXT_BYTES];
	bool good;

	if (!actor || !*actor || !why || !*why)
		return error_set(err, ERROR_USAGE, "erasing needs an actor and a reason");
	good = name_of(ingest, actor, &name, err) &&
	    identity_erase(ingest->identity, buffer_text(&name), &pseudonym, err);
	buffer_fini(&name);
	if (!good)
		return false;
	if (memcmp(&pseudonym, &nobody, sizeof(nobody)) == 0)
		return error_set(
		    err, ERROR_MISSING, "nobody of that name is in the identity table");
	json_object_set_new(answer, "erased", json_string(pseudonym_text(&pseudonym, shown)));
	return note_erasure(ingest, &pseudonym, why, err);
}

static bool
act_rotate(struct ingest *ingest, const json_t *request, json_t *answer, struct error *err)
{
	const char *path = ingest->settings->keys;
	char body[64];
	uint32_t generation;

	(void)request;
	/* Settled, the scribe signs and seals nothing meanwhile. */
	if (!ingest_settle(ingest, err) || !keys_vault_rotate(ingest->keys, path, err) ||
	    !identity_rotate(ingest->identity, NULL, NULL, err) ||
	    !quarantine_rotate(ingest->quarantine, NULL, NULL, err) ||
	    !state_seal_again(ingest, err) || !keys_vault_forget(ingest->keys, path, err))
		return false;
	generation = keys_vault_generation(ingest->keys);
	snprintf(body, sizeof(body), "{\"generation\":%u}", generation);
	json_object_set_new(answer, "generation", json_integer(generation));
	return record_note(ingest, NOTE_KEYS_ROTATED, text_of(body), err) &&
	    ingest_flush(ingest, err);
}

static bool
act_checkpoint(struct ingest *ingest, const json_t *request, json_t *answer, struct error *err)
{
	struct tree tree, conclusions;
	struct tree_hash root;
	char hex[2 * SHA256_BYTES + 1];

	(void)request;
	if (!ingest_checkpoint(ingest, err))
		return false;
	scribe_trees(ingest->scribe, &tree, &conclusions);
	tree_root(&tree, &root);
	json_object_set_new(answer, "records", json_integer((json_int_t)tree.size));
	json_object_set_new(
	    answer, "root", json_string(digest_hex(root.bytes, sizeof(root.bytes), hex)));
	json_object_set_new(answer, "conclusions", json_integer((json_int_t)conclusions.size));
	return true;
}

static bool
act_dropped(struct ingest *ingest, const json_t *request, json_t *answer, struct error *err)
{
	struct ingest_dropped dropped;

	(void)request;
	(void)err;
	ingest_dropped(ingest, &dropped);
	json_object_set_new(answer, "actors", json_integer(dropped.actors));
	json_object_set_new(answer, "names", json_integer(dropped.names));
	json_object_set_new(answer, "entities", json_integer(dropped.entities));
	json_object_set_new(answer, "headers", json_integer(dropped.headers));
	json_object_set_new(answer, "keys", json_integer(dropped.keys));
	return true;
}

static const struct {
	const char *word;
	bool (*act)(
	    struct ingest *ingest, const json_t *request, json_t *answer, struct error *err);
} acts[] = {
    {"reload", act_reload},
    {"replay", act_replay},
    {"erase", act_erase},
    {"rotate", act_rotate},
    {"checkpoint", act_checkpoint},
    {"dropped", act_dropped},
    {"value", act_value},
};

static bool
act(struct ingest *ingest, const json_t *request, json_t *answer, struct error *err)
{
	const char *word = json_string_value(json_object_get(request, "do"));
	size_t i;

	for (i = 0; word && i < ARRAY_COUNT(acts); i++)
		if (strcmp(acts[i].word, word) == 0)
			return acts[i].act(ingest, request, answer, err);
	return error_set(err, ERROR_USAGE,
	    "a request must say what to do: reload, replay, erase, rotate, checkpoint, dropped or "
	    "value");
}

void
ingest_act(struct ingest *ingest, struct text request, struct buffer *answer)
{
	json_error_t why;
	json_t *asked = json_loadb(request.data, request.size, JSON_REJECT_DUPLICATES, &why);
	json_t *document = json_object();
	struct error err = {0};
	char *text;
	bool good;

	if (asked)
		good = act(ingest, asked, document, &err);
	else
		good = error_set(&err, ERROR_MALFORMED, "the request is not JSON: %s", why.text);
	json_object_set_new(document, "ok", json_boolean(good));
	if (!good) {
		json_object_set_new(document, "kind", json_integer(err.kind));
		json_object_set_new(document, "error", json_string(err.text));
	}
	text = json_dumps(document, JSON_COMPACT);
	buffer_add_text(answer, text_of(text));
	free(text);
	json_decref(document);
	json_decref(asked);
}
