/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How records of each schema, format and view are read: made at first sight and
 * kept, the one that is next in turn given up when there are too many.
 */
#ifndef DYETRACE_DECODE_PLANS_H
#define DYETRACE_DECODE_PLANS_H

#include "mapping.h"
#include "model/message.h"

/* Files and topics come and go, and most share a schema. */
#define PLANS_MAX 64

/* How records of one kind are read, or why they cannot be. */
struct known_plan {
	uint64_t schema; /* id; 0: none */
	uint32_t kind;   /* plan_kind() */
	const struct format_reader *reader;
	struct plan *plan; /* NULL: problem says why */
	struct row_problem problem;
};

struct plans {
	const struct mapping *mapping;
	size_t changes_max;
	size_t count, last; /* used last */
	struct known_plan items[PLANS_MAX];
};

static inline uint32_t
plan_kind(enum message_format format, enum view view)
{
	return (uint32_t)format * VIEW_COUNT + (uint32_t)view;
}

void plans_fini(struct plans *plans);
/* Searches, and makes it if it is not there. */
struct known_plan *plans_find(struct plans *plans, const struct message_schema *schema,
    enum message_format format, enum view view);

/* One record: most are as the one before. False: problem says why it cannot be read. */
static inline bool
plans_read(struct plans *plans, const struct message_schema *schema, enum message_format format,
    enum view view, struct text payload, struct row *row, struct row_problem *problem)
{
	struct known_plan *known = &plans->items[plans->last];

	if (!known->reader || known->schema != (schema ? schema->id : 0) ||
	    known->kind != plan_kind(format, view))
		known = plans_find(plans, schema, format, view);
	if (known->plan)
		return known->reader->read(known->plan, payload, row, problem);
	*problem = known->problem;
	return false;
}

#endif
