/* SPDX-License-Identifier: Apache-2.0 */
/* Writes segments of random records into a folder and prints the tree's root. */
#include <stdio.h>

#include "ledger/segment.h"
#include "random_records.h"

#define MANY 3000

static bool
reads(void *context, uint32_t dataset, uint32_t field)
{
	return field % 3 != 0;
}

static void
grow(struct tree *tree, const struct block *block)
{
	struct tree_hash leaf, chunk;
	uint32_t i, start = 0;

	for (i = 0; i < block->records; start = block->leaf_ends[i++]) {
		tree_leaf_hash(
		    (struct text){(char *)block->leaves.data + start, block->leaf_ends[i] - start},
		    &leaf);
		tree_add(tree, &leaf, &chunk);
	}
}

int
main(int argc, char **argv)
{
	struct random_records world;
	struct block_builder_options options = {.records_max = 700, .reads_text = reads};
	struct ledger_options ledger_options = {argv[1], 60000, DEFLATE_AUTO, ledger_facts_schema};
	struct block_builder *builder;
	struct ledger *ledger;
	struct block_place place;
	struct error err = {0};
	struct tree_hash root;
	struct tree tree;
	int64_t cut;
	int i;

	random_records_init(&world, 7);
	world.relayed = true;
	options.names = world.names;
	options.keys = world.keys;
	builder = block_builder_open(&options);
	tree_init(&tree);
	if (argc != 2 || !ledger_open(&ledger_options, 0, 0, &ledger, &cut, &err))
		return 1;
	for (i = 0; i < MANY; i++) {
		struct partition *partition;
		struct record record;

		random_record(&world, &record, &partition);
		block_builder_add(builder, &record, partition);
		if (block_builder_full(builder) || i + 1 == MANY) {
			struct block *block = block_builder_finish(builder);

			grow(&tree, block);
			if (!ledger_append(ledger, block, &place, &err))
				return 1;
			block_free(block);
		}
	}
	tree_root(&tree, &root);
	for (i = 0; i < SHA256_BYTES; i++)
		printf("%02x", root.bytes[i]);
	printf("\n");
	ledger_close(ledger);
	block_builder_close(builder);
	random_records_fini(&world);
	return 0;
}
