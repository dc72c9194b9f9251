/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feature's live panes, and a row's. What is wanted next is mostly what was used
 * last, so both remember it.
 */
#include "column_panes.h"

#include <assert.h>
#include <string.h>

/* At plan->open; zeroed: no pane is live. */
struct open_panes {
	int64_t lowest;
	place root;
	place hint; /* the pane used last */
};
_Static_assert(sizeof(struct open_panes) <= COLUMN_OPEN_BYTES, "it lies there");

struct open_pane {
	struct pane_link link;
	place first, last;
};

static struct open_pane *
open_pane_get(struct columns *columns, struct open_panes *open, int64_t pane)
{
	struct open_pane *entry = image_at(columns->image, open->hint);
	place at;

	if (open->hint && entry->link.pane == pane)
		return image_touch(columns->image, open->hint);
	at = pane_tree_find(columns->image, open->root, pane);
	if (!at) {
		at = image_get(columns->image, sizeof(*entry));
		entry = image_at(columns->image, at);
		entry->link.pane = pane;
		if (!open->root || pane < open->lowest)
			open->lowest = pane;
		open->root = pane_tree_insert(columns->image, open->root, at, NULL);
	}
	open->hint = at;
	return image_touch(columns->image, at);
}

place
open_append(struct columns *columns, place open, place node)
{
	struct pane_node *item = image_touch(columns->image, node), *last;
	struct open_pane *entry =
	    open_pane_get(columns, image_touch(columns->image, open), item->link.pane);
	place before = entry->last;

	if (before) {
		last = image_touch(columns->image, before);
		last->next = node;
	} else {
		entry->first = node;
	}
	item->next = 0;
	entry->last = node;
	columns->panes++;
	return before;
}

static void
open_forget(struct columns *columns, struct open_panes *open, int64_t pane)
{
	struct image *image = columns->image;
	place at = pane_tree_find(image, open->root, pane), lowest;

	open->root = pane_tree_remove(image, open->root, pane, NULL);
	if (open->hint == at)
		open->hint = 0;
	image_give(image, at, sizeof(struct open_pane));
	lowest = pane_tree_lowest(image, open->root);
	open->lowest = lowest ? ((struct pane_link *)image_at(image, lowest))->pane : 0;
}

void
open_remove(struct columns *columns, place open, place node)
{
	struct open_panes *panes = image_touch(columns->image, open);
	struct pane_node *item = image_touch(columns->image, node), *other;
	struct open_pane *entry = open_pane_get(columns, panes, item->link.pane);

	if (item->link.left) {
		other = image_touch(columns->image, item->link.left);
		other->next = item->next;
	} else {
		entry->first = item->next;
	}
	if (item->next) {
		other = image_touch(columns->image, item->next);
		other->link.left = item->link.left;
	} else {
		entry->last = item->link.left;
	}
	item->next = item->link.left = 0;
	columns->panes--;
	if (!entry->first)
		open_forget(columns, panes, item->link.pane);
}

int64_t
open_lowest(const struct image *image, place open)
{
	const struct open_panes *panes = image_at(image, open);

	return panes->root ? panes->lowest : INT64_MAX;
}

place
open_take(struct columns *columns, place open)
{
	struct open_panes *panes = image_touch(columns->image, open);
	place first, at = pane_tree_find(columns->image, panes->root, panes->lowest);

	assert(at);
	first = ((struct open_pane *)image_at(columns->image, at))->first;
	open_forget(columns, panes, panes->lowest);
	return first;
}

static void
open_give(void *context, place at)
{
	image_give(context, at, sizeof(struct open_pane));
}

void
open_drop(struct columns *columns, place open)
{
	struct open_panes *panes = image_touch(columns->image, open);

	pane_tree_each(columns->image, panes->root, open_give, columns->image);
	memset(panes, 0, sizeof(*panes));
}

/* --- a row's ---------------------------------------------------------------------------- */

void *
row_pane(struct columns *columns, const struct column_plan *plan, size_t bytes, place row,
    struct row_panes *panes, int64_t pane, pane_renew *renew)
{
	struct pane_node *node = image_at(columns->image, panes->hint);
	place at;

	if (panes->hint && node->link.pane == pane)
		return image_touch(columns->image, panes->hint);
	at = pane_tree_find(columns->image, panes->root, pane);
	if (!at) {
		at = image_get(columns->image, bytes);
		node = image_at(columns->image, at);
		node->link.pane = pane;
		node->row = row;
		panes->root = pane_tree_insert(columns->image, panes->root, at, renew);
		open_append(columns, plan->open, at);
	}
	panes->hint = at;
	return image_touch(columns->image, at);
}

void
row_pane_leave(struct columns *columns, struct row_panes *panes, place node, pane_renew *renew)
{
	const struct pane_node *item = image_at(columns->image, node);

	panes->root = pane_tree_remove(columns->image, panes->root, item->link.pane, renew);
	if (panes->hint == node)
		panes->hint = 0;
	columns->panes--;
}
