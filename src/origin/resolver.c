/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recorded events go through three stations in groups: names are hashed and their
 * lines of the table fetched; the entries are fetched; each event is decided. While
 * one group is decided, the memory answers for the two behind it. What the chart says
 * of an actor stands in the actor's entry with the span of time it holds for.
 */
#include "origin/resolver.h"

#include "base/memory.h"
#include "identity_inside.h"

#define GROUP 64 /* events */
#define NEAR 4   /* events ahead of the one decided, whose entries come close */

struct resolver {
	struct identity *identity;
	struct actor_table *table;
	const struct org_chart *chart;
	uint64_t counts[ORIGIN_RULE_COUNT];
};

struct resolver *
resolver_open(struct identity *identity, const struct org_chart *chart)
{
	struct resolver *resolver = memory_get(sizeof(*resolver));

	resolver->identity = identity;
	resolver->table = &identity->table;
	resolver_set_chart(resolver, chart);
	return resolver;
}

void
resolver_close(struct resolver *resolver)
{
	memory_free(resolver);
}

void
resolver_set_chart(struct resolver *resolver, const struct org_chart *chart)
{
	resolver->chart = chart;
	actor_table_reset_ranges(resolver->table);
}

/* What the chart says, without an entry to keep it in. */
static void
ask_chart(
    const struct resolver *resolver, struct text actor, int64_t time_ms, struct chart_place *place)
{
	if (resolver->chart)
		org_chart_find(resolver->chart, actor, time_ms, place);
	else
		*place = (struct chart_place){
		    .standing = CHART_ABSENT, .from_ms = INT64_MIN, .to_ms = INT64_MAX};
}

/*
 * Spans are kept in ticks of 4,096 ms since TIME_MIN, their edges drawn inwards:
 * for the few events within a tick of an edge the chart is asked each time.
 */
#define TICK_BITS 12
#define TICK_NONE UINT32_MAX /* in no span */

static uint32_t
tick_of(int64_t time_ms)
{
	return time_ms < TIME_MIN || time_ms > TIME_MAX
	    ? TICK_NONE
	    : (uint32_t)((time_ms - TIME_MIN) >> TICK_BITS);
}

static void
keep_span(struct identity_entry *entry, const struct chart_place *place)
{
	const int64_t round_up = (1 << TICK_BITS) - 1;

	entry->from_tick = place->from_ms <= TIME_MIN ? 0 : tick_of(place->from_ms + round_up);
	entry->to_tick = place->to_ms <= TIME_MIN ? 0 : tick_of(place->to_ms);
}

static void
refresh(const struct resolver *resolver, struct text actor, int64_t time_ms,
    struct identity_entry *entry)
{
	struct chart_place place;

	ask_chart(resolver, actor, time_ms, &place);
	keep_span(entry, &place);
	entry->team = place.team;
	entry->standing = place.standing & 3;
	/* An account that no chart names is treated as a person's. */
	entry->kind = (place.standing == CHART_ABSENT ? ACTOR_HUMAN : place.kind) & 3;
}

/* By what the chart says and whether the event names no team, the chart's or another. */
static const uint8_t rule_table[][3] = {
    [CHART_ABSENT] = {ORIGIN_UNRESOLVED, ORIGIN_EVENT, ORIGIN_EVENT},
    [CHART_VALID] = {ORIGIN_CHART, ORIGIN_CHART, ORIGIN_CHART_OVER_EVENT},
    [CHART_OUTSIDE] = {ORIGIN_CHART_EXPIRED, ORIGIN_EVENT_OUTSIDE_CHART,
	ORIGIN_EVENT_OUTSIDE_CHART},
};

static enum origin_rule
rule_of(enum chart_standing standing, uint32_t chart_team, uint32_t event_team)
{
	return rule_table[standing]
			 [(event_team != 0) + (event_team != 0 && event_team != chart_team)];
}

/* Which team each rule takes, and how sure that is; model/origin.h has the reasons. */
static const struct {
	uint32_t chart, event; /* a mask each: the one taken has all bits */
	uint8_t confidence;
} rules[ORIGIN_RULE_COUNT] = {
    [ORIGIN_NONE] = {0, 0, 0},
    [ORIGIN_CHART] = {UINT32_MAX, 0, 100},
    [ORIGIN_CHART_OVER_EVENT] = {UINT32_MAX, 0, 90},
    [ORIGIN_EVENT] = {0, UINT32_MAX, 60},
    [ORIGIN_EVENT_ONLY] = {0, UINT32_MAX, 40},
    [ORIGIN_CHART_EXPIRED] = {UINT32_MAX, 0, 30},
    [ORIGIN_EVENT_OUTSIDE_CHART] = {0, UINT32_MAX, 50},
    [ORIGIN_UNRESOLVED] = {0, 0, 0},
};

