/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The influence of each event as one would compute it from well-known parts:
 * uthash from a feature's key to running sums and an array of panes, doubles
 * throughout, influences to an Avro file by avro-c, sums of movement in uthash,
 * upserted into SQLite at each commit. It reads the same lineage as our route does.
 *
 * Less than ours: no exact sums, no origins of a value, no scales, no features of
 * features, no scores and probabilities; nothing leaves a window before its key is touched
 * again, and that movement (expiry) is neither kept nor added up; the clock of one
 * partition only, whose every time is believed.
 */
#ifndef DYETRACE_BENCH_NAIVE_INFLUENCE_H
#define DYETRACE_BENCH_NAIVE_INFLUENCE_H

#include <jansson.h>
#include <sqlite3.h>

#include "model/lineage.h"

struct naive_influence;

/*
 * Makes folder/naive-influence.avro and a table in database. lineage: borrowed. magnitudes: the
 * caller's, of each feature, then of each model: the sums of |movement|, complete after
 * naive_influence_close().
 */
struct naive_influence *naive_influence_open(
    const struct lineage *lineage, const char *folder, sqlite3 *database, double *magnitudes);
/* actor: its number; the other words as the event has them. */
void
naive_influence_add(struct naive_influence *naive, const json_t *event, int64_t offset, int actor);
/* Influences are flushed to the file, sums go to the database (the caller commits it). */
void naive_influence_commit(struct naive_influence *naive);
/* Commits and ends it. */
void naive_influence_close(struct naive_influence *naive);

#endif
