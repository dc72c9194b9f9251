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
 * Teams are the event's for the peer, those of the org chart for us: features whose key is the
 * team, and the models that they reach, are equal only where both say the same of every
 * event. That is so in the simulated company, and compared like the rest.
 */
bool
compared_magnitudes(const char *folder, const struct lineage *lineage, const double *magnitudes);

#endif
