/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace feature` and `dyetrace model`: who or what moved it. */
#include <math.h>

#include "answer.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"
#include "cli/table.h"
#include "moved.h"
#include "request.h"

static void
show_sum(struct receipt *receipt, const char *name, const json_t *sum, const char *unit)
{
	char moved[MOVED_BYTES], net[MOVED_BYTES], number[32];

	receipt_line(receipt, name, "%s by %s events; net %s",
	    moved_text(json_object_get(sum, "moved"), unit, moved),
	    grouped(member_long(sum, "events"), number),
	    moved_text(json_object_get(sum, "net"), unit, net));
}

static void
show_expiry(struct receipt *receipt, const json_t *expiry, const char *unit)
{
	char net[MOVED_BYTES];

	if (member_long(expiry, "events"))
		receipt_line(receipt, "left its window", "net %s: nobody's, by expiry",
		    moved_text(json_object_get(expiry, "net"), unit, net));
}

static void
show_head(const struct call *call, const json_t *document)
{
	struct receipt *receipt = receipt_open(&call->out);
	const json_t *scale = json_object_get(document, "scale");
	const char *unit = member_text(document, "unit");
	char number[MOVED_BYTES], heading[1024];

	snprintf(heading, sizeof(heading), "%s%s%s", member_text(document, "name"),
	    *member_text(document, "version") ? " " : "", member_text(document, "version"));
	receipt_heading(receipt, heading);
	receipt_line(receipt, "what", "%s", member_text(document, "what"));
	receipt_line(receipt, "from, to", "%s to %s (event time, UTC)",
	    member_text(document, "from"), member_text(document, "to"));
	if (*member_text(document, "estimated"))
		receipt_line(receipt, "estimated", "%s", member_text(document, "estimated"));
	show_sum(receipt, "moved", json_object_get(document, "total"), unit);
	show_expiry(receipt, json_object_get(document, "expiry"), unit);
	if (json_is_object(scale))
		receipt_line(receipt, "scale", "%s: what it usually spreads, on %s",
		    moved_text(json_object_get(scale, "value"), "", number),
		    member_text(scale, "day"));
	receipt_close(receipt);
}

/* What the model does not say is not made up. */
static bool
show_unknown(const struct call *call, const json_t *document)
{
	if (!*member_text(document, "unknown"))
		return false;
	fprintf(call->out.file, "\n%s\n", member_text(document, "unknown"));
	return true;
}

static void
show_page(const struct call *call, const json_t *document)
{
	show_head(call, document);
	if (show_unknown(call, document))
		return;
	fputc('\n', call->out.file);
	moved_plot(call, document);
	fputc('\n', call->out.file);
	moved_parts(call, document);
	moved_contributors(call, document);
}

static bool
moved_run(struct call *call, moved_ask *ask, struct error *err)
{
	struct inquiry_moved moved;
	json_t *document;

	if (!moved_question(call, &moved, err))
		return false;
	document = moved_answer(call, ask, &moved, err);
	if (!document)
		return false;
	if (call->json)
		document_print(json_incref(document), &call->out);
	else if (call_flag(call, "csv"))
		moved_parts(call, document);
	else
		show_page(call, document);
	json_decref(document);
	return true;
}

/* --- one value: whose is it ------------------------------------------------------------ */

/* Between its lower bound and that plus the bound of the error, as parts of the whole. */
static void
share_between(struct table *table, double weight, double bound, double total)
{
	if (!(total > 0))
		table_cell(table, "-");
	else if (bound > 0)
		table_cell(table, "%.1f to %.1f %%", 100 * weight / total,
		    100 * fmin(1, (weight + bound) / total));
	else
		table_cell(table, "%.1f %%", 100 * weight / total);
}

static void
show_origins(const struct call *call, const json_t *document)
{
	static const struct table_column columns[] = {
	    {"ACTOR", false}, {"SHARE", true}, {"WEIGHT AT LEAST", true}, {NULL, false}};
	double total = json_number_value(json_object_get(document, "total")),
	       bound = json_number_value(json_object_get(document, "error_bound"));
	struct table *table = table_open(&call->out, columns);
	const json_t *origin, *weight;
	char number[MOVED_BYTES];
	size_t i;

	json_array_foreach(json_object_get(document, "origins"), i, origin)
	{
		weight = json_object_get(origin, "weight");
		table_cell_ink(table, INK_NAME, "%s", member_text(origin, "actor"));
		share_between(table, json_number_value(weight), bound, total);
		table_cell(table, "%s", moved_text(weight, "", number));
	}
	table_close(table);
}

static void
show_value(const struct call *call, const json_t *document)
{
	struct receipt *receipt = receipt_open(&call->out);
	char number[MOVED_BYTES], bound[MOVED_BYTES];

	receipt_heading(receipt, member_text(document, "feature"));
	receipt_line(receipt, "key", "%s", member_text(document, "key"));
	receipt_line(receipt, "value now", "%s%s",
	    moved_text(json_object_get(document, "value"), "", number),
	    member_true(document, "estimated") ? " (estimated)" : "");
	if (member_true(document, "exact"))
		receipt_line(receipt, "whose", "the origin of that very number");
	else
		receipt_line(receipt, "whose",
		    "the heaviest; the others %s together, each short of the truth by at most %s",
		    moved_text(json_object_get(document, "remainder"), "", number),
		    moved_text(json_object_get(document, "error_bound"), "", bound));
	receipt_close(receipt);
	fputc('\n', call->out.file);
	show_origins(call, document);
}

static bool
value_run(struct call *call, struct error *err)
{
	const char *key = call_option(call, "key");
	json_t *answer = request_do(call,
	    json_pack("{s:s, s:s, s:s}", "do", "value", "feature", call->arguments[0], "key", key),
	    err);

	if (!answer) {
		if (err->kind == ERROR_MISSING)
			call->status = STATUS_NO;
		return false;
	}
	if (call->json) {
		document_print(answer, &call->out);
		return true;
	}
	show_value(call, answer);
	json_decref(answer);
	return true;
}

static bool
feature_run(struct call *call, struct error *err)
{
	return call_option(call, "key") ? value_run(call, err)
					: moved_run(call, inquiry_feature, err);
}

static bool
model_run(struct call *call, struct error *err)
{
	return moved_run(call, inquiry_model, err);
}

#define BY_OPTION                                                                                  \
	{                                                                                          \
		"by", 'b', "team|actor|channel|system|field",                                      \
		    "what it is split by; team if left out"                                        \
	}
#define SPAN_OPTIONS                                                                               \
	{"from", 'f', "TIME", "event time from here on (ISO 8601; UTC without a zone)"},           \
	    {"to", 't', "TIME", "event time before this"},                                         \
	    {"top", 'n', "N", "how many rows; the rest is added up as (others)"},                  \
	{                                                                                          \
		"csv", 0, NULL, "the table's rows as CSV, numbers in full"                         \
	}

static const struct option feature_options[] = {BY_OPTION, SPAN_OPTIONS,
    {"key", 'k', "KEY", "the value of this key now, and whose inputs carry it"}, {NULL}};

static const struct example feature_examples[] = {
    {"dyetrace feature group_load --by channel", "through which channel it was moved"},
    {"dyetrace feature group_load --by actor --from 2016-05-01 --to 2016-06-01", "by whom, in May"},
    {"dyetrace feature group_load --key 'Group 70'",
	"its value for one group, and whose inputs carry it"},
    {NULL},
};

const struct command command_feature = {
    .name = "feature",
    .summary = "who or what moved a feature, by how much; whose a value is",
    .usage = "NAME",
    .description = "Adds up how far events moved the feature, day by day, and splits that by team, "
		   "actor, channel, system or "
		   "field. MOVED is the sum of the magnitudes, NET the sum with signs; what left a "
		   "window on its own is shown as "
		   "expiry, and is nobody's. Effective contributors is 1 / (sum of the squared "
		   "shares): 10 who move it alike are 10, "
		   "one who does it all is 1.\n\n"
		   "With `--key` it shows one value as it is now, and whose inputs carry it: the "
		   "heaviest origins as lower bounds, "
		   "with the bound of the error.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = feature_options,
    .examples = feature_examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = feature_run,
};

static const struct option model_options[] = {BY_OPTION, SPAN_OPTIONS, {NULL}};

static const struct example model_examples[] = {
    {"dyetrace model sla_breach", "which teams moved it"},
    {"dyetrace model sla_breach --by field", "through which fields"},
    {NULL},
};

const struct command command_model = {
    .name = "model",
    .summary = "who or what moved a model, in its own unit",
    .usage = "NAME",
    .description = "The same page for a model: movements of its features times their weights. "
		   "Linear models move in units of "
		   "their output, logistic ones in log-odds, both exactly. Opaque models move by "
		   "the owner's sensitivities and say "
		   "estimated; without them it says that the size is unknown.",
    .common = COMMON_SETTINGS | COMMON_STORE | COMMON_JSON,
    .options = model_options,
    .examples = model_examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = model_run,
};
