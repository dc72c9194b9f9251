/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the tree share. */
#ifndef LEDGER_TREE_NODE_H
#define LEDGER_TREE_NODE_H

#include "ledger/tree.h"

#define TREE_CHUNK_DEPTH 10

/* SHA-256(0x01 || left || right); hash may be one of them. */
void
tree_node_hash(const struct tree_hash *left, const struct tree_hash *right, struct tree_hash *hash);

#endif
