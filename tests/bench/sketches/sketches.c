/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What influence is made of, each against the obvious way: exact sums against
 * J. R. Shewchuk's expansions (as exact) and A. Neumaier's compensated sum (which is not), the
 * heaviest against exact counts in a hash table, different ones against an exact hash
 * set, and spreads against an array of all buckets that there are. Results are compared.
 */
#include <math.h>
#include <string.h>

#include <uthash.h>

#include "base/exact_sum.h"
#include "base/heavy.h"
#include "base/hyperloglog.h"
#include "base/spread.h"
#include "bench.h"

#define N 1000000
#define NAMES 10000
#define GROUPS 4096 /* so many sums, summaries at once, as a stage has */

static double numbers[N];
static uint32_t names[N], groups[N];
static uint64_t hashes[N];

static uint64_t
mixed(uint64_t number)
{
	number += 0x9e3779b97f4a7c15ull;
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ull;
	number = (number ^ number >> 27) * 0x94d049bb133111ebull;
	return number ^ number >> 31;
}

/* Prices; names by a power law (half of all are the first 100); values, a third of them seen before. */
static void
make_load(void)
{
	uint32_t i;

	for (i = 0; i < N; i++) {
		double unit = (double)(mixed(i) >> 11) * 0x1p-53;

		numbers[i] = floor(exp(unit * 12)) / 100 * (mixed(i + N) % 4 ? 1 : -1);
		names[i] = (uint32_t)pow(NAMES, (double)(mixed(i + 2 * N) >> 11) * 0x1p-53);
		groups[i] = (uint32_t)(mixed(i + 3 * N) % GROUPS);
		hashes[i] = mixed(i % 3 ? i : i / 2);
	}
}

static void
expect(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "sketches: %s\n", what);
	abort();
}

static uint64_t
bits(double x)
{
	uint64_t value;

	memcpy(&value, &x, sizeof(value));
	return value;
}

/* --- sums ------------------------------------------------------------------------------------ */

static struct exact_sum sums[GROUPS];
static struct exact_wide wides[GROUPS];

static uint64_t
sum_exact(void *context)
{
	uint64_t seen = 0;
	int i;

	memset(sums, 0, sizeof(sums));
	for (i = 0; i < N; i++)
		expect(exact_add(&sums[groups[i]], numbers[i], 1), "fits");
	for (i = 0; i < GROUPS; i++)
		seen += bits(exact_value(&sums[i]));
	return seen;
}

static uint64_t
sum_wide(void *context)
{
	uint64_t seen = 0;
	int i;

	memset(wides, 0, sizeof(wides));
	for (i = 0; i < N; i++)
		exact_wide_add(&wides[groups[i]], numbers[i], 1);
	for (i = 0; i < GROUPS; i++)
		seen += bits(exact_wide_value(&wides[i]));
	return seen;
}

static struct expansion {
	double parts[24];
	int count;
} expansions[GROUPS];

static void
expansion_add(struct expansion *expansion, double x)
{
	int i, left = 0;

	for (i = 0; i < expansion->count; i++) {
		double y = expansion->parts[i], sum = x + y, part = sum - x;
		double rest = (x - (sum - part)) + (y - part);

		if (rest != 0)
			expansion->parts[left++] = rest;
		x = sum;
	}
	expect(left < 24, "parts");
	expansion->parts[left++] = x;
	expansion->count = left;
}

/* From the greatest down until something is left over; what is below that breaks a tie. */
static double
expansion_value(const struct expansion *expansion)
{
	int i = expansion->count - 1;
	double high = i < 0 ? 0 : expansion->parts[i], low = 0, before;

	while (--i >= 0 && low == 0) {
		before = high;
		high = before + expansion->parts[i];
		low = expansion->parts[i] - (high - before);
	}
	if (i >= 0 && low * expansion->parts[i] > 0 && (high + 2 * low) - high == 2 * low)
		high += 2 * low;
	return high;
}

static uint64_t
sum_expansion(void *context)
{
	uint64_t seen = 0;
	int i;

	memset(expansions, 0, sizeof(expansions));
	for (i = 0; i < N; i++)
		expansion_add(&expansions[groups[i]], numbers[i]);
	for (i = 0; i < GROUPS; i++)
		seen += bits(expansion_value(&expansions[i]));
	return seen;
}

static struct compensated {
	double sum, rest;
} compensated[GROUPS];

static uint64_t
sum_compensated(void *context)
{
	uint64_t seen = 0;
	int i;

	memset(compensated, 0, sizeof(compensated));
	for (i = 0; i < N; i++) {
		struct compensated *at = &compensated[groups[i]];
		double sum = at->sum + numbers[i];

		if (fabs(at->sum) >= fabs(numbers[i]))
			at->rest += (at->sum - sum) + numbers[i];
		else
			at->rest += (numbers[i] - sum) + at->sum;
		at->sum = sum;
	}
	for (i = 0; i < GROUPS; i++)
		seen += bits(compensated[i].sum + compensated[i].rest);
	return seen;
}

/* --- the heaviest: of one summary, as of a feature without a key ------------------------------ */

struct counted {
	uint32_t name;
	double weight;
	UT_hash_handle hh;
};

