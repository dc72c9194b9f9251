/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of movement share: how its rows are found. */
#ifndef DYETRACE_CATALOG_MOVEMENT_INSIDE_H
#define DYETRACE_CATALOG_MOVEMENT_INSIDE_H

#include "catalog/movement.h"
#include "inside.h"

#define MOVEMENT_DAY_MIN (-524288) /* as the tables state it */
#define MOVEMENT_DAY_MAX 524287

/* The keys of schemas/catalog/0002_movement.sql. */
static inline int64_t
movement_day_key(uint32_t subject, int64_t day)
{
	return (int64_t)subject * 1048576 + day + 524288;
}
static inline int64_t
movement_actor_key(uint32_t bucket, int64_t day, uint32_t part)
{
	return ((int64_t)bucket * 1048576 + day + 524288) * 1048576 + part;
}

/* All days of all subjects, by subject. */
bool movement_all_days(struct catalog *catalog,
    bool (*visit)(void *context, const struct catalog_movement_day *day), void *context,
    struct error *err);

#endif
