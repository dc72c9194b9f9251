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

#define NO_KEY UINT32_MAX

/* A key of a feature, or a model's entity, by its symbol; a named one, and the one value for all, is 0. */
struct tracked {
	double moved;     /* how far the left-out events moved it, magnitudes */
	uint32_t newest;  /* of its values: 1 + index, 0: none */
	uint32_t touched; /* 1 + the last step in which an event of it came */
	bool active; /* it has values: from the beginning if it was named, else once it is met */
	bool met;    /* an event that is left out has moved it */
};

/* What it was from the end of a step on, until the next one. */
struct held {
	uint32_t step;
	uint32_t before; /* 1 + index of the one before, of the same key */
	struct sample sample;
};

/* One that is shown. */
struct shown {
	uint32_t symbol;
	bool has_key;
	struct text key; /* in without->keys, or the caller's */
	double moved;
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
	bool named;              /* a key was, or there is only one value */
	uint64_t events;
	int pass, passes;
	/*
	 * Values of the keys that left-out events move, as they change. When there are too many, values are dropped,
	 * how far they were moved is still found out, and a second pass tracks the furthest.
	 */
	struct symbols *keys;    /* texts of keys; SYMBOL_NONE: null */
	struct tracked *tracked; /* [symbol] */
	size_t tracked_count, tracked_capacity;
	struct held *held; /* all keys', in the order of time */
	size_t held_count, held_capacity;
	uint32_t active_count, active_max;
	uint64_t key_count;
	bool discovers, too_many;
	/*
	 * A value that only events of its own key change is looked at in a step that has one. Others
	 * change as the clock goes on, or with other keys: all of them are looked at in each step.
	 */
	bool looks_at_all, looks_once; /* once: an epoch began in this step */
	uint32_t *touched;             /* in the step under way */
	size_t touched_count, touched_capacity;

	struct shown shown[WITHOUT_KEYS];
	uint32_t shown_count;
	int64_t step_ms, now; /* the step under way: its number; INT64_MIN before the first */
	struct sample movement;
	struct step *steps;
	size_t step_count, step_capacity;
};

/* The whole ledger, both sides. */
MUST_USE bool without_run(struct without *without, struct error *err);
json_t *without_document(struct without *without);

/* --- values: without_values.c ------------------------------------------------------------ */

/* Only the named one is tracked; or nothing yet. */
void values_begin(struct without *without);
void values_fini(struct without *without);
/* Only those that were moved furthest are shown; after too_many only they are tracked by the next run. */
void values_choose(struct without *without);
/* The symbol of one that may be tracked, NO_KEY: it is not. key: absent: null */
uint32_t values_find(const struct without *without, struct text key);
/* An event that is left out moved this key. The same. */
uint32_t values_meet(struct without *without, struct text key, double moved);
/* An event of the key came: it is looked at when the step ends. */
void values_touch(struct without *without, uint32_t symbol);
/* The value in the step under way. */
void values_set(struct without *without, uint32_t symbol, const struct sample *sample);
/* As it is, none if it was not set yet. */
struct sample values_get(const struct without *without, uint32_t symbol);

#endif
