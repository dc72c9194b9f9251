/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers are for people on the screen, in full in CSV and JSON. */
#include "moved.h"

#include <math.h>

#include "answer.h"
#include "base/number.h"
#include "cli/plot.h"
#include "csv.h"
#include "cli/table.h"

bool
moved_span(const struct call *call, struct inquiry_moved *question, struct error *err)
{
	*question = (struct inquiry_moved){.from_ms = TIME_NONE, .to_ms = TIME_NONE, .top = 10};
	if (!call_time(call, "from", &question->from_ms, err) ||
	    !call_time(call, "to", &question->to_ms, err))
		return false;
	if (question->from_ms != TIME_NONE && question->to_ms != TIME_NONE &&
	    question->from_ms >= question->to_ms)
		return error_set(
		    err, ERROR_USAGE, "--from is not before --to: no time lies between");
	return true;
}

bool
moved_question(const struct call *call, struct inquiry_moved *question, struct error *err)
{
	static const char *const words[] = {
	    [INQUIRY_BY_TEAM] = "team",
	    [INQUIRY_BY_SYSTEM] = "system",
	    [INQUIRY_BY_CHANNEL] = "channel",
	    [INQUIRY_BY_FIELD] = "field",
	    [INQUIRY_BY_ACTOR] = "actor",
	    NULL,
	};
	size_t by = INQUIRY_BY_TEAM;
	int64_t top = 10;

	if (!moved_span(call, question, err) || !call_choice(call, "by", words, &by, err) ||
	    !call_long(call, "top", 1, 1000, &top, err))
		return false;
	question->by = (enum inquiry_by)by;
	question->top = (size_t)top;
	return true;
}

json_t *
moved_answer(
    struct call *call, moved_ask *ask, const struct inquiry_moved *moved, struct error *err)
{
	struct question question;
	json_t *document;

	if (!question_open(&question, call, err))
		return NULL;
	document = ask(question.inquiry, text_of(call->arguments[0]), moved, err);
	question_fini(&question);
	if (!document && err->kind == ERROR_MISSING)
		call->status = STATUS_NO;
	return document;
}

const char *
moved_text(const json_t *number, const char *unit, char out[MOVED_BYTES])
{
	char plain[PLOT_NUMBER_BYTES];

	plain_number(json_is_number(number) ? json_number_value(number) : NAN, plain);
	snprintf(out, MOVED_BYTES, "%s%s%s", plain, *unit ? " " : "", unit);
	return out;
}

void
moved_plot(const struct call *call, const json_t *document)
{
	const json_t *days = json_object_get(document, "days"), *day;
	size_t count = json_array_size(days), i;
	struct plot_point *points = memory_get_array(count + 1, sizeof(*points));
	const char *unit = member_text(document, "unit");
	char title[MOVED_BYTES + 64];

	json_array_foreach(days, i, day) points[i] = (struct plot_point){
	    member_text(day, "day"), json_number_value(json_object_get(day, "moved"))};
	snprintf(title, sizeof(title), "How far it moved each day (sum of magnitudes%s%s)",
	    *unit ? ", " : "", unit);
	plot_print(&call->out, title, points, count);
	memory_free(points);
}

static void
share_cell(struct table *table, const json_t *share)
{
	if (json_is_number(share))
		table_cell(table, "%.1f %%", 100 * json_number_value(share));
	else
		table_cell(table, "-");
}

static void
part_row(struct table *table, const json_t *part, const char *key)
{
	char text[MOVED_BYTES], number[32];
	const json_t *name = json_object_get(part, key);

	table_cell_ink(table, json_is_string(name) ? INK_NAME : INK_FAINT, "%s",
	    json_is_string(name) ? json_string_value(name) : "unknown");
	share_cell(table, json_object_get(part, "share"));
	table_cell(table, "%s", moved_text(json_object_get(part, "moved"), "", text));
	table_cell(table, "%s", moved_text(json_object_get(part, "net"), "", text));
	table_cell(table, "%s", grouped(member_long(part, "events"), number));
}

/* A heading of its own for each breakdown: "TEAM". */
static void
parts_table(const struct call *call, const json_t *parts, const char *heading, const char *key)
{
	const struct table_column columns[] = {{heading, false}, {"SHARE", true}, {"MOVED", true},
	    {"NET", true}, {"EVENTS", true}, {NULL, false}};
	struct table *table = table_open(&call->out, columns);
	const json_t *part;
	size_t i;

	json_array_foreach(parts, i, part) part_row(table, part, key);
	table_close(table);
}

static const char *
heading_of(const json_t *document)
{
	static const char *const headings[][2] = {{"team", "TEAM"}, {"system", "SYSTEM"},
	    {"channel", "CHANNEL"}, {"field", "FIELD"}, {"actor", "ACTOR"}};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(headings); i++)
		if (strcmp(member_text(document, "by"), headings[i][0]) == 0)
			return headings[i][1];
	return "NAME";
}

void
moved_parts(const struct call *call, const json_t *document)
{
	const json_t *parts = json_object_get(document, "parts");

	if (call_flag(call, "csv"))
		moved_csv(call, parts, member_text(document, "by"));
	else
		parts_table(call, parts, heading_of(document), "name");
}

static void
csv_number(FILE *file, const json_t *number, const char *end)
{
	char text[NUMBER_BYTES];

	if (json_is_number(number))
		fputs(number_text(json_number_value(number), text), file);
	fputs(end, file);
}

void
moved_csv(const struct call *call, const json_t *parts, const char *heading)
{
	FILE *file = call->out.file;
	const json_t *part, *name;
	size_t i;

	fprintf(file, "%s,share,moved,net,events\n", heading);
	json_array_foreach(parts, i, part)
	{
		name = json_object_get(part, "name");
		csv_text(file, json_is_string(name) ? json_string_value(name) : "unknown");
		fputc(',', file);
		csv_number(file, json_object_get(part, "share"), ",");
		csv_number(file, json_object_get(part, "moved"), ",");
		csv_number(file, json_object_get(part, "net"), ",");
		csv_number(file, json_object_get(part, "events"), "\n");
	}
}

void
moved_contributors(const struct call *call, const json_t *document)
{
	const json_t *contributors = json_object_get(document, "contributors"),
		     *effective = json_object_get(contributors, "effective");
	char number[32], plain[PLOT_NUMBER_BYTES];

	if (!json_is_number(effective))
		return;
	fprintf(call->out.file, "\neffective contributors  %s of %s actors\n",
	    plain_number(json_number_value(effective), plain),
	    grouped(member_long(contributors, "actors"), number));
}
