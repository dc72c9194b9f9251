/* SPDX-License-Identifier: Apache-2.0 */
/* What one run of `without` collects, and how it becomes a document. Private to inquiry. */
#ifndef INQUIRY_WITHOUT_H
#define INQUIRY_WITHOUT_H

#include "chosen.h"
#include "replay/replay.h"

#define WITHOUT_KEYS 20 /* shown */

enum {
	SIDE_WITH,
	SIDE_WITHOUT,
	SIDES
};

struct sample {
	double side[SIDES];
};

/* One value that is followed: of a feature's key, or the score of a model's entity. */
struct followed {
	struct text key; /* in without->keys, or the caller's */
	bool has_key, is_null;
	bool met;     /* an event that is left out has moved it */
	bool active;  /* looked at: from the beginning if it was named, else once it is met */
	double moved; /* how far these events moved it, magnitudes */
	struct sample score; /* of a model's entity: what its last event left */
	size_t first;        /* the step of its first sample */
	struct sample *samples;
	size_t sample_count, sample_capacity;
};

struct step {
	int64_t time_ms; /* its beginning */
	struct sample movement;
};

struct without {
	struct inquiry *inquiry;
	const struct inquiry_what_if *what;
	struct chosen chosen;
	struct replay *replay;
	uint32_t feature, model; /* index in the epoch in force; LINEAGE_NONE */
	bool by_actor;           /* the feature's key */
	bool keyed;              /* the feature has keys, or it is a model */
	uint64_t events;
	int pass, passes;
	/*
	 * How far the events moved each key; those that are followed while this is found out. When there
	 * are too many to look at all of them, none is followed, and a second pass follows the furthest.
	 */
	struct symbols *keys; /* texts of keys; SYMBOL_NONE: null */
	double *moved;        /* [symbol] */
	uint32_t *slots;      /* [symbol]: one more than its place in followed; 0: it has none */
	size_t moved_capacity, slot_capacity;
	uint64_t key_count;
	struct followed *followed;
	uint32_t followed_count, followed_max;
	size_t followed_capacity;
	bool discovers, too_many;

	int64_t step_ms, now; /* the step under way: its number; INT64_MIN before the first */
	struct sample movement;
	struct step *steps;
	size_t step_count, step_capacity;
};

/* The whole ledger, both sides. */
MUST_USE bool without_run(struct without *without, struct error *err);
/* Forgets what was followed, in favour of (at most WITHOUT_KEYS) others. */
void without_follow(struct without *without, const struct followed *followed, uint32_t count);
json_t *without_document(const struct without *without);

#endif
