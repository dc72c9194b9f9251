/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace trace`: the receipt of one event. */
#include <math.h>

#include "answer.h"
#include "base/json_print.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "moved.h"

/* A value as people read it; text that is kept only as its digest says so. */
static const char *
value_shown(const json_t *value, char *out, size_t bytes)
{
	struct buffer printed = {0};

	if (json_is_string(value)) {
		snprintf(out, bytes, "%s", json_string_value(value));
	} else if (json_is_object(value)) {
		snprintf(out, bytes, "(text of %lld bytes, kept as its digest)",
		    (long long)member_long(value, "bytes"));
	} else {
		json_print(value, 0, &printed);
		snprintf(out, bytes, "%.*s", TEXT_PRINT(buffer_text(&printed)));
		buffer_fini(&printed);
	}
	return out;
}

static void
show_changes(struct receipt *receipt, const json_t *changes)
{
	const json_t *change;
	char old[512], new[512];
	size_t i;

	receipt_heading(
	    receipt, json_array_size(changes) ? "What changed" : "What changed: nothing");
	json_array_foreach(changes, i, change) receipt_line(receipt, member_text(change, "field"),
	    "%s → %s", value_shown(json_object_get(change, "old"), old, sizeof(old)),
	    value_shown(json_object_get(change, "new"), new, sizeof(new)));
}

static void
line_if(struct receipt *receipt, const char *name, const char *value)
{
	if (*value)
		receipt_line(receipt, name, "%s", value);
}

static void
show_position(struct receipt *receipt, const json_t *document)
{
	const json_t *position = json_object_get(document, "position");
	long long offset = member_long(position, "offset");

	/* Who has a time of its own for each record counts them from 0: a topic, not a file. */
	if (*member_text(position, "source_time"))
		receipt_line(receipt, "read from", "%s, offset %lld (source %s)",
		    member_text(position, "partition"), offset, member_text(position, "source"));
	else
		receipt_line(receipt, "read from", "%s, record %lld (source %s)",
		    member_text(position, "partition"), offset + 1,
		    member_text(position, "source"));
}

/* What its message said of where it was before. */
static void
show_upstream(struct receipt *receipt, const json_t *upstream)
{
	static const struct {
		const char *key, *name;
	} lines[] = {{"position", "made from"}, {"dye_id", "tagged as"},
	    {"dye_actor", "tagged actor"}, {"dye_team", "tagged team"},
	    {"dye_system", "tagged system"}, {"dye_channel", "tagged channel"},
	    {"dye_time", "tagged time"}, {"dye_trace", "tagged trace"},
	    {"ce_source", "CloudEvent of"}, {"ce_id", "CloudEvent id"},
	    {"traceparent", "traceparent"}};
	size_t i;

	if (!upstream)
		return;
	receipt_heading(receipt, "Upstream, as its headers say");
	for (i = 0; i < ARRAY_COUNT(lines); i++)
		line_if(receipt, lines[i].name, member_text(upstream, lines[i].key));
}

static void
show_origin(struct receipt *receipt, const json_t *event, const json_t *origin)
{
	receipt_heading(receipt, "Who, where, when");
	receipt_ink(receipt, INK_NAME, "actor", "%s (%s)", member_text(origin, "actor"),
	    member_text(origin, "kind"));
	line_if(receipt, "team", member_text(origin, "team"));
	if (strcmp(member_text(origin, "team"), member_text(origin, "event_team")) != 0)
		line_if(receipt, "team in the event", member_text(origin, "event_team"));
	receipt_line(receipt, "decided by", "%s: %s; confidence %lld %%",
	    member_text(origin, "rule"), member_text(origin, "sentence"),
	    (long long)member_long(origin, "confidence"));
	line_if(receipt, "system", member_text(event, "system"));
	line_if(receipt, "channel", member_text(event, "channel"));
	receipt_line(receipt, "time", "%s", member_text(event, "time"));
	show_upstream(receipt, json_object_get(origin, "upstream"));
}

static void
join(const json_t *list, const char *key, struct buffer *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) buffer_add_format(
	    out, "%s%s", i ? ", " : "", key ? member_text(item, key) : json_string_value(item));
	buffer_add_byte(out, 0);
}

/* ", 0.4 % of that day's movement" */
static void
add_share(struct buffer *words, const json_t *document)
{
	const json_t *share = json_object_get(document, "share_of_day");

	if (json_is_number(share))
		buffer_add_format(
		    words, ", %.2g %% of that day's movement", 100 * json_number_value(share));
}

/* "0.142 → 0.139: moved it by -0.003 (0.4 of its usual spread), 0.2 % of that day's movement" */
static void
show_influence(struct receipt *receipt, const json_t *influence)
{
	char before[MOVED_BYTES], after[MOVED_BYTES], movement[MOVED_BYTES];
	const json_t *scaled = json_object_get(influence, "scaled");
	struct buffer words = {0};

	if (json_is_null(json_object_get(influence, "movement"))) {
		receipt_ink(receipt, INK_WARN, "", "%s", member_text(influence, "sentence"));
		return;
	}
	buffer_add_format(&words, "%s → %s: moved it by %s",
	    moved_text(json_object_get(influence, "before"), "", before),
	    moved_text(json_object_get(influence, "after"), "", after),
	    moved_text(json_object_get(influence, "movement"), "", movement));
	if (json_is_number(scaled))
		buffer_add_format(
		    &words, " (%.2g of its usual spread)", fabs(json_number_value(scaled)));
	add_share(&words, influence);
	if (strcmp(member_text(influence, "status"), "estimated") == 0)
		buffer_add_format(&words, "; estimated");
	receipt_line(receipt, "", "%.*s", TEXT_PRINT(buffer_text(&words)));
	buffer_fini(&words);
}

static void
show_features(struct receipt *receipt, const json_t *features)
{
	const json_t *feature, *influence;
	size_t i, j;

	receipt_heading(receipt,
	    json_array_size(features) ? "Features it flows into" : "Features it flows into: none");
	json_array_foreach(features, i, feature)
	{
		struct buffer fields = {0};

		join(json_object_get(feature, "fields"), NULL, &fields);
		receipt_line(receipt, member_text(feature, "name"), "%s%s%s%s",
		    member_text(feature, "what"), fields.size > 1 ? ", from " : "",
		    (char *)fields.data,
		    member_true(feature, "certain")
			? ""
			: " (perhaps: a filter looks at text that is not kept)");
		json_array_foreach(json_object_get(feature, "influences"), j, influence)
		    show_influence(receipt, influence);
		buffer_fini(&fields);
	}
}

/* "moved it by 0.36 log-odds: -1.2 → -0.84 (23.1 % → 30.2 %), 0.4 % of that day's movement" */
static void
show_movement(struct receipt *receipt, const json_t *model)
{
	const json_t *odds = json_object_get(model, "probability"),
		     *value = json_object_get(model, "value");
	char movement[MOVED_BYTES], before[MOVED_BYTES], after[MOVED_BYTES];
	struct buffer words = {0};

	buffer_add_format(&words, "moved it by %s: %s → %s",
	    moved_text(json_object_get(model, "movement"), member_text(model, "unit"), movement),
	    moved_text(json_object_get(model, "before"), "", before),
	    moved_text(json_object_get(model, "after"), "", after));
	if (odds)
		buffer_add_format(&words, " (probability %.3g %% → %.3g %%)",
		    100 * json_number_value(json_object_get(odds, "before")),
		    100 * json_number_value(json_object_get(odds, "after")));
	if (value)
		buffer_add_format(&words, ", worth %s",
		    moved_text(json_object_get(value, "amount"), member_text(value, "currency"),
			movement));
	add_share(&words, model);
	receipt_line(receipt, "", "%.*s", TEXT_PRINT(buffer_text(&words)));
	buffer_fini(&words);
}

static void
show_estimate(struct receipt *receipt, const json_t *estimated)
{
	const json_t *source = json_array_get(json_object_get(estimated, "sources"), 0);
	char movement[MOVED_BYTES];

	receipt_line(receipt, "", "moved it by %s%s, estimated: %s, %.10s",
	    member_true(estimated, "whole") ? "" : "at least ",
	    moved_text(json_object_get(estimated, "movement"), "", movement),
	    member_text(source, "source"), member_text(source, "date"));
}

static void
show_size(struct receipt *receipt, const json_t *model)
{
	if (json_object_get(model, "movement"))
		show_movement(receipt, model);
	else if (json_object_get(model, "estimated"))
		show_estimate(receipt, json_object_get(model, "estimated"));
	else if (strcmp(member_text(model, "kind"), "opaque") == 0)
		receipt_line(receipt, "", "reaches it; how far is unknown");
}

static void
show_models(struct receipt *receipt, const json_t *models)
{
	const json_t *model, *use;
	size_t i, j;

	receipt_heading(
	    receipt, json_array_size(models) ? "Models behind them" : "Models behind them: none");
	json_array_foreach(models, i, model)
	{
		struct buffer through = {0};

		join(json_object_get(model, "through"), "feature", &through);
		receipt_line(receipt, member_text(model, "name"), "%s, %s, through %s",
		    member_text(model, "version"), member_text(model, "kind"),
		    (char *)through.data);
		show_size(receipt, model);
		json_array_foreach(json_object_get(model, "used"), j, use)
		    receipt_line(receipt, "", "%s", member_text(use, "sentence"));
		buffer_fini(&through);
	}
}

static void
show_proof(struct receipt *receipt, const json_t *document)
{
	const json_t *proof = json_object_get(document, "proof");

	receipt_heading(receipt, "How to prove it");
	receipt_line(receipt, "ledger record", "%lld, in %s",
	    (long long)member_long(proof, "record"), member_text(proof, "segment"));
	line_if(receipt, "payload sha256", member_text(document, "payload_sha256"));
	line_if(receipt, "payload xxh3", member_text(document, "payload_xxh3"));
	if (member_true(proof, "signed")) {
		receipt_line(receipt, "signed", "yes: the checkpoint covers %lld records",
		    (long long)member_long(proof, "checkpoint_records"));
		receipt_line(receipt, "root", "%s", member_text(proof, "root"));
		receipt_line(receipt, "proof file", "dyetrace prove %s > proof.json",
		    member_text(document, "named"));
	} else {
		receipt_line(receipt, "signed", "not yet: `dyetrace keys checkpoint` signs now");
	}
}

static void
show_event(struct receipt *receipt, const json_t *document)
{
	const json_t *event = json_object_get(document, "event"),
		     *reaches = json_object_get(document, "reaches");

	receipt_heading(receipt, "Event");
	line_if(receipt, "id", member_text(event, "id"));
	line_if(receipt, "dataset", member_text(event, "dataset"));
	line_if(receipt, "entity", member_text(event, "entity"));
	line_if(receipt, "operation", member_text(event, "op"));
	show_position(receipt, document);
	if (strcmp(member_text(document, "disposition"), "replayed") == 0)
		receipt_line(receipt, "", "came back from quarantine after the mapping was mended");
	show_origin(receipt, event, json_object_get(document, "origin"));
	show_changes(receipt, json_object_get(event, "changes"));
	show_features(receipt, json_object_get(reaches, "features"));
	show_models(receipt, json_object_get(reaches, "models"));
	receipt_line(receipt, "lineage", "epoch %lld", (long long)member_long(reaches, "epoch"));
}

static void
show_aside(struct receipt *receipt, const json_t *document)
{
	receipt_heading(receipt, "No event");
	show_position(receipt, document);
	receipt_ink(receipt, INK_WARN, "disposition", "%s: %s",
	    member_text(document, "disposition"), member_text(document, "reason"));
	receipt_line(receipt, "why", "%s", member_text(document, "sentence"));
	line_if(receipt, "detail", member_text(document, "detail"));
	line_if(receipt, "what to do", member_text(document, "advice"));
}

static bool
trace_run(struct call *call, struct error *err)
{
	struct question question;
	struct receipt *receipt;
	json_t *document;

	if (!question_open(&question, call, err))
		return false;
	document = inquiry_trace(question.inquiry, text_of(call->arguments[0]), err);
	if (!document) {
		if (err->kind == ERROR_MISSING)
			call->status = STATUS_NO;
	} else if (call->json) {
		document_print(json_incref(document), &call->out);
	} else {
		receipt = receipt_open(&call->out);
		if (json_object_get(document, "event"))
			show_event(receipt, document);
		else
			show_aside(receipt, document);
		show_proof(receipt, document);
		receipt_close(receipt);
	}
	question_fini(&question);
	json_decref(document);
	return document != NULL;
}

static const struct example examples[] = {
    {"dyetrace trace INC0000047/2", "by the event's own id"},
    {"dyetrace trace events.jsonl:17", "by file and line"},
    {NULL},
};

const struct command command_trace = {
    .name = "trace",
    .summary = "one event: who, what, which features and models, how to prove it",
    .usage = "EVENT",
    .description = "An event is named by its id, by `FILE:LINE`, or by `TOPIC/PARTITION/OFFSET`. "
		   "The receipt says whose "
		   "action it was (as a pseudonym) and which rule decided that, what changed, "
		   "which features and models "
		   "it flows into, which versions of them were trained or score after it, and "
		   "where the ledger holds it.\n\n"
		   "Of a position that holds no event it says why, and what to do.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .examples = examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = trace_run,
};
