/* SPDX-License-Identifier: Apache-2.0 */
/* Times are between 1900 and 2200, spans at most a century: sums fit easily. */
#include "lineage/uses.h"

static int64_t
next_scoring(const struct lineage_model *model, int64_t time_ms)
{
	int64_t next = model->from_ms;

	if (time_ms >= next)
		next += ((time_ms - next) / model->every_ms + 1) * model->every_ms;
	return next > TIME_MAX ? TIME_NONE : next;
}

static void
add(struct lineage_use *uses, size_t max, size_t *count, struct lineage_use use)
{
	if (*count < max)
		uses[*count] = use;
	(*count)++;
}

size_t
lineage_versions_after(
    const struct lineage_model *model, int64_t time_ms, struct lineage_use *uses, size_t max)
{
	size_t count = 0;
	uint32_t i;

	for (i = 0; i < model->cut_count; i++)
		if (model->cuts[i].cut_ms > time_ms)
			add(uses, max, &count,
			    (struct lineage_use){.kind = USE_TRAINED,
				.version = model->cuts[i].version,
				.time_ms = model->cuts[i].cut_ms});
	if (model->every_ms)
		add(uses, max, &count,
		    (struct lineage_use){.kind = USE_SCORED,
			.version = model->version,
			.time_ms = next_scoring(model, time_ms),
			.every_ms = model->every_ms});
	else if (model->topic.data)
		add(uses, max, &count,
		    (struct lineage_use){.kind = USE_TOPIC,
			.version = model->version,
			.time_ms = TIME_NONE,
			.topic = model->topic});
	return count;
}
