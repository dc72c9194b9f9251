/* SPDX-License-Identifier: Apache-2.0 */
/* Names, habits, teams; who is hired, who leaves, whom the reorganisation moves. */
#include <stdio.h>

#include "base/memory.h"
#include "company.h"

static const char *const first_names[] = {"anna", "ben", "carla", "david", "elif", "felix", "greta",
    "hugo", "ines", "jonas", "katja", "leon", "mara", "nils", "olga", "paul", "rosa", "samir",
    "tanja", "ugo", "vera", "willem", "yara", "zeno", "amina", "bastian", "chiara", "dmitri",
    "esther", "farid"};
static const char *const last_names[] = {"adler", "bianchi", "conrad", "dahl", "egger", "farkas",
    "gruber", "haas", "ivanov", "jansen", "keller", "lindner", "moretti", "novak", "okafor",
    "peters", "quist", "richter", "sanders", "toth", "urban", "vogel", "weber", "xu", "yilmaz",
    "zimmer"};

static void
name_person(struct log *log, struct person *person, uint32_t number)
{
	char name[96];
	uint32_t first = number % ARRAY_COUNT(first_names);
	uint32_t last = number / ARRAY_COUNT(first_names) % ARRAY_COUNT(last_names);
	uint32_t again = number / (uint32_t)(ARRAY_COUNT(first_names) * ARRAY_COUNT(last_names));

	if (again)
		snprintf(
		    name, sizeof(name), "%s.%s%u", first_names[first], last_names[last], again + 1);
	else
		snprintf(name, sizeof(name), "%s.%s", first_names[first], last_names[last]);
	person->name = log_name(log, name);
}

static uint32_t
team_symbol(struct log *log, const struct department_row *department, uint32_t team)
{
	char word[64], name[160];

	snprintf(
	    name, sizeof(name), "%s %s", department->name, word_at(department->teams, team, word));
	return log_name(log, name);
}

static struct person *
add_person(struct company *company)
{
	size_t capacity = company->capacity;

	memory_grow(&company->people, &capacity, company->count + 1, sizeof(*company->people));
	company->capacity = (uint32_t)capacity;
	company->people[company->count] = (struct person){.left_day = company->days};
	return &company->people[company->count++];
}

static void
give_habits(struct person *person, const struct department_row *department, uint32_t team,
    struct chance *chance)
{
	char word[64];
	bool night = strcmp(word_at(department->teams, team, word), "Night") == 0;

	person->start_hour = night ? 20 + chance_unit(chance) * 2 : 7 + chance_unit(chance) * 2.5;
	person->hours = 7.5 + chance_unit(chance) * 1.5;
	person->rate = chance_spread(chance, department->rate, 0.45);
	person->slip_rate = chance_spread(chance, 0.0006, 0.8);
	person->taste = chance_bits(chance);
}

/* One in nine joins during the simulation, one in twenty-five leaves. */
static void
give_time(const struct company *company, struct person *person, struct chance *chance)
{
	if (chance_is(chance, 0.11))
		person->hired_day = (int)chance_between(
		    chance, company->days / 8, company->days - company->days / 8);
	if (chance_is(chance, 0.04))
		person->left_day = (int)chance_between(
		    chance, person->hired_day + company->days / 10, company->days);
	if (person->left_day > company->days)
		person->left_day = company->days;
}

/*
 * Half way the last team of every second department is dissolved into its
 * first, and one in fourteen of the others changes team.
 */
static void
reorganise(struct log *log, struct person *person, uint32_t department_index, uint32_t team,
    struct chance *chance)
{
	const struct department_row *department = &departments[department_index];
	uint32_t teams = word_count(department->teams);

	person->later_team = person->team;
	if (department_index % 2 == 0 && team == teams - 1)
		person->later_team = team_symbol(log, department, 0);
	else if (chance_is(chance, 0.07))
		person->later_team = team_symbol(log, department, chance_below(chance, teams));
}

static void
hire(struct company *company, struct log *log, uint32_t number, uint32_t department_index,
    struct chance *chance)
{
	const struct department_row *department = &departments[department_index];
	struct person *person = add_person(company);
	uint32_t team = chance_below(chance, word_count(department->teams));

	name_person(log, person, number);
	person->department = department_index;
	person->team = team_symbol(log, department, team);
	give_habits(person, department, team, chance);
	give_time(company, person, chance);
	reorganise(log, person, department_index, team, chance);
}

/* The first lasting member of a department leads it; the first of those leads everybody. */
static void
appoint(struct company *company)
{
	uint32_t heads[16], root = UINT32_MAX, i;

	for (i = 0; i < ARRAY_COUNT(heads); i++)
		heads[i] = UINT32_MAX;
	for (i = 0; i < company->count; i++) {
		struct person *person = &company->people[i];

		if (person->hired_day || person->left_day < company->days ||
		    heads[person->department] != UINT32_MAX)
			continue;
		heads[person->department] = i;
		if (root == UINT32_MAX)
			root = i;
	}
	for (i = 0; i < company->count; i++) {
		uint32_t head = heads[company->people[i].department];

		if (root == UINT32_MAX || i == root)
			head = i;
		else if (head == UINT32_MAX || head == i)
			head = root;
		company->people[i].manager = head;
	}
}

static void
add_service(struct company *company, struct log *log, const char *name, uint32_t department,
    double start_hour, double hours, double rate)
{
	struct person *service = add_person(company);

	service->name = log_name(log, name);
	service->department = department;
	service->team = service->later_team = log_name(log, "Automation");
	service->service = true;
	service->start_hour = start_hour;
	service->hours = hours;
	service->rate = rate;
	service->taste = log_name(log, name);
	service->manager = company->count - 1;
}

void
company_found(struct company *company, struct log *log, int people, int days, uint64_t seed)
{
	struct chance chance;
	double weights[16];
	uint32_t i;

	*company = (struct company){.days = days, .reorganisation_day = days / 2};
	company->start_ms = 1767571200000; /* Monday 2026-01-05 */
	chance_init(&chance, seed, 1);
	for (i = 0; i < department_count; i++)
		weights[i] = departments[i].share;
	for (i = 0; i < (uint32_t)people; i++)
		hire(company, log, i, chance_weighted(&chance, weights, department_count), &chance);
	appoint(company);
	/* Automation writes about a quarter of all that is written, as it does elsewhere. */
	add_service(company, log, "svc-nightly-sync", 0, 1.5, 1.2, people * 1.5);
	add_service(company, log, "svc-auto-assign", 0, 6.5, 13, people * 0.8);
	add_service(company, log, "svc-price-import", 2, 4.0, 0.4, people * 0.5);
	add_service(company, log, "svc-scanner-gateway", 6, 5.0, 16, people * 0.9);
}

void
company_fini(struct company *company)
{
	memory_free(company->people);
}

uint32_t
company_team(const struct company *company, const struct person *person, int day)
{
	return day >= company->reorganisation_day ? person->later_team : person->team;
}

bool
company_works(const struct company *company, const struct person *person, int day)
{
	(void)company;
	return day >= person->hired_day && day < person->left_day &&
	    (person->service || day % 7 < 5);
}
