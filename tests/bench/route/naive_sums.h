/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of movement: uthash from (subject, hour, by, word) to running sums, and a day for
 * an actor, upserted into one SQLite table at each commit.
 */
#ifndef DYETRACE_BENCH_NAIVE_SUMS_H
#define DYETRACE_BENCH_NAIVE_SUMS_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdint.h>

#include "model/lineage.h"

struct naive_sums;

/* What a movement is added up by. Texts are borrowed from the event. */
struct naive_words {
	int64_t time_ms;
	struct text team, system, channel, field;
	int actor;
};
struct naive_words naive_words_of(const json_t *event, int64_t time_ms, int actor);

struct naive_sums *naive_sums_open(const struct lineage *lineage, sqlite3 *database);
void naive_sums_add(
    struct naive_sums *sums, uint32_t subject, const struct naive_words *words, double movement);
void naive_sums_commit(struct naive_sums *sums);
void naive_sums_close(struct naive_sums *sums);

#endif
