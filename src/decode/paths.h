/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dotted paths that a mapping wants, as a tree that a reader of nested
 * records walks along. The path a.b is found as member b of object a, and as a
 * member whose own name is "a.b"; where a record has both, the later one counts.
 */
#ifndef DYETRACE_DECODE_PATHS_H
#define DYETRACE_DECODE_PATHS_H

#include "cells.h"

/* What a path leads to, beside the number of a cell. */
#define PATH_NOTHING UINT32_MAX /* only deeper ones do */
#define PATH_CHANGES (UINT32_MAX - 1)
#define PATH_EXCEPT (UINT32_MAX - 2) /* not one of the rest */

struct path_step {
	struct text name;
	uint32_t leads_to; /* a cell, or PATH_… */
	uint32_t deeper;   /* the place that is reached, 0: none */
	uint32_t alike;    /* the next step of this place whose name has the same mark, 0: none */
};

/* Where a walk may stand: place 0 is the record itself. */
struct path_place {
	uint32_t first[256]; /* by mark of the name: the first step, 0: none */
};

struct paths {
	struct path_step *steps; /* [0] is not used */
	size_t step_count, step_capacity;
	struct path_place *places;
	size_t place_count, place_capacity;
};

/* wanted outlives paths */
void paths_init(struct paths *paths, const struct wanted *wanted);
void paths_fini(struct paths *paths);

/* The place that a path reaches from another, made if it is not there; of an absent path that place. */
uint32_t paths_reach(struct paths *paths, uint32_t place, struct text path);

/* NULL: nobody wants it */
static inline const struct path_step *
paths_find(const struct paths *paths, uint32_t place, struct text name)
{
	uint32_t at = paths->places[place].first[text_mark(name)];

	while (at && !text_equal(paths->steps[at].name, name))
		at = paths->steps[at].alike;
	return at ? &paths->steps[at] : NULL;
}

#endif
