/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planting: slips, campaigns and benign look-alikes in a log, labelled. What
 * is planted takes its actors, fields, values, times and words from the log
 * itself, so that nothing but the labels tells it apart. Private to simulate.
 */
#ifndef DYETRACE_SIMULATE_PLANT_H
#define DYETRACE_SIMULATE_PLANT_H

#include "chain.h"
#include "chance.h"

/* One change of a field in the log as it was before planting. */
struct spot {
	uint32_t event, change;
};

/* A field that can be planted on, with where it changes to something. */
struct ground {
	uint32_t dataset, field;
	bool numeric;
	struct spot *spots; /* in order of time */
	uint32_t count, capacity;
	/* Its most frequent texts, most frequent first; of categories. */
	struct text values[24];
	uint32_t value_counts[24];
	uint32_t value_count;
};

struct plant {
	struct log *log;
	struct chain chain;
	struct chance chance;
	struct ground *grounds;
	size_t ground_count, ground_capacity;
	uint32_t *actor_events;   /* [symbol]: events of an actor before planting */
	uint32_t original;        /* events before planting; added ones stand behind */
	uint32_t campaign;        /* the last number given */
	bool *touched;            /* [event]: planted on, or an added event follows it */
	const uint32_t *services; /* actors that are no people; may be empty */
	uint32_t service_count;
};

/* Plants everything once (or as often as the log's size bears) and sorts the log anew. */
void plant_all(struct log *log, uint64_t seed, const uint32_t *services, uint32_t service_count);

/* --- what campaigns are made of -------------------------------------------------------- */

/* A ground of that sort at random, NULL if the log has none. */
struct ground *plant_ground(struct plant *plant, bool numeric);
/* An actor with at least `least` untouched spots on the ground, no service; SYMBOL_NONE if there is none. */
uint32_t plant_actor(struct plant *plant, const struct ground *ground, uint32_t least);
/* The actor's untouched spots, in order of time, at most max. Returns how many. */
uint32_t plant_spots(const struct plant *plant, const struct ground *ground, uint32_t actor,
    struct spot *spots, uint32_t max);
/* Sets a change's new value and the old value of what comes next; labels the event. */
void plant_set(struct plant *plant, struct spot spot, struct value value, const char *pattern,
    uint32_t campaign, bool malicious);
/*
 * Adds an event behind spot's (same entity and field, from its value to value),
 * at time_ms, with the words of `like`'s actor. False when it would not fit
 * before what comes next.
 */
bool plant_add(struct plant *plant, struct spot spot, struct value value, int64_t time_ms,
    const struct log_event *like, const char *pattern, uint32_t campaign, bool malicious);
struct log_event *plant_event(const struct plant *plant, struct spot spot);
struct log_change *plant_change(const struct plant *plant, struct spot spot);
/* Rounds a moment to what the log's times can say. */
int64_t plant_moment(const struct plant *plant, int64_t time_ms);

/* One campaign of a pattern; false when the log has no place for it. */
struct campaign_row {
	const char *pattern;
	bool (*plant)(struct plant *plant, uint32_t campaign);
	int times; /* per 150,000 events, at least one */
};
extern const struct campaign_row campaigns[]; /* ends with a NULL pattern */

#endif
