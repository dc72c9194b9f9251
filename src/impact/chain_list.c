/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of members, linked through the members. */
#include "chain_inside.h"

static struct chain_member *
touch_member(struct image *image, place at)
{
	return image_touch(image, at);
}

void
chain_list_append(struct image *image, struct chain_list *list, place member)
{
	struct chain_member *added = touch_member(image, member);

	added->previous = list->last;
	added->next = 0;
	if (list->last)
		touch_member(image, list->last)->next = member;
	else
		list->first = member;
	list->last = member;
	list->count++;
}

void
chain_list_take(struct image *image, struct chain_list *list, place member)
{
	struct chain_member *taken = touch_member(image, member);

	if (taken->previous)
		touch_member(image, taken->previous)->next = taken->next;
	else
		list->first = taken->next;
	if (taken->next)
		touch_member(image, taken->next)->previous = taken->previous;
	else
		list->last = taken->previous;
	taken->previous = taken->next = 0;
	list->count--;
}
