/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A glance at the events that come next: their keys are hashed and the rows fetched into
 * the cache, so that nobody waits for memory when their turn comes. Changes no state.
 * Private to impact.
 */
#ifndef IMPACT_AHEAD_H
#define IMPACT_AHEAD_H

#include "hash.h"
#include "impact/impact.h"
#include "plan.h"

#define AHEAD_EVENTS 8 /* slots are fetched so far ahead, rows half as far */

/* The event's keys, and where they stand. */
void ahead_slots(struct impact_soon *ahead, const struct image *image, const struct plan *plan,
    const struct hash *hash, const struct event *event, const struct origin *origin);
/* Where they stand, by their hashes. */
void
ahead_again(const struct impact_soon *ahead, const struct image *image, const struct plan *plan);
/* The rows behind them. */
void
ahead_rows(const struct impact_soon *ahead, const struct image *image, const struct plan *plan);

#endif
