/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ours and a peer, timed in turn in one process: A B A B …, the median of each,
 * one JSON object a line. Ratios survive a noisy machine; nanoseconds do not.
 */
#ifndef DYETRACE_TESTS_BENCH_H
#define DYETRACE_TESTS_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_ROUNDS 7

static inline double
bench_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline int
bench_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double
bench_median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), bench_order);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* work does n operations and returns something that depends on all of them */
typedef uint64_t bench_work(void *context);

static volatile uint64_t bench_sink;

/* Prints one line; ratio = peer / ours, above 1 means ours is faster. */
static inline double
bench_pair(const char *name, double n, bench_work *ours, void *ours_context, const char *peer,
    bench_work *theirs, void *theirs_context)
{
	double our_ns[BENCH_ROUNDS], their_ns[BENCH_ROUNDS], start, ours_median, peer_median;
	int round;

	bench_sink += ours(ours_context); /* warm-up, not counted */
	bench_sink += theirs(theirs_context);
	for (round = 0; round < BENCH_ROUNDS; round++) {
		start = bench_cpu_ns();
		bench_sink += ours(ours_context);
		our_ns[round] = (bench_cpu_ns() - start) / n;
		start = bench_cpu_ns();
		bench_sink += theirs(theirs_context);
		their_ns[round] = (bench_cpu_ns() - start) / n;
	}
	ours_median = bench_median(our_ns, BENCH_ROUNDS);
	peer_median = bench_median(their_ns, BENCH_ROUNDS);
	printf("{\"bench\":\"%s\",\"n\":%.0f,\"ours_ns\":%.1f,\"peer\":\"%s\",\"peer_ns\":%.1f,"
	       "\"ratio\":%.2f}\n",
	    name, n, ours_median, peer, peer_median, peer_median / ours_median);
	fflush(stdout);
	return peer_median / ours_median;
}

#endif
