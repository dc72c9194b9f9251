/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heaviest of many. The few names lie beside each other and are looked
 * through; order in there is that of arrival, so equal histories leave equal bytes.
 */
#include "base/heavy.h"

#include <float.h>
#include <stdbool.h>
#include <string.h>

static size_t
weights_offset(uint16_t capacity)
{
	return (offsetof(struct heavy, names) + capacity * sizeof(uint32_t) + 7) / 8 * 8;
}

static double *
weights_of(struct heavy *heavy)
{
	return (double *)(void *)((uint8_t *)heavy + weights_offset(heavy->capacity));
}

static const double *
weights_in(const struct heavy *heavy)
{
	return (
	    const double *)(const void *)((const uint8_t *)heavy + weights_offset(heavy->capacity));
}

/* Of two that are not negative; never infinite. */
static double
plus(double a, double b)
{
	double sum = a + b;

	return sum <= DBL_MAX ? sum : DBL_MAX;
}

size_t
heavy_bytes(uint16_t capacity)
{
	return (weights_offset(capacity) + capacity * sizeof(double) + 15) / 16 * 16;
}

void
heavy_init(struct heavy *heavy, uint16_t capacity)
{
	memset(heavy, 0, heavy_bytes(capacity));
	heavy->capacity = capacity;
}

/* --- adding --------------------------------------------------------------------------- */

static void
append(struct heavy *heavy, uint32_t name, double weight)
{
	heavy->names[heavy->count] = name;
	weights_of(heavy)[heavy->count++] = weight;
}

/* Takes as much from each; those with nothing left go. */
static void
take(struct heavy *heavy, double amount)
{
	double *weights = weights_of(heavy);
	uint16_t i, left = 0;

	for (i = 0; i < heavy->count; i++) {
		if (weights[i] <= amount)
			continue;
		heavy->names[left] = heavy->names[i];
		weights[left++] = weights[i] - amount;
	}
	for (i = left; i < heavy->count; i++) {
		heavy->names[i] = 0;
		weights[i] = 0;
	}
	heavy->count = left;
	heavy->taken = plus(heavy->taken, amount);
}

/* One too many: the least of them all is taken from each, the new one included. */
static void
displace(struct heavy *heavy, uint32_t name, double weight)
{
	const double *weights = weights_of(heavy);
	double least = weight;
	uint16_t i;

	for (i = 0; i < heavy->count; i++)
		if (weights[i] < least)
			least = weights[i];
	take(heavy, least);
	if (weight > least)
		append(heavy, name, weight - least);
}

/* A bit for the one that has the name. All are compared, always: a loop that ends where it is found is mispredicted. */
static unsigned
holder_of(const struct heavy *heavy, uint32_t name)
{
	unsigned holder = 0, i;

	for (i = 0; i < heavy->capacity; i++)
		holder |= (unsigned)(heavy->names[i] == name) << i;
	return holder & ((1u << heavy->count) - 1);
}

_Bool
heavy_add(struct heavy *heavy, uint32_t name, double weight)
{
	unsigned held = holder_of(heavy, name);
	double *weights = weights_of(heavy);
	int at;

	if (held) {
		at = __builtin_ctz(held);
		weights[at] = plus(weights[at], weight);
		heavy->total = plus(heavy->total, weight);
		return true;
	}
	if (heavy->count == heavy->capacity && heavy->capacity < HEAVY_MAX)
		return false;
	heavy->total = plus(heavy->total, weight);
	if (heavy->count < heavy->capacity)
		append(heavy, name, weight);
	else
		displace(heavy, name, weight);
	return true;
}

void
heavy_grow(struct heavy *to, const struct heavy *from)
{
	to->total = from->total;
	to->taken = from->taken;
	to->count = from->count;
	memcpy(to->names, from->names, from->count * sizeof(from->names[0]));
	memcpy(weights_of(to), weights_in(from), from->count * sizeof(double));
}

/* --- merging and showing -------------------------------------------------------------- */

/* Heaviest first, equal ones by name. */
static bool
goes_before(const struct heavy_item *a, const struct heavy_item *b)
{
	return a->weight > b->weight || (a->weight == b->weight && a->name < b->name);
}

static void
insert(struct heavy_item *items, size_t count, struct heavy_item item)
{
	size_t at = count;

	for (; at > 0 && goes_before(&item, &items[at - 1]); at--)
		items[at] = items[at - 1];
	items[at] = item;
}

size_t
heavy_items(const struct heavy *heavy, struct heavy_item items[HEAVY_MAX])
{
	const double *weights = weights_in(heavy);
	uint16_t i;

	for (i = 0; i < heavy->count; i++)
		insert(items, i, (struct heavy_item){heavy->names[i], weights[i]});
	return heavy->count;
}

/* Both together: up to twice as many as may be held. */
static size_t
union_of(const struct heavy *a, const struct heavy *b, struct heavy_item items[2 * HEAVY_MAX])
{
	struct heavy_item sum[2 * HEAVY_MAX];
	size_t count = heavy_items(a, sum), i;
	uint16_t k;

	for (k = 0; k < b->count; k++) {
		double weight = weights_in(b)[k];

		for (i = 0; i < count && sum[i].name != b->names[k]; i++)
			;
		if (i < count)
			sum[i].weight = plus(sum[i].weight, weight);
		else
			sum[count++] = (struct heavy_item){b->names[k], weight};
	}
	for (i = 0; i < count; i++)
		insert(items, i, sum[i]);
	return count;
}

void
heavy_merge(struct heavy *into, const struct heavy *other)
{
	struct heavy_item items[2 * HEAVY_MAX];
	size_t count = union_of(into, other, items), i;
	double least = count > HEAVY_MAX ? items[HEAVY_MAX].weight : 0;

	into->total = plus(into->total, other->total);
	into->taken = plus(plus(into->taken, other->taken), least);
	into->count = 0;
	for (i = 0; i < count && i < HEAVY_MAX && items[i].weight > least; i++)
		append(into, items[i].name, items[i].weight - least);
}
