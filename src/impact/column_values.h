/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of values (by their hashes) that remember the pane in which they were seen
 * last: an open-addressed table in the image. Private to distinct columns in panes.
 */
#ifndef IMPACT_COLUMN_VALUES_H
#define IMPACT_COLUMN_VALUES_H

#include "base/image.h"

#include <stdbool.h>

struct value_set { /* zeroed: empty */
	place slots;
	uint32_t count;
	uint32_t shift; /* it has 1 << shift slots */
};

struct value_slot {
	uint64_t value; /* 0: free */
	int64_t pane;   /* the latest */
};

/* value: not 0. Whether it is new. */
bool value_set_add(struct image *image, struct value_set *set, uint64_t value, int64_t pane);
const struct value_slot *value_set_find(const struct image *image, const struct value_set *set,
    uint64_t value); /* NULL: is not there */
/* Each slot in order; NULL ends. Begin with at = 0. */
const struct value_slot *
value_set_next(const struct image *image, const struct value_set *set, uint32_t *at);
/* Lets go of those that keep() refuses, in a table as long as is needed; how many went. */
uint32_t value_set_keep(struct image *image, struct value_set *set,
    bool (*keep)(const void *context, const struct value_slot *slot), const void *context);
void value_set_drop(struct image *image, struct value_set *set);

#endif
