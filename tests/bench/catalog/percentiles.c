/* SPDX-License-Identifier: Apache-2.0 */
#include "percentiles.h"

#include "bench.h"

double
wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

void
latencies_print(const char *bench, const char *peer, struct latencies *latencies)
{
	size_t count = latencies->count, p95 = count * 95 / 100, p99 = count * 99 / 100;
	double *ours = latencies->ours, *peers = latencies->peers;

	qsort(ours, count, sizeof(*ours), bench_order);
	qsort(peers, count, sizeof(*peers), bench_order);
	printf("{\"bench\":\"%s\",\"n\":%zu,\"ours_ns\":%.0f,\"ours_p95_ns\":%.0f,"
	       "\"ours_p99_ns\":%.0f,\"peer\":\"%s\",\"peer_ns\":%.0f,\"peer_p95_ns\":%.0f,"
	       "\"ratio\":%.2f}\n",
	    bench, count, ours[count / 2], ours[p95], ours[p99], peer, peers[count / 2], peers[p95],
	    peers[count / 2] / ours[count / 2]);
	fflush(stdout);
}
