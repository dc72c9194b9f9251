/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One recorded action: what changed, on which thing, when, and who is said to
 * have done it. Facts only; who the actor really is, is the origin.
 */
#ifndef DYETRACE_MODEL_EVENT_H
#define DYETRACE_MODEL_EVENT_H

#include "base/symbols.h"
#include "base/timestamp.h"
#include "model/upstream.h"
#include "model/value.h"

struct change {
	uint32_t field; /* symbol */
	struct value old_value, new_value;
};

/* Texts are borrowed from the batch's arena (or, read back, from the block's). */
struct event {
	int64_t time_ms;    /* event time */
	struct text id;     /* the source's own id; absent if the mapping names none */
	struct text actor;  /* as the source writes it; never leaves the process; absent: unknown */
	struct text entity; /* the thing touched; absent only if the mapping names none */
	uint32_t dataset;   /* symbols; SYMBOL_NONE: not said */
	uint32_t op;        /* "create", "update", … in the source's words */
	uint32_t team;      /* the team the event itself names */
	uint32_t system, channel;
	const struct upstream *upstream; /* where it was before; NULL: its message does not say */
	uint32_t change_count;
	struct change
	    *changes; /* no field twice; ascending by the field's *text* once classified */
};

#endif
