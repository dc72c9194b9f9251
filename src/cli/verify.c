/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace verify`, `reconcile`, `doctor`: answers that are lists of checks. */
#include "answer.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/table.h"

static bool
verify_run(struct call *call, struct error *err)
{
	struct question question;
	const json_t *check;
	json_t *document;
	char number[32];
	size_t i;

	if (!question_open(&question, call, err))
		return false;
	progress_begin(&question.progress, "verify", "B", 0);
	document = inquiry_verify(
	    question.inquiry, call_flag(call, "replay"), question_progress, &question, err);
	progress_end(&question.progress);
	question_fini(&question);
	if (!document)
		return false;
	if (!member_true(document, "verified"))
		call->status = STATUS_NO;
	if (call->json) {
		document_print(document, &call->out);
		return true;
	}
	json_array_foreach(json_object_get(document, "checks"), i, check)
	{
		bool passed = member_true(check, "passed");

		screen_print(
		    &call->out, passed ? INK_GOOD : INK_BAD, "%-8s", passed ? "good" : "BAD");
		screen_print(&call->out, INK_PLAIN, "%-20s %s\n", member_text(check, "name"),
		    member_text(check, "detail"));
	}
	screen_print(&call->out, INK_STRONG, "\nverified: %s",
	    member_true(document, "verified") ? "true" : "false");
	screen_print(&call->out, INK_PLAIN, ", %s records, root %s\n",
	    grouped(member_long(document, "records"), number), member_text(document, "root"));
	json_decref(document);
	return true;
}

static const struct option verify_options[] = {
    {"replay", 0, NULL, "compute all influences again, and compare them with the recorded ones"},
    {NULL},
};

static const struct example verify_examples[] = {
    {"dyetrace verify", "the store of ./dyetrace.yaml"},
    {"dyetrace verify --replay", "and whether what was concluded follows from what was recorded"},
    {NULL},
};

const struct command command_verify = {
    .name = "verify",
    .summary = "is the ledger whole and unchanged?",
    .usage = "",
    .description =
	"Reads every block, hashes every record anew, and compares what follows with "
	"the catalog and with every "
	"checkpoint that was ever signed. Says which check failed and where. Exit "
	"status 0: verified, 1: not.\n\n"
	"With --replay every influence is computed anew from the records, and the days of "
	"movement that have ended; the first that differs is named. Needs the key file.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = verify_options,
    .examples = verify_examples,
    .run = verify_run,
};

/* --- reconcile ------------------------------------------------------------------------- */

static void
reconcile_table(struct call *call, const json_t *document)
{
	static const struct table_column columns[] = {{"PARTITION", false}, {"COMMITTED", true},
	    {"RECORDED", true}, {"QUARANTINED", true}, {"FILTERED", true}, {"GAPS", true},
	    {"UNEXPLAINED", true}, {"CONTENT", false}, {NULL, false}};
	struct table *table = table_open(&call->out, columns);
	const json_t *row;
	char number[32];
	size_t i;

	json_array_foreach(json_object_get(document, "partitions"), i, row)
	{
		static const char *const keys[] = {
		    "committed", "recorded", "quarantined", "filtered", "gaps", "unexplained"};
		const char *content = member_text(row, "content");
		size_t j;

		if (member_long(row, "incarnation") > 1)
			table_cell(table, "%s #%lld", member_text(row, "partition"),
			    (long long)member_long(row, "incarnation"));
		else
			table_cell(table, "%s", member_text(row, "partition"));
		for (j = 0; j < ARRAY_COUNT(keys); j++)
			table_cell(table, "%s", grouped(member_long(row, keys[j]), number));
		table_cell_ink(
		    table, strcmp(content, "equal") == 0 ? INK_GOOD : INK_WARN, "%s", content);
	}
	table_close(table);
}

/* Nothing differs but not all was compared: the sources, not the store, are in the way. */
static enum status
reconcile_status(const json_t *document)
{
	if (member_long(document, "unexplained") || member_long(document, "differing"))
		return STATUS_NO;
	return member_long(document, "not_read_again") ? STATUS_ENVIRONMENT : STATUS_YES;
}

/* Why a partition was not compared, a line each. */
static void
reconcile_rest(struct call *call, const json_t *document)
{
	const json_t *row;
	char number[32];
	size_t i;

	if (!member_long(document, "not_read_again"))
		return;
	screen_print(&call->out, INK_WARN, "not compared: %s\n",
	    grouped(member_long(document, "not_read_again"), number));
	json_array_foreach(json_object_get(document, "partitions"), i, row)
	{
		if (*member_text(row, "trouble"))
			screen_wrap(&call->out, 2, member_text(row, "trouble"));
	}
}

static bool
reconcile_run(struct call *call, struct error *err)
{
	struct question question;
	json_t *document;
	char number[32];

	if (!question_open(&question, call, err))
		return false;
	progress_begin(&question.progress, "reconcile", "records", 0);
	document = inquiry_reconcile(question.inquiry, question_progress, &question, err);
	progress_end(&question.progress);
	question_fini(&question);
	if (!document)
		return false;
	call->status = reconcile_status(document);
	if (call->json) {
		document_print(document, &call->out);
		return true;
	}
	reconcile_table(call, document);
	fprintf(call->out.file, "\nunexplained: %s\n",
	    grouped(member_long(document, "unexplained"), number));
	reconcile_rest(call, document);
	json_decref(document);
	return true;
}

static const struct example reconcile_examples[] = {
    {"dyetrace reconcile", "count and compare with the sources"},
    {NULL},
};

const struct command command_reconcile = {
    .name = "reconcile",
    .summary = "counts and content against the sources: is anything lost?",
    .usage = "",
    .description =
	"Per partition: committed = recorded + quarantined + filtered + gaps, else the rest is "
	"unexplained; a running tracker is asked for its own count, too. Then each source that can "
	"be "
	"is read again from its start, and a digest of its content is compared with the one that "
	"the "
	"tracker kept; gaps have no content. Where retention or compaction has removed records "
	"that "
	"were read, that is said, with the offset from which they are still there.\n\n"
	"Exit status 0: all is explained and equal, 1: something is unexplained or differs, 3: a "
	"source is gone or cannot be read twice, so that not all could be compared.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .examples = reconcile_examples,
    .run = reconcile_run,
};

/* --- doctor ---------------------------------------------------------------------------- */

static bool
doctor_run(struct call *call, struct error *err)
{
	struct question question;
	const json_t *check;
	json_t *document;
	size_t i;

	if (!question_settings(&question, call, PLACE_SETTINGS_OPTIONAL, err))
		return false;
	document = inquiry_doctor(&question.settings, err);
	question_fini(&question);
	if (!document)
		return false;
	if (!member_true(document, "healthy"))
		call->status = STATUS_NO;
	if (call->json) {
		document_print(document, &call->out);
		return true;
	}
	json_array_foreach(json_object_get(document, "checks"), i, check)
	{
		const char *state = member_text(check, "state");
		enum ink ink = strcmp(state, "good") == 0 ? INK_GOOD
		    : strcmp(state, "bad") == 0           ? INK_BAD
							  : INK_WARN;

		screen_print(&call->out, ink, "%-9s", state);
		screen_print(&call->out, INK_PLAIN, "%-12s %s\n", member_text(check, "name"),
		    member_text(check, "detail"));
		if (*member_text(check, "remedy"))
			screen_print(
			    &call->out, INK_FAINT, "%-22s%s\n", "", member_text(check, "remedy"));
	}
	json_decref(document);
	return true;
}

static const struct example doctor_examples[] = {
    {"dyetrace doctor", "everything around the store of ./dyetrace.yaml"},
    {NULL},
};

const struct command command_doctor = {
    .name = "doctor",
    .summary = "what is wrong around a store, and what to do",
    .usage = "",
    .description = "Looks at the key file, the files that the settings name, disk, clocks, how "
		   "many files may be "
		   "open, the running tracker (is it paused, is a source or a publisher in "
		   "trouble), catalog and "
		   "ledger, the newest checkpoint, what lies in quarantine, and has each source "
		   "look at what it "
		   "needs: brokers, topics, permissions, retention against what was not read, "
		   "schema registry. "
		   "Each is good, a warning or bad, with what to do. Mends nothing. Exit status 1 "
		   "when something "
		   "is bad.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .examples = doctor_examples,
    .run = doctor_run,
};
