/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/influence.md, word by word: all observations are kept, and every value is
 * counted from them again. Slow, and of no code of the organ.
 */
#ifndef DYETRACE_TESTS_IMPACT_NAIVE_H
#define DYETRACE_TESTS_IMPACT_NAIVE_H

#include "scene.h"

#define NAIVE_ITEMS 64

struct naive;

struct naive *naive_open(void);
void naive_close(struct naive *naive);
/* An epoch: spells[i] is all that decides feature i (and of what it is computed from). */
void naive_set(struct naive *naive, const struct lineage *lineage, const char *const *spells);
void naive_release(struct naive *naive, const char *partition, uint32_t incarnation);

struct naive_answer {
	uint32_t count, score_count;
	struct influence items[NAIVE_ITEMS];
	struct influence_score scores[8];
};
void
naive_event(struct naive *naive, const struct happening *happening, struct naive_answer *answer);
/* Key as scene_value() wants it. */
double naive_value(const struct naive *naive, uint32_t feature, const char *key);
/* Sum over all keys. */
double naive_total(const struct naive *naive, uint32_t feature);

#endif
