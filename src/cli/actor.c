/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace actor`: what one person's or service's inputs moved. */
#include "answer.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/plot.h"
#include "cli/receipt.h"
#include "cli/table.h"
#include "moved.h"

static void
show_head(const struct call *call, const json_t *document)
{
	struct receipt *receipt = receipt_open(&call->out);
	char number[32];

	receipt_heading(receipt, member_text(document, "actor"));
	receipt_line(receipt, "from, to", "%s to %s (event time, UTC)",
	    member_text(document, "from"), member_text(document, "to"));
	receipt_line(receipt, "influences", "%s (one event on one feature or model)",
	    grouped(member_long(document, "influences"), number));
	receipt_close(receipt);
}

/* One of the two lists; the share is of what everybody moved it. */
static void
show_list(const struct call *call, const json_t *document, const char *key, const char *heading)
{
	const struct table_column columns[] = {{heading, false}, {"SHARE OF ALL", true},
	    {"MOVED", true}, {"NET", true}, {"UNIT", false}, {"EVENTS", true}, {NULL, false}};
	struct table *table;
	char text[MOVED_BYTES], number[32];
	const json_t *row, *share;
	size_t i;

	if (!json_array_size(json_object_get(document, key)))
		return;
	fputc('\n', call->out.file);
	table = table_open(&call->out, columns);
	json_array_foreach(json_object_get(document, key), i, row)
	{
		share = json_object_get(row, "share");
		table_cell_ink(table, INK_NAME, "%s", member_text(row, "name"));
		if (json_is_number(share))
			table_cell(table, "%.1f %%", 100 * json_number_value(share));
		else
			table_cell(table, "-");
		table_cell(table, "%s", moved_text(json_object_get(row, "moved"), "", text));
		table_cell(table, "%s", moved_text(json_object_get(row, "net"), "", text));
		table_cell(table, "%s", member_text(row, "unit"));
		table_cell(table, "%s", grouped(member_long(row, "events"), number));
	}
	table_close(table);
}

static void
show_page(const struct call *call, const json_t *document)
{
	const json_t *days = json_object_get(document, "days"), *day;
	size_t count = json_array_size(days), i;
	struct plot_point *points = memory_get_array(count + 1, sizeof(*points));

	show_head(call, document);
	json_array_foreach(days, i, day) points[i] =
	    (struct plot_point){member_text(day, "day"), (double)member_long(day, "events")};
	fputc('\n', call->out.file);
	plot_print(&call->out, "Movements each day (number of influences)", points, count);
	memory_free(points);
	show_list(call, document, "features", "FEATURE");
	show_list(call, document, "models", "MODEL");
}

static void
show_csv(const struct call *call, const json_t *document)
{
	moved_csv(call, json_object_get(document, "features"), "feature");
}

static bool
actor_run(struct call *call, struct error *err)
{
	struct inquiry_moved moved;
	json_t *document;

	if (!moved_span(call, &moved, err))
		return false;
	document = moved_answer(call, inquiry_actor, &moved, err);
	if (!document)
		return false;
	if (call->json)
		document_print(json_incref(document), &call->out);
	else if (call_flag(call, "csv"))
		show_csv(call, document);
	else
		show_page(call, document);
	json_decref(document);
	return true;
}

static const struct option options[] = {
    {"from", 'f', "TIME", "event time from this day on (ISO 8601; UTC without a zone)"},
    {"to", 't', "TIME", "event time before this day"},
    {"csv", 0, NULL, "the table of features as CSV, numbers in full"},
    {NULL},
};

static const struct example examples[] = {
    {"dyetrace actor lusab-babad", "all that is known of what this pseudonym's inputs moved"},
    {"dyetrace actor lusab-babad --from 2026-01-01 --to 2026-02-01", "in January"},
    {NULL},
};

const struct command command_actor = {
    .name = "actor",
    .summary = "what one pseudonym's inputs moved",
    .usage = "PSEUDONYM",
    .description = "Which features and models the inputs of one person or service moved, by how "
		   "much, and which "
		   "share that is of what everybody moved them. Names are never shown.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = options,
    .examples = examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = actor_run,
};
