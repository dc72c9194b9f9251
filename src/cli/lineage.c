/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace lineage`: which fields flow into which features and models. */
#include "lineage/graph.h"

#include "answer.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "request.h"

static bool
show_run(struct call *call, struct error *err)
{
	struct question question;
	json_t *document;

	if (!question_open(&question, call, err))
		return false;
	document = inquiry_lineage(
	    question.inquiry, call->count ? text_of(call->arguments[0]) : TEXT_NONE, err);
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
	fprintf(call->out.file, "%s\nepoch %lld: %zu features, %zu models\n",
	    member_text(document, "tree"), (long long)member_long(document, "epoch"),
	    json_array_size(json_object_get(document, "features")),
	    json_array_size(json_object_get(document, "models")));
	json_decref(document);
	return true;
}

static const struct example show_examples[] = {
    {"dyetrace lineage show", "all of it, as a tree"},
    {"dyetrace lineage show sla_breach", "what leads to one model"},
    {NULL},
};

static const struct command show_command = {
    .name = "show",
    .summary = "the lineage in force: field, feature, model",
    .usage = "[NAME]",
    .description = "The lineage as the ledger recorded it last. NAME is a dataset, field, feature "
		   "or model: only the branches "
		   "that pass through it are shown.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .examples = show_examples,
    .arguments_max = 1,
    .run = show_run,
};

/* The file takes the place of the one that the settings name; a bad one changes nothing. */
static bool
replace_lineage(const struct call *call, const char *path, struct error *err)
{
	struct question question;
	struct lineage *lineage = NULL;
	struct buffer bytes = {0};
	bool done;

	if (!question_settings(&question, call, PLACE_SETTINGS_NEEDED, err))
		return false;
	done = lineage_open(path, &lineage, err) && file_read(path, YAML_BYTES_MAX, &bytes, err);
	if (done && !question.settings.lineage)
		done = error_set(err, ERROR_USAGE,
		    "the settings name no lineage file: add `lineage: lineage.yaml`");
	done = done && file_replace(question.settings.lineage, buffer_text(&bytes), 0644, err);
	lineage_close(lineage);
	buffer_fini(&bytes);
	question_fini(&question);
	return done;
}

static bool
import_run(struct call *call, struct error *err)
{
	json_t *answer;

	if (!replace_lineage(call, call->arguments[0], err))
		return false;
	answer = request_do(call, json_pack("{s:s}", "do", "reload"), err);
	if (!answer)
		return false;
	if (call->json) {
		document_print(answer, &call->out);
		return true;
	}
	fprintf(call->out.file, "lineage epoch %lld is in force%s\n",
	    (long long)member_long(answer, "epoch"),
	    member_true(answer, "lineage_changed") ? "" : " (nothing changed)");
	json_decref(answer);
	return true;
}

static const struct example import_examples[] = {
    {"dyetrace lineage import new-lineage.yaml",
	"check it, put it in force from the next event on"},
    {NULL},
};

static const struct command import_command = {
    .name = "import",
    .summary = "put another lineage in force: an epoch begins",
    .usage = "FILE",
    .description = "Checks FILE, writes it where the settings' `lineage` points, and has the "
		   "tracker read it: from the next "
		   "record on a new epoch is in force, and the ledger says so. Traces of earlier "
		   "events keep theirs.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .examples = import_examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = import_run,
};

static const struct command *const parts[] = {&show_command, &import_command, NULL};

const struct command command_lineage = {
    .name = "lineage",
    .summary = "which fields flow into which features and models: show, import",
    .usage = "show|import",
    .description = "The graph field → feature → model, in epochs: every change of it is a record "
		   "in the ledger.",
    .parts = parts,
};
