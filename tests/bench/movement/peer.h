/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one would build instead: SQLite with a row for each (subject, hour, by, word) and
 * each (subject, day, actor), upserted; the catalog's pragmas, prepared statements. Ends the program on any error.
 */
#ifndef DYETRACE_BENCH_MOVEMENT_PEER_H
#define DYETRACE_BENCH_MOVEMENT_PEER_H

#include "stream.h"

struct peer;

struct peer *peer_open(const char *path);
void peer_close(struct peer *peer);
void peer_begin(struct peer *peer);
void peer_add(struct peer *peer, const struct stream_event *event);
void peer_commit(struct peer *peer);
/* Sum of all magnitudes, of rows by hour and by actor; and how many rows there are. */
void peer_totals(struct peer *peer, double *by_hour, double *by_actor, double *rows);

#endif
