/* SPDX-License-Identifier: Apache-2.0 */
/* A feature at one key, whether it is computed from fields or from another feature. */
#include "inside.h"

double
feature_value(
    const struct impact *impact, const struct plan_feature *feature, place block, bool *estimated)
{
	if (estimated)
		*estimated = false;
	if (!block)
		return feature->of_none;
	if (feature->chain)
		return chain_value(&impact->columns, &feature->chain_plan, block);
	return column_value(&impact->columns, &feature->column, block, estimated);
}

bool
feature_is_empty(const struct impact *impact, const struct plan_feature *feature, place block)
{
	if (!block)
		return true;
	if (feature->chain)
		return chain_is_empty(&impact->columns, &feature->chain_plan, block);
	return column_is_empty(&impact->columns, &feature->column, block);
}

double
feature_member_value(const struct impact *impact, const struct plan_feature *feature, place block)
{
	if (feature_is_empty(impact, feature, block))
		return INFLUENCE_NONE;
	return feature_value(impact, feature, block, NULL);
}

place
feature_member_block(struct impact *impact, const struct plan_feature *chain, place source_row)
{
	const struct plan_feature *source = &impact->plan->features[chain->source];

	if (LIKELY(!chain->member_layer))
		return source_row;
	return row_block_make(impact->image, source_row, chain->member_layer,
	    &impact->plan->groups[source->group].layers);
}
