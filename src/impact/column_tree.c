/* SPDX-License-Identifier: Apache-2.0 */
/* Treaps of panes. */
#include "column_panes.h"

static const struct pane_link *
link_at(const struct image *image, place at)
{
	return image_at(image, at);
}

/* One to one, so no two nodes have the same. The final mix of MurmurHash3 (A. Appleby, public domain). */
static uint32_t
priority(place node)
{
	node ^= node >> 16;
	node *= 0x85ebca6bu;
	node ^= node >> 13;
	node *= 0xc2b2ae35u;
	return node ^ node >> 16;
}

/* Writes only what changes, so that pages that stay as they are stay clean. */
static void
set_children(struct image *image, place at, place left, place right, pane_renew *renew)
{
	const struct pane_link *now = link_at(image, at);
	struct pane_link *link;

	if (now->left == left && now->right == right && !renew)
		return;
	link = image_touch(image, at);
	link->left = left;
	link->right = right;
	if (renew)
		renew(image, at);
}

/* Into those below the pane and those above it. */
static void
split(struct image *image, place at, int64_t pane, place *left, place *right, pane_renew *renew)
{
	const struct pane_link *link = link_at(image, at);

	if (!at) {
		*left = *right = 0;
	} else if (link->pane < pane) {
		split(image, link->right, pane, left, right, renew);
		set_children(image, at, link->left, *left, renew);
		*left = at;
	} else {
		split(image, link->left, pane, left, right, renew);
		set_children(image, at, *right, link->right, renew);
		*right = at;
	}
}

/* All of left stand below all of right. */
static place
join(struct image *image, place left, place right, pane_renew *renew)
{
	place middle;

	if (!left || !right)
		return left ? left : right;
	if (priority(left) > priority(right)) {
		middle = join(image, link_at(image, left)->right, right, renew);
		set_children(image, left, link_at(image, left)->left, middle, renew);
		return left;
	}
	middle = join(image, left, link_at(image, right)->left, renew);
	set_children(image, right, middle, link_at(image, right)->right, renew);
	return right;
}

place
pane_tree_insert(struct image *image, place root, place node, pane_renew *renew)
{
	const struct pane_link *link = link_at(image, root);
	int64_t pane = link_at(image, node)->pane;
	place left, right;

	if (!root || priority(node) > priority(root)) {
		split(image, root, pane, &left, &right, renew);
		set_children(image, node, left, right, renew);
		return node;
	}
	left = link->left;
	right = link->right;
	if (pane < link->pane)
		left = pane_tree_insert(image, left, node, renew);
	else
		right = pane_tree_insert(image, right, node, renew);
	set_children(image, root, left, right, renew);
	return root;
}

place
pane_tree_remove(struct image *image, place root, int64_t pane, pane_renew *renew)
{
	const struct pane_link *link = link_at(image, root);
	place left, right;

	if (!root)
		return 0;
	left = link->left;
	right = link->right;
	if (pane == link->pane)
		return join(image, left, right, renew);
	if (pane < link->pane)
		left = pane_tree_remove(image, left, pane, renew);
	else
		right = pane_tree_remove(image, right, pane, renew);
	set_children(image, root, left, right, renew);
	return root;
}

void
pane_tree_renew(struct image *image, place root, int64_t pane, pane_renew *renew)
{
	const struct pane_link *link = link_at(image, root);

	if (pane != link->pane)
		pane_tree_renew(image, pane < link->pane ? link->left : link->right, pane, renew);
	image_touch(image, root);
	renew(image, root);
}

place
pane_tree_find(const struct image *image, place root, int64_t pane)
{
	const struct pane_link *link;

	for (; root; root = pane < link->pane ? link->left : link->right) {
		link = link_at(image, root);
		if (link->pane == pane)
			break;
	}
	return root;
}

place
pane_tree_lowest(const struct image *image, place root)
{
	while (root && link_at(image, root)->left)
		root = link_at(image, root)->left;
	return root;
}

void
pane_tree_each(
    const struct image *image, place root, void (*visit)(void *context, place node), void *context)
{
	place right;

	while (root) {
		pane_tree_each(image, link_at(image, root)->left, visit, context);
		right = link_at(image, root)->right;
		visit(context, root);
		root = right;
	}
}
