/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean …?": the known name nearest to what was typed.
 */
#ifndef DYETRACE_BASE_SUGGEST_H
#define DYETRACE_BASE_SUGGEST_H

#include "base/text.h"

/* Collects candidates one by one; `best` is borrowed from them. */
struct suggestion {
	struct text typed, best;
	unsigned distance;
};

void suggestion_init(struct suggestion *suggestion, struct text typed);
/* Weighs one candidate. */
void suggestion_try(struct suggestion *suggestion, struct text candidate);
/* The nearest, the first of equals; absent if none is within a third of its letters (at least 1). Distance:
 * optimal string alignment (insert, delete, change, swap of neighbours cost 1 each; case costs nothing). */
struct text suggestion_best(const struct suggestion *suggestion);

#endif
