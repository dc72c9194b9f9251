/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heaviest against exact weights: each is shown as no more than it is, and no
 * more than `taken` short; added one by one and merged from any split.
 */
#include "base/heavy.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

#define NAMES 40
#define PARTS 5

union room {
	struct heavy heavy;
	alignas(16) uint8_t bytes[128];
};

struct exact {
	double total, weights[NAMES];
};

static uint32_t seed = 1;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

/* Grows as those who use it do. */
static void
add(union room *room, uint32_t name, double weight)
{
	while (!heavy_add(&room->heavy, name, weight)) {
		union room from = *room;

		heavy_init(&room->heavy, (uint16_t)(from.heavy.capacity * 2));
		heavy_grow(&room->heavy, &from.heavy);
	}
}

static void
check(const union room *room, const struct exact *exact)
{
	struct heavy_item items[HEAVY_MAX];
	size_t count = heavy_items(&room->heavy, items), i;
	double shown[NAMES] = {0};
	uint32_t name;

	assert_true(count <= HEAVY_MAX);
	assert_true(room->heavy.total == exact->total);
	assert_true(room->heavy.taken * (HEAVY_MAX + 1) <= exact->total);
	for (i = 0; i < count; i++) {
		assert_true(items[i].weight > 0);
		assert_true(shown[items[i].name] == 0);
		shown[items[i].name] = items[i].weight;
		assert_true(i == 0 || items[i - 1].weight > items[i].weight ||
		    (items[i - 1].weight == items[i].weight && items[i - 1].name < items[i].name));
	}
	for (name = 0; name < NAMES; name++) {
		assert_true(shown[name] <= exact->weights[name]);
		assert_true(exact->weights[name] <= shown[name] + room->heavy.taken);
	}
}

/* Few names often, many seldom; whole weights, which doubles add exactly. */
static uint32_t
draw_name(uint32_t names)
{
	return draw(3) ? draw(1 + names / 8) : draw(names);
}

static void
each_is_within_the_bound(void **state)
{
	uint32_t names, i;

	(void)state;
	for (names = 1; names <= NAMES; names++) {
		struct exact exact = {0};
		union room room;

		heavy_init(&room.heavy, 2);
		for (i = 0; i < 2000; i++) {
			uint32_t name = draw_name(names);
			double weight = draw(2) ? 1 : 1 + draw(1000);

			exact.total += weight;
			exact.weights[name] += weight;
			add(&room, name, weight);
			check(&room, &exact);
		}
		assert_true(names <= HEAVY_MAX ? room.heavy.taken == 0 : room.heavy.taken > 0);
	}
}

static void
any_split_merges_within_the_bound(void **state)
{
	uint32_t round, i, weight;

	(void)state;
	for (round = 0; round < 300; round++) {
		struct exact exact = {0};
		union room parts[PARTS], whole;
		uint32_t names = 1 + draw(NAMES);

		for (i = 0; i < PARTS; i++)
			heavy_init(&parts[i].heavy, 2);
		for (i = 0; i < draw(1000); i++) {
			uint32_t name = draw_name(names);

			weight = 1 + draw(100);
			exact.total += weight;
			exact.weights[name] += weight;
			add(&parts[draw(PARTS)], name, weight);
		}
		heavy_init(&whole.heavy, HEAVY_MAX);
		for (i = 0; i < PARTS; i++)
			heavy_merge(&whole.heavy, &parts[i].heavy);
		check(&whole, &exact);
	}
}

static void
up_to_eight_are_exact(void **state)
{
	union room room, other;
	struct heavy_item items[HEAVY_MAX];
	uint32_t i;

	(void)state;
	heavy_init(&room.heavy, 2);
	heavy_init(&other.heavy, 8);
	for (i = 0; i < 80; i++)
		add(i % 3 ? &room : &other, i % 8, 0.5);
	heavy_merge(&other.heavy, &room.heavy);
	assert_int_equal(heavy_items(&other.heavy, items), 8);
	for (i = 0; i < 8; i++)
		assert_true(items[i].name == i && items[i].weight == 5);
	assert_true(other.heavy.taken == 0 && other.heavy.total == 40);
}

/* The ninth of weight 3 takes 3 from all nine: those of 3 go, the one of 10 keeps 7. */
static void
one_too_many_takes_the_least_from_all(void **state)
{
	union room room;
	struct heavy_item items[HEAVY_MAX];
	uint32_t i;

	(void)state;
	heavy_init(&room.heavy, 8);
	for (i = 0; i < 8; i++)
		add(&room, i, i == 5 ? 10 : 3);
	add(&room, 100, 4);
	assert_int_equal(heavy_items(&room.heavy, items), 2);
	assert_true(items[0].name == 5 && items[0].weight == 7);
	assert_true(items[1].name == 100 && items[1].weight == 1);
	assert_true(room.heavy.taken == 3 && room.heavy.total == 35);
}

static void
a_full_small_one_asks_for_room_and_is_unchanged(void **state)
{
	union room room, before;

	(void)state;
	memset(&room, 0, sizeof(room));
	heavy_init(&room.heavy, 2);
	assert_true(heavy_add(&room.heavy, 1, 1));
	assert_true(heavy_add(&room.heavy, 2, 1));
	before = room;
	assert_false(heavy_add(&room.heavy, 3, 1));
	assert_memory_equal(&room, &before, sizeof(room));
	assert_true(heavy_add(&room.heavy, 2, 1));
}

static void
great_weights_stay_finite(void **state)
{
	union room room, other;
	struct heavy_item items[HEAVY_MAX];
	uint32_t i, k;
	size_t count;

	(void)state;
	heavy_init(&room.heavy, 8);
	heavy_init(&other.heavy, 8);
	for (i = 0; i < 1000; i++) {
		add(&room, draw(20), 1e308);
		add(&other, draw(20), i % 2 ? 1e308 : 0x1p-1074);
	}
	for (k = 0; k < 20; k++)
		heavy_merge(&room.heavy, &other.heavy);
	count = heavy_items(&room.heavy, items);
	for (i = 0; i < count; i++)
		assert_true(items[i].weight > 0 && items[i].weight <= DBL_MAX);
	assert_true(room.heavy.total == DBL_MAX && room.heavy.taken <= DBL_MAX);
}

static void
rooms_are_as_stated(void **state)
{
	(void)state;
	assert_int_equal(heavy_bytes(2), 48);
	assert_int_equal(heavy_bytes(4), 80);
	assert_int_equal(heavy_bytes(8), 128);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_is_within_the_bound),
	    cmocka_unit_test(any_split_merges_within_the_bound),
	    cmocka_unit_test(up_to_eight_are_exact),
	    cmocka_unit_test(one_too_many_takes_the_least_from_all),
	    cmocka_unit_test(a_full_small_one_asks_for_room_and_is_unchanged),
	    cmocka_unit_test(great_weights_stay_finite),
	    cmocka_unit_test(rooms_are_as_stated),
	};

	return cmocka_run_group_tests_name("base/heavy", tests, NULL, NULL);
}
