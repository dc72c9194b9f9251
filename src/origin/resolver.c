/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events pass three stations, AHEAD apart: the name is hashed and its slot
 * fetched, then the entry is fetched, then the event is decided; so the memory
 * answers while others are worked on. What the chart says of an actor stands in
 * the actor's entry with the span of time it holds for.
 */
#include "origin/resolver.h"

#include "base/memory.h"
#include "identity_inside.h"

#define AHEAD 24 /* events between fetching a slot, fetching the entry and deciding */
#define RING 64  /* a power of two above twice that */

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

static enum origin_rule
rule_of(enum chart_standing standing, uint32_t chart_team, uint32_t event_team)
{
	switch (standing) {
	case CHART_VALID:
		return event_team && event_team != chart_team ? ORIGIN_CHART_OVER_EVENT
							      : ORIGIN_CHART;
	case CHART_OUTSIDE:
		return event_team ? ORIGIN_EVENT_OUTSIDE_CHART : ORIGIN_CHART_EXPIRED;
	default:
		return event_team ? ORIGIN_EVENT : ORIGIN_UNRESOLVED;
	}
}

/* What each rule takes for the team, and how sure that is; model/origin.h has the reasons. */
static const struct {
	bool from_chart, from_event;
	uint8_t confidence;
} rules[ORIGIN_RULE_COUNT] = {
    [ORIGIN_NONE] = {false, false, 0},
    [ORIGIN_CHART] = {true, false, 100},
    [ORIGIN_CHART_OVER_EVENT] = {true, false, 90},
    [ORIGIN_EVENT] = {false, true, 60},
    [ORIGIN_EVENT_ONLY] = {false, true, 40},
    [ORIGIN_CHART_EXPIRED] = {true, false, 30},
    [ORIGIN_EVENT_OUTSIDE_CHART] = {false, true, 50},
    [ORIGIN_UNRESOLVED] = {false, false, 0},
};

static void
decide(struct resolver *resolver, enum origin_rule rule, uint32_t chart_team, uint32_t event_team,
    struct origin *origin)
{
	origin->rule = rule;
	origin->confidence = rules[rule].confidence;
	origin->event_team = event_team;
	origin->team = rules[rule].from_chart ? chart_team
	    : rules[rule].from_event          ? event_team
					      : SYMBOL_NONE;
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

static bool
tag(struct resolver *resolver, const struct event *event, uint32_t tag_of_name,
    struct origin *origin, struct error *err)
{
	struct identity_entry *entry;

	*origin = (struct origin){0};
	if (!event->actor.size) {
		decide(resolver, event->team ? ORIGIN_EVENT_ONLY : ORIGIN_NONE, SYMBOL_NONE,
		    event->team, origin);
		return true;
	}
	if (!identity_find_or_add_tagged(
		resolver->identity, event->actor, tag_of_name, &entry, err))
		return false;
	if (entry)
		tag_with_entry(resolver, event, entry, origin);
	else
		tag_without_entry(resolver, event, origin);
	return true;
}

/* The recorded ones of a batch, by their places. */
struct line {
	const struct batch *batch;
	size_t next, count; /* places passed over; events found */
	size_t places[RING];
	uint32_t tags[RING];
};

/* Finds the next recorded event, hashes its actor and fetches the slot. */
static bool
line_up(const struct resolver *resolver, struct line *line)
{
	const struct batch *batch = line->batch;
	size_t at = line->count % RING;

	while (line->next < batch->count &&
	    batch->outcomes[line->next].disposition != DISPOSITION_RECORDED)
		line->next++;
	if (line->next == batch->count)
		return false;
	line->places[at] = line->next++;
	line->tags[at] = actor_table_tag(resolver->table, batch->events[line->places[at]].actor);
	actor_table_prefetch_slot(resolver->table, line->tags[at]);
	line->count++;
	return true;
}

static void
fetch_entry(const struct resolver *resolver, const struct line *line, size_t at)
{
	actor_table_prefetch_entry(
	    resolver->table, line->tags[at], line->batch->events[line->places[at]].actor.size);
}

bool
origin_batch(struct resolver *resolver, struct batch *batch, struct error *err)
{
	struct line line = {.batch = batch};
	size_t fetched = 0, done = 0;
	bool more = true;

	while (more || done < line.count) {
		more = more && line_up(resolver, &line);
		if (fetched + AHEAD < line.count || (!more && fetched < line.count))
			fetch_entry(resolver, &line, fetched++ % RING);
		if (done + 2 * AHEAD < line.count || (!more && done < fetched)) {
			size_t place = line.places[done % RING];

			if (!tag(resolver, &batch->events[place], line.tags[done % RING],
				&batch->origins[place], err))
				return false;
			done++;
		}
	}
	return true;
}

void
resolver_counts(const struct resolver *resolver, uint64_t counts[ORIGIN_RULE_COUNT])
{
	memcpy(counts, resolver->counts, sizeof(resolver->counts));
}
