/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scribe with facts and conclusions side by side: what it took stands in both
 * ledgers, in one catalog and in the signed checkpoint, or in none of them.
 */
#include "scribe.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "conclusions_again.h"
#include "random_conclusions.h"
#include "random_records.h"
#include "store/store.h"

#define BLOCKS 40
#define RECORDS 100

static char folder[] = "/tmp/dyetrace-scribe-XXXXXX";
static struct random_records world;
static struct random_conclusions random_ones;
static struct partition partition = {.number = 1,
    .source = (char[]){"tickets"},
    .name = (char[]){"events.jsonl"},
    .incarnation = 1,
    .max_time_ms = TIME_NONE};
static struct block_builder *facts;
static struct conclusion_builder *conclusions;
static uint64_t next_record;
static struct catalog *catalog;
static struct ledger *ledger, *conclusion_ledger;
static int64_t cut_bytes;
static struct scribe *scribe;

static void
well(bool done, const struct error *err)
{
	if (!done)
		fail_msg("%s", err->text);
}

static int
remove_it(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
	return remove(path);
}

static bool
reads(void *context, uint32_t dataset, uint32_t field)
{
	return true;
}

static int
set_up(void **state)
{
	struct block_builder_options options = {NULL, NULL, RECORDS, reads, NULL};

	assert_non_null(mkdtemp(folder));
	random_records_init(&world, 5);
	random_ones = (struct random_conclusions){.state = 6};
	arena_init(&random_ones.arena);
	options.names = world.names;
	options.keys = world.keys;
	facts = block_builder_open(&options);
	conclusions = conclusion_builder_open();
	sha256_init(&partition.content);
	return 0;
}

