/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings, org chart and lineage are records too: a note says from which
 * record on they are in force, so that a replay uses what was in force then.
 * A note is written when the text differs from the one in force.
 */
#include "route.h"

#include <assert.h>

/* clang-tidy sees two equal numbers. */
static_assert(
    ORG_CHART_NOTE_BYTES_MAX <= BLOCK_RECORD_BYTES_MAX, /* NOLINT(misc-redundant-expression) */
    "a chart that check lets pass can be recorded");

static bool
remember(void *context, const struct catalog_epoch *epoch)
{
	struct ingest *ingest = context;

	if (text_is(epoch->what, NOTE_SETTINGS))
		ingest->settings_body = epoch->body;
	else if (text_is(epoch->what, NOTE_ORG_CHART))
		ingest->chart_body = epoch->body;
	else if (text_is(epoch->what, NOTE_LINEAGE))
		ingest->lineage_body = epoch->body;
	if (epoch->number)
		ingest->epoch = epoch->number;
	return true;
}

bool
notes_load(struct ingest *ingest, struct error *err)
{
	return catalog_epochs(ingest->catalog, remember, ingest, err);
}

/* Writes the note if its text is new. *in_force: identity of the text that is. */
static bool
note_if_new(struct ingest *ingest, const char *what, struct buffer *body, uint64_t *in_force,
    bool *written, struct error *err)
{
	uint64_t identity = digest_identity(buffer_text(body));
	bool good = true;

	*written = identity != *in_force;
	if (*written)
		good = record_note(ingest, what, buffer_text(body), err);
	if (good)
		*in_force = identity;
	buffer_fini(body);
	return good;
}

static bool
note_settings(struct ingest *ingest, struct error *err)
{
	struct buffer body = {0};
	bool written;

	settings_print(ingest->settings, SETTINGS_FACTS, &body);
	return note_if_new(ingest, NOTE_SETTINGS, &body, &ingest->settings_body, &written, err);
}

static bool
note_chart(struct ingest *ingest, struct error *err)
{
	struct buffer body = {0};
	bool written;

	if (!ingest->chart)
		return true;
	if (!org_chart_print_pseudonymised(ingest->chart, ingest->identity, &body, err)) {
		buffer_fini(&body);
		return error_within(err, "org chart");
	}
	return note_if_new(ingest, NOTE_ORG_CHART, &body, &ingest->chart_body, &written, err);
}

/* Settings that name no lineage any more put an empty one in force. */
static bool
without_lineage(struct ingest *ingest, struct error *err)
{
	if (ingest->lineage || ingest->settings->lineage || !ingest->lineage_body)
		return true;
	return lineage_parse("no lineage", TEXT("version: 1\n"), &ingest->lineage, err);
}

/* Events from now on are traced and weighed by it. One that impact cannot hold is refused before it is noted. */
static bool
put_lineage_in_force(struct ingest *ingest, struct buffer *body, bool is_new, struct error *err)
{
	bool written;

	if (!impact_set(ingest->impact, ingest->lineage, ingest->epoch + is_new, err)) {
		buffer_fini(body);
		lineage_close(ingest->lineage);
		ingest->lineage = NULL;
		return error_within(err, "lineage");
	}
	if (!note_if_new(ingest, NOTE_LINEAGE, body, &ingest->lineage_body, &written, err))
		return false;
	ingest->epoch += written;
	tracer_set(ingest->tracer, ingest->lineage, ingest->epoch);
	ingest->lineage = NULL;
	return true;
}

static bool
note_lineage(struct ingest *ingest, struct error *err)
{
	struct buffer body = {0};
	bool is_new;

	if (!without_lineage(ingest, err))
		return false;
	if (!ingest->lineage)
		return true;
	lineage_print(ingest->lineage, &body);
	is_new = digest_identity(buffer_text(&body)) != ingest->lineage_body;
	if ((is_new || !tracer_lineage(ingest->tracer)) &&
	    !put_lineage_in_force(ingest, &body, is_new, err))
		return false;
	buffer_fini(&body);
	lineage_close(ingest->lineage);
	ingest->lineage = NULL;
	return true;
}

bool
notes_bring_up_to_date(struct ingest *ingest, struct error *err)
{
	return note_settings(ingest, err) && note_chart(ingest, err) && note_lineage(ingest, err);
}
