/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace export`: the ledger as JSON lines. */
#include "answer.h"
#include "cli/commands.h"

/* Options to what is asked for. */
static bool
export_words(const struct call *call, struct inquiry_export *what, struct error *err)
{
	static const char *const words[] = {"events", "influences", NULL};
	size_t word = 0;

	*what = (struct inquiry_export){.from_ms = TIME_MIN, .to_ms = INT64_MAX};
	if (!call_choice(call, "what", words, &word, err) ||
	    !call_span(call, &what->from_ms, &what->to_ms, err) ||
	    !call_one_of(call, "feature", "model", err))
		return false;
	what->influences = word == 1;
	what->feature = text_of(call_option(call, "feature"));
	what->model = text_of(call_option(call, "model"));
	return true;
}

struct printing {
	struct call *call;
	struct question *question;
};

/* A reader that went away is no failure of ours; cli.c says what a full disk is. */
static bool
take_line(void *context, struct text line, struct error *err)
{
	FILE *out = ((struct printing *)context)->call->out.file;

	(void)err;
	return fwrite(line.data, 1, line.size, out) == line.size;
}

static void
take_progress(void *context, int64_t done, int64_t total)
{
	question_progress(((struct printing *)context)->question, done, total);
}

static bool
export_run(struct call *call, struct error *err)
{
	struct question question;
	struct printing printing = {call, &question};
	struct inquiry_export what;
	bool done;

	if (!export_words(call, &what, err) || !question_open(&question, call, err))
		return false;
	what.context = &printing;
	what.line = take_line;
	what.progress = take_progress;
	progress_begin(&question.progress, "export", "records", 0);
	done = inquiry_export(question.inquiry, &what, err);
	progress_end(&question.progress);
	question_fini(&question);
	if (!done && err->kind == ERROR_MISSING)
		call->status = STATUS_NO;
	return done;
}

static const struct option options[] = {
    {"what", 0, "events|influences", "the records themselves (default), or what each event moved"},
    {"from", 0, "TIME", "events at or after this time"},
    {"to", 0, "TIME", "events before this time"},
    {"feature", 0, "NAME", "only what reaches this feature"},
    {"model", 0, "NAME", "only what reaches this model"},
    {NULL},
};

static const struct example examples[] = {
    {"dyetrace export", "every record, one JSON object a line"},
    {"dyetrace export --what influences --model sla_breach",
	"what moved one model, event by event"},
    {NULL},
};

const struct command command_export = {
    .name = "export",
    .summary = "the ledger as JSON lines, for other programs",
    .usage = "",
    .description =
	"One JSON object a line, in the order of the ledger. `events`: every record, so that a "
	"program that shares nothing with this one may compute everything again. `influences`: "
	"for each event that reaches a feature, the value before and after and the movement of "
	"the models, computed anew from the records. Keys stay as they are: docs/export.md lists "
	"them.",
    .common = COMMON_SETTINGS | COMMON_STORE,
    .options = options,
    .examples = examples,
    .run = export_run,
};
