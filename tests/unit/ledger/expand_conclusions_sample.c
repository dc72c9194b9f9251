/* SPDX-License-Identifier: Apache-2.0 */
/* Writes segments of random conclusions into a folder and prints their tree's root. */
#include <stdio.h>

#include "ledger/conclusions.h"
#include "ledger/segment.h"
#include "random_conclusions.h"

#define MANY 3000

int
main(int argc, char **argv)
{
	struct random_conclusions random = {.state = 7};
	struct ledger_options options = {argv[1], 60000, DEFLATE_AUTO, ledger_conclusions_schema};
	struct conclusion_builder *builder = conclusion_builder_open();
	struct tree_hash hashes[CONCLUSIONS_MAX], root, chunk;
	struct ledger *ledger;
	struct block_place place;
	struct error err = {0};
	struct tree tree;
	int64_t cut;
	int i;

	arena_init(&random.arena);
	tree_init(&tree);
	if (argc != 2 || !ledger_open(&options, 0, 0, &ledger, &cut, &err))
		return 1;
	for (i = 0; i < MANY; i++) {
		struct conclusion conclusion = draw_conclusion(&random);
		struct conclusion_block *block;

		conclusion_builder_add(builder, &conclusion);
		if (!conclusion_builder_full(builder) && i % 700 != 699 && i + 1 < MANY)
			continue;
		block = conclusion_builder_finish(builder);
		tree_leaf_hashes(block->leaves.data, block->leaf_ends, block->records, hashes);
		tree_add_many(&tree, hashes, block->records, &chunk);
		if (!ledger_append_objects(
			ledger, buffer_text(&block->body), block->records, &place, &err))
			return 1;
		conclusion_block_free(block);
	}
	tree_root(&tree, &root);
	for (i = 0; i < SHA256_BYTES; i++)
		printf("%02x", root.bytes[i]);
	printf("\n");
	ledger_close(ledger);
	conclusion_builder_close(builder);
	arena_fini(&random.arena);
	return 0;
}
