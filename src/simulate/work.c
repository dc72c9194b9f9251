/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A day's work: everybody's moments of the day in order of time, and at each
 * an entity is made or changed the way its dataset allows and its author is
 * used to.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "company.h"

#define OPEN_MAX 4000 /* entities that are not closed, per dataset */

struct thing {
	uint32_t entity; /* symbol */
	struct value values[KIND_FIELDS_MAX];
	uint32_t step; /* of its FIELD_STEP */
};

struct pool {
	struct thing *things;
	uint32_t count;
	uint32_t made;
};

struct moment {
	int64_t time_ms;
	uint32_t person;
};

struct work {
	const struct company *company;
	struct log *log;
	struct chance chance;
	struct pool *pools; /* [kind] */
	struct moment *moments;
	size_t moment_count, moment_capacity;
};

/* A number in 0..1 that a person always has for a field and value. */
static double
leaning(uint64_t taste, uint32_t field, uint32_t value)
{
	struct chance chance;

	chance_init(&chance, taste, (uint64_t)field << 32 | value);
	return chance_unit(&chance);
}

/* --- values ---------------------------------------------------------------------------- */

static struct value
text_value(struct log *log, const char *word)
{
	return (struct value){
	    .kind = VALUE_TEXT, .text = symbols_text(log->names, log_name(log, word))};
}

/* The first values are the usual ones; a person leans to some of them. */
static struct value
pick_category(
    struct work *work, const struct person *person, const struct field_row *field, uint32_t index)
{
	double weights[32];
	uint32_t count = word_count(field->values), i;
	char word[64];

	for (i = 0; i < count && i < ARRAY_COUNT(weights); i++)
		weights[i] = (0.35 + leaning(person->taste, index, i)) / (1.0 + i * (i + 1) * 0.5);
	return text_value(work->log,
	    word_at(field->values, chance_weighted(&work->chance, weights, count), word));
}

static struct value
pick_number(
    struct work *work, const struct person *person, const struct field_row *field, uint32_t index)
{
	double own = field->median *
	    power_of_two((leaning(person->taste, index, 77) - 0.5) * field->spread * 0.5);
	double number = chance_spread(&work->chance, own, field->spread * 0.6);

	if (field->median < 1 && number > 1)
		number = 2 - number < 0.5 ? 0.99 : 2 - number;
	/* People like round amounts. */
	if (number > 50 && chance_is(&work->chance, 0.3))
		number = floor(number / 5 + 0.5) * 5;
	return (struct value){.kind = VALUE_DOUBLE, .number = floor(number * 100 + 0.5) / 100};
}

static bool
same(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == VALUE_TEXT)
		return text_equal(a->text, b->text);
	if (a->kind == VALUE_LONG)
		return a->integer == b->integer;
	return a->kind != VALUE_DOUBLE || a->number == b->number;
}

static struct value
next_value(struct work *work, const struct person *person, const struct field_row *field,
    uint32_t index, struct thing *thing)
{
	const struct value *now = &thing->values[index];
	char word[64];

	switch (field->kind) {
	case FIELD_CATEGORY:
		return pick_category(work, person, field, index);
	case FIELD_NUMBER:
		return pick_number(work, person, field, index);
	case FIELD_COUNT:
		return (struct value){
		    .kind = VALUE_LONG, .integer = now->kind == VALUE_LONG ? now->integer + 1 : 1};
	case FIELD_STEP:
		break;
	}
	if (now->kind != VALUE_NULL && thing->step + 1 < word_count(field->values))
		thing->step++;
	return text_value(work->log, word_at(field->values, thing->step, word));
}

/* --- entities -------------------------------------------------------------------------- */

static struct thing *
make_thing(struct work *work, uint32_t kind)
{
	struct pool *pool = &work->pools[kind];
	struct thing *thing;
	char name[96];

	/* The oldest gives way where too many stay open. */
	if (pool->count == OPEN_MAX)
		pool->things[chance_below(&work->chance, OPEN_MAX / 8)] =
		    pool->things[--pool->count];
	thing = &pool->things[pool->count++];
	snprintf(name, sizeof(name), "%s/%06u", kinds[kind].prefix, ++pool->made);
	*thing = (struct thing){.entity = log_name(work->log, name)};
	return thing;
}

static bool
closed(const struct thing *thing, uint32_t kind)
{
	uint32_t i;

	for (i = 0; i < KIND_FIELDS_MAX && kinds[kind].fields[i].name; i++)
		if (kinds[kind].fields[i].kind == FIELD_STEP)
			return thing->step + 1 == word_count(kinds[kind].fields[i].values);
	return false;
}

static void
change_fields(struct work *work, const struct person *person, uint32_t kind, struct thing *thing,
    bool created, struct log_event *event)
{
	const struct kind_row *row = &kinds[kind];
	uint32_t i, count = 0;

	for (i = 0; i < KIND_FIELDS_MAX && row->fields[i].name; i++) {
		const struct field_row *field = &row->fields[i];
		struct value value;

		if (!chance_is(&work->chance, created ? field->at_create : field->at_update))
			continue;
		value = next_value(work, person, field, i, thing);
		if (same(&value, &thing->values[i]))
			continue;
		event->changes[count++] =
		    (struct log_change){log_name(work->log, field->name), thing->values[i], value};
		thing->values[i] = value;
	}
	event->change_count = count;
}

