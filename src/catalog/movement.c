/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about movement. */
#include "movement_inside.h"

/* --- names ---------------------------------------------------------------------------- */

bool
catalog_subject(struct catalog *catalog, enum movement_kind kind, struct text name,
    uint32_t *number, bool *found, struct error *err)
{
	struct statement *statement;
	bool done;

	if (!catalog_sql(catalog, SQL_SUBJECT, &statement, err))
		return false;
	statement_bind_long(statement, 1, kind);
	statement_bind_text(statement, 2, name);
	done = statement_step(statement, found, err);
	if (done && *found)
		*number = (uint32_t)statement_long(statement, 0);
	statement_reset(statement);
	return done;
}

bool
catalog_subjects(struct catalog *catalog,
    bool (*visit)(void *context, const struct catalog_subject *subject), void *context,
    struct error *err)
{
	struct statement *statement;
	struct catalog_subject subject;
	bool row, done, more = true;

	if (!catalog_sql_own(catalog, SQL_SUBJECTS, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row && more) {
		subject = (struct catalog_subject){
		    .number = (uint32_t)statement_long(statement, 0),
		    .kind = (enum movement_kind)statement_long(statement, 1),
		    .name = statement_text(statement, 2),
		};
		more = visit(context, &subject);
	}
	statement_close(statement);
	return done;
}

bool
catalog_words(struct catalog *catalog,
    bool (*visit)(void *context, uint32_t number, struct text text), void *context,
    struct error *err)
{
	struct statement *statement;
	bool row, done, more = true;

	if (!catalog_sql_own(catalog, SQL_WORDS, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row && more)
		more = visit(
		    context, (uint32_t)statement_long(statement, 0), statement_text(statement, 1));
	statement_close(statement);
	return done;
}

bool
catalog_word(
    struct catalog *catalog, uint32_t number, struct buffer *text, bool *found, struct error *err)
{
	struct statement *statement;
	bool done;

	if (!catalog_sql(catalog, SQL_WORD, &statement, err))
		return false;
	statement_bind_long(statement, 1, number);
	done = statement_step(statement, found, err);
	if (done && *found)
		buffer_add_text(text, statement_text(statement, 0));
	statement_reset(statement);
	return done;
}

/* --- days of a subject ---------------------------------------------------------------- */

static int64_t
within(int64_t day)
{
	if (day < MOVEMENT_DAY_MIN)
		return MOVEMENT_DAY_MIN;
	return day > MOVEMENT_DAY_MAX ? MOVEMENT_DAY_MAX : day;
}

static void
read_day(struct statement *statement, bool with_actors, struct catalog_movement_day *day)
{
	*day = (struct catalog_movement_day){
	    .subject = (uint32_t)statement_long(statement, 0),
	    .day = statement_long(statement, 1),
	    .ended = statement_long(statement, 2) != 0,
	    .actor_count = statement_u64(statement, 3),
	    .total = statement_double(statement, 4),
	    .squares = statement_double(statement, 5),
	    .cells = statement_text(statement, 6),
	    .actors = with_actors ? statement_text(statement, 7) : TEXT_NONE,
	};
}

static bool
visit_days(struct catalog *catalog, int64_t first_key, int64_t last_key, bool with_actors,
    bool (*visit)(void *context, const struct catalog_movement_day *day), void *context,
    struct error *err)
{
	struct statement *statement;
	struct catalog_movement_day day;
	bool row, done, more = true;

	if (!catalog_sql_own(catalog, SQL_MOVEMENT_DAYS, &statement, err))
		return false;
	statement_bind_long(statement, 1, first_key);
	statement_bind_long(statement, 2, last_key);
	while ((done = statement_step(statement, &row, err)) && row && more) {
		read_day(statement, with_actors, &day);
		more = visit(context, &day);
	}
	statement_close(statement);
	return done;
}

bool
catalog_movement_days(struct catalog *catalog, uint32_t subject, int64_t from, int64_t to,
    bool with_actors, bool (*visit)(void *context, const struct catalog_movement_day *day),
    void *context, struct error *err)
{
	return from > to ||
	    visit_days(catalog, movement_day_key(subject, within(from)),
		movement_day_key(subject, within(to)), with_actors, visit, context, err);
}

bool
movement_all_days(struct catalog *catalog,
    bool (*visit)(void *context, const struct catalog_movement_day *day), void *context,
    struct error *err)
{
	return visit_days(catalog, INT64_MIN, INT64_MAX, true, visit, context, err);
}

/* --- an actor ------------------------------------------------------------------------- */

struct actor_walk {
	uint32_t actor;
	bool (*visit)(void *context, const struct catalog_movement_actor *moved);
	void *context;
	bool more;
};

static bool
visit_subjects(struct actor_walk *walk, struct movement_reader *reader,
    struct movement_actor_read *actor, struct catalog_movement_actor *moved, struct error *err)
{
	struct movement_sums sums;

