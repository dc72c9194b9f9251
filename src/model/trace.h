/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one event reaches. Events of the same dataset and the same set of
 * changed fields share a class; its reach is computed once per epoch.
 */
#ifndef DYETRACE_MODEL_TRACE_H
#define DYETRACE_MODEL_TRACE_H

#include <stdint.h>

struct trace_class {
	uint32_t number;  /* dense from 1 in one process, over all epochs */
	uint32_t epoch;   /* of the lineage, from 1; 0: no lineage */
	uint32_t dataset; /* symbol */
	uint32_t field_count;
	const uint32_t *fields; /* symbols, ascending by text */
	/* Indexes into the epoch's lineage (lineage/graph.h), ascending. */
	uint32_t feature_count, model_count;
	const uint32_t *features, *models;
};

struct trace {
	const struct trace_class *class; /* lives as long as the lineage */
};

#endif
