/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A glance at the events that come next: their keys are hashed and the rows fetched into
 * the cache, so that nobody waits for memory when their turn comes. Changes no state.
 * Private to impact.
 */
#ifndef IMPACT_AHEAD_H
#define IMPACT_AHEAD_H

#include "hash.h"
#include "model/batch.h"
#include "plan.h"

#define AHEAD_EVENTS 8 /* slots are fetched so far ahead, rows half as far */

struct ahead {
	uint64_t entity, actor; /* hashes of the keys; 0: not worked out */
	uint32_t entities;      /* the group of the entity */
};

/* The event's keys, and where they stand. */
void ahead_slots(struct ahead *ahead, const struct image *image, const struct plan *plan,
    const struct hash *hash, const struct event *event, const struct origin *origin);
/* The rows behind them. */
void ahead_rows(const struct ahead *ahead, const struct image *image, const struct plan *plan);

#endif
