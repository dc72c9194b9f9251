/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One feature's value for one key, in running sums and an array of panes.
 */
#ifndef DYETRACE_BENCH_NAIVE_STATE_H
#define DYETRACE_BENCH_NAIVE_STATE_H

#include <stdbool.h>
#include <uthash.h>

#include "model/lineage.h"

struct naive_pane {
	int64_t number; /* of the pane that the place in the ring holds; count 0: none */
	int64_t count, hits, distinct;
	double sum, min, max;
};

/* A value that `distinct` has seen, and the pane where it was seen last. */
struct naive_seen {
	UT_hash_handle hh;
	int64_t pane;
	char text[];
};

struct naive_state {
	UT_hash_handle hh;
	struct naive_pane all;    /* since ever, or of the window */
	struct naive_pane *panes; /* [window panes]; NULL: no window */
	int64_t first;            /* pane of the window when it was looked at last */
	int64_t last_ms;
	double last;
	struct naive_seen *seen;
	char key[];
};

/* Of one observation; value: its text, for distinct. */
struct naive_observation {
	int64_t time_ms;
	double number;
	bool hit;
	const char *value;
};

struct naive_state *naive_state_open(const struct lineage_feature *feature, const char *key);
void naive_state_close(struct naive_state *state);
/* Lets go of what the clock has left behind. */
void naive_state_expire(
    struct naive_state *state, const struct lineage_feature *feature, int64_t clock_ms);
/* false: its pane has left the window */
bool naive_state_add(struct naive_state *state, const struct lineage_feature *feature,
    int64_t clock_ms, const struct naive_observation *observation);
/* 0 where there is none */
double naive_state_value(const struct naive_state *state, const struct lineage_feature *feature);

#endif
