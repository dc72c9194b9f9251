/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heaviest of many: Misra-Gries with weights, at most HEAVY_MAX held. What is
 * shown of one is a lower bound of its weight; it is short by at most
 * total / (HEAVY_MAX + 1): exactly so while weights are whole and below 2^53 in all, else as far as sums of
 * doubles are exact; weights end at DBL_MAX. Mergeable. No pointers: it may lie in an image
 * (base/image.h); small ones take less room.
 *
 * Source: J. Misra, D. Gries, "Finding repeated elements", 1982; P. Agarwal et al.,
 * "Mergeable summaries", TODS 38(4), 2013, section 3.1 (merging: add, then take the
 * (k+1)-th greatest from all).
 */
#ifndef DYETRACE_BASE_HEAVY_H
#define DYETRACE_BASE_HEAVY_H

#include <stddef.h>
#include <stdint.h>

#define HEAVY_MAX 8

struct heavy {
	double total; /* of all weights added */
	double
	    taken; /* what was taken from each that is held: the bound of the error, <= total / (HEAVY_MAX + 1) */
	uint16_t count, capacity; /* capacity 2, 4 or 8 */
	uint32_t names[]; /* [capacity], then double weights[capacity] at the next multiple of 8 */
};

/* Bytes of one of that capacity (2, 4, 8), a multiple of 16. */
size_t heavy_bytes(uint16_t capacity);
void heavy_init(struct heavy *heavy, uint16_t capacity);
/* weight > 0, finite. false: it is full and may grow: move it (heavy_grow) and add again; of capacity HEAVY_MAX never false. */
_Bool heavy_add(struct heavy *heavy, uint32_t name, double weight);
void heavy_grow(
    struct heavy *to, const struct heavy *from); /* to: initialised with a greater capacity */
void heavy_merge(struct heavy *into, const struct heavy *other); /* into: of capacity HEAVY_MAX */

struct heavy_item {
	uint32_t name;
	double weight; /* lower bound */
};
/* Heaviest first, equal ones by name; returns how many. */
size_t heavy_items(const struct heavy *heavy, struct heavy_item items[HEAVY_MAX]);

#endif
