/* SPDX-License-Identifier: Apache-2.0 */
#include "ahead.h"

#define LINE_BYTES 64
#define LINES_MAX 8 /* of one row: the first columns of long ones */

static const struct plan_group *
group_at(const struct plan *plan, uint32_t group)
{
	return group == LINEAGE_NONE ? NULL : &plan->groups[group];
}

void
ahead_slots(struct ahead *ahead, const struct image *image, const struct plan *plan,
    const struct hash *hash, const struct event *event, const struct origin *origin)
{
	const struct plan_group *entities = group_at(plan, plan->entity_group),
				*actors = group_at(plan, plan->actor_group);

	*ahead = (struct ahead){0};
	if (entities && event->entity.data) {
		ahead->entity = hash_text(hash, event->entity);
		groups_prefetch(image, entities->piece, ahead->entity);
	}
	if (actors) {
		ahead->actor = hash_actor(hash, hash_actor_bits(&origin->actor));
		groups_prefetch(image, actors->piece, ahead->actor);
	}
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
ahead_rows(const struct ahead *ahead, const struct image *image, const struct plan *plan)
{
	if (ahead->entity)
		fetch_row(image, &plan->groups[plan->entity_group], ahead->entity);
	if (ahead->actor)
		fetch_row(image, &plan->groups[plan->actor_group], ahead->actor);
}
