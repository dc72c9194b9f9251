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

/* One value that is followed: of a feature's key, or the score of a model's entity. */
struct followed {
	struct text key;
	bool has_key, is_null;
	double moved;        /* how far the events moved it, magnitudes */
	double score[SIDES]; /* of a model's entity: what its last event left */
};

struct step {
	int64_t time_ms; /* its beginning */
	double movement[SIDES];
	double values[WITHOUT_KEYS][SIDES];
};

struct without {
	struct inquiry *inquiry;
	const struct inquiry_what_if *what;
	struct chosen chosen;
	struct replay *replay;
	uint32_t feature, model; /* index in the epoch in force; LINEAGE_NONE */
	bool keyed;              /* the feature has keys, or it is a model */
	uint64_t events;
	int pass, passes;
	/* The first pass: how far the events moved each key. */
	struct symbols *keys; /* texts of keys; SYMBOL_NONE: null */
	double *moved;        /* [symbol] */
	size_t moved_capacity;
	uint64_t key_count;
	/* The second. */
	struct followed followed[WITHOUT_KEYS];
	uint32_t followed_count;
	int64_t step_ms, now; /* the step under way: its number; INT64_MIN before the first */
	double movement[SIDES];
	struct step *steps;
	size_t step_count, step_capacity;
};

/* First pass, for those with keys of which none was named: chooses what is followed. */
MUST_USE bool without_choose(struct without *without, struct error *err);
/* Second pass. */
MUST_USE bool without_run(struct without *without, struct error *err);
json_t *without_document(const struct without *without);

/* What both passes share: the epoch's indexes, progress. */
void without_epoch(void *context, const struct lineage *lineage, uint32_t epoch, uint64_t record);
void without_progress(void *context, int64_t done, int64_t all);
struct replay_options without_options(struct without *without);

#endif
