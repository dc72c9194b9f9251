/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows from the sink into a commit: copied by the thread that counts, written by
 * the one that commits.
 */
#include "movement_inside.h"

#include "base/memory.h"

/* --- collecting ----------------------------------------------------------------------- */

enum log_kind {
	LOG_SUBJECT,
	LOG_WORD,
	LOG_DAY,
	LOG_ACTORS,
	LOG_SCALE
};

struct movement_log_row {
	enum log_kind kind;
	uint32_t number; /* subject or word; bucket */
	uint32_t part;   /* or the kind of a subject */
	bool ended;
	int64_t day;
	uint64_t count;          /* of actors; or a scale's record */
	double total, squares;   /* total: or the scale */
	size_t at, size, second; /* of bytes: the first text, and how much of it is the second */
};

static void
add_row(
    struct movement_log *log, struct movement_log_row row, struct text first, struct text second)
{
	memory_grow(&log->rows, &log->capacity, log->count + 1, sizeof(*log->rows));
	row.at = log->bytes.size;
	row.size = first.size;
	row.second = second.size;
	buffer_add_text(&log->bytes, first);
	buffer_add_text(&log->bytes, second);
	log->rows[log->count++] = row;
}

static void
log_subject(void *context, uint32_t number, enum movement_kind kind, struct text name)
{
	add_row(context,
	    (struct movement_log_row){.kind = LOG_SUBJECT, .number = number, .part = kind}, name,
	    TEXT_NONE);
}

static void
log_word(void *context, uint32_t number, struct text text)
{
	add_row(context, (struct movement_log_row){.kind = LOG_WORD, .number = number}, text,
	    TEXT_NONE);
}

static void
log_day(void *context, uint32_t subject, int64_t day, bool ended, uint64_t actor_count,
    double total, double squares, struct text cells, struct text actors)
{
	add_row(context,
	    (struct movement_log_row){
		.kind = LOG_DAY,
		.number = subject,
		.day = day,
		.ended = ended,
		.count = actor_count,
		.total = total,
		.squares = squares,
	    },
	    cells, actors);
}

static void
log_actors(void *context, int64_t day, uint32_t part, uint32_t bucket, bool ended, struct text rows)
{
	add_row(context,
	    (struct movement_log_row){
		.kind = LOG_ACTORS, .number = bucket, .part = part, .day = day, .ended = ended},
	    rows, TEXT_NONE);
}

static void
log_scale(void *context, uint32_t subject, uint64_t record, int64_t day, double scale)
{
	add_row(context,
	    (struct movement_log_row){
		.kind = LOG_SCALE, .number = subject, .day = day, .count = record, .total = scale},
	    TEXT_NONE, TEXT_NONE);
}

struct movement_sink
movement_log_sink(struct movement_log *log, bool sparing)
{
	return (struct movement_sink){
	    .context = log,
	    .sparing = sparing,
	    .subject = log_subject,
	    .word = log_word,
	    .day = log_day,
	    .actors = log_actors,
	    .scale = log_scale,
	};
}

void
movement_log_clear(struct movement_log *log)
{
	log->count = 0;
	log->bytes.size = 0;
}

void
movement_log_fini(struct movement_log *log)
{
	memory_free(log->rows);
	buffer_fini(&log->bytes);
	*log = (struct movement_log){0};
}

/* --- writing -------------------------------------------------------------------------- */

static struct text
first_text(const struct movement_log *log, const struct movement_log_row *row)
{
	return (struct text){row->size ? (const char *)log->bytes.data + row->at : "", row->size};
}

static struct text
second_text(const struct movement_log *log, const struct movement_log_row *row)
{
	return (struct text){
	    row->second ? (const char *)log->bytes.data + row->at + row->size : "", row->second};
}

/* Whether there is a row of all that is bound. */
static bool
is_there(struct statement *statement, bool *there, struct error *err)
{
	bool done = statement_step(statement, there, err);

	statement_reset(statement);
	return done;
}

/* A name that is there already must be the same. */
static bool
put_name(struct catalog *catalog, enum catalog_sql ask, enum catalog_sql put,
    const struct movement_log *log, const struct movement_log_row *row, struct error *err)
{
	const enum catalog_sql both[] = {ask, put};
	struct statement *statement;
	bool there = false;
	int i;

	for (i = 0; i < 2 && !there; i++) {
		if (!catalog_sql(catalog, both[i], &statement, err))
			return false;
		statement_bind_long(statement, 1, row->number);
		statement_bind_text(statement, 2, first_text(log, row));
		if (row->kind == LOG_SUBJECT)
			statement_bind_long(statement, 3, row->part);
		if (!is_there(statement, &there, err))
			return error_within(
			    err, "%s %u", row->kind == LOG_WORD ? "word" : "subject", row->number);
	}
	return true;
}

static bool
put_day(struct catalog *catalog, const struct movement_log *log, const struct movement_log_row *row,
    struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_MOVEMENT_DAY_PUT, &statement, err))
		return false;
	statement_bind_long(statement, 1, movement_day_key(row->number, row->day));
	statement_bind_long(statement, 2, row->number);
	statement_bind_long(statement, 3, row->day);
	statement_bind_long(statement, 4, row->ended);
	statement_bind_u64(statement, 5, row->count);
	statement_bind_double(statement, 6, row->total);
	statement_bind_double(statement, 7, row->squares);
	statement_bind_blob(statement, 8, first_text(log, row));
	statement_bind_blob(statement, 9, second_text(log, row));
	return statement_run(statement, err);
}

static bool
put_actors(struct catalog *catalog, const struct movement_log *log,
    const struct movement_log_row *row, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_MOVEMENT_ACTOR_PUT, &statement, err))
		return false;
	statement_bind_long(statement, 1, movement_actor_key(row->number, row->day, row->part));
	statement_bind_long(statement, 2, row->number);
	statement_bind_long(statement, 3, row->day);
	statement_bind_long(statement, 4, row->part);
	statement_bind_long(statement, 5, row->ended);
	statement_bind_blob(statement, 6, first_text(log, row));
	return statement_run(statement, err);
}

static bool
put_scale(struct catalog *catalog, const struct movement_log_row *row, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_SCALE_PUT, &statement, err))
		return false;
	statement_bind_long(statement, 1, row->number);
	statement_bind_u64(statement, 2, row->count);
	statement_bind_long(statement, 3, row->day);
	statement_bind_double(statement, 4, row->total);
	return statement_run(statement, err);
}

static bool
put_row(struct catalog *catalog, const struct movement_log *log, const struct movement_log_row *row,
    struct error *err)
{
	switch (row->kind) {
	case LOG_SUBJECT:
		return put_name(catalog, SQL_SUBJECT_SAME, SQL_SUBJECT_PUT, log, row, err);
	case LOG_WORD:
		return put_name(catalog, SQL_WORD_SAME, SQL_WORD_PUT, log, row, err);
	case LOG_DAY:
		return put_day(catalog, log, row, err);
	case LOG_ACTORS:
		return put_actors(catalog, log, row, err);
	default:
		return put_scale(catalog, row, err);
	}
}

bool
movement_put(struct catalog *catalog, const struct movement_log *log, struct error *err)
{
	size_t i;

	for (i = 0; log && i < log->count; i++)
		if (!put_row(catalog, log, &log->rows[i], err))
			return false;
	return true;
}