static struct counted *table;
static union {
	struct heavy heavy;
	uint8_t bytes[128];
} summary;

static uint64_t
heavy_sketch(void *context)
{
	int i;

	heavy_init(&summary.heavy, HEAVY_MAX);
	for (i = 0; i < N; i++)
		heavy_add(&summary.heavy, names[i], 1);
	return bits(summary.heavy.total);
}

static void
clear_table(void)
{
	struct counted *entry, *next;

	HASH_ITER(hh, table, entry, next)
	{
		HASH_DEL(table, entry);
		free(entry);
	}
}

static uint64_t
heavy_exact(void *context)
{
	struct counted *entry;
	int i;

	clear_table();
	for (i = 0; i < N; i++) {
		HASH_FIND(hh, table, &names[i], sizeof(names[i]), entry);
		if (!entry) {
			entry = calloc(1, sizeof(*entry));
			entry->name = names[i];
			HASH_ADD(hh, table, name, sizeof(entry->name), entry);
		}
		entry->weight++;
	}
	return HASH_COUNT(table);
}

static void
compare_heavy(void)
{
	struct heavy_item items[HEAVY_MAX];
	size_t count = heavy_items(&summary.heavy, items), i;
	struct counted *entry;

	for (i = 0; i < count; i++) {
		HASH_FIND(hh, table, &items[i].name, sizeof(items[i].name), entry);
		expect(items[i].weight <= entry->weight &&
			entry->weight <= items[i].weight + summary.heavy.taken,
		    "a weight is out of its bound");
	}
}

/* --- different ones ------------------------------------------------------------------------- */

#define SET_SLOTS ((uint32_t)1 << 21)

static struct hyperloglog registers;
static uint64_t set[SET_SLOTS];
static double estimated, exact_count;

static uint64_t
distinct_sketch(void *context)
{
	int i;

	memset(&registers, 0, sizeof(registers));
	for (i = 0; i < N; i++)
		hyperloglog_add(&registers, hashes[i]);
	estimated = hyperloglog_estimate(&registers);
	return bits(estimated);
}

static uint64_t
distinct_exact(void *context)
{
	uint32_t at;
	int i;

	memset(set, 0, sizeof(set));
	exact_count = 0;
	for (i = 0; i < N; i++) {
		for (at = (uint32_t)hashes[i]; set[at % SET_SLOTS]; at++)
			if (set[at % SET_SLOTS] == hashes[i])
				break;
		exact_count += set[at % SET_SLOTS] == 0;
		set[at % SET_SLOTS] = hashes[i];
	}
	return bits(exact_count);
}

/* --- spreads -------------------------------------------------------------------------------- */

#define ALL_BUCKETS 65504

static struct spread spread;
static uint64_t all[2 * ALL_BUCKETS + 1];
static double their_median;

static uint64_t
spread_ours(void *context)
{
	int i;

	memset(&spread, 0, sizeof(spread));
	for (i = 0; i < N; i++)
		spread_add(&spread, numbers[i]);
	return bits(spread_quantile(&spread, 0.5));
}

static double
bucket_middle(int number)
{
	uint64_t low = (uint64_t)(abs(number) - 1) << 47, high = (uint64_t)abs(number) << 47;
	double a, b;

	if (!number)
		return 0;
	memcpy(&a, &low, sizeof(a));
	memcpy(&b, &high, sizeof(b));
	return copysign(a + (b - a) / 2, number);
}

static uint64_t
spread_array(void *context)
{
	uint64_t passed = 0;
	int i;

	memset(all, 0, sizeof(all));
	for (i = 0; i < N; i++) {
		int number = (int)((bits(numbers[i]) & INT64_MAX) >> 47) + 1;

		all[numbers[i] == 0 ? ALL_BUCKETS
				    : ALL_BUCKETS + (numbers[i] < 0 ? -number : number)]++;
	}
	for (i = 0; (passed += all[i]) < N / 2; i++)
		;
	their_median = bucket_middle(i - ALL_BUCKETS);
	return bits(their_median);
}

int
main(void)
{
	make_load();
	expect(sum_exact(NULL) == sum_expansion(NULL) && sum_exact(NULL) == sum_wide(NULL),
	    "exact sums differ");
	bench_pair("exact_add", N, sum_exact, NULL, "expansion", sum_expansion, NULL);
	bench_pair("exact_add", N, sum_exact, NULL, "neumaier (not exact)", sum_compensated, NULL);
	bench_pair("exact_wide_add", N, sum_wide, NULL, "expansion", sum_expansion, NULL);
	bench_pair("heavy_add", N, heavy_sketch, NULL, "uthash", heavy_exact, NULL);
	compare_heavy();
	clear_table();
	bench_pair("hyperloglog_add", N, distinct_sketch, NULL, "hash set", distinct_exact, NULL);
	expect(fabs(estimated / exact_count - 1) < 0.069, "the estimate is off");
	bench_pair("spread_add", N, spread_ours, NULL, "array of all", spread_array, NULL);
	expect(
	    spread.joined > 0 || spread_quantile(&spread, 0.5) == their_median, "medians differ");
	return 0;
}
