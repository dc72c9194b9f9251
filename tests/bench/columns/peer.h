/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The obvious way: a row has an array of panes with counts, doubles and a hash table of
 * weights by actor (uthash), of values, too; a value is added up over the panes when it
 * is asked for, and the last one is remembered.
 * It knows no time ahead of the clock, and sums are not exact.
 */
#ifndef TESTS_BENCH_PEER_H
#define TESTS_BENCH_PEER_H

#include "column.h"

struct peer;

struct peer *peer_open(const struct column_plan *plan, uint32_t rows);
void peer_close(struct peer *peer);
void peer_clear(struct peer *peer); /* as it was opened */
/* How far it moved the row's value; none counts as 0. */
double peer_observe(struct peer *peer, uint32_t row, const struct observation *observation);
/* Lets go of the panes below first; the sum of what values moved by. */
double peer_expire(struct peer *peer, int64_t first);

#endif
