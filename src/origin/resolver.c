/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch is tagged in groups: first all names are hashed and their slots
 * fetched, then the entries, then each event is decided. What the chart says of
 * an actor stands in the actor's entry with the span of time it holds for.
 */
#include "origin/resolver.h"

#include "base/memory.h"
#include "identity_inside.h"

#define GROUP 32

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
	resolver->table = identity_table(identity);
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

static void
refresh(const struct resolver *resolver, struct text actor, int64_t time_ms,
    struct identity_entry *entry)
{
	struct chart_place place;

	ask_chart(resolver, actor, time_ms, &place);
	entry->from_ms = place.from_ms;
	entry->to_ms = place.to_ms;
	entry->team = place.team;
	entry->standing = (uint8_t)place.standing;
	/* An account that no chart names is treated as a person's. */
	entry->kind = (uint8_t)(place.standing == CHART_ABSENT ? ACTOR_HUMAN : place.kind);
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
	/* An empty span, as a new entry has, holds no moment. */
	if (event->time_ms < entry->from_ms || event->time_ms >= entry->to_ms)
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

/* `events` are the group's recorded ones, by their places in the batch. */
static bool
tag_group(struct resolver *resolver, struct batch *batch, const size_t *events, size_t count,
    struct error *err)
{
	uint32_t tags[GROUP];
	size_t i;

	for (i = 0; i < count; i++) {
		tags[i] = actor_table_tag(resolver->table, batch->events[events[i]].actor);
		actor_table_prefetch_slot(resolver->table, tags[i]);
	}
	for (i = 0; i < count; i++)
		actor_table_prefetch_entry(resolver->table, tags[i]);
	for (i = 0; i < count; i++)
		if (!tag(resolver, &batch->events[events[i]], tags[i], &batch->origins[events[i]],
			err))
			return false;
	return true;
}

bool
origin_batch(struct resolver *resolver, struct batch *batch, struct error *err)
{
	size_t events[GROUP], count = 0, i;

	for (i = 0; i < batch->count; i++) {
		if (batch->outcomes[i].disposition != DISPOSITION_RECORDED)
			continue;
		events[count++] = i;
		if (count < GROUP)
			continue;
		if (!tag_group(resolver, batch, events, count, err))
			return false;
		count = 0;
	}
	return tag_group(resolver, batch, events, count, err);
}

void
resolver_counts(const struct resolver *resolver, uint64_t counts[ORIGIN_RULE_COUNT])
{
	memcpy(counts, resolver->counts, sizeof(resolver->counts));
}
