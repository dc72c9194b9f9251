/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A company to try dyetrace on: departments, people with habits, service
 * accounts, tickets, orders, labels, a reorganisation, new hires; planted
 * slips, campaigns and benign look-alikes, with labels beside. Or the same
 * planted on somebody's own log. The same seed gives the same bytes.
 */
#ifndef DYETRACE_SIMULATE_SIMULATE_H
#define DYETRACE_SIMULATE_SIMULATE_H

#include <stdint.h>

#include "base/error.h"

struct simulate_options {
	const char *folder; /* made if missing; what it holds of ours is replaced */
	int people;         /* 20..100000 */
	int days;           /* 14..3650 */
	uint64_t seed;
	const char *
	    onto; /* a canonical log (.jsonl, or .jsonl.gz through the caller's pipe); NULL: the company */
	void (*progress)(void *context, int64_t done, int64_t total); /* may be NULL */
	void *context;
};

struct simulate_result {
	int64_t events, labelled, malicious, campaigns;
	int people, services, datasets;
};

/*
 * Writes events.jsonl and labels.csv; for a company org-chart.csv,
 * lineage.yaml and dyetrace.yaml too.
 *
 * ERROR_USAGE      options out of range, or a log too small to plant on
 * ERROR_MALFORMED  the log: file:line and why
 * ERROR_MISSING, ERROR_IO
 */
MUST_USE bool
simulate(const struct simulate_options *options, struct simulate_result *result, struct error *err);

#endif
