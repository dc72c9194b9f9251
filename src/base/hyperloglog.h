/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many different ones, estimated: HyperLogLog with 2,048 registers, standard
 * error 1.04 / sqrt(2048) = 2.3 %. Mergeable. No pointers.
 *
 * Source: P. Flajolet et al., "HyperLogLog", AofA 2007; the estimator by O. Ertl,
 * "New cardinality estimation algorithms for HyperLogLog sketches",
 * arXiv:1702.01284, 2017, algorithm 6 (no bias corrections by table, none needed).
 */
#ifndef DYETRACE_BASE_HYPERLOGLOG_H
#define DYETRACE_BASE_HYPERLOGLOG_H

#include <stdbool.h>
#include <stdint.h>

#define HYPERLOGLOG_REGISTERS 2048

struct hyperloglog { /* all zero: empty */
	uint8_t registers[HYPERLOGLOG_REGISTERS];
};

/* hash: 64 even bits of what is counted; whether a register changed */
bool hyperloglog_add(struct hyperloglog *log, uint64_t hash);
void hyperloglog_merge(struct hyperloglog *into, const struct hyperloglog *other);
/* Deterministic on every machine of ours (no libm call whose rounding may differ). */
double hyperloglog_estimate(const struct hyperloglog *log);

#endif
