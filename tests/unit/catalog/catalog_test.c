/* SPDX-License-Identifier: Apache-2.0 */
/* Rows go in by commits; every question is asked against the ledger they came from. */
#include "scratch.h"

#include <string.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "fake_ledger.h"

static struct fake_ledger ledger;
static struct catalog *catalog;

static int
set_up(void **state)
{
	scratch_begin(state);
	fake_ledger_make(&ledger, 7, 40000, 900);
	catalog = scratch_catalog("catalog.db", CATALOG_WRITE);
	fake_commit_all(catalog, &ledger, 0, 1, 9);
	return 0;
}

static int
tear_down(void **state)
{
	catalog_close(catalog);
	fake_ledger_fini(&ledger);
	scratch_remove("catalog.db");
	return scratch_end(state);
}

static void
an_empty_catalog_says_nothing(void **state)
{
	struct catalog *empty = scratch_catalog("empty.db", CATALOG_WRITE);
	struct buffer frontier = {0};
	struct catalog_state at;
	struct catalog_block block;
	struct catalog_span span;
	struct error err = {0};
	uint32_t number;
	uint64_t note;
	uint8_t hash[CATALOG_HASH_BYTES];
	bool found;

	well(catalog_state(empty, &at, &err), &err);
	assert_int_equal(
	    at.records + at.blocks + at.segment + at.epoch + (uint64_t)at.segment_bytes, 0);
	well(catalog_frontier(empty, &frontier, &err), &err);
	assert_int_equal(frontier.size, 0);
	well(catalog_block(empty, 1, &block, &found, &err), &err);
	assert_false(found);
	well(catalog_block_of_record(empty, 0, &block, &found, &err), &err);
	assert_false(found);
	well(catalog_block_of_position(empty, 1, 0, &block, &span, &found, &err), &err);
	assert_false(found);
	well(catalog_epoch_at(empty, 5, &number, &note, &found, &err), &err);
	assert_false(found);
	well(catalog_chunk(empty, 0, hash, &found, &err), &err);
	assert_false(found);
	well(catalog_check(empty, &err), &err);
	catalog_close(empty);
	scratch_remove("empty.db");
}

static void
the_state_is_that_of_the_last_commit(void **state)
{
	const struct catalog_block *last = &ledger.blocks[ledger.block_count - 1].row;
	struct buffer frontier = {0};
	struct catalog_state at;
	struct error err = {0};
	char expected[64];

	well(catalog_state(catalog, &at, &err), &err);
	assert_int_equal(at.records, ledger.records);
	assert_int_equal(at.blocks, ledger.block_count);
	assert_int_equal(at.segment, last->segment);
	assert_int_equal(at.segment_bytes, last->offset + last->bytes);
	assert_int_equal(at.epoch, ledger.lineage);
	assert_int_equal(at.conclusions, ledger.conclusions);
	assert_int_equal(
	    at.conclusion_segment, ledger.conclusion_blocks[ledger.conclusion_count - 1].segment);
	well(catalog_frontier(catalog, &frontier, &err), &err);
	snprintf(
	    expected, sizeof(expected), "frontier of %llu", (unsigned long long)ledger.records);
	assert_true(text_is(buffer_text(&frontier), expected));
	frontier.size = 0;
	well(catalog_conclusion_frontier(catalog, &frontier, &err), &err);
	assert_true(text_is(buffer_text(&frontier), "conclusions"));
	buffer_fini(&frontier);
}

static void
the_store_id_is_put_once(void **state)
{
	static const uint8_t one[16] = "0123456789abcdef", other[16] = "0123456789abcdeF";
	struct catalog_state at;
	struct error err = {0};

	well(catalog_set_store_id(catalog, one, &err), &err);
	well(catalog_set_store_id(catalog, one, &err), &err);
	assert_false(catalog_set_store_id(catalog, other, &err));
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_non_null(strstr(err.text, "catalog.db: it belongs to another store"));
	well(catalog_state(catalog, &at, &err), &err);
	assert_memory_equal(at.store_id, one, sizeof(one));
}

static void
same_block(const struct catalog_block *a, const struct catalog_block *b)
{
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->segment, b->segment);
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->objects, b->objects);
	assert_int_equal(a->records, b->records);
	assert_int_equal(a->events, b->events);
	assert_int_equal(a->first_record, b->first_record);
	assert_int_equal(a->identity, b->identity);
	assert_int_equal(a->min_time_ms, b->min_time_ms);
	assert_int_equal(a->max_time_ms, b->max_time_ms);
}

