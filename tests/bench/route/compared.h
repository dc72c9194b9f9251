/* SPDX-License-Identifier: Apache-2.0 */
/* Whether both sides found the same. */
#ifndef DYETRACE_BENCH_COMPARED_H
#define DYETRACE_BENCH_COMPARED_H

#include <stdbool.h>

#include "model/lineage.h"

/*
 * The sum of |movement| of each feature and model, expiry left out: the peer's (as
 * naive_influence.h gives them) and that of our catalog, in folder/dyetrace-store.
 * Prints one line with the greatest difference. false: one is beyond 1e-6 of the sum, and
 * standard error says which.
 *
 * The store was made without an org chart: teams are the event's for the peer, and where the chart
 * knows better (in 60 days of 300 people it moves refusal_share, by team, by 0.1 %) the
 * values differ. All others are those of any run: both sides know one partition in order
 * of time, let go of the same panes before they look at a value, and count the same events.
 */
bool
compared_magnitudes(const char *folder, const struct lineage *lineage, const double *magnitudes);

#endif
