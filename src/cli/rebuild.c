/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace rebuild`: the catalog again, from the ledger. */
#include "answer.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "ingest/ingest.h"

static void
show(struct call *call, const struct rebuild_result *result)
{
	struct receipt *receipt = receipt_open(&call->out);
	char number[32];

	receipt_line(receipt, "records", "%s in %llu blocks",
	    grouped((int64_t)result->records, number), (unsigned long long)result->blocks);
	receipt_line(receipt, "conclusions", "%s", grouped((int64_t)result->conclusions, number));
	receipt_line(receipt, "checkpoint", "%s",
	    result->matches_checkpoint ? "the ledger agrees with the newest signed one"
				       : "there is none to compare with");
	receipt_line(receipt, "old catalog", "%s",
	    !result->compared   ? "could not be read"
		: result->equal ? "equal, row by row"
				: "differed");
	if (result->compared && !result->equal)
		receipt_line(receipt, "", "%.*s", TEXT_PRINT(buffer_text(&result->difference)));
	if (result->torn_bytes)
		receipt_line(receipt, "torn end",
		    "%lld bytes of a block that was never finished; the next start cuts them",
		    (long long)result->torn_bytes);
	receipt_close(receipt);
}

static bool
rebuild_run(struct call *call, struct error *err)
{
	struct question question;
	struct rebuild_result result;
	bool done;

	if (!question_settings(&question, call, PLACE_SETTINGS_OPTIONAL, err))
		return false;
	progress_begin(&question.progress, "rebuild", "B", 0);
	done = ingest_rebuild(&question.settings, call_flag(call, "conclusions"), question_progress,
	    &question, &result, err);
	progress_end(&question.progress);
	question_fini(&question);
	if (done && call->json)
		document_print(
		    json_pack("{s:I, s:I, s:I, s:b, s:b, s:b, s:I}", "records",
			(json_int_t)result.records, "blocks", (json_int_t)result.blocks,
			"conclusions", (json_int_t)result.conclusions, "matches_checkpoint",
			result.matches_checkpoint, "compared", result.compared, "equal",
			result.equal, "torn_bytes", (json_int_t)result.torn_bytes),
		    &call->out);
	else if (done)
		show(call, &result);
	buffer_fini(&result.difference);
	return done;
}

static const struct example examples[] = {
    {"dyetrace rebuild", "after the catalog was damaged or lost"},
    {"dyetrace rebuild --conclusions", "after conclusions were damaged or lost"},
    {NULL},
};

static const struct option options[] = {
    {"conclusions", 0, NULL,
	"make the conclusions again, too: from the facts, whatever became of their segments"},
    {NULL},
};

const struct command command_rebuild = {
    .name = "rebuild",
    .summary = "make the catalog again from the ledger",
    .usage = "",
    .description = "Reads every block, checks the whole against the newest signed checkpoint, and "
		   "writes a new catalog, which "
		   "takes the old one's place only when all of it is good. Where the old one can "
		   "be read it is compared "
		   "row by row. The tracker must not be running.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = options,
    .examples = examples,
    .run = rebuild_run,
};
