/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members and how a row holds them: a list, or a heap where the least or the
 * greatest is asked for. Private to chain*.c.
 */
#ifndef IMPACT_CHAIN_INSIDE_H
#define IMPACT_CHAIN_INSIDE_H

#include <assert.h>

#include "chain.h"
#include "column_panes.h"

/* In the source's row, at plan->member_offset; zeroed: of no row. */
struct chain_member {
	struct pane_node node; /* .row: whose member it is; the rest: of windows only */
	double value;
	union {
		struct {
			place previous, next; /* in the row's list */
		};
		uint32_t slot; /* in the row's heap */
	};
};
static_assert(sizeof(struct chain_member) <= CHAIN_MEMBER_BYTES, "it lies there");

static inline struct chain_member *
member_at(const struct image *image, place at)
{
	return image_at(image, at);
}

/* --- lists: in the order in which events moved the members, as far as anybody asks -------- */

struct chain_list {
	uint32_t count;
	place first, last;
	uint32_t unused;
};

void chain_list_append(struct image *image, struct chain_list *list, place member);
void chain_list_take(struct image *image, struct chain_list *list, place member);

/* --- heaps: the least key on top, of equal ones the one that an event moved first ---------- */

struct chain_heap {
	uint32_t count, capacity;
	place slots; /* struct chain_slot [capacity] */
	uint32_t unused;
};

struct chain_slot {
	double key;
	uint64_t sequence;
	place member;
	uint32_t unused;
};

void chain_heap_add(
    struct image *image, struct chain_heap *heap, double key, uint64_t sequence, place member);
void chain_heap_take(struct image *image, struct chain_heap *heap, uint32_t slot);
void chain_heap_change(
    struct image *image, struct chain_heap *heap, uint32_t slot, double key, uint64_t sequence);

static inline const struct chain_slot *
chain_heap_slot(const struct image *image, const struct chain_heap *heap, uint32_t slot)
{
	return (const struct chain_slot *)image_at(image, heap->slots) + slot;
}

#endif
