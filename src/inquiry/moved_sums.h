/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of movement by a number (a word, an actor, a subject), as they are added up from
 * the catalog's rows. Private to inquiry.
 */
#ifndef DYETRACE_INQUIRY_MOVED_SUMS_H
#define DYETRACE_INQUIRY_MOVED_SUMS_H

#include <jansson.h>

#include "catalog/movement.h"

struct moved_sum {
	uint32_t number;
	uint64_t count;
	double magnitude, moved;
};

/* Zeroed: empty; ended by moved_sums_fini(). */
struct moved_sums {
	size_t count, capacity;
	struct moved_sum *items;
	uint32_t *slots; /* index + 1 by number; 0: free */
	size_t slot_count;
};

/* Two finite sums; what is beyond the range stops at its end. */
double moved_sum_add(double a, double b);
void moved_sums_add(
    struct moved_sums *sums, uint32_t number, uint64_t count, double magnitude, double moved);
const struct moved_sum *moved_sums_find(const struct moved_sums *sums, uint32_t number);
/* The heaviest `top` first, in order, equal ones by number; the others behind them in none. Nothing may be added afterwards. */
void moved_sums_lead(struct moved_sums *sums, size_t top);
void moved_sums_fini(struct moved_sums *sums);

/* {"events","moved","net"}; finite whatever was added */
json_t *moved_document(uint64_t count, double magnitude, double moved);
/* The same with "share" of whole; null when there is nothing to share. */
json_t *moved_share_document(const struct moved_sum *sum, double whole);

#endif
