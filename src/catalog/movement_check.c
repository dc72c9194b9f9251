/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Movement's rows, each byte of them, and what must hold between them: names are
 * there, a bucket's actors are its own, and a day's sums by team add up to its total.
 */
#include "movement_inside.h"

#include <math.h>

/* Sums of the same numbers in another order: as far apart as they may be. */
#define SUMS_APART 1e-6
/* From here on a sum may have stopped at the greatest number. */
#define SUMS_HUGE 1e300

struct names {
	uint32_t subjects, words;
};

/* --- names ---------------------------------------------------------------------------- */

/* Numbers from 1 without a hole; *count: how many. */
static bool
count_names(struct catalog *catalog, enum catalog_sql which, const char *what, uint32_t *count,
    struct error *err)
{
	struct statement *statement;
	bool row, done;

	*count = 0;
	if (!catalog_sql_own(catalog, which, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row)
		if (statement_long(statement, 0) != (int64_t)++ * count) {
			done = catalog_damaged(catalog, err, "%s %u is missing", what, *count);
			break;
		}
	statement_close(statement);
	return done;
}

/* --- a subject's day ------------------------------------------------------------------ */

/* *total: of what teams moved. */
static bool
check_cells(struct text cells, const struct names *names, double *total, struct error *err)
{
	struct movement_reader reader = {.bytes = reader_of(cells)};
	struct movement_cell_read cell;
	bool more;

	*total = 0;
	for (;;) {
		if (!movement_read_cell(&reader, &cell, &more, err))
			return false;
		if (!more)
			return true;
		if (cell.word == MOVEMENT_EXPIRY)
			continue;
		if (cell.word > names->words)
			return error_set(
			    err, ERROR_DAMAGED, "word %u, which is not there", cell.word);
		if (cell.by == BY_TEAM)
			*total += cell.sums.magnitude;
	}
}

static bool
check_top(const struct catalog_movement_day *day, struct error *err)
{
	struct movement_reader reader = {.bytes = reader_of(day->actors)};
	struct movement_top_read actor;
	double total = 0;
	bool more;

	for (;;) {
		if (!movement_read_top(&reader, &actor, &more, err))
			return false;
		if (!more)
			break;
		total += actor.sums.magnitude;
	}
	if (reader.number > day->actor_count ||
	    (total < SUMS_HUGE && total > day->total * (1 + SUMS_APART)))
		return error_set(err, ERROR_DAMAGED, "%zu actors moved %g, all of %llu %g",
		    reader.number, total, (unsigned long long)day->actor_count, day->total);
	return true;
}

static bool
check_day(const struct catalog_movement_day *day, const struct names *names, struct error *err)
{
	double total;

	if (day->subject > names->subjects)
		return error_set(err, ERROR_DAMAGED, "the subject is not there");
	if (!check_cells(day->cells, names, &total, err) || !check_top(day, err))
		return false;
	if (total < SUMS_HUGE && fabs(total - day->total) > total * SUMS_APART)
		return error_set(
		    err, ERROR_DAMAGED, "teams moved %g, actors %g", total, day->total);
	return true;
}

struct day_walk {
	const struct names *names;
	struct error found;
};

static bool
visit_day(void *context, const struct catalog_movement_day *day)
{
	struct day_walk *walk = context;

	return check_day(day, walk->names, &walk->found) ||
	    error_within(&walk->found, "subject %u, day %lld", day->subject, (long long)day->day);
}

static bool
check_days(struct catalog *catalog, const struct names *names, struct error *err)
{
	struct day_walk walk = {.names = names};

	if (!movement_all_days(catalog, visit_day, &walk, err))
		return false;
	return walk.found.kind == ERROR_NONE ||
	    catalog_damaged(catalog, err, "movement: %s", walk.found.text);
}

/* --- actors --------------------------------------------------------------------------- */

static bool
check_subjects(struct movement_reader *reader, struct movement_actor_read *actor,
    const struct names *names, struct error *err)
{
	struct movement_sums sums;
	uint32_t subject;

	for (; actor->subjects; actor->subjects--) {
		if (!movement_read_subject(reader, actor, &subject, &sums, err))
			return false;
		if (subject > names->subjects)
			return error_set(
			    err, ERROR_DAMAGED, "subject %u, which is not there", subject);
	}
	return true;
}

static bool
check_bucket(struct text rows, uint32_t bucket, const struct names *names, struct error *err)
{
	struct movement_reader reader = {.bytes = reader_of(rows)};
	struct movement_actor_read actor;
	bool more;

	for (;;) {
		if (!movement_read_actor(&reader, &actor, &more, err))
			return false;
		if (!more)
			return true;
		if (actor.actor >> 24 != bucket)
			return error_set(
			    err, ERROR_DAMAGED, "actor %08x of another bucket", actor.actor);
		if (!check_subjects(&reader, &actor, names, err))
			return false;
	}
}

static bool
check_actor_rows(struct catalog *catalog, struct statement *statement, const struct names *names,
    struct error *err)
{
	struct error found = {0};
	bool row;

	for (;;) {
		if (!statement_step(statement, &row, err))
			return false;
		if (!row)
			return true;
		if (!check_bucket(statement_text(statement, 3),
			(uint32_t)statement_long(statement, 4), names, &found))
			return catalog_damaged(catalog, err,
			    "movement of day %lld, part %lld, bucket %lld: %s",
			    (long long)statement_long(statement, 0),
			    (long long)statement_long(statement, 1),
			    (long long)statement_long(statement, 4), found.text);
	}
}

static bool
check_actors(struct catalog *catalog, const struct names *names, struct error *err)
{
	struct statement *statement;
	bool done;

	if (!catalog_sql_own(catalog, SQL_MOVEMENT_ACTORS, &statement, err))
		return false;
	statement_bind_long(statement, 1, INT64_MIN);
	statement_bind_long(statement, 2, INT64_MAX);
	done = check_actor_rows(catalog, statement, names, err);
	statement_close(statement);
	return done;
}

/* --- scales --------------------------------------------------------------------------- */

static bool
check_scales(struct catalog *catalog, const struct names *names, struct error *err)
{
	struct catalog_state state;
	struct statement *statement;
	bool row, done;

	if (!catalog_state(catalog, &state, err) ||
	    !catalog_sql_own(catalog, SQL_SCALES, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row) {
		if (statement_long(statement, 0) <= names->subjects &&
		    statement_u64(statement, 1) < state.records)
			continue;
		done = catalog_damaged(catalog, err,
		    "a scale of subject %lld from record %lld on, which is not there",
		    (long long)statement_long(statement, 0),
		    (long long)statement_long(statement, 1));
		break;
	}
	statement_close(statement);
	return done;
}

bool
movement_check(struct catalog *catalog, struct error *err)
{
	struct names names;

	return count_names(catalog, SQL_SUBJECTS, "subject", &names.subjects, err) &&
	    count_names(catalog, SQL_WORDS, "word", &names.words, err) &&
	    check_days(catalog, &names, err) && check_actors(catalog, &names, err) &&
	    check_scales(catalog, &names, err);
}
