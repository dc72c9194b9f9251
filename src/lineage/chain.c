/* SPDX-License-Identifier: Apache-2.0 */
/* Chains of features that are computed from features, followed to their roots. */
#include <stdio.h>

#include "reading.h"

/* Tells the way around, as far as it fits. */
static void
say_cycle(struct reading *reading, const struct yaml_node *list, uint32_t start)
{
	const struct lineage_feature *features = reading->lineage->features;
	char way[400] = "", name[80];
	size_t used = 0;
	uint32_t at = start;

	do {
		at = features[at].source;
		text_show(features[at].name, 60, name, sizeof(name));
		if (used + sizeof(name) + 16 < sizeof(way))
			used += (size_t)snprintf(way + used, sizeof(way) - used, "%s`%s`",
			    used ? ", which is from " : "", name);
	} while (at != start);
	text_show(features[start].name, 60, name, sizeof(name));
	yaml_problem_add(reading->problems, reading->file, yaml_find(list->items[start], "feature"),
	    "the feature `%s` is computed from itself (from %s): compute one of them from a field",
	    name, way);
}

/* Whether the feature is on a cycle; said once, at its first feature. Chains are short, so each is walked. */
static bool
is_cycle(struct reading *reading, const struct yaml_node *list, uint32_t index)
{
	const struct lineage_feature *features = reading->lineage->features;
	uint32_t at = index, steps, least = index;

	for (steps = 0; features[at].source != LINEAGE_NONE && steps < LINEAGE_CHAIN_MAX; steps++) {
		at = features[at].source;
		least = at < least ? at : least;
		if (at != index)
			continue;
		if (least == index)
			say_cycle(reading, list, index);
		return true;
	}
	return false;
}

static void
find_root(struct reading *reading, const struct yaml_node *list, uint32_t index, bool cycles)
{
	struct lineage_feature *features = reading->lineage->features;
	uint32_t at = index, steps;

	for (steps = 0; features[at].source != LINEAGE_NONE && steps < LINEAGE_CHAIN_MAX; steps++)
		at = features[at].source;
	features[index].root = at;
	/* What leads into a cycle is no mistake of its own. */
	if (features[at].source != LINEAGE_NONE && !cycles)
		yaml_problem_add(reading->problems, reading->file, list->items[index],
		    "more than %d features are computed one from another: compute one of them from "
		    "a field",
		    LINEAGE_CHAIN_MAX);
}

void
reading_chains(struct reading *reading, const struct yaml_node *list)
{
	struct lineage *lineage = reading->lineage;
	bool cycles = false;
	uint32_t i;

	for (i = 0; i < lineage->feature_count; i++)
		cycles |= is_cycle(reading, list, i);
	for (i = 0; i < lineage->feature_count; i++)
		find_root(reading, list, i, cycles);
	for (i = 0; i < lineage->feature_count; i++)
		lineage->features[i].dataset = lineage->features[lineage->features[i].root].dataset;
}
