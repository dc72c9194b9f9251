/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which panes have state. A feature's `open` is a tree of its live panes, each with
 * the list of its nodes in order of creation; a row's column is a tree of that row's
 * nodes, by pane. Both are treaps whose priorities are hashes of the nodes' places:
 * expected depth O(log n) whatever the order of panes, and a clock that jumps costs
 * only what is there. Everything lies in the image; each node that changes is touched.
 *
 * Source: R. Seidel, C. R. Aragon, "Randomized search trees", Algorithmica 16, 1996.
 */
#ifndef IMPACT_COLUMN_PANES_H
#define IMPACT_COLUMN_PANES_H

#include "column.h"

struct pane_link {
	int64_t pane;
	place left; /* of a node that is in no tree: the one before it in its pane's list */
	place right;
};

/* --- trees ---------------------------------------------------------------------------- */

/* Called for a node (touched) whose subtree changed, children first; NULL: nothing to do. */
typedef void pane_renew(const struct image *image, place at);

/* The root afterwards. The node has its pane, which is not in the tree yet. */
place pane_tree_insert(struct image *image, place root, place node, pane_renew *renew);
place pane_tree_remove(struct image *image, place root, int64_t pane, pane_renew *renew);
/* The node's own part changed: renews it and what stands above it. */
void pane_tree_renew(struct image *image, place root, int64_t pane, pane_renew *renew);
place pane_tree_find(const struct image *image, place root, int64_t pane); /* 0: is not there */
place pane_tree_lowest(const struct image *image, place root);
/* Ascending; visit may give the node back. */
void pane_tree_each(
    const struct image *image, place root, void (*visit)(void *context, place node), void *context);

/* --- a feature's live panes ------------------------------------------------------------ */

/* The state of a row in one pane begins with it. */
struct pane_node {
	struct pane_link link;
	place row;
	place next; /* in the pane's list */
};

/* Appends the node (touched, with its pane) to its pane's list; the node before it there, 0: it is the first. */
place open_append(struct columns *columns, place open, place node);
/* Takes a node out that is in no tree, and whose link.left is what open_append() gave. */
void open_remove(struct columns *columns, place open, place node);
int64_t open_lowest(const struct image *image, place open); /* INT64_MAX: none */
/* Forgets the lowest pane; the first node of its list. */
place open_take(struct columns *columns, place open);
void open_drop(struct columns *columns, place open);

/* --- a row's panes ---------------------------------------------------------------------- */

struct row_panes {
	place root;
	place hint; /* the node used last */
};

/* The row's node of that pane, touched; made (zeroed) where there is none. */
void *row_pane(struct columns *columns, const struct column_plan *plan, size_t bytes, place row,
    struct row_panes *panes, int64_t pane, pane_renew *renew);
/* Takes the node out of the row's tree; it is still to be given back. */
void
row_pane_leave(struct columns *columns, struct row_panes *panes, place node, pane_renew *renew);

#endif
