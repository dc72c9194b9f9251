/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who an event comes from, as far as it can be known, and how it was resolved.
 */
#ifndef DYETRACE_MODEL_ORIGIN_H
#define DYETRACE_MODEL_ORIGIN_H

#include "base/symbols.h"

#define PSEUDONYM_BYTES 16

/* 128 random bits that stand for a person or service; all zero: unknown. */
struct pseudonym {
	uint8_t bytes[PSEUDONYM_BYTES];
};

enum actor_kind {
	ACTOR_UNKNOWN,
	ACTOR_HUMAN,
	ACTOR_SERVICE
};

/* Which rule decided the team. The order is the ledger's: never renumber, only add. */
enum origin_rule {
	ORIGIN_NONE,  /* no actor and no team: confidence 0 */
	ORIGIN_CHART, /* the org chart at event time, and the event names no other: 100 */
	ORIGIN_CHART_OVER_EVENT, /* the org chart; the event names another team, kept beside: 90 */
	ORIGIN_EVENT,            /* the actor is not in the chart; the event's own team: 60 */
	ORIGIN_EVENT_ONLY,       /* no actor at all; the event's own team: 40 */
	ORIGIN_CHART_EXPIRED, /* in the chart, but not at that time; the event names no team: last or first known: 30 */
	ORIGIN_EVENT_OUTSIDE_CHART, /* in the chart, but not at that time; the event's own team: 50 */
	ORIGIN_UNRESOLVED,          /* an actor, but no team from anywhere: 0 */
	ORIGIN_RULE_COUNT
};

struct origin {
	struct pseudonym actor;
	uint32_t
	    actor_number; /* small and dense in one process, 0: unknown; for tables kept per actor */
	enum actor_kind kind;
	uint32_t team;       /* symbol: the team that counts; SYMBOL_NONE: unknown */
	uint32_t event_team; /* symbol: the team the event named */
	enum origin_rule rule;
	uint8_t confidence; /* percent */
};

/* Names and sentences for reports; NULL for a number out of range. */
const char *origin_rule_name(enum origin_rule rule); /* "chart-over-event" */
const char *origin_rule_sentence(
    enum origin_rule rule); /* "the org chart at event time; the event names another team" */
const char *actor_kind_name(enum actor_kind kind); /* "human" */

/*
 * Short and pronounceable: the first 32 bits as two proquints ("lusab-babad"),
 * unique in one identity table because a colliding one is drawn again.
 * "unknown" for all zero. Source: D. Wilkerson, "A Proposal for Proquints", 2009.
 */
#define PSEUDONYM_TEXT_BYTES 16
const char *pseudonym_text(const struct pseudonym *pseudonym, char out[PSEUDONYM_TEXT_BYTES]);
/* The same of its first 32 bits alone, big endian; 0: "unknown". */
const char *pseudonym_short_text(uint32_t short_bits, char out[PSEUDONYM_TEXT_BYTES]);
/* The 32 bits behind such a text; false if it is none. */
bool pseudonym_parse(struct text text, uint32_t *short_bits);

#endif
