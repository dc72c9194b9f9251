/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 550,000 records whose ids are searched again, against a plain sorted array;
 * and catalogs of the same blocks committed in other cuts hold the same rows.
 */
#include "scratch.h"

#include "base/memory.h"
#include "fake_ledger.h"

struct answer {
	uint64_t records[64];
	size_t count;
};

static bool
keep(void *context, uint64_t record)
{
	struct answer *answer = context;

	assert_true(answer->count < ARRAY_COUNT(answer->records));
	answer->records[answer->count++] = record;
	return true;
}

static uint32_t
fingerprint_of(uint64_t identity)
{
	return (uint32_t)identity & 0x3fffffff;
}

static int
by_fingerprint(const void *a, const void *b)
{
	const struct catalog_id *x = a, *y = b;
	uint32_t p = fingerprint_of(x->identity), q = fingerprint_of(y->identity);

	return p != q ? (p > q) - (p < q) : (x->record > y->record) - (x->record < y->record);
}

/* The plain map: all ids by fingerprint, then record. */
static struct catalog_id *
plain_map(const struct fake_ledger *ledger, uint64_t records, size_t *count)
{
	struct catalog_id *ids = memory_get_array(ledger->id_count, sizeof(*ids));

	for (*count = 0; *count < ledger->id_count && ledger->ids[*count].record < records;
	     ++*count)
		ids[*count] = ledger->ids[*count];
	qsort(ids, *count, sizeof(*ids), by_fingerprint);
	return ids;
}

static void
compare_one(struct catalog *catalog, const struct catalog_id *map, size_t count, size_t first)
{
	uint32_t fingerprint = fingerprint_of(map[first].identity);
	struct answer answer = {0};
	struct error err = {0};
	size_t i;

	well(catalog_records_of_id(catalog, map[first].identity, keep, &answer, &err), &err);
	for (i = first; i < count && fingerprint_of(map[i].identity) == fingerprint; i++) {
		assert_true(i - first < answer.count);
		assert_int_equal(answer.records[i - first], map[i].record);
	}
	assert_int_equal(answer.count, i - first);
}

/* Every step-th id is found with exactly the records that share its fingerprint. */
static void
compare_ids(
    struct catalog *catalog, const struct fake_ledger *ledger, uint64_t records, size_t step)
{
	size_t count, i;
	struct catalog_id *map = plain_map(ledger, records, &count);

	for (i = 0; i < count; i += step)
		if (i == 0 ||
		    fingerprint_of(map[i - 1].identity) != fingerprint_of(map[i].identity))
			compare_one(catalog, map, count, i);
	memory_free(map);
}

static void
absent_ids_are_not_found(struct catalog *catalog, const struct fake_ledger *ledger, size_t tries)
{
	uint64_t random = 99, identity;
	struct error err = {0};
	struct answer answer;
	size_t i, j;

	for (i = 0; i < tries; i++) {
		answer.count = 0;
		identity = fake_random(&random);
		well(catalog_records_of_id(catalog, identity, keep, &answer, &err), &err);
		for (j = 0; j < answer.count; j++) {
			/* a false one: it must share the fingerprint with a real one */
			size_t k = 0;

			while (ledger->ids[k].record != answer.records[j])
				k++;
			assert_int_equal(
			    fingerprint_of(ledger->ids[k].identity), fingerprint_of(identity));
		}
	}
}

static void
ids_of_550000_records(void **state)
{
	static const uint32_t block_max[] = {1024, 100};
	struct fake_ledger ledger;
	struct catalog *catalog;
	struct error err = {0};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(block_max); i++) {
		fake_ledger_make(&ledger, 11 + i, 550000, block_max[i]);
		catalog = scratch_catalog("ids.db", CATALOG_WRITE);
		fake_commit_all(catalog, &ledger, 0, i, 128 * 1024 / block_max[i]);
		compare_ids(catalog, &ledger, ledger.records, 311);
		absent_ids_are_not_found(catalog, &ledger, 300);
		well(catalog_check(catalog, &err), &err);
		catalog_close(catalog);
		fake_ledger_fini(&ledger);
		scratch_remove("ids.db");
	}
}

/* Those ids, whose step-wise neighbours are all random. */
static void
compare_edges(struct catalog *catalog, const struct fake_ledger *ledger, const uint64_t *edges,
    size_t edge_count)
{
	size_t count, i, j;
	struct catalog_id *map = plain_map(ledger, ledger->records, &count);

	for (i = 0; i < edge_count; i++) {
		for (j = 0;
		     j < count && fingerprint_of(map[j].identity) != fingerprint_of(edges[i]); j++)
			;
		assert_true(j < count);
		compare_one(catalog, map, count, j);
	}
	memory_free(map);
}

