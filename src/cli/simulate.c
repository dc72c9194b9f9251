/* SPDX-License-Identifier: Apache-2.0 */
/* `dyetrace simulate`: a company to try it on. */
#include "simulate/simulate.h"

#include "answer.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/receipt.h"

static void
draw(void *context, int64_t done, int64_t total)
{
	struct progress *progress = context;

	progress->total = total;
	progress_set(progress, done);
}

static void
show(
    struct call *call, const struct simulate_options *options, const struct simulate_result *result)
{
	struct receipt *receipt = receipt_open(&call->out);
	char number[32];

	if (!options->onto)
		receipt_line(receipt, "company",
		    "%d people, %d service accounts, %d datasets, %d days", result->people,
		    result->services, result->datasets, options->days);
	receipt_line(receipt, "events", "%s in %s/events.jsonl", grouped(result->events, number),
	    options->folder);
	receipt_line(receipt, "planted",
	    "%lld campaigns and slips, %lld events; labels in %s/labels.csv",
	    (long long)result->campaigns, (long long)result->labelled, options->folder);
	receipt_line(receipt, "next", "cd %s && dyetrace run --until-end", options->folder);
	receipt_close(receipt);
}

static bool
simulate_run(struct call *call, struct error *err)
{
	int64_t people = 300, days = 90, seed = 1;
	struct simulate_options options = {
	    .folder = call->arguments[0], .onto = call_option(call, "onto"), .progress = draw};
	struct simulate_result result;
	struct progress progress;
	bool done;

	if (!call_long(call, "people", 20, 100000, &people, err) ||
	    !call_long(call, "days", 14, 3650, &days, err) ||
	    !call_long(call, "seed", 0, INT64_MAX, &seed, err))
		return false;
	options.people = (int)people;
	options.days = (int)days;
	options.seed = (uint64_t)seed;
	options.context = &progress;
	progress_begin(&progress, "simulate", "days", days);
	done = simulate(&options, &result, err);
	progress_end(&progress);
	if (done && call->json)
		document_print(
		    json_pack("{s:I, s:I, s:I, s:I, s:i, s:i, s:i}", "events",
			(json_int_t)result.events, "labelled", (json_int_t)result.labelled,
			"malicious", (json_int_t)result.malicious, "campaigns",
			(json_int_t)result.campaigns, "people", result.people, "services",
			result.services, "datasets", result.datasets),
		    &call->out);
	else if (done)
		show(call, &options, &result);
	return done;
}

static const struct option options_table[] = {
    {"people", 0, "N", "how many work there, 20 to 100000; 300 if not given"},
    {"days", 0, "N", "how long, 14 to 3650; 90 if not given"},
    {"seed", 0, "N", "another number, another company; the same number, the same bytes"},
    {"onto", 0, "FILE", "plant the same on this canonical log instead of a company"},
    {NULL},
};

static const struct example examples[] = {
    {"dyetrace simulate --seed 7 demo", "a company of 300 in the folder demo"},
    {"dyetrace simulate --onto changes.jsonl.gz planted",
	"your own log, with planted campaigns and their labels"},
    {NULL},
};

const struct command command_simulate = {
    .name = "simulate",
    .summary = "write a company's events, with planted slips and attacks and their labels",
    .usage = "DIR",
    .description =
	"Departments, people with habits, service accounts, a reorganisation half way, new hires; "
	"tickets, orders, "
	"prices, labels, permits, claims, shipments. Planted: slips, label flips, slow drift, "
	"coordination, "
	"threshold hugging, takeover, replay, bulk at night, and benign look-alikes. Beside the "
	"events: "
	"labels.csv, org-chart.csv, lineage.yaml and dyetrace.yaml, ready for `dyetrace run`.",
    .common = COMMON_JSON,
    .options = options_table,
    .examples = examples,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = simulate_run,
};