static void
blocks_by_number_and_record(void **state)
{
	struct catalog_block block;
	struct error err = {0};
	bool found;
	size_t i;

	for (i = 0; i < ledger.block_count; i++) {
		const struct catalog_block *row = &ledger.blocks[i].row;

		well(catalog_block(catalog, row->number, &block, &found, &err), &err);
		assert_true(found);
		same_block(&block, row);
		well(catalog_block_of_record(catalog, row->first_record, &block, &found, &err),
		    &err);
		assert_true(found);
		same_block(&block, row);
		well(catalog_block_of_record(
			 catalog, row->first_record + row->records - 1, &block, &found, &err),
		    &err);
		assert_true(found);
		same_block(&block, row);
	}
	well(catalog_block(catalog, 0, &block, &found, &err), &err);
	assert_false(found);
	well(catalog_block(catalog, i + 1, &block, &found, &err), &err);
	assert_false(found);
	well(catalog_block_of_record(catalog, ledger.records, &block, &found, &err), &err);
	assert_false(found);
	well(catalog_block_of_record(catalog, UINT64_MAX, &block, &found, &err), &err);
	assert_false(found);
}

static void
same_span(const struct catalog_span *a, const struct catalog_span *b)
{
	assert_int_equal(a->partition, b->partition);
	assert_int_equal(a->first_offset, b->first_offset);
	assert_int_equal(a->end_offset, b->end_offset);
	assert_int_equal(a->block, b->block);
	assert_int_equal(a->first_record, b->first_record);
	assert_int_equal(a->end_record, b->end_record);
}

static void
blocks_by_position(void **state)
{
	struct catalog_block block;
	struct catalog_span span;
	struct error err = {0};
	bool found;
	size_t i, place;

	for (i = 0; i < ledger.span_count; i++) {
		const struct catalog_span *row = &ledger.spans[i];
		const int64_t places[] = {row->first_offset,
		    (row->first_offset + row->end_offset) / 2, row->end_offset - 1};

		for (place = 0; place < ARRAY_COUNT(places); place++) {
			well(catalog_block_of_position(catalog, row->partition, places[place],
				 &block, &span, &found, &err),
			    &err);
			assert_true(found);
			same_block(&block, &ledger.blocks[row->block - 1].row);
			same_span(&span, row);
		}
	}
}

static void
positions_that_are_not_there(void **state)
{
	const struct {
		uint32_t partition;
		int64_t offset;
	} cases[] = {
	    {1, -1},
	    {1, ledger.partitions[0].next_offset},
	    {3, 999},
	    {3, INT64_MAX},
	    {0, 0},
	    {4, 0},
	};
	struct catalog_block block;
	struct catalog_span span;
	struct error err = {0};
	bool found;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		well(catalog_block_of_position(
			 catalog, cases[i].partition, cases[i].offset, &block, &span, &found, &err),
		    &err);
		assert_false(found);
	}
}

static bool
compare_partition(void *context, const struct partition *partition)
{
	const struct partition *row = &ledger.partitions[partition->number - 1];
	uint32_t *visited = context;
	uint8_t a[SHA256_BYTES], b[SHA256_BYTES];

	assert_int_equal(partition->number, ++*visited);
	assert_string_equal(partition->source, row->source);
	assert_string_equal(partition->name, row->name);
	assert_int_equal(partition->incarnation, row->incarnation);
	assert_int_equal(partition->ended, row->ended);
	assert_int_equal(partition->start, row->start);
	assert_int_equal(partition->next_offset, row->next_offset);
	assert_int_equal(partition->next_byte, row->next_byte);
	assert_int_equal(partition->has_first, row->has_first);
	assert_int_equal(partition->first_payload, row->first_payload);
	assert_int_equal(partition->recorded, row->recorded);
	assert_int_equal(partition->quarantined, row->quarantined);
	assert_int_equal(partition->filtered, row->filtered);
	assert_int_equal(partition->gaps, row->gaps);
	assert_int_equal(partition->max_time_ms, row->max_time_ms);
	sha256_now(&partition->content, a);
	sha256_now(&row->content, b);
	assert_memory_equal(a, b, sizeof(a));
	return true;
}

static bool
stop_at_second(void *context, const struct partition *partition)
{
	++*(uint32_t *)context;
	return partition->number < 2;
}

static void
partitions_in_order(void **state)
{
	struct error err = {0};
	uint32_t visited = 0;

	well(catalog_partitions(catalog, compare_partition, &visited, &err), &err);
	assert_int_equal(visited, FAKE_PARTITIONS);
	visited = 0;
	well(catalog_partitions(catalog, stop_at_second, &visited, &err), &err);
	assert_int_equal(visited, 2);
}

/* What the ledger says of quarantined row i in the end: which record brought it back, 0: none. */
static uint64_t
replay_of(const struct catalog_quarantined *row)
{
	size_t i;

	for (i = 0; i < ledger.quarantined_count; i++) {
		const struct catalog_quarantined *other = &ledger.quarantined[i];

		if (other->replayed && other->partition == row->partition &&
		    other->offset == row->offset)
			return other->replay_record;
	}
	return 0;
}

