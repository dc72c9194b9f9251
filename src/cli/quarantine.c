/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace quarantine`: what lies aside, and its way back. */
#include "answer.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "cli/table.h"
#include "model/reason.h"
#include "base/suggest.h"
#include "request.h"

/* --- list ------------------------------------------------------------------------------ */

static bool
check_reason(const char *word, struct error *err)
{
	const struct reason *reason;
	struct suggestion suggestion;
	struct text best;

	if (!word || reason_find(text_of(word)))
		return true;
	suggestion_init(&suggestion, text_of(word));
	for (reason = reasons; reason->code; reason++)
		suggestion_try(&suggestion, text_of(reason->code));
	best = suggestion_best(&suggestion);
	return error_set(err, ERROR_USAGE, "--reason: there is no reason %s%s%.*s%s", word,
	    best.data ? "; did you mean " : "", TEXT_PRINT(best), best.data ? "?" : "");
}

static void
list_table(struct call *call, const json_t *document)
{
	static const struct table_column columns[] = {
	    {"AT", false}, {"REASON", false}, {"DETAIL", false}, {NULL, false}};
	struct table *table = table_open(&call->out, columns);
	const json_t *row;
	char number[32];
	size_t i;

	json_array_foreach(json_object_get(document, "records"), i, row)
	{
		table_cell(table, "%s", member_text(row, "at"));
		table_cell_ink(table, INK_WARN, "%s", member_text(row, "reason"));
		table_cell(table, "%s", member_text(row, "detail"));
	}
	table_close(table);
	if (!member_long(document, "quarantined"))
		fprintf(call->out.file, "nothing lies in quarantine\n");
	else if (i < (size_t)member_long(document, "quarantined"))
		fprintf(call->out.file, "… and %s more: --limit 0 shows all\n",
		    grouped(member_long(document, "quarantined") - (int64_t)i, number));
}

static bool
list_run(struct call *call, struct error *err)
{
	const char *reason = call_option(call, "reason");
	struct question question;
	json_t *document;
	int64_t limit = 50;

	if (!call_long(call, "limit", 0, INT64_MAX, &limit, err) || !check_reason(reason, err) ||
	    !question_open(&question, call, err))
		return false;
	document = inquiry_quarantine(question.inquiry, text_of(reason), limit, err);
	question_fini(&question);
	if (!document)
		return false;
	if (call->json) {
		document_print(document, &call->out);
		return true;
	}
	list_table(call, document);
	json_decref(document);
	return true;
}

static const struct option list_options[] = {
    {"reason", 0, "CODE", "only records put aside for this reason"},
    {"limit", 0, "N", "how many at most; 0 for all, 50 if not given"},
    {NULL},
};

static const struct example list_examples[] = {
    {"dyetrace quarantine list --reason time-unreadable", "those whose time could not be read"},
    {NULL},
};

static const struct command list_command = {
    .name = "list",
    .summary = "the records that lie aside, and why",
    .usage = "",
    .description = "One line a record: where it was read, the reason, the particulars.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = list_options,
    .examples = list_examples,
    .run = list_run,
};

/* --- show ------------------------------------------------------------------------------ */

static bool
show_run(struct call *call, struct error *err)
{
	struct question question;
	struct receipt *receipt;
	json_t *document;

	if (!question_open(&question, call, err))
		return false;
	document = inquiry_quarantined(question.inquiry, text_of(call->arguments[0]), err);
	question_fini(&question);
	if (!document) {
		if (err->kind == ERROR_MISSING)
			call->status = STATUS_NO;
		return false;
	}
	if (call->json) {
		document_print(document, &call->out);
		return true;
	}
	receipt = receipt_open(&call->out);
	receipt_line(receipt, "at", "%s", member_text(document, "at"));
	receipt_ink(receipt, INK_WARN, "reason", "%s: %s", member_text(document, "reason"),
	    member_text(document, "sentence"));
	receipt_line(receipt, "detail", "%s", member_text(document, "detail"));
	receipt_line(receipt, "what to do", "%s", member_text(document, "advice"));
	receipt_line(receipt, "bytes", "%lld", (long long)member_long(document, "bytes"));
	receipt_line(receipt, "record", "%s", member_text(document, "shown"));
	receipt_close(receipt);
	json_decref(document);
	return true;
}

static const struct example show_examples[] = {
    {"dyetrace quarantine show events.jsonl:17", "with its bytes, decrypted"},
    {NULL},
};

static const struct command show_command = {
    .name = "show",
    .summary = "one record that lies aside, with its bytes",
    .usage = "FILE:LINE",
    .description = "The raw bytes are kept encrypted; showing them needs the key file. Control "
		   "characters are written \\xNN.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .examples = show_examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = show_run,
};

/* --- replay ---------------------------------------------------------------------------- */

static bool
replay_run(struct call *call, struct error *err)
{
	const char *reason = call_option(call, "reason");
	json_t *request, *answer;

	if (!check_reason(reason, err))
		return false;
	request = json_pack("{s:s}", "do", "replay");
	if (reason)
		json_object_set_new(request, "reason", json_string(reason));
	answer = request_do(call, request, err);
	if (!answer)
		return false;
	if (call->json) {
		document_print(answer, &call->out);
		return true;
	}
	fprintf(call->out.file, "%lld tried, %lld recorded, %lld still quarantined\n",
	    (long long)member_long(answer, "tried"), (long long)member_long(answer, "recorded"),
	    (long long)member_long(answer, "still_quarantined"));
	json_decref(answer);
	return true;
}

static const struct option replay_options[] = {
    {"reason", 0, "CODE", "only records put aside for this reason"},
    {NULL},
};

static const struct example replay_examples[] = {
    {"dyetrace quarantine replay", "decode all of it again, by the mapping as it is now"},
    {NULL},
};

static const struct command replay_command = {
    .name = "replay",
    .summary = "decode again what lies aside, after the mapping was mended",
    .usage = "",
    .description = "Each record goes along the route again by the settings as they are now. What "
		   "is an event now is recorded "
		   "at its old position and leaves quarantine; the rest stays. A running tracker "
		   "does it by the mapping "
		   "that it was started with: restart it first.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = replay_options,
    .examples = replay_examples,
    .run = replay_run,
};

static const struct command *const parts[] = {&list_command, &show_command, &replay_command, NULL};

const struct command command_quarantine = {
    .name = "quarantine",
    .summary = "records that could not be decoded: list, show, replay",
    .usage = "list|show|replay",
    .description = "What cannot be decoded or lacks a part that the mapping needs is put aside "
		   "with its bytes, its position "
		   "and the reason; nothing is lost and nothing else is held up.",
    .parts = parts,
};
