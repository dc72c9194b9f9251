/* SPDX-License-Identifier: Apache-2.0 */
/* A company or somebody's log, planted on, written with its labels. */
#include "simulate/simulate.h"

#include "base/file.h"
#include "base/memory.h"
#include "company.h"
#include "folder.h"
#include "plant.h"

static bool
check(const struct simulate_options *options, struct error *err)
{
	if (options->people < 20 || options->people > 100000)
		return error_set(
		    err, ERROR_USAGE, "--people: from 20 to 100000, not %d", options->people);
	if (options->days < 14 || options->days > 3650)
		return error_set(
		    err, ERROR_USAGE, "--days: from 14 to 3650, not %d", options->days);
	if ((double)options->people * options->days > 4e6)
		return error_set(err, ERROR_USAGE,
		    "--people %d for --days %d is more than memory should hold: at most 4 million "
		    "days of work",
		    options->people, options->days);
	return true;
}

static void
count(const struct log *log, struct simulate_result *result)
{
	size_t i;

	result->events = (int64_t)log->count;
	for (i = 0; i < log->count; i++) {
		const struct label *label = &log->events[i].label;

		result->labelled += label->pattern != NULL;
		result->malicious += label->pattern && label->malicious;
		result->campaigns += label->first;
	}
}

static bool
simulate_company(const struct simulate_options *options, struct log *log,
    struct simulate_result *result, struct error *err)
{
	struct company company;
	uint32_t services[16], i;
	bool done;

	company_found(&company, log, options->people, options->days, options->seed);
	company_work(&company, log, options->seed, options->progress, options->context);
	for (i = 0; i < company.count; i++) {
		if (company.people[i].service && result->services < (int)ARRAY_COUNT(services))
			services[result->services++] = company.people[i].name;
		else
			result->people++;
	}
	result->datasets = (int)kind_count;
	plant_all(log, options->seed, services, (uint32_t)result->services);
	done = company_write(&company, log, options->folder, err);
	company_fini(&company);
	return done;
}

static bool
simulate_onto(const struct simulate_options *options, struct log *log, struct error *err)
{
	struct text system;

	if (!log_read(log, options->onto, err))
		return false;
	if (log->count < 2000)
		return error_set(err, ERROR_USAGE,
		    "%s: %zu events are too few to plant on; it takes at least 2,000",
		    options->onto, log->count);
	plant_all(log, options->seed, NULL, 0);
	system = symbols_text(log->names, log->events[0].system);
	return folder_write_settings(options->folder, false,
	    log->has_dataset  ? NULL
		: system.data ? system.data
			      : "log",
	    err);
}

bool
simulate(const struct simulate_options *options, struct simulate_result *result, struct error *err)
{
	struct log log;
	bool done;

	*result = (struct simulate_result){0};
	if (!check(options, err) || !file_make_folder(options->folder, err))
		return false;
	log_init(&log);
	done = (options->onto ? simulate_onto(options, &log, err)
			      : simulate_company(options, &log, result, err)) &&
	    log_write(&log, options->folder, err);
	count(&log, result);
	log_fini(&log);
	return done;
}
