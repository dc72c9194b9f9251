/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace run`: the tracker. */
#include "answer.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "daemon/daemon.h"
#include "dropped.h"

static void
draw(void *context, int64_t done_bytes, int64_t all_bytes, const struct ingest_counts *counts)
{
	struct question *question = context;

	(void)counts;
	question->progress.total = all_bytes > 0 ? all_bytes : 0;
	progress_set(&question->progress, done_bytes);
}

static void
show(struct call *call, const struct daemon_result *result)
{
	struct receipt *receipt = receipt_open(&call->out);
	json_t *dropped = dropped_document(&result->dropped);
	char number[32];

	receipt_line(receipt, "recorded", "%s", grouped(result->counts.recorded, number));
	receipt_ink(receipt, result->counts.quarantined ? INK_WARN : INK_PLAIN, "quarantined",
	    "%s%s", grouped(result->counts.quarantined, number),
	    result->counts.quarantined ? "  (`dyetrace quarantine list` says why)" : "");
	receipt_line(receipt, "filtered", "%s", grouped(result->counts.filtered, number));
	if (result->counts.gaps)
		receipt_ink(receipt, INK_WARN, "gaps", "%s", grouped(result->counts.gaps, number));
	dropped_lines(receipt, dropped);
	json_decref(dropped);
	if (result->interrupted)
		receipt_line(receipt, "ended", "by a signal; everything read is committed");
	receipt_close(receipt);
}

static void
show_json(struct call *call, const struct daemon_result *result)
{
	document_print(
	    json_pack("{s:I, s:I, s:I, s:I, s:b, s:I, s:o}", "recorded",
		(json_int_t)result->counts.recorded, "quarantined",
		(json_int_t)result->counts.quarantined, "filtered",
		(json_int_t)result->counts.filtered, "gaps", (json_int_t)result->counts.gaps,
		"interrupted", result->interrupted, "recovered_bytes",
		(json_int_t)result->cut_bytes, "dropped", dropped_document(&result->dropped)),
	    &call->out);
}

/* A source that stopped early is an answer with exit status 3; what it gave is committed. */
static bool
conclude(const struct daemon_result *result, struct error *err)
{
	if (!*result->failed_source)
		return true;
	*err = result->source_error;
	if (err->kind != ERROR_USAGE)
		err->kind = ERROR_IO;
	return error_within(err, "source %s", result->failed_source);
}

static bool
run_run(struct call *call, struct error *err)
{
	struct question question;
	struct daemon_options options = {
	    .until_end = call_flag(call, "until-end"), .progress = draw, .context = &question};
	struct daemon_result result;
	bool done;

	if (!question_settings(&question, call, PLACE_SETTINGS_NEEDED, err))
		return false;
	options.settings = &question.settings;
	if (options.until_end)
		progress_begin(&question.progress, "read", "B", 0);
	else
		options.progress = NULL;
	done = daemon_run(&options, &result, err);
	if (options.until_end)
		progress_end(&question.progress);
	if (done && call->json)
		show_json(call, &result);
	else if (done)
		show(call, &result);
	question_fini(&question);
	return done && conclude(&result, err);
}

static const struct option options[] = {
    {"until-end", 'u', NULL, "stop when all that is there now has been read"},
    {NULL},
};

static const struct example examples[] = {
    {"dyetrace run --until-end", "read all that is there now, then stop"},
    {"dyetrace run -c /etc/dyetrace/dyetrace.yaml", "follow the sources, as the service does"},
    {NULL},
};

const struct command command_run = {
    .name = "run",
    .summary = "read the sources, tag, trace and record every event",
    .usage = "",
    .description = "Opens the store as its one writer, goes on where the last commit ended, and "
		   "follows the sources that the "
		   "settings name. SIGTERM and SIGINT end it with everything that was read "
		   "committed and a signed "
		   "checkpoint; SIGHUP reads org chart and lineage again.\n\n"
		   "What cannot be decoded is quarantined and never stops the rest.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = options,
    .examples = examples,
    .run = run_run,
};
