/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Influences the obvious way: uthash from feature and key to running sums and an array of
 * panes, doubles throughout; sums of movement in uthash, too. Less than ours: no exact sums, no
 * origins of a value, no scales, no images; keys are never given back.
 */
#ifndef DYETRACE_BENCH_IMPACT_PEER_H
#define DYETRACE_BENCH_IMPACT_PEER_H

#include "load.h"

#define PEER_FEATURES 32

/* All events of a load, from nothing. magnitudes: of each feature's movements. Returns how many influences. */
uint64_t peer_run(const struct load *load, double magnitudes[PEER_FEATURES]);

#endif