static int
tear_down(void **state)
{
	block_builder_close(facts);
	conclusion_builder_close(conclusions);
	arena_fini(&random_ones.arena);
	random_records_fini(&world);
	nftw(folder, remove_it, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static struct ledger *
open_ledger(const char *name, const char *schema, uint32_t segment, int64_t bytes)
{
	char *path = store_path(folder, name);
	struct ledger_options options = {path, 20000, DEFLATE_AUTO, schema};
	struct ledger *opened = NULL;
	struct error err = {0};
	int64_t cut;

	well(ledger_open(&options, segment, bytes, &opened, &cut, &err), &err);
	cut_bytes += cut;
	memory_free(path);
	return opened;
}

static void
load_tree(bool (*frontier)(struct catalog *catalog, struct buffer *saved, struct error *err),
    struct tree *tree)
{
	struct buffer saved = {0};
	struct error err = {0};

	tree_init(tree);
	well(frontier(catalog, &saved, &err), &err);
	if (saved.size)
		well(tree_load(tree, buffer_text(&saved), &err), &err);
	buffer_fini(&saved);
}

static void
open_all(struct catalog_state *state)
{
	char *path = store_path(folder, STORE_CATALOG);
	struct scribe_options options = {.keys = world.keys,
	    .store = folder,
	    .commit_blocks = 7,
	    .commit_every_ms = 10000,
	    .checkpoint_every_ms = 1000000};
	struct error err = {0};

	cut_bytes = 0;
	well(catalog_open(path, CATALOG_WRITE, &catalog, &err), &err);
	well(catalog_state(catalog, state, &err), &err);
	ledger =
	    open_ledger(STORE_FACTS, ledger_facts_schema, state->segment, state->segment_bytes);
	conclusion_ledger = open_ledger(STORE_CONCLUSIONS, ledger_conclusions_schema,
	    state->conclusion_segment, state->conclusion_bytes);
	options.catalog = catalog;
	options.ledger = ledger;
	options.conclusions = conclusion_ledger;
	load_tree(catalog_frontier, &options.start.tree);
	load_tree(catalog_conclusion_frontier, &options.start.conclusions);
	options.start.blocks = state->blocks;
	options.start.newest_ms = TIME_NONE;
	well(scribe_open(&options, &scribe, &err), &err);
	next_record = state->records;
	memory_free(path);
}

static void
close_all(void)
{
	scribe_close(scribe);
	ledger_close(ledger);
	ledger_close(conclusion_ledger);
	catalog_close(catalog);
}

static void
add_fact(void)
{
	struct record record = {.kind = RECORD_EVENT,
	    .source = text_of(partition.source),
	    .partition = text_of(partition.name),
	    .incarnation = 1,
	    .offset = (int64_t)next_record,
	    .count = 1,
	    .source_time_ms = TIME_NONE,
	    .payload = next_record,
	    .event = {.time_ms = 1000 + (int64_t)next_record}};

	block_builder_add(facts, &record, &partition);
	partition.next_offset = record.offset + 1;
	partition.recorded = partition.next_offset;
	partition.max_time_ms = record.event.time_ms;
}

/* Of two facts in three a conclusion; of every fifth block none. */
static void
take_block(int number)
{
	struct scribe_work work = {0}, spent;
	int i;

	for (i = 0; i < RECORDS; i++, next_record++) {
		add_fact();
		if (number % 5 && i % 3) {
			struct conclusion conclusion = draw_conclusion(&random_ones);

			conclusion.record = next_record;
			conclusion_builder_add(conclusions, &conclusion);
		}
	}
	work.block = block_builder_finish(facts);
	work.conclusions = conclusion_builder_finish(conclusions);
	assert_int_equal(number % 5 != 0, work.conclusions != NULL);
	spent = scribe_spent(scribe);
	block_builder_reuse(facts, spent.block);
	conclusion_builder_reuse(conclusions, spent.conclusions);
	assert_true(scribe_take(scribe, &work));
}

/* Every block of conclusions by its place, its leaves into a tree. */
static void
check_conclusions(const struct catalog_state *state)
{
	struct conclusions_again *again;
	struct tree tree, known;
	struct tree_hash hashes[CONCLUSIONS_MAX], chunk, ours, theirs;
	struct error err = {0};
	uint64_t number;

	tree_init(&tree);
	well(conclusions_again_open(folder, STORE_CONCLUSIONS, &again, &err), &err);
	for (number = 1; number <= state->blocks; number++) {
		struct conclusion_block *block;
		struct catalog_conclusions row;
		struct catalog_block fact_row;
		struct block_place place;
		bool found;

		well(catalog_block(catalog, number, &fact_row, &found, &err), &err);
		well(catalog_conclusions(catalog, number, &row, &found, &err), &err);
		well(conclusions_again_next(
			 again, fact_row.first_record, fact_row.records, &block, &place, &err),
		    &err);
		assert_int_equal(found, block != NULL);
		if (!block)
			continue;
		assert_int_equal(row.first_conclusion, tree.size);
		assert_int_equal(row.records, block->records);
		assert_int_equal(row.offset, place.offset);
		assert_true(row.identity == place.identity);
		tree_leaf_hashes(block->leaves.data, block->leaf_ends, block->records, hashes);
		tree_add_many(&tree, hashes, block->records, &chunk);
		conclusion_block_free(block);
	}
	conclusions_again_close(again);
	assert_int_equal(tree.size, state->conclusions);
	load_tree(catalog_conclusion_frontier, &known);
	tree_root(&tree, &ours);
	tree_root(&known, &theirs);
	assert_memory_equal(&ours, &theirs, sizeof(ours));
}

static void
check_note(const struct catalog_state *state)
{
	char *path = store_path(folder, STORE_CHECKPOINT);
	struct checkpoint checkpoint;
	struct buffer note = {0};
	struct error err = {0};
	struct tree tree;
	struct tree_hash root;

	well(file_read(path, CHECKPOINT_BYTES_MAX, &note, &err), &err);
	well(checkpoint_read(buffer_text(&note), NULL, &checkpoint, &err), &err);
	assert_int_equal(checkpoint.size, state->records);
	assert_int_equal(checkpoint.conclusions_size, state->conclusions);
	load_tree(catalog_conclusion_frontier, &tree);
	tree_root(&tree, &root);
	assert_memory_equal(&root, &checkpoint.conclusions_root, sizeof(root));
	buffer_fini(&note);
	memory_free(path);
}

static void
facts_and_conclusions_are_committed_together(void **unused)
{
	struct catalog_state state;
	struct error err = {0};
	int i;

	open_all(&state);
	for (i = 0; i < BLOCKS; i++)
		take_block(i);
	well(scribe_checkpoint(scribe, &err), &err);
	well(catalog_state(catalog, &state, &err), &err);
	assert_int_equal(state.records, BLOCKS * RECORDS);
	assert_int_equal(state.conclusions, BLOCKS * 4 / 5 * 66);
	assert_true(state.conclusion_segment > 2);
	well(catalog_check(catalog, &err), &err);
	check_conclusions(&state);
	check_note(&state);
	close_all();
}

/* What was taken and not committed is in neither. */
static void
what_was_not_committed_is_cut_from_both(void **unused)
{
	struct catalog_state before, state;
	struct scribe_work spent;
	struct error err = {0};
	int i;

	open_all(&before);
	for (i = 1; i < 4; i++)
		take_block(i);
	/* Taken off the queue, and so written, but not as many as make a commit. */
	do {
		spent = scribe_spent(scribe);
	} while (!spent.block);
	block_free(spent.block);
	conclusion_block_free(spent.conclusions);
	close_all();
	open_all(&state);
	assert_int_equal(state.records, before.records);
	assert_int_equal(state.conclusions, before.conclusions);
	assert_true(cut_bytes > 0);
	partition.next_offset = partition.recorded = (int64_t)state.records;
	take_block(1);
	well(scribe_flush(scribe, &err), &err);
	well(catalog_state(catalog, &state, &err), &err);
	assert_int_equal(state.conclusions, before.conclusions + 66);
	check_conclusions(&state);
	close_all();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(facts_and_conclusions_are_committed_together),
	    cmocka_unit_test(what_was_not_committed_is_cut_from_both),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