static void
decide(struct resolver *resolver, enum origin_rule rule, uint32_t chart_team, uint32_t event_team,
    struct origin *origin)
{
	origin->rule = rule;
	origin->confidence = rules[rule].confidence;
	origin->event_team = event_team;
	origin->team = (chart_team & rules[rule].chart) | (event_team & rules[rule].event);
	resolver->counts[rule]++;
}

/* An actor for whom there is no place: the chart still knows the name. */
static void
tag_without_entry(struct resolver *resolver, const struct event *event, struct origin *origin)
{
	struct chart_place place;

	ask_chart(resolver, event->actor, event->time_ms, &place);
	origin->kind = place.kind;
	decide(resolver, rule_of(place.standing, place.team, event->team), place.team, event->team,
	    origin);
}

static void
tag_with_entry(struct resolver *resolver, const struct event *event, struct identity_entry *entry,
    struct origin *origin)
{
	uint32_t tick = tick_of(event->time_ms);

	/* An empty span, as a new entry has, holds no moment. */
	if (tick < entry->from_tick || tick >= entry->to_tick)
		refresh(resolver, event->actor, event->time_ms, entry);
	origin->actor = entry->pseudonym;
	origin->actor_number = entry->number;
	origin->kind = entry->kind;
	decide(resolver, rule_of(entry->standing, entry->team, event->team), entry->team,
	    event->team, origin);
}

/*
 * Recorded events of a batch that are looked up together. Its loops are short: the
 * fewer instructions lie between two fetches, the more of them are under way. They
 * fetch into the second cache, since the first one drops what exceeds its queue.
 */
struct group {
	size_t count;
	size_t places[GROUP]; /* in the batch */
	uint32_t tags[GROUP];
	struct identity_entry *likely[GROUP];
};

static bool
tag(struct resolver *resolver, const struct event *event, uint32_t tag_of_name,
    struct identity_entry *likely, struct origin *origin, struct error *err)
{
	struct identity_entry *entry = likely;

	*origin = (struct origin){0};
	if (!event->actor.size) {
		decide(resolver, event->team ? ORIGIN_EVENT_ONLY : ORIGIN_NONE, SYMBOL_NONE,
		    event->team, origin);
		return true;
	}
	if (!(likely && actor_table_is_named(likely, event->actor)) &&
	    !identity_find_or_add_tagged(
		resolver->identity, event->actor, tag_of_name, &entry, err))
		return false;
	if (entry)
		tag_with_entry(resolver, event, entry, origin);
	else
		tag_without_entry(resolver, event, origin);
	return true;
}

/* Takes the next recorded events from place `next` on, hashes them and fetches their lines of the table. */
static size_t
line_up(
    struct group *group, const struct actor_table *table, const struct batch *batch, size_t next)
{
	size_t i;

	group->count = 0;
	for (; next < batch->count && group->count < GROUP; next++)
		if (batch->outcomes[next].disposition == DISPOSITION_RECORDED)
			group->places[group->count++] = next;
	for (i = 0; i < group->count; i++)
		group->tags[i] = actor_table_tag(table, batch->events[group->places[i]].actor);
	for (i = 0; i < group->count; i++)
		actor_table_prefetch_line(table, group->tags[i]);
	return next;
}

static void
fetch_entries(struct group *group, const struct actor_table *table)
{
	size_t i;

	for (i = 0; i < group->count; i++)
		group->likely[i] = actor_table_likely(table, group->tags[i]);
	for (i = 0; i < group->count; i++)
		__builtin_prefetch(group->likely[i], 0, 2);
}

static bool
decide_all(
    struct resolver *resolver, const struct group *group, struct batch *batch, struct error *err)
{
	size_t i, place;

	for (i = 0; i < group->count; i++) {
		place = group->places[i];
		if (i + NEAR < group->count)
			__builtin_prefetch(group->likely[i + NEAR]);
		if (!tag(resolver, &batch->events[place], group->tags[i], group->likely[i],
			&batch->origins[place], err))
			return false;
	}
	return true;
}

bool
origin_batch(struct resolver *resolver, struct batch *batch, struct error *err)
{
	struct group groups[3], *first = &groups[0], *second = &groups[1], *third = &groups[2],
				*done;
	size_t next = 0;

	second->count = third->count = 0;
	do {
		next = line_up(first, resolver->table, batch, next);
		fetch_entries(second, resolver->table);
		if (!decide_all(resolver, third, batch, err))
			return false;
		done = third;
		third = second;
		second = first;
		first = done;
	} while (next < batch->count || second->count || third->count);
	return true;
}

void
resolver_counts(const struct resolver *resolver, uint64_t counts[ORIGIN_RULE_COUNT])
{
	memcpy(counts, resolver->counts, sizeof(resolver->counts));
}
