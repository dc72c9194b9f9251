/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log-linear buckets. The exponent of a double and the first five bits of its mantissa, read as one
 * integer, ascend as magnitudes do: that is the bucket, its sign the value's, 0 for zero. Joining halves
 * that integer: it depends on which buckets are held only, not on the order in which they came.
 */
#include "base/spread.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define BUCKET_SHIFT 47   /* 52 bits of mantissa less 5 */
#define BUCKETS_END 65504 /* of the magnitudes of finite doubles, not joined */

/* Of magnitude bucket 0, 1, ...: number 1, 2, ... */
static int32_t
signed_number(uint32_t bucket, int negative)
{
	return negative ? -(int32_t)bucket - 1 : (int32_t)bucket + 1;
}

static int32_t
number_of(const struct spread *spread, double value)
{
	uint64_t bits;

	if (value == 0)
		return 0;
	memcpy(&bits, &value, sizeof(bits));
	return signed_number(
	    (uint32_t)((bits & INT64_MAX) >> BUCKET_SHIFT) >> spread->joined, bits >> 63);
}

static uint32_t
bucket_of(int32_t number)
{
	return (uint32_t)(number < 0 ? -number : number) - 1;
}

static uint32_t
plus(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* The first that is not below. Without a branch in the loop: half of them would be mispredicted. */
static uint32_t
find(const struct spread *spread, int32_t number)
{
	const int32_t *base = spread->numbers;
	uint32_t left = spread->used;

	while (left > 1) {
		uint32_t half = left / 2;

		base += half & -(uint32_t)(base[half - 1] < number);
		left -= half;
	}
	return (uint32_t)(base - spread->numbers) + (left == 1 && *base < number);
}

static void
join(struct spread *spread)
{
	uint32_t i, used = 0;

	for (i = 0; i < spread->used; i++) {
		int32_t number = spread->numbers[i];

		if (number != 0)
			number = signed_number(bucket_of(number) / 2, number < 0);
		if (used > 0 && spread->numbers[used - 1] == number) {
			spread->counts[used - 1] =
			    plus(spread->counts[used - 1], spread->counts[i]);
			continue;
		}
		spread->numbers[used] = number;
		spread->counts[used++] = spread->counts[i];
	}
	memset(&spread->numbers[used], 0, (spread->used - used) * sizeof(spread->numbers[0]));
	memset(&spread->counts[used], 0, (spread->used - used) * sizeof(spread->counts[0]));
	spread->used = used;
	spread->joined++;
}

static void
insert(struct spread *spread, uint32_t at, int32_t number)
{
	uint32_t above = spread->used - at;

	memmove(&spread->numbers[at + 1], &spread->numbers[at], above * sizeof(spread->numbers[0]));
	memmove(&spread->counts[at + 1], &spread->counts[at], above * sizeof(spread->counts[0]));
	spread->numbers[at] = number;
	spread->counts[at] = 0;
	spread->used++;
}

/* at: where the number is, or belongs. Returns where it is then. */
static uint32_t
count_at(struct spread *spread, double value, int32_t number, uint32_t at)
{
	/* Ends: joined 9 times there are no more than 257 buckets in all. */
	while (spread->used == SPREAD_BUCKETS &&
	    (at == spread->used || spread->numbers[at] != number)) {
		join(spread);
		number = number_of(spread, value);
		at = find(spread, number);
	}
	if (at == spread->used || spread->numbers[at] != number)
		insert(spread, at, number);
	spread->counts[at] = plus(spread->counts[at], 1);
	spread->count++;
	return at;
}

void
spread_add(struct spread *spread, double value)
{
	int32_t number = number_of(spread, value);

	count_at(spread, value, number, find(spread, number));
}

void
spread_add_near(struct spread *spread, double value, uint16_t hints[SPREAD_HINTS])
{
	int32_t number = number_of(spread, value);
	uint16_t *hint = &hints[(uint32_t)number % SPREAD_HINTS];

	if (*hint < spread->used && spread->numbers[*hint] == number) {
		spread->counts[*hint] = plus(spread->counts[*hint], 1);
		spread->count++;
		return;
	}
	*hint = (uint16_t)count_at(spread, value, number, find(spread, number));
}

/* --- asking --------------------------------------------------------------------------- */

static double
edge(uint32_t bucket)
{
	uint64_t bits = (uint64_t)bucket << BUCKET_SHIFT;
	double value;

	if (bucket >= BUCKETS_END)
		return DBL_MAX;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static double
middle(const struct spread *spread, int32_t number)
{
	uint32_t bucket;
	double low, high, value;

	if (number == 0)
		return 0;
	bucket = bucket_of(number);
	low = edge(bucket << spread->joined);
	high = edge((bucket + 1) << spread->joined);
	value = low + (high - low) / 2;
	return number < 0 ? -value : value;
}

/* ceil(q * count), from 1 to count */
static uint64_t
rank_of(const struct spread *spread, double q)
{
	double exact = q * (double)spread->count;
	uint64_t rank;

	if (!(exact > 1))
		return 1;
	if (exact >= (double)spread->count)
		return spread->count;
	rank = (uint64_t)exact;
	return rank + ((double)rank < exact);
}

/* Counts that saturated may end before the rank: then it is the last. */
double
spread_quantile(const struct spread *spread, double q)
{
	uint64_t rank = rank_of(spread, q), passed = 0;
	uint32_t i;

	if (spread->used == 0)
		return 0;
	for (i = 0; i < spread->used - 1; i++) {
		passed += spread->counts[i];
		if (passed >= rank)
			break;
	}
	return middle(spread, spread->numbers[i]);
}

/* From zero outwards, on both sides at once. */
static double
median_of_magnitudes(const struct spread *spread)
{
	uint64_t rank = rank_of(spread, 0.5), passed = 0;
	uint32_t up = find(spread, 0), down = up;
	int32_t number = 0;

	while (passed < rank && (down > 0 || up < spread->used)) {
		if (down == 0 ||
		    (up < spread->used && spread->numbers[up] <= -spread->numbers[down - 1])) {
			number = spread->numbers[up];
			passed += spread->counts[up++];
		} else {
			number = -spread->numbers[--down];
			passed += spread->counts[down];
		}
	}
	return middle(spread, number);
}

double
spread_scale(const struct spread *spread)
{
	double range, least;

	if (spread->count == 0)
		return 0;
	range = spread_quantile(spread, 0.75) - spread_quantile(spread, 0.25);
	if (range > DBL_MAX)
		range = DBL_MAX;
	range /= 1.349;
	least = median_of_magnitudes(spread) / 1000;
	if (least < 1e-9)
		least = 1e-9;
	return range > least ? range : least;
}
