/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be done for each event of a trace class: which of its changes each
 * feature observes, looks at in its filters and is keyed by. All events of a class
 * have the same fields in the same order, so that is worked out once. Private to impact.
 */
#ifndef IMPACT_PROGRAM_H
#define IMPACT_PROGRAM_H

#include "model/trace.h"
#include "plan.h"

#define PROGRAM_NONE UINT32_MAX /* no change */

/* A feature that is computed from fields. */
struct program_step {
	struct plan_feature *feature;
	uint32_t key; /* change that gives the key; PROGRAM_NONE: the origin or entity does */
	const uint32_t *filters;    /* [feature's filter]: change that it looks at, PROGRAM_NONE */
	uint32_t observation_count; /* 0: one, of no field */
	const uint32_t *observations; /* changes, ascending */
};

struct program_memory {
	const struct plan_memory *memory;
	uint32_t change;
};

/* A model whose size of movement is known. */
struct program_model {
	uint32_t model;
	uint32_t input_count; /* of opaque ones: with a sensitivity */
	const uint32_t *keys; /* [input]: change that gives the input's key, PROGRAM_NONE */
};

struct program {
	uint32_t step_count, memory_count, model_count;
	struct program_step *steps;
	struct program_memory *memories;
	struct program_model *models;
};

/* Hostile input could make a class of every set of fields: beyond so much, all programs are made anew when they are needed. */
#define PROGRAMS_BYTES_MAX ((size_t)64 << 20)

/* By the class's number. */
struct programs {
	struct program **by_class; /* [number - first] */
	size_t first;
	size_t count, capacity;
	struct arena arena;
};

void programs_init(struct programs *programs);
void programs_fini(struct programs *programs);
void programs_forget(struct programs *programs); /* an epoch ends */
/* A class without a number, or of an epoch before: made in arena, for its event alone. */
const struct program *programs_find(struct programs *programs, const struct plan *plan,
    const struct trace_class *class, struct arena *arena);

#endif
