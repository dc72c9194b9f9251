/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The org chart: who belonged to which team, when. A row that ends is kept, so
 * that an event of March finds March's team.
 *
 * The file is CSV (UTF-8, with or without BOM, LF or CRLF), its first line the
 * header, columns in any order:
 *
 *   person,team,manager,kind,valid_from,valid_to
 *
 * manager is a person of the same chart or empty; kind is human or service,
 * human where empty or where there is no such column; the times are ISO 8601,
 * UTC where they name no zone, a date being its midnight; valid_from empty is
 * since ever, valid_to empty is still, and valid_to itself is outside.
 *
 * Valid is a chart in which no two rows of a person overlap, every manager is
 * a person, and at no moment somebody is above themself.
 */
#ifndef DYETRACE_ORIGIN_ORG_CHART_H
#define DYETRACE_ORIGIN_ORG_CHART_H

#include "base/buffer.h"
#include "base/symbols.h"
#include "base/yaml.h"
#include "model/origin.h"
#include "origin/identity.h"

#define ORG_CHART_BYTES_MAX ((size_t)512 << 20)
#define ORG_CHART_ROWS_MAX 2000000
/* As it is recorded: one record of the ledger holds no more. Some 450,000 rows. */
#define ORG_CHART_NOTE_BYTES_MAX ((size_t)48 << 20)
#define ORG_CHART_LEVELS_MAX 256 /* managers above one another */
#define ORG_CHART_PROBLEMS_MAX 200

struct org_chart;

/*
 * Adds every mistake to problems, as line and column with what to do; names of
 * people are not repeated there.
 *
 * ERROR_MISSING, ERROR_IO, ERROR_LIMIT  it cannot be read at all
 */
MUST_USE bool org_chart_check(const char *path, struct yaml_problems *problems, struct error *err);

/*
 * names  team symbols go there; outlives the chart
 * chart  gives: ended by org_chart_close()
 *
 * ERROR_USAGE  the first mistake, and how many more; and as org_chart_check()
 */
MUST_USE bool org_chart_open(
    const char *path, struct symbols *names, struct org_chart **chart, struct error *err);
/* The same from bytes; file is how messages call it. */
MUST_USE bool org_chart_parse(const char *file, struct text bytes, struct symbols *names,
    struct org_chart **chart, struct error *err);
void org_chart_close(struct org_chart *chart);

/* How somebody stands in the chart at a moment. */
enum chart_standing {
	CHART_ABSENT,  /* not in it at all */
	CHART_VALID,   /* a row holds */
	CHART_OUTSIDE, /* in it, but not then: the last row before that moment, else the first one */
};
struct chart_place {
	enum chart_standing standing;
	int64_t from_ms, to_ms; /* from <= moment < to: while this answer holds */
	uint32_t team;          /* symbol; SYMBOL_NONE where absent */
	enum actor_kind kind;   /* ACTOR_UNKNOWN where absent */
};
void org_chart_find(
    const struct org_chart *chart, struct text person, int64_t time_ms, struct chart_place *place);

size_t org_chart_rows(const struct org_chart *chart);
size_t org_chart_persons(const struct org_chart *chart);
/* Whether both say the same, whatever the order of their lines. */
bool org_chart_equal(const struct org_chart *a, const struct org_chart *b);

/*
 * Appends the chart as the ledger records it: the same CSV with the 32 hex
 * digits of pseudonyms for names, in their order and by valid_from, so that
 * equal charts give equal bytes. Persons not met before are added to identity:
 * commit it before the note is written.
 *
 * ERROR_LIMIT  there are more persons than identity may hold; and as identity_find_or_add()
 */
MUST_USE bool org_chart_print_pseudonymised(const struct org_chart *chart,
    struct identity *identity, struct buffer *csv, struct error *err);
/* Reads that back; persons are found by their 32 hex digits. ERROR_MALFORMED. */
MUST_USE bool org_chart_parse_pseudonymised(
    struct text csv, struct symbols *names, struct org_chart **chart, struct error *err);

#endif
