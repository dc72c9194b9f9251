/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chart's inside, for the files that read, check and print it. Private to
 * origin.
 */
#ifndef DYETRACE_ORIGIN_CHART_H
#define DYETRACE_ORIGIN_CHART_H

#include "base/arena.h"
#include "base/yaml.h"
#include "origin/org_chart.h"

#define CHART_EVER INT64_MIN  /* valid_from empty */
#define CHART_STILL INT64_MAX /* valid_to empty */

struct chart_row {
	int64_t from_ms, to_ms;
	uint32_t team;    /* symbol of chart->names */
	uint32_t manager; /* symbol of chart->persons; SYMBOL_NONE: none */
	uint32_t at;      /* where its line starts in the file, for messages */
	bool service;
};

struct org_chart {
	struct symbols *names; /* of teams; borrowed */
	struct symbols
	    *persons; /* a manager who has no row of their own is there too until it is checked */
	size_t count, capacity;
	struct chart_row *rows; /* by person's symbol, then from */
	uint32_t *first;        /* [person]: its first row; one more at the end */
};

enum chart_column {
	COLUMN_PERSON,
	COLUMN_TEAM,
	COLUMN_MANAGER,
	COLUMN_KIND,
	COLUMN_FROM,
	COLUMN_TO,
	COLUMN_COUNT
};

/* A chart being read: rows still in the file's order. */
struct chart_reading {
	const char *file;
	struct text bytes;
	struct yaml_problems *problems;
	size_t problem_count;
	bool pseudonymous;  /* persons are 32 hex digits */
	struct arena arena; /* of one row */
	struct org_chart *chart;
	size_t cells;                  /* of the header */
	size_t place_of[COLUMN_COUNT]; /* among the cells; `cells` where the column is not there */
	size_t note_bytes;             /* that the rows take when they are recorded, at most */
	uint32_t *row_person;          /* [row], until the rows are sorted */
	size_t row_person_capacity;
};

/* Adds a mistake where `at` stands in reading->bytes. */
void chart_problem(struct chart_reading *reading, const char *at, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* The line of a place in the bytes, from 1. */
uint32_t chart_line(const struct chart_reading *reading, const char *at);
/* The cell of a column in the line of a row, for messages. */
const char *
chart_cell_at(struct chart_reading *reading, const struct chart_row *row, enum chart_column column);

/* Reads all rows, in the file's order; what is wrong with a row alone is said here. */
void chart_read(struct chart_reading *reading);
/* What rows say of one another: overlaps, managers, cycles. Needs them sorted. */
void chart_check_rows(struct chart_reading *reading);

static inline size_t
chart_person_count(const struct org_chart *chart)
{
	return symbols_count(chart->persons); /* and one: symbol 0 is nobody */
}

#endif
