/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Movement added up, as rows of the catalog: what impact_rows() gives and
 * catalog/movement.h keeps. Absolute values: a row replaces the one of the same key.
 *
 * A subject is a feature or a model, known by its name; a word is the name of a
 * team, system, channel or field. Both are numbered by the organ from 1, in the order of
 * first use in the ledger, for good.
 */
#ifndef DYETRACE_MODEL_MOVEMENT_H
#define DYETRACE_MODEL_MOVEMENT_H

#include "base/text.h"

enum movement_kind {
	MOVEMENT_FEATURE,
	MOVEMENT_MODEL
};
/* By what a sum is split. WORD_EXPIRY stands beside all of them. */
enum movement_by {
	BY_TEAM,
	BY_SYSTEM,
	BY_CHANNEL,
	BY_FIELD,
	MOVEMENT_BY_COUNT
};
#define MOVEMENT_UNKNOWN 0u        /* word: the event names none */
#define MOVEMENT_EXPIRY UINT32_MAX /* word: what left windows */
#define MOVEMENT_BUCKETS 256       /* of actors: by the upper 8 bits of their 32 */
#define MOVEMENT_TOP 1000          /* actors kept with a subject's day */

#define MOVEMENT_PARTS 1048576 /* of a day, at most */

/*
 * Cells of a subject's day, ascending by (hour, by, word+1); integers as unsigned
 * LEB128, numbers as 8 bytes little endian IEEE 754:
 *
 *   cells := { hour(0..23) by(0..3) word+1 (expiry: 0) count magnitude signed }*
 *
 * Actors of a subject's day, heaviest first (equal ones by number):
 *
 *   actors := { actor(4 bytes little endian) count magnitude signed }*
 *
 * Actors of a bucket of a day's part, ascending by number, subjects ascending:
 *
 *   rows := { actor(4 bytes) subjects { subject count magnitude signed }* }*
 *
 * count: events that moved it (or left it where it was); magnitude: sum of |movement|;
 * signed: sum of movement; both stop at +-DBL_MAX. Actor 0: all that are unknown.
 */
struct movement_sink {
	void *context;
	/* Of days that go on only what is worth its writing: not before 1,024 events, and 8 for each
	 * actor of the day, were counted since it was given last. false: all that changed. What has ended is always given. */
	bool sparing;
	void (*subject)(void *context, uint32_t number, enum movement_kind kind, struct text name);
	void (*word)(void *context, uint32_t number, struct text text);
	/*
	 * day: since 1970-01-01 UTC. ended: final, will not be given again. actor_count, squares (sum of
	 * the squares of the actors' magnitudes), total (of the magnitudes, expiry left out): of all actors, in
	 * the order of the table; of a day with several parts, impact/movement.h says how near they are.
	 */
	void (*day)(void *context, uint32_t subject, int64_t day, bool ended, uint64_t actor_count,
	    double total, double squares, struct text cells, struct text actors);
	/* part: from 0; a day with very many actors has several, an actor may stand in more than one: add them. ended: final */
	void (*actors)(void *context, int64_t day, uint32_t part, uint32_t bucket, bool ended,
	    struct text rows);
	/* From record on (a ledger index) the feature's movements are divided by scale, which `day` left. */
	void (*scale)(void *context, uint32_t subject, uint64_t record, int64_t day, double scale);
};

#endif
