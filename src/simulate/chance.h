/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chance that is the same on every machine: whole numbers, and floating point
 * of exact operations only (no libm). Not for secrets.
 */
#ifndef DYETRACE_SIMULATE_CHANCE_H
#define DYETRACE_SIMULATE_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* Source: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", xoshiro256**, 2018. */
struct chance {
	uint64_t state[4];
};

/* Streams of one seed are independent: a change in one part of a company leaves the others alone. */
void chance_init(struct chance *chance, uint64_t seed, uint64_t stream);
uint64_t chance_bits(struct chance *chance);
/* 0 .. below - 1, without bias; 0 if below is 0 */
uint32_t chance_below(struct chance *chance, uint32_t below);
/* low .. high, both included */
int64_t chance_between(struct chance *chance, int64_t low, int64_t high);
double chance_unit(struct chance *chance); /* [0, 1) */
bool chance_is(struct chance *chance, double share);
/* Mean 0, variance 1: twelve uniforms less six (Irwin and Hall); never beyond ±6. */
double chance_normal(struct chance *chance);
/* median · 2^(spread · normal) */
double chance_spread(struct chance *chance, double median, double spread);
/* How many of a rate's events happen: Knuth's product for small means, a normal above 30. */
int chance_count(struct chance *chance, double mean);
/* An index of weights[count] in proportion to them. */
uint32_t chance_weighted(struct chance *chance, const double *weights, uint32_t count);
/* 2^x by its series on the fraction; |error| < 1e-12 relative. */
double power_of_two(double x);

#endif