struct quarantine_walk {
	size_t next, still, replayed;
	bool with_replayed;
};

static bool
compare_quarantined(void *context, const struct catalog_quarantined *row)
{
	struct quarantine_walk *walk = context;
	const struct catalog_quarantined *expected;

	do {
		assert_true(walk->next < ledger.quarantined_count);
		expected = &ledger.quarantined[walk->next++];
	} while (expected->replayed || (!walk->with_replayed && replay_of(expected)));
	assert_int_equal(row->partition, expected->partition);
	assert_int_equal(row->offset, expected->offset);
	assert_int_equal(row->record, expected->record);
	assert_true(text_equal(row->reason, expected->reason));
	assert_true(text_equal(row->detail, expected->detail));
	assert_int_equal(row->replayed, replay_of(expected) != 0);
	assert_int_equal(row->replay_record, replay_of(expected));
	row->replayed ? walk->replayed++ : walk->still++;
	return true;
}

static bool
add_count(void *context, struct text reason, int64_t count)
{
	*(int64_t *)context += count;
	assert_true(text_is(reason, "json-malformed") || text_is(reason, "time-unreadable"));
	return true;
}

static bool
count_quarantined(void *context, const struct catalog_quarantined *row)
{
	++*(size_t *)context;
	return true;
}

static void
quarantined_rows_and_their_replays(void **state)
{
	struct quarantine_walk all = {.with_replayed = true}, still = {0};
	int64_t by_reason = 0, in_partitions = 0;
	struct error err = {0};
	size_t i, at;
	bool found;

	well(catalog_quarantined_each(catalog, true, compare_quarantined, &all, &err), &err);
	assert_true(all.replayed > 5 && all.still > 100);
	well(catalog_quarantined_each(catalog, false, compare_quarantined, &still, &err), &err);
	assert_int_equal(still.still, all.still);
	assert_int_equal(still.replayed, 0);
	well(catalog_quarantine_reasons(catalog, add_count, &by_reason, &err), &err);
	assert_int_equal(by_reason, all.still);
	for (i = 0; i < FAKE_PARTITIONS; i++)
		in_partitions += ledger.partitions[i].quarantined;
	assert_int_equal(in_partitions, all.still);
	for (i = 0; i < ledger.quarantined_count; i++) {
		at = 0;
		well(catalog_quarantined_at(catalog, ledger.quarantined[i].partition,
			 ledger.quarantined[i].offset, count_quarantined, &at, &found, &err),
		    &err);
		assert_true(found);
		assert_int_equal(at, 1);
	}
	well(catalog_quarantined_at(catalog, 9, 9, count_quarantined, &at, &found, &err), &err);
	assert_false(found);
}

static bool
compare_epoch(void *context, const struct catalog_epoch *epoch)
{
	size_t *next = context;
	const struct catalog_epoch *expected = &ledger.epochs[(*next)++];

	assert_int_equal(epoch->record, expected->record);
	assert_int_equal(epoch->number, expected->number);
	assert_true(text_equal(epoch->what, expected->what));
	assert_int_equal(epoch->body, expected->body);
	return true;
}

static void
epochs_and_the_one_in_force(void **state)
{
	uint64_t record, note = 0, in_force_note = 0;
	uint32_t number = 0, in_force = 0;
	struct error err = {0};
	size_t next = 0;
	bool found;

	well(catalog_epochs(catalog, compare_epoch, &next, &err), &err);
	assert_int_equal(next, ledger.epoch_count);
	for (next = 0, record = 0; record < ledger.records; record += 13) {
		for (; next < ledger.epoch_count && ledger.epochs[next].record <= record; next++) {
			if (!ledger.epochs[next].number)
				continue;
			in_force = ledger.epochs[next].number;
			in_force_note = ledger.epochs[next].record;
		}
		well(catalog_epoch_at(catalog, record, &number, &note, &found, &err), &err);
		assert_int_equal(found, in_force != 0);
		if (!found)
			continue;
		assert_int_equal(number, in_force);
		assert_int_equal(note, in_force_note);
	}
	assert_true(in_force > 1);
}

