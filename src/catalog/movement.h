/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Movement added up, as the catalog keeps it (schemas/catalog/0002_movement.sql):
 * rows on their way into a commit, the questions, and reading the rows' bytes
 * (model/movement.h), which are never trusted.
 */
#ifndef DYETRACE_CATALOG_MOVEMENT_H
#define DYETRACE_CATALOG_MOVEMENT_H

#include "catalog/catalog.h"
#include "model/movement.h"

/* --- rows for one commit --------------------------------------------------------------- */

/* Rows that a sink was given, copied, in their order. Zeroed: empty. One thread at a time. */
struct movement_log {
	size_t count, capacity;
	struct movement_log_row *rows;
	struct buffer bytes; /* texts of the rows */
};

/* Fills log, which outlives the sink. */
struct movement_sink movement_log_sink(struct movement_log *log, bool sparing);
void movement_log_clear(struct movement_log *log); /* keeps its memory */
void movement_log_fini(struct movement_log *log);

/* --- questions: as those of catalog.h ---------------------------------------------------- */

struct catalog_subject {
	uint32_t number;
	enum movement_kind kind;
	struct text name;
};
MUST_USE bool catalog_subject(struct catalog *catalog, enum movement_kind kind, struct text name,
    uint32_t *number, bool *found, struct error *err);
/* In order of number; the name is borrowed for the visit. */
MUST_USE bool catalog_subjects(struct catalog *catalog,
    bool (*visit)(void *context, const struct catalog_subject *subject), void *context,
    struct error *err);
MUST_USE bool catalog_words(struct catalog *catalog,
    bool (*visit)(void *context, uint32_t number, struct text text), void *context,
    struct error *err);
/* One word; appended. MOVEMENT_UNKNOWN and MOVEMENT_EXPIRY are none. */
MUST_USE bool catalog_word(
    struct catalog *catalog, uint32_t number, struct buffer *text, bool *found, struct error *err);

struct catalog_movement_day {
	uint32_t subject;
	int64_t day;
	bool ended; /* false: it goes on, and more may have been counted since */
	uint64_t actor_count;
	double total, squares;     /* effective number of contributors: total * total / squares */
	struct text cells, actors; /* borrowed for the visit */
};
/* Of a subject, days [from, to], ascending. with_actors = false: actors are absent, which spares their reading. */
MUST_USE bool
catalog_movement_days(struct catalog *catalog, uint32_t subject, int64_t from, int64_t to,
    bool with_actors, bool (*visit)(void *context, const struct catalog_movement_day *day),
    void *context, struct error *err);

/* What an actor did to a subject on a day, in one part of it. */
struct catalog_movement_actor {
	int64_t day;
	uint32_t part, subject;
	bool ended;
	uint64_t count;
	double magnitude, moved;
};
/* Of days [from, to], ascending by (day, part, subject): add the parts. One row is read for each day and part. */
MUST_USE bool catalog_movement_of_actor(struct catalog *catalog, uint32_t actor, int64_t from,
    int64_t to, bool (*visit)(void *context, const struct catalog_movement_actor *moved),
    void *context, struct error *err);

struct catalog_scale {
	uint64_t record; /* in force from here on */
	int64_t day;     /* which left it */
	double scale;
};
/* In force at a record; found = false: none yet. UINT64_MAX: the newest. */
MUST_USE bool catalog_scale_at(struct catalog *catalog, uint32_t subject, uint64_t record,
    struct catalog_scale *scale, bool *found, struct error *err);

/* --- bytes of rows ---------------------------------------------------------------------- */

struct movement_sums {
	uint64_t count;
	double magnitude, moved; /* finite; magnitude not negative */
};

/* Begins as {.bytes = reader_of(text)}. */
struct movement_reader {
	struct reader bytes;
	size_t number;      /* items read so far */
	uint64_t last;      /* of what they are in order by */
	double last_weight; /* of the heaviest actors */
};
struct movement_cell_read {
	uint32_t hour, by, word; /* MOVEMENT_EXPIRY, MOVEMENT_UNKNOWN */
	struct movement_sums sums;
};
/* The next of a day's cells; *more = false: it was the last. ERROR_DAMAGED "cell 12: hour 25" */
MUST_USE bool movement_read_cell(
    struct movement_reader *reader, struct movement_cell_read *cell, bool *more, struct error *err);
struct movement_top_read {
	uint32_t actor;
	struct movement_sums sums;
};
/* The next of a day's heaviest actors. */
MUST_USE bool movement_read_top(
    struct movement_reader *reader, struct movement_top_read *actor, bool *more, struct error *err);
/* The next actor of a bucket's rows, whose `subjects` (at least one) are read with movement_read_subject() before the next. */
struct movement_actor_read {
	uint32_t actor, subjects;
	uint32_t last; /* subject read last */
};
MUST_USE bool movement_read_actor(struct movement_reader *reader, struct movement_actor_read *actor,
    bool *more, struct error *err);
MUST_USE bool
movement_read_subject(struct movement_reader *reader, struct movement_actor_read *actor,
    uint32_t *subject, struct movement_sums *sums, struct error *err);
/* Passes over all that are left of them, without a look at the numbers. */
MUST_USE bool movement_pass_subjects(
    struct movement_reader *reader, struct movement_actor_read *actor, struct error *err);

#endif
