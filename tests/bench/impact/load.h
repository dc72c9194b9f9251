/* SPDX-License-Identifier: Apache-2.0 */
/* Events in memory, as they come to the organ: of the simulated company, or of many actors. */
#ifndef DYETRACE_BENCH_IMPACT_LOAD_H
#define DYETRACE_BENCH_IMPACT_LOAD_H

#include "impact/impact.h"
#include "lineage/classes.h"

struct load {
	struct symbols *names;
	struct keys *keys;
	struct lineage *lineage; /* the tracer's */
	struct tracer *tracer;
	struct partition partition;
	struct arena arena;
	struct event *events;
	struct origin *origins;
	struct trace *traces;
	size_t count, capacity;
};

/* The company's events, all of one dataset, "company". folder is made. */
void load_company(struct load *load, const char *yaml, const char *folder, int people, int days);
/* count events of so many actors, each as often as the next; a tenth of the actors makes half of them. */
void load_actors(struct load *load, const char *yaml, size_t count, uint32_t actors);
void load_fini(struct load *load);

#endif