/* Equal fingerprints, ids in every bucket's first and last place, and a border amid a block. */
static void
ids_at_the_edges(void **state)
{
	static const uint64_t edges[] = {0, 1, 0x001fffff, 0x00200000, 0x3fdfffff, 0x3fe00000,
	    0x3fffffff, 0xffffffff, UINT64_C(0x1200000000), UINT64_C(0xffffffffffffffff)};
	struct fake_ledger ledger;
	struct catalog *catalog;
	size_t i, next = 0;

	fake_ledger_make(&ledger, 3, 540000, 1000);
	for (i = 0; i < ledger.id_count && next < 8 * ARRAY_COUNT(edges); i += 7000)
		ledger.ids[i].identity = edges[next++ % ARRAY_COUNT(edges)];
	catalog = scratch_catalog("edges.db", CATALOG_WRITE);
	fake_commit_all(catalog, &ledger, 0, 5, 20);
	compare_ids(catalog, &ledger, ledger.records, 401);
	compare_edges(catalog, &ledger, edges, ARRAY_COUNT(edges));
	catalog_close(catalog);
	fake_ledger_fini(&ledger);
	scratch_remove("edges.db");
}

/* After every commit, groups just completed or about to be. */
static void
ids_are_found_as_they_are_committed(void **state)
{
	struct fake_ledger ledger;
	struct catalog *catalog;
	struct error err = {0};
	size_t i;

	fake_ledger_make(&ledger, 5, 264000, 1000);
	catalog = scratch_catalog("growing.db", CATALOG_WRITE);
	for (i = 0; i < ledger.block_count; i++) {
		well(fake_commit(catalog, &ledger, i, i + 1, &err), &err);
		if (i % 64 == 0 || ledger.blocks[i].row.first_record > 259000)
			compare_ids(catalog, &ledger,
			    ledger.blocks[i].row.first_record + ledger.blocks[i].row.records, 5003);
	}
	catalog_close(catalog);
	fake_ledger_fini(&ledger);
	scratch_remove("growing.db");
}

static void
expect_equal(struct catalog *a, struct catalog *b)
{
	struct buffer difference = {0};
	struct error err = {0};
	bool equal;

	well(catalog_equal(a, b, &equal, &difference, &err), &err);
	if (!equal)
		fail_msg("%.*s", TEXT_PRINT(buffer_text(&difference)));
	buffer_fini(&difference);
}

static void
any_cut_leaves_the_same_rows(void **state)
{
	static const size_t blocks_max[] = {5, 100000};
	struct fake_ledger ledger;
	struct catalog *first, *other;
	size_t i;

	fake_ledger_make(&ledger, 21, 530000, 1024);
	first = scratch_catalog("first.db", CATALOG_WRITE);
	fake_commit_all(first, &ledger, 0, 1, 64);
	for (i = 0; i < ARRAY_COUNT(blocks_max); i++) {
		other = scratch_catalog("other.db", CATALOG_WRITE);
		fake_commit_all(other, &ledger, 0, i, blocks_max[i]);
		expect_equal(first, other);
		expect_equal(other, first);
		catalog_close(other);
		scratch_remove("other.db");
	}
	catalog_close(first);
	fake_ledger_fini(&ledger);
	scratch_remove("first.db");
}

static void
expect_different(struct catalog *a, struct catalog *b, const char *sentence)
{
	struct buffer difference = {0};
	struct error err = {0};
	bool equal;

	well(catalog_equal(a, b, &equal, &difference, &err), &err);
	assert_false(equal);
	buffer_add_byte(&difference, 0);
	assert_string_equal((char *)difference.data, sentence);
	buffer_fini(&difference);
}

static void
a_difference_is_said(void **state)
{
	static const uint8_t store_id[16] = "0123456789abcdef";
	struct fake_ledger ledger;
	struct catalog *a, *b;
	struct error err = {0};

	fake_ledger_make(&ledger, 21, 3000, 100);
	a = scratch_catalog("a.db", CATALOG_WRITE);
	fake_commit_all(a, &ledger, 0, 1, 64);
	b = scratch_catalog("b.db", CATALOG_WRITE);
	ledger.blocks[ledger.block_count - 1].row.bytes++;
	fake_commit_all(b, &ledger, 0, 1, 64);
	expect_different(a, b, "block number 66: bytes is 2100 here, 2101 there");
	expect_different(b, a, "block number 66: bytes is 2101 here, 2100 there");
	catalog_close(b);
	scratch_remove("b.db");
	b = scratch_catalog("b.db", CATALOG_WRITE);
	ledger.blocks[ledger.block_count - 1].row.bytes--;
	well(fake_commit(b, &ledger, 0, 2, &err), &err);
	expect_different(a, b, "block number 3: only here");
	expect_different(b, a, "block number 3: only there");
	fake_commit_all(b, &ledger, 2, 1, 64);
	well(catalog_set_store_id(b, store_id, &err), &err);
	expect_different(a, b, "state one 1: store_id is NULL here, 0123456789abcdef there");
	catalog_close(a);
	catalog_close(b);
	fake_ledger_fini(&ledger);
	scratch_remove("a.db");
	scratch_remove("b.db");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ids_of_550000_records),
	    cmocka_unit_test(ids_at_the_edges),
	    cmocka_unit_test(ids_are_found_as_they_are_committed),
	    cmocka_unit_test(any_cut_leaves_the_same_rows),
	    cmocka_unit_test(a_difference_is_said),
	};

	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
