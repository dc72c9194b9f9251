/* SPDX-License-Identifier: Apache-2.0 */
#include "ahead.h"

#define LINE_BYTES 64
#define LINES_MAX 8 /* of one row: the first columns of long ones */

/* The group of a dataset's entities; LINEAGE_NONE: there is none. */
static uint32_t
entities_of(const struct plan *plan, uint32_t dataset)
{
	uint32_t i;

	for (i = 0; i < plan->entity_count; i++)
		if (plan->entities[i].dataset == dataset)
			return plan->entities[i].group;
	return LINEAGE_NONE;
}

void
ahead_again(const struct impact_soon *ahead, const struct image *image, const struct plan *plan)
{
	if (ahead->entity)
		groups_prefetch(image, plan->groups[ahead->entities].piece, ahead->entity);
	if (ahead->actor)
		groups_prefetch(image, plan->groups[plan->actor_group].piece, ahead->actor);
}

void
ahead_slots(struct impact_soon *ahead, const struct image *image, const struct plan *plan,
    const struct hash *hash, const struct event *event, const struct origin *origin)
{
	*ahead = (struct impact_soon){.entities = entities_of(plan, event->dataset)};
	if (ahead->entities != LINEAGE_NONE && event->entity.data)
		ahead->entity = hash_text(hash, event->entity);
	if (plan->actor_group != LINEAGE_NONE)
		ahead->actor = hash_actor(hash, hash_actor_bits(&origin->actor));
	ahead_again(ahead, image, plan);
}

static void
fetch_row(const struct image *image, const struct plan_group *group, uint64_t hash)
{
	place row = groups_glance(image, group->piece, hash);
	const uint8_t *bytes = image_at(image, row);
	uint32_t at;

	for (at = 0; row && at < group->layers.bytes[0] && at < LINES_MAX * LINE_BYTES;
	     at += LINE_BYTES)
		__builtin_prefetch(bytes + at);
}

void
ahead_rows(const struct impact_soon *ahead, const struct image *image, const struct plan *plan)
{
	if (ahead->entity)
		fetch_row(image, &plan->groups[ahead->entities], ahead->entity);
	if (ahead->actor)
		fetch_row(image, &plan->groups[plan->actor_group], ahead->actor);
}
