/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace status`: is anything lost, late or stuck? */
#include <string.h>

#include "answer.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "cli/table.h"
#include "dropped.h"

/* Of files nobody counts the records that are still to come. */
static bool
any_lag(const json_t *partitions)
{
	const json_t *row;
	size_t i;

	json_array_foreach(partitions, i, row)
	{
		if (json_is_integer(json_object_get(row, "lag")))
			return true;
	}
	return false;
}

static void
lag_cell(struct table *table, const json_t *row)
{
	char number[32];

	if (json_is_integer(json_object_get(row, "lag")))
		table_cell(table, "%s", grouped(member_long(row, "lag"), number));
	else
		table_cell(table, "-");
}

static void
partition_row(struct table *table, const json_t *row, bool lag)
{
	static const char *const keys[] = {
	    "recorded", "quarantined", "filtered", "gaps", "unexplained"};
	char number[32];
	size_t i;

	if (member_long(row, "incarnation") > 1)
		table_cell(table, "%s #%lld", member_text(row, "partition"),
		    (long long)member_long(row, "incarnation"));
	else
		table_cell(table, "%s", member_text(row, "partition"));
	table_cell(table, "%s",
	    grouped(member_long(row, "committed") - member_long(row, "start"), number));
	if (lag)
		lag_cell(table, row);
	for (i = 0; i < ARRAY_COUNT(keys); i++)
		table_cell(table, "%s", grouped(member_long(row, keys[i]), number));
	table_cell(table, "%s", member_text(row, "newest"));
}

static void
partition_rows(struct call *call, const json_t *partitions)
{
	static const struct table_column all[] = {{"PARTITION", false}, {"READ", true},
	    {"LAG", true}, {"RECORDED", true}, {"QUARANTINED", true}, {"FILTERED", true},
	    {"GAPS", true}, {"UNEXPLAINED", true}, {"NEWEST EVENT", false}};
	struct table_column columns[ARRAY_COUNT(all) + 1] = {{NULL, false}};
	bool lag = any_lag(partitions);
	size_t i, count = 0;
	struct table *table;
	const json_t *row;

	for (i = 0; i < ARRAY_COUNT(all); i++)
		if (lag || strcmp(all[i].title, "LAG") != 0)
			columns[count++] = all[i];
	table = table_open(&call->out, columns);
	json_array_foreach(partitions, i, row) partition_row(table, row, lag);
	table_close(table);
}

static void
source_lines(struct receipt *receipt, const json_t *sources)
{
	const json_t *source;
	char size[32];
	size_t i;

	json_array_foreach(sources, i, source)
	{
		const char *trouble = member_text(source, "trouble");

		if (*trouble)
			receipt_ink(receipt, INK_BAD, member_text(source, "name"), "%s", trouble);
		else if (json_is_null(json_object_get(source, "backlog_bytes")))
			receipt_line(receipt, member_text(source, "name"), "unread: not known");
		else
			receipt_line(receipt, member_text(source, "name"), "unread: %s",
			    size_text(member_long(source, "backlog_bytes"), size));
	}
}

static void
publisher_lines(struct receipt *receipt, const json_t *publishers)
{
	const json_t *publisher;
	char published[32], lag[32];
	size_t i;

	if (!json_array_size(publishers))
		return;
	receipt_heading(receipt, "Publishers");
	json_array_foreach(publishers, i, publisher)
	{
		bool failing = member_true(publisher, "failing");

		receipt_ink(receipt, failing ? INK_BAD : INK_PLAIN, member_text(publisher, "name"),
		    "published %s, behind by %s%s%s",
		    grouped(member_long(publisher, "published"), published),
		    grouped(member_long(publisher, "lag"), lag), failing ? ": " : "",
		    failing ? member_text(publisher, "trouble") : "");
		if (member_long(publisher, "dead"))
			receipt_ink(receipt, INK_WARN, "",
			    "%s can never be delivered: STORE/published/%s.dead says why",
			    grouped(member_long(publisher, "dead"), lag),
			    member_text(publisher, "name"));
	}
}

static void
tracker_lines(struct receipt *receipt, const json_t *document)
{
	const json_t *tracker = json_object_get(document, "tracker");

	if (!member_long(document, "process")) {
		receipt_line(receipt, "running", "no");
		return;
	}
	receipt_ink(receipt, INK_GOOD, "running", "process %lld",
	    (long long)member_long(document, "process"));
	if (!json_is_object(tracker))
		receipt_ink(
		    receipt, INK_WARN, "", "it does not answer: what follows is the store's");
	else if (*member_text(tracker, "paused"))
		receipt_ink(receipt, INK_BAD, "paused", "%s", member_text(tracker, "paused"));
	if (*member_text(tracker, "http"))
		receipt_line(receipt, "metrics", "http://%s/metrics", member_text(tracker, "http"));
}

static void
quarantine_lines(struct receipt *receipt, const json_t *reasons)
{
	const json_t *reason;
	char number[32];
	size_t i;

	if (!json_array_size(reasons))
		return;
	receipt_heading(receipt, "Quarantine");
	json_array_foreach(reasons, i, reason)
	{
		receipt_ink(receipt, INK_WARN, member_text(reason, "reason"), "%s: %s",
		    grouped(member_long(reason, "count"), number), member_text(reason, "sentence"));
		receipt_line(receipt, "", "%s", member_text(reason, "advice"));
	}
}

static void
checkpoint_lines(struct receipt *receipt, const json_t *document)
{
	const json_t *checkpoint = json_object_get(document, "checkpoint");
	char number[32], all[32];

	receipt_heading(receipt, "Ledger");
	receipt_line(receipt, "records", "%s", grouped(member_long(document, "records"), number));
	receipt_line(
	    receipt, "conclusions", "%s", grouped(member_long(document, "conclusions"), number));
	receipt_line(receipt, "lineage epoch", "%lld", (long long)member_long(document, "epoch"));
	if (json_is_null(checkpoint))
		receipt_ink(receipt, INK_WARN, "checkpoint", "none yet");
	else if (*member_text(checkpoint, "trouble"))
		receipt_ink(
		    receipt, INK_BAD, "checkpoint", "%s", member_text(checkpoint, "trouble"));
	else
		receipt_line(receipt, "checkpoint", "covers %s of %s records\nroot %s",
		    grouped(member_long(checkpoint, "records"), number),
		    grouped(member_long(document, "records"), all),
		    member_text(checkpoint, "root"));
}

static void
show(struct call *call, const json_t *document)
{
	const json_t *disk = json_object_get(document, "disk");
	struct receipt *receipt;
	char one[32], two[32], three[32], four[32];

	if (json_array_size(json_object_get(document, "partitions"))) {
		partition_rows(call, json_object_get(document, "partitions"));
		fputc('\n', call->out.file);
	}
	receipt = receipt_open(&call->out);
	receipt_heading(receipt, "Tracker");
	tracker_lines(receipt, document);
	receipt_ink(receipt, member_long(document, "unexplained") ? INK_BAD : INK_GOOD,
	    "unexplained", "%s", grouped(member_long(document, "unexplained"), one));
	source_lines(receipt, json_object_get(document, "sources"));
	dropped_lines(receipt, json_object_get(document, "dropped"));
	publisher_lines(
	    receipt, json_object_get(json_object_get(document, "tracker"), "publishers"));
	quarantine_lines(receipt, json_object_get(document, "quarantine"));
	checkpoint_lines(receipt, document);
	receipt_line(receipt, "disk", "ledger %s, conclusions %s, catalog %s; free %s",
	    size_text(member_long(disk, "ledger_bytes"), one),
	    size_text(member_long(disk, "conclusions_bytes"), four),
	    size_text(member_long(disk, "catalog_bytes"), two),
	    size_text(member_long(disk, "free_bytes"), three));
	receipt_close(receipt);
}

static bool
status_run(struct call *call, struct error *err)
{
	struct question question;
	json_t *document;

	if (!question_open(&question, call, err))
		return false;
	document = inquiry_status(question.inquiry, err);
	question_fini(&question);
	if (!document)
		return false;
	if (member_long(document, "unexplained"))
		call->status = STATUS_NO;
	if (call->json) {
		document_print(document, &call->out);
		return true;
	}
	show(call, document);
	json_decref(document);
	return true;
}

static const struct example examples[] = {
    {"dyetrace status", "the store of ./dyetrace.yaml"},
    {"dyetrace status --json", "the same facts as one document"},
    {NULL},
};

const struct command command_status = {
    .name = "status",
    .summary = "what was read and what became of it: is anything lost, late or stuck?",
    .usage = "",
    .description = "Per partition how many positions were read and how many of them were recorded, "
		   "quarantined, "
		   "filtered or are gaps, and how many records it has that were not read yet; what "
		   "the sources "
		   "still have and what keeps them; publishers; quarantine by reason with what to "
		   "do; disk; the "
		   "newest checkpoint. A running tracker is asked; without one it is the store "
		   "that answers, and "
		   "the sources are looked at. Exit status 1 when a position is unexplained.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .examples = examples,
    .run = status_run,
};
