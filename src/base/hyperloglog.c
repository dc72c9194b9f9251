/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HyperLogLog: a register holds the greatest rank (place of the first one bit) among
 * the hashes that fall to it.
 */
#include "base/hyperloglog.h"

#include <math.h>

#define REGISTER_BITS 11               /* of a hash: which register */
#define RANK_BITS (64 - REGISTER_BITS) /* q: the rest; ranks are 1..q + 1 */
#define ALPHA 0x1.71547652b82fep-1     /* 1 / (2 ln 2) */

bool
hyperloglog_add(struct hyperloglog *log, uint64_t hash)
{
	uint8_t *at = &log->registers[hash >> RANK_BITS];
	/* The bit behind the last one ends the count when all are zero. */
	uint64_t rest = hash << REGISTER_BITS | (uint64_t)1 << (REGISTER_BITS - 1);
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);

	if (rank <= *at)
		return false;
	*at = rank;
	return true;
}

void
hyperloglog_merge(struct hyperloglog *into, const struct hyperloglog *other)
{
	int i;

	for (i = 0; i < HYPERLOGLOG_REGISTERS; i++)
		if (other->registers[i] > into->registers[i])
			into->registers[i] = other->registers[i];
}

/* x + the sum over k >= 1 of x^(2^k) * 2^(k-1); x < 1. Ertl, section 4. */
static double
sigma(double x)
{
	double y = 1, z = x, before;

	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z != before);
	return z;
}

/* (1 - x - the sum over k >= 1 of (1 - x^(2^-k))^2 * 2^-k) / 3. Ertl, section 4; a square root is rounded one way only. */
static double
tau(double x)
{
	double y = 1, z = 1 - x, before;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y /= 2;
		z -= (1 - x) * (1 - x) * y;
	} while (z != before);
	return z / 3;
}

double
hyperloglog_estimate(const struct hyperloglog *log)
{
	const double m = HYPERLOGLOG_REGISTERS;
	uint32_t counts[RANK_BITS + 2] = {0};
	double z;
	int i;

	for (i = 0; i < HYPERLOGLOG_REGISTERS; i++)
		counts[log->registers[i]]++;
	if (counts[0] == HYPERLOGLOG_REGISTERS)
		return 0;
	z = m * tau(1 - counts[RANK_BITS + 1] / m);
	for (i = RANK_BITS; i >= 1; i--)
		z = (z + counts[i]) / 2;
	z += m * sigma(counts[0] / m);
	return ALPHA * m * m / z;
}
