/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The company: who works where, since when, with what habits. Private to
 * simulate.
 */
#ifndef DYETRACE_SIMULATE_COMPANY_H
#define DYETRACE_SIMULATE_COMPANY_H

#include "chance.h"
#include "kinds.h"
#include "log.h"

#define DAY_MS (int64_t)(24 * 3600 * 1000)

struct person {
	uint32_t name; /* symbol of the log */
	uint32_t department;
	uint32_t team, later_team; /* symbols; the same unless the reorganisation moved them */
	uint32_t manager;          /* index of a person; itself: none */
	int hired_day, left_day;   /* 0: before the simulation began; left_day: first day without */
	bool service;
	double start_hour, hours; /* of the working day, local time = UTC */
	double rate;              /* events a day */
	double slip_rate;         /* of events that set a number or category */
	uint64_t taste;           /* which categories and numbers this person leans to */
};

struct company {
	struct person *people;
	uint32_t count, capacity;
	int days, reorganisation_day;
	int64_t start_ms; /* midnight of day 0, a Monday */
};

/* Invents people, teams and service accounts; names go to the log's symbols. */
void company_found(struct company *company, struct log *log, int people, int days, uint64_t seed);
void company_fini(struct company *company);
/* The team on a day. */
uint32_t company_team(const struct company *company, const struct person *person, int day);
bool company_works(const struct company *company, const struct person *person, int day);
/* Everybody's events, day by day, in order of time. */
void company_work(const struct company *company, struct log *log, uint64_t seed,
    void (*progress)(void *context, int64_t done, int64_t total), void *context);
/* org-chart.csv, lineage.yaml and dyetrace.yaml. */
MUST_USE bool company_write(
    const struct company *company, const struct log *log, const char *folder, struct error *err);

#endif
