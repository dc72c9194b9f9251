/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the company works on: datasets with their fields and values. One table;
 * the lineage of the simulated company (folder.c) names its fields. Private to
 * simulate.
 */
#ifndef DYETRACE_SIMULATE_KINDS_H
#define DYETRACE_SIMULATE_KINDS_H

#include <stdbool.h>
#include <stdint.h>

#define KIND_FIELDS_MAX 8

enum field_kind {
	FIELD_CATEGORY, /* one of values, the first ones more often */
	FIELD_NUMBER,   /* around a median, rounded to 1/100 */
	FIELD_COUNT,    /* goes up by one */
	FIELD_STEP,     /* runs through values in order; the last one closes the entity */
};

struct field_row {
	const char *name;
	enum field_kind kind;
	const char *values;          /* "a|b|c" */
	double median, spread;       /* of numbers: spread in doublings */
	double at_create, at_update; /* probability that an event sets it */
};

struct kind_row {
	const char *dataset, *system, *prefix; /* entity: prefix/NNNNNN */
	const char *channels;                  /* "phone|email" */
	double create_share;                   /* of a person's events */
	struct field_row fields[KIND_FIELDS_MAX];
};

struct department_row {
	const char *name;
	uint32_t kind;     /* index of its main dataset */
	const char *teams; /* "North|South" */
	double share;      /* of all people */
	double rate;       /* events a working day and person */
};

extern const struct kind_row kinds[];
extern const uint32_t kind_count;
extern const struct department_row departments[];
extern const uint32_t department_count;

/* The nth of "a|b|c" and how many there are. Returns out. */
const char *word_at(const char *words, uint32_t n, char out[64]);
uint32_t word_count(const char *words);

#endif
