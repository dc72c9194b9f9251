/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace exclude`: positions to leave out of a training, as a file that it can read. */
#include <errno.h>
#include <unistd.h>

#include "answer.h"
#include "base/file.h"
#include "choice.h"
#include "cli/commands.h"

struct writing {
	struct question *question;
	FILE *out;
	char *beside; /* written here first; NULL: to the screen */
};

static bool
take_line(void *context, struct text line, struct error *err)
{
	struct writing *writing = context;

	if (fwrite(line.data, 1, line.size, writing->out) == line.size)
		return true;
	return writing->beside ? error_system(err, ERROR_IO, "%s", writing->beside) : false;
}

static void
take_progress(void *context, int64_t done, int64_t total)
{
	question_progress(((struct writing *)context)->question, done, total);
}

static bool
begin(struct writing *writing, const struct call *call, const char *path, struct error *err)
{
	struct buffer name = {0};

	writing->out = call->out.file;
	if (!path)
		return true;
	buffer_add_format(&name, "%s.part", path);
	buffer_add_byte(&name, 0);
	writing->beside = (char *)name.data;
	writing->out = fopen(writing->beside, "we");
	if (writing->out)
		return true;
	error_system(err, ERROR_IO, "%s", writing->beside);
	memory_free(writing->beside);
	writing->beside = NULL;
	return false;
}

/* The whole file takes its name, or nothing is left of it. */
static bool
end(struct writing *writing, const char *path, bool done, struct error *err)
{
	if (!writing->beside)
		return done;
	if (done && (fflush(writing->out) != 0 || fsync(fileno(writing->out)) != 0))
		done = error_system(err, ERROR_IO, "%s", writing->beside);
	fclose(writing->out);
	if (done && rename(writing->beside, path) != 0)
		done = error_system(err, ERROR_IO, "%s", path);
	if (!done)
		unlink(writing->beside);
	memory_free(writing->beside);
	return done && file_sync_folder_of(path, err);
}

static bool
exclude_run(struct call *call, struct error *err)
{
	const char *path = call_option(call, "out");
	struct question question;
	struct writing writing = {.question = &question};
	struct inquiry_exclusion what = {
	    .context = &writing, .line = take_line, .progress = take_progress};
	bool done;

	if (!choice_words(call, false, &what.choice, err) || !question_open(&question, call, err))
		return false;
	done = begin(&writing, call, path, err);
	if (done) {
		progress_begin(&question.progress, "exclude", "records", 0);
		done = inquiry_exclude(question.inquiry, &what, err);
		progress_end(&question.progress);
		done = end(&writing, path, done, err);
	}
	question_fini(&question);
	if (!done && err->kind == ERROR_MISSING)
		call->status = STATUS_NO;
	return done;
}

static const struct option options[] = {
    CHOICE_OPTIONS,
    CHOICE_TIMES,
    {"out", 'o', "FILE", "write here, whole or not at all; else to standard output"},
    {NULL},
};

static const struct example examples[] = {
    {"dyetrace exclude --actor lusab-babad --from 2016-03-01 --out omit.jsonl",
	"what a training should leave out"},
    {NULL},
};

const struct command command_exclude = {
    .name = "exclude",
    .summary = "the positions to leave out of a training, and the models to fit again",
    .usage = "",
    .description =
	"JSON lines that a training job can read: a header that names the store and its newest "
	"checkpoint, one line for each position to omit, one for each model that these events "
	"reach with the versions that were trained on them, and an end that says how many "
	"positions there were (docs/without.md). Exit status 1: nothing is from there.",
    .common = COMMON_SETTINGS | COMMON_STORE,
    .options = options,
    .examples = examples,
    .run = exclude_run,
};
