/* SPDX-License-Identifier: Apache-2.0 */
/* The table against a plain array, through growth, many removals and chunk ends. */
#include "actor_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"

/* Lengths from 1 to 1,024, so that entries end at every distance from a chunk's end. */
static struct text
name_of(uint32_t i, char out[ACTOR_NAME_BYTES_MAX])
{
	size_t size = i % 50 == 7 ? 1 + i * 37 % ACTOR_NAME_BYTES_MAX : 8 + i % 30;

	memset(out, 'a' + (int)(i % 26), ACTOR_NAME_BYTES_MAX);
	if (size < 8)
		size = 8;
	snprintf(out, 9, "%08x", i);
	out[8] = '.';
	return (struct text){out, size};
}

static struct identity_entry *
find(const struct actor_table *table, uint32_t i)
{
	char bytes[ACTOR_NAME_BYTES_MAX];
	struct text name = name_of(i, bytes);

	return actor_table_find(table, name, actor_table_tag(table, name));
}

static struct identity_entry *
add(struct actor_table *table, uint32_t i)
{
	char bytes[ACTOR_NAME_BYTES_MAX];
	struct text name = name_of(i, bytes);

	return actor_table_add(table, name, actor_table_tag(table, name));
}

static void
finds_what_was_added_where_it_was_put(void **state)
{
	const uint32_t count = 100000;
	struct identity_entry **entries = memory_get_array(count, sizeof(*entries));
	struct actor_table table;
	uint32_t i;

	actor_table_init(&table);
	for (i = 0; i < count; i++) {
		assert_null(find(&table, i));
		entries[i] = add(&table, i);
		assert_int_equal(entries[i]->number, 0);
		entries[i]->number = i + 1;
	}
	for (i = 0; i < count; i++) {
		assert_ptr_equal(find(&table, i), entries[i]);
		assert_int_equal(entries[i]->number, i + 1);
	}
	assert_null(find(&table, count));
	assert_int_equal(table.count, count);
	actor_table_fini(&table);
	memory_free(entries);
}

static void
removes_without_losing_others(void **state)
{
	const uint32_t count = 3000;
	uint8_t *there = memory_get(count);
	struct actor_table table;
	char bytes[ACTOR_NAME_BYTES_MAX];
	uint32_t turn, i, expected = 0;

	actor_table_init(&table);
	srand(5);
	for (turn = 0; turn < 60000; turn++) {
		i = (uint32_t)rand() % count;
		if (there[i]) {
			assert_true(actor_table_remove(&table, name_of(i, bytes)));
			assert_false(actor_table_remove(&table, name_of(i, bytes)));
		} else {
			add(&table, i);
		}
		expected += there[i] ? -1 : 1;
		there[i] = !there[i];
		assert_int_equal(table.count, expected);
	}
	for (i = 0; i < count; i++)
		assert_int_equal(find(&table, i) != NULL, there[i]);
	actor_table_fini(&table);
	memory_free(there);
}

static void
wipes_the_name_of_a_removed_actor(void **state)
{
	struct identity_entry *entry;
	struct actor_table table;
	char bytes[ACTOR_NAME_BYTES_MAX];
	uint16_t i;

	actor_table_init(&table);
	entry = add(&table, 12);
	assert_true(actor_table_remove(&table, name_of(12, bytes)));
	for (i = 0; i < entry->name_size; i++)
		assert_int_equal(entry->name[i], 0);
	actor_table_fini(&table);
}

/* Everything that a reset must leave alone. */
static void
fill(struct identity_entry *entry, uint32_t i)
{
	memset(&entry->pseudonym, (int)(1 + i % 255), sizeof(entry->pseudonym));
	entry->number = i + 1;
	entry->team = i * 3;
	entry->from_tick = entry->to_tick = UINT32_MAX;
	entry->kind = i % 4;
	entry->standing = i / 4 % 4;
}

static void
expect_reset(const struct actor_table *table, uint32_t i)
{
	const struct identity_entry *entry = find(table, i);
	struct identity_entry expected = {0};

	assert_non_null(entry);
	fill(&expected, i);
	assert_memory_equal(&entry->pseudonym, &expected.pseudonym, sizeof(expected.pseudonym));
	assert_int_equal(entry->number, expected.number);
	assert_int_equal(entry->team, expected.team);
	assert_int_equal(entry->from_tick, 0);
	assert_int_equal(entry->to_tick, 0);
	assert_int_equal(entry->kind, expected.kind);
	assert_int_equal(entry->standing, expected.standing);
}

static void
resets_the_ranges_of_all_and_nothing_else(void **state)
{
	const uint32_t count = 50000;
	struct actor_table table;
	char bytes[ACTOR_NAME_BYTES_MAX];
	uint32_t i;

	actor_table_init(&table);
	actor_table_reset_ranges(&table);
	for (i = 0; i < count; i++)
		fill(add(&table, i), i);
	for (i = 100; i < count; i += 1000)
		assert_true(actor_table_remove(&table, name_of(i, bytes)));
	actor_table_reset_ranges(&table);
	for (i = 0; i < count; i++)
		if (i % 1000 != 100)
			expect_reset(&table, i);
	actor_table_fini(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_was_added_where_it_was_put),
	    cmocka_unit_test(removes_without_losing_others),
	    cmocka_unit_test(wipes_the_name_of_a_removed_actor),
	    cmocka_unit_test(resets_the_ranges_of_all_and_nothing_else),
	};

	return cmocka_run_group_tests_name("actor table", tests, NULL, NULL);
}
