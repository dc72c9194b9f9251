/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace trace`: the receipt of one event. */
#include "answer.h"
#include "base/json_print.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"

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

	receipt_line(receipt, "read from", "%s, record %lld (source %s)",
	    member_text(position, "partition"), (long long)member_long(position, "offset") + 1,
	    member_text(position, "source"));
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

static void
show_features(struct receipt *receipt, const json_t *features)
{
	const json_t *feature;
	size_t i;

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
		buffer_fini(&fields);
	}
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
