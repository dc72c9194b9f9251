/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace run`: the tracker. */
#include "answer.h"
#include "base/memory.h"
#include "checked.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "daemon/daemon.h"
#include "dropped.h"

struct running {
	struct call *call;
	struct question question;
};

static void
draw(void *context, int64_t done_bytes, int64_t all_bytes, const struct ingest_counts *counts)
{
	struct progress *progress = &((struct running *)context)->question.progress;

	(void)counts;
	progress->total = all_bytes > 0 ? all_bytes : 0;
	progress_set(progress, done_bytes);
}

/* For a reload: the same file, checked as `check` does, with the words of this call. */
static bool
reread(void *context, struct settings **settings, struct yaml_problems *problems)
{
	struct running *running = context;
	struct checked checked;
	bool good;

	checked_read(running->call->program, running->question.settings.file, &checked);
	good = !checked.problems.count;
	*problems = checked.problems;
	*settings = checked.settings;
	if (!*settings || !running->call->store)
		return good;
	memory_free((*settings)->store);
	(*settings)->store = memory_text(running->call->store);
	return good;
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
	struct running running = {.call = call};
	struct daemon_options options = {
	    .settings = &running.question.settings,
	    .until_end = call_flag(call, "until-end"),
	    .version = call->program->version,
	    .reread = reread,
	    .progress = call_flag(call, "until-end") ? draw : NULL,
	    .context = &running,
	};
	struct daemon_result result;
	bool done;

	if (!question_settings(&running.question, call, PLACE_SETTINGS_NEEDED, err))
		return false;
	if (options.until_end)
		progress_begin(&running.question.progress, "read", "B", 0);
	done = daemon_run(&options, &result, err);
	if (options.until_end)
		progress_end(&running.question.progress);
	if (done && call->json)
		show_json(call, &result);
	else if (done)
		show(call, &result);
	question_fini(&running.question);
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
    .description =
	"Opens the store as its one writer, goes on where the last commit ended, and follows the "
	"sources that the settings name. What cannot be decoded is quarantined and never stops the "
	"rest.\n\n"
	"SIGTERM and SIGINT end it with everything that was read committed and a signed "
	"checkpoint, "
	"within 30 s: what is not committed by then is read again at the next start. A second "
	"signal "
	"ends it at once; the store is consistent all the same. SIGHUP reads all settings, org "
	"chart "
	"and lineage again: every mistake is said and the old ones stay; what can change in an "
	"open "
	"store does, for the rest it is closed and opened inside the process. Another `store` or "
	"`keys` takes a restart.\n\n"
	"As a service it tells the service manager when it is ready, reloads and stops, and feeds "
	"its "
	"watchdog; serves /metrics, /livez and /readyz (setting `http.listen`); and waits for a "
	"store "
	"that cannot be written, as on a full disk, until it can be. With --until-end it does none "
	"of "
	"these: it ends with 3 and the next run goes on.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = options,
    .examples = examples,
    .run = run_run,
};
