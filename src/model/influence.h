/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far one event moved what it reaches: docs/influence.md defines every number.
 * A derived conclusion: it follows from the recorded events in ledger order.
 */
#ifndef DYETRACE_MODEL_INFLUENCE_H
#define DYETRACE_MODEL_INFLUENCE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* The order is the ledger's: never renumber, only add. */
enum influence_status {
	INFLUENCE_COUNTED,   /* before and after say how far it moved; they may be equal */
	INFLUENCE_ESTIMATED, /* the same, of a value that is estimated (distinct beyond its bound) */
	INFLUENCE_LATE,      /* its pane had left the window: moved nothing */
	INFLUENCE_NO_NUMBER, /* the value has no number, and `other` is error-count */
	INFLUENCE_NO_KEY,    /* keyed by entity, and the event names none */
	INFLUENCE_BEYOND,    /* limits.feature-keys: this key is not held */
	INFLUENCE_STATUS_COUNT
};

/* No value: NaN in memory, null wherever it is written. */
#define INFLUENCE_NONE ((double)NAN)

struct influence {
	uint32_t feature; /* index in the lineage of the trace's epoch */
	uint32_t status;  /* enum influence_status */
	double before,
	    after; /* INFLUENCE_NONE: none; of the two counted statuses only, else none */
};

/* What it did to a linear or logistic model: movement = the sum, in the order of the model's inputs and then of the
 * influences, of weight * movement. */
struct influence_score {
	uint32_t model; /* index */
	double
	    before; /* the score of the event's entity without the event; after = before + movement */
	double movement;
};

/* Of one event; arrays are borrowed from the batch. */
struct influences {
	uint32_t count, score_count;
	/* Ascending by feature. A feature of a feature may stand there twice: the key that was left, then the one joined. */
	const struct influence *items;
	const struct influence_score
	    *scores; /* ascending by model: those with a counted influence */
};

/* At most +-DBL_MAX; NaN stays NaN. */
static inline double
influence_bounded(double number)
{
	return number > DBL_MAX ? DBL_MAX : number < -DBL_MAX ? -DBL_MAX : number;
}

/* after - before, none counting as 0, at most +-DBL_MAX; 0 unless it was counted */
static inline double
influence_movement(const struct influence *influence)
{
	double before = isnan(influence->before) ? 0 : influence->before;
	double after = isnan(influence->after) ? 0 : influence->after;

	return influence_bounded(after - before);
}

/* Divided by the scale of its feature, at most +-DBL_MAX; scale 0, none yet: INFLUENCE_NONE */
static inline double
influence_scaled(double movement, double scale)
{
	return scale > 0 ? influence_bounded(movement / scale) : INFLUENCE_NONE;
}

const char *influence_status_name(uint32_t status); /* "late"; NULL: no such number */
const char *
influence_status_sentence(uint32_t status); /* "its time lies before the window: moved nothing" */

#endif
