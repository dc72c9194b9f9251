/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Movement added up, for a publisher: the catalog's rows of days (an absolute value each),
 * hour by hour. A pass gives the hours of those days whose row changed since the last one.
 */
#ifndef PUBLISH_MOVED_H
#define PUBLISH_MOVED_H

#include "catalog/movement.h"
#include "model/publisher.h"

struct moved_day;
struct moved_cell;
struct moved {
	/* Rows of this pass and of the last one, ascending by subject and day. */
	struct moved_day *days, *before;
	size_t count, capacity, before_count, before_capacity;
	struct buffer bytes; /* of the rows */
	size_t next;         /* row whose hours are given next */
	bool under_way;
	/* Of the row in turn: its cells, and those of the hour in turn as they are given. */
	struct buffer names;
	struct moved_cell *cells;
	size_t cell_count, cell_capacity, cell_next;
	struct publication_movement_cell *given;
	size_t given_capacity;
	struct publication_movement hour;
};

void moved_fini(struct moved *moved);
/* Begins a pass over days from `from` on. */
MUST_USE bool
moved_begin(struct moved *moved, struct catalog *catalog, int64_t from, struct error *err);
/* The hour in turn; NULL: the pass is over. Borrowed until the next call. */
MUST_USE bool moved_hour(struct moved *moved, struct catalog *catalog,
    const struct publication_movement **hour, struct error *err);
/* The hour in turn was given. */
void moved_given(struct moved *moved);
/* Behind a pass: days before it have all ended. */
int64_t moved_ended_before(const struct moved *moved);

#endif
