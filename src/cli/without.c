/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace without`: what a feature or model would have been without some events. */
#include "answer.h"
#include "base/json_print.h"
#include "choice.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/plot.h"
#include "cli/table.h"
#include "csv.h"

static bool
without_words(const struct call *call, struct inquiry_what_if *what, struct error *err)
{
	const char *key = call_option(call, "key");

	*what = (struct inquiry_what_if){.feature = text_of(call_option(call, "feature")),
	    .model = text_of(call_option(call, "model")),
	    .key = text_of(key),
	    .has_key = key != NULL};
	if (!choice_words(call, true, &what->choice, err) ||
	    !call_one_of(call, "feature", "model", err))
		return false;
	if (call->json && call_flag(call, "csv"))
		return error_set(err, ERROR_USAGE, "--json and --csv exclude each other");
	return what->feature.data || what->model.data ||
	    error_set(err, ERROR_USAGE, "say of what: --feature NAME or --model NAME");
}

/* A number, or "" where there is no value. Returns out. */
static const char *
number_shown(const json_t *document, const char *key, struct buffer *out)
{
	const json_t *number = json_object_get(document, key);

	out->size = 0;
	if (json_is_number(number))
		json_print_number(json_number_value(number), out);
	buffer_add_byte(out, 0);
	return (const char *)out->data;
}

/* without - with, none counting as 0 as in any movement. */
static const char *
difference_shown(const json_t *row, struct buffer *out)
{
	out->size = 0;
	json_print_number(json_number_value(json_object_get(row, "without")) -
		json_number_value(json_object_get(row, "with")),
	    out);
	buffer_add_byte(out, 0);
	return (const char *)out->data;
}

/* --- rows: the same for the screen and for CSV ------------------------------------------ */

typedef void row_printer(void *context, const char *const cells[5]);

static bool
is_equal(const json_t *row)
{
	return json_equal(json_object_get(row, "with"), json_object_get(row, "without"));
}

/* Rows whose sides differ, the first behind them where they agree again, and the last. */
static bool
is_shown(const json_t *series, size_t i)
{
	return !is_equal(json_array_get(series, i)) || i + 1 == json_array_size(series) ||
	    (i > 0 && !is_equal(json_array_get(series, i - 1)));
}

static void
print_row(
    const char *what, const json_t *row, const char *no_value, row_printer *print, void *context)
{
	struct buffer with = {0}, without = {0}, difference = {0};
	const char *cells[5] = {what, member_text(row, "time"), number_shown(row, "with", &with),
	    number_shown(row, "without", &without), difference_shown(row, &difference)};

	cells[2] = *cells[2] ? cells[2] : no_value;
	cells[3] = *cells[3] ? cells[3] : no_value;
	print(context, cells);
	buffer_fini(&with);
	buffer_fini(&without);
	buffer_fini(&difference);
}

static void
each_row_of(
    const char *what, const json_t *series, const char *no_value, row_printer *print, void *context)
{
	const json_t *row;
	size_t i;

	json_array_foreach(series, i, row)
	{
		if (is_shown(series, i))
			print_row(what, row, no_value, print, context);
	}
}

/* What a series is of: a key, `movement` of a model, or "" of a feature with one value for all. */
static const char *
key_shown(const json_t *value)
{
	const json_t *key = json_object_get(value, "key");

	return !key ? "" : json_is_string(key) ? json_string_value(key) : "(none)";
}

static void
each_row(const json_t *document, const char *no_value, row_printer *print, void *context)
{
	const json_t *movement = json_object_get(document, "movement"), *value;
	size_t i;

	if (movement)
		each_row_of(
		    "(movement)", json_object_get(movement, "series"), no_value, print, context);
	json_array_foreach(json_object_get(document, "values"), i, value) each_row_of(
	    key_shown(value), json_object_get(value, "series"), no_value, print, context);
}

/* --- CSV ------------------------------------------------------------------------------- */

static void
csv_row(void *out, const char *const cells[5])
{
	csv_text(out, cells[0]);
	fprintf(out, ",%s,%s,%s,%s\n", cells[1], cells[2], cells[3], cells[4]);
}

/* --- the screen ------------------------------------------------------------------------ */

/* Six digits are enough on a screen; what is no number stays as it is. */
static void
number_cell(struct table *table, const char *cell)
{
	char plain[PLOT_NUMBER_BYTES], *end;
	double number = strtod(cell, &end);

	table_cell(table, "%s", *cell && !*end ? plain_number(number, plain) : cell);
}

static void
table_row(void *context, const char *const cells[5])
{
	struct table *table = context;
	size_t i, whole_day = strlen("2026-02-14");

	table_cell(table, "%s", cells[0]);
	if (strcmp(cells[1] + (strlen(cells[1]) < whole_day ? 0 : whole_day), "T00:00:00Z") == 0)
		table_cell(table, "%.*s", (int)whole_day, cells[1]);
	else
		table_cell(table, "%s", cells[1]);
	for (i = 2; i < 5; i++)
		number_cell(table, cells[i]);
}

static void
show_rows(struct call *call, const json_t *document)
{
	static const struct table_column columns[] = {{"KEY", false}, {"STEP", false},
	    {"WITH", true}, {"WITHOUT", true}, {"DIFFERENCE", true}, {NULL, false}};
	struct table *table = table_open(&call->out, columns);

	each_row(document, "none", table_row, table);
	table_close(table);
}

static void
show_head(struct call *call, const struct inquiry_what_if *what, const json_t *document)
{
	const char *name = member_text(document, what->model.data ? "model" : "feature");
	struct buffer words = {0};
	char left_out[32], events[32];

	choice_print(&what->choice, &words);
	buffer_add_byte(&words, 0);
	screen_print(&call->out, INK_NAME, "%s", name);
	screen_print(&call->out, INK_PLAIN, " without %s: %s of %s events left out\n",
	    (const char *)words.data, grouped(member_long(document, "left_out"), left_out),
	    grouped(member_long(document, "events"), events));
	if (*member_text(document, "unit"))
		screen_print(
		    &call->out, INK_FAINT, "movement in %s\n", member_text(document, "unit"));
	screen_print(&call->out, INK_PLAIN,
	    "values at the end of each UTC %s in which one of them changed and they differ\n\n",
	    member_text(document, "step"));
	buffer_fini(&words);
}

static void
show_rest(struct call *call, const struct inquiry_what_if *what, const json_t *document)
{
	int64_t shown = (int64_t)json_array_size(json_object_get(document, "values")),
		keys = member_long(document, "keys");
	char number[32];

	if (!shown && !what->model.data)
		screen_print(&call->out, INK_PLAIN, "they moved no value of it\n");
	if (keys > shown)
		screen_print(&call->out, INK_PLAIN,
		    "\n… and %s more %s that they moved, less far: --key KEY shows one\n",
		    grouped(keys - shown, number), what->model.data ? "entities" : "keys");
}

static bool
without_run(struct call *call, struct error *err)
{
	struct question question;
	struct inquiry_what_if what;
	json_t *document;

	if (!without_words(call, &what, err) || !question_open(&question, call, err))
		return false;
	what.progress = question_progress;
	what.context = &question;
	progress_begin(&question.progress, "without", "records", 0);
	document = inquiry_without(question.inquiry, &what, err);
	progress_end(&question.progress);
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
	if (call_flag(call, "csv")) {
		fputs("key,step,with,without,difference\n", call->out.file);
		each_row(document, "", csv_row, call->out.file);
	} else {
		show_head(call, &what, document);
		show_rows(call, document);
		show_rest(call, &what, document);
	}
	json_decref(document);
	return true;
}

static const struct option options[] = {
    CHOICE_OPTIONS,
    {"event", 0, "EVENT", "one event, named as for `trace`"},
    CHOICE_TIMES,
    {"feature", 0, "NAME", "what this feature would have been"},
    {"model", 0, "NAME", "how far this model would have been moved, and its scores"},
    {"key", 0, "KEY", "the feature's value for this key, the model's score of this entity"},
    {"csv", 0, NULL, "the rows as CSV"},
    {NULL},
};

static const struct example examples[] = {
    {"dyetrace without --team \"Service Desk\" --model sla_breach",
	"what one team's input did to a model"},
    {"dyetrace without --channel Phone --from 2016-03-01 --to 2016-04-01 --feature priority --csv",
	"a month of one channel, as CSV"},
    {NULL},
};

const struct command command_without = {
    .name = "without",
    .summary = "what a feature or model would have been without some events",
    .usage = "",
    .description =
	"Computes the whole ledger twice side by side, once without the events of one team, actor, "
	"channel or system (or without one event), and shows the values with and without at the "
	"end of each UTC day, or hour when the ledger spans at most four days. What comes out "
	"without them equals a fresh run on the events that remain.\n\n"
	"Of a feature: its value for KEY, or for the at most 20 keys that the events moved "
	"furthest. Of a model: the sum of its movements so far, and the scores of the entities "
	"that they moved furthest. Needs the key file. Exit status 1: nothing is from there, or "
	"the lineage does not name it.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = options,
    .examples = examples,
    .run = without_run,
};