	for (; actor->subjects && walk->more; actor->subjects--) {
		if (!movement_read_subject(reader, actor, &moved->subject, &sums, err))
			return false;
		moved->count = sums.count;
		moved->magnitude = sums.magnitude;
		moved->moved = sums.moved;
		walk->more = walk->visit(walk->context, moved);
	}
	return true;
}

/* What one row has of the actor. Those before it are passed over. */
static bool
read_part(struct actor_walk *walk, struct catalog_movement_actor *moved, struct text rows,
    struct error *err)
{
	struct movement_reader reader = {.bytes = reader_of(rows)};
	struct movement_actor_read actor;
	bool more;

	for (;;) {
		if (!movement_read_actor(&reader, &actor, &more, err))
			return false;
		if (!more || actor.actor > walk->actor)
			return true;
		if (actor.actor == walk->actor)
			return visit_subjects(walk, &reader, &actor, moved, err);
		if (!movement_pass_subjects(&reader, &actor, err))
			return false;
	}
}

static bool
read_parts(struct catalog *catalog, struct statement *statement, struct actor_walk *walk,
    struct error *err)
{
	struct catalog_movement_actor moved;
	struct error found = {0};
	bool row;

	while (walk->more) {
		if (!statement_step(statement, &row, err))
			return false;
		if (!row)
			return true;
		moved = (struct catalog_movement_actor){
		    .day = statement_long(statement, 0),
		    .part = (uint32_t)statement_long(statement, 1),
		    .ended = statement_long(statement, 2) != 0,
		};
		if (!read_part(walk, &moved, statement_text(statement, 3), &found))
			return catalog_damaged(catalog, err,
			    "movement of day %lld, part %u, bucket %u: %s", (long long)moved.day,
			    moved.part, walk->actor >> 24, found.text);
	}
	return true;
}

bool
catalog_movement_of_actor(struct catalog *catalog, uint32_t actor, int64_t from, int64_t to,
    bool (*visit)(void *context, const struct catalog_movement_actor *moved), void *context,
    struct error *err)
{
	struct actor_walk walk = {actor, visit, context, true};
	uint32_t bucket = actor >> 24;
	struct statement *statement;
	bool done;

	if (from > to)
		return true;
	if (!catalog_sql_own(catalog, SQL_MOVEMENT_ACTORS, &statement, err))
		return false;
	statement_bind_long(statement, 1, movement_actor_key(bucket, within(from), 0));
	statement_bind_long(
	    statement, 2, movement_actor_key(bucket, within(to), MOVEMENT_PARTS - 1));
	done = read_parts(catalog, statement, &walk, err);
	statement_close(statement);
	return done;
}

/* --- scales --------------------------------------------------------------------------- */

bool
catalog_scale_at(struct catalog *catalog, uint32_t subject, uint64_t record,
    struct catalog_scale *scale, bool *found, struct error *err)
{
	struct statement *statement;
	bool done;

	if (!catalog_sql(catalog, SQL_SCALE_AT, &statement, err))
		return false;
	statement_bind_long(statement, 1, subject);
	statement_bind_long(statement, 2, record > INT64_MAX ? INT64_MAX : (int64_t)record);
	done = statement_step(statement, found, err);
	if (done && *found)
		*scale = (struct catalog_scale){
		    .record = statement_u64(statement, 0),
		    .day = statement_long(statement, 1),
		    .scale = statement_double(statement, 2),
		};
	statement_reset(statement);
	return done;
}
