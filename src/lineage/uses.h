/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a model has read, or will read, of an event: the versions trained and
 * the scorings made after it, as the model declares them.
 */
#ifndef DYETRACE_LINEAGE_USES_H
#define DYETRACE_LINEAGE_USES_H

#include "lineage/graph.h"

enum lineage_use_kind {
	USE_TRAINED, /* `version` was trained on events before time_ms */
	USE_SCORED,  /* the model's version in force scores at time_ms, and then every every_ms */
	USE_TOPIC,   /* scored as events of `topic` arrive: no time is known */
};

/* Texts are borrowed from the lineage. */
struct lineage_use {
	enum lineage_use_kind kind;
	struct text version;
	int64_t
	    time_ms; /* TRAINED: the cut; SCORED: the first scoring after the event, TIME_NONE: beyond TIME_MAX */
	int64_t every_ms; /* SCORED */
	struct text topic;
};

/*
 * The uses after an event: trainings by their cut, earliest first, then the
 * scoring. An event at the very moment of a cut is not part of that training;
 * one at the very moment of a scoring is read by the next.
 *
 * uses  room for max; those beyond are counted, not written
 * Returns how many there are, at most model->cut_count + 1.
 */
size_t lineage_versions_after(
    const struct lineage_model *model, int64_t time_ms, struct lineage_use *uses, size_t max);

#endif
