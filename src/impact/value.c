/* SPDX-License-Identifier: Apache-2.0 */
/* One value, asked for: whose is it. */
#include "inside.h"

#include "base/heavy.h"
#include "base/memory.h"

/* As key_hash() of an event with that key. */
static uint64_t
asked_hash(const struct impact *impact, enum lineage_subject subject, struct text key, bool is_null)
{
	uint32_t actor = 0;

	if (is_null || subject == SUBJECT_NONE)
		return impact->hash.null;
	if (subject != SUBJECT_ACTOR)
		return hash_text(&impact->hash, key.data ? key : TEXT(""));
	(void)pseudonym_parse(key, &actor);
	return hash_actor(&impact->hash, actor);
}

struct merging {
	struct impact *impact;
	const struct plan_feature *source;
	uint32_t source_layer; /* of the members' blocks */
	struct heavy *heavy;
	bool estimated;
};

/* What one member brought: the summary of its own value. */
static void
merge_member(void *context, place member, double unused)
{
	struct merging *merging = context;
	struct impact *impact = merging->impact;
	const struct plan_feature *source = merging->source;
	place row = block_row(impact->image, member, merging->source_layer);
	struct impact_value value = {0};
	struct heavy *one = memory_get(heavy_bytes(HEAVY_MAX));
	uint32_t i;

	(void)unused;
	impact_whose(impact, source, row_block(impact->image, row, source->layer), &value);
	heavy_init(one, HEAVY_MAX);
	for (i = 0; i < value.origin_count; i++)
		(void)heavy_add(one, value.origins[i].actor, value.origins[i].weight);
	one->total = value.total;
	one->taken = value.error_bound;
	heavy_merge(merging->heavy, one);
	merging->estimated |= value.estimated;
	memory_free(one);
}

static bool
is_of_one(enum lineage_aggregate aggregate)
{
	return aggregate == AGGREGATE_LAST || aggregate == AGGREGATE_MIN ||
	    aggregate == AGGREGATE_MAX;
}

static void
list_heavy(const struct heavy *heavy, struct impact_value *value)
{
	struct heavy_item items[HEAVY_MAX];
	size_t count = heavy_items(heavy, items), i;

	value->total = value->remainder = heavy->total;
	value->error_bound = heavy->total / (HEAVY_MAX + 1);
	for (i = 0; i < count; i++) {
		value->origins[i].actor = items[i].name;
		value->origins[i].weight = items[i].weight;
		value->remainder -= items[i].weight;
	}
	value->origin_count = (uint32_t)count;
}

/* A chain's value comes from whom the values of its members come from; of one number, from that of its member. */
static void
whose_chain(struct impact *impact, const struct plan_feature *chain, place block,
    struct impact_value *value)
{
	struct merging merging = {.impact = impact,
	    .source = &impact->plan->features[chain->source],
	    .source_layer = chain->member_layer,
	    .heavy = memory_get(heavy_bytes(HEAVY_MAX))};

	heavy_init(merging.heavy, HEAVY_MAX);
	chain_members(&impact->columns, &chain->chain_plan, block, merge_member, &merging);
	list_heavy(merging.heavy, value);
	value->exact = is_of_one(chain->lineage->aggregate) && value->origin_count == 1 &&
	    is_of_one(merging.source->lineage->aggregate);
	value->estimated = merging.estimated;
	memory_free(merging.heavy);
}

void
impact_whose(struct impact *impact, const struct plan_feature *feature, place block,
    struct impact_value *value)
{
	bool estimated;

	if (!block) {
		value->value = feature->of_none;
		return;
	}
	if (feature->chain)
		whose_chain(impact, feature, block, value);
	else
		column_whose(&impact->columns, &feature->column, block, value);
	value->value = feature_value(impact, feature, block, &estimated);
	value->estimated |= estimated;
}

void
impact_value(struct impact *impact, uint32_t index, struct text key, bool is_null,
    struct impact_value *value, bool *found)
{
	const struct plan_feature *feature = &impact->plan->features[index];
	const struct plan_group *group = &impact->plan->groups[feature->group];
	place row = groups_find(
	    impact->image, group->piece, asked_hash(impact, group->subject, key, is_null));
	place block = row_block(impact->image, row, feature->layer);

	*value = (struct impact_value){0};
	*found = block != 0;
	impact_whose(impact, feature, block, value);
}

double
impact_value_alone(struct impact *impact, uint32_t index, struct text key, bool is_null)
{
	const struct plan_feature *feature = &impact->plan->features[index];
	const struct plan_group *group = &impact->plan->groups[feature->group];
	place row = groups_find(
	    impact->image, group->piece, asked_hash(impact, group->subject, key, is_null));
	place block = row_block(impact->image, row, feature->layer);
	bool estimated;

	return block ? feature_value(impact, feature, block, &estimated) : feature->of_none;
}
