/* SPDX-License-Identifier: Apache-2.0 */
/* How long each of many look-ups took, ours and the peer's in turn. */
#ifndef DYETRACE_BENCH_PERCENTILES_H
#define DYETRACE_BENCH_PERCENTILES_H

#include <stddef.h>

struct latencies {
	double *ours, *peers; /* ns, wall clock */
	size_t count;
};

double wall_ns(void);
/* Prints one line with the medians, p95 and p99 of both; sorts them. */
void latencies_print(const char *bench, const char *peer, struct latencies *latencies);

#endif
