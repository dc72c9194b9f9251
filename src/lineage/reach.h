/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one event reaches, exactly: a trace class says what its changed fields
 * may reach, here the filters are looked at, too. For one event that somebody
 * asks about, not for the route.
 */
#ifndef DYETRACE_LINEAGE_REACH_H
#define DYETRACE_LINEAGE_REACH_H

#include "lineage/graph.h"
#include "model/event.h"
#include "model/origin.h"

enum lineage_answer {
	REACHES_NO,
	REACHES_YES,
	REACHES_UNKNOWN, /* a filter looks at text of which only the mac is known */
};

/*
 * Whether the event reaches the feature (index). A feature of a feature is
 * reached when its root is.
 *
 * origin  for filters on the team that counts
 */
enum lineage_answer lineage_reaches(const struct lineage *lineage, uint32_t feature,
    const struct event *event, const struct origin *origin, const struct symbols *names);

#endif
