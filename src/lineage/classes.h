/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The organ of the route: gives each event its trace class. What a set of
 * changed fields may reach is computed once per epoch and then found by one
 * look-up: by dataset and fields in the order in which the source names them.
 *
 * A class says what its events *may* reach: features of which a field changed,
 * and all fields that their filters and key need; counts of events that need
 * none; then, through features of features, the models. Filters on values are
 * looked at by lineage_reaches().
 */
#ifndef DYETRACE_LINEAGE_CLASSES_H
#define DYETRACE_LINEAGE_CLASSES_H

#include "lineage/graph.h"
#include "model/batch.h"

/* Hostile input could make a class of every set of fields. What is beyond
 * these bounds is computed for its event alone and counted. */
#define TRACE_CLASSES_MAX 65536u
#define TRACE_SEQUENCES_MAX 131072u
#define TRACE_BYTES_MAX ((size_t)16 << 20)

struct tracer;

/* gives: ended by tracer_close(). names: the process's; borrowed until then. No lineage at first (epoch 0). */
struct tracer *tracer_open(struct symbols *names);
void tracer_close(struct tracer *tracer); /* accepts NULL */

/*
 * An epoch begins: events from now on are traced by this lineage.
 *
 * lineage  takes; NULL: none, nothing is reached
 *
 * The epoch before, with its lineage and classes, stays readable until the
 * next call, so that what the route has in hand may be finished.
 */
void tracer_set(struct tracer *tracer, struct lineage *lineage, uint32_t epoch);
const struct lineage *tracer_lineage(const struct tracer *tracer); /* NULL: none */
uint32_t tracer_epoch(const struct tracer *tracer);

/*
 * Of each RECORDED event: brings its changes into ascending order of the
 * fields' texts, in place, and fills its trace.
 */
void lineage_batch(struct tracer *tracer, struct batch *batch);
/* The same for one event. A class beyond the bounds lives in arena and has number 0. */
struct trace lineage_event(struct tracer *tracer, struct event *event, struct arena *arena);

/* Whether a feature in force looks at this field (symbols): then its text must be kept readable. */
bool lineage_reads_text(const struct tracer *tracer, uint32_t dataset, uint32_t field);

struct tracer_counts {
	uint32_t classes, sequences; /* held, of the epoch in force */
	size_t bytes;                /* of the epoch in force */
	uint64_t uncached;           /* events beyond the bounds, since open */
};
struct tracer_counts tracer_counts(const struct tracer *tracer);

#endif