static uint32_t
channel_of(struct work *work, const struct person *person, const struct kind_row *row)
{
	double weights[8];
	uint32_t count = word_count(row->channels), i;
	char word[64];

	if (person->service)
		return log_name(work->log, "api");
	for (i = 0; i < count; i++)
		weights[i] =
		    0.05 + leaning(person->taste, 1000, i) * leaning(person->taste, 1000, i);
	return log_name(work->log,
	    word_at(row->channels, chance_weighted(&work->chance, weights, count), word));
}

/* Mostly the department's own dataset; one in thirty helps out elsewhere. */
static uint32_t
kind_of_work(struct work *work, const struct person *person)
{
	if (!person->service && chance_is(&work->chance, 0.03))
		return (uint32_t)(leaning(person->taste, 2000, 0) * kind_count);
	return departments[person->department].kind;
}

static void
act(struct work *work, const struct moment *moment, int day)
{
	const struct person *person = &work->company->people[moment->person];
	uint32_t kind = kind_of_work(work, person);
	const struct kind_row *row = &kinds[kind];
	struct pool *pool = &work->pools[kind];
	bool created =
	    pool->count < 20 || (!person->service && chance_is(&work->chance, row->create_share));
	struct log_event *event = log_add(work->log, KIND_FIELDS_MAX);
	struct thing *thing;
	uint32_t at = 0;

	if (created) {
		thing = make_thing(work, kind);
	} else {
		/* The newer the likelier. */
		at = pool->count - 1 -
		    (uint32_t)(chance_unit(&work->chance) * chance_unit(&work->chance) *
			pool->count);
		thing = &pool->things[at];
	}
	event->time_ms = moment->time_ms;
	event->dataset = log_name(work->log, row->dataset);
	event->actor = person->name;
	event->team = company_team(work->company, person, day);
	event->system = log_name(work->log, row->system);
	event->channel = channel_of(work, person, row);
	event->entity = thing->entity;
	event->op = log_name(work->log, created ? "create" : "update");
	change_fields(work, person, kind, thing, created, event);
	if (closed(thing, kind))
		*thing = pool->things[--pool->count];
}

/* --- days ------------------------------------------------------------------------------ */

/* Two humps, before and after noon, within the person's hours. */
static int64_t
moment_of_day(struct work *work, const struct person *person)
{
	double at = person->service          ? chance_unit(&work->chance)
	    : chance_is(&work->chance, 0.55) ? 0.28 + 0.11 * chance_normal(&work->chance)
					     : 0.74 + 0.1 * chance_normal(&work->chance);
	double hour;

	at = at < 0 ? -at : at > 1 ? 2 - at : at;
	hour = person->start_hour + at * person->hours;
	/* A night shift's second half is the morning of the same day, so that days follow one another. */
	if (hour >= 24)
		hour -= 24;
	return (int64_t)(hour * 3600) * 1000;
}

static int
by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? -1 : 1;
	return (x->person > y->person) - (x->person < y->person);
}

static void
plan_day(struct work *work, int day)
{
	const struct company *company = work->company;
	uint32_t i;

	work->moment_count = 0;
	for (i = 0; i < company->count; i++) {
		const struct person *person = &company->people[i];
		int count;

		if (!company_works(company, person, day) ||
		    (!person->service && chance_is(&work->chance, 0.06)))
			continue;
		for (count = chance_count(&work->chance, person->rate); count > 0; count--) {
			memory_grow(&work->moments, &work->moment_capacity, work->moment_count + 1,
			    sizeof(*work->moments));
			work->moments[work->moment_count++] = (struct moment){
			    company->start_ms + day * DAY_MS + moment_of_day(work, person), i};
		}
	}
	qsort(work->moments, work->moment_count, sizeof(*work->moments), by_time);
}

void
company_work(const struct company *company, struct log *log, uint64_t seed,
    void (*progress)(void *context, int64_t done, int64_t total), void *context)
{
	struct work work = {.company = company, .log = log};
	uint32_t i;
	size_t j;
	int day;

	chance_init(&work.chance, seed, 2);
	work.pools = memory_get_array(kind_count, sizeof(*work.pools));
	for (i = 0; i < kind_count; i++)
		work.pools[i].things = memory_get_array(OPEN_MAX, sizeof(struct thing));
	for (day = 0; day < company->days; day++) {
		plan_day(&work, day);
		for (j = 0; j < work.moment_count; j++)
			act(&work, &work.moments[j], day);
		if (progress)
			progress(context, day + 1, company->days);
	}
	for (i = 0; i < kind_count; i++)
		memory_free(work.pools[i].things);
	memory_free(work.pools);
	memory_free(work.moments);
	log_sort(log);
}
