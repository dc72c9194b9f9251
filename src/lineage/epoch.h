/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One epoch: a lineage by symbols, and the computation of a class's reach.
 * Private to the module.
 */
#ifndef DYETRACE_LINEAGE_EPOCH_H
#define DYETRACE_LINEAGE_EPOCH_H

#include "field_index.h"
#include "model/trace.h"

struct epoch {
	uint32_t number;
	struct lineage *lineage; /* NULL: none */
	struct field_index fields;
	struct arena arena; /* of the index and the marks */
	/* Marks of one computation, all clear between two. */
	uint32_t *needed;         /* [feature]: how many of the fields it needs have changed */
	bool *changed, *features; /* [feature]: one of its fields changed; it is reached */
	bool *models;             /* [model]: it reads a feature that is reached */
};

/* lineage: takes */
void
epoch_init(struct epoch *epoch, struct lineage *lineage, uint32_t number, struct symbols *names);
void epoch_fini(struct epoch *epoch);

/* fields: ascending by text. gives: the class with its lists, all in arena; its number is 0. */
struct trace_class *epoch_class(struct epoch *epoch, uint32_t dataset, const uint32_t *fields,
    uint32_t count, struct arena *arena);

#endif
