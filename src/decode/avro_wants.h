/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wanted of a record, seen from a place in it: the paths of the mapping
 * without the names that lead to that place. Private to decode.
 */
#ifndef DYETRACE_DECODE_AVRO_WANTS_H
#define DYETRACE_DECODE_AVRO_WANTS_H

#include "avro_plan.h"

/* One wanted cell, seen from a node on its path. */
struct want {
	struct text path; /* what is left of it; empty: the node's own value */
	uint32_t base, offset;
	bool list; /* the list of changes */
	bool soft; /* of the rest: left absent where there is no single value */
};

struct wants {
	struct want *items;
	size_t count;
};

/* Whether a path can be followed at all. */
bool wants_check(struct text path, struct row_problem *problem);
/* All of the mapping, seen from the record. Lists of wants are the plan's arena's. */
struct wants wants_of_mapping(struct plan *plan);
/* Those that lead through a name, each without it; with room for one more. */
struct wants wants_through(struct plan *plan, struct wants wants, struct text name);
/* The want of the place's own value, or of its list; NULL: none. */
const struct want *wants_here(struct wants wants, bool list);
/* Adds a field that nothing names, if it goes to the rest of the row. of: as of named_cell */
void
wants_rest(struct plan *plan, const struct avro_field *field, uint32_t of, struct wants *wants);

#endif
