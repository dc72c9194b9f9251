/* SPDX-License-Identifier: Apache-2.0 */
/* The org chart as a file: a row a person, two where the reorganisation moved them. */
#include <stdio.h>

#include "base/file.h"
#include "company.h"
#include "folder.h"

static void
date_of(const struct company *company, int day, char out[TIMESTAMP_TEXT_BYTES])
{
	timestamp_text(company->start_ms + day * DAY_MS, out);
	out[10] = '\0';
}

static void
add_row(const struct company *company, const struct log *log, struct buffer *out,
    const struct person *person, uint32_t team, int from_day, int to_day)
{
	const struct person *manager = &company->people[person->manager];
	char from[TIMESTAMP_TEXT_BYTES] = "", to[TIMESTAMP_TEXT_BYTES] = "";

	if (from_day > 0)
		date_of(company, from_day, from);
	if (to_day < company->days)
		date_of(company, to_day, to);
	buffer_add_format(out, "%s,%s,%s,%s,%s,%s\n", log_text(log, person->name),
	    log_text(log, team), manager == person ? "" : log_text(log, manager->name),
	    person->service ? "service" : "human", from, to);
}

static void
add_person_rows(const struct company *company, const struct log *log, struct buffer *out,
    const struct person *person)
{
	int middle = company->reorganisation_day;

	if (person->team == person->later_team || person->hired_day >= middle ||
	    person->left_day <= middle) {
		add_row(company, log, out, person, company_team(company, person, person->hired_day),
		    person->hired_day, person->left_day);
		return;
	}
	add_row(company, log, out, person, person->team, person->hired_day, middle);
	add_row(company, log, out, person, person->later_team, middle, person->left_day);
}

bool
company_write(
    const struct company *company, const struct log *log, const char *folder, struct error *err)
{
	struct buffer chart = {0};
	uint32_t i;

	buffer_add_format(&chart, "person,team,manager,kind,valid_from,valid_to\n");
	for (i = 0; i < company->count; i++)
		add_person_rows(company, log, &chart, &company->people[i]);
	return folder_write(folder, "org-chart.csv", &chart, err) &&
	    folder_write_lineage(folder, err) && folder_write_settings(folder, true, NULL, err);
}
