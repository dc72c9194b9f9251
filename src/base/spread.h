/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far numbers spread: counts in log-linear buckets, 32 to an octave, both
 * signs, zero its own; at most SPREAD_BUCKETS different ones are held. When
 * there would be more, neighbours are joined (16 to an octave, 8, ...): never
 * refused, always deterministic, and the same in whichever order the values come. No pointers.
 *
 * A quantile is the middle of the bucket that holds the value of that rank
 * (nearest rank: the ceil(q * count)-th, at least the first): the value is within
 * half a bucket, 1/64 of an octave's lower end, of it; twice that for each time that neighbours were joined.
 */
#ifndef DYETRACE_BASE_SPREAD_H
#define DYETRACE_BASE_SPREAD_H

#include <stdint.h>

#define SPREAD_BUCKETS 512

struct spread { /* all zero: empty */
	uint64_t count;
	uint32_t used, joined;           /* buckets held; how often neighbours were joined */
	int32_t numbers[SPREAD_BUCKETS]; /* ascending */
	uint32_t counts[SPREAD_BUCKETS]; /* saturates */
};

void spread_add(struct spread *spread, double value); /* finite */
/* The same, sooner for one who keeps hints beside it: where a bucket was found last. Any content is good; zeroed at first. */
#define SPREAD_HINTS 512
void spread_add_near(struct spread *spread, double value, uint16_t hints[SPREAD_HINTS]);
double spread_quantile(const struct spread *spread, double q); /* 0 while empty */
/*
 * The robust scale: interquartile range / 1.349 (which estimates the standard
 * deviation of a normal distribution), but at least a thousandth of the median of the
 * magnitudes, and at least 1e-9. 0 while empty.
 * Source of the constant: P. J. Huber, "Robust Statistics", 1981, section 5.1.
 */
double spread_scale(const struct spread *spread);

#endif