static void
chunks_one_by_one_and_all(void **state)
{
	uint64_t count = ledger.records / 1024, i;
	uint8_t(*hashes)[CATALOG_HASH_BYTES] = memory_get_array(count + 1, CATALOG_HASH_BYTES);
	uint8_t expected[CATALOG_HASH_BYTES], one[CATALOG_HASH_BYTES];
	struct error err = {0};
	bool found;

	well(catalog_chunks(catalog, count, hashes, &err), &err);
	for (i = 0; i < count; i++) {
		fake_chunk(i, expected);
		assert_memory_equal(hashes[i], expected, sizeof(expected));
		well(catalog_chunk(catalog, i, one, &found, &err), &err);
		assert_true(found);
		assert_memory_equal(one, expected, sizeof(expected));
	}
	well(catalog_chunk(catalog, count, one, &found, &err), &err);
	assert_false(found);
	assert_false(catalog_chunks(catalog, count + 1, hashes, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	assert_non_null(strstr(err.text, "of the tree is missing"));
	memory_free(hashes);
}

static void
same_conclusions(const struct catalog_conclusions *a, const struct catalog_conclusions *b)
{
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->segment, b->segment);
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->records, b->records);
	assert_int_equal(a->first_conclusion, b->first_conclusion);
	assert_int_equal(a->first_fact, b->first_fact);
	assert_int_equal(a->last_fact, b->last_fact);
	assert_int_equal(a->identity, b->identity);
}

static void
conclusions_by_block_fact_and_index(void **state)
{
	struct catalog_conclusions row;
	struct error err = {0};
	bool found;
	size_t i, k, next = 0;

	for (i = 0; i < ledger.block_count; i++) {
		const struct catalog_block *block = &ledger.blocks[i].row;
		const struct catalog_conclusions *expected = &ledger.conclusion_blocks[next];
		bool is = next < ledger.conclusion_count && expected->number == block->number;
		const uint64_t facts[] = {block->first_record,
		    block->first_record + block->records / 2,
		    block->first_record + block->records - 1};

		well(catalog_conclusions(catalog, block->number, &row, &found, &err), &err);
		assert_int_equal(found, is);
		for (k = 0; k < ARRAY_COUNT(facts); k++) {
			well(catalog_conclusions_of_fact(catalog, facts[k], &row, &found, &err),
			    &err);
			assert_int_equal(found, is && facts[k] >= expected->first_fact);
			if (found)
				same_conclusions(&row, expected);
		}
		if (!is)
			continue;
		next++;
		well(
		    catalog_conclusions_at(catalog, expected->first_conclusion, &row, &found, &err),
		    &err);
		assert_true(found);
		same_conclusions(&row, expected);
		well(catalog_conclusions_at(catalog,
			 expected->first_conclusion + expected->records - 1, &row, &found, &err),
		    &err);
		assert_true(found);
		same_conclusions(&row, expected);
	}
	assert_int_equal(next, ledger.conclusion_count);
	assert_true(next > 20 && next < ledger.block_count);
	well(catalog_conclusions_at(catalog, ledger.conclusions, &row, &found, &err), &err);
	assert_false(found);
	well(catalog_conclusions_of_fact(catalog, ledger.records, &row, &found, &err), &err);
	assert_false(found);
	well(catalog_conclusions_of_fact(catalog, UINT64_MAX, &row, &found, &err), &err);
	assert_false(found);
}

static void
chunks_of_conclusions(void **state)
{
	uint64_t count = ledger.conclusions / 1024;
	uint8_t(*hashes)[CATALOG_HASH_BYTES] = memory_get_array(count + 1, CATALOG_HASH_BYTES);
	uint8_t expected[CATALOG_HASH_BYTES], one[CATALOG_HASH_BYTES];
	struct error err = {0};
	bool found;

	assert_true(count > 5);
	well(catalog_conclusion_chunks(catalog, count, hashes, &err), &err);
	fake_chunk(FAKE_CONCLUSIONS + count - 1, expected);
	assert_memory_equal(hashes[count - 1], expected, sizeof(expected));
	well(catalog_conclusion_chunk(catalog, count - 1, one, &found, &err), &err);
	assert_true(found);
	assert_memory_equal(one, expected, sizeof(expected));
	assert_false(catalog_conclusion_chunks(catalog, count + 1, hashes, &err));
	assert_non_null(strstr(err.text, "of the tree of conclusions is missing"));
	memory_free(hashes);
}

static void
all_its_rules_hold(void **state)
{
	struct error err = {0};

	well(catalog_check(catalog, &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_catalog_says_nothing),
	    cmocka_unit_test(the_state_is_that_of_the_last_commit),
	    cmocka_unit_test(the_store_id_is_put_once),
	    cmocka_unit_test(blocks_by_number_and_record),
	    cmocka_unit_test(blocks_by_position),
	    cmocka_unit_test(positions_that_are_not_there),
	    cmocka_unit_test(partitions_in_order),
	    cmocka_unit_test(quarantined_rows_and_their_replays),
	    cmocka_unit_test(epochs_and_the_one_in_force),
	    cmocka_unit_test(chunks_one_by_one_and_all),
	    cmocka_unit_test(conclusions_by_block_fact_and_index),
	    cmocka_unit_test(chunks_of_conclusions),
	    cmocka_unit_test(all_its_rules_hold),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
