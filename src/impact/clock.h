/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partitions and their times, and the clock: docs/influence.md, "The clock and the
 * window". Partitions are numbered here from 0, in the order of their first event. Private
 * to impact.
 */
#ifndef IMPACT_CLOCK_H
#define IMPACT_CLOCK_H

#include "impact/impact.h"
#include "state.h"

struct clock;

/* Reads the partitions of a loaded state. gives: ended by clock_close() */
struct clock *clock_open(struct image *image);
void clock_close(struct clock *clock); /* accepts NULL */
/* [partition]: ascending as (source, name, incarnation); moves when a partition is new. */
const uint32_t *clock_ranks(const struct clock *clock);

/* The partition's number; new (and in force at once) if it was never seen: then older incarnations are released. */
uint32_t
clock_partition(struct clock *clock, struct text source, struct text name, uint32_t incarnation);
/* The same, remembered by the partition's number in the process. */
uint32_t clock_partition_of(struct clock *clock, const struct partition *partition);

/* An event of the partition. Gives the partition's time with it; *ahead: it was not believed. */
int64_t clock_event(struct clock *clock, uint32_t partition, int64_t time_ms, bool *ahead);
/* false: it was never seen, or is released */
bool clock_release(struct clock *clock, struct text source, struct text name, uint32_t incarnation);
/* What clock_now() would give behind an event of the partition at time_ms; INT64_MAX: behind its release. */
int64_t clock_with(const struct clock *clock, struct text source, struct text name,
    uint32_t incarnation, int64_t time_ms);
/* Brings the state's clock up to the least time of those in force. */
int64_t clock_now(struct clock *clock);

#endif
